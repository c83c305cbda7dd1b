"""Whether what a scenario names is there, asked of its bare data so that other mistakes hide nothing (pure)."""

from collections.abc import Iterator, Mapping
from typing import Any

from lms.core.definition_errors import Fault
from lms.core.texts import N_
from lms.scenarios.conditions import RESERVED, ConditionError, parse

EMOTION = "emotion"
"""The criterion to which every question for the customer's feeling counts."""

Place = tuple[str, ...]


def outline_faults(scenario: Any) -> Iterator[Fault]:
    """Unknown scenes, endings, variables and criteria, and conditions that cannot be read.

    ``scenario`` is the data of the file, sound or not; what has the wrong shape is left to the definition.
    """
    outline = _Outline(_map(scenario))
    yield from outline.heads()
    for key, scene in outline.scenes.items():
        for name, choice in _map(_map(scene).get("choices")).items():
            yield from outline.choice(_map(choice), ("scenes", key, "choices", name))
        yield from outline.typed(_map(_map(scene).get("typed")), ("scenes", key, "typed"))
    for key, ending in outline.endings.items():
        yield from outline.points(_map(ending).get("points"), ("endings", key, "points"))


class _Outline:
    """The names a scenario defines, and what uses them."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self.data = data
        self.scenes = _map(data.get("scenes"))
        self.endings = _map(data.get("endings"))
        self.variables = _map(data.get("state"))
        self.criteria = {*_map(data.get("criteria")), EMOTION}

    def heads(self) -> Iterator[Fault]:
        start = self.data.get("start")
        if isinstance(start, str) and start not in self.scenes:
            yield Fault(("start",), N_("There is no scene “%(key)s”; name the first scene."), {"key": start})
        for key in self.endings:
            if key in self.scenes:
                yield Fault(
                    ("endings", key), N_("“%(key)s” is a scene too; give the ending another key."), {"key": key}
                )
        for name in self.variables:
            if name in RESERVED:
                message = N_("“%(key)s” is a word of conditions; choose another name.")
                yield Fault(("state", name), message, {"key": name})
        yield from self.points(_map(self.data.get("pass")).get("criteria"), ("pass", "criteria"))

    def choice(self, choice: Mapping[str, Any], place: Place) -> Iterator[Fault]:
        yield from self.target(choice.get("goto"), (*place, "goto"))
        yield from self.points(choice.get("points"), (*place, "points"))
        for name in _map(choice.get("effect")):
            yield from self.variable(name, (*place, "effect", name))
        if isinstance(when := choice.get("when"), str):
            yield from self.condition(when, (*place, "when"))

    def typed(self, typed: Mapping[str, Any], place: Place) -> Iterator[Fault]:
        if isinstance(criterion := typed.get("criterion"), str):
            yield from self.criterion(criterion, (*place, "criterion"))
        for field in ("goto", "goto_taboo"):
            yield from self.target(typed.get(field), (*place, field))

    def condition(self, text: str, place: Place) -> Iterator[Fault]:
        try:
            condition = parse(text)
        except ConditionError as error:
            yield Fault(place, error.message.template, error.message.values)
            return
        for name in sorted(condition.variables):
            yield from self.variable(name, place)
        for scene in sorted(condition.scenes - self.scenes.keys()):
            yield Fault(place, N_("There is no scene “%(key)s” in this scenario."), {"key": scene})

    def target(self, key: Any, place: Place) -> Iterator[Fault]:
        if isinstance(key, str) and key not in self.scenes and key not in self.endings:
            yield Fault(place, N_("There is no scene or ending “%(key)s” in this scenario."), {"key": key})

    def points(self, points: Any, place: Place) -> Iterator[Fault]:
        for key in _map(points):
            yield from self.criterion(key, (*place, key))

    def criterion(self, key: str, place: Place) -> Iterator[Fault]:
        if key not in self.criteria:
            yield Fault(place, N_("There is no criterion “%(key)s”; declare it under “criteria”."), {"key": key})

    def variable(self, name: str, place: Place) -> Iterator[Fault]:
        if name not in self.variables:
            yield Fault(place, N_("There is no variable “%(key)s”; declare it under “state”."), {"key": name})


def _map(value: Any) -> Mapping[str, Any]:
    """The value if it is a map with text keys, else an empty one."""
    if isinstance(value, Mapping) and all(isinstance(key, str) for key in value):
        return value
    return {}
