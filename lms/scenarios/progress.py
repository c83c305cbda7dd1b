"""How a learner's role-plays develop: feelings recognised, SPIN questions in order, steps taken (pure).

Each figure is a number of hits of ``n``, play by play and over all plays of a mode. They describe the plays that were
played; they are no exam result, and plays of one person resemble each other, so that intervals are a little too narrow.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import combinations, product

from lms.core.texts import Text
from lms.scenarios.definitions import FrameworkDefinition
from lms.scenarios.play_states import PlayState, is_open
from lms.scenarios.plot import Choice, Plot
from lms.statistics.figures import MINIMUM_N
from lms.statistics.proportions import Proportion, proportion

SPIN = "spin"
RECENT = timedelta(days=7)
"""What was played since then need not be played again yet."""


class Measure(StrEnum):
    """What develops."""

    EMOTION = "emotion"
    ORDER = "order"
    STEPS = "steps"


@dataclass(frozen=True, slots=True)
class Part:
    """``hits`` of ``n``; n is 0 where the play says nothing about it."""

    hits: int = 0
    n: int = 0

    @property
    def share(self) -> float | None:
        return self.hits / self.n if self.n else None


@dataclass(frozen=True, slots=True)
class PlayFigures:
    """One finished play; ``mistakes`` counts (right label, label given), ``intensity`` holds said minus the author's."""

    play_id: int
    scenario: str
    title: Text
    mode: str
    at: datetime
    parts: Mapping[Measure, Part]
    mistakes: Mapping[tuple[str, str], int]
    intensity: tuple[int, ...]


def emotion_part(plot: Plot, state: PlayState) -> Part:
    """The strict share of the questions on whose label people agree; no label is a miss."""
    asked = [
        line.turn.emotion == question.answer
        for line in state.lines
        if (question := plot.scenes[line.scene].question) is not None and question.counts
    ]
    return Part(sum(asked), len(asked))


def mistakes(plot: Plot, state: PlayState) -> Counter[tuple[str, str]]:
    """Which feeling was taken for which."""
    found: Counter[tuple[str, str]] = Counter()
    for line in state.lines:
        question, label = plot.scenes[line.scene].question, line.turn.emotion
        if question is not None and question.counts and label is not None and label != question.answer:
            found[question.answer, label] += 1
    return found


def order_part(framework: FrameworkDefinition, state: PlayState) -> Part:
    """The share of pairs of questions, one earlier and one later in the talk, that stand in the framework's order.

    hits / n = C / (C + D), C the concordant and D the discordant pairs of (turn, place of the step in the framework):
    Kendall's count without ties, so that two questions of one step say nothing, and tau-like 2 · C / (C + D) − 1 runs
    from −1 to 1. n counts pairs, which hang together. It judges neither whether a step is missing nor how well it was
    asked, and where a scenario lets only one step be taken in a scene, its route decides, too.
    """
    places = {step.key: place for place, step in enumerate(framework.steps)}
    turns = [[places[step] for step in line.steps if step in places] for line in state.lines]
    pairs = [pair for earlier, later in combinations(turns, 2) for pair in product(earlier, later)]
    return Part(sum(a < b for a, b in pairs), sum(a != b for a, b in pairs))


def steps_part(framework: FrameworkDefinition, plot: Plot, states: Sequence[PlayState]) -> Part:
    """The share of the framework's steps taken at least once, of those that the route offered.

    A step is offered where a reply that was open, or a reply in own words, could perform it. What no scene of the route
    offered cannot be missed; a short route therefore has few steps, and its share says little.
    """
    known = {step.key for step in framework.steps}
    offered = {step for state in states for step in _offered(plot, state)} & known
    taken = {step for line in states[-1].lines for step in line.steps}
    return Part(len(offered & taken), len(offered))


def _offered(plot: Plot, state: PlayState) -> Iterable[str]:
    if state.scene is None:
        return
    for option in plot.scenes[state.scene].options:
        if is_open(plot, state, option):
            if not isinstance(option, Choice):
                yield from option.steps
            elif option.step is not None:
                yield option.step


def parts(framework: FrameworkDefinition | None, plot: Plot, states: Sequence[PlayState]) -> dict[Measure, Part]:
    """What one play says: the order of SPIN questions, the steps of any other framework, feelings of both."""
    is_spin = framework is not None and framework.framework == SPIN
    return {
        Measure.EMOTION: emotion_part(plot, states[-1]),
        Measure.ORDER: order_part(framework, states[-1]) if framework is not None and is_spin else Part(),
        Measure.STEPS: steps_part(framework, plot, states) if framework is not None and not is_spin else Part(),
    }


# ---- over all plays -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Track:
    """A measure over time: examinations and practice apart, and both together."""

    measure: Measure
    plays: tuple[PlayFigures, ...]
    exam: Proportion
    practice: Proportion
    both: Proportion

    @property
    def is_enough(self) -> bool:
        """Whether both together can be told."""
        return self.both.n >= MINIMUM_N


def tracks(plays: Sequence[PlayFigures]) -> list[Track]:
    """Every measure over the plays (oldest first) that say something about it."""
    return [_track(measure, [play for play in plays if play.parts[measure].n]) for measure in Measure]


def _track(measure: Measure, plays: Sequence[PlayFigures]) -> Track:
    exam, practice = ([one for one in plays if one.mode == mode] for mode in ("exam", "practice"))
    return Track(measure, tuple(plays), *(_pooled(measure, some) for some in (exam, practice, plays)))


def _pooled(measure: Measure, plays: Iterable[PlayFigures]) -> Proportion:
    found = [play.parts[measure] for play in plays]
    return proportion(sum(part.hits for part in found), sum(part.n for part in found))


def by_need(found: Sequence[Track]) -> list[Track]:
    """What to work on first: measures with too little data, the least known first, then those with the lowest share."""
    return sorted(
        found, key=lambda track: (track.is_enough, track.both.rate or 0.0 if track.is_enough else track.both.n)
    )


def often_mistaken(plays: Iterable[PlayFigures]) -> tuple[str, str, int] | None:
    """The feeling taken for another most often, at least twice: right label, label given, how often."""
    counted: Counter[tuple[str, str]] = Counter()
    for play in plays:
        counted.update(play.mistakes)
    ((pair, count),) = counted.most_common(1) or [(("", ""), 0)]
    return (*pair, count) if count > 1 else None


# ---- what next ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Candidate:
    """A scenario that may be practised: how many feelings it asks for, its framework, when it was last played."""

    key: str
    title: Text
    framework: str | None
    questions: int
    last_at: datetime | None

    def trains(self, measure: Measure) -> bool:
        """Whether it says anything about the measure."""
        if measure is Measure.EMOTION:
            return self.questions > 0
        return self.framework is not None and (self.framework == SPIN) == (measure is Measure.ORDER)


def next_practice(candidates: Iterable[Candidate], measure: Measure, now: datetime) -> Candidate | None:
    """One that trains the measure: never played, else longest ago, of those not played in the last seven days; where
    all were, the one played longest ago. None where nothing trains it."""
    fitting = [one for one in candidates if one.trains(measure)]
    rested = [one for one in fitting if one.last_at is None or one.last_at <= now - RECENT]

    def rank(one: Candidate) -> tuple[bool, datetime, int, str]:
        return one.last_at is not None, one.last_at or now, -one.questions, one.key

    return min(rested or fitting, key=rank, default=None)
