"""An item as a form: what every field shows, and the body that filled fields make (pure).

What comes back as it was shown keeps the very value it stands for, and fields that the form does not know stay, so that
a form sent unchanged changes nothing.
"""

from collections.abc import Iterable, Iterator, Mapping
from itertools import zip_longest
from typing import Any

from lms.core.form_fields import (
    ENTRY,
    LINE_END,
    YES,
    Fields,
    Filled,
    Merged,
    as_sent,
    brought_over,
    keys_of,
    lines_in,
    number_in,
    own,
    text_fields,
    text_in,
    too_long,
)
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

PICK_MORE = ("+1", "+2", "+3")
"""Rows for picking more."""

CHOOSING = ("single", "multiple", "true-false", "emotion")
NO_ANSWER = N_("Say what is right.")
NO_PLACE = N_("Give each line a place of its own, from 1 to %(most)s.")


def pickable(kind: str, fields: Fields) -> list[str]:
    """The keys a learner can pick, which feedback and panel speak about."""
    if kind == "true-false":
        return ["true", "false"]
    if kind == "emotion":
        return [word for word in lines_in(fields.get("labels", "")) if ENTRY.fullmatch(word)] or list(EMOTIONS)
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
            yield from text_fields(name, value)
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
                yield from text_fields(f"{name}.{key}", text)
            if name in GROUPS.get(kind, ()):
                yield f"keys.{name}", " ".join(value)
        case Kind.RUBRIC:
            yield from _rubric_fields(value)
        case _:
            yield name, str(value)


def _rubric_fields(lines: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    keys = []
    for line in lines:
        keys.append(line["key"])
        place = f"rubric.{line['key']}"
        yield from text_fields(f"{place}.title", line["title"])
        yield f"keys.{place}", " ".join(str(number) for number in range(len(line["levels"])))
        for number, level in enumerate(line["levels"]):
            yield f"{place}.{number}.points", str(level["points"])
            yield from text_fields(f"{place}.{number}.description", level.get("description") or {})
    yield "keys.rubric", " ".join(keys)


# ---- fields as a body ------------------------------------------------------------------


def filled(kind: str, base: Mapping[str, Any], fields: Fields) -> Filled:
    """The body with what was typed; ``base`` is what the form was made of, empty for a new item."""
    before, body = shown(kind, base), dict(base)
    refused: dict[str, Message] = {}
    for name, how in shape_of(kind).items():
        told = own(fields, name)
        if as_sent(told) == as_sent(own(before, name)):
            continue
        refused |= too_long(told)
        value = _value(kind, name, how, fields, base.get(name), refused)
        body.pop(name, None)
        if value not in (None, "", [], {}):
            body[name] = value
    for name in REQUIRED_TEXTS:
        if name in shape_of(kind) and not own(fields, name):
            body[name] = {}
    if kind in CHOOSING and "answer" not in body:
        refused["answer"] = Message(NO_ANSWER)
    return Filled(body, refused)


def _value(kind: str, name: str, how: Kind, fields: Fields, was: Any, refused: dict[str, Message]) -> Any:
    match how:
        case Kind.TEXT:
            return text_in(fields, name)
        case Kind.TEXTS:
            return _texts([fields.get(f"{name}.{language}", "") for language in LANGUAGES])
        case Kind.TRUTH:
            return {"true": True, "false": False}.get(fields.get(name, ""))
        case Kind.WORDS:
            return lines_in(fields.get(name, ""))
        case Kind.NUMBER:
            return number_in(fields, name, refused)
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
        return {key: text_in(fields, f"{name}.{key}") or {} for key in keys_of(fields, name)}
    keys = keys_of(fields, ASKED[kind]) if how is Kind.WORD_EACH else pickable(kind, fields)
    found: dict[str, Any] = {}
    for key in sorted(keys, key=_places_in(was or ())):
        place = f"{name}.{key}"
        if how is Kind.TEXT_EACH:
            value: Any = text_in(fields, place)
        elif how is Kind.NUMBER_EACH:
            value = number_in(fields, place, refused)
        else:
            value = fields.get(place, "").strip() or None
        if value is not None:
            found[key] = value
    return found


def _texts(columns: Iterable[str]) -> list[dict[str, str]]:
    """Texts that stand one a line, the n-th line of each language belonging together."""
    rows = zip_longest(*(words.replace("\r\n", "\n").split("\n") for words in columns), fillvalue="")
    texts = [
        {language: line.strip().replace(LINE_END, "\n") for language, line in zip(LANGUAGES, row, strict=True)}
        for row in rows
    ]
    told = [{language: words for language, words in text.items() if words} for text in texts]
    return [text for text in told if text]


def _picks(fields: Fields, name: str) -> list[str]:
    heads = [place.removeprefix(f"{name}.") for place in fields if place.startswith(f"{name}.")]
    kept = [word for word in heads if word not in PICK_MORE and fields[f"{name}.{word}"] == YES]
    more = [word for row in PICK_MORE if (word := fields.get(f"{name}.{row}", "").strip())]
    return list(dict.fromkeys([*kept, *more]))


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
        title = text_in(fields, f"{place}.title") or {}
        lines.append({**known.get(key, {}), "key": key, "title": title, "levels": levels})
    return lines


def _level(fields: Fields, place: str, refused: dict[str, Message]) -> dict[str, Any]:
    told = {
        "points": number_in(fields, f"{place}.points", refused),
        "description": text_in(fields, f"{place}.description"),
    }
    return {name: value for name, value in told.items() if value is not None}


# ---- two who wrote at the same time ------------------------------------------------------


def merged(kind: str, base: Mapping[str, Any], newer: Mapping[str, Any], fields: Fields) -> Merged:
    """A form that was filled over ``base``, brought over ``newer``: what was not touched here shows the newer words."""
    return brought_over(shown(kind, base), shown(kind, newer), fields)
