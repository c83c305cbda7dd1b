"""What changed results would mean for whether people have passed, judged by what each plan counts."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, select

from lms.assessment import completing, queries
from lms.assessment.attempt_states import State
from lms.assessment.completing import Sat
from lms.assessment.models import Attempt
from lms.core import events
from lms.core.database import db

CHUNK = 500

Results = Mapping[int, tuple[Decimal | None, bool]]
"""New percent and verdict by attempt."""


def would_change(new: Results) -> Iterator[events.WouldChange]:
    """Every exam attempt whose result would change, or that would begin or cease to complete its exam by that.

    ``passes_now`` and ``passes_then`` say whether the attempt completes the exam: by its own verdict where the best
    result counts, else by what counts among the results up to it. A query per 500 attempts and one per 500 people.
    """
    sittings = _sittings(sorted(new))
    for people in _chunks(sorted({person_id for person_id, _exam in sittings})):
        by_sitting = defaultdict(list)
        for row in _attempts(people, {exam for _person, exam in sittings}):
            by_sitting[row.person_id, row.subject].append(row)
        for sitting, rows in by_sitting.items():
            if sitting in sittings:
                yield from _of_sitting(rows, new)


def _sittings(attempt_ids: Sequence[int]) -> set[tuple[int, str]]:
    """Who sat which exam."""
    found: set[tuple[int, str]] = set()
    for chunk in _chunks(attempt_ids):
        query = select(Attempt.person_id, Attempt.subject).where(Attempt.id.in_(chunk), Attempt.kind == "exam")
        found.update((person_id, exam) for person_id, exam in db.session.execute(query))
    return found


def _attempts(people: Sequence[int], exams: Iterable[str]) -> Sequence[Row[Any]]:
    query: Any = (
        select(
            Attempt.id, Attempt.person_id, Attempt.subject, Attempt.number, Attempt.state, Attempt.percent,
            Attempt.passed, Attempt.finished_at, Attempt.started_at, Attempt.exam_version_id,
        )
        .where(Attempt.person_id.in_(people), Attempt.kind == "exam", Attempt.subject.in_(sorted(exams)))
        .order_by(Attempt.person_id, Attempt.subject, Attempt.number)
    )  # fmt: skip
    rows: Sequence[Row[Any]] = db.session.execute(query).all()
    return rows


def _of_sitting(rows: Sequence[Row[Any]], new: Results) -> Iterator[events.WouldChange]:
    """One person's attempts at one exam, in the order they were begun; the plan of the last that changes decides."""
    plan = queries.definition_of([row.exam_version_id for row in rows if row.id in new][-1])
    now = [Sat(row.number, row.percent if row.state == State.GRADED else None, bool(row.passed)) for row in rows]
    then = [
        Sat(row.number, *new[row.id]) if row.id in new else sat for row, sat in zip(rows, now, strict=True)
    ]
    met_now = [is_met for _sat, is_met in completing.met(now, plan.counts, plan.cut)]
    met_then = [is_met for _sat, is_met in completing.met(then, plan.counts, plan.cut)]
    for row, before, after in zip(rows, met_now, met_then, strict=True):
        if row.id in new or before != after:
            at = row.finished_at or row.started_at
            yield events.WouldChange(row.id, row.person_id, row.subject, at, before, after)


def _chunks(values: Sequence[Any]) -> Iterator[Sequence[Any]]:
    return (values[start : start + CHUNK] for start in range(0, len(values), CHUNK))
