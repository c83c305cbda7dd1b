"""Grading attempts again by a corrected key: dry run, a second person, one transaction, and back.

Everything is counted before anything changes, and once more before it is applied: if a result has come in or changed
meanwhile, nothing is applied, and the dry run is to be done again.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, insert, select, text

from lms.assessment import queries_regrading as reads
from lms.assessment import regrading, regrading_states
from lms.assessment.models import Attempt
from lms.assessment.models_regrading import Regrading, RegradingLine
from lms.assessment.regrading import Line, Outcome, Rule
from lms.assessment.regrading_states import State, Verb
from lms.assessment.service_regraded import NewShare, regrade, still_holds
from lms.core import audit, events, jobs
from lms.core.database import db
from lms.core.errors import Conflict, Invalid, NotAllowed, NotFound
from lms.core.texts import N_, Message
from lms.question_bank import queries as bank

AT_ONCE = 300
"""So many attempts are graded again while the approver waits; more are left to a job."""
JOB = "assessment.regrade"
CHUNK = 500
LEAST, MOST = 10, 2000
"""Characters of a reason."""
_LOCK = 4_201_707  # advisory lock on PostgreSQL: one regrading is applied at a time; SQLite has one writer anyway


@dataclass(frozen=True, slots=True)
class Wanted:
    """A regrading as it is asked for; ``to_version_id`` None for full marks."""

    item: str
    from_version_id: int
    to_version_id: int | None
    rule: Rule
    keeps_passes: bool
    reason: str


# ---- the dry run ----------------------------------------------------------------


def dry_run(wanted: Wanted, *, actor: Any, now: datetime) -> Regrading:
    """Count and keep what the regrading would do; nothing else changes.

    Raises ``Invalid`` with a sentence by field for versions that cannot be used so.
    """
    item_id = _checked(wanted)
    found = Regrading(
        item_id=item_id, from_version_id=wanted.from_version_id, to_version_id=wanted.to_version_id,
        rule=wanted.rule.value, keeps_passes=wanted.keeps_passes, reason=_said(wanted.reason, "reason"),
        state=State.DRAFT, proposed_by_id=actor.id, created_at=now, counted_at=now, sha256="", figures={}, touched=[],
    )  # fmt: skip
    db.session.add(found)
    db.session.flush()
    _count(found, now)
    return found


def count_again(regrading_id: int, *, actor: Any, now: datetime) -> Regrading:
    """Do the dry run once more; what was proposed has to be proposed again."""
    found = _held(regrading_id)
    _move(found, Verb.COUNT)
    found.proposed_by_id, found.decided_by_id = actor.id, None
    _count(found, now)
    return found


def _checked(wanted: Wanted) -> int:
    versions = {version.id: version for version in reads.versions_of(wanted.item)}
    wrong = {}
    if wanted.from_version_id not in versions:
        wrong["from_version"] = Message(N_("Choose one of the versions of this question."))
    if (wanted.rule is Rule.FULL) != (wanted.to_version_id is None):
        wrong["to_version"] = Message(N_("Choose the version whose key is right."))
    elif wanted.to_version_id is not None and wanted.to_version_id not in versions:
        wrong["to_version"] = Message(N_("Choose one of the versions of this question."))
    elif wanted.to_version_id == wanted.from_version_id:
        wrong["to_version"] = Message(N_("Choose another version than the one that was answered."))
    if not wrong:
        shown = bank.item(wanted.from_version_id)
        corrected = bank.item(wanted.to_version_id) if wanted.to_version_id is not None else None
        if refused := regrading.refusal(shown, corrected):
            wrong["to_version"] = refused
    if wrong:
        raise Invalid(next(iter(wrong.values())), errors=wrong)
    return bank.stored_items([wanted.from_version_id])[wanted.from_version_id].item_id


def _count(found: Regrading, now: datetime) -> None:
    """Replace the lines by those of today, with their figures and what they would touch."""
    db.session.execute(delete(RegradingLine).where(RegradingLine.regrading_id == found.id))
    lines = list(reads.lines_of(found))
    for chunk in _chunks(lines):
        db.session.execute(insert(RegradingLine), [{"regrading_id": found.id, **asdict(line)} for line in chunk])
    found.counted_at, found.sha256 = now, regrading.digest(lines)
    found.figures = {**regrading.figures(lines), "open": reads.open_attempts(found.item_id)}
    asked = events.ConsequencesAsked(tuple(_would_change(lines)), now, [])
    events.publish(asked)
    found.touched = asked.found
    db.session.flush()


def _would_change(lines: list[Line]) -> Iterable[events.WouldChange]:
    changed = [line for line in lines if line.outcome is Outcome.CHANGED and line.new_percent is not None]
    for chunk in _chunks(changed):
        wanted = Attempt.id.in_([line.attempt_id for line in chunk])
        query = select(Attempt.id, Attempt.person_id, Attempt.kind, Attempt.subject, Attempt.finished_at).where(wanted)
        about = {row.id: row for row in db.session.execute(query)}
        for line in chunk:
            row = about[line.attempt_id]
            if row.kind == "exam":
                yield events.WouldChange(
                    row.id, row.person_id, row.subject, row.finished_at, bool(line.old_passed), bool(line.new_passed)
                )


# ---- two people -----------------------------------------------------------------


def propose(regrading_id: int, *, actor: Any, now: datetime) -> Regrading:
    """Put a dry run before a second person. Nobody proposes what would change a result of their own."""
    found = _held(regrading_id)
    if not found.figures["changed"]:
        raise Conflict(Message(N_("This would change nothing, so there is nothing to approve.")))
    _not_concerned(found, actor)
    _move(found, Verb.PROPOSE)
    found.proposed_by_id = actor.id
    _note(found, "propose", actor, now, reason=found.reason)
    return found


def approve(regrading_id: int, words: str, *, actor: Any, now: datetime) -> Regrading:
    """Let the regrading happen, unless results changed since the dry run: then its state is stale and nothing else.

    Few attempts are graded again at once, many by a job: then the state is approved until that is done. Raises
    ``NotAllowed`` for the proposer and for whoever has an attempt in it.
    """
    found = _held(regrading_id)
    _second_person(found, actor)
    _move(found, Verb.APPROVE)
    found.decided_by_id, found.decided_at, found.decision = actor.id, now, words.strip()[:MOST]
    _note(found, "approve", actor, now, figures=found.figures)
    if found.figures["changed"] > AT_ONCE:
        db.session.flush()
        jobs.enqueue(JOB, f"{JOB}:{found.id}:{found.sha256[:16]}", {"regrading": found.id})
        return found
    return apply(found.id, now=now)


def reject(regrading_id: int, words: str, *, actor: Any, now: datetime) -> Regrading:
    """Say no, with a reason."""
    found = _held(regrading_id)
    _second_person(found, actor)
    _move(found, Verb.REJECT)
    found.decided_by_id, found.decided_at, found.decision = actor.id, now, _said(words, "words")
    _note(found, "reject", actor, now, reason=found.decision)
    return found


def withdraw(regrading_id: int, *, actor: Any, now: datetime) -> Regrading:
    """Take back a proposal or a dry run of one's own."""
    found = _held(regrading_id)
    if found.proposed_by_id != actor.id:
        raise NotAllowed(Message(N_("Only whoever proposed a regrading can withdraw it; you can reject it.")))
    _move(found, Verb.WITHDRAW)
    _note(found, "withdraw", actor, now)
    return found


# ---- and what they decided ---------------------------------------------------------


def apply(regrading_id: int, *, now: datetime) -> Regrading:
    """Grade the attempts of an approved regrading again, all or none; a job runs it for many."""
    _one_at_a_time()
    found = _held(regrading_id)
    if found.state != State.APPROVED:
        return found
    _lock_attempts(found.id)
    lines = list(reads.lines_of(found))
    if regrading.digest(lines) != found.sha256:
        _move(found, Verb.FIND_STALE)
        found.decided_by_id = None
        _note(found, "find-stale", None, now)
        return found
    changed = (NewShare(line.attempt_id, line.slot, line.new_share) for line in lines if line.outcome is Outcome.CHANGED)
    count = regrade(found, changed, reason=found.reason, grader_id=found.decided_by_id, now=now)
    _move(found, Verb.APPLY)
    found.applied_at = now
    _note(found, "apply", None, now, attempts=count, sha256=found.sha256)
    db.session.flush()
    return found


def undo(regrading_id: int, words: str, *, actor: Any, now: datetime) -> Regrading:
    """Give every attempt the points back that it had before; many are left to a job.

    Raises ``Conflict`` when a later grade builds on one of these, ``NotAllowed`` for the proposer and for whoever has
    an attempt in it.
    """
    found = _held(regrading_id)
    _second_person(found, actor)
    if State(found.state) is not State.APPLIED or found.undone_by_id is not None:
        raise Conflict(Message(regrading_states.REFUSALS[State(found.state)]))
    if not still_holds(found):
        raise Conflict(Message(N_("Some of these attempts were graded again later. Undo that first.")))
    found.undo_reason, found.undone_by_id = _said(words, "words"), actor.id
    _note(found, "undo", actor, now, reason=found.undo_reason)
    if found.figures["changed"] > AT_ONCE:
        db.session.flush()
        jobs.enqueue(JOB, f"{JOB}:{found.id}:undo", {"regrading": found.id})
        return found
    return take_back(found.id, now=now)


def take_back(regrading_id: int, *, now: datetime) -> Regrading:
    """Do what undoing asked for, all or none."""
    _one_at_a_time()
    found = _held(regrading_id)
    if found.state != State.APPLIED or found.undone_by_id is None:
        return found
    if not still_holds(found):
        found.undone_by_id, found.undo_reason = None, ""
        _note(found, "undo-refused", None, now)
        return found
    _lock_attempts(found.id)
    query = (
        select(RegradingLine.attempt_id, RegradingLine.slot, RegradingLine.old_share)
        .where(RegradingLine.regrading_id == found.id, RegradingLine.outcome == Outcome.CHANGED.value)
        .order_by(RegradingLine.attempt_id)
    )
    back = [NewShare(*row) for row in db.session.execute(query)]
    count = regrade(found, back, reason=found.undo_reason, grader_id=found.undone_by_id, now=now)
    _move(found, Verb.UNDO)
    found.undone_at = now
    _note(found, "undone", None, now, attempts=count)
    db.session.flush()
    return found


def run(regrading_id: int, now: datetime) -> None:
    """The job: apply what is approved, take back what is to be undone; it may have been done meanwhile."""
    found = apply(regrading_id, now=now)
    if found.undone_by_id is not None:
        take_back(regrading_id, now=now)


# ---- the rules ------------------------------------------------------------------------


def _held(regrading_id: int) -> Regrading:
    """A regrading that nobody else changes meanwhile."""
    query = select(Regrading).where(Regrading.id == regrading_id).with_for_update()
    found = db.session.scalar(query.execution_options(populate_existing=True))
    if found is None:
        raise NotFound(Message(reads.NO_REGRADING))
    return found


def _move(found: Regrading, verb: Verb) -> None:
    following = regrading_states.move(State(found.state), verb)
    if isinstance(following, Message):
        raise Conflict(following)
    found.state = following


def _second_person(found: Regrading, actor: Any) -> None:
    if found.proposed_by_id == actor.id:
        raise NotAllowed(Message(N_("You proposed this; a second person has to decide.")))
    _not_concerned(found, actor)


def _not_concerned(found: Regrading, actor: Any) -> None:
    if reads.concerns(found.id, actor):
        raise NotAllowed(Message(N_("An attempt of your own is among these; somebody else has to do this.")))


def _said(words: str, field: str) -> str:
    words = words.strip()
    if not LEAST <= len(words) <= MOST:
        message = Message(N_("Give the reason in %(least)s to %(most)s characters."), {"least": LEAST, "most": MOST})
        raise Invalid(message, errors={field: message})
    return words


def _one_at_a_time() -> None:
    if db.session.get_bind().dialect.name == "postgresql":
        db.session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})


def _lock_attempts(regrading_id: int) -> None:
    """Let no result change until the unit of work ends."""
    concerned = select(RegradingLine.attempt_id).where(RegradingLine.regrading_id == regrading_id)
    db.session.execute(select(Attempt.id).where(Attempt.id.in_(concerned)).order_by(Attempt.id).with_for_update()).all()


def _note(found: Regrading, verb: str, actor: Any, now: datetime, **details: Any) -> None:
    audit.record(f"regrading.{verb}", f"regrading:{found.id}", actor=actor, now=now, **details)


def _chunks(lines: list[Line]) -> Iterable[list[Line]]:
    return (lines[start : start + CHUNK] for start in range(0, len(lines), CHUNK))
