"""What is to be mended in a form: at which field, and in what words that field is named (pure)."""

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from lms.core.definitions import Problem
from lms.core.texts import LANGUAGES, Message


@dataclass(frozen=True, slots=True)
class Note:
    """Something to mend or to look at, the field it belongs to, and the words that name that field."""

    anchor: str
    finding: Problem
    words: tuple[Message, ...]


@dataclass(frozen=True, slots=True)
class Notes:
    """All of them in order, and those of each field."""

    all: tuple[Note, ...]
    here: Mapping[str, tuple[Note, ...]] = field(default_factory=dict)

    @property
    def errors(self) -> tuple[Note, ...]:
        return tuple(note for note in self.all if note.finding.severity == "error")

    @property
    def warnings(self) -> tuple[Note, ...]:
        return tuple(note for note in self.all if note.finding.severity == "warning")


def noted(
    problems: Iterable[Problem],
    refused: Mapping[str, Message],
    anchor_of: Callable[[str], str],
    words_of: Callable[[str], Iterable[Message]],
) -> Notes:
    """Everything to mend by field; ``refused`` is what could not be read at all, and says it alone.

    ``anchor_of`` gives the field of a body's place (``rubric[0].title``), ``words_of`` the words that name a field.
    """
    anchored = [(place, Problem("form", 1, place, message)) for place, message in refused.items()]
    for problem in problems:
        anchor = anchor_of(problem.field)
        if anchor not in refused:
            anchored.append((anchor, problem))
    notes = tuple(Note(anchor, problem, tuple(words_of(anchor))) for anchor, problem in _once(anchored))
    here: dict[str, tuple[Note, ...]] = {}
    for note in notes:
        here[note.anchor] = (*here.get(note.anchor, ()), note)
    return Notes(notes, here)


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
