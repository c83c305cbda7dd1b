"""Play all routes: what simulated players come to who know nothing but a habit (pure).

A role-play measures skill only if nobody passes by chance or by habit. The players: one who chooses blindly (exact
odds), the best and the worst route, one who always takes the most points at once, one who always takes the first reply
as written, one who always takes the longest, each once with every feeling recognised and once with none.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from lms.core.texts import LANGUAGES
from lms.scenarios.graph import Space, explore
from lms.scenarios.play_states import PlayState, Reading, Turn, begin, is_open, replay, take
from lms.scenarios.plot import Choice, EmotionQuestion, Option, Plot, Points, Scene
from lms.scenarios.routes import best_route
from lms.scenarios.routes_chances import Labels, Odds
from lms.scenarios.routes_odds import blind_odds, number_of_routes
from lms.scenarios.routes_seeded import SEEDED_PLAYS
from lms.scenarios.scoring import ScoreBounds, gains, score_bounds, score_play

BARS = 20
"""How many columns the picture of the odds has; each holds 100 / 20 percent of the maximum."""


class Habit(StrEnum):
    """How a simulated player picks a reply."""

    BEST = "best"
    WORST = "worst"
    GREEDY = "greedy"
    FIRST = "first"
    LONGEST = "longest"


@dataclass(frozen=True, slots=True)
class Played:
    """One play of a simulated player; ``language`` is that of the longest reply, None for other habits.

    ``ending`` is None when no reply was open; ``percent`` is None where no route earns a point.
    """

    habit: Habit
    language: str | None
    labels: Labels
    score: Points
    percent: Fraction | None
    ending: str | None
    passed: bool
    turns: int


@dataclass(frozen=True, slots=True)
class Bar:
    """A column of the picture: totals from ``low`` to under ``high`` percent (100 belongs to the last)."""

    low: int
    high: int
    share: Fraction


@dataclass(frozen=True, slots=True)
class RoutesPlayed:
    """What all players came to; ``knowing`` chooses blindly but recognises every feeling."""

    routes: int
    maximum: int
    cut: int
    unreached: tuple[str, ...]
    players: tuple[Played, ...]
    blind: Odds
    knowing: Odds

    def player(self, habit: Habit, labels: Labels, language: str | None = None) -> Played | None:
        """The play of that player."""
        wanted = (habit, labels, language)
        return next((each for each in self.players if (each.habit, each.labels, each.language) == wanted), None)

    def percent(self, points: Points | Fraction) -> Fraction:
        """Points as percent of the maximum over all routes; 0 where no route earns any."""
        return Fraction(points) * 100 / self.maximum if self.maximum else Fraction(0)

    def bars(self, odds: Odds) -> tuple[Bar, ...]:
        """The odds in columns of equal width."""
        width = 100 // BARS
        shares = [Fraction(0)] * BARS
        for points, share in odds.totals.items():
            shares[min(int(self.percent(points)) // width, BARS - 1)] += share
        return tuple(Bar(place * width, (place + 1) * width, share) for place, share in enumerate(shares))


def play_all(plot: Plot) -> RoutesPlayed:
    """Let every player play a scenario that passed its checks (``checks.analyse``)."""
    space = explore(plot)
    bounds = score_bounds(space)
    players = [
        _scored(plot, bounds, best_route(space), Habit.BEST, Labels.RIGHT),
        _scored(plot, bounds, _worst_route(space), Habit.WORST, Labels.WRONG),
    ]
    for habit, language, pick in _habits():
        for labels in (Labels.RIGHT, Labels.WRONG):
            state = _play(plot, pick, labels, typed_well=habit == Habit.GREEDY)
            players.append(_scored(plot, bounds, state, habit, labels, language))
    return RoutesPlayed(
        routes=number_of_routes(space),
        maximum=bounds.total.max,
        cut=plot.passing.score,
        unreached=tuple(key for key in plot.endings if key not in space.endings),
        players=tuple(players),
        blind=blind_odds(space, bounds),
        knowing=blind_odds(space, bounds, Labels.RIGHT, plays=SEEDED_PLAYS // 4),
    )


Pick = Callable[[Sequence[Option]], Option]


def _habits() -> list[tuple[Habit, str | None, Pick]]:
    habits: list[tuple[Habit, str | None, Pick]] = [(Habit.GREEDY, None, _dearest), (Habit.FIRST, None, _first)]
    return habits + [(Habit.LONGEST, language, _longest_in(language)) for language in LANGUAGES]


def _dearest(options: Sequence[Option]) -> Option:
    return max(options, key=lambda option: sum(option.highest))


def _first(options: Sequence[Option]) -> Option:
    return options[0]


def _longest_in(language: str) -> Pick:
    """A typed reply is the last resort: it has no length to choose by."""

    def pick(options: Sequence[Option]) -> Option:
        return max(
            options, key=lambda option: len(option.reply.get(language, "")) if isinstance(option, Choice) else -1
        )

    return pick


def _play(plot: Plot, pick: Pick, labels: Labels, *, typed_well: bool) -> PlayState:
    """A play by that habit up to its ending, or to where no reply is open."""
    state = begin(plot)
    while state.scene is not None:
        scene = plot.scenes[state.scene]
        options = [option for option in scene.options if is_open(plot, state, option)]
        if not options:
            break
        after = take(plot, state, _turn(scene, pick(options), labels, typed_well))
        if not isinstance(after, PlayState):
            raise AssertionError(f"an open reply was refused: {after.reason}")
        state = after
    return state


def _turn(scene: Scene, option: Option, labels: Labels, typed_well: bool) -> Turn:
    label = _label(scene.question, labels) if scene.question else None
    if isinstance(option, Choice):
        return Turn(choice=option.key, emotion=label)
    reading = Reading(frozenset(option.steps if typed_well else ()), False)
    return Turn(reply="…" * option.min_chars, emotion=label, heard=reading, marks=reading)


def _label(question: EmotionQuestion, labels: Labels) -> str:
    pick = max if labels == Labels.RIGHT else min
    return pick(question.labels, key=question.share)


def _worst_route(space: Space) -> PlayState:
    """A finished play with the fewest points any route earns: no feeling named, nothing found in typed replies."""
    low, _ = gains(space, range(len(space.plot.criteria)))
    fewest: list[int | None] = [None] * len(space.codes)
    onward = [-1] * len(space.codes)
    for key, state in space.endings.items():
        fewest[state] = sum(space.plot.endings[key].points)
    for move in range(len(space.origins) - 1, -1, -1):
        follows, origin = fewest[space.targets[move]], space.origins[move]
        known = fewest[origin]
        if follows is not None and (known is None or follows + low[space.taken[move]] <= known):
            fewest[origin], onward[origin] = follows + low[space.taken[move]], move
    turns = []
    state = 0
    while onward[state] != -1:
        outcome = space.outcomes[space.taken[onward[state]]]
        if isinstance(outcome.option, Choice):
            turns.append(Turn(choice=outcome.option.key))
        else:
            reading = Reading(frozenset(), outcome.way.taboo)
            turns.append(Turn(reply="…" * outcome.option.min_chars, heard=reading, marks=reading))
        state = space.targets[onward[state]]
    return replay(space.plot, turns)[-1]


def _scored(
    plot: Plot, bounds: ScoreBounds, state: PlayState, habit: Habit, labels: Labels, language: str | None = None
) -> Played:
    score = score_play(plot, bounds, state)
    return Played(
        habit, language, labels, score.score, score.percent, state.ending, bool(score.passed), len(state.lines)
    )
