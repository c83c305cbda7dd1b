"""Writing the new grades of a regrading and totalling their attempts again, 500 at a time, in one unit of work."""

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from itertools import islice
from typing import Any

from sqlalchemy import exists, func, insert, select
from sqlalchemy.orm import aliased

from lms.assessment import grading, service_grading
from lms.assessment.attempt_states import State
from lms.assessment.models import Attempt, Grade
from lms.assessment.models_regrading import Regrading, RegradingLine
from lms.assessment.queries_regrading import held_marks
from lms.assessment.regrading import Outcome
from lms.assessment.regrading_states import State as RegradingState
from lms.assessment.service_completions import settle_together
from lms.core.database import db

CHUNK = 500
REGRADABLE = (State.GRADED, State.SUBMITTED)


@dataclass(frozen=True, slots=True)
class NewShare:
    """The share that one slot of an attempt is to have."""

    attempt_id: int
    slot: int
    share: Decimal


def regrade(
    about: Regrading, shares: Iterable[NewShare], *, reason: str, grader_id: int | None, now: datetime
) -> int:
    """Add a grade for each, total the attempts that have a result, and tell everybody; returns how many were written.

    An attempt declared void meanwhile is left alone; one that waits for marks is totalled when they are in.
    """
    count, rest = 0, iter(shares)
    unsettled: list[Attempt] = []
    while chunk := list(islice(rest, CHUNK)):
        attempts = _attempts({one.attempt_id for one in chunk})
        written = [one for one in chunk if one.attempt_id in attempts]
        rows = [_row(attempts[one.attempt_id], one) for one in written]
        for row, number in zip(rows, _numbers(rows), strict=True):
            row |= {"number": number, "regrading_id": about.id, "grader_id": grader_id, "reason": reason}
            row |= {"source": "regrade", "graded_at": now}
        if rows:
            db.session.execute(insert(Grade), rows)
        _retotal(attempts, reason, now, unsettled)
        count += len(written)
    by_sitting: dict[tuple[int, str, str], list[Attempt]] = defaultdict(list)
    for attempt in unsettled:
        by_sitting[attempt.person_id, attempt.kind, attempt.subject].append(attempt)
    for together in by_sitting.values():
        settle_together(together, reason=reason, now=now)
    return count


def _retotal(attempts: dict[int, Attempt], reason: str, now: datetime, unsettled: list[Attempt]) -> None:
    graded = {key: attempt for key, attempt in attempts.items() if attempt.state == State.GRADED}
    marks, _sources = held_marks(graded)
    with db.session.no_autoflush:  # written together, not one by one
        for key, attempt in graded.items():
            service_grading.retotal(attempt, now, reason=reason, marks=list(marks[key].values()), unsettled=unsettled)
    db.session.flush()


def _attempts(ids: set[int]) -> dict[int, Attempt]:
    query = select(Attempt).where(Attempt.id.in_(ids), Attempt.state.in_(REGRADABLE)).order_by(Attempt.id)
    found = db.session.scalars(query.with_for_update().execution_options(populate_existing=True))
    return {attempt.id: attempt for attempt in found}


def _row(attempt: Attempt, one: NewShare) -> dict[str, Any]:
    place = attempt.paper[one.slot - 1]
    share, most = grading.recovered(one.share), Decimal(place["points"])
    return {
        "attempt_id": attempt.id,
        "slot": one.slot,
        "item_version_id": place["item_version_id"],
        "share": one.share,
        "points": grading.rounded(share * Fraction(most)),
        "max_points": most,
    }


def _numbers(rows: list[dict[str, Any]]) -> Iterator[int]:
    """For each row the number that its grade gets."""
    query = (
        select(Grade.attempt_id, Grade.slot, func.max(Grade.number))
        .where(Grade.attempt_id.in_([row["attempt_id"] for row in rows]))
        .group_by(Grade.attempt_id, Grade.slot)
    )
    last = {(attempt_id, slot): number for attempt_id, slot, number in db.session.execute(query)}
    return (1 + last.get((row["attempt_id"], row["slot"]), 0) for row in rows)


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
