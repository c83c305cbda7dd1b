"""What a learner must not see while an examination is open: gathered from the content, searched for in answers."""

import html
import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from lms import config
from lms.library import PackContent
from lms.question_bank.items import EMOTIONS

LONG_KEY = 5  # shorter keys ("a", "b") are looked for in their places only
SHINGLE = 8  # letters that a sentence is found by
LEAST_LATIN, LEAST_CHINESE = 20, 8  # a shorter sentence says nothing by itself
NAMES = ("options", "left", "right", "statements", "categories")
TELLING_FIELDS = frozenset(
    (
        "accepted", "correct", "effect", "effects", "feedback", "goto", "is_right", "panel", "rationale",
        "right_answer", "scoring", "step", "taboo", "tolerance", "values", "weight", "weights", "when",
    )
)  # fmt: skip
TELLING_ATTRIBUTE = re.compile(
    r"\bdata-(?:correct|answer|right|points|score|effect|step|taboo|weight|panel|when)\b", re.IGNORECASE
)
KEY_IN_PLACE = re.compile(r'(?<=["=/])([a-z][a-z0-9-]+)(?=["&/?#])')  # not a word that a text quotes
SHOWN_VALUE = re.compile(r"\d{0,4}|true|false")


def letters(text: str) -> str:
    """Letters and digits only, so that no markup, escape or line break hides a sentence."""
    return "".join(character for character in text.lower() if character.isalnum())


def sentences(text: str) -> Iterator[str]:
    """The letters of every sentence that is long enough to be recognised."""
    for part in re.split(r"[.!?。！？；\n]+", text):
        found = letters(part)
        if len(found) >= (LEAST_LATIN if found.isascii() else LEAST_CHINESE):
            yield found


@dataclass(frozen=True, slots=True)
class Secret:
    """A sentence, and whose it is: item keys, or ``scenario/scene/choice``."""

    words: str
    owners: frozenset[str]


@dataclass
class Secrets:
    """Sentences by their first letters, and keys that stand for nothing else in the house."""

    by_beginning: dict[str, list[Secret]] = field(default_factory=dict)
    keys: frozenset[str] = frozenset()
    item_keys: frozenset[str] = frozenset()

    @property
    def count(self) -> int:
        return sum(len(each) for each in self.by_beginning.values())

    def leaks(self, body: str, *, is_json: bool, allowed: frozenset[str] = frozenset()) -> list[str]:
        """What of it a response tells; ``allowed`` owners may be spoken of."""
        found = list(self._sentences(body, is_json, allowed))
        found += [f"item key {key}" for key in re.findall(r"[a-z]+(?:-[a-z]+)*-\d{3}", body) if key in self.item_keys]
        places = body if is_json else html.unescape(" ".join(re.findall(r"<[^>]*>", body)))
        found += [f"authored key {key}" for key in KEY_IN_PLACE.findall(places) if key in self.keys]
        if is_json:
            found += list(_telling(json.loads(body), bool(allowed)))
        else:
            found += [f"attribute {name}" for name in TELLING_ATTRIBUTE.findall(body)]
        return found

    def _sentences(self, body: str, is_json: bool, allowed: frozenset[str]) -> Iterator[str]:
        plain = " ".join(_strings(json.loads(body))) if is_json else body
        for text in {html.unescape(plain), html.unescape(re.sub(r"<[^>]*>", "", plain))}:
            shown = letters(text)
            for start in range(len(shown) - SHINGLE + 1):
                for secret in self.by_beginning.get(shown[start : start + SHINGLE], ()):
                    if shown.startswith(secret.words, start) and not secret.owners & allowed:
                        yield f"{sorted(secret.owners)}: {secret.words[:60]}"


def picked_values(page: str) -> list[str]:
    """Values of everything that can be picked on a page: radio buttons, check boxes, lists."""
    inputs = re.findall(r"<input\b[^>]*>", page)
    picks = [one for one in inputs if re.search(r'type="(radio|checkbox)"', one)]
    picks += re.findall(r"<option\b[^>]*>", page)
    return [value for one in picks for value in re.findall(r'value="([^"]*)"', one)]


def is_shown_value(value: str, labels: frozenset[str]) -> bool:
    """A number as shown, a truth value, or an emotion label, which keeps its name."""
    return SHOWN_VALUE.fullmatch(value) is not None or value in labels


def _strings(value: Any) -> Iterator[str]:
    match value:
        case str():
            yield value
        case dict():
            for each in value.values():
                yield from _strings(each)
        case list():
            for each in value:
                yield from _strings(each)


def _telling(value: Any, may_explain: bool) -> Iterator[str]:
    """Fields that tell what is right, and choices with more than a number and a text."""
    if isinstance(value, Mapping):
        if not may_explain:
            yield from (f"field {name}" for name in TELLING_FIELDS & value.keys() if value[name] not in (None, {}, []))
        for name in (*NAMES, "choices"):
            for each in value.get(name) or ():
                if isinstance(each, Mapping) and set(each) != {"id", "text"}:
                    yield f"{name} with {sorted(each)}"
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from _telling(each, may_explain)


# ---- gathering ----------------------------------------------------------------------


def gather(pack: PackContent) -> Secrets:
    """All that the pack's files say behind a learner's back, in both languages, less what they say openly too."""
    told = letters(" ".join(_public(pack)))
    owners: dict[str, set[str]] = {}
    for owner, text in _private(pack):
        for words in sentences(text):
            if words not in told:
                owners.setdefault(words, set()).add(owner)
    secrets = Secrets()
    for words, whose in owners.items():
        secrets.by_beginning.setdefault(words[:SHINGLE], []).append(Secret(words, frozenset(whose)))
    secrets.item_keys = frozenset(item.key for topic in pack.of("topic") for item in topic.items)
    keys = {key for key in _keys(pack) if len(key) >= LONG_KEY}
    secrets.keys = frozenset(keys - _open_keys(pack) - _words_of_the_house())
    return secrets


def _private(pack: PackContent) -> Iterator[tuple[str, str]]:
    for topic in pack.of("topic"):
        for item in topic.items:
            for text in (item.rationale, *item.feedback.values()):
                yield from ((item.key, words) for words in (text or {}).values())
            for text in getattr(item, "accepted", None) or ():
                yield from ((item.key, words) for words in text.values())
    for scenario in pack.of("scenario"):
        for scene_key, scene in scenario.scenes.items():
            for key, choice in scene.choices.items():
                owner = f"{scenario.scenario}/{scene_key}/{key}"
                yield from ((owner, words) for words in (choice.feedback or {}).values())


def _public(pack: PackContent) -> Iterator[str]:
    """Lessons, stems and options, what customers and agents say."""
    for source in pack.course_sources():
        yield from _strings(source.course.model_dump(mode="json"))
        for prose in source.prose.values():
            yield from prose.values()
    for topic in pack.of("topic"):
        for item in topic.items:
            body = item.model_dump(mode="json")
            yield from _strings([body.get(name) for name in ("stem", "utterance", "cues", *NAMES)])
    for scenario in pack.of("scenario"):
        for scene in scenario.scenes.values():
            yield from _strings([scene.says, scene.cues, *(choice.reply for choice in scene.choices.values())])


def _keys(pack: PackContent) -> Iterator[str]:
    for topic in pack.of("topic"):
        for item in topic.items:
            for name in NAMES:
                yield from getattr(item, name, None) or ()
    for scenario in pack.of("scenario"):
        yield from scenario.endings
        for key, scene in scenario.scenes.items():
            yield key
            yield from scene.choices


def _open_keys(pack: PackContent) -> set[str]:
    """Keys with a public meaning: SOP steps, lessons, emotions."""
    found = set(EMOTIONS)
    for source in pack.course_sources():
        body = source.course.model_dump(mode="json")
        found |= set(re.findall(r"'(?:key|kind|id)': '([a-z0-9-]+)'", str(body)))
    return found


def _words_of_the_house() -> set[str]:
    """Words that our own templates write where a key could stand."""
    found: set[str] = set()
    for file in (config.ROOT / "templates").rglob("*.html"):
        found |= set(re.findall(r"[a-z][a-z0-9-]+", file.read_text(encoding="utf-8")))
    return found
