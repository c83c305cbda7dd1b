"""A state of a play as one whole number: small, quick to compare, exact (pure).

From its low end the number holds the place, each remembered variable (counted from its lower bound), whether a taboo
was said, and the visits of each tracked scene. Endings hold their place alone.
"""

from collections.abc import Sequence
from typing import NamedTuple

from lms.scenarios.conditions import Condition
from lms.scenarios.plot import Plot, Variable, Way


class _Digit(NamedTuple):
    """Where a part of the number stands and how many values it has."""

    base: int
    size: int


class Change(NamedTuple):
    """An effect: ``adds[code // base % size]`` is what it adds to a code, the bounds kept."""

    base: int
    size: int
    adds: list[int]


class Coder:
    """Reads and changes the codes of one plot; ``variables`` and ``tracked`` say what is remembered."""

    def __init__(self, plot: Plot, variables: Sequence[str], tracked: Sequence[str]) -> None:
        self._places = (*plot.scenes, *plot.endings)
        self._numbers = {place: number for number, place in enumerate(self._places)}
        self._is_ending = [place in plot.endings for place in self._places]
        self._most = {scene: plot.scenes[scene].visits for scene in tracked}
        self._count = base = len(self._places)
        self.variables: dict[str, tuple[Variable, _Digit]] = {}
        for name in variables:
            variable = plot.variables[name]
            digit = _Digit(base, variable.high - variable.low + 1)
            self.variables[name] = (variable, digit)
            base *= digit.size
        self._taboo = base
        base *= 2
        self._visits = base
        self.slots: dict[str, _Digit] = {}
        for scene in tracked:
            self.slots[scene] = _Digit(base, self._most[scene] + 1)
            base *= self._most[scene] + 1
        self._values: dict[int, dict[str, int]] = {}
        self._visited: dict[int, frozenset[str]] = {}
        self.start = self._numbers[plot.start] + sum(
            (variable.start - variable.low) * digit.base for variable, digit in self.variables.values()
        )
        if plot.start in self.slots:
            self.start += self.slots[plot.start].base

    def place(self, code: int) -> str:
        """The scene or ending."""
        return self._places[code % self._count]

    def values(self, code: int) -> dict[str, int]:
        """The remembered variables."""
        part = code % self._taboo // self._count
        known = self._values.get(part)
        if known is None:
            known = self._values[part] = {
                name: variable.low + code // digit.base % digit.size
                for name, (variable, digit) in self.variables.items()
            }
        return known

    def taboo(self, code: int) -> bool:
        """Whether a taboo was said."""
        return bool(code // self._taboo % 2)

    def visited(self, code: int) -> frozenset[str]:
        """The tracked scenes that were entered, the present one included."""
        part = code // self._visits
        known = self._visited.get(part)
        if known is None:
            entered = (scene for scene, digit in self.slots.items() if code // digit.base % digit.size)
            known = self._visited[part] = frozenset(entered)
        return known

    def has_visits_left(self, code: int, scene: str) -> bool:
        """Whether a tracked scene may be entered once more."""
        digit = self.slots[scene]
        return code // digit.base % digit.size < digit.size - 1

    def holds(self, condition: Condition, code: int) -> bool:
        """Whether a condition holds in a state."""
        return condition.holds(self.values(code), self.taboo(code), self.visited(code))

    def change(self, name: str, by: int) -> "Change":
        """The effect on one remembered variable."""
        variable, digit = self.variables[name]
        values = range(variable.low, variable.high + 1)
        return Change(digit.base, digit.size, [(variable.moved(value, by) - value) * digit.base for value in values])

    def entered(self, code: int, way: Way) -> int:
        """The code after going that way."""
        number = self._numbers[way.target]
        if self._is_ending[number]:
            return number
        code += number - code % self._count
        if way.taboo and not code // self._taboo % 2:
            code += self._taboo
        slot = self.slots.get(way.target)
        return code + slot.base if slot is not None else code
