"""A draft as forms: what every field shows, and the draft that filled fields make (pure).

A field that comes back as it was shown leaves what it stands for untouched, so that a form sent unchanged changes
nothing, whatever a browser does to line ends. Field names are places (``scenes.opening.says.en``).
"""

import copy
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any

from lms.core.field_types import NOT_KEPT
from lms.core.form_fields import LINE_END, MOST_CHARACTERS, TOO_LONG, YES
from lms.core.texts import LANGUAGES, N_, Message
from lms.scenarios.drafts_shape import ANY, SCENARIO, Kind, Leaf, Part, Place, kind_of_text, leaves, value_at

PICK_MORE = ("+1", "+2", "+3")
"""Rows for picking more."""

UNKEPT = N_("The character %(code)s cannot be kept; take it away.")


@dataclass(frozen=True, slots=True)
class Filled:
    """What a filled form makes: the new body, the names of the fields that changed, and what is refused, by field."""

    body: dict[str, Any]
    changed: tuple[str, ...]
    refused: Mapping[str, Message] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Merged:
    """A form that met a newer draft: ``fields`` to show now, ``both`` what was changed here and there (the newer words
    by field), ``homeless`` what was typed for things that are no longer there."""

    fields: Mapping[str, str]
    both: Mapping[str, str]
    homeless: Mapping[str, str]


def shown(body: Mapping[str, Any], part: Part, steps: tuple[str, ...] = ()) -> dict[str, str]:
    """Every field of a part with what it shows."""
    fields: dict[str, str] = {}
    for leaf in leaves(body, part, steps):
        fields.update(_shown(leaf, value_at(body, leaf.place)))
    return fields


def _shown(leaf: Leaf, value: Any) -> Iterator[tuple[str, str]]:
    match leaf.kind:
        case Kind.TEXT:
            yield from ((f"{leaf.name}.{language}", (value or {}).get(language, "")) for language in LANGUAGES)
        case Kind.TEXTS:
            for language in LANGUAGES:
                lines = [text.get(language, "").replace("\n", LINE_END) for text in value or ()]
                yield f"{leaf.name}.{language}", "\n".join(lines)
        case Kind.PICKS:
            yield from ((f"{leaf.name}.{word}", YES) for word in value or ())
            yield from ((f"{leaf.name}.{more}", "") for more in PICK_MORE)
        case Kind.WORDS:
            yield leaf.name, "\n".join(value or ())
        case Kind.FLAG:
            yield leaf.name, YES if value else ""
        case _:
            yield leaf.name, "" if value is None else str(value)


def same(one: str, other: str) -> bool:
    """Whether two values of a field mean the same to a browser, which changes line ends as it likes."""
    return one == other or _plain(one) == _plain(other)


def _plain(words: str) -> str:
    return words.replace("\r\n", "\n").replace("\r", "\n")


def _same_line(one: str, other: str) -> bool:
    """The same for a field of one line, from which browsers take line ends away."""
    return re.sub(r"[\r\n]", "", one) == re.sub(r"[\r\n]", "", other)


def filled(body: Mapping[str, Any], part: Part, typed: Mapping[str, str], steps: tuple[str, ...] = ()) -> Filled:
    """The body with what was typed into the fields of a part; names that are no fields of it are not looked at."""
    made: dict[str, Any] = copy.deepcopy(dict(body))
    changed: list[str] = []
    refused: dict[str, Message] = {}
    for leaf in leaves(body, part, steps):
        before = dict(_shown(leaf, value_at(body, leaf.place)))
        alike = same if kind_of_text(leaf.kind) or leaf.kind is Kind.WORDS else _same_line
        news = {name: _plain(typed[name]) for name in before if name in typed and not alike(typed[name], before[name])}
        for name, words in news.items():
            if why := _why_not(words):
                refused[name] = why
        if news:
            changed += news
            put(made, leaf.place, _written(leaf, value_at(body, leaf.place), {**before, **news}, news))
    _drop_unasked(made, part, changed)
    return Filled(made, tuple(changed), refused)


def _why_not(words: str) -> Message | None:
    if found := NOT_KEPT.search(words):
        return Message(UNKEPT, {"code": f"U+{ord(found[0]):04X}"})
    return Message(TOO_LONG, {"most": MOST_CHARACTERS}) if len(words) > MOST_CHARACTERS else None


def _written(leaf: Leaf, present: Any, fields: Mapping[str, str], news: Mapping[str, str]) -> Any:
    """The value that fields make; None for nothing."""
    match leaf.kind:
        case Kind.TEXT:
            told = {**(present or {})}
            for language in LANGUAGES:
                if (name := f"{leaf.name}.{language}") in news:
                    told[language] = news[name].strip()
            text = {language: told[language] for language in LANGUAGES if told.get(language)}
            return text or ({} if leaf.place[0] == "criteria" else None)  # a criterion without a title is still one
        case Kind.TEXTS:
            return _texts([fields[f"{leaf.name}.{language}"].split("\n") for language in LANGUAGES])
        case Kind.PICKS:
            kept = [word for word in present or () if fields.get(f"{leaf.name}.{word}")]
            more = [word for row in PICK_MORE if (word := fields[f"{leaf.name}.{row}"].strip())]
            return list(dict.fromkeys([*kept, *more])) or None
        case Kind.WORDS:
            return [line.strip() for line in fields[leaf.name].split("\n") if line.strip()] or None
        case Kind.FLAG:
            return fields[leaf.name] == YES or None
        case Kind.NUMBER:
            return _number(fields[leaf.name])
    word = fields[leaf.name].strip()
    return (unicodedata.normalize("NFKC", word) if leaf.place[-1] == "when" else word) or None


def _texts(columns: list[list[str]]) -> list[dict[str, str]] | None:
    """Texts that stand one a line, the n-th line of each language belonging together."""
    rows = zip_longest(*columns, fillvalue="")
    texts = [
        {language: line.strip().replace(LINE_END, "\n") for language, line in zip(LANGUAGES, row, strict=True)}
        for row in rows
    ]
    told = [{language: words for language, words in text.items() if words} for text in texts]
    return [text for text in told if text] or None


def _number(words: str) -> int | str | None:
    """A whole number, full-width digits too; what is none stays as it was typed, and the checks say so."""
    plain = unicodedata.normalize("NFKC", words).strip()
    if re.fullmatch(r"[-+]?[0-9]{1,9}", plain):
        return int(plain)
    return plain or None


def put(body: dict[str, Any], place: Place, value: Any) -> None:
    """Let the value stand there; None takes it away, with the maps around that were only there for it."""
    if value is not None:
        for key in place[:-1]:
            body = body.setdefault(key, {})
        body[place[-1]] = value
        return
    spec: Any = SCENARIO
    trail: list[tuple[dict[str, Any], str, bool]] = []
    for key in place:
        if key not in body:
            return
        trail.append((body, key, key not in spec and spec is not SCENARIO))
        spec = spec.get(key, spec.get(ANY)) if isinstance(spec, Mapping) else None
        body = body[key]
    around, last, _ = trail.pop()
    del around[last]
    for around, key, is_entry in reversed(trail):
        if around[key] or is_entry or key in ("scenes", "endings", "choices", "typed"):
            return
        del around[key]


def _drop_unasked(body: dict[str, Any], part: Part, changed: list[str]) -> None:
    """A scene whose answer was emptied asks for no feeling any more."""
    place = ("scenes", part.key, "emotion")
    if part.kind == "scene" and ".".join((*place, "answer")) in changed and value_at(body, (*place, "answer")) is None:
        put(body, place, None)


def merged(
    base: Mapping[str, Any], newer: Mapping[str, Any], part: Part, typed: Mapping[str, str], steps: tuple[str, ...] = ()
) -> Merged:
    """A form that was filled over ``base``, brought over ``newer``: what was not touched here shows the newer words."""
    before, now = shown(base, part, steps), shown(newer, part, steps)
    mine = {name: words for name, words in typed.items() if name in before and not _alike(words, before[name])}
    fields = {name: mine.get(name, words) for name, words in now.items()}
    both = {
        name: now[name]
        for name, words in mine.items()
        if name in now and not _alike(now[name], before[name]) and not _alike(now[name], words)
    }
    homeless = {name: words for name, words in mine.items() if name not in now and words.strip()}
    return Merged(fields, both, homeless)


def _alike(one: str, other: str) -> bool:
    return same(one, other) or ("\n" not in other and _same_line(one, other) and "\n" not in one.strip())


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Place]:
    """The places at which two bodies differ, the order of keys included (as the map's place)."""
    return list(_differing(before, after, ()))


def _differing(before: Any, after: Any, place: Place) -> Iterator[Place]:
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        common = [key for key in after if key in before]
        if common != [key for key in before if key in after]:
            yield place
        for key in dict.fromkeys([*before, *after]):
            yield from _differing(before.get(key), after.get(key), (*place, key))
    elif before != after:
        yield place
