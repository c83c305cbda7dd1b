"""The shape of an exam plan as a form: which fields it has, and how each of them is filled in (pure).

A test keeps it equal to the definitions, so that a form can show whatever a plan holds.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from lms.assessment.content import Exam
from lms.core.definitions import Definition


class Kind(StrEnum):
    """How a field is filled in: a text by language; a word; words one a line; true or false; a number; a whole number;
    words picked from what is known; how many items of each difficulty; how many for each SOP place; the lesson before
    each numbered try."""

    TEXT = "text"
    WORD = "word"
    WORDS = "words"
    TRUTH = "truth"
    NUMBER = "number"
    WHOLE = "whole"
    PICKS = "picks"
    LEVELS = "levels"
    COVER = "cover"
    TRIES = "tries"


PLAN: Mapping[str, Kind] = {
    "title": Kind.TEXT,
    "cut": Kind.NUMBER,
    "time_limit_minutes": Kind.WHOLE,
    "when_time_is_up": Kind.WORD,
    "grace_minutes": Kind.WHOLE,
    "attempts": Kind.WHOLE,
    "wait_hours": Kind.NUMBER,
    "before_try": Kind.TRIES,
    "escalate_after": Kind.WHOLE,
    "counts": Kind.WORD,
    "shuffle.items": Kind.TRUTH,
    "shuffle.options": Kind.TRUTH,
    "avoid_seen": Kind.TRUTH,
    "show.score": Kind.WORD,
    "show.answers": Kind.WORD,
    "marking.markers": Kind.WHOLE,
    "marking.margin": Kind.NUMBER,
    "marking.blind": Kind.TRUTH,
    "marking.calibration": Kind.NUMBER,
    "balance": Kind.NUMBER,
    "exposure_cap": Kind.NUMBER,
    "opens_at": Kind.WORD,
    "closes_at": Kind.WORD,
    "assigned_only": Kind.TRUTH,
    "status": Kind.WORD,
    "sites": Kind.PICKS,
}
"""Every field of a plan beside its key and its parts; a dot leads into a group."""

SECTION: Mapping[str, Kind] = {
    "title": Kind.TEXT,
    "topic": Kind.WORD,
    "sop": Kind.WORD,
    "items": Kind.WORDS,
    "draw": Kind.WHOLE,
    "difficulty": Kind.LEVELS,
    "cover": Kind.COVER,
    "cut": Kind.NUMBER,
}
"""Every field of one part."""

LEVELS = ("easy", "medium", "hard")
MORE_STEPS = ("+1", "+2")
"""Rows for wishing for more SOP steps."""

ANOTHER_TRY = "+1"
"""The row for one more lesson before a numbered try."""


def usual(name: str) -> Any:
    """What holds where a plan says nothing; None for nothing."""
    group, _, field = name.rpartition(".")
    value: Any = Exam.model_fields[group or field].default
    return getattr(value, field) if isinstance(value, Definition) else value


USUAL = frozenset(name for name in PLAN if name != "title" and usual(name) not in (None, [], {}))
"""The fields that hold something where a plan says nothing."""
