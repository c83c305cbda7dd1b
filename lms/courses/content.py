"""Course files: what a course, its lessons and its SOP cards are, and what they refer to (pure)."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Annotated, Any, Literal

from pydantic import Field, model_validator

from lms.core.content import (
    Day,
    Definition,
    Document,
    Fault,
    Key,
    LessonFile,
    Line,
    MediaFile,
    Problem,
    Reference,
    Text,
    pilot_faults,
    unique_by,
)
from lms.core.field_types import NOT_KEPT
from lms.core.prose import media_names, remarks
from lms.core.texts import LANGUAGES, N_, Message

Minutes = Annotated[int, Field(ge=1, le=24 * 60)]


class Step(Definition):
    """One step of a service SOP: what to do, and why."""

    key: Key
    action: Text
    why: Text | None = None


class Taboo(Definition):
    """A phrase never to be said, and what to say instead."""

    phrase: Text
    instead: Text


class Sop(Definition):
    """The card of a service SOP."""

    steps: Annotated[list[Step], Field(min_length=1), unique_by("key")]
    scripts: Annotated[list[Text], Field(min_length=1)]
    taboos: Annotated[list[Taboo], Field(min_length=1)]


class Check(Definition):
    """The knowledge check after a lesson: so many items drawn from a topic."""

    topic: Key
    draw: Annotated[int, Field(ge=1, le=1000)] = 3


class Lesson(Definition):
    """One lesson of a course; its prose is in Markdown files of its own."""

    key: Key
    title: Text
    kind: Literal["sop", "reading", "case"] = "sop"
    minutes: Minutes = 12
    sop: Sop | None = None
    check: Check | None = None

    @model_validator(mode="before")
    @classmethod
    def _reading_without_card(cls, value: Any) -> Any:
        """A lesson that states no kind and has no SOP card is for reading."""
        if isinstance(value, dict) and "kind" not in value and not value.get("sop"):
            return {**value, "kind": "reading"}
        return value

    def faults(self) -> Iterator[Fault]:
        if self.kind == "sop" and self.sop is None:
            yield Fault(("sop",), N_("A lesson of kind sop needs its steps, scripts and taboos; add them."))
        if self.kind != "sop" and self.sop is not None:
            yield Fault(("sop",), N_("Only a lesson of kind sop has an SOP card; change the kind or take this away."))


class Course(Definition):
    """A course as its file states it."""

    course: Key
    title: Text
    summary: Text | None = None
    owner: Line | None = None
    review_by: Day | None = None
    roles: Annotated[list[Key], unique_by()] = []
    assigned_only: bool = False
    status: Literal["live", "pilot"] = "live"
    sites: Annotated[list[Key], unique_by()] = []
    lessons: Annotated[list[Lesson], Field(min_length=1), unique_by("key")]

    def faults(self) -> Iterator[Fault]:
        yield from pilot_faults(self.status, self.sites)


SCHEMAS: dict[str, type[Definition]] = {"course": Course}


def references(course: Course) -> Iterator[Reference]:
    """What the course names in other files: the topics of its checks."""
    for index, lesson in enumerate(course.lessons):
        if lesson.check:
            yield Reference("topic", lesson.check.topic, ("lessons", index, "check", "topic"))


def defines(course: Course) -> Iterator[str]:
    """The places that items may cover: ``course``, ``course/lesson`` and ``course/lesson/step``."""
    yield course.course
    for lesson in course.lessons:
        yield f"{course.course}/{lesson.key}"
        for step in lesson.sop.steps if lesson.sop else ():
            yield f"{course.course}/{lesson.key}/{step.key}"


def check_draws(course: Course, items_of_topic: Mapping[str, int]) -> Iterator[Fault]:
    """Lesson checks that ask for more items than their topic holds; topics that are not known are skipped."""
    for index, lesson in enumerate(course.lessons):
        held = items_of_topic.get(lesson.check.topic) if lesson.check else None
        if lesson.check and held is not None and lesson.check.draw > held:
            yield Fault(
                ("lessons", index, "check", "draw"),
                N_("The topic “%(topic)s” holds only %(held)s items; draw fewer or write more."),
                {"topic": lesson.check.topic, "held": held},
            )


def check_files(
    document: Document,
    course: Course,
    files: Sequence[LessonFile] = (),
    media: Sequence[MediaFile] = (),
    *,
    strict: bool = False,
) -> list[Problem]:
    """Whether the course stands in the folder of its name and every lesson has sound prose in every language.

    ``files`` and ``media`` are those of this folder only. Missing prose is a warning; with ``strict`` an error.
    """
    problems = []
    folder = document.path.split("/")[-2]
    if folder != course.course:
        message = Message(N_("The course stands in the folder “%(folder)s”; give both one name."), {"folder": folder})
        problems.append(document.problem(("course",), message))
    lessons = {lesson.key: {f.language for f in files if f.lesson == lesson.key} for lesson in course.lessons}
    for index, (key, languages) in enumerate(lessons.items()):
        if missing := _missing_prose(key, languages):
            problems.append(document.problem(("lessons", index), missing, "error" if strict else "warning"))
    names = {file.name for file in media}
    for file in files:
        problems += _check_file(course, file, names)
    return problems


def _missing_prose(lesson: str, languages: set[str]) -> Message | None:
    if not languages:
        return Message(N_("The lesson has no prose; write %(file)s."), {"file": f"lessons/{lesson}.en.md"})
    if missing := [language for language in LANGUAGES if language not in languages]:
        return Message(N_("The lesson's prose is missing in: %(languages)s."), {"languages": ", ".join(missing)})
    return None


def _check_file(course: Course, file: LessonFile, media: set[str]) -> Iterator[Problem]:
    if file.lesson not in {lesson.key for lesson in course.lessons}:
        values = {"lesson": file.lesson, "course": course.course}
        unknown = Message(N_("The course “%(course)s” has no lesson “%(lesson)s”; rename or delete this."), values)
        yield Problem(file.path, 1, "", unknown)
    for remark in remarks(file.text):
        yield Problem(file.path, remark.line, "", remark.fault.message, remark.fault.severity)
    for line, name in media_names(file.text):
        if name not in media:
            missing = Message(N_("There is no file media/%(name)s in this course; add it."), {"name": name})
            yield Problem(file.path, line, "", missing)


def prose_faults(course: Course, prose: Mapping[str, Mapping[str, str]], media: Collection[str]) -> Iterator[Fault]:
    """What is wrong in prose sent along with a course: ``prose`` by lesson and language, ``media`` names what is there.

    Places begin with "prose".
    """
    lessons = {lesson.key for lesson in course.lessons}
    for lesson, written in prose.items():
        if lesson not in lessons:
            message = N_("There is no lesson “%(key)s” in this course to write prose for.")
            yield Fault(("prose", lesson), message, {"key": lesson})
        for language, text in written.items():
            for fault in _text_faults(text, media):
                yield fault.under("prose", lesson, language)


def _text_faults(text: str, media: Collection[str]) -> Iterator[Fault]:
    if not text.strip():
        yield Fault((), N_("The text is empty; write it."))
    if found := NOT_KEPT.search(text):
        values = {"code": f"U+{ord(found[0]):04X}"}
        yield Fault((), N_("The character %(code)s cannot be kept; take it away."), values)
    yield from (remark.fault for remark in remarks(text))
    for _line, name in media_names(text):
        if name not in media:
            yield Fault((), N_("There is no file media/%(name)s in this course; add it."), {"name": name})
