"""Grading a handed-in attempt: shares by item, points by slot, totals by section, and telling everybody."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from sqlalchemy import insert

from lms.assessment import grading, queries
from lms.assessment.attempt_states import State, Verb
from lms.assessment.attempt_states import move as next_state
from lms.assessment.models import Attempt, AttemptEvent, Grade
from lms.core import events
from lms.core.database import db
from lms.enrolment import service as enrolment
from lms.question_bank import item_scores
from lms.question_bank import queries as bank


def grade(attempt: Attempt, now: datetime) -> None:
    """Give a submitted attempt (locked by the caller) its grades and its score, once."""
    plan = queries.plan_of(attempt)
    marks = _marks(attempt)
    outcome = grading.result(
        marks, cut=plan.definition.cut, section_cuts=[section.cut for section in plan.definition.sections]
    )
    db.session.execute(insert(Grade.__table__), [_grade_row(attempt, mark, now) for mark in marks])  # type: ignore[arg-type]
    state = next_state(State.SUBMITTED, Verb.MARKS_IN)
    assert isinstance(state, State)
    attempt.state, attempt.graded_at = state, now
    attempt.score, attempt.max_score = grading.rounded(outcome.total.score), grading.rounded(outcome.total.max_score)
    attempt.percent, attempt.passed = grading.rounded(outcome.total.percent), outcome.passed
    attempt.sections = [_section_row(section) for section in outcome.sections]
    db.session.add(AttemptEvent(attempt_id=attempt.id, verb=Verb.MARKS_IN.value, at=now, reason=""))
    db.session.flush()
    _tell(attempt, plan, marks)


def _marks(attempt: Attempt) -> list[grading.Mark]:
    answers = queries.saved_answers(attempt.id)
    items = bank.items(place["item_version_id"] for place in attempt.paper)
    marks = []
    for place in attempt.paper:
        saved = answers.get(place["slot"])
        share = item_scores.score(items[place["item_version_id"]], saved.answer if saved else None)
        points = Decimal(place["points"])
        marks.append(grading.mark(place["slot"], place["section"], share or Decimal(0), points))
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
    at = attempt.finished_at or attempt.graded_at
    assert at is not None and attempt.score is not None and attempt.percent is not None
    if attempt.kind == "exam":
        events.publish(
            events.AttemptFinished(
                attempt.id, attempt.person_id, attempt.subject, plan.number, at, attempt.score, attempt.max_score,
                attempt.percent, bool(attempt.passed), plan.definition.counts, _skills(attempt, marks),
            )
        )  # fmt: skip
    if _is_complete(attempt):
        reference = f"attempt:{attempt.id}"
        enrolment.complete(
            attempt.person_id, attempt.kind, attempt.subject, at=at, reference=reference, percent=attempt.percent
        )


def _skills(attempt: Attempt, marks: Sequence[grading.Mark]) -> dict[str, tuple[Decimal, Decimal]]:
    """Points and greatest possible points of the items that name a skill, by skill."""
    items = bank.items(place["item_version_id"] for place in attempt.paper)
    sums: dict[str, list[grading.Mark]] = {}
    for mark in marks:
        skill = items[attempt.paper[mark.slot - 1]["item_version_id"]].skill
        if skill:
            sums.setdefault(skill, []).append(mark)
    return {
        skill: (
            grading.rounded(_exact_sum(m.points for m in found)),
            grading.rounded(_exact_sum(m.max_points for m in found)),
        )
        for skill, found in sums.items()
    }


def _exact_sum(parts: Iterable[Fraction]) -> Fraction:
    """Their exact sum."""
    return sum(parts, Fraction(0))


def _is_complete(attempt: Attempt) -> bool:
    """Whether the exam now counts as passed: by this attempt, or by what its plan says counts."""
    definition = queries.plan_of(attempt).definition
    if definition.counts == "best":
        return bool(attempt.passed)
    return grading.passes(queries.graded_percents(attempt), definition.counts, definition.cut)
