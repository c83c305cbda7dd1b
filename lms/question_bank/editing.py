"""An item as a form: what every field shows, and the body that filled fields make (pure).

The form carries its whole state: texts and numbers by place (``options.a.en``), and the keys of every group in their
order (``keys.options``). What comes back as it was shown keeps the very value it stands for, and fields that the form
does not know stay, so that a form sent unchanged changes nothing.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import zip_longest
from typing import Any

from lms.core.texts import LANGUAGES, N_, Message
from lms.question_bank.editing_shape import (
    ASKED,
    FIRST_KEYS,
    GROUPS,
    REQUIRED_TEXTS,
    Kind,
    shape_of,
)
from lms.question_bank.items import EMOTIONS, Emotion

Fields = Mapping[str, str]

LINE_END = "⏎"
"""A line end inside one of several texts that stand one a line."""

PICK_MORE = ("+1", "+2", "+3")
"""Rows for picking more."""

YES = "1"
MOST_CHARACTERS = 10_000
MOST_ENTRIES = 60
ENTRY = re.compile(r"[a-z0-9]+(-[a-z0-9]+)*")
CHOOSING = ("single", "multiple", "true-false", "emotion")
NO_ANSWER = N_("Say what is right.")
NO_NUMBER = N_("Write a number here, as in 2 or 0.5.")
TOO_LONG = N_("This is too long; write at most %(most)s characters.")
NO_PLACE = N_("Give each line a place of its own, from 1 to %(most)s.")


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


def keys_of(fields: Fields, group: str) -> list[str]:
    """The keys of a group of the form, in their order, each once."""
    words = fields.get(f"keys.{group}", "").split()
    return list(dict.fromkeys(word for word in words if ENTRY.fullmatch(word)))[:MOST_ENTRIES]


def pickable(kind: str, fields: Fields) -> list[str]:
    """The keys a learner can pick, which feedback and panel speak about."""
    if kind == "true-false":
        return ["true", "false"]
    if kind == "emotion":
        return [word for word in _lines(fields.get("labels", "")) if ENTRY.fullmatch(word)] or list(EMOTIONS)
    return keys_of(fields, "options")


# ---- a body as fields ----------------------------------------------------------------


def blank(kind: str) -> dict[str, str]:
    """The fields of a new item of a type."""
    fields = {f"keys.{group}": " ".join(FIRST_KEYS[group]) for group in GROUPS.get(kind, ())}
    if kind == "essay":
        fields |= {"keys.rubric.line-1": "0 1 2", **{f"rubric.line-1.{n}.points": str(n) for n in range(3)}}
    return fields


def shown(kind: str, body: Mapping[str, Any]) -> dict[str, str]:
    """Every field of an item's form with what it shows; nothing for what is empty."""
    fields: dict[str, str] = {}
    usual = {"stem": Emotion.model_fields["stem"].default} if kind == "emotion" else {}
    for name, how in shape_of(kind).items():
        if (value := body.get(name, usual.get(name))) is not None:
            fields.update(_shown(kind, name, how, value))
    return {name: words for name, words in fields.items() if words}


def _shown(kind: str, name: str, how: Kind, value: Any) -> Iterator[tuple[str, str]]:
    match how:
        case Kind.TEXT:
            yield from _text_fields(name, value)
        case Kind.TEXTS:
            for language in LANGUAGES:
                lines = [text.get(language, "").replace("\n", LINE_END) for text in value]
                yield f"{name}.{language}", "\n".join(lines).rstrip("\n")
        case Kind.TRUTH:
            yield name, "true" if value else "false"
        case Kind.WORDS:
            yield name, "\n".join(value)
        case Kind.PICKS | Kind.CHOSEN:
            yield from ((f"{name}.{word}", YES) for word in value)
        case Kind.PLACES:
            yield from ((f"{name}.{key}", str(place)) for place, key in enumerate(value, start=1))
        case Kind.WORD_EACH | Kind.NUMBER_EACH:
            yield from ((f"{name}.{key}", str(each)) for key, each in value.items())
        case Kind.TEXT_EACH:
            for key, text in value.items():
                yield from _text_fields(f"{name}.{key}", text)
            if name in GROUPS.get(kind, ()):
                yield f"keys.{name}", " ".join(value)
        case Kind.RUBRIC:
            yield from _rubric_fields(value)
        case _:
            yield name, str(value)


def _text_fields(place: str, text: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    yield from ((f"{place}.{language}", text.get(language, "")) for language in LANGUAGES)


def _rubric_fields(lines: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    keys = []
    for line in lines:
        keys.append(line["key"])
        place = f"rubric.{line['key']}"
        yield from _text_fields(f"{place}.title", line["title"])
        yield f"keys.{place}", " ".join(str(number) for number in range(len(line["levels"])))
        for number, level in enumerate(line["levels"]):
            yield f"{place}.{number}.points", str(level["points"])
            yield from _text_fields(f"{place}.{number}.description", level.get("description") or {})
    yield "keys.rubric", " ".join(keys)


# ---- fields as a body ------------------------------------------------------------------


def filled(kind: str, base: Mapping[str, Any], fields: Fields) -> Filled:
    """The body with what was typed; ``base`` is what the form was made of, empty for a new item."""
    before, body, refused = shown(kind, base), dict(base), {}
    for name, how in shape_of(kind).items():
        own, was = _own(fields, name), _own(before, name)
        if _plain(own) == _plain(was):
            continue
        for place, words in own.items():
            if len(words) > MOST_CHARACTERS:
                refused[place] = Message(TOO_LONG, {"most": MOST_CHARACTERS})
        value = _value(kind, name, how, fields, base.get(name), refused)
        body.pop(name, None)
        if value not in (None, "", [], {}):
            body[name] = value
    for name in REQUIRED_TEXTS:
        if name in shape_of(kind) and not _own(fields, name):
            body[name] = {}
    if kind in CHOOSING and "answer" not in body:
        refused["answer"] = Message(NO_ANSWER)
    return Filled(body, refused)


def _own(fields: Fields, name: str) -> dict[str, str]:
    """The fields that stand for one field of the body, without the empty ones."""
    heads = (name, f"keys.{name}")
    return {
        place: words
        for place, words in fields.items()
        if words.strip() and any(place == head or place.startswith(f"{head}.") for head in heads)
    }


def _plain(fields: Fields) -> dict[str, str]:
    """Fields as browsers may send them back: line ends in one way, no blanks around."""
    return {name: words.replace("\r\n", "\n").replace("\r", "\n").rstrip() for name, words in fields.items()}


def _value(kind: str, name: str, how: Kind, fields: Fields, was: Any, refused: dict[str, Message]) -> Any:
    match how:
        case Kind.TEXT:
            return _text(fields, name)
        case Kind.TEXTS:
            return _texts([fields.get(f"{name}.{language}", "") for language in LANGUAGES])
        case Kind.TRUTH:
            return {"true": True, "false": False}.get(fields.get(name, ""))
        case Kind.WORDS:
            return _lines(fields.get(name, ""))
        case Kind.NUMBER:
            return _number(fields, name, refused)
        case Kind.PICKS:
            return _picks(fields, name)
        case Kind.CHOSEN:
            chosen = [key for key in keys_of(fields, "options") if fields.get(f"{name}.{key}") == YES]
            return sorted(chosen, key=_places_in(was or ()))
        case Kind.PLACES:
            return _order(fields, name, refused)
        case Kind.RUBRIC:
            return _rubric(fields, was or (), refused)
        case Kind.WORD_EACH | Kind.NUMBER_EACH | Kind.TEXT_EACH:
            return _each(kind, name, how, fields, was, refused)
    return fields.get(name, "").strip()


def _places_in(known: Iterable[str]) -> Any:
    places = {key: place for place, key in enumerate(known)}
    return lambda key: places.get(key, len(places))


def _each(kind: str, name: str, how: Kind, fields: Fields, was: Any, refused: dict[str, Message]) -> dict[str, Any]:
    """A value by key: of a group all its keys in the form's order, else those that have one, in the order they had."""
    if name in GROUPS.get(kind, ()):
        return {key: _text(fields, f"{name}.{key}") or {} for key in keys_of(fields, name)}
    keys = keys_of(fields, ASKED[kind]) if how is Kind.WORD_EACH else pickable(kind, fields)
    found: dict[str, Any] = {}
    for key in sorted(keys, key=_places_in(was or ())):
        place = f"{name}.{key}"
        if how is Kind.TEXT_EACH:
            value: Any = _text(fields, place)
        elif how is Kind.NUMBER_EACH:
            value = _number(fields, place, refused)
        else:
            value = fields.get(place, "").strip() or None
        if value is not None:
            found[key] = value
    return found


def _text(fields: Fields, place: str) -> dict[str, str] | None:
    told = {language: fields.get(f"{place}.{language}", "") for language in LANGUAGES}
    return {language: words for language, words in told.items() if words.strip()} or None


def _texts(columns: Iterable[str]) -> list[dict[str, str]]:
    """Texts that stand one a line, the n-th line of each language belonging together."""
    rows = zip_longest(*(words.replace("\r\n", "\n").split("\n") for words in columns), fillvalue="")
    texts = [
        {language: line.strip().replace(LINE_END, "\n") for language, line in zip(LANGUAGES, row, strict=True)}
        for row in rows
    ]
    told = [{language: words for language, words in text.items() if words} for text in texts]
    return [text for text in told if text]


def _lines(words: str) -> list[str]:
    return [line.strip() for line in words.replace("\r", "\n").split("\n") if line.strip()]


def _picks(fields: Fields, name: str) -> list[str]:
    heads = [place.removeprefix(f"{name}.") for place in fields if place.startswith(f"{name}.")]
    kept = [word for word in heads if word not in PICK_MORE and fields[f"{name}.{word}"] == YES]
    more = [word for row in PICK_MORE if (word := fields.get(f"{name}.{row}", "").strip())]
    return list(dict.fromkeys([*kept, *more]))


def _number(fields: Fields, place: str, refused: dict[str, Message]) -> int | Decimal | None:
    """A number as it was typed, full-width digits and a decimal comma too."""
    words = unicodedata.normalize("NFKC", fields.get(place, "")).strip().replace("\u2212", "-")
    if not words:
        return None
    words = words.replace(",", ".") if words.count(",") == 1 and "." not in words else words
    if not re.fullmatch(r"[-+]?[0-9]{1,15}(\.[0-9]{0,12})?", words):
        refused[place] = Message(NO_NUMBER)
        return None
    number = Decimal(words)
    return int(number) if number == number.to_integral_value() else number


def _order(fields: Fields, name: str, refused: dict[str, Message]) -> list[str]:
    keys = keys_of(fields, "options")
    places = {key: fields.get(f"{name}.{key}", "").strip() for key in keys}
    if sorted(places.values()) != sorted(str(place) for place in range(1, len(keys) + 1)):
        refused[name] = Message(NO_PLACE, {"most": len(keys)})
    return sorted(keys, key=lambda key: places[key].zfill(3))


def _rubric(fields: Fields, was: Iterable[Mapping[str, Any]], refused: dict[str, Message]) -> list[dict[str, Any]]:
    """The rubric's lines with their levels; what a line holds that the form does not show stays."""
    known = {line["key"]: line for line in was}
    lines = []
    for key in keys_of(fields, "rubric"):
        place = f"rubric.{key}"
        levels = [_level(fields, f"{place}.{number}", refused) for number in keys_of(fields, place)]
        title = _text(fields, f"{place}.title") or {}
        lines.append({**known.get(key, {}), "key": key, "title": title, "levels": levels})
    return lines


def _level(fields: Fields, place: str, refused: dict[str, Message]) -> dict[str, Any]:
    told = {"points": _number(fields, f"{place}.points", refused), "description": _text(fields, f"{place}.description")}
    return {name: value for name, value in told.items() if value is not None}


# ---- two who wrote at the same time ------------------------------------------------------


def merged(kind: str, base: Mapping[str, Any], newer: Mapping[str, Any], fields: Fields) -> Merged:
    """A form that was filled over ``base``, brought over ``newer``: what was not touched here shows the newer words."""
    before, now, typed = shown(kind, base), shown(kind, newer), _plain(fields)
    names = dict.fromkeys([*now, *before, *typed])
    mine = {name for name in names if typed.get(name, "") != before.get(name, "")}
    both = {
        name: now.get(name, "")
        for name in names
        if name in mine and now.get(name, "") not in (before.get(name, ""), typed.get(name, ""))
    }
    return Merged({name: (typed if name in mine else now).get(name, "") for name in names}, both)
