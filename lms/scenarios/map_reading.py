"""What the body of a scenario says of its scenes and replies, read with patience (pure).

The body may be a draft and broken: what has the wrong shape counts as not there.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from typing import Any

from lms.core.texts import in_language
from lms.scenarios.map_order import Line

TYPED, TYPED_TABOO = ":typed", ":taboo"
"""The typed reply among a scene's choices, and its way where a taboo was heard; no key of a choice has a colon."""

NARROW, WIDE, ROOM, QUOTES = 0.64, 1.0, 13.0, 1.2
"""How wide letters are against Chinese characters, and how many of the latter a title has room for at 13 pixels."""

LIST_ROOM = 24.0

Pick = tuple[str, str]
"""A scene and one of its choices (or ``TYPED``, ``TYPED_TABOO``)."""


class NodeKind(StrEnum):
    """What a box stands for."""

    SCENE = "scene"
    ENDING = "ending"
    MISSING = "missing"


@dataclass(frozen=True, slots=True)
class Lead:
    """A reply and where it leads, for the list beside the map; ``text`` is "" for a typed reply."""

    choice: str
    text: str
    target: str
    target_number: int | None
    target_title: str
    is_missing: bool
    is_best: bool
    is_taboo: bool
    flow: int | None

    @property
    def is_typed(self) -> bool:
        return self.choice in (TYPED, TYPED_TABOO)


class Outline:
    """What a body says of its scenes, read with patience."""

    def __init__(
        self,
        body: Mapping[str, Any],
        language: str,
        best: Collection[Pick],
        flows: Mapping[Pick, int] | None,
        visits: Mapping[str, int] | None,
    ) -> None:
        self.language, self.best, self.flows, self._visits = language, best, flows, visits
        self.scenes = {key: _map(scene) for key, scene in _map(body.get("scenes")).items()}
        endings = _map(body.get("endings"))
        self.endings = {key: _map(ending) for key, ending in endings.items() if key not in self.scenes}
        known = [*self.scenes, *self.endings]
        self.numbers = {key: number for number, key in enumerate(known, start=1)}
        picks = [(scene, *pick) for scene in self.scenes for pick in self._picks(scene)]
        ghosts = dict.fromkeys(target for _, _, target, _ in picks if target not in self.numbers)
        self.keys = [*known, *ghosts]
        start = body.get("start")
        self.start = start if isinstance(start, str) and start in self.scenes else None
        self.begin = self.start or next(iter(self.keys), "")
        self.titles = {key: self._title(key) for key in self.keys}
        self.lines: dict[Line, list[Lead]] = defaultdict(list)
        for scene, choice, target, text in picks:
            self.lines[scene, target].append(self._lead(scene, choice, target, text))
        by_scene: dict[str, list[Lead]] = defaultdict(list)
        order = {(scene, choice): place for place, (scene, choice, _, _) in enumerate(picks)}
        for (scene, _), leads in self.lines.items():
            by_scene[scene] += leads
        self.leads = {
            scene: tuple(sorted(leads, key=lambda lead: order[scene, lead.choice])) for scene, leads in by_scene.items()
        }

    def kind(self, key: str) -> NodeKind:
        if key in self.scenes:
            return NodeKind.SCENE
        return NodeKind.ENDING if key in self.endings else NodeKind.MISSING

    def is_failed(self, key: str) -> bool:
        return self.endings.get(key, {}).get("failed") is True

    def room(self, key: str) -> float:
        """What the number and the quotes leave of the title's room."""
        taken = QUOTES if key in self.scenes and self.titles[key] != key else 0.0
        return ROOM - taken - (len(f"{self.numbers[key]} ") * NARROW if key in self.numbers else 0)

    def mend(self, key: str) -> str:
        if key in self.numbers:
            return key
        return next((origin for origin, target in self.lines if target == key), "")

    @cached_property
    def arriving(self) -> Counter[str]:
        """How many replies lead to each place."""
        arriving: Counter[str] = Counter()
        for (_, target), leads in self.lines.items():
            arriving[target] += len(leads)
        return arriving

    @cached_property
    def visits(self) -> Counter[str] | None:
        """How many plays came to each place; where that is not told, how often they came to it from another, and how
        many began. None where no flows are known."""
        if self.flows is None:
            return None
        if self._visits is not None:
            return Counter(self._visits)
        visits: Counter[str] = Counter()
        for (origin, target), leads in self.lines.items():
            if origin != target:
                flow = sum(lead.flow or 0 for lead in leads)
                visits[target] += flow if target != self.begin else 0
                visits[self.begin] += flow * ((origin == self.begin) - (target == self.begin))
        return visits

    def _picks(self, scene: str) -> Iterator[tuple[str, str, str]]:
        """Every reply of a scene: its key, its target ("" where none is named), its text."""
        for key, choice in _map(self.scenes[scene].get("choices")).items():
            yield key, _key(_map(choice).get("goto")), self._text(_map(choice).get("reply"))
        if "typed" in self.scenes[scene] and self.scenes[scene]["typed"] is not None:
            typed = _map(self.scenes[scene]["typed"])
            yield TYPED, _key(typed.get("goto")), ""
            if _key(typed.get("goto_taboo")):
                yield TYPED_TABOO, _key(typed.get("goto_taboo")), ""

    def _lead(self, scene: str, choice: str, target: str, text: str) -> Lead:
        fields = _map(_map(self.scenes[scene].get("choices")).get(choice))
        return Lead(
            choice=choice,
            text=text,
            target=target,
            target_number=self.numbers.get(target),
            target_title=shortened(self.titles[target], LIST_ROOM),
            is_missing=target not in self.numbers,
            is_best=(scene, choice) in self.best,
            is_taboo=choice == TYPED_TABOO or fields.get("taboo") is True,
            flow=None if self.flows is None else self.flows.get((scene, choice), 0),
        )

    def _title(self, key: str) -> str:
        """The title of an ending, what the customer says in a scene, else the key."""
        if key in self.endings:
            return self._text(self.endings[key].get("title")) or key
        return self._text(self.scenes.get(key, {}).get("says")) or key

    def _text(self, value: Any) -> str:
        if isinstance(value, str):
            return " ".join(value.split())
        texts = {name: text for name, text in _map(value).items() if isinstance(text, str)}
        return " ".join(in_language(texts, self.language).split())


def shortened(text: str, room: float = ROOM) -> str:
    """The text cut to so many Chinese characters' width, with an ellipsis where something was left out."""
    used = 0.0
    for place, character in enumerate(text):
        used += WIDE if ord(character) > 0x2E7F else NARROW
        if used > room:
            return text[: max(place - 1, 1)].rstrip(" ,.;:，。；：、") + "…"
    return text


def _map(value: Any) -> Mapping[str, Any]:
    """The value's entries under text keys if it is a map, else nothing."""
    return {key: inner for key, inner in value.items() if isinstance(key, str)} if isinstance(value, Mapping) else {}


def _key(value: Any) -> str:
    return value if isinstance(value, str) else ""
