"""The REST resources of courses: the catalogue and lessons for learners, whole bodies for authors."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any, Literal

from lms.core import clock, locale
from lms.core.access import Scope, viewer
from lms.core.api import Answer, Api, PageQuery, decode_cursor, encode_cursor, page
from lms.core.errors import Invalid
from lms.core.field_types import Key
from lms.core.texts import N_, Message, in_language
from lms.courses import queries, queries_author, service
from lms.courses.content import Course
from lms.courses.queries import CourseHead, CourseView, LessonView
from lms.courses.sop import CourseSource, prose_in

api = Api("courses")


class CourseItem(Answer):
    """A course in the catalogue; minutes are those of all lessons together."""

    key: str
    title: str
    summary: str
    status: Literal["live", "pilot"]
    assigned_only: bool
    roles: list[str]
    lessons: int
    minutes: int


class CourseList(Answer):
    """A page of the catalogue."""

    items: list[CourseItem]
    next: str | None


class StepOut(Answer):
    """A step of an SOP card."""

    key: str
    action: str
    why: str | None


class TabooOut(Answer):
    """A phrase never to be said, and the better one."""

    phrase: str
    instead: str


class SopOut(Answer):
    """An SOP card."""

    steps: list[StepOut]
    scripts: list[str]
    taboos: list[TabooOut]


class LessonOut(Answer):
    """A lesson in the version in force; ``check`` tells whether a quick check has to be passed."""

    key: str
    title: str
    kind: Literal["sop", "reading", "case"]
    minutes: int
    version: int
    in_force_since: datetime
    sop: SopOut | None
    prose: str
    check: bool


class CourseOut(Answer):
    """A course with its lessons in order."""

    key: str
    title: str
    summary: str
    status: Literal["live", "pilot"]
    assigned_only: bool
    roles: list[str]
    owner: str | None
    review_by: date | None
    minutes: int
    lessons: list[LessonOut]


class CourseBody(Course):
    """The body of a course's file, and the prose of its lessons: lesson key to language to Markdown."""

    prose: dict[Key, dict[Literal["en", "zh-Hans"], str]] = {}


class CourseSaved(Answer):
    """What was saved."""

    key: str
    version: int
    sha256: str


@api.get(
    "/courses", summary="The catalogue", scope=Scope.LEARN, permission="catalogue.read",
    query=PageQuery, returns=CourseList,
)  # fmt: skip
def catalogue(query: PageQuery) -> dict[str, Any]:
    """The courses the caller may see, by key."""
    after = decode_cursor(query.cursor)
    heads = queries.catalogue(viewer(), after=str(after[0]) if after else "", limit=query.limit + 1)
    return page(heads, query.limit, _item, lambda head: encode_cursor(head.key))


@api.get(
    "/courses/<string:course>", summary="A course with its lessons and SOP cards", scope=Scope.LEARN,
    permission="catalogue.read", returns=CourseOut,
)  # fmt: skip
def course(course: str) -> dict[str, Any]:
    """Texts in the caller's language, as Markdown source."""
    return _course(queries.course_by_key(course, viewer()))


@api.get(
    "/courses/<string:course>/body", summary="A course as its files hold it", scope=Scope.AUTHOR,
    permission="content.read", returns=CourseBody,
)  # fmt: skip
def course_body(course: str) -> dict[str, Any]:
    """All languages, with the prose of every lesson."""
    _row, source = queries_author.course_source(course)
    return {**source.course.model_dump(mode="json", by_alias=True), "prose": source.prose}


@api.post(
    "/courses", summary="Add a course", scope=Scope.AUTHOR, permission="content.write", body=CourseBody,
    returns=CourseSaved, status=201, other={409: "the key is taken"},
)  # fmt: skip
def add_course(body: CourseBody) -> dict[str, Any]:
    """The body of a course file, in JSON."""
    return _save(body, None, is_new=True)


@api.put(
    "/courses/<string:course>", summary="Change a course", scope=Scope.AUTHOR, permission="content.write",
    body=CourseBody, returns=CourseSaved,
)  # fmt: skip
def change_course(course: str, body: CourseBody) -> dict[str, Any]:
    """A changed body makes a new version; the same body changes nothing. Lessons left out are retired, prose left out
    stays as it is."""
    if body.course != course:
        raise Invalid(Message(N_("The key in the body is not the one in the address; make both the same.")))
    _row, present = queries_author.course_source(course)
    return _save(body, present, is_new=False)


def _save(body: CourseBody, present: CourseSource | None, *, is_new: bool) -> dict[str, Any]:
    known = {lesson.key for lesson in body.lessons}
    for key in body.prose:
        if key not in known:
            message = Message(N_("There is no lesson “%(key)s” in this course to write prose for."), {"key": key})
            raise Invalid(message, errors={f"prose.{key}": message})
    definition = Course.model_construct(**{name: getattr(body, name) for name in Course.model_fields})
    prose = {key: {str(language): text for language, text in words.items()} for key, words in body.prose.items()}
    kept, media = (present.prose, present.media) if present else ({}, {})
    source = CourseSource(definition, {**kept, **prose}, media)
    row = service.edit_course(source, actor=viewer(), now=clock.now(), is_new=is_new)
    return {"key": row.key, "version": queries_author.course_versions(row.id)[0].number, "sha256": row.sha256}


def _said(text: Mapping[str, str] | None) -> str:
    return in_language(text, locale.language())


def _item(head: CourseHead) -> dict[str, Any]:
    return {
        "key": head.key, "title": _said(head.title), "summary": _said(head.summary), "status": head.status,
        "assigned_only": head.assigned_only, "roles": list(head.roles), "lessons": head.lessons,
        "minutes": head.minutes,
    }  # fmt: skip


def _course(view: CourseView) -> dict[str, Any]:
    item = _item(view.head)
    owner, review_by = view.head.owner, view.head.review_by
    return {**item, "owner": owner, "review_by": review_by, "lessons": [_lesson(one) for one in view.lessons]}


def _lesson(lesson: LessonView) -> dict[str, Any]:
    body = lesson.body
    return {
        "key": lesson.key, "title": _said(body.title), "kind": body.kind, "minutes": body.minutes,
        "version": lesson.number, "in_force_since": lesson.in_force_since, "sop": _sop(lesson),
        "prose": prose_in(body, locale.language()), "check": lesson.has_check,
    }  # fmt: skip


def _sop(lesson: LessonView) -> dict[str, Any] | None:
    card = lesson.body.sop
    if card is None:
        return None
    return {
        "steps": [
            {"key": step.key, "action": _said(step.action), "why": _said(step.why) if step.why else None}
            for step in card.steps
        ],
        "scripts": [_said(script) for script in card.scripts],
        "taboos": [{"phrase": _said(one.phrase), "instead": _said(one.instead)} for one in card.taboos],
    }
