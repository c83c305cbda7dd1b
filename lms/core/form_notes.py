"""What is to be mended in a form: at which field, and in what words that field is named (pure)."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Generic, Protocol, TypeVar

from lms.core.definitions import Problem
from lms.core.texts import LANGUAGES, Message


@dataclass(frozen=True, slots=True)
class Note:
    """Something to mend or to look at, the field it belongs to, and the words that name that field."""

    anchor: str
    finding: Problem
    words: tuple[Message, ...]


class Weighed(Protocol):
    """What stops (``error``) or is to be looked at (``warning``)."""

    @property
    def severity(self) -> str: ...


class About(Protocol):
    """A note of some form: what was found, and whatever leads to the place."""

    @property
    def finding(self) -> Weighed: ...


N = TypeVar("N", bound=About)


@dataclass(frozen=True, slots=True)
class Notes(Generic[N]):
    """All of them in order, and those of each field of the form that is open."""

    all: tuple[N, ...]
    here: Mapping[str, tuple[N, ...]] = field(default_factory=dict)

    @property
    def errors(self) -> tuple[N, ...]:
        return tuple(note for note in self.all if note.finding.severity == "error")

    @property
    def warnings(self) -> tuple[N, ...]:
        return tuple(note for note in self.all if note.finding.severity == "warning")


def noted(
    problems: Iterable[Problem],
    refused: Mapping[str, Message],
    anchor_of: Callable[[str], str],
    words_of: Callable[[str], Iterable[Message]],
) -> Notes[Note]:
    """Everything to mend by field; ``refused`` is what could not be read at all, and says it alone.

    ``anchor_of`` gives the field of a body's place (``rubric[0].title``), ``words_of`` the words that name a field.
    """
    anchored = [(place, Problem("form", 1, place, message)) for place, message in refused.items()]
    for problem in problems:
        anchor = anchor_of(problem.field)
        if anchor not in refused:
            anchored.append((anchor, problem))
    notes = tuple(Note(anchor, problem, tuple(words_of(anchor))) for anchor, problem in _once(anchored))
    return Notes(notes, by_anchor((note.anchor, note) for note in notes))


def by_anchor(anchored: Iterable[tuple[str, N]]) -> dict[str, tuple[N, ...]]:
    """The notes of each field, in order."""
    here: dict[str, tuple[N, ...]] = {}
    for anchor, note in anchored:
        here[anchor] = (*here.get(anchor, ()), note)
    return here


def _once(anchored: Iterable[tuple[str, Problem]]) -> Iterator[tuple[str, Problem]]:
    seen = set()
    for anchor, problem in sorted(anchored, key=lambda each: each[1].severity):
        if (said := (anchor, str(problem.message))) not in seen:
            seen.add(said)
            yield anchor, problem


def parts_of(dotted: str) -> list[str]:
    """The parts of a body's place, without the language of a text."""
    parts = [part for part in re.split(r"[.\[\]]+", dotted) if part]
    return parts[:-1] if parts and parts[-1] in LANGUAGES else parts
