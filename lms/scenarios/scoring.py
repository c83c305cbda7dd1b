"""What a play is worth, and between which bounds every play of a scenario lies (pure).

The bounds are exact: dynamic programming over the space of states, whole numbers and fractions only (MEASURES.md 7).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm
from typing import Any

from lms.core.texts import N_, Message
from lms.scenarios.graph import Space
from lms.scenarios.play_states import PlayState, Stage
from lms.scenarios.plot import Plot, Points, whole_if_possible

UNREACHED = 1 << 60


@dataclass(frozen=True, slots=True)
class Bounds:
    """Least and most points over all routes, and the mean of a player who picks labels and open options blindly."""

    min: int
    max: int
    expected: Fraction


@dataclass(frozen=True, slots=True)
class EndingBounds:
    """Least and most points of the routes that lead to an ending; None for both when none does."""

    min: int | None
    max: int | None


@dataclass(frozen=True, slots=True)
class ScoreBounds:
    """The bounds of a scenario: in all, per criterion, and per ending."""

    total: Bounds
    criteria: Mapping[str, Bounds]
    endings: Mapping[str, EndingBounds]

    def as_json(self) -> dict[str, Any]:
        """The body of ``GET /scenarios/{scenario}/bounds``; a fraction becomes the nearest float."""
        return {
            **_bounds_json(self.total),
            "criteria": {name: _bounds_json(bounds) for name, bounds in self.criteria.items()},
            "endings": {key: {"min": ending.min, "max": ending.max} for key, ending in self.endings.items()},
        }


@dataclass(frozen=True, slots=True)
class CriterionScore:
    """Points of one criterion against its maximum; ``percent`` is None where no route earns any."""

    score: Points
    max_score: int
    percent: Fraction | None
    cut: int | None


@dataclass(frozen=True, slots=True)
class PlayScore:
    """The score of a play; ``passed`` is None until it is over and marked, ``reasons`` say why it did not pass."""

    score: Points
    max_score: int
    percent: Fraction | None
    criteria: Mapping[str, CriterionScore]
    passed: bool | None
    reasons: tuple[Message, ...]


def score_bounds(space: Space) -> ScoreBounds:
    """The exact bounds of a scenario that passed its checks.

    A typed reply counts with all its outcomes: nothing found to every step found; blindly, each step is found as
    often as not, a taboo likewise, and typing is one option among those open.
    """
    plot = space.plot
    places = range(len(plot.criteria))
    visits = _expected_visits(space)
    means = [_mean(space, visits, place) for place in places]
    extremes = [_extremes(space, (place,)) for place in places]
    lowest, highest = _extremes(space, tuple(places))
    return ScoreBounds(
        total=Bounds(min(lowest.values()), max(highest.values()), sum(means, Fraction(0))),
        criteria={
            name: Bounds(min(extremes[place][0].values()), max(extremes[place][1].values()), means[place])
            for place, name in enumerate(plot.criteria)
        },
        endings={key: EndingBounds(lowest.get(key), highest.get(key)) for key in plot.endings},
    )


def score_play(plot: Plot, bounds: ScoreBounds, state: PlayState) -> PlayScore:
    """The score of a play so far, against the maximum over all routes of the whole scenario."""
    earned = plot.by_criterion(state.points)
    criteria = {
        name: CriterionScore(
            points,
            bounds.criteria[name].max,
            _percent(points, bounds.criteria[name].max),
            plot.passing.criteria.get(name),
        )
        for name, points in earned.items()
    }
    score = whole_if_possible(sum(earned.values()))
    reasons = tuple(_reasons(plot, bounds, state, score, criteria)) if state.stage == Stage.FINISHED else ()
    return PlayScore(
        score=score,
        max_score=bounds.total.max,
        percent=_percent(score, bounds.total.max),
        criteria=criteria,
        passed=not reasons if state.stage == Stage.FINISHED else None,
        reasons=reasons,
    )


def gains(space: Space, criteria: Sequence[int]) -> tuple[list[int], list[int]]:
    """Least and most points of these criteria that each of ``Space.outcomes`` gives, the question for the feeling in
    its scene included: nothing without a label, all with the right one."""
    asked = {key: scene.question.points for key, scene in space.plot.scenes.items() if scene.question}
    counts = space.plot.emotion_place in criteria
    low = [sum(outcome.option.lowest[place] for place in criteria) for outcome in space.outcomes]
    high = [
        sum(outcome.option.highest[place] for place in criteria) + (asked.get(outcome.scene, 0) if counts else 0)
        for outcome in space.outcomes
    ]
    return low, high


def reaches(points: Points, maximum: int, cut: int) -> bool:
    """Whether points are at least ``cut`` percent of the maximum, compared unrounded."""
    return points * 100 >= cut * maximum


def _reasons(
    plot: Plot, bounds: ScoreBounds, state: PlayState, score: Points, criteria: Mapping[str, CriterionScore]
) -> list[Message]:
    reasons = []
    if not reaches(score, bounds.total.max, plot.passing.score):
        values = {"percent": _shown(_percent(score, bounds.total.max)), "cut": plot.passing.score}
        reasons.append(Message(N_("The score is %(percent)s %%; %(cut)s %% are needed."), values))
    for name, criterion in criteria.items():
        if criterion.cut is not None and not reaches(criterion.score, criterion.max_score, criterion.cut):
            values = {"criterion": name, "percent": _shown(criterion.percent), "cut": criterion.cut}
            reasons.append(
                Message(N_("The score for “%(criterion)s” is %(percent)s %%; %(cut)s %% are needed."), values)
            )
    if state.ending is not None and plot.endings[state.ending].failed:
        reasons.append(Message(N_("The talk ended in a way that never passes.")))
    if state.taboo_said and plot.passing.taboo_fails:
        reasons.append(Message(N_("Something was said that must never be said.")))
    return reasons


def _percent(points: Points, maximum: int) -> Fraction | None:
    return Fraction(points) * 100 / maximum if maximum else None


def _shown(percent: Fraction | None) -> str:
    """One decimal, cut off: what lies under the cut must not look as if it reached it."""
    tenths = int((percent or Fraction(0)) * 10)
    return f"{tenths // 10}.{tenths % 10}".removesuffix(".0")


def _bounds_json(bounds: Bounds) -> dict[str, Any]:
    expected = whole_if_possible(bounds.expected)
    return {
        "min": bounds.min,
        "max": bounds.max,
        "expected": expected if isinstance(expected, int) else float(expected),
    }


def _extremes(space: Space, criteria: Sequence[int]) -> tuple[dict[str, int], dict[str, int]]:
    """Least and most points of these criteria together, per ending that can be reached."""
    low_gains, high_gains = gains(space, criteria)
    lowest = [UNREACHED] * len(space.codes)
    highest = [-1] * len(space.codes)
    lowest[0] = highest[0] = 0
    for origin, outcome, target in zip(space.origins, space.taken, space.targets, strict=True):
        low = lowest[origin] + low_gains[outcome]
        if low < lowest[target]:
            lowest[target] = low
        high = highest[origin] + high_gains[outcome]
        if high > highest[target]:
            highest[target] = high
    final = {key: sum(space.plot.endings[key].points[place] for place in criteria) for key in space.endings}
    return (
        {key: lowest[state] + final[key] for key, state in space.endings.items()},
        {key: highest[state] + final[key] for key, state in space.endings.items()},
    )


@dataclass(frozen=True, slots=True)
class _Visits:
    """How often a blind player comes to each scene and ending and meets each outcome, in ``unit``-ths."""

    unit: int
    places: Mapping[str, int]
    outcomes: list[int]


def _expected_visits(space: Space) -> _Visits:
    """Probabilities as whole numbers over one common denominator: exact, and no fraction is ever reduced.

    Open options share a state's weight equally, the two ways of a typed reply halve theirs again.
    """
    parts = [2 // len(outcome.option.ways) for outcome in space.outcomes]
    totals = [sum(parts[space.taken[move]] for move in moves) for moves in space.leaving]
    unit = lcm(*(total for total in set(totals) if total)) ** _longest_route(space)
    weights = [0] * len(space.codes)
    weights[0] = unit
    met = [0] * len(space.outcomes)
    for state in space.order:
        share = weights[state] // totals[state] if totals[state] else 0
        for move in space.leaving[state]:
            outcome = space.taken[move]
            weight = share * parts[outcome]
            weights[space.targets[move]] += weight
            met[outcome] += weight
    places = dict.fromkeys((*space.plot.scenes, *space.plot.endings), 0)
    for place, weight in zip(space.places, weights, strict=True):
        places[place] += weight
    return _Visits(unit, places, met)


def _longest_route(space: Space) -> int:
    depths = [0] * len(space.codes)
    for origin, target in zip(space.origins, space.targets, strict=True):
        if depths[origin] >= depths[target]:
            depths[target] = depths[origin] + 1
    return max(depths)


def _mean(space: Space, visits: _Visits, criterion: int) -> Fraction:
    """The mean points of one criterion, by linearity: how often each outcome is met times what it is worth."""
    plot = space.plot
    doubled = sum(
        met * (outcome.option.lowest[criterion] + outcome.option.highest[criterion])
        for met, outcome in zip(visits.outcomes, space.outcomes, strict=True)
    )
    final = sum(visits.places[key] * ending.points[criterion] for key, ending in plot.endings.items())
    mean = Fraction(doubled + 2 * final, 2 * visits.unit)
    if criterion == plot.emotion_place:
        for key, scene in plot.scenes.items():
            if scene.question:
                mean += scene.question.expected * Fraction(visits.places[key], visits.unit)
    return mean
