"""The result of an attempt, as far as its plan lets the reader see it now."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from lms.assessment import queries, queries_marking, queries_regrading, queries_versions
from lms.assessment.attempt_states import State
from lms.assessment.content import Exam as ExamDefinition
from lms.assessment.models import Attempt, Grade
from lms.assessment.papers import MARKED_BY_PEOPLE
from lms.assessment.queries_regrading import Regraded
from lms.assessment.queries_versions import Newer
from lms.assessment.showing import is_shown
from lms.core import access
from lms.core.database import db
from lms.core.texts import in_language
from lms.courses import queries as courses
from lms.question_bank import payloads
from lms.question_bank import queries as bank
from lms.question_bank.media_links import linked


@dataclass(frozen=True, slots=True)
class SectionResult:
    """Points of one part of an exam; ``cut`` in percent, None where the part has none."""

    title: Mapping[str, str] | None
    score: float
    max_score: float
    percent: float
    cut: Decimal | None
    passed: bool


@dataclass(frozen=True, slots=True)
class QuestionResult:
    """One question with the answer given and, in numbers as shown, the right one and the reasons."""

    seen: Mapping[str, Any]
    answer: Any
    points: Decimal
    max_points: Decimal
    right_answer: Any
    rationale: str
    feedback: Mapping[str, str]
    marks: Sequence[queries_marking.MarkShown] = ()

    @property
    def verdict(self) -> str:
        """right, partly, wrong or unanswered."""
        if self.answer is None or self.answer in ([], {}, ""):
            return "unanswered"
        if self.points >= self.max_points:
            return "right"
        return "partly" if self.points > 0 else "wrong"


@dataclass(frozen=True, slots=True)
class ResultView:
    """What may be seen of an attempt now; hidden parts are None or empty."""

    attempt: Attempt
    plan: ExamDefinition
    shows_score: bool
    shows_answers: bool
    sections: tuple[SectionResult, ...]
    questions: tuple[QuestionResult, ...]
    regraded: tuple[Regraded, ...] = ()
    newer: Mapping[int, Newer] = field(default_factory=dict)

    @property
    def state(self) -> State:
        return State(self.attempt.state)

    @property
    def score(self) -> Decimal | None:
        return self.attempt.score if self.shows_score else None

    @property
    def percent(self) -> Decimal | None:
        return self.attempt.percent if self.shows_score else None

    @property
    def passed(self) -> bool | None:
        """Also told, as False, while only the score waits for a pass."""
        if self.shows_score or self.plan.show.score == "after-pass":
            return self.attempt.passed
        return None


def result(viewer: Any, attempt_id: int, *, now: datetime, language: str) -> ResultView:
    """The result of an attempt of one's own; of anybody's for whoever reads content. At most six queries."""
    return result_of(queries.readable_attempt(viewer, attempt_id), viewer, now=now, language=language)


def result_of(attempt: Attempt, viewer: Any, *, now: datetime, language: str) -> ResultView:
    """The same for an attempt at hand."""
    plan = queries.plan_of(attempt).definition
    is_graded = attempt.state == State.GRADED
    shows_score = is_graded and _shows(plan.show.score, attempt, viewer, now)
    shows_answers = is_graded and _shows(plan.show.answers, attempt, viewer, now)
    sections = _sections(attempt, plan) if shows_score else ()
    is_new = attempt.graded_at == now  # came in this very moment: nothing can have been corrected since
    regraded = tuple(queries_regrading.regradings_of(attempt.id)) if is_graded and not is_new else ()
    questions = tuple(_questions(attempt, language, corrected_by(regraded))) if shows_answers else ()
    newer = queries_versions.newer_questions(attempt) if shows_answers and not is_new else {}
    return ResultView(attempt, plan, shows_score, shows_answers, sections, questions, regraded, newer)


def corrected_by(regraded: Sequence[Regraded]) -> Mapping[int, int]:
    """By slot, the version whose key holds instead of the one shown: that of the last regrading not undone."""
    holding = [one for one in reversed(regraded) if one.undone_at is None and one.to_version_id is not None]
    return {one.slot: one.to_version_id for one in holding if one.to_version_id is not None}


def _shows(showing: Any, attempt: Attempt, viewer: Any, now: datetime) -> bool:
    if attempt.person_id != viewer.id and access.has(viewer, "content.read"):
        return True
    has_passed, closes_at = bool(attempt.passed), None
    if showing == "after-pass" and not has_passed and attempt.kind == "exam":
        has_passed = queries.has_passed(attempt.person_id, attempt.exam_id)
    if showing == "after-close":
        closes_at = queries.closes_at(attempt.exam_id)
    return is_shown(showing, has_passed=has_passed, closes_at=closes_at, now=now)


def _sections(attempt: Attempt, plan: ExamDefinition) -> tuple[SectionResult, ...]:
    return tuple(
        SectionResult(section.title, row["score"], row["max_score"], row["percent"], section.cut, row["passed"])
        for section, row in zip(plan.sections, attempt.sections or (), strict=True)
    )


def _questions(attempt: Attempt, language: str, corrected: Mapping[int, int]) -> Iterator[QuestionResult]:
    """The questions as they were shown; right answers and reasons by the key that holds."""
    answers = queries.saved_answers(attempt.id)
    grades = _grades(attempt.id)
    stored = bank.stored_items([*(place["item_version_id"] for place in attempt.paper), *corrected.values()])
    is_written = any(item.definition.type in MARKED_BY_PEOPLE for item in stored.values())
    marks = queries_marking.marks_of(attempt.id) if is_written else {}
    for place in attempt.paper:
        item = stored[place["item_version_id"]]
        saved = answers.get(place["slot"])
        yield QuestionResult(
            marks=marks.get(place["slot"], ()),
            seen=payloads.question(place, item.definition, item.media, language),
            answer=payloads.answer_shown(place, item.definition, saved.answer if saved else None),
            points=grades.get(place["slot"], Decimal(0)),
            max_points=Decimal(place["points"]),
            **_explanation(place, item, stored.get(corrected.get(place["slot"], 0)), language),
        )


def _explanation(
    place: Mapping[str, Any], shown: bank.StoredItem, corrected: bank.StoredItem | None, language: str
) -> dict[str, Any]:
    """Why, by the corrected version where it speaks of what was shown; else by the version shown, without its key."""
    if corrected is None:
        return payloads.explanation(place, shown.definition, language, shown.media)
    try:
        return payloads.explanation(place, corrected.definition, language, corrected.media)
    except ValueError:  # its right answer, or its feedback, is about an option that was not shown
        rationale = linked(in_language(corrected.definition.rationale, language), corrected.media)
        return {"right_answer": None, "rationale": rationale, "feedback": {}}


def _grades(attempt_id: int) -> dict[int, Decimal]:
    """The points that hold now, by slot: those of the grade with the greatest number."""
    query = select(Grade.slot, Grade.points).where(Grade.attempt_id == attempt_id).order_by(Grade.slot, Grade.number)
    return {slot: points for slot, points in db.session.execute(query)}


@dataclass(frozen=True, slots=True)
class Reread:
    """A lesson worth reading again, and the points lost on what it teaches."""

    course_key: str
    lesson_key: str
    title: Mapping[str, str]
    lost: Decimal


MOST_REREAD = 3


def to_reread(view: ResultView) -> list[Reread]:
    """After an exam that was not passed: the lessons on which most points were lost, most first; two queries.

    It names lessons, never questions: which answers were right stays hidden as the plan says.
    """
    attempt = view.attempt
    if attempt.kind != "exam" or attempt.state != State.GRADED or view.passed is not False:
        return []
    grades, lost = _grades(attempt.id), Counter[tuple[str, str]]()
    stored = bank.stored_items(place["item_version_id"] for place in attempt.paper)
    for place in attempt.paper:
        missing = Decimal(place["points"]) - grades.get(place["slot"], Decimal(0))
        lessons = {tuple(step.split("/")[:2]) for step in stored[place["item_version_id"]].definition.sop if "/" in step}
        for course_key, lesson_key in lessons if missing > 0 else ():
            lost[course_key, lesson_key] += missing  # type: ignore[assignment]
    titles = courses.lesson_titles(lost) if lost else {}
    ranked = sorted(titles, key=lambda lesson: (-lost[lesson], lesson))
    return [Reread(*lesson, titles[lesson], Decimal(lost[lesson])) for lesson in ranked[:MOST_REREAD]]
