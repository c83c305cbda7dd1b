"""Blind players counted in seeded plays, where exact odds are too many to compute (pure)."""

import random
from collections import Counter, defaultdict
from fractions import Fraction

from lms.scenarios.graph import Space
from lms.scenarios.plot import Points, TypedReply, whole_if_possible
from lms.scenarios.routes import clean_outcomes
from lms.scenarios.routes_chances import Chances, Labels, Odds, cuts_in_units
from lms.scenarios.scoring import ScoreBounds

SEEDED_PLAYS = 10_000
SEED = 20_240_607

End = tuple[str | None, tuple[int, ...], bool]
"""Of one play: its ending, its points per criterion in units, and whether nothing forbids it to pass."""


def seeded_odds(
    space: Space, bounds: ScoreBounds, labels: Labels = Labels.RANDOM, plays: int = SEEDED_PLAYS, seed: int = SEED
) -> Odds:
    """The odds of a blind player, counted in plays; the same seed gives the same odds for ever."""
    chances = Chances(space, labels)
    dice = _Dice(chances, seed)
    ends = Counter(dice.play() for _ in range(plays))
    cuts = cuts_in_units(chances, bounds)
    endings: dict[str | None, dict[Points, Fraction]] = defaultdict(lambda: defaultdict(Fraction))
    passing = 0
    for (ending, points, is_clean), count in ends.items():
        endings[ending][whole_if_possible(Fraction(sum(points), chances.scale))] += Fraction(count, plays)
        if is_clean and all(sum(points[each] for each in criteria) >= needed for criteria, needed in cuts):
            passing += count
    return Odds(labels, {key: dict(shares) for key, shares in endings.items()}, Fraction(passing, plays), plays)


class _Dice:
    """What a blind player draws from in each state and scene, made ready once."""

    def __init__(self, chances: Chances, seed: int) -> None:
        self.chances = chances
        self.random = random.Random(seed).random
        self.clean = clean_outcomes(chances.space)
        self.moves: dict[int, list[int]] = {}
        self.felt = {
            key: [points for times, points in felt for _ in range(times)] for key, felt in chances.felt.items()
        }
        self.gained = [
            [(place, worth * chances.scale) for place, worth in enumerate(outcome.option.lowest) if worth]
            for outcome in chances.space.outcomes
        ]
        self.found = [
            (outcome.option.criterion, [worth * chances.scale for worth in outcome.option.steps.values()])
            if isinstance(outcome.option, TypedReply)
            else None
            for outcome in chances.space.outcomes
        ]

    def moves_of(self, state: int) -> list[int]:
        """The moves of a state, each as often as it is likely."""
        moves = self.moves.get(state)
        if moves is None:
            space, parts = self.chances.space, self.chances.parts
            moves = [move for move in space.leaving[state] for _ in range(parts[space.taken[move]])]
            self.moves[state] = moves
        return moves

    def play(self) -> End:
        """One play."""
        space, draw, feeling = self.chances.space, self.random, self.chances.space.plot.emotion_place
        points = [0] * len(space.plot.criteria)
        state, is_clean = 0, True
        while moves := self.moves_of(state):
            move = moves[int(draw() * len(moves))]
            outcome = space.taken[move]
            felt = self.felt.get(space.outcomes[outcome].scene)
            if feeling is not None and felt:
                points[feeling] += felt[int(draw() * len(felt))]
            for place, worth in self.gained[outcome]:
                points[place] += worth
            if found := self.found[outcome]:
                points[found[0]] += sum(worth for worth in found[1] if draw() < 0.5)
            is_clean = is_clean and self.clean[outcome]
            state = space.targets[move]
        ending = space.plot.endings.get(space.places[state])
        if ending is None:
            return None, tuple(points), False
        final = (each + more * self.chances.scale for each, more in zip(points, ending.points, strict=True))
        return ending.key, tuple(final), is_clean and not ending.failed
