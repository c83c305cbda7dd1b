"""How items of each type are shown to a learner, and how answers are read and scored (pure).

What a learner sees is numbered "1", "2", … in the order shown; keys, values and answers stay on the server. Only
emotion labels keep their names. Answers inside are in keys and fit into JSON: text, true or false, a number, a list
of keys, or a map of keys; ``None`` is no answer.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from lms.core.entered import whole_number
from lms.core.field_types import NOT_KEPT
from lms.core.texts import N_, Message, Text, in_language
from lms.question_bank.item_scores import Answer, plain_number, right_answer, rubric_share, score
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
from lms.question_bank.labels import label_name

__all__ = [
    "Answer",
    "Refusal",
    "Shown",
    "public",
    "read_answer",
    "right_answer",
    "rubric_share",
    "score",
    "shown",
    "write_answer",
]


MOST_SHORT_CHARACTERS = 500
LARGEST_NUMBER = 10**15


@dataclass(frozen=True, slots=True)
class Refusal:
    """An answer that cannot be taken, and why."""

    message: Message


@dataclass(frozen=True, slots=True)
class Shown:
    """In which order a paper shows an item's parts: keys by field. Kept on the server, never sent."""

    order: Mapping[str, Sequence[str]]

    def to_json(self) -> dict[str, list[str]]:
        return {field: list(keys) for field, keys in self.order.items()}

    @classmethod
    def from_json(cls, order: Mapping[str, Sequence[str]]) -> "Shown":
        return cls({field: tuple(keys) for field, keys in order.items()})

    def key(self, field: str, number: object) -> str | None:
        """The key behind the number a learner saw, or none for what was not shown."""
        keys = self.order.get(field, ())
        place = whole_number(number) if isinstance(number, str) else None
        if place is None or not 1 <= place <= len(keys):
            return None
        return keys[place - 1] if str(place) == number else None

    def number(self, field: str, key: str) -> str:
        """The number under which a key was shown."""
        return str(list(self.order[field]).index(key) + 1)


def shown(item: AnyItem, rng: Random, *, shuffle_options: bool = True) -> Shown:
    """The order in which a paper shows the item; ordering options and right sides are always shuffled."""
    match item:
        case Ordering():
            return Shown({"options": _shuffled(item.options, rng)})
        case Single() | Multiple() | Judgement():
            return Shown({"options": _shuffled(item.options, rng) if shuffle_options else tuple(item.options)})
        case Matching():
            left = _shuffled(item.left, rng) if shuffle_options else tuple(item.left)
            return Shown({"left": left, "right": _shuffled(item.right, rng)})
        case Classify():
            statements = _shuffled(item.statements, rng) if shuffle_options else tuple(item.statements)
            return Shown({"statements": statements, "categories": tuple(item.categories)})
        case _:
            return Shown({})


def _shuffled(keys: Iterable[str], rng: Random) -> tuple[str, ...]:
    order = list(keys)
    rng.shuffle(order)
    return tuple(order)


def public(order: Shown, item: AnyItem, language: str) -> dict[str, Any]:
    """What a learner gets to see, in their language, as the API sends it.

    ``type, stem, points`` and by type ``options, left, right, statements, categories, labels`` (lists of ``id`` and
    ``text``), ``utterance, cues``, ``image`` (its ``alt``), ``audio`` (its ``transcript``), ``min_chars, max_chars``.
    Where the picture or recording can be fetched is for the caller to add.
    """
    seen: dict[str, Any] = {
        "type": item.type,
        "stem": in_language(item.stem, language),
        "points": plain_number(item.points),
    }
    for field, keys in order.order.items():
        texts: Mapping[str, Text] = getattr(item, field)
        seen[field] = [
            {"id": str(number), "text": in_language(texts[key], language)} for number, key in enumerate(keys, 1)
        ]
    if isinstance(item, Emotion):
        seen |= _public_emotion(item, language)
    if isinstance(item, Essay):
        seen |= {"min_chars": item.min_chars, "max_chars": item.max_chars}
    return seen


def _public_emotion(item: Emotion, language: str) -> dict[str, Any]:
    seen: dict[str, Any] = {
        "utterance": in_language(item.utterance, language),
        "cues": [in_language(cue, language) for cue in item.cues],
        "labels": [{"id": label, "text": label_name(label, language)} for label in item.labels],
    }
    if item.image:
        seen["image"] = {"alt": in_language(item.alt, language)}
    if item.audio:
        seen["audio"] = {"transcript": in_language(item.transcript or item.utterance, language)}
    return seen


def read_answer(item: AnyItem, order: Shown, raw: object) -> Answer | Refusal:
    """The answer a learner sent, with keys for the numbers; ``None`` takes an answer back.

    Lists and maps may be incomplete (a pair with ``None`` is still open): what is saved while somebody works need
    not be finished.
    """
    if raw is None:
        return None
    match item:
        case Single() | Judgement():
            return order.key("options", raw) or Refusal(Message(N_("Choose one of the options shown.")))
        case TrueFalse():
            return raw if isinstance(raw, bool) else Refusal(Message(N_("Answer true or false.")))
        case Emotion():
            known = isinstance(raw, str) and raw in item.labels
            return str(raw) if known else Refusal(Message(N_("Choose one of the labels shown.")))
        case Multiple() | Ordering():
            return _read_list(order, raw)
        case Matching():
            return _read_pairs(order, raw, "left", "right")
        case Classify():
            return _read_pairs(order, raw, "statements", "categories")
        case NumberItem():
            return _read_number(raw)
        case ShortText():
            return _read_text(raw, MOST_SHORT_CHARACTERS)
        case Essay():
            return _read_text(raw, item.max_chars)


def _read_list(order: Shown, raw: object) -> Answer | Refusal:
    if not isinstance(raw, list):
        return Refusal(Message(N_("Answer with a list of the options shown.")))
    keys = [order.key("options", number) for number in raw]
    known = [key for key in keys if key is not None]
    if len(known) < len(keys) or len(set(known)) < len(known):
        return Refusal(Message(N_("Name options that were shown, each at most once.")))
    return known


def _read_pairs(order: Shown, raw: object, source: str, target: str) -> Answer | Refusal:
    if not isinstance(raw, dict):
        return Refusal(Message(N_("Answer with pairs of what was shown.")))
    raw = {left: right for left, right in raw.items() if right is not None}
    pairs = {order.key(source, left): order.key(target, right) for left, right in raw.items()}
    known = {left: right for left, right in pairs.items() if left is not None and right is not None}
    if len(known) < len(raw):
        return Refusal(Message(N_("Pair only what was shown, each at most once.")))
    return known


def _read_number(raw: object) -> Answer | Refusal:
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        return Refusal(Message(N_("Answer with a number.")))
    if not (isinstance(raw, int) or math.isfinite(raw)) or abs(raw) > LARGEST_NUMBER:
        return Refusal(Message(N_("This number is too large.")))
    return raw


def _read_text(raw: object, most: int) -> Answer | Refusal:
    if not isinstance(raw, str):
        return Refusal(Message(N_("Answer with a text.")))
    if len(raw) > most:
        return Refusal(Message(N_("The text is too long; at most %(most)s characters."), {"most": most}))
    if NOT_KEPT.search(raw):
        return Refusal(Message(N_("The text holds a character that cannot be kept.")))
    return raw


def write_answer(item: AnyItem, order: Shown, answer: Answer) -> Answer:
    """The reverse of ``read_answer``: an answer in the numbers its learner saw."""
    match item, answer:
        case ((Single() | Judgement()), str()):
            return order.number("options", answer)
        case ((Multiple() | Ordering()), list()):
            return [order.number("options", key) for key in answer]
        case Matching(), dict():
            return {order.number("left", left): order.number("right", right) for left, right in answer.items()}
        case Classify(), dict():
            return {
                order.number("statements", statement): order.number("categories", category)
                for statement, category in answer.items()
            }
        case _:
            return answer
