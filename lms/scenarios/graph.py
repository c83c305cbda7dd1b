"""The space of everything that can happen in a scenario, with its moves in an order that only leads forward (pure).

A state is the present scene with all that may still matter: the variables, whether a taboo was said, and the visits
of scenes that lie on a cycle or are named in ``visited()`` (MEASURES.md 7). Every scene bounds its visits, so no
state comes again and the space is a finite graph without cycles. Endings carry no memory. Nothing here recurses.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from functools import cached_property
from math import prod
from typing import NamedTuple

from lms.scenarios.plot import Option, Plot, Way
from lms.scenarios.state_codes import Change, Coder

MOST_STATES = 200_000
"""A scenario must stay below this many states."""


class TooManyStates(Exception):
    """The scenario can be in so many states that it cannot be looked at completely."""


class Outcome(NamedTuple):
    """What may happen in a scene: one of its options, turning out in one of its ways."""

    scene: str
    option: Option
    way: Way


@dataclass(frozen=True)
class Space:
    """The reachable states of a plot by number; state 0 is the beginning.

    Moves are three columns, ``origins[i]`` → ``targets[i]`` by ``outcomes[taken[i]]``, so that every move stands after
    all moves that may come before it; those that leave a state stand together (``leaving``). ``arrivals[state]`` is
    the origin and the outcome of one move that leads there, None for the beginning.
    """

    plot: Plot
    coder: Coder
    codes: list[int]
    outcomes: tuple[Outcome, ...]
    order: list[int]
    origins: list[int]
    taken: list[int]
    targets: list[int]
    leaving: list[range]
    arrivals: list[tuple[int, int] | None]

    @cached_property
    def places(self) -> list[str]:
        """The scene or ending of every state."""
        return [self.coder.place(code) for code in self.codes]

    @cached_property
    def endings(self) -> dict[str, int]:
        """The state of every ending that can be reached."""
        return {place: state for state, place in enumerate(self.places) if place in self.plot.endings}

    @cached_property
    def finishing(self) -> list[bool]:
        """Whether an ending can be reached, for every state."""
        reaches = [place in self.plot.endings for place in self.places]
        for origin, target in zip(reversed(self.origins), reversed(self.targets), strict=True):
            if reaches[target]:
                reaches[origin] = True
        return reaches

    def route_to(self, state: int) -> list[Outcome]:
        """One way from the beginning to a state."""
        route: list[Outcome] = []
        while (arrival := self.arrivals[state]) is not None:
            state, outcome = arrival
            route.append(self.outcomes[outcome])
        return route[::-1]


def explore(plot: Plot) -> Space:
    """Every reachable state; only variables that some condition reads are remembered, the others decide nothing.

    Raises TooManyStates when, all variables remembered, there are 200,000 or more.
    """
    read = _variables_read(plot)
    tracked = _tracked(plot)
    if len(read) < len(plot.variables) and _most_states(plot, tracked) >= MOST_STATES:
        _Explorer(plot, plot.variables.keys(), tracked).run()
    explorer = _Explorer(plot, read, tracked)
    explorer.run()
    return explorer.space()


class _Step(NamedTuple):
    """An option made ready for exploring: its outcomes by number, with what each adds to a code."""

    option: Option
    changes: list[Change]
    needs: list[str]
    outcomes: list[tuple[int, Way]]


class _Explorer:
    """Walks from the beginning until nothing new turns up."""

    def __init__(self, plot: Plot, remembered: Collection[str], tracked: tuple[str, ...]) -> None:
        self.plot = plot
        self.coder = Coder(plot, [name for name in plot.variables if name in remembered], tracked)
        self.outcomes: list[Outcome] = []
        self.steps = {scene: list(self._steps(scene)) for scene in plot.scenes}
        self.codes = [self.coder.start]
        self.numbers = {self.coder.start: 0}
        self.begins: list[int] = []
        self.taken: list[int] = []
        self.targets: list[int] = []
        self.arrivals: list[tuple[int, int] | None] = [None]

    def _steps(self, scene: str) -> Iterator[_Step]:
        for option in self.plot.scenes[scene].options:
            outcomes = []
            for way in option.ways:
                outcomes.append((len(self.outcomes), way))
                self.outcomes.append(Outcome(scene, option, way))
            effects = option.effect.items()
            changes = [self.coder.change(name, by) for name, by in effects if name in self.coder.variables]
            needs = [way.target for way in option.ways if way.target in self.coder.slots]
            yield _Step(option, changes, needs, outcomes)

    def run(self) -> None:
        """Fill the columns in the order of discovery; the moves of a state begin at its place in ``begins``."""
        for number, code in enumerate(self.codes):
            self.begins.append(len(self.taken))
            for outcome, after in self._next(code):
                known = self.numbers.setdefault(after, len(self.codes))
                if known == len(self.codes):
                    self.codes.append(after)
                    self.arrivals.append((number, outcome))
                self.taken.append(outcome)
                self.targets.append(known)
            if len(self.codes) >= MOST_STATES:
                raise TooManyStates
        self.begins.append(len(self.taken))

    def _next(self, code: int) -> Iterator[tuple[int, int]]:
        """The outcomes possible in a state, each with the code of the state that follows."""
        coder = self.coder
        place = coder.place(code)
        for option, changes, needs, outcomes in self.steps.get(place, ()):
            if needs and not all(coder.has_visits_left(code, scene) for scene in needs):
                continue
            if option.when is not None and not coder.holds(option.when, code):
                continue
            moved = code
            for base, size, adds in changes:
                moved += adds[code // base % size]
            for outcome, way in outcomes:
                yield outcome, coder.entered(moved, way)

    def space(self) -> Space:
        order = _forward_order(self.begins, self.targets)
        origins: list[int] = []
        taken: list[int] = []
        targets: list[int] = []
        leaving = [range(0)] * len(order)
        for state in order:
            begin, end = self.begins[state], self.begins[state + 1]
            leaving[state] = range(len(origins), len(origins) + end - begin)
            origins.extend([state] * (end - begin))
            taken.extend(self.taken[begin:end])
            targets.extend(self.targets[begin:end])
        return Space(
            self.plot,
            self.coder,
            self.codes,
            tuple(self.outcomes),
            order,
            origins,
            taken,
            targets,
            leaving,
            self.arrivals,
        )


def _variables_read(plot: Plot) -> frozenset[str]:
    conditions = [choice.when for scene in plot.scenes.values() for choice in scene.choices.values()]
    return frozenset().union(*(condition.variables for condition in conditions if condition is not None))


def _most_states(plot: Plot, tracked: tuple[str, ...]) -> int:
    """A bound on the number of states that needs no walk."""
    values = prod(variable.high - variable.low + 1 for variable in plot.variables.values())
    visits = prod(plot.scenes[scene].visits + 1 for scene in tracked)
    return len(plot.scenes) * 2 * values * visits + len(plot.endings)


def _tracked(plot: Plot) -> tuple[str, ...]:
    """The scenes whose visits a state remembers: on a cycle, or named in ``visited()``."""
    named: set[str] = set()
    for scene in plot.scenes.values():
        for choice in scene.choices.values():
            named |= choice.when.scenes if choice.when is not None else frozenset()
    onward = {
        scene.key: {way.target for option in scene.options for way in option.ways} & plot.scenes.keys()
        for scene in plot.scenes.values()
    }
    return tuple(scene for scene in plot.scenes if scene in named or _comes_back(scene, onward))


def _comes_back(scene: str, onward: dict[str, set[str]]) -> bool:
    waiting, seen = list(onward[scene]), set(onward[scene])
    while waiting:
        here = waiting.pop()
        if here == scene:
            return True
        waiting.extend(onward[here] - seen)
        seen |= onward[here]
    return False


def _forward_order(begins: list[int], targets: list[int]) -> list[int]:
    """The states so that every move leads to a later one (Kahn's algorithm)."""
    open_arrivals = [0] * (len(begins) - 1)
    for target in targets:
        open_arrivals[target] += 1
    order = [state for state, arrivals in enumerate(open_arrivals) if not arrivals]
    for state in order:
        for target in targets[begins[state] : begins[state + 1]]:
            open_arrivals[target] -= 1
            if not open_arrivals[target]:
                order.append(target)
    if len(order) < len(open_arrivals):
        raise AssertionError("a state comes again, though every scene bounds its visits")
    return order
