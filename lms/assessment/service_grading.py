"""Grading a handed-in attempt: shares by item, points by slot, totals by section, and telling everybody."""

import secrets
from collections.abc import Mapping, Sequence, Set
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from sqlalchemy import Select, func, insert, select

from lms.assessment import grading, queries
from lms.assessment.attempt_states import SENTENCES, State, Verb
from lms.assessment.attempt_states import move as next_state
from lms.assessment.content import Exam
from lms.assessment.models import Attempt, AttemptEvent, Grade
from lms.assessment.models_marking import Essay
from lms.assessment.service_completions import settle
from lms.assessment.service_escalations import note_outcome
from lms.core import events
from lms.core.database import db
from lms.core.errors import Conflict
from lms.core.texts import Message
from lms.enrolment import service as enrolment
from lms.question_bank import item_scores
from lms.question_bank import queries as bank

RETOTAL = "retotal"
"""In an attempt's history: its score was counted again from other grades."""
LAST_ESSAY = 2**53
"""The ids of answers to mark lie between 1 and this, in no order."""


def grade(attempt: Attempt, now: datetime) -> None:
    """Give a submitted attempt (locked by the caller) the grades a machine can give, once; and its score, unless
    people have to mark some of its answers first."""
    marks = _machine_marks(attempt)
    if marks:
        db.session.execute(insert(Grade.__table__), [_grade_row(attempt, mark, now) for mark in marks])  # type: ignore[arg-type]
    if len(marks) == len(attempt.paper):
        _conclude(attempt, marks, now)
    else:
        _let_wait(attempt, {mark.slot for mark in marks}, now)


def _let_wait(attempt: Attempt, graded: Set[int], now: datetime) -> None:
    """Put the other answers before the markers."""
    needed = queries.plan_of(attempt).definition.marking.markers
    waiting = [place for place in attempt.paper if place["slot"] not in graded]
    db.session.add_all(
        Essay(
            id=secrets.randbelow(LAST_ESSAY) + 1,  # in addresses markers see: one that counts up would tell who wrote it
            attempt_id=attempt.id,
            slot=place["slot"],
            exam_id=attempt.exam_id,
            item_id=place["item_id"],
            item_version_id=place["item_version_id"],
            person_id=attempt.person_id,
            handed_in_at=attempt.finished_at or now,
            marks_needed=needed,
        )
        for place in waiting
    )


def add_mark(attempt: Attempt, slot: int, share: Fraction, *, grader: Any, reason: str, now: datetime) -> bool:
    """Write what people gave an answer of a submitted attempt (locked by the caller).

    With the last of them the attempt is graded; returns whether it is.
    """
    place = attempt.paper[slot - 1]
    mark = grading.Mark(slot, place["section"], share, Fraction(Decimal(place["points"])))
    number = 1 + (db.session.scalar(_last_number(attempt.id, slot)) or 0)
    by_people = {"number": number, "source": "marker", "grader_id": getattr(grader, "id", None), "reason": reason}
    db.session.execute(insert(Grade.__table__), [{**_grade_row(attempt, mark, now), **by_people}])  # type: ignore[arg-type]
    marks = marks_that_hold(attempt)
    is_last = attempt.state == State.SUBMITTED and len(marks) == len(attempt.paper)
    if is_last:
        _conclude(attempt, marks, now)
    return is_last


def retotal(attempt: Attempt, now: datetime, *, reason: str) -> grading.Result:
    """Total a graded attempt (locked by the caller) again from the grades that hold now, and tell everybody.

    What it had completed is withdrawn or holds again. ``reason`` stands in the attempt's history. Raises ``Conflict``
    for an attempt that has no result.
    """
    if attempt.state != State.GRADED:
        raise Conflict(Message(SENTENCES[State(attempt.state)]), state=attempt.state)
    marks, before, plan = marks_that_hold(attempt), (attempt.percent, attempt.passed), queries.plan_of(attempt)
    outcome = _total(attempt, plan, marks)
    db.session.add(AttemptEvent(attempt_id=attempt.id, verb=RETOTAL, at=now, reason=reason))
    _publish(attempt, plan, marks)
    if is_shaken(plan.definition, before, (attempt.percent, attempt.passed)):
        settle(attempt, reason=reason, now=now)
    if before[1] != attempt.passed:
        note_outcome(attempt, now)
    return outcome


def is_shaken(plan: Exam, before: tuple[Any, Any], after: tuple[Any, Any]) -> bool:
    """Whether what was completed may not hold any more, by percent and verdict before and after."""
    return before[1] != after[1] or (plan.counts != "best" and before[0] != after[0])


def marks_that_hold(attempt: Attempt) -> list[grading.Mark]:
    """The marks of the slots that have a grade: of each slot the one with the greatest number."""
    query = (
        select(Grade.slot, Grade.share, Grade.max_points)
        .where(Grade.attempt_id == attempt.id)
        .order_by(Grade.slot, Grade.number)
    )
    held = {slot: (share, most) for slot, share, most in db.session.execute(query)}
    return [
        grading.Mark(slot, attempt.paper[slot - 1]["section"], grading.recovered(share), Fraction(most))
        for slot, (share, most) in held.items()
    ]


def _conclude(attempt: Attempt, marks: Sequence[grading.Mark], now: datetime) -> None:
    """All marks are in: the score, the new state, and the news."""
    plan = queries.plan_of(attempt)
    _total(attempt, plan, marks)
    state = next_state(State.SUBMITTED, Verb.MARKS_IN)
    assert isinstance(state, State)
    attempt.state, attempt.graded_at = state, now
    db.session.add(AttemptEvent(attempt_id=attempt.id, verb=Verb.MARKS_IN.value, at=now, reason=""))
    db.session.flush()
    _tell(attempt, plan, marks)
    note_outcome(attempt, now)


def _total(attempt: Attempt, plan: queries.Plan, marks: Sequence[grading.Mark]) -> grading.Result:
    outcome = outcome_of(plan.definition, marks)
    for name, value in totals_of(outcome).items():
        setattr(attempt, name, value)
    return outcome


def outcome_of(plan: Exam, marks: Sequence[grading.Mark]) -> grading.Result:
    """What these marks come to under a plan."""
    return grading.result(marks, cut=plan.cut, section_cuts=[section.cut for section in plan.sections])


def totals_of(outcome: grading.Result) -> dict[str, Any]:
    """A result as an attempt keeps it: score, max_score, percent, passed, sections."""
    return {
        "score": grading.rounded(outcome.total.score),
        "max_score": grading.rounded(outcome.total.max_score),
        "percent": grading.rounded(outcome.total.percent),
        "passed": outcome.passed,
        "sections": [_section_row(section) for section in outcome.sections],
    }


def _last_number(attempt_id: int, slot: int) -> Select[Any]:
    return select(func.max(Grade.number)).where(Grade.attempt_id == attempt_id, Grade.slot == slot)


def _machine_marks(attempt: Attempt) -> list[grading.Mark]:
    """The marks of all answers that need no person."""
    answers = queries.saved_answers(attempt.id)
    items = bank.items(place["item_version_id"] for place in attempt.paper)
    marks = []
    for place in attempt.paper:
        saved = answers.get(place["slot"])
        share = item_scores.score(items[place["item_version_id"]], saved.answer if saved else None)
        if share is not None:
            marks.append(grading.mark(place["slot"], place["section"], share, Decimal(place["points"])))
    return marks


def _grade_row(attempt: Attempt, mark: grading.Mark, now: datetime) -> Mapping[str, Any]:
    return {
        "attempt_id": attempt.id,
        "slot": mark.slot,
        "number": 1,
        "item_version_id": attempt.paper[mark.slot - 1]["item_version_id"],
        "share": grading.rounded(mark.share),
        "points": grading.rounded(mark.points),
        "max_points": grading.rounded(mark.max_points),
        "source": "machine",
        "grader_id": None,
        "reason": "",
        "graded_at": now,
    }


def _section_row(total: grading.Total) -> dict[str, Any]:
    return {
        "score": float(total.score),
        "max_score": float(total.max_score),
        "percent": float(total.percent),
        "passed": total.passed,
    }


def _tell(attempt: Attempt, plan: queries.Plan, marks: Sequence[grading.Mark]) -> None:
    """Record what is completed with a pass, and publish the result of an exam."""
    _publish(attempt, plan, marks)
    if _is_complete(attempt, plan.definition):
        at, reference = attempt.finished_at or attempt.graded_at, f"attempt:{attempt.id}"
        assert at is not None
        enrolment.complete(
            attempt.person_id, attempt.kind, attempt.subject, at=at, reference=reference, percent=attempt.percent
        )


def _publish(attempt: Attempt, plan: queries.Plan, marks: Sequence[grading.Mark]) -> None:
    if attempt.kind == "exam":
        versions = {place["slot"]: place["item_version_id"] for place in attempt.paper}
        events.publish(news_of(attempt, plan, marks, versions))


def news_of(
    attempt: Any, plan: queries.Plan, marks: Sequence[grading.Mark], versions: Mapping[int, int]
) -> events.AttemptFinished:
    """The news of a graded exam attempt, or of a row with its columns; ``versions`` are those of the items, by slot."""
    at = attempt.finished_at or attempt.graded_at
    assert at is not None and attempt.score is not None and attempt.percent is not None
    return events.AttemptFinished(
        attempt.id, attempt.person_id, attempt.subject, plan.number, at, attempt.score, attempt.max_score,
        attempt.percent, bool(attempt.passed), plan.definition.counts, _skills(marks, versions),
    )  # fmt: skip


def _skills(marks: Sequence[grading.Mark], versions: Mapping[int, int]) -> dict[str, tuple[Decimal, Decimal]]:
    """Points and greatest possible points of the items that name a skill, by skill."""
    items = bank.items(versions.values())
    sums: dict[str, list[grading.Mark]] = {}
    for mark in marks:
        skill = items[versions[mark.slot]].skill
        if skill:
            sums.setdefault(skill, []).append(mark)
    return {
        skill: (
            grading.rounded(grading.exact_sum(m.points for m in found)),
            grading.rounded(grading.exact_sum(m.max_points for m in found)),
        )
        for skill, found in sums.items()
    }


def _is_complete(attempt: Attempt, definition: Exam) -> bool:
    """Whether the exam now counts as passed: by this attempt, or by what its plan says counts."""
    if definition.counts == "best":
        return bool(attempt.passed)
    return grading.passes(queries.graded_percents(attempt), definition.counts, definition.cut)
