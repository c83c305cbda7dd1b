"""Agreement: whether raters who mark the same work would have given the same marks (pure).

1 is full agreement, 0 what chance would give, below 0 worse than chance.
"""

from collections import Counter
from collections.abc import Hashable, Mapping, Sequence
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from itertools import permutations

from lms.core.texts import N_
from lms.statistics.figures import MINIMUM_N, Figure, Number, known, too_few, unknown

Rating = Number | str

ONE_CATEGORY = N_("All ratings are the same, so that agreement cannot be told from chance.")


class Level(StrEnum):
    """What the distance between two ratings means."""

    NOMINAL = "nominal"
    ORDINAL = "ordinal"
    INTERVAL = "interval"


def cross_table(
    first: Sequence[Hashable], second: Sequence[Hashable], categories: Sequence[Hashable]
) -> tuple[tuple[int, ...], ...]:
    """How often the first rater chose the row's and the second the column's category.

    ValueError when the raters did not rate equally many units.
    """
    counts = Counter(zip(first, second, strict=True))
    return tuple(tuple(counts[row, column] for column in categories) for row in categories)


def cohen_kappa(table: Sequence[Sequence[int]], *, minimum_n: int = MINIMUM_N) -> Figure:
    """Cohen's kappa of two raters from their square cross table (Cohen 1960).

    (p_observed - p_chance) / (1 - p_chance), the chance from the raters' own shares.
    n is the number of units. ValueError when the table is not square.
    """
    size = len(table)
    if any(len(row) != size for row in table):
        raise ValueError("a cross table of two raters is square")
    row_sums = [sum(row) for row in table]
    column_sums = [sum(column) for column in zip(*table, strict=True)]
    n = sum(row_sums)
    if few := too_few(n, minimum_n):
        return few
    observed = Fraction(sum(table[place][place] for place in range(size)), n)
    chance = Fraction(sum(map(int.__mul__, row_sums, column_sums)), n**2)
    if chance == 1:
        return unknown(n, ONE_CATEGORY)
    return known(n, (observed - chance) / (1 - chance))


def krippendorff_alpha(
    ratings: Sequence[Sequence[Rating | None]], level: Level, *, minimum_n: int = MINIMUM_N
) -> Figure:
    """Krippendorff's alpha of any number of raters, 1 - D_observed / D_expected (2011).

    ``ratings`` has one row per rater and one column per unit, None where a rater gave none.
    A unit with fewer than two ratings tells nothing; n is the number of the others. Ratings
    are numbers unless the level is nominal, else ValueError.
    """
    units = [_given(unit) for unit in zip(*ratings, strict=True)]
    pairable = [unit for unit in units if len(unit) >= 2]
    n = len(pairable)
    if few := too_few(n, minimum_n):
        return few
    coincidences = _coincidences(pairable)
    counts = Counter(rating for unit in pairable for rating in unit)
    distances = _distances(counts, level)
    expected = sum(counts[a] * counts[b] * distance for (a, b), distance in distances.items())
    if not expected:
        return unknown(n, ONE_CATEGORY)
    observed = sum(weight * distances.get(pair, 0) for pair, weight in coincidences.items())
    return known(n, 1 - (counts.total() - 1) * Fraction(observed) / Fraction(expected))


def _given(unit: Sequence[Rating | None]) -> list[Rating]:
    return [rating for rating in unit if rating is not None]


def _coincidences(units: Sequence[Sequence[Rating]]) -> Mapping[tuple[Rating, Rating], Fraction]:
    """How often two ratings met in one unit; each unit of m ratings weighs m in all."""
    met: dict[tuple[Rating, Rating], Fraction] = {}
    for unit in units:
        for pair in permutations(unit, 2):
            met[pair] = met.get(pair, Fraction(0)) + Fraction(1, len(unit) - 1)
    return met


def _distances(
    counts: Mapping[Rating, int], level: Level
) -> Mapping[tuple[Rating, Rating], Fraction]:
    """The squared distance of every two different ratings, in both orders."""
    if level is Level.NOMINAL:
        return {pair: Fraction(1) for pair in permutations(counts, 2)}
    positions = _positions(counts, level)
    return {(a, b): (positions[a] - positions[b]) ** 2 for a, b in permutations(counts, 2)}


def _positions(counts: Mapping[Rating, int], level: Level) -> Mapping[Rating, Fraction]:
    """Where each rating stands on a line: at its value, or at its mean rank when ordinal.

    The distance of mean ranks is the ordinal metric: all ratings between, plus half of both ends.
    """
    values = {rating: _number(rating) for rating in counts}
    if level is Level.INTERVAL:
        return values
    positions: dict[Rating, Fraction] = {}
    below = 0
    for rating in sorted(values, key=values.__getitem__):
        positions[rating] = below + Fraction(counts[rating], 2)
        below += counts[rating]
    return positions


def _number(rating: Rating) -> Fraction:
    if isinstance(rating, int | float | Decimal | Fraction):
        return Fraction(rating)
    raise ValueError(f"{rating!r} is not a number, so only its nominal agreement is defined")
