"""Grading attempts again by a corrected key: dry run, a second person, one transaction, and back.

Everything is counted before anything changes, and once more before it is applied: if a result has come in or changed
meanwhile, nothing is applied, and the dry run is to be done again. Whoever works on a regrading holds its row first
and the lock of all regradings second, so that nobody waits in a ring.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, text

from lms.assessment import queries_regrading as reads
from lms.assessment import regrading, regrading_states
from lms.assessment.models import Attempt
from lms.assessment.models_regrading import Regrading, RegradingLine
from lms.assessment.queries_corrections import Correction, NewShare, corrections
from lms.assessment.regrading import Outcome
from lms.assessment.regrading_states import State, Verb
from lms.assessment.service_dry_runs import Wanted, count_again, dry_run
from lms.assessment.service_regraded import regrade, still_holds
from lms.assessment.service_regrading_rules import (
    MOST,
    held,
    leave_to_job,
    move,
    not_concerned,
    note,
    said,
    second_person,
)
from lms.core import jobs
from lms.core.database import db
from lms.core.errors import Conflict, NotAllowed
from lms.core.texts import N_, Message

__all__ = [
    "Wanted",
    "apply",
    "approve",
    "count",
    "count_again",
    "dry_run",
    "give_up",
    "propose",
    "reject",
    "retry",
    "run",
    "take_back",
    "undo",
    "withdraw",
]

AT_ONCE = 300
"""So many attempts are graded again while the approver waits; more are left to a job."""
JOB = "assessment.regrade"
_LOCK = 4_201_707  # advisory lock on PostgreSQL: one regrading is applied at a time; SQLite has one writer anyway


# ---- two people -----------------------------------------------------------------


def propose(regrading_id: int, *, actor: Any, now: datetime) -> Regrading:
    """Put a dry run before a second person. Nobody proposes what would change a result of their own."""
    found = held(regrading_id)
    if reads.is_counting(found):
        raise Conflict(Message(N_("The dry run is still counting. Propose it when it is done.")))
    if not found.figures["changed"]:
        raise Conflict(Message(N_("This would change nothing, so there is nothing to approve.")))
    not_concerned(found, actor)
    move(found, Verb.PROPOSE)
    found.proposed_by_id = actor.id
    note(found, "propose", actor, now, reason=found.reason)
    return found


def approve(regrading_id: int, words: str, *, actor: Any, now: datetime) -> Regrading:
    """Let the regrading happen, unless results changed since the dry run: then its state is stale and nothing else.

    Few attempts are graded again at once, many by a job: then the state is approved until that is done. Raises
    ``NotAllowed`` for the proposer and for whoever has an attempt in it.
    """
    found = held(regrading_id)
    second_person(found, actor)
    move(found, Verb.APPROVE)
    found.decided_by_id, found.decided_at, found.decision = actor.id, now, words.strip()[:MOST]
    note(found, "approve", actor, now, figures=found.figures)
    if found.figures["changed"] > AT_ONCE or not _is_alone():
        leave_to_job(found, JOB, now)
        return found
    return apply(found.id, now=now)


def reject(regrading_id: int, words: str, *, actor: Any, now: datetime) -> Regrading:
    """Say no, with a reason."""
    found = held(regrading_id)
    second_person(found, actor)
    move(found, Verb.REJECT)
    found.decided_by_id, found.decided_at, found.decision = actor.id, now, said(words, "words")
    note(found, "reject", actor, now, reason=found.decision)
    return found


def withdraw(regrading_id: int, *, actor: Any, now: datetime) -> Regrading:
    """Take back a proposal or a dry run of one's own."""
    found = held(regrading_id)
    if found.proposed_by_id != actor.id:
        raise NotAllowed(Message(N_("Only whoever proposed a regrading can withdraw it; you can reject it.")))
    move(found, Verb.WITHDRAW)
    note(found, "withdraw", actor, now)
    return found


# ---- and what they decided ---------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Counted:
    """What a regrading would write, and by which sign it is known whether that still holds; ``sha256`` of the lines
    as they are now, "" where nothing depends on them."""

    standing: tuple[int, ...]
    sha256: str
    corrections: list[Correction]


def count(regrading_id: int) -> Counted | None:
    """Work out what applying or undoing will write; reads only, so that nobody has to wait for it. None when there is
    nothing to do."""
    found = db.session.get(Regrading, regrading_id, populate_existing=True)
    if found is None or not (found.state == State.APPROVED or found.undone_by_id is not None):
        return None
    standing = reads.standing(found.from_version_id)  # first: what comes in meanwhile then shows
    if found.state == State.APPROVED:
        lines = list(reads.lines_of(found))
        shares = [NewShare(one.attempt_id, one.slot, one.new_share) for one in lines if one.outcome is Outcome.CHANGED]
        return Counted(standing, regrading.digest(lines), list(corrections(shares)))
    back = [NewShare(*one) for one in reads.old_shares(regrading_id)]
    return Counted(standing, "", list(corrections(back)))


def apply(regrading_id: int, *, now: datetime, counted: Counted | None = None) -> Regrading:
    """Grade the attempts of an approved regrading again, all or none; a job runs it for many.

    ``counted`` is taken if nothing has changed since; else everything is counted here.
    """
    found = held(regrading_id)
    if found.state != State.APPROVED:
        return found
    counted = _counted_under_locks(found, counted)
    if counted.sha256 != found.sha256:
        move(found, Verb.FIND_STALE)
        found.decided_by_id = None
        note(found, "find-stale", None, now)
        return found
    written = regrade(found, counted.corrections, reason=found.reason, grader_id=found.decided_by_id, now=now)
    move(found, Verb.APPLY)
    found.applied_at = now
    note(found, "apply", None, now, attempts=written, sha256=found.sha256)
    db.session.flush()
    return found


def _counted_under_locks(found: Regrading, counted: Counted | None) -> Counted:
    """What was counted before, if it still holds, now that nothing can change any more; else counted anew."""
    _one_at_a_time()
    _lock_attempts(found.id)
    if counted is None or counted.standing != reads.standing(found.from_version_id):
        counted = count(found.id)
    assert counted is not None  # the caller has looked at the state
    return counted


def undo(regrading_id: int, words: str, *, actor: Any, now: datetime) -> Regrading:
    """Give every attempt the points back that it had before; many are left to a job.

    Raises ``Conflict`` when a later grade builds on one of these, ``NotAllowed`` for the proposer and for whoever has
    an attempt in it.
    """
    found = held(regrading_id)
    second_person(found, actor)
    if State(found.state) is not State.APPLIED or found.undone_by_id is not None:
        raise Conflict(Message(regrading_states.REFUSALS[State(found.state)]))
    if not still_holds(found):
        raise Conflict(Message(N_("Some of these attempts were graded again later. Undo that first.")))
    found.undo_reason, found.undone_by_id = said(words, "words"), actor.id
    note(found, "undo", actor, now, reason=found.undo_reason)
    if found.figures["changed"] > AT_ONCE or not _is_alone():
        leave_to_job(found, JOB, now)
        return found
    return take_back(found.id, now=now)


def take_back(regrading_id: int, *, now: datetime, counted: Counted | None = None) -> Regrading:
    """Do what undoing asked for, all or none; ``counted`` as for applying."""
    found = held(regrading_id)
    if found.state != State.APPLIED or found.undone_by_id is None:
        return found
    counted = _counted_under_locks(found, counted)
    if not still_holds(found):
        found.undone_by_id, found.undo_reason = None, ""
        note(found, "undo-refused", None, now)
        return found
    written = regrade(found, counted.corrections, reason=found.undo_reason, grader_id=found.undone_by_id, now=now)
    move(found, Verb.UNDO)
    found.undone_at = now
    note(found, "undone", None, now, attempts=written)
    db.session.flush()
    return found


def run(regrading_id: int, now: datetime, counted: Counted | None = None) -> None:
    """The job: apply what is approved, take back what is to be undone; it may have been done meanwhile."""
    found = apply(regrading_id, now=now, counted=counted)
    if found.undone_by_id is not None:
        take_back(regrading_id, now=now, counted=counted)


# ---- when the work fails -----------------------------------------------------------


def retry(regrading_id: int, words: str, *, actor: Any, now: datetime) -> Regrading:
    """Let work that failed be tried again at once, after what stood in its way was mended; with a reason."""
    found = held(regrading_id)
    not_concerned(found, actor)
    reason = said(words, "words")
    fate = jobs.fate(found.job_key) if reads.is_worked_on(found) else None
    if fate is None or not jobs.retry(found.job_key, now):
        raise Conflict(Message(N_("There is no work on this regrading that has failed.")))
    note(found, "retry", actor, now, reason=reason, error=fate.error[-MOST:])
    return found


def give_up(regrading_id: int, words: str, *, actor: Any, now: datetime) -> Regrading:
    """Withdraw what is approved and not applied yet, or take back the wish to undo; with a reason, results stay.

    Raises ``Conflict`` when it is done already: work that is going on is waited for.
    """
    found = held(regrading_id)
    not_concerned(found, actor)
    reason = said(words, "words")
    if State(found.state) is State.APPLIED and found.undone_by_id is not None:
        found.undone_by_id, found.undo_reason = None, ""
        note(found, "undo-given-up", actor, now, reason=reason)
        return found
    move(found, Verb.GIVE_UP)
    found.withdrawn_reason = reason
    note(found, "give-up", actor, now, reason=reason)
    return found


# ---- one at a time --------------------------------------------------------------------


def _is_alone() -> bool:
    """Whether no other regrading is being applied; if so, none begins before this unit of work ends."""
    if db.session.get_bind().dialect.name != "postgresql":
        return True
    return bool(db.session.scalar(text("SELECT pg_try_advisory_xact_lock(:key)"), {"key": _LOCK}))


def _one_at_a_time() -> None:
    if db.session.get_bind().dialect.name == "postgresql":
        db.session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})


def _lock_attempts(regrading_id: int) -> None:
    """Let no result change until the unit of work ends."""
    concerned = select(RegradingLine.attempt_id).where(RegradingLine.regrading_id == regrading_id)
    db.session.execute(select(Attempt.id).where(Attempt.id.in_(concerned)).order_by(Attempt.id).with_for_update()).all()
