"""Courses for tests, small and readable; each function must be called inside a unit of work."""

from typing import Any

from lms.core import clock
from lms.courses import service
from lms.courses.content import Course as CourseDefinition
from lms.courses.models import Course
from lms.courses.sop import CourseSource


def text(english: str, chinese: str = "") -> dict[str, str]:
    """A text in both languages."""
    return {"en": english, "zh-Hans": chinese or f"{english}（中文）"}


def sop() -> dict[str, Any]:
    """An SOP card with two steps, a script and a taboo."""
    return {
        "steps": [
            {
                "key": "listen",
                "action": text("Let the customer finish.", "让客户把话说完。"),
                "why": text("Nobody hears an answer before feeling heard."),
            },
            {"key": "promise", "action": text("Name a time for the next call.", "约定下次联系的时间。")},
        ],
        "scripts": [text("I am writing it down as you speak.", "您说着我记着。")],
        "taboos": [{"phrase": text("Please calm down.", "您别激动。"), "instead": text("I would be upset too.", "换我也着急。")}],
    }  # fmt: skip


def lesson(key: str, **changes: Any) -> dict[str, Any]:
    """A lesson as a file states it: a reading of five minutes unless said otherwise."""
    base = {"key": key, "title": text(key.replace("-", " ").title()), "kind": "reading", "minutes": 5}
    if changes.get("kind") == "sop":
        base["sop"] = sop()
    return {**base, **changes}


def definition(key: str = "greeting", lessons: Any = None, **changes: Any) -> CourseDefinition:
    """A course of two lessons: ``hello``, an SOP, and ``goodbye``, a reading."""
    body = {
        "course": key,
        "title": text(key.replace("-", " ").title()),
        "summary": text("Short and friendly."),
        "lessons": lessons or [lesson("hello", kind="sop"), lesson("goodbye")],
        **changes,
    }
    return CourseDefinition.model_validate(body)


def source(key: str = "greeting", lessons: Any = None, prose: Any = None, **changes: Any) -> CourseSource:
    """The same with prose for every lesson in both languages."""
    course = definition(key, lessons, **changes)
    words = {one.key: {"en": f"About {one.key}.", "zh-Hans": f"关于{one.key}。"} for one in course.lessons}
    return CourseSource(course, {**words, **(prose or {})})


def course(key: str = "greeting", lessons: Any = None, **changes: Any) -> Course:
    """A course in the database."""
    return service.write_course(
        source(key, lessons, **changes), None, pack="tests", actor=None, now=clock.now(), loaded=True
    )
