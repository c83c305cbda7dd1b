"""Content files: finding and reading the files of a pack, checking their data, and writing them out again."""

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import ValidationError

from lms.core.definition_errors import Fault
from lms.core.definitions import (
    UNTRANSLATED,
    Day,
    Definition,
    Document,
    Key,
    Line,
    Loc,
    Md,
    Moment,
    NotNegative,
    Number,
    Percent,
    Positive,
    Problem,
    Reference,
    Severity,
    Share,
    Text,
    canonical,
    digest,
    dotted,
    pilot_faults,
    plain,
    unique_by,
)
from lms.core.texts import ENGLISH, LANGUAGES, N_, Message
from lms.core.yaml_files import dump_yaml, read_yaml

__all__ = [
    "SCHEMAS",
    "Day",
    "Definition",
    "Document",
    "Fault",
    "Key",
    "LessonFile",
    "Line",
    "Loc",
    "Md",
    "MediaFile",
    "Moment",
    "NotNegative",
    "Number",
    "Pack",
    "PackFile",
    "Percent",
    "Positive",
    "Problem",
    "Reference",
    "Severity",
    "Share",
    "Text",
    "canonical",
    "digest",
    "dotted",
    "dump_yaml",
    "pack_folders",
    "pilot_faults",
    "plain",
    "read_pack",
    "read_yaml",
    "unique_by",
    "validate",
]

M = TypeVar("M", bound=Definition)

COURSES, QUESTION_BANK = "courses", "question_bank"
MOST_MEDIA_MEGABYTES = 5
MOST_MEDIA_BYTES = MOST_MEDIA_MEGABYTES * 1024 * 1024
TOO_LARGE_MEDIA = N_("The file is larger than %(most)s MB; make it smaller.")
"""``most``: ``MOST_MEDIA_MEGABYTES``."""


def validate(
    model: type[M], document: Document, default_language: str = ENGLISH, *, strict: bool = False
) -> tuple[M | None, list[Problem]]:
    """The definition in a document, or none; with all problems, by line.

    A missing translation is a warning; with ``strict`` it is an error.
    """
    severity: Severity = "error" if strict else "warning"
    definition, problems = _read(model, document, {"default_language": default_language, "all_languages": True})
    if definition is None:
        untranslated = [replace(p, severity=severity) for p in problems if p.message.template in UNTRANSLATED]
        definition, problems = _read(model, document, {"default_language": default_language})
        problems += untranslated
    is_refused = document.unread or any(problem.severity == "error" for problem in problems)
    return (None if is_refused else definition), sorted(problems, key=lambda problem: problem.line)


def _read(model: type[M], document: Document, context: Mapping[str, Any]) -> tuple[M | None, list[Problem]]:
    try:
        return model.model_validate(document.data, context=context), []
    except ValidationError as error:
        return None, list(_problems(document, error))


def _problems(document: Document, error: ValidationError) -> Iterator[Problem]:
    for found in error.errors(include_url=False):
        context = found["ctx"]
        loc = _place_in(document.data, found["loc"], context["depth"])
        if not any(loc[: len(unread)] == unread for unread in document.unread):
            yield document.problem(loc, Message(context["template"], context["values"]))


def _place_in(data: Any, loc: Loc, depth: int) -> Loc:
    """The place in the file, without the names of union members that pydantic puts in; the last parts stay."""
    kept: list[str | int] = []
    end = len(loc) - depth
    for part in loc[:end]:
        if isinstance(part, int) or (isinstance(data, Mapping) and part in data):
            kept.append(part)
            data = data[part]
    return (*kept, *loc[end:])


class PackFile(Definition):
    """``courses/pack.yaml``: the pack's name and the language of texts that name none."""

    pack: Key
    default_language: Literal["en", "zh-Hans"] = "en"


SCHEMAS: dict[str, type[Definition]] = {"pack": PackFile}


@dataclass(frozen=True, slots=True)
class LessonFile:
    """The prose of one lesson in one language."""

    path: str
    course: str
    lesson: str
    language: str
    text: str


@dataclass(frozen=True, slots=True)
class MediaFile:
    """A picture or a recording; ``owner`` is the course, or none for the question bank's."""

    path: str
    owner: str | None
    name: str
    media_type: str
    size: int
    sha256: str


@dataclass(frozen=True)
class Pack:
    """Everything the files of one pack hold, read but not yet understood.

    ``documents`` by kind: course, topic, exam, scenario, framework, paths, certifications.
    """

    name: str
    default_language: str
    documents: Mapping[str, tuple[Document, ...]]
    lessons: tuple[LessonFile, ...] = ()
    media: tuple[MediaFile, ...] = ()
    problems: tuple[Problem, ...] = ()


@dataclass
class _Collector:
    """What has been found so far while a pack is read."""

    documents: dict[str, list[Document]] = field(default_factory=dict)
    lessons: list[LessonFile] = field(default_factory=list)
    media: list[MediaFile] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)

    def refuse(self, path: Path, message: str, line: int = 1, **values: Any) -> None:
        self.problems.append(Problem(path.as_posix(), line, "", Message(message, values)))

    def words(self, path: Path) -> str | None:
        """The text of a file, or none when it is not UTF-8."""
        raw = path.read_bytes()
        try:
            return raw.decode("utf-8-sig").replace("\r\n", "\n")
        except UnicodeDecodeError as error:
            line = raw.count(b"\n", 0, error.start) + 1
            self.refuse(path, N_("The file is not UTF-8 from here on; save it as UTF-8."), line)
            return None

    def document(self, path: Path) -> Document | None:
        text = self.words(path)
        if text is None:
            return None
        document, problems = read_yaml(path.as_posix(), text)
        self.problems += problems
        return document


def pack_folders(directories: list[Path]) -> list[Path]:
    """The folders of the packs that these directories belong to, each once: ``courses`` stands for its parent."""
    return list(dict.fromkeys(d.parent if d.name in (COURSES, QUESTION_BANK) else d for d in directories))


def read_pack(directory: Path) -> Pack:
    """All files of the pack in this folder (``courses/`` and ``question_bank/``), with every problem of reading."""
    found = _Collector()
    parts = [directory / name for name in (COURSES, QUESTION_BANK) if (directory / name).is_dir()]
    if not parts:
        found.refuse(directory, N_("There is no folder courses and no folder question_bank here."))
    for part in parts:
        for path in sorted(part.rglob("*")):
            if path.is_file() and not any(name.startswith(".") for name in path.relative_to(part).parts):
                _read_file(path, path.relative_to(directory).parts, found)
    name, language = _pack_name(directory, found)
    documents = {kind: tuple(listed) for kind, listed in found.documents.items() if kind != "pack"}
    return Pack(name, language, documents, tuple(found.lessons), tuple(found.media), tuple(found.problems))


def _pack_name(directory: Path, found: _Collector) -> tuple[str, str]:
    for document in found.documents.get("pack", []):
        named, problems = validate(PackFile, document)
        found.problems += problems
        if named:
            return named.pack, named.default_language
    return directory.resolve().name, ENGLISH


def _read_file(path: Path, parts: tuple[str, ...], found: _Collector) -> None:
    match parts:
        case ("courses", _, "media", _) | ("question_bank", "media", _):
            _read_media(path, parts, found)
        case ("courses", course, "lessons", name) if name.endswith(".md"):
            _read_lesson(path, course, name, found)
        case _ if kind := _kind(parts):
            if document := found.document(path):
                found.documents.setdefault(kind, []).append(document)
        case _:
            found.refuse(path, N_("This file has no place here; see the content format, or take it away."))


def _kind(parts: tuple[str, ...]) -> str | None:
    match parts:
        case ("courses", "pack.yaml" | "paths.yaml" | "certifications.yaml" as name):
            return name.removesuffix(".yaml")
        case ("courses", _, "course.yaml"):
            return "course"
        case ("question_bank", name) if name.endswith(".yaml"):
            return "topic"
        case ("question_bank", "exams" | "scenarios" | "frameworks" as folder, name) if name.endswith(".yaml"):
            return folder.removesuffix("s")
        case _:
            return None


def _read_lesson(path: Path, course: str, name: str, found: _Collector) -> None:
    lesson, _, language = name.removesuffix(".md").partition(".")
    if language not in LANGUAGES:
        found.refuse(path, N_("Name the language before .md, as in listen.en.md or listen.zh-Hans.md."))
    elif (text := found.words(path)) is not None:
        if not text.strip():
            found.refuse(path, N_("The file is empty; fill it or delete it."))
        found.lessons.append(LessonFile(path.as_posix(), course, lesson, language, text))


def _read_media(path: Path, parts: tuple[str, ...], found: _Collector) -> None:
    size = path.stat().st_size
    if size > MOST_MEDIA_BYTES:
        found.refuse(path, TOO_LARGE_MEDIA, most=MOST_MEDIA_MEGABYTES)
        return
    raw = path.read_bytes()
    media_type = media_type_of(raw)
    if media_type is None:
        found.refuse(path, N_("This is not a picture (PNG, JPEG, GIF, WebP) nor a recording (MP3, Ogg, WAV)."))
        return
    owner = parts[1] if parts[0] == COURSES else None
    found.media.append(MediaFile(path.as_posix(), owner, path.name, media_type, size, hashlib.sha256(raw).hexdigest()))


def media_type_of(raw: bytes) -> str | None:
    """The media type told by the first bytes of a file, or none for what is not allowed; names are not believed."""
    if raw[:4] == b"RIFF":
        return {b"WEBP": "image/webp", b"WAVE": "audio/wav"}.get(raw[8:12])
    for start, media_type in SIGNATURES.items():
        if raw.startswith(start):
            return media_type
    is_mp3_frame = len(raw) > 1 and raw[0] == 0xFF and raw[1] & 0xE6 == 0xE2
    return "audio/mpeg" if is_mp3_frame else None


SIGNATURES = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"GIF87a": "image/gif",
    b"GIF89a": "image/gif",
    b"OggS": "audio/ogg",
    b"ID3": "audio/mpeg",
}
