"""The REST calls of sitting exams and lesson checks."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Response
from pydantic import Field

from lms.assessment import queries, queries_results, service
from lms.assessment.attempt_states import State
from lms.assessment.models import Attempt
from lms.assessment.queries_marking import MarkShown
from lms.assessment.queries_results import QuestionResult, ResultView
from lms.core import clock
from lms.core.access import Scope, viewer
from lms.core.api import Answer, Api, Body, problem
from lms.core.database import unit_of_work
from lms.core.errors import Conflict
from lms.core.locale import language
from lms.core.texts import in_language
from lms.question_bank import payloads
from lms.question_bank import queries as bank

api = Api("assessment")


class Choice(Answer):
    """Something shown under a number; emotion labels keep their names."""

    id: str
    text: str


class Picture(Answer):
    """A picture and its words."""

    alt: str
    url: str | None = None


class Recording(Answer):
    """A recording and what is said in it."""

    transcript: str
    url: str | None = None


class Question(Answer):
    """A question as its learner sees it."""

    slot: int
    type: str
    stem: str
    points: float
    options: list[Choice] | None = None
    left: list[Choice] | None = None
    right: list[Choice] | None = None
    statements: list[Choice] | None = None
    categories: list[Choice] | None = None
    labels: list[Choice] | None = None
    utterance: str | None = None
    cues: list[str] | None = None
    image: Picture | None = None
    audio: Recording | None = None
    min_chars: int | None = None
    max_chars: int | None = None
    answer: Any = None
    seq: int | None = None


class AttemptAnswer(Answer):
    """An attempt to work on."""

    id: int
    state: State
    deadline_at: datetime | None
    items: list[Question]


class SectionAnswer(Answer):
    """The result of one part."""

    title: str
    score: float
    max_score: float
    percent: float
    cut: float | None
    passed: bool


class LineMarkAnswer(Answer):
    """What one line of the rubric earned."""

    title: str
    score: float
    max_score: float
    description: str | None
    comment: str


class MarkAnswer(Answer):
    """One marker's mark of a written answer; ``how`` says what became of several."""

    marked_at: datetime
    lines: list[LineMarkAnswer]
    comment: str
    how: str | None


class ExplainedQuestion(Question):
    """A question with its outcome and the reasons; ``marks`` for what people marked."""

    score: float
    right_answer: Any
    rationale: str
    feedback: dict[str, str]
    marks: list[MarkAnswer] | None = None


class SubmissionAnswer(Answer):
    """A handed-in attempt; what its plan does not show yet is null, and ``items`` are left out."""

    state: State
    score: float | None
    max_score: float
    percent: float | None
    passed: bool | None
    sections: list[SectionAnswer]
    items: list[ExplainedQuestion] | None = None


class ResponseBody(Body):
    """An answer; a greater ``seq`` is newer."""

    answer: Any
    seq: int = Field(ge=0, le=2**53)


class ResponseAnswer(Answer):
    """The answer that holds for the slot."""

    slot: int
    seq: int
    saved_at: datetime


LEARN: Mapping[str, Any] = {"scope": Scope.LEARN, "permission": "learn"}


@api.post(
    "/exams/<exam>/attempts",
    summary="Begin an attempt at an exam, or go on with the open one",
    returns=AttemptAnswer,
    status=201,
    other={200: "the open attempt", 409: "not now, and why"},
    **LEARN,
)
def start_attempt(exam: str) -> Any:
    """201 for a new attempt, 200 for the open one."""
    return _started(service.start_attempt(exam, viewer(), now=clock.now(), language=language()))


@api.post(
    "/me/lessons/<course>/<lesson>/attempts",
    summary="Begin the knowledge check of a lesson, or go on with the open one",
    returns=AttemptAnswer,
    status=201,
    other={200: "the open attempt", 409: "the lesson has no check"},
    **LEARN,
)
def start_check(course: str, lesson: str) -> Any:
    """201 for a new attempt, 200 for the open one."""
    return _started(service.start_check(course, lesson, viewer(), now=clock.now(), language=language()))


def _started(started: service.Started) -> Any:
    return _attempt(started.attempt, with_answers=not started.is_new), 201 if started.is_new else 200


@api.get("/attempts/<int:attempt_id>", summary="An attempt with its saved answers", returns=AttemptAnswer, **LEARN)
def attempt(attempt_id: int) -> Any:
    """As at the start, each item with its saved ``answer`` and ``seq``."""
    now, found = clock.now(), queries.own_attempt(viewer(), attempt_id)
    if service.is_due(found, now):
        with unit_of_work():
            service.close_if_due(attempt_id, now)
        found = queries.own_attempt(viewer(), attempt_id)
    return _attempt(found, with_answers=True)


def _attempt(found: Attempt, *, with_answers: bool) -> dict[str, Any]:
    return {
        "id": found.id,
        "state": found.state,
        "deadline_at": found.deadline_at,
        "items": list(_questions(found, with_answers)),
    }


def _questions(found: Attempt, with_answers: bool) -> Any:
    stored = bank.stored_items(place["item_version_id"] for place in found.paper)
    saved = queries.saved_answers(found.id) if with_answers else {}
    for place in found.paper:
        item = stored[place["item_version_id"]]
        question = payloads.question(place, item.definition, item.media, language())
        if with_answers:
            held = saved.get(place["slot"])
            question["answer"] = payloads.answer_shown(place, item.definition, held.answer if held else None)
            question["seq"] = held.seq if held else 0
        yield question


@api.put(
    "/attempts/<int:attempt_id>/responses/<int:slot>",
    summary="Save an answer; a repeated or older seq changes nothing",
    body=ResponseBody,
    returns=ResponseAnswer,
    other={409: "too late: recorded (`recorded` is `late`), never scored; after several late ones not recorded"},
    **LEARN,
)
def save_response(attempt_id: int, slot: int, body: ResponseBody) -> Any:
    """What holds for the slot now."""
    saved = service.save_response(attempt_id, viewer(), slot, body.answer, body.seq, now=clock.now())
    if isinstance(saved, service.Late):
        return too_late(saved)
    return {"slot": saved.slot, "seq": saved.seq, "saved_at": saved.saved_at}


def too_late(late: service.Late) -> Response:
    """409 as a response, not as an error: the late answer must be committed. ``recorded`` is missing where it is not
    kept."""
    told: dict[str, Any] = {"recorded": "late"} if late.is_kept else {}
    return problem(Conflict(late.reason, slot=late.slot, seq=late.seq, **told))


@api.post(
    "/attempts/<int:attempt_id>/submission",
    summary="Hand an attempt in; repeating it returns the same",
    returns=SubmissionAnswer,
    other={409: "it was abandoned or declared void"},
    **LEARN,
)
def submit(attempt_id: int) -> Any:
    """The result, as far as the plan shows it."""
    now = clock.now()
    found = service.submit(attempt_id, viewer(), now=now)
    return _submission(queries_results.result_of(found, viewer(), now=now, language=language()))


def _submission(view: ResultView) -> dict[str, Any]:
    body: dict[str, Any] = {
        "state": view.state,
        "score": view.score,
        "max_score": view.attempt.max_score,
        "percent": view.percent,
        "passed": view.passed,
        "sections": [
            {
                "title": in_language(section.title, language()),
                "score": section.score,
                "max_score": section.max_score,
                "percent": section.percent,
                "cut": section.cut,
                "passed": section.passed,
            }
            for section in view.sections
        ],
    }
    if view.shows_answers:
        body["items"] = [_explained(question) for question in view.questions]
    return body


def _explained(question: QuestionResult) -> dict[str, Any]:
    return {
        **question.seen,
        "answer": question.answer,
        "score": question.points,
        "right_answer": question.right_answer,
        "rationale": question.rationale,
        "feedback": dict(question.feedback),
        **({"marks": [_mark(one) for one in question.marks]} if question.marks else {}),
    }


def _mark(mark: MarkShown) -> dict[str, Any]:
    lines = [
        {
            "title": in_language(line.title, language()),
            "score": line.points,
            "max_score": line.max_points,
            "description": in_language(line.description, language()) if line.description else None,
            "comment": line.comment,
        }
        for line in mark.lines
    ]
    return {"marked_at": mark.marked_at, "lines": lines, "comment": mark.comment, "how": mark.how}
