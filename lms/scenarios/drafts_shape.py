"""The shape of a draft: which fields a role-play has and where, so that forms can show whatever it holds (pure).

A draft may lack anything and name what is not there; it never has a field of the wrong kind (numbers may be words that
were typed instead). Only such bodies become drafts; a test keeps ``SCENARIO`` equal to the definition.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from lms.core.field_types import KEY_LENGTH, KEY_PATTERN
from lms.core.texts import ENGLISH, LANGUAGES
from lms.scenarios.definitions import EMOTIONS
from lms.scenarios.outline import EMOTION

Place = tuple[str, ...]


class Kind(StrEnum):
    """What a field holds: a text by language, a list of texts, one word or line, a list of words, a list picked from
    what is known, a whole number, yes or no."""

    TEXT = "text"
    TEXTS = "texts"
    WORD = "word"
    WORDS = "words"
    PICKS = "picks"
    NUMBER = "number"
    FLAG = "flag"


ANY = "*"
"""Stands for any key."""

Spec = Kind | Mapping[str, Any]
NUMBERS: Spec = {ANY: Kind.NUMBER}
EMOTION_SHAPE: Spec = {
    "answer": Kind.WORD,
    "labels": Kind.WORDS,
    "panel": NUMBERS,
    "intensity": Kind.NUMBER,
    "scoring": Kind.WORD,
    "points": Kind.NUMBER,
}
CHOICE: Spec = {
    "when": Kind.WORD,
    "reply": Kind.TEXT,
    "reaction": Kind.TEXT,
    "step": Kind.WORD,
    "taboo": Kind.FLAG,
    "points": NUMBERS,
    "effect": NUMBERS,
    "feedback": Kind.TEXT,
    "goto": Kind.WORD,
}
TYPED: Spec = {
    "steps": NUMBERS,
    "criterion": Kind.WORD,
    "min_chars": Kind.NUMBER,
    "facts": Kind.TEXTS,
    "options": Kind.TEXTS,
    "forbidden": Kind.TEXTS,
    "goto": Kind.WORD,
    "goto_taboo": Kind.WORD,
}
SCENE: Spec = {
    "says": Kind.TEXT,
    "cues": Kind.TEXTS,
    "emotion": EMOTION_SHAPE,
    "choices": {ANY: CHOICE},
    "typed": TYPED,
    "visits": Kind.NUMBER,
    "sop": Kind.PICKS,
}
ENDING: Spec = {"title": Kind.TEXT, "text": Kind.TEXT, "points": NUMBERS, "failed": Kind.FLAG}
SCENARIO: Mapping[str, Spec] = {
    "scenario": Kind.WORD,
    "title": Kind.TEXT,
    "skill": Kind.WORD,
    "framework": Kind.WORD,
    "channel": Kind.WORD,
    "assigned_only": Kind.FLAG,
    "status": Kind.WORD,
    "sites": Kind.WORDS,
    "customer": {"name": Kind.TEXT, "profile": Kind.TEXT, "backstory": Kind.TEXT},
    "state": {ANY: {"start": Kind.NUMBER, "min": Kind.NUMBER, "max": Kind.NUMBER}},
    "criteria": {ANY: Kind.TEXT},
    "start": Kind.WORD,
    "scenes": {ANY: SCENE},
    "endings": {ANY: ENDING},
    "pass": {"score": Kind.NUMBER, "criteria": NUMBERS, "taboo": Kind.WORD},
}


@dataclass(frozen=True, slots=True)
class Leaf:
    """A field: where it stands, and what it holds."""

    place: Place
    kind: Kind

    @property
    def name(self) -> str:
        return ".".join(self.place)


@dataclass(frozen=True, slots=True)
class Part:
    """What one form shows: the general part, the endings, or one scene (``key``)."""

    kind: str
    key: str = ""

    @property
    def roots(self) -> tuple[Place, ...]:
        if self.kind == "scene":
            return (("scenes", self.key),)
        if self.kind == "endings":
            return (("endings",),)
        return tuple((name,) for name in SCENARIO if name not in ("scenario", "scenes", "endings"))


GENERAL, ENDINGS = Part("general"), Part("endings")


def is_key(word: str) -> bool:
    """Whether a word may be a key."""
    return len(word) <= KEY_LENGTH and re.fullmatch(KEY_PATTERN, word) is not None


def is_well_shaped(value: Any, spec: Spec = SCENARIO) -> bool:
    """Whether forms can show all of a file's data; what is missing or null does no harm."""
    if value is None:
        return True
    if isinstance(spec, Kind):
        return _holds(value, spec)
    if not isinstance(value, Mapping) or not all(isinstance(key, str) for key in value):
        return False
    if ANY in spec:
        return all(is_key(key) and is_well_shaped(inner, spec[ANY]) for key, inner in value.items())
    return all(key in spec and is_well_shaped(inner, spec[key]) for key, inner in value.items())


def _holds(value: Any, kind: Kind) -> bool:
    match kind:
        case Kind.TEXT:
            return isinstance(value, str) or _is_text(value)
        case Kind.TEXTS:
            return isinstance(value, list) and all(isinstance(each, str) or _is_text(each) for each in value)
        case Kind.WORDS | Kind.PICKS:
            return isinstance(value, list) and all(isinstance(each, str) for each in value)
        case Kind.NUMBER:
            return isinstance(value, int | str) and not isinstance(value, bool)
        case Kind.FLAG:
            return isinstance(value, bool)
    return isinstance(value, str)


def _is_text(value: Any) -> bool:
    return isinstance(value, Mapping) and all(
        language in LANGUAGES and isinstance(words, str) for language, words in value.items()
    )


def tidied(value: Any, spec: Spec = SCENARIO) -> Any:
    """Well-shaped data as a draft keeps it: nothing null, every text by language. Order and words stay."""
    if isinstance(spec, Kind):
        if kind_of_text(spec) and isinstance(value, list):
            return [tidied(each, Kind.TEXT) for each in value]
        if kind_of_text(spec):
            return {ENGLISH: value} if isinstance(value, str) else dict(value)
        return list(value) if isinstance(value, list) else value
    specs = {key: spec.get(key, spec.get(ANY)) for key in value}
    return {key: tidied(inner, specs[key]) for key, inner in value.items() if inner is not None and specs[key]}


def kind_of_text(kind: Kind) -> bool:
    """Whether a kind holds words in several languages."""
    return kind in (Kind.TEXT, Kind.TEXTS)


def value_at(body: Any, place: Place) -> Any:
    """What stands at a place of a body; None for nothing."""
    for key in place:
        if not isinstance(body, Mapping) or key not in body:
            return None
        body = body[key]
    return body


def leaves(body: Mapping[str, Any], part: Part, steps: tuple[str, ...] = ()) -> Iterator[Leaf]:
    """Every field that the form of a part has; ``steps`` are those of the framework."""
    for root in part.roots:
        if part.kind != "scene" or value_at(body, root) is not None:
            yield from _under(body, root, _spec_at(root), steps)


def _spec_at(place: Place) -> Spec:
    spec: Spec = SCENARIO
    for key in place:
        assert isinstance(spec, Mapping)
        spec = spec[key] if key in spec else spec[ANY]
    return spec


def _under(body: Mapping[str, Any], place: Place, spec: Spec, steps: tuple[str, ...]) -> Iterator[Leaf]:
    if isinstance(spec, Kind):
        yield Leaf(place, spec)
    elif ANY in spec:
        for key in names_at(body, place, steps):
            yield from _under(body, (*place, key), spec[ANY], steps)
    else:
        for key, inner in spec.items():
            if key != "typed" or value_at(body, (*place, key)) is not None:
                yield from _under(body, (*place, key), inner, steps)


def names_at(body: Mapping[str, Any], place: Place, steps: tuple[str, ...] = ()) -> list[str]:
    """The keys that a map shows: those it has, and of points and effects every one it could have."""
    offered: list[str] = []
    if place[-1] in ("points", "criteria") and len(place) > 1:
        offered = list(value_at(body, ("criteria",)) or ())
        offered += [EMOTION] if place == ("pass", "criteria") else []
    elif place[-1] == "effect":
        offered = list(value_at(body, ("state",)) or ())
    elif place[-1] == "steps":
        offered = list(steps)
    elif place[-1] == "panel":
        offered = [label for label in value_at(body, (*place[:-1], "labels")) or EMOTIONS if is_key(label)]
    return list(dict.fromkeys([*offered, *(value_at(body, place) or ())]))
