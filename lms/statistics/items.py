"""Item and test statistics: how hard, how telling and how reliable an exam's items are (pure).

Classical test theory as in Moodle's quiz statistics. Throughout, x is the mark on an item, t the
total of the attempt and r = t - x the rest; variances and covariances use n - 1. By default the
caller counts first attempts.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import sqrt

from lms.core.texts import N_
from lms.statistics.figures import MINIMUM_N, Figure, Number, known, too_few, unknown
from lms.statistics.item_sums import (
    Cells,
    ExamSummary,
    ItemSummary,
    ItemSums,
    MarkRow,
    Totals,
    TotalSums,
    summarise,
)

NO_SPREAD = N_("All marks on this item, or all totals without it, are the same.")
NO_SPREAD_OF_TOTALS = N_("All totals are the same.")
NEGATIVE_COVARIANCE = N_("Marks on this item fall as the totals rise, so it has no weight.")
NO_WEIGHT = N_("No item goes along with the totals.")
NO_COUNTS = N_("The counts of marks against totals are not kept for this item.")
ONE_ITEM = N_("Reliability needs at least two items.")
DIFFERENT_ATTEMPTS = N_("Not every attempt held every item, or the totals hold something else.")


@dataclass(frozen=True, slots=True)
class ItemFigures:
    """The figures of one item: shares as 0-1, SD in points, the rest in percent."""

    n: int
    facility: Figure
    sd: Figure
    discrimination: Figure
    efficiency: Figure
    effective_weight: Figure


@dataclass(frozen=True, slots=True)
class TotalFigures:
    """The figures of an exam's totals: points, but alpha and error ratio in percent."""

    n: int
    mean: Figure
    median: Figure
    sd: Figure
    skewness: Figure
    kurtosis: Figure
    alpha: Figure
    error_ratio: Figure
    sem: Figure


@dataclass(frozen=True, slots=True)
class ExamFigures:
    """The figures of every item, in the order given, and of the totals."""

    items: tuple[ItemFigures, ...]
    totals: TotalFigures


def analyse_marks(
    rows: Iterable[MarkRow], maxima: Sequence[Number], *, minimum_n: int = MINIMUM_N
) -> ExamFigures:
    """All figures from a matrix of marks, one row per attempt and one column per item."""
    return analyse(summarise(rows, maxima), minimum_n=minimum_n)


def analyse(exam: ExamSummary, *, minimum_n: int = MINIMUM_N) -> ExamFigures:
    """All figures of an exam from its summary."""
    weights = effective_weights([item.sums for item in exam.items], minimum_n=minimum_n)
    return ExamFigures(
        items=tuple(
            _item_figures(item, weight, minimum_n)
            for item, weight in zip(exam.items, weights, strict=True)
        ),
        totals=total_figures([item.sums for item in exam.items], exam.totals, minimum_n=minimum_n),
    )


def total_figures(items: Sequence[ItemSums], totals: Totals, *, minimum_n: int = MINIMUM_N) -> TotalFigures:
    """The figures of an exam's totals; ``items`` as for ``internal_consistency``, of which n, x and xx are needed."""
    sums = TotalSums.of(totals)
    n = sums.n
    sd = too_few(n, minimum_n, least=2) or known(n, sqrt(sums.variance))
    alpha = internal_consistency(items, sums, minimum_n=minimum_n)
    ratio = error_ratio(alpha)
    return TotalFigures(
        n=n,
        mean=too_few(n, minimum_n) or known(n, sums.mean),
        median=median(totals, minimum_n=minimum_n),
        sd=sd,
        skewness=skewness(sums, minimum_n=minimum_n),
        kurtosis=kurtosis(sums, minimum_n=minimum_n),
        alpha=alpha,
        error_ratio=ratio,
        sem=standard_error_of_measurement(ratio, sd),
    )


def facility(sums: ItemSums, maximum: Number, *, minimum_n: int = MINIMUM_N) -> Figure:
    """The mean mark as a share (0-1) of the maximum mark: mean(x) / maximum."""
    if few := too_few(sums.n, minimum_n):
        return few
    return known(sums.n, Fraction(sums.x) / sums.n / Fraction(maximum))


def item_sd(sums: ItemSums, *, minimum_n: int = MINIMUM_N) -> Figure:
    """The standard deviation of the marks, in points: sqrt(var x)."""
    if few := too_few(sums.n, minimum_n, least=2):
        return few
    return known(sums.n, sqrt(sums.variance))


def discrimination_index(sums: ItemSums, *, minimum_n: int = MINIMUM_N) -> Figure:
    """The correlation of mark and rest in percent: 100 cov(x,r) / sqrt(var x · var r)."""
    if few := too_few(sums.n, minimum_n, least=2):
        return few
    spread = sums.variance * sums.rest_variance
    if not spread:
        return unknown(sums.n, NO_SPREAD)
    return known(sums.n, 100 * float(sums.rest_covariance) / sqrt(spread))


def discriminative_efficiency(
    cells: Cells, sums: ItemSums | None = None, *, minimum_n: int = MINIMUM_N
) -> Figure:
    """The covariance of mark and rest in percent of the highest these marks allow.

    100 cov(x,r) / cov_max; cov_max is the covariance after sorting x and r each by itself. ``sums``
    are those of the cells, where they are known.
    """
    sums = sums or ItemSums.of(cells)
    if few := too_few(sums.n, minimum_n, least=2):
        return few
    highest = ItemSums.of(_sorted_cells(cells)).rest_covariance
    if not highest:
        return unknown(sums.n, NO_SPREAD)
    return known(sums.n, 100 * sums.rest_covariance / highest)


def effective_weights(
    items: Sequence[ItemSums], *, minimum_n: int = MINIMUM_N
) -> tuple[Figure, ...]:
    """Each item's share of the spread of totals: 100 sqrt(cov(x,t)) / Σ sqrt(cov(x_q,t)).

    An item with a negative covariance has none and stays out of the sum, as in Moodle.
    """
    covariances = [sums.total_covariance if sums.n > 1 else Fraction(0) for sums in items]
    roots = [sqrt(covariance) if covariance > 0 else 0.0 for covariance in covariances]
    return tuple(
        _effective_weight(sums.n, covariance, root, sum(roots), minimum_n)
        for sums, covariance, root in zip(items, covariances, roots, strict=True)
    )


def median(totals: Totals, *, minimum_n: int = MINIMUM_N) -> Figure:
    """The middle total, in points; between the two middle ones when n is even."""
    n = sum(totals.values())
    if few := too_few(n, minimum_n):
        return few
    low, high = (_nth_smallest(totals, position) for position in ((n - 1) // 2, n // 2))
    return known(n, (Fraction(low) + Fraction(high)) / 2)


def skewness(sums: TotalSums, *, minimum_n: int = MINIMUM_N) -> Figure:
    """The lean of the totals: k3 / k2**1.5 (k statistics, unbiased)."""
    n = sums.n
    if few := too_few(n, minimum_n, least=3):
        return few
    if not sums.variance:
        return unknown(n, NO_SPREAD_OF_TOTALS)
    k3 = n**2 * sums.central_moment(3) / ((n - 1) * (n - 2))
    return known(n, float(k3) / float(sums.variance) ** 1.5)


def kurtosis(sums: TotalSums, *, minimum_n: int = MINIMUM_N) -> Figure:
    """The weight of the tails of the totals, 0 for a normal one: k4 / k2**2 (unbiased)."""
    n = sums.n
    if few := too_few(n, minimum_n, least=4):
        return few
    if not sums.variance:
        return unknown(n, NO_SPREAD_OF_TOTALS)
    m2, m4 = sums.central_moment(2), sums.central_moment(4)
    k4 = n**2 * ((n + 1) * m4 - 3 * (n - 1) * m2**2) / ((n - 1) * (n - 2) * (n - 3))
    return known(n, k4 / sums.variance**2)


def internal_consistency(
    items: Sequence[ItemSums], totals: TotalSums, *, minimum_n: int = MINIMUM_N
) -> Figure:
    """Cronbach's alpha in percent: 100 p/(p-1) (1 - Σ var(x_q) / k2) for p items.

    Where papers are drawn, ``items`` are the slots: each has a mark in every attempt.
    """
    p, n = len(items), totals.n
    if few := too_few(n, minimum_n, least=3):
        return few
    if p < 2:
        return unknown(n, ONE_ITEM)
    if any(item.n != n for item in items):
        return unknown(n, DIFFERENT_ATTEMPTS)
    if not totals.variance:
        return unknown(n, NO_SPREAD_OF_TOTALS)
    item_variance = sum(item.variance for item in items)
    alpha = Fraction(100 * p, p - 1) * (1 - item_variance / totals.variance)
    # Above 100 is impossible for items that add up to the totals.
    return known(n, alpha) if alpha <= 100 else unknown(n, DIFFERENT_ATTEMPTS)


def error_ratio(alpha: Figure) -> Figure:
    """The share of the spread that is chance, in percent: 100 sqrt(1 - alpha/100)."""
    if alpha.value is None:
        return alpha
    return known(alpha.n, 100 * sqrt(1 - alpha.value / 100))


def standard_error_of_measurement(ratio: Figure, sd: Figure) -> Figure:
    """How far a total may be off by chance, in points: error ratio · SD / 100."""
    if ratio.value is None:
        return ratio
    if sd.value is None:
        return sd
    return known(sd.n, ratio.value * sd.value / 100)


def _item_figures(item: ItemSummary, weight: Figure, minimum_n: int) -> ItemFigures:
    return ItemFigures(
        n=item.sums.n,
        facility=facility(item.sums, item.maximum, minimum_n=minimum_n),
        sd=item_sd(item.sums, minimum_n=minimum_n),
        discrimination=discrimination_index(item.sums, minimum_n=minimum_n),
        efficiency=(
            unknown(item.sums.n, NO_COUNTS)
            if item.cells is None
            else discriminative_efficiency(item.cells, item.cell_sums, minimum_n=minimum_n)
        ),
        effective_weight=weight,
    )


def _effective_weight(
    n: int, covariance: Fraction, root: float, all_roots: float, minimum_n: int
) -> Figure:
    if few := too_few(n, minimum_n, least=2):
        return few
    if covariance < 0:
        return unknown(n, NEGATIVE_COVARIANCE)
    if not all_roots:
        return unknown(n, NO_WEIGHT)
    return known(n, 100 * root / all_roots)


def _sorted_cells(cells: Cells) -> Cells:
    """The cells after pairing the lowest marks with the lowest rests, and so upwards."""
    marks, rests = _runs(cells, 0), _runs(cells, 1)
    paired: dict[tuple[Number, Number], int] = {}
    mark, marks_left = next(marks, (0, 0))
    rest, rests_left = next(rests, (0, 0))
    while count := min(marks_left, rests_left):
        paired[mark, rest] = count
        marks_left -= count
        rests_left -= count
        if not marks_left:
            mark, marks_left = next(marks, (0, 0))
        if not rests_left:
            rest, rests_left = next(rests, (0, 0))
    return paired


def _runs(cells: Cells, side: int) -> Iterator[tuple[Number, int]]:
    """The marks (side 0) or rests (side 1) in rising order, each with how often it occurs."""
    counts: dict[Number, int] = {}
    for pair, count in cells.items():
        counts[pair[side]] = counts.get(pair[side], 0) + count
    return ((value, counts[value]) for value in sorted(counts) if counts[value])


def _nth_smallest(totals: Totals, position: int) -> Number:
    """The total at ``position``, counted from 0, when all are put in rising order."""
    seen = 0
    for total in sorted(totals):
        seen += totals[total]
        if seen > position:
            return total
    raise IndexError(position)
