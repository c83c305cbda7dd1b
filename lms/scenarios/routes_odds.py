"""How likely each score is for somebody who chooses blindly, exactly wherever that is feasible (pure).

Whole numbers over one common denominator, so nothing is rounded: the likelihoods of all totals in a state stand packed
in one whole number, a field of bits for each total (Kronecker substitution), so that earning points is a shift and
meeting again is a sum.
"""

from collections import Counter, defaultdict
from collections.abc import Mapping
from fractions import Fraction

from lms.scenarios.graph import Space
from lms.scenarios.plot import Points, TypedReply, whole_if_possible
from lms.scenarios.routes import NO_ROUTE, clean_outcomes, points_ahead
from lms.scenarios.routes_chances import NOTHING, Chances, Gain, Labels, Odds, cuts_in_units
from lms.scenarios.routes_seeded import SEEDED_PLAYS, seeded_odds
from lms.scenarios.scoring import ScoreBounds, gains

MOST_MOVES = 100_000
MOST_BYTES = 250_000_000
MOST_ENTRIES = 30_000

Needs = tuple[int, ...]
"""Points still needed, in units, of all criteria together and of each with a cut."""


def blind_odds(space: Space, bounds: ScoreBounds, labels: Labels = Labels.RANDOM, plays: int = SEEDED_PLAYS) -> Odds:
    """The odds of a blind player: exact where that is feasible, else counted in so many seeded plays."""
    chances = Chances(space, labels)
    if len(space.origins) <= MOST_MOVES and chances.bytes_needed() <= MOST_BYTES:
        try:
            passing = _passing(chances, bounds)
            return Odds(labels, _totals(chances), passing)
        except _TooMany:
            pass
    return seeded_odds(space, bounds, labels, plays)


def number_of_routes(space: Space) -> int:
    """How many ways lead from the beginning to an ending; of a typed reply, with and without a taboo count as two."""
    ways = [0] * len(space.codes)
    ways[0] = 1
    for origin, target in zip(space.origins, space.targets, strict=True):
        ways[target] += ways[origin]
    return sum(ways[state] for state in space.endings.values())


class _TooMany(Exception):
    """Too many different ways to come near to passing."""


def _totals(chances: Chances) -> dict[str | None, dict[Points, Fraction]]:
    """The likelihood of each total per ending, by one walk over the states in their order."""
    space = chances.space
    width = 8 * (chances.unit.bit_length() // 8 + 1)
    packed = [0] * len(space.codes)
    packed[0] = chances.unit
    ends: dict[str | None, dict[Points, Fraction]] = defaultdict(lambda: defaultdict(Fraction))
    for state in space.order:
        here, packed[state] = packed[state], 0
        if not space.leaving[state]:
            _unpack(chances, space.places[state], here, width, ends)
            continue
        base = here // chances.shares[state]
        base = _times(base, chances.felt.get(space.places[state], NOTHING), width)
        finds = chances.shares[state] // chances.totals[state] // _felts(chances, state)
        for move in space.leaving[state]:
            outcome = space.taken[move]
            many = chances.parts[outcome] * (finds // chances.finds[outcome])
            gained = _times(base * many, chances.found[outcome], width)
            packed[space.targets[move]] += gained << (chances.fixed[outcome] * width)
    return {ending: dict(shares) for ending, shares in ends.items()}


def _felts(chances: Chances, state: int) -> int:
    return sum(times for times, _ in chances.felt.get(chances.space.places[state], NOTHING))


def _times(packed: int, gained: list[Gain], width: int) -> int:
    if gained == NOTHING:
        return packed
    return sum((packed * times) << (points * width) for times, points in gained)


def _unpack(
    chances: Chances, place: str, packed: int, width: int, ends: dict[str | None, dict[Points, Fraction]]
) -> None:
    ending = chances.space.plot.endings.get(place)
    final = sum(ending.points) if ending else 0
    size = width // 8
    fields = packed.to_bytes(-(-packed.bit_length() // width) * size, "little")
    for points in range(len(fields) // size):
        weight = int.from_bytes(fields[points * size : (points + 1) * size], "little")
        if weight:
            total = whole_if_possible(Fraction(points, chances.scale) + final)
            ends[ending.key if ending else None][total] += Fraction(weight, chances.unit)


def _passing(chances: Chances, bounds: ScoreBounds) -> Fraction:
    """How likely passing is: only what can still pass is followed, with what it still needs.

    Raises _TooMany when that are too many different needs.
    """
    space = chances.space
    cuts = cuts_in_units(chances, bounds)
    ahead = [points_ahead(space, criteria, gains(space, criteria)[1]) for criteria, _ in cuts]
    clean = clean_outcomes(space)
    results = [_results(chances, number, cuts) for number in range(len(space.outcomes))]
    waiting: list[dict[Needs, int]] = [{} for _ in space.codes]
    waiting[0][tuple(needed for _, needed in cuts)] = chances.unit
    passing = entries = 0
    for state in space.order:
        here, waiting[state] = waiting[state], {}
        entries += len(here)
        if entries > MOST_ENTRIES:
            raise _TooMany
        if not space.leaving[state]:
            passing += _reaching(chances, state, here, cuts)
            continue
        for move in space.leaving[state]:
            outcome, target = space.taken[move], space.targets[move]
            if clean[outcome] and ahead[0][target] != NO_ROUTE:
                limits = [each[target] * chances.scale for each in ahead]
                share = chances.parts[outcome] * chances.shares[state] // chances.totals[state]
                _go_on(here, chances.shares[state], share, results[outcome], limits, waiting[target])
    return Fraction(passing, chances.unit)


def _go_on(
    here: Mapping[Needs, int],
    parts: int,
    share: int,
    results: list[tuple[int, Needs]],
    limits: list[int],
    after: dict[Needs, int],
) -> None:
    """Add to ``after`` what is left to need by an outcome that takes ``share`` of ``parts``, where it can be met."""
    each = share // _total_of(results)
    for needs, weight in here.items():
        for times, gained in results:
            left = tuple(max(0, need - gain) for need, gain in zip(needs, gained, strict=True))
            if all(need <= limit for need, limit in zip(left, limits, strict=True)):
                after[left] = after.get(left, 0) + weight // parts * each * times


def _total_of(results: list[tuple[int, Needs]]) -> int:
    return sum(times for times, _ in results)


def _results(chances: Chances, number: int, cuts: list[tuple[tuple[int, ...], int]]) -> list[tuple[int, Needs]]:
    """What an outcome may earn towards each cut, the question of its scene included, and how often of all."""
    plot = chances.space.plot
    scene, option, _ = chances.space.outcomes[number]
    place = option.criterion if isinstance(option, TypedReply) else None
    earned: Counter[tuple[int, ...]] = Counter()
    for times, felt in chances.felt.get(scene, NOTHING):
        for many, found in chances.found[number]:
            gained = tuple(
                sum(option.lowest[each] for each in criteria) * chances.scale
                + (felt if plot.emotion_place in criteria else 0)
                + (found if place in criteria else 0)
                for criteria, _ in cuts
            )
            earned[gained] += times * many
    return [(times, gained) for gained, times in earned.items()]


def _reaching(
    chances: Chances,
    state: int,
    here: Mapping[Needs, int],
    cuts: list[tuple[tuple[int, ...], int]],
) -> int:
    ending = chances.space.plot.endings.get(chances.space.places[state])
    if ending is None or ending.failed:
        return 0
    final = [sum(ending.points[each] for each in criteria) * chances.scale for criteria, _ in cuts]
    return sum(
        weight
        for needs, weight in here.items()
        if all(need <= points for need, points in zip(needs, final, strict=True))
    )
