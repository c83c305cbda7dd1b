"""Routes through a scenario: a best one for the chart, and whether any route passes (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass

from lms.scenarios.graph import Outcome, Space
from lms.scenarios.play_states import PlayState, Reading, Turn, replay
from lms.scenarios.plot import Choice, Plot
from lms.scenarios.scoring import ScoreBounds, gains

MOST_TRIES = 500_000
NO_ROUTE = -1


class TooManyTries(Exception):
    """So many routes nearly pass that none was found in reasonable time; there may be one."""


@dataclass(frozen=True, slots=True)
class _Demand:
    """Points needed of some criteria together, what each outcome gives at most, and what can still follow a state."""

    needed: int
    gains: list[int]
    ahead: list[int]


def best_route(space: Space) -> PlayState:
    """A finished play with the most points any route earns; among such routes one that nothing forbids to pass.

    ``curve`` of the result is what the chart draws.
    """
    plot = space.plot
    _, high = gains(space, range(len(plot.criteria)))
    clean = clean_outcomes(space)
    best = [NO_ROUTE] * len(space.codes)  # twice the points, and one more if nothing on the way forbids to pass
    onward = [NO_ROUTE] * len(space.codes)
    for key, state in space.endings.items():
        best[state] = 2 * sum(plot.endings[key].points) + (not plot.endings[key].failed)
    for move in range(len(space.origins) - 1, -1, -1):
        follows, outcome, origin = best[space.targets[move]], space.taken[move], space.origins[move]
        if follows != NO_ROUTE:
            found = 2 * high[outcome] + (follows if clean[outcome] else follows & ~1)
            if found >= best[origin]:
                best[origin], onward[origin] = found, move
    turns = []
    state = 0
    while onward[state] != NO_ROUTE:
        turns.append(_best_turn(plot, space.outcomes[space.taken[onward[state]]]))
        state = space.targets[onward[state]]
    return replay(plot, turns)[-1]


def passing_route(space: Space, bounds: ScoreBounds, most_tries: int = MOST_TRIES) -> list[Outcome] | None:
    """A route that passes, with every label right and every step of typed replies found; None if there is none.

    Goes on only where every cut can still be reached. Raises TooManyTries where that leaves too much to try.
    """
    demands, clean = _demands(space, bounds), clean_outcomes(space)
    start = tuple(demand.needed for demand in demands)
    if not _in_reach(demands, start, 0):
        return None
    waiting: list[tuple[int, tuple[int, ...], _Trail | None]] = [(0, start, None)]
    seen = {(0, start)}
    while waiting:
        state, needs, trail = waiting.pop()
        for move in sorted(space.leaving[state], key=lambda move: demands[0].ahead[space.targets[move]]):
            outcome, target = space.taken[move], space.targets[move]
            left = tuple(max(0, need - demand.gains[outcome]) for need, demand in zip(needs, demands, strict=True))
            if not clean[outcome] or (target, left) in seen or not _in_reach(demands, left, target):
                continue
            further = _Trail(space.outcomes[outcome], trail)
            if not space.leaving[target]:
                return _walked(further)
            seen.add((target, left))
            waiting.append((target, left, further))
        if len(seen) > most_tries:
            raise TooManyTries
    return None


def outcome_values(space: Space) -> list[int]:
    """What each of ``Space.outcomes`` can lead to at best: points from its scene on, over routes that nothing forbids
    to pass; -1 where there is none."""
    everything = range(len(space.plot.criteria))
    _, high = gains(space, everything)
    ahead, clean = points_ahead(space, everything, high), clean_outcomes(space)
    values = [NO_ROUTE] * len(space.outcomes)
    for outcome, target in zip(space.taken, space.targets, strict=True):
        if ahead[target] != NO_ROUTE and clean[outcome]:
            values[outcome] = max(values[outcome], high[outcome] + ahead[target])
    return values


@dataclass(frozen=True, slots=True)
class _Trail:
    """A route as a list from its end."""

    outcome: Outcome
    before: "_Trail | None"


def _walked(trail: _Trail | None) -> list[Outcome]:
    route = []
    while trail is not None:
        route.append(trail.outcome)
        trail = trail.before
    return route[::-1]


def _demands(space: Space, bounds: ScoreBounds) -> list[_Demand]:
    """First the score in all, then every criterion with a cut."""
    plot = space.plot
    everything = tuple(range(len(plot.criteria)))
    asked = [(everything, bounds.total.max, plot.passing.score)]
    for name, cut in plot.passing.criteria.items():
        asked.append(((plot.criteria.index(name),), bounds.criteria[name].max, cut))
    demands = []
    for criteria, maximum, cut in asked:
        _, high = gains(space, criteria)
        demands.append(_Demand(-(-cut * maximum // 100), high, points_ahead(space, criteria, high)))
    return demands


def points_ahead(space: Space, criteria: Sequence[int], high: list[int]) -> list[int]:
    """The most points that can follow each state on routes that nothing forbids to pass."""
    clean = clean_outcomes(space)
    ahead = [NO_ROUTE] * len(space.codes)
    for key, state in space.endings.items():
        ending = space.plot.endings[key]
        ahead[state] = NO_ROUTE if ending.failed else sum(ending.points[place] for place in criteria)
    for origin, outcome, target in zip(
        reversed(space.origins), reversed(space.taken), reversed(space.targets), strict=True
    ):
        if ahead[target] != NO_ROUTE and clean[outcome] and ahead[target] + high[outcome] > ahead[origin]:
            ahead[origin] = ahead[target] + high[outcome]
    return ahead


def _in_reach(demands: list[_Demand], needs: tuple[int, ...], state: int) -> bool:
    return all(
        demand.ahead[state] != NO_ROUTE and need <= demand.ahead[state]
        for need, demand in zip(needs, demands, strict=True)
    )


def clean_outcomes(space: Space) -> list[bool]:
    """Which outcomes nothing forbids to pass."""
    return [not (space.plot.passing.taboo_fails and outcome.way.taboo) for outcome in space.outcomes]


def _best_turn(plot: Plot, outcome: Outcome) -> Turn:
    """The turn that earns the most by this outcome."""
    question = plot.scenes[outcome.scene].question
    label = max(question.labels, key=question.share) if question else None
    if isinstance(outcome.option, Choice):
        return Turn(choice=outcome.option.key, emotion=label)
    reading = Reading(frozenset(outcome.option.steps), outcome.way.taboo)
    return Turn(reply="…" * outcome.option.min_chars, emotion=label, heard=reading, marks=reading)
