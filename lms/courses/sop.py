"""What a lesson says: its body with prose, the lines of its SOP card, and its source as files give it (pure)."""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from lms.core.definitions import canonical, digest
from lms.core.prose import media_names
from lms.core.texts import LANGUAGES, in_language
from lms.courses.content import Course, Lesson

_MEDIA = re.compile(r"(\]\()media/([^)\s]+)")

TITLE_WEIGHT, ACTION_WEIGHT, PHRASE_WEIGHT, REASON_WEIGHT, PROSE_WEIGHT = 12, 6, 4, 2, 1
_MARKS = re.compile(r"^[#>\s]*(?:[-*+]\s+|\d+\.\s+)?|\*\*|__|`")


class LessonBody(Lesson):
    """A lesson with everything it says: ``prose`` by language, ``media`` as file name to SHA-256."""

    prose: dict[str, str] = {}
    media: dict[str, str] = {}


@dataclass(frozen=True)
class CourseSource:
    """A course with the prose of its lessons, as files or an author give it.

    ``prose``: lesson key to language to Markdown. ``media``: file name to SHA-256.
    """

    course: Course
    prose: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    media: Mapping[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        return self.course.course


@dataclass(frozen=True, slots=True)
class Line:
    """One line of an SOP card in one language, with its weight in the search."""

    text: str
    weight: int


def sources(
    courses: Iterable[Course], lesson_files: Iterable[Any], media_files: Iterable[Any] = ()
) -> list[CourseSource]:
    """Courses with their lesson files (``LessonFile``) and media (``MediaFile``) of one pack."""
    prose: dict[str, dict[str, dict[str, str]]] = {}
    for file in lesson_files:
        prose.setdefault(file.course, {}).setdefault(file.lesson, {})[file.language] = file.text
    media: dict[str, dict[str, str]] = {}
    for file in media_files:
        if file.owner is not None:
            media.setdefault(file.owner, {})[file.name] = file.sha256
    return [CourseSource(c, prose.get(c.course, {}), media.get(c.course, {})) for c in courses]


def lesson_bodies(source: CourseSource) -> list[LessonBody]:
    """The body of every lesson of a course, in order."""
    return [_body(lesson, source) for lesson in source.course.lessons]


def _body(lesson: Lesson, source: CourseSource) -> LessonBody:
    written = source.prose.get(lesson.key, {})
    prose = {language: written[language] for language in LANGUAGES if language in written}
    names = sorted({name for text in prose.values() for _line, name in media_names(text)})
    media = {name: source.media[name] for name in names if name in source.media}
    fields = {name: getattr(lesson, name) for name in type(lesson).model_fields}
    return LessonBody.model_construct(**fields, prose=prose, media=media)


def source_digest(source: CourseSource) -> str:
    """SHA-256 (hex) over the course's definition and all its lessons' bodies."""
    whole = [canonical(source.course), *(digest(body).encode() for body in lesson_bodies(source))]
    return hashlib.sha256(b"\n".join(whole)).hexdigest()


def prose_in(body: LessonBody, language: str) -> str:
    """A lesson's prose as Markdown in the reader's language, with its media under their public addresses."""

    def address(found: re.Match[str]) -> str:
        sha256 = body.media.get(found[2])
        return f"{found[1]}/media/{sha256}" if sha256 else found[0]

    return _MEDIA.sub(address, in_language(body.prose, language))


def language_of(text: Mapping[str, str], language: str) -> str:
    """The language in which a text is shown to a reader of ``language``."""
    return language if not text or language in text else next(one for one in (*LANGUAGES, *text) if one in text)


def card_lines(body: LessonBody, language: str) -> Iterator[Line]:
    """The lines of the SOP card in one language, title first; nothing for a lesson without a card or translation."""
    if body.sop is None or language not in body.title:
        return
    yield Line(body.title[language], TITLE_WEIGHT)
    for step in body.sop.steps:
        yield from _line(step.action, language, ACTION_WEIGHT)
        yield from _line(step.why, language, REASON_WEIGHT)
    for script in body.sop.scripts:
        yield from _line(script, language, PHRASE_WEIGHT)
    for taboo in body.sop.taboos:
        yield from _line(taboo.phrase, language, PHRASE_WEIGHT)
        yield from _line(taboo.instead, language, PHRASE_WEIGHT)


def prose_lines(body: LessonBody, language: str) -> Iterator[Line]:
    """The lesson's prose line by line, without its Markdown: what a card does not say is still found."""
    for line in body.prose.get(language, "").splitlines():
        if words := _MARKS.sub("", line).strip():
            yield Line(words, PROSE_WEIGHT)


def _line(text: Mapping[str, str] | None, language: str, weight: int) -> Iterator[Line]:
    if text and language in text:
        yield Line(text[language], weight)
