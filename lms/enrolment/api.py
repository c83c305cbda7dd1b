"""The REST call of studying."""

from datetime import datetime
from typing import Any

from lms.core import clock
from lms.core.access import Scope, viewer
from lms.core.api import Answer, Api
from lms.enrolment import service_lessons

api = Api("enrolment")


class LessonState(Answer):
    """A completed lesson. ``seconds`` is what our own clock measured; ``course_completed_at`` is null until then."""

    course: str
    lesson: str
    state: str
    completed_at: datetime
    seconds: int
    course_completed_at: datetime | None


@api.put(
    "/me/lessons/<string:course>/<string:lesson>",
    summary="Enrol if the course is open, and complete the lesson",
    scope=Scope.LEARN,
    permission="learn",
    returns=LessonState,
    other={409: "the lesson's check is not passed, or the path's order forbids"},
)
def complete_lesson(course: str, lesson: str) -> dict[str, Any]:
    """Repeating it returns the same; time is recorded, not required."""
    person = viewer()
    done = service_lessons.complete_lesson(person, course, lesson, actor=person, now=clock.now())
    return {
        "course": course,
        "lesson": lesson,
        "state": "done",
        "completed_at": done.progress.completed_at,
        "seconds": done.progress.seconds,
        "course_completed_at": done.course_completed_at,
    }
