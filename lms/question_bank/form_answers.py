"""Reading an answer out of the fields of a page's form, in the numbers that were shown (pure)."""

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from lms.core.entered import whole_number
from lms.core.texts import N_, Message

Fields = Mapping[str, Sequence[str]]
"""Each field's values in the order sent: ``answer``; ``place-N`` for ordering; ``pair-N`` for matching and classify."""


@dataclass(frozen=True, slots=True)
class Unreadable:
    """What was entered cannot be an answer of this type, and why."""

    reason: Message


def read(kind: str, fields: Fields) -> Any | Unreadable:
    """The raw answer for an item of that type; None where nothing was entered."""
    match kind:
        case "multiple":
            return list(fields.get("answer", ())) or None
        case "ordering":
            return _order(fields)
        case "matching" | "classify":
            return _numbered(fields, "pair-") or None
        case "true-false":
            return {"true": True, "false": False}.get(_first(fields))
        case "number":
            return _number(_first(fields))
        case "essay":
            # browsers count a line's end once and send two characters for it
            return _first(fields).replace("\r\n", "\n") or None
        case _:
            return _first(fields) or None


def _first(fields: Fields) -> str:
    return next(iter(fields.get("answer", ())), "")


def _numbered(fields: Fields, prefix: str) -> dict[str, str]:
    return {
        name.removeprefix(prefix): values[0]
        for name, values in fields.items()
        if name.startswith(prefix) and values and values[0]
    }


def _order(fields: Fields) -> Any | Unreadable:
    places = {option: whole_number(place) for option, place in _numbered(fields, "place-").items()}
    if not places:
        return None
    if len(set(places.values())) < len(places) or None in places.values():
        return Unreadable(Message(N_("Give each line a place of its own; two have the same.")))
    return sorted(places, key=lambda option: places[option] or 0)


def _number(entered: str) -> Any | Unreadable:
    written = unicodedata.normalize("NFKC", entered).strip().replace(" ", "").replace("\u2212", "-")
    if not written:
        return None
    try:
        value = float(written.replace(",", ".") if written.count(",") == 1 and "." not in written else written)
    except ValueError:
        return Unreadable(Message(N_("“%(entered)s” is not a number. Write digits only."), {"entered": entered}))
    if value != value or value in (float("inf"), float("-inf")):
        return Unreadable(Message(N_("“%(entered)s” is not a number. Write digits only."), {"entered": entered}))
    return int(value) if value.is_integer() and abs(value) < 2**53 else value
