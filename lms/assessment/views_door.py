"""The door of an exam and of a lesson's check: what awaits me, whether I may begin, and beginning."""

from datetime import datetime
from typing import Any

from flask import Blueprint, redirect, render_template, url_for
from werkzeug.wrappers import Response

from lms.assessment import openings, queries, queries_allowances, queries_tries, service
from lms.core import clock
from lms.core.access import requires, viewer
from lms.core.database import unit_of_work
from lms.core.locale import language
from lms.core.texts import Text
from lms.courses import queries as courses

bp = Blueprint("exam_door", __name__)


@bp.get("/exams/<exam>")
@requires("learn")
def exam(exam: str) -> str:
    """What awaits me, my earlier attempts, and the button to begin or the reason why not."""
    person, now = viewer(), clock.now()
    found = queries.exam_by_key(exam, person)
    attempts = queries.own_attempts(person, "exam", exam)
    earlier = queries.earlier(attempts)
    given = queries_tries.help_for(person.id, found.id, found.plan, earlier)
    decision = openings.may_start(found.plan, queries.opening(found, person), earlier, now, given)
    return render_template(
        "assessment/exam.html",
        exam=found,
        plan=found.plan,
        extra_minutes=_extra_minutes(found, person, now),
        questions=queries.question_count(found.plan),
        attempts=attempts[::-1],
        open_attempt=next((attempt for attempt in attempts if attempt.is_open), None),
        decision=decision,
        lesson_title=_title_of(decision.lesson) if isinstance(decision, openings.MayNotStart) else None,
        left=openings.tries_left(found.plan, earlier, given),
        most=found.plan.attempts + given.extra_tries if found.plan.attempts else None,
        escalations=queries_tries.escalations_of(person.id, found.id) if earlier and found.plan.escalate_after else [],
        shows_score=found.plan.show.score in ("at-once", "after-pass"),
    )


def _extra_minutes(found: queries.ExamView, person: Any, now: datetime) -> int:
    """What an attempt begun now would have beyond the time limit, in whole minutes."""
    if found.plan.time_limit_minutes is None:
        return 0
    deadline_at = openings.deadline(found.plan, openings.Opening(found.opens_at, found.closes_at, False), now)
    extra = openings.extra_time(found.plan, deadline_at, queries_allowances.holding(person.id, now), now)
    return int(extra.amount.total_seconds()) // 60 if extra else 0


def _title_of(place: str | None) -> Text | None:
    """The title of the lesson that comes first ("course/lesson")."""
    if place is None:
        return None
    course, _, lesson = place.partition("/")
    return courses.lesson_titles([(course, lesson)]).get((course, lesson))


@bp.post("/exams/<exam>")
@unit_of_work
@requires("learn")
def start_exam(exam: str) -> Response:
    """Begin, or go on."""
    started = service.start_attempt(exam, viewer(), now=clock.now(), language=language())
    return redirect(url_for("assessment.attempt", attempt_id=started.attempt.id), 303)


@bp.post("/courses/<course>/<lesson>/check")
@unit_of_work
@requires("learn")
def start_check(course: str, lesson: str) -> Response:
    """Begin the knowledge check of a lesson, or go on with it."""
    started = service.start_check(course, lesson, viewer(), now=clock.now(), language=language())
    return redirect(url_for("assessment.attempt", attempt_id=started.attempt.id), 303)
