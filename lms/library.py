"""Content packs as a whole: all files of all rooms read, understood, and checked against each other."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lms.assessment import content as exams
from lms.assessment.content import BankItem
from lms.assessment.papers import MARKED_BY_PEOPLE
from lms.assessment.supply import check_supply
from lms.assessment.unfit import unfit_faults
from lms.certification import content as certifications
from lms.core.authored import MISSING
from lms.core.content import (
    Definition,
    Document,
    LessonFile,
    MediaFile,
    Pack,
    Problem,
    Reference,
    pack_folders,
    read_pack,
    validate,
)
from lms.core.texts import N_, Message
from lms.courses import content as courses
from lms.courses.sop import CourseSource, sources
from lms.enrolment import content as paths
from lms.question_bank import content as topics
from lms.question_bank.item_writing import advice
from lms.question_bank.panels import is_unfit_for_exams
from lms.scenarios import content as scenarios
from lms.scenarios.definitions import FrameworkDefinition

SCHEMAS: dict[str, type[Definition]] = {
    **courses.SCHEMAS,
    **topics.SCHEMAS,
    **exams.SCHEMAS,
    **scenarios.SCHEMAS,
    **paths.SCHEMAS,
    **certifications.SCHEMAS,
}

KEY_FIELDS = {"course": "course", "topic": "topic", "exam": "exam", "scenario": "scenario", "framework": "framework"}


@dataclass(frozen=True)
class Understood:
    """A definition with the document it came from."""

    definition: Any
    document: Document


@dataclass
class PackContent:
    """What one pack defines, by kind and key."""

    name: str
    default_language: str
    found: dict[str, dict[str, Understood]] = field(default_factory=dict)
    lessons: tuple[LessonFile, ...] = ()
    media: tuple[MediaFile, ...] = ()
    unread: list[tuple[str, Document]] = field(default_factory=list)

    def of(self, kind: str) -> list[Any]:
        """The definitions of a kind, in the order of their keys."""
        return [entry.definition for _, entry in sorted(self.found.get(kind, {}).items())]

    def course_sources(self) -> list[CourseSource]:
        """Every course with its prose and media."""
        return sources(self.of("course"), self.lessons, self.media)


@dataclass(frozen=True)
class Known:
    """What exists outside the files at hand: keys by kind, and the bank's items."""

    keys: Mapping[str, frozenset[str]] = field(default_factory=dict)
    bank: tuple[BankItem, ...] = ()
    frameworks: Mapping[str, FrameworkDefinition] = field(default_factory=dict)

    def has(self, kind: str, key: str) -> bool:
        """Whether the key is known."""
        return key in self.keys.get(kind, frozenset())


@dataclass(frozen=True)
class Library:
    """All packs at hand and every problem found in them, in the order of files and lines."""

    packs: tuple[PackContent, ...]
    problems: tuple[Problem, ...]

    @property
    def errors(self) -> list[Problem]:
        """The problems that forbid loading."""
        return [problem for problem in self.problems if problem.severity == "error"]


def read_library(directories: Iterable[Path], known: Known, *, strict: bool = False) -> Library:
    """Read and check the packs in these folders; with ``strict`` a missing translation is an error."""
    read = [read_pack(folder) for folder in pack_folders(list(directories))]
    problems = [problem for pack in read for problem in pack.problems]
    packs = []
    for pack in read:
        content, found = _understand(pack, strict)
        packs.append(content)
        problems += found
    problems += _twice(packs)
    problems += _check_references(packs, known)
    problems += _check_supply(packs, known)
    problems += _check_scenarios(packs, known)
    once = {str(problem): problem for problem in problems}.values()
    ordered = sorted(once, key=lambda problem: (problem.path, problem.line, problem.field))
    return Library(tuple(packs), tuple(ordered))


# ---- one pack ---------------------------------------------------------------


def _understand(pack: Pack, strict: bool) -> tuple[PackContent, list[Problem]]:
    content = PackContent(pack.name, pack.default_language, lessons=pack.lessons, media=pack.media)
    problems: list[Problem] = []
    for kind, documents in pack.documents.items():
        for document in documents:
            definition, found = validate(SCHEMAS[kind], document, pack.default_language, strict=strict)
            problems += found
            if definition is None:
                content.unread.append((kind, document))
                continue
            key = str(getattr(definition, KEY_FIELDS[kind])) if kind in KEY_FIELDS else kind
            problems += _of_its_own(pack, kind, definition, document, strict)
            if key in content.found.setdefault(kind, {}):
                first = content.found[kind][key].document.path
                message = Message(N_("“%(key)s” is defined in %(path)s already."), {"key": key, "path": first})
                problems.append(document.problem((KEY_FIELDS.get(kind, kind),), message))
            else:
                content.found[kind][key] = Understood(definition, document)
    return content, problems


def _of_its_own(pack: Pack, kind: str, definition: Any, document: Document, strict: bool) -> list[Problem]:
    if kind == "course":
        files = [file for file in pack.lessons if file.course == document.path.split("/")[-2]]
        media = [file for file in pack.media if file.owner == document.path.split("/")[-2]]
        return courses.check_files(document, definition, files, media, strict=strict)
    if kind == "topic":
        return document.located([*topics.remarks_on(definition), *advice(definition)])
    return []


def _twice(packs: list[PackContent]) -> Iterator[Problem]:
    """Keys that two packs, or two topics, both claim."""
    homes: dict[tuple[str, str], str] = {}
    for pack in packs:
        for kind, entries in pack.found.items():
            if kind not in KEY_FIELDS:
                continue
            for key, entry in entries.items():
                first = homes.setdefault((kind, key), entry.document.path)
                if first != entry.document.path:
                    message = Message(N_("“%(key)s” is defined in %(path)s already."), {"key": key, "path": first})
                    yield entry.document.problem((KEY_FIELDS[kind],), message)
    items: dict[str, str] = {}
    for pack in packs:
        for entry in pack.found.get("topic", {}).values():
            for index, item in enumerate(entry.definition.items):
                first = items.setdefault(item.key, entry.document.path)
                if first != entry.document.path:
                    message = Message(N_("“%(key)s” is defined in %(path)s already."), {"key": item.key, "path": first})
                    yield entry.document.problem(("items", index, "key"), message)


# ---- all together -------------------------------------------------------------


REFERENCES: dict[str, Callable[[Any], Iterator[Reference]]] = {
    "course": courses.references,
    "topic": topics.references,
    "exam": exams.references,
    "scenario": scenarios.references,
    "paths": paths.references,
    "certifications": certifications.references,
}
UNDEFINED = {"licence", "skill"}  # named freely, defined by no file


def _defined(packs: list[PackContent]) -> dict[str, set[str]]:
    """Keys by kind that the files at hand define."""
    keys: dict[str, set[str]] = {kind: set() for kind in MISSING}
    for pack in packs:
        for kind, entries in pack.found.items():
            if kind in KEY_FIELDS:
                keys[kind] |= set(entries)
        for course in pack.of("course"):
            keys["sop"] |= set(courses.defines(course))
        for topic in pack.of("topic"):
            keys["item"] |= {item.key for item in topic.items}
        for file in pack.of("paths"):
            keys["session"] |= {session.session for session in file.sessions}
            keys["sign_off"] |= {sign_off.sign_off for sign_off in file.sign_offs}
        for file in pack.of("certifications"):
            keys["certification"] |= {each.certification for each in file.certifications}
        keys["media"] |= {file.name for file in pack.media if file.owner is None}
    return keys


def _check_references(packs: list[PackContent], known: Known) -> Iterator[Problem]:
    defined = _defined(packs)
    unread = [_claims(kind, document) for pack in packs for kind, document in pack.unread]
    for pack in packs:
        for kind, references in REFERENCES.items():
            for entry in pack.found.get(kind, {}).values():
                for reference in references(entry.definition):
                    if reference.kind in UNDEFINED or reference.key in defined[reference.kind]:
                        continue
                    if known.has(reference.kind, reference.key) or any(claims(reference) for claims in unread):
                        continue
                    message = Message(MISSING[reference.kind], {"key": reference.key})
                    yield entry.document.problem(reference.loc, message)


def _claims(kind: str, document: Document) -> Callable[[Reference], bool]:
    """Whether a file that has errors of its own may define what is named: then the name is not wrong for that."""
    data = document.data if isinstance(document.data, dict) else {}
    key = str(data.get(KEY_FIELDS.get(kind, ""), ""))
    inner = {"topic": ("item",), "course": ("sop",), "paths": ("session", "sign_off")}.get(kind, (kind.rstrip("s"),))

    def claims(reference: Reference) -> bool:
        if reference.kind == kind:
            return reference.key == key
        if reference.kind == "sop":
            return kind == "course" and reference.key.split("/")[0] == key
        return reference.kind in inner

    return claims


def bank_of(packs: Iterable[PackContent]) -> list[BankItem]:
    """All items of the files, as an exam plan needs to know them."""
    return [
        BankItem(
            item.key, topic.topic, tuple(item.sop), item.difficulty, item.type in MARKED_BY_PEOPLE,
            is_unfit_for_exams(item),
        )
        for pack in packs
        for topic in pack.of("topic")
        for item in topic.items
    ]  # fmt: skip


def _check_supply(packs: list[PackContent], known: Known) -> Iterator[Problem]:
    """Exam plans and lesson checks that ask for more than there is."""
    own = bank_of(packs)
    mine = {item.key for item in own}
    bank = [*own, *(item for item in known.bank if item.key not in mine)]
    fit, unfit = [item for item in bank if not item.is_unfit], {item.key for item in bank if item.is_unfit}
    topics_held = Counter(item.topic for item in bank if not item.is_marked)
    unread = {str(doc.data.get("topic")) for pack in packs for kind, doc in pack.unread if kind == "topic" and doc.data}
    for pack in packs:
        for entry in pack.found.get("exam", {}).values():
            sections = entry.definition.sections
            refused = list(unfit_faults(entry.definition, unfit))
            yield from entry.document.located(refused)
            for fault in check_supply(entry.definition, fit) if not refused else ():
                section = sections[int(fault.loc[1])]
                if not unread or section.topic not in {*unread, None}:  # else it may be short for that file's errors
                    yield from entry.document.located([fault])
        for entry in pack.found.get("course", {}).values():
            yield from entry.document.located(courses.check_draws(entry.definition, topics_held))


def _check_scenarios(packs: list[PackContent], known: Known) -> Iterator[Problem]:
    frameworks = {**known.frameworks}
    for pack in packs:
        frameworks.update({key: entry.definition for key, entry in pack.found.get("framework", {}).items()})
    for pack in packs:
        for entry in pack.found.get("scenario", {}).values():
            yield from scenarios.check(entry.definition, entry.document, frameworks)
