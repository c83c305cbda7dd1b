"""The dry run of a regrading: what would become of every attempt, counted at once for few and by jobs for many.

A job counts some attempts, writes their lines and promises the next one, so that the page can tell how far it is,
nobody waits for the database meanwhile, and a process that dies loses one step only. Results that change while it
counts are found when it is approved: everything is counted once more then.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import delete, insert

from lms.assessment import queries_consequences, regrading
from lms.assessment import queries_regrading as reads
from lms.assessment.models_regrading import Regrading, RegradingLine
from lms.assessment.regrading import Line, Rule
from lms.assessment.regrading_states import State, Verb
from lms.assessment.service_regrading_rules import held, leave_to_job, move, said
from lms.core import events
from lms.core.database import db
from lms.core.errors import Invalid
from lms.core.texts import N_, Message
from lms.question_bank import queries as bank

AT_ONCE = 500
"""So many attempts are counted while the trainer waits; more are left to jobs."""
STEP = 1000
"""Attempts that one job counts."""
JOB = "assessment.dry-run"
CHUNK = 500


@dataclass(frozen=True, slots=True)
class Wanted:
    """A regrading as it is asked for; ``to_version_id`` None for full marks."""

    item: str
    from_version_id: int
    to_version_id: int | None
    rule: Rule
    keeps_passes: bool
    reason: str


def dry_run(wanted: Wanted, *, actor: Any, now: datetime) -> Regrading:
    """Count and keep what the regrading would do, or begin to; nothing else changes.

    Raises ``Invalid`` with a sentence by field for versions that cannot be used so.
    """
    item_id = _checked(wanted)
    found = Regrading(
        item_id=item_id, from_version_id=wanted.from_version_id, to_version_id=wanted.to_version_id,
        rule=wanted.rule.value, keeps_passes=wanted.keeps_passes, reason=said(wanted.reason, "reason"),
        state=State.DRAFT, proposed_by_id=actor.id, created_at=now, counted_at=now, sha256="", figures={}, touched=[],
        decision="", undo_reason="", withdrawn_reason="", job_key="",
    )  # fmt: skip
    db.session.add(found)
    db.session.flush()
    _begin(found, now)
    return found


def count_again(regrading_id: int, *, actor: Any, now: datetime) -> Regrading:
    """Do the dry run once more; what was proposed has to be proposed again."""
    found = held(regrading_id)
    move(found, Verb.COUNT)
    found.proposed_by_id, found.decided_by_id = actor.id, None
    _begin(found, now)
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


# ---- counting -------------------------------------------------------------------


def _begin(found: Regrading, now: datetime) -> None:
    """Forget the lines of before; count at once, or promise the first job."""
    db.session.execute(delete(RegradingLine).where(RegradingLine.regrading_id == found.id))
    found.sha256, found.touched, found.counted_at = "", [], now
    found.figures = {**regrading.figures([]), "open": 0}
    found.counted, found.expected = 0, reads.met_count(found.from_version_id)
    if found.expected > AT_ONCE:
        leave_to_job(found, JOB, now, after=0)
        return
    lines = list(reads.lines_of(found))
    _write(found, lines)
    _conclude(found, _conclusion(found, lines, now), now)


@dataclass(frozen=True, slots=True)
class Conclusion:
    """What all lines come to: the digest by which approval knows them, the figures, and what they would touch."""

    sha256: str
    count: int
    figures: dict[str, int]
    touched: list[Any]


@dataclass(frozen=True, slots=True)
class Step:
    """Some lines of a dry run; with the last of them what all come to."""

    lines: list[Line]
    conclusion: Conclusion | None


def count_step(regrading_id: int, key: str, after: int, now: datetime) -> Step | None:
    """Count the attempts that follow ``after``; reads only, so that nobody has to wait for it. None for a regrading
    that was withdrawn or is being counted anew."""
    found = db.session.get(Regrading, regrading_id, populate_existing=True)
    if found is None or not _is_counting(found, key):
        return None
    lines = list(islice(reads.lines_of(found, after), STEP))
    if len(lines) == STEP:
        return Step(lines, None)
    return Step(lines, _conclusion(found, [*reads.kept_lines(found.id), *lines], now))


def step(regrading_id: int, key: str, counted: Step | None, now: datetime) -> None:
    """The job: write the lines that were counted, and promise the next step or conclude.

    It does nothing for a regrading that was withdrawn meanwhile or is being counted anew.
    """
    found = held(regrading_id)
    if counted is None or not _is_counting(found, key):
        return
    _write(found, counted.lines)
    if counted.conclusion is None:
        leave_to_job(found, JOB, now, after=counted.lines[-1].attempt_id)
    else:
        _conclude(found, counted.conclusion, now)


def _is_counting(found: Regrading, key: str) -> bool:
    return reads.is_counting(found) and found.job_key == key


def _write(found: Regrading, lines: list[Line]) -> None:
    for start in range(0, len(lines), CHUNK):
        rows = [{"regrading_id": found.id, **asdict(line)} for line in lines[start : start + CHUNK]]
        db.session.execute(insert(RegradingLine), rows)
    found.counted += len(lines)


def _conclusion(found: Regrading, lines: list[Line], now: datetime) -> Conclusion:
    figures = {**regrading.figures(lines), "open": reads.open_attempts(found.item_id)}
    asked = events.ConsequencesAsked(tuple(_changes(lines)), now, [])
    events.publish(asked)
    return Conclusion(regrading.digest(lines), len(lines), figures, asked.found)


def _conclude(found: Regrading, all_of_it: Conclusion, now: datetime) -> None:
    found.counted_at, found.sha256 = now, all_of_it.sha256
    found.counted = found.expected = all_of_it.count
    found.figures, found.touched = all_of_it.figures, all_of_it.touched
    db.session.flush()


def _changes(lines: list[Line]) -> Iterable[events.WouldChange]:
    changed = [line for line in lines if line.outcome is regrading.Outcome.CHANGED and line.new_percent is not None]
    new = {line.attempt_id: (line.new_percent, bool(line.new_passed)) for line in changed}
    return queries_consequences.would_change(new)
