"""Writing the corrections of a regrading, and letting all that follows from them follow, in one unit of work."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import exists, insert, select
from sqlalchemy.orm import aliased, defer

from lms.assessment import service_grading
from lms.assessment.models import Attempt, AttemptEvent, Grade
from lms.assessment.models_regrading import Regrading, RegradingLine
from lms.assessment.queries_corrections import Correction
from lms.assessment.regrading import Outcome
from lms.assessment.regrading_states import State as RegradingState
from lms.assessment.service_completions import settle_together
from lms.assessment.service_escalations import note_outcome
from lms.core import events
from lms.core.database import db, write_rows

CHUNK = 500


def regrade(
    about: Regrading, corrections: Sequence[Correction], *, reason: str, grader_id: int | None, now: datetime
) -> int:
    """Add the grades, total the attempts that have a result, and tell everybody; returns how many were written.

    The caller holds the attempts, and knows that the corrections were worked out from what holds.
    """
    ours = {"regrading_id": about.id, "grader_id": grader_id, "reason": reason, "source": "regrade", "graded_at": now}
    totalled = [one for one in corrections if one.totals]
    for part in _parts(corrections):
        db.session.execute(insert(Grade), [{**grade, **ours} for one in part for grade in one.grades])
    for part in _parts(totalled):
        write_rows(Attempt, [{"id": one.attempt_id, **one.totals} for one in part])
        told = {"verb": service_grading.RETOTAL, "at": now, "reason": reason}
        db.session.execute(insert(AttemptEvent), [{"attempt_id": one.attempt_id, **told} for one in part])
        events.publish(events.AttemptsRegraded(tuple(one.news for one in part if one.news is not None)))
    _follow(totalled, reason, now)
    return sum(len(one.grades) for one in corrections)


def _follow(corrections: Sequence[Correction], reason: str, now: datetime) -> None:
    """Completions, certificates and escalations of those whose result means something else now."""
    for part in _parts([one for one in corrections if one.is_turned]):
        for attempt in _attempts(part):
            note_outcome(attempt, now)
    by_sitting: dict[tuple[int, str, str], list[Attempt]] = defaultdict(list)
    for part in _parts([one for one in corrections if one.is_shaken]):
        for attempt in _attempts(part):
            by_sitting[attempt.person_id, attempt.kind, attempt.subject].append(attempt)
    for together in by_sitting.values():
        settle_together(together, reason=reason, now=now)


def _attempts(corrections: Sequence[Correction]) -> Sequence[Attempt]:
    query = select(Attempt).where(Attempt.id.in_([one.attempt_id for one in corrections])).order_by(Attempt.id)
    return db.session.scalars(query.options(defer(Attempt.paper))).all()


def _parts(corrections: Sequence[Correction]) -> list[Sequence[Correction]]:
    return [corrections[start : start + CHUNK] for start in range(0, len(corrections), CHUNK)]


def still_holds(about: Regrading) -> bool:
    """Whether the points that the regrading gave are those that hold, so that it can be taken back.

    They do not while a later regrading of the same answers stands: it was decided on these points, even where it left
    them as they were.
    """
    return not (_has_other_points(about) or _is_built_upon(about))


def _has_other_points(about: Regrading) -> bool:
    later = aliased(Grade)
    has_later = exists().where(
        later.attempt_id == Grade.attempt_id, later.slot == Grade.slot, later.number > Grade.number
    )
    query = (
        select(Grade.id)
        .join(RegradingLine, (RegradingLine.attempt_id == Grade.attempt_id) & (RegradingLine.slot == Grade.slot))
        .where(RegradingLine.regrading_id == about.id, RegradingLine.outcome == Outcome.CHANGED.value)
        .where(~has_later, Grade.share != RegradingLine.new_share)
    )
    return db.session.scalar(query.limit(1)) is not None


def _is_built_upon(about: Regrading) -> bool:
    ours, theirs = aliased(RegradingLine), aliased(RegradingLine)
    is_later = (Regrading.applied_at > about.applied_at) | (
        (Regrading.applied_at == about.applied_at) & (Regrading.id > about.id)
    )
    query = (
        select(theirs.id)
        .join(Regrading, Regrading.id == theirs.regrading_id)
        .join(ours, (ours.attempt_id == theirs.attempt_id) & (ours.slot == theirs.slot))
        .where(ours.regrading_id == about.id, ours.outcome == Outcome.CHANGED.value)
        .where(Regrading.item_id == about.item_id, Regrading.state == RegradingState.APPLIED.value, is_later)
    )
    return db.session.scalar(query.limit(1)) is not None
