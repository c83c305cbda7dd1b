"""The REST resources of courses: the catalogue and lessons for learners, whole bodies for authors."""

from collections.abc import Iterator, Mapping
from datetime import date, datetime
from typing import Any, Literal

from lms.core import authored, clock, locale, media
from lms.core.access import Scope, viewer
from lms.core.api import Answer, Api, PageQuery, decode_cursor, encode_cursor, page
from lms.core.authored import FileBody, Saved, Sent
from lms.core.content import Definition, Fault, Key, plain
from lms.core.prose import media_names
from lms.core.texts import in_language
from lms.courses import queries, queries_author, queries_topics, service
from lms.courses.content import Course, check_draws, prose_faults, references
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


class Prose(Definition):
    """What stands beside a course: the prose of its lessons, lesson key to language to Markdown."""

    prose: dict[Key, dict[Literal["en", "zh-Hans"], str]] = {}


class CourseBody(FileBody):
    """A course as its file holds it, and the prose of its lessons."""

    described = (Course,)
    beside = Prose


@api.get(
    "/courses", summary="The catalogue", scope=Scope.LEARN, permission="catalogue.read",
    query=PageQuery, returns=CourseList,
)  # fmt: skip
def catalogue(query: PageQuery) -> dict[str, Any]:
    """The courses the caller may see, by key."""
    after = decode_cursor(query.cursor, str)
    heads = queries.catalogue(viewer(), after=after[0] if after else "", limit=query.limit + 1)
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
    return {**plain(source.course), "prose": source.prose}


@api.post(
    "/courses", summary="Add a course", scope=Scope.AUTHOR, permission="content.write", body=CourseBody,
    returns=Saved, status=201, other={409: "the key is taken"},
)  # fmt: skip
def add_course(body: CourseBody) -> dict[str, Any]:
    """The body of a course file, in JSON."""
    return _save(_read(body, None), None, is_new=True)


@api.put(
    "/courses/<string:course>", summary="Change a course", scope=Scope.AUTHOR, permission="content.write",
    body=CourseBody, returns=Saved,
)  # fmt: skip
def change_course(course: str, body: CourseBody) -> dict[str, Any]:
    """A changed body makes a new version; the same body changes nothing. Lessons left out are retired, prose left out
    stays as it is."""
    _row, present = queries_author.course_source(course)
    sent = _read(body, present)
    authored.must_match(sent.definition.course, course, "course")
    return _save(sent, present, is_new=False)


def _read(body: CourseBody, present: CourseSource | None) -> Sent[Course, Prose]:
    return authored.read(body, Prose, authored.reader(Course), lambda found, beside: _faults(found, beside, present))


def _faults(course: Course | None, beside: Prose | None, present: CourseSource | None) -> Iterator[Fault]:
    """Checks that draw from what is not there or holds too little, and what the prose calls for."""
    if course is None:
        return
    topics = {lesson.check.topic for lesson in course.lessons if lesson.check}
    held = queries_topics.items_of_topics(topics)
    yield from (authored.missing(one) for one in references(course) if one.key not in held)
    yield from check_draws(course, held)
    if beside is not None:
        prose = _written(beside)
        yield from prose_faults(course, prose, _media(prose, present))


def _written(beside: Prose) -> dict[str, dict[str, str]]:
    """The prose with the line ends of files."""
    return {
        key: {str(language): text.replace("\r\n", "\n") for language, text in words.items()}
        for key, words in beside.prose.items()
    }


def _media(prose: Mapping[str, Mapping[str, str]], present: CourseSource | None) -> dict[str, str]:
    """The content of the media that prose names: what the course showed so far, else what goes by that name."""
    names = {name for words in prose.values() for text in words.values() for _line, name in media_names(text)}
    return {**media.named(names), **(present.media if present else {})}


def _save(sent: Sent[Course, Prose], present: CourseSource | None, *, is_new: bool) -> dict[str, Any]:
    written = _written(sent.beside)
    kept = present.prose if present else {}
    source = CourseSource(sent.definition, {**kept, **written}, _media(written, present))
    row = service.edit_course(source, actor=viewer(), now=clock.now(), is_new=is_new)
    number = queries_author.course_versions(row.id)[0].number
    return authored.saved(row.key, number, row.sha256, sent.warnings)


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
