"""What new shares make of attempts, worked out in full before anything is written: so that the writing is short."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from itertools import islice
from types import SimpleNamespace
from typing import Any

from sqlalchemy import select

from lms.assessment import grading, queries, service_grading
from lms.assessment.attempt_states import State
from lms.assessment.models import Attempt
from lms.assessment.queries_regrading import HELD, REGRADABLE, HeldMarks, held_marks, mark_of
from lms.core import events
from lms.core.database import db

CHUNK = 500


@dataclass(frozen=True, slots=True)
class NewShare:
    """The share that one slot of an attempt is to have."""

    attempt_id: int
    slot: int
    share: Decimal


@dataclass(frozen=True, slots=True)
class Correction:
    """The grades that an attempt gets, and what they make of it.

    ``totals`` holds score, max_score, percent, passed and sections, and is empty while the attempt waits for other
    marks; ``news`` is None for those, and for checks. ``is_shaken``: what it completed may not hold any more;
    ``is_turned``: it passes now and did not, or the other way round.
    """

    attempt_id: int
    grades: list[dict[str, Any]]
    totals: dict[str, Any]
    news: events.AttemptFinished | None
    is_shaken: bool
    is_turned: bool


def corrections(shares: Iterable[NewShare]) -> Iterator[Correction]:
    """One for each attempt, in the order of the shares; two queries per 500. Those declared void meanwhile are left
    out."""
    rest = iter(shares)
    while chunk := list(islice(rest, CHUNK)):
        by_attempt: dict[int, list[NewShare]] = defaultdict(list)
        for one in chunk:
            by_attempt[one.attempt_id].append(one)
        query = select(*HELD).where(Attempt.id.in_(by_attempt), Attempt.state.in_(REGRADABLE)).order_by(Attempt.id)
        rows = {row.id: row for row in db.session.execute(query)}
        held = held_marks(rows)
        yield from (_correction(row, held[key], by_attempt[key]) for key, row in rows.items())


def _correction(row: Any, held: HeldMarks, shares: Sequence[NewShare]) -> Correction:
    places = {place["slot"]: place for place in row.paper}
    grades = [_grade(row.id, places[one.slot], one, held) for one in shares]
    if row.state != State.GRADED:
        return Correction(row.id, grades, {}, None, is_shaken=False, is_turned=False)
    plan = queries.plan_of(row)
    new = {one.slot: mark_of(one.slot, places[one.slot]["section"], one.share, places[one.slot]["points"]) for one in shares}
    marks = list({**held.marks, **new}.values())
    totals = service_grading.totals_of(service_grading.outcome_of(plan.definition, marks))
    before, after = (row.percent, row.passed), (totals["percent"], totals["passed"])
    is_shaken = service_grading.is_shaken(plan.definition, before, after)
    news = None
    if row.kind == "exam":
        versions = {slot: place["item_version_id"] for slot, place in places.items()}
        news = service_grading.news_of(SimpleNamespace(**{**row._mapping, **totals}), plan, marks, versions)
    return Correction(row.id, grades, totals, news, is_shaken, is_turned=before[1] != after[1])


def _grade(attempt_id: int, place: Mapping[str, Any], one: NewShare, held: HeldMarks) -> dict[str, Any]:
    most = Decimal(place["points"])
    return {
        "attempt_id": attempt_id,
        "slot": one.slot,
        "number": held.numbers[one.slot] + 1,
        "item_version_id": place["item_version_id"],
        "share": one.share,
        "points": grading.rounded(grading.recovered(one.share) * Fraction(most)),
        "max_points": most,
    }
