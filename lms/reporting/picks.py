"""Picks: what an answer chose, in pieces that can be counted for an item's table of answers (pure)."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from lms.question_bank.items import (
    AnyItem,
    Classify,
    Emotion,
    Essay,
    Judgement,
    Matching,
    Multiple,
    NumberItem,
    Ordering,
    ShortText,
    Single,
    TrueFalse,
)
from lms.question_bank.short_answers import normalised

NONE = ""
"""The pick of somebody who chose nothing."""

IN_ORDER = "in-order"
"""The pick of an ordering that is wholly right; else it is the first place (from 1) that is wrong."""

LONGEST = 120
LARGEST_WHOLE = 10**15


class Pick(NamedTuple):
    """One thing chosen; ``part`` is what it was chosen for where an item asks several things, else empty."""

    part: str
    pick: str


def picks(item: AnyItem, answer: Any) -> list[Pick]:
    """What an answer in keys chose; nobody who was asked is missing: who chose nothing picked ``NONE``.

    One pick: single, judgement, emotion, true or false, number, short text (as it is compared), ordering (where it
    first goes wrong). One for each option taken: multiple. One for each part: matching, classify. Essays have none.
    """
    return list(_picks(item, answer))


def _picks(item: AnyItem, answer: Any) -> Iterator[Pick]:
    match item:
        case Essay():
            return
        case Multiple():
            taken = [key for key in item.options if key in answer] if isinstance(answer, list) else []
            yield from (Pick("", key) for key in taken or [NONE])
        case Matching() | Classify():
            given = answer if isinstance(answer, dict) else {}
            yield from (Pick(part, _text(given.get(part))) for part in item.answer)
        case Ordering():
            yield Pick("", _first_wrong(item, answer) if isinstance(answer, list) and answer else NONE)
        case ShortText() if isinstance(answer, str):
            yield Pick("", _text(answer.strip() if item.match == "exact" else normalised(answer)))
        case Single() | Judgement() | Emotion() | TrueFalse() | NumberItem() | ShortText():
            yield Pick("", _text(answer))


def _first_wrong(item: Ordering, answer: list[Any]) -> str:
    for place, right in enumerate(item.answer, 1):
        if place > len(answer) or answer[place - 1] != right:
            return str(place)
    return IN_ORDER


def _text(value: Any) -> str:
    match value:
        case None:
            return NONE
        case bool():
            return "true" if value else "false"
        case float() if value.is_integer() and abs(value) < LARGEST_WHOLE:
            return str(int(value))  # 24.0 is 24
        case _:
            # PostgreSQL keeps no NUL; a pick is a key of the summaries and must fit
            return str(value).replace("\x00", "")[:LONGEST]
