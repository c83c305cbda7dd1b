"""The shape of an item as a form: which fields each type has, and how each of them is filled in (pure).

A test keeps it equal to the definitions, so that a form can show whatever an item holds.
"""

from collections.abc import Mapping
from enum import StrEnum


class Kind(StrEnum):
    """How a field is filled in: a text by language; several texts, one a line; a word; several words, one a line; true
    or false; a number; words picked from what is known. Of the keys of a group: those chosen, the place of each, a word
    for each, a number for each, a text for each. ``RUBRIC`` is lines with levels."""

    TEXT = "text"
    TEXTS = "texts"
    WORD = "word"
    WORDS = "words"
    TRUTH = "truth"
    NUMBER = "number"
    PICKS = "picks"
    CHOSEN = "chosen"
    PLACES = "places"
    WORD_EACH = "word-each"
    NUMBER_EACH = "number-each"
    TEXT_EACH = "text-each"
    RUBRIC = "rubric"


COMMON: Mapping[str, Kind] = {
    "stem": Kind.TEXT,
    "rationale": Kind.TEXT,
    "feedback": Kind.TEXT_EACH,
    "points": Kind.NUMBER,
    "skill": Kind.WORD,
    "sop": Kind.PICKS,
    "difficulty": Kind.WORD,
}
OWN: Mapping[str, Mapping[str, Kind]] = {
    "single": {"options": Kind.TEXT_EACH, "answer": Kind.WORD},
    "true-false": {"answer": Kind.TRUTH},
    "multiple": {"options": Kind.TEXT_EACH, "answer": Kind.CHOSEN, "scoring": Kind.WORD},
    "ordering": {"options": Kind.TEXT_EACH, "answer": Kind.PLACES, "scoring": Kind.WORD},
    "matching": {"left": Kind.TEXT_EACH, "right": Kind.TEXT_EACH, "answer": Kind.WORD_EACH},
    "classify": {"categories": Kind.TEXT_EACH, "statements": Kind.TEXT_EACH, "answer": Kind.WORD_EACH},
    "judgement": {"options": Kind.TEXT_EACH, "values": Kind.NUMBER_EACH},
    "emotion": {
        "utterance": Kind.TEXT,
        "cues": Kind.TEXTS,
        "audio": Kind.WORD,
        "transcript": Kind.TEXT,
        "image": Kind.WORD,
        "alt": Kind.TEXT,
        "labels": Kind.WORDS,
        "answer": Kind.WORD,
        "panel": Kind.NUMBER_EACH,
        "scoring": Kind.WORD,
        "intensity": Kind.NUMBER,
    },
    "number": {"answer": Kind.NUMBER, "tolerance": Kind.NUMBER},
    "short-text": {"accepted": Kind.TEXTS, "match": Kind.WORD},
    "essay": {"rubric": Kind.RUBRIC, "min_chars": Kind.NUMBER, "max_chars": Kind.NUMBER},
}
"""The fields of each type beside the common ones."""

GROUPS: Mapping[str, tuple[str, ...]] = {
    "single": ("options",),
    "multiple": ("options",),
    "ordering": ("options",),
    "judgement": ("options",),
    "matching": ("left", "right"),
    "classify": ("categories", "statements"),
    "essay": ("rubric",),
}
"""The groups of a type to which entries are added and from which they are taken."""

ASKED = {"matching": "left", "classify": "statements"}
"""The group whose entries are answered, each with an entry of the other one."""

REQUIRED_TEXTS = ("stem", "utterance")
"""Texts that are said to be empty, rather than left out."""

FIRST_KEYS: Mapping[str, tuple[str, ...]] = {
    "options": ("a", "b", "c", "d"),
    "left": ("a", "b", "c"),
    "right": ("a", "b", "c"),
    "categories": ("a", "b"),
    "statements": ("a", "b", "c"),
    "rubric": ("line-1",),
}
"""The entries that a new item's groups begin with."""


def shape_of(kind: str) -> dict[str, Kind]:
    """Every field of a type by name, without its key and its type."""
    return {**COMMON, **OWN[kind]}
