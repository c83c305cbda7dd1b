"""What a blind player may earn in every state of a scenario, and how likely each is, in whole numbers (pure).

Every open option is as likely as the next; a typed reply holds each step as often as not, a taboo likewise: the same
player as in ``scoring``.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from functools import cached_property
from math import lcm

from lms.scenarios.graph import Space
from lms.scenarios.plot import EmotionQuestion, Points, TypedReply
from lms.scenarios.scoring import ScoreBounds, gains

Gain = tuple[int, int]
"""How often of all, and how many points in units of ``Chances.scale``."""
NOTHING: list[Gain] = [(1, 0)]


class Labels(StrEnum):
    """How a simulated player answers the questions for the feeling."""

    RIGHT = "right"
    WRONG = "wrong"
    RANDOM = "random"


@dataclass(frozen=True, slots=True)
class Odds:
    """Of a blind player: for every ending (None: stuck) the likelihood of each total, and that of passing.

    ``plays`` is None where all is exact, else how many seeded plays it was counted in.
    """

    labels: Labels
    endings: Mapping[str | None, Mapping[Points, Fraction]]
    passing: Fraction
    plays: int | None = None

    @property
    def totals(self) -> dict[Points, Fraction]:
        """The likelihood of each total, in order."""
        totals: dict[Points, Fraction] = defaultdict(Fraction)
        for shares in self.endings.values():
            for points, share in shares.items():
                totals[points] += share
        return dict(sorted(totals.items()))

    @property
    def mean(self) -> Fraction:
        """The mean total."""
        return sum((points * share for points, share in self.totals.items()), Fraction(0))

    def share_of(self, ending: str) -> Fraction:
        """How likely an ending is."""
        return sum(self.endings.get(ending, {}).values(), Fraction(0))


class Chances:
    """A space with what each scene's question and each outcome may earn; what only exact odds need is computed when they ask."""

    def __init__(self, space: Space, labels: Labels) -> None:
        self.space = space
        plot = space.plot
        questions = {key: scene.question for key, scene in plot.scenes.items() if scene.question}
        self.scale = lcm(
            *(Fraction(each.earned(label)).denominator for each in questions.values() for label in each.labels)
        )
        self.felt = {key: _felt(question, labels, self.scale) for key, question in questions.items()}
        self.found = [
            _found(outcome.option, self.scale) if isinstance(outcome.option, TypedReply) else NOTHING
            for outcome in space.outcomes
        ]
        self.parts = [2 // len(outcome.option.ways) for outcome in space.outcomes]
        self.fixed = [sum(outcome.option.lowest) * self.scale for outcome in space.outcomes]

    @cached_property
    def totals(self) -> list[int]:
        """Into how many equal parts the open options of each state divide its likelihood."""
        taken = self.space.taken
        return [sum(self.parts[taken[move]] for move in moves) for moves in self.space.leaving]

    @cached_property
    def finds(self) -> list[int]:
        """How many sets of steps each outcome may find."""
        return [sum(times for times, _ in found) for found in self.found]

    @cached_property
    def shares(self) -> list[int]:
        """Into how many equal parts each state's likelihood is divided, labels and finds included."""
        return [self._share(state) for state in range(len(self.space.codes))]

    @cached_property
    def unit(self) -> int:
        """The common denominator of all routes."""
        common: int = lcm(*set(self.shares)) ** _longest(self.space)
        return common

    def _share(self, state: int) -> int:
        felt = sum(times for times, _ in self.felt.get(self.space.places[state], NOTHING))
        finds = lcm(*(self.finds[self.space.taken[move]] for move in self.space.leaving[state]))
        return max(self.totals[state], 1) * felt * finds

    def bytes_needed(self) -> int:
        """How much is moved about to find the likelihoods of all totals."""
        _, high = gains(self.space, range(len(self.space.plot.criteria)))
        most = [0] * len(self.space.codes)
        moved = 0
        field = self.unit.bit_length() // 8 + 1
        for origin, outcome, target in zip(self.space.origins, self.space.taken, self.space.targets, strict=True):
            most[target] = max(most[target], most[origin] + high[outcome] * self.scale)
            moved += most[target] * field
        return moved


def _felt(question: EmotionQuestion, labels: Labels, scale: int) -> list[Gain]:
    """What the question may earn, each with the number of labels that do."""
    earned = [int(question.earned(label) * scale) for label in question.labels]
    if labels == Labels.RANDOM:
        return [(times, points) for points, times in sorted(Counter(earned).items())]
    return [(1, max(earned) if labels == Labels.RIGHT else min(earned))]


def _found(typed: TypedReply, scale: int) -> list[Gain]:
    """What a typed reply may earn, each with the number of sets of steps that do."""
    sums = Counter({0: 1})
    for worth in typed.steps.values():
        sums = sums + Counter({points + worth * scale: times for points, times in sums.items()})
    return [(times, points) for points, times in sorted(sums.items())]


def _longest(space: Space) -> int:
    depths = [0] * len(space.codes)
    for origin, target in zip(space.origins, space.targets, strict=True):
        depths[target] = max(depths[target], depths[origin] + 1)
    return max(depths)


def cuts_in_units(chances: Chances, bounds: ScoreBounds) -> list[tuple[tuple[int, ...], int]]:
    """Criteria that count together, and the points they need, in units: first all, then each with a cut."""
    plot = chances.space.plot
    cuts = [(tuple(range(len(plot.criteria))), plot.passing.score * bounds.total.max)]
    cuts += [
        ((plot.criteria.index(name),), cut * bounds.criteria[name].max) for name, cut in plot.passing.criteria.items()
    ]
    return [(criteria, -(-needed * chances.scale // 100)) for criteria, needed in cuts]
