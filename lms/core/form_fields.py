"""Content as a form: what its fields carry, how what was typed is read, and how two who wrote at once meet (pure).

A form carries its whole state: texts and numbers by place (``options.a.en``), and the keys of every group in their
order (``keys.options``).
"""

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from lms.core.texts import LANGUAGES, N_, Message

Fields = Mapping[str, str]

YES = "1"
MOST_CHARACTERS = 10_000
"""The longest words of one field."""

MOST_ENTRIES = 60
ENTRY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
NO_NUMBER = N_("Write a number here, as in 2 or 0.5.")
TOO_LONG = N_("This is too long; write at most %(most)s characters.")
OVERTAKEN = N_(
    "Version %(current)s was saved by somebody else after you opened version %(sent)s. Nothing was saved. Below stands "
    "what you typed, over that newer version: look at it, then save again."
)

LINE_END = "⏎"
"""A line end inside one of several texts that stand one a line."""


@dataclass(frozen=True, slots=True)
class Filled:
    """The body that a form makes, and what of it cannot be read, by field."""

    body: dict[str, Any]
    refused: Mapping[str, Message] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Merged:
    """A form that met a newer version: ``fields`` to show now, ``both`` what was changed here and there (the newer words
    by field)."""

    fields: dict[str, str]
    both: dict[str, str]


def typed(lists: Mapping[str, Sequence[str]], beside: Collection[str]) -> dict[str, str]:
    """What was typed, by field, without the names that stand beside the form; of a hidden field and a check box of one
    name the box wins."""
    return {name: words[-1] for name, words in lists.items() if name not in beside}


def keys_of(fields: Fields, group: str) -> list[str]:
    """The keys of a group of the form, in their order, each once."""
    words = fields.get(f"keys.{group}", "").split()
    return list(dict.fromkeys(word for word in words if ENTRY.fullmatch(word)))[:MOST_ENTRIES]


def own(fields: Fields, name: str) -> dict[str, str]:
    """The fields that stand for one field of the body, without the empty ones."""
    heads = (name, f"keys.{name}")
    return {place: words for place, words in fields.items() if words.strip() and stands_under(place, heads)}


def stands_under(place: str, heads: Iterable[str]) -> bool:
    """Whether a field is one of these or a part of one."""
    return any(place == head or place.startswith(f"{head}.") for head in heads)


def as_sent(fields: Fields) -> dict[str, str]:
    """Fields as browsers may send them back: line ends in one way, no blanks around."""
    return {name: words.replace("\r\n", "\n").replace("\r", "\n").rstrip() for name, words in fields.items()}


def too_long(fields: Fields) -> dict[str, Message]:
    """What is said of the fields that hold more than any text needs."""
    return {
        name: Message(TOO_LONG, {"most": MOST_CHARACTERS}) for name, w in fields.items() if len(w) > MOST_CHARACTERS
    }


# ---- values -----------------------------------------------------------------------------


def text_fields(place: str, text: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """What the fields of a text show, one for each language."""
    yield from ((f"{place}.{language}", text.get(language, "")) for language in LANGUAGES)


def text_in(fields: Fields, place: str) -> dict[str, str] | None:
    """The text that stands in a place's fields; None for nothing."""
    told = {language: fields.get(f"{place}.{language}", "") for language in LANGUAGES}
    return {language: words for language, words in told.items() if words.strip()} or None


def lines_in(words: str) -> list[str]:
    """Words that stand one a line."""
    return [line.strip() for line in words.replace("\r", "\n").split("\n") if line.strip()]


def number_in(fields: Fields, place: str, refused: dict[str, Message]) -> int | Decimal | None:
    """A number as it was typed, full-width digits and a decimal comma too; what is none is said in ``refused``."""
    words = unicodedata.normalize("NFKC", fields.get(place, "")).strip().replace("\u2212", "-")
    if not words:
        return None
    words = words.replace(",", ".") if words.count(",") == 1 and "." not in words else words
    if not re.fullmatch(r"[-+]?[0-9]{1,15}(\.[0-9]{0,12})?", words):
        refused[place] = Message(NO_NUMBER)
        return None
    number = Decimal(words)
    return int(number) if number == number.to_integral_value() else number


# ---- entries of a group -------------------------------------------------------------------


def moved(fields: Fields, group: str, key: str, by: int) -> dict[str, str]:
    """The form with an entry of a group so many places further down."""
    keys = keys_of(fields, group)
    at = keys.index(key)
    keys.insert(min(max(at + by, 0), len(keys) - 1), keys.pop(at))
    return {**fields, f"keys.{group}": " ".join(keys)}


def without(fields: Fields, group: str, key: str, about: Iterable[str] = ()) -> dict[str, str]:
    """The form without an entry of a group, and without the fields ``about`` it that stand elsewhere."""
    heads = (f"{group}.{key}", f"keys.{group}.{key}", *about)
    kept = {name: words for name, words in fields.items() if not stands_under(name, heads)}
    return {**kept, f"keys.{group}": " ".join(each for each in keys_of(fields, group) if each != key)}


# ---- two who wrote at the same time ------------------------------------------------------


def overtaken(current: int, sent: int) -> Message:
    """What stands above a form that began from version ``sent`` and met the later version ``current``."""
    return Message(OVERTAKEN, {"current": current, "sent": sent})


def brought_over(before: Fields, now: Fields, fields: Fields) -> Merged:
    """A form that was filled over what ``before`` shows, brought over ``now``: what was not touched here shows the newer
    words."""
    mended = as_sent(fields)
    names = dict.fromkeys([*now, *before, *mended])
    mine = {name for name in names if mended.get(name, "") != before.get(name, "")}
    both = {
        name: now.get(name, "")
        for name in names
        if name in mine and now.get(name, "") not in (before.get(name, ""), mended.get(name, ""))
    }
    return Merged({name: (mended if name in mine else now).get(name, "") for name in names}, both)
