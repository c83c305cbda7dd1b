"""A reply cut into sentences, and its words made comparable (pure)."""

import functools
import re
import unicodedata
from dataclasses import dataclass

SENTENCE = re.compile(r"[^。！？!?；;\n.…~～]*(?:[。！？!?；;\n…~～]+|\.(?=\s|$)[\s.]*|\.|$)[”’\"'）)]*")
CLAUSE_END = re.compile(r"[，、；：,;:](?![0-9])|[。！？!?]")
EDGE = " \t\r\n,，、。.;；!！?？…~～"


@dataclass(frozen=True, slots=True)
class Sentence:
    """``text`` normalised for reading, and where its words stand in the reply."""

    text: str
    start: int
    end: int


def normalised(text: str) -> str:
    """Full-width forms folded, lower case, curly quotes straightened; the length stays as it was."""
    return "".join(map(_folded, text))


@functools.lru_cache(maxsize=8192)
def _folded(sign: str) -> str:
    if sign in "，。！？；：、“”…（）":
        return sign
    if sign in "‘’":
        return "'"
    lower = unicodedata.normalize("NFKC", sign).lower()
    return lower if len(lower) == 1 else sign


def sentences(text: str) -> list[Sentence]:
    """The sentences in order; a full stop inside a number or a name does not end one."""
    flat = normalised(text)
    found: list[Sentence] = []
    start = 0
    for match in SENTENCE.finditer(flat):
        piece = match[0]
        if piece.endswith(".") and match.end() < len(flat) and not flat[match.end()].isspace():
            continue
        end = match.end()
        _add(found, flat, start, end)
        start = end
    _add(found, flat, start, len(flat))
    return found


def _add(found: list[Sentence], flat: str, start: int, end: int) -> None:
    while start < end and flat[start].isspace():
        start += 1
    while end > start and flat[end - 1].isspace():
        end -= 1
    if any(sign.isalnum() for sign in flat[start:end]):
        found.append(Sentence(flat[start:end], start, end))


def trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """The span without blanks and punctuation at its edges."""
    while start < end and text[start] in EDGE:
        start += 1
    while end > start and text[end - 1] in EDGE:
        end -= 1
    return start, end


def clause_around(text: str, start: int, end: int) -> tuple[int, int]:
    """The span widened to the commas around it; a comma inside a number is none."""
    breaks = [match.start() for match in CLAUSE_END.finditer(text)]
    return max((at + 1 for at in breaks if at < start), default=0), min(
        (at for at in breaks if at >= end), default=len(text)
    )
