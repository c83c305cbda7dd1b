"""Decision consistency: would people who sat an exam twice get the same verdict (pure).

After Livingston and Lewis, "Estimating the consistency and accuracy of classifications based on test scores", Journal
of Educational Measurement 32 (1995): the exam is thought of as so many equal right-or-wrong items (its effective
length) that mean, spread and reliability come out as observed. True scores are spread by a beta distribution; two
sittings are two binomials with the same true score. The beta has two parameters, from 0 to 1, as in Huynh's method
(same journal, 13, 1976): the four parameters of 1995 need third and fourth moments, which small numbers do not tell.
"""

from dataclasses import dataclass
from itertools import pairwise
from math import ceil, comb, exp, lgamma, log

from lms.core.texts import N_
from lms.statistics.figures import MINIMUM_N, Figure, Number, known, too_few, unknown
from lms.statistics.item_sums import Totals, TotalSums
from lms.statistics.items import NO_SPREAD_OF_TOTALS

NOT_RELIABLE = N_("The questions do not go together (alpha is not above 0), so no second verdict can be told from the first.")
NO_ERROR = N_("Reliability is complete, so no second verdict would differ.")
LONGEST = 150
"""An effective length above this is taken for this: more would change nothing that can be read."""


@dataclass(frozen=True, slots=True)
class Verdicts:
    """Shares (0-1) of people: ``passing`` the cut as observed, the ``same`` verdict twice, the same ``by_chance``.

    ``kappa`` is what of the agreement is not chance: (same - by_chance) / (1 - by_chance).
    """

    passing: float
    same: Figure
    by_chance: float
    kappa: float
    effective_length: float


def decision_consistency(
    totals: Totals, maximum: Number, cut: float, alpha: Figure, *, minimum_n: int = MINIMUM_N
) -> Verdicts:
    """How consistent pass and fail are at ``cut`` (a share of ``maximum``); ``alpha`` in percent, with its n.

    ``same`` has no value where alpha has none or is not above 0; then the shares of chance are 0.
    """
    sums = TotalSums.of(totals)
    n = sums.n
    passing = sum(count for total, count in totals.items() if float(total) >= cut * float(maximum) - 1e-9)
    share = passing / n if n else 0.0
    reason = too_few(n, minimum_n, least=3) or _without(alpha, sums)
    if reason is not None or alpha.value is None:
        return Verdicts(share, reason or alpha, 0.0, 0.0, 0.0)
    mean = float(sums.mean) / float(maximum)
    variance = float(sums.variance) / float(maximum) ** 2
    reliability = alpha.value / 100
    length = effective_length(mean, variance, reliability)
    a, b = true_scores(mean, variance * reliability)
    items = min(max(round(length), 1), LONGEST)
    same, by_chance = _at_share(items, a, b, share, cut)
    kappa = (same - by_chance) / (1 - by_chance) if by_chance < 1 else 0.0
    return Verdicts(share, known(n, same), by_chance, kappa, length)


def _without(alpha: Figure, sums: TotalSums) -> Figure | None:
    """The reason why nothing can be told, if there is one."""
    if alpha.value is None:
        return alpha
    if not sums.variance:
        return unknown(sums.n, NO_SPREAD_OF_TOTALS)
    if alpha.value <= 0:
        return unknown(sums.n, NOT_RELIABLE)
    return unknown(sums.n, NO_ERROR) if alpha.value >= 100 else None


def effective_length(mean: float, variance: float, reliability: float) -> float:
    """The number of equal items that would give these shares: (mean (1 - mean) - r var) / (var (1 - r))."""
    return (mean * (1 - mean) - reliability * variance) / (variance * (1 - reliability))


def true_scores(mean: float, variance: float) -> tuple[float, float]:
    """The parameters a and b of the beta distribution with this mean and variance."""
    weight = mean * (1 - mean) / variance - 1
    return mean * weight, (1 - mean) * weight


def same_verdict(items: int, cut: int, a: float, b: float) -> tuple[float, float]:
    """(the share with the same verdict twice, the share that passes once): ``cut`` right of ``items`` pass.

    P(x, y) = C(n,x) C(n,y) B(a + x + y, b + 2n - x - y) / B(a, b): it depends on x + y but for the two binomials.
    """
    binomials = [comb(items, x) for x in range(items + 1)]
    ways_of_passing, ways_of_failing = [0] * (2 * items + 1), [0] * (2 * items + 1)
    for x in range(items + 1):
        for y in range(items + 1):
            if x >= cut and y >= cut:
                ways_of_passing[x + y] += binomials[x] * binomials[y]
            elif x < cut and y < cut:
                ways_of_failing[x + y] += binomials[x] * binomials[y]
    both = sum(_weighed(ways, right, 2 * items, a, b) for right, ways in enumerate(ways_of_passing) if ways)
    neither = sum(_weighed(ways, right, 2 * items, a, b) for right, ways in enumerate(ways_of_failing) if ways)
    passing = sum(_weighed(binomials[x], x, items, a, b) for x in range(cut, items + 1))
    return min(both + neither, 1.0), min(passing, 1.0)


def _weighed(ways: int, right: int, items: int, a: float, b: float) -> float:
    """So many ways of having ``right`` of ``items``, with their probability under the beta distribution."""
    return exp(log(ways) + _log_beta(a + right, b + items - right) - _log_beta(a, b))


def _log_beta(a: float, b: float) -> float:
    return lgamma(a) + lgamma(b) - lgamma(a + b)


def _at_share(items: int, a: float, b: float, share: float, cut: float) -> tuple[float, float]:
    """Agreement, and that of chance, where the model passes the share that really passed.

    A cut of 80 % lies between two whole numbers of equal items: the agreement is taken between the two cuts whose pass
    rates enclose the real one. Where none do, and where everybody or nobody passed (which says little of the next
    time), from the cut itself.
    """
    strict = min(ceil(cut * items - 1e-9), items)
    if 0 < share < 1:
        places = range(max(strict - NEAR, 0), min(strict + NEAR, items) + 1)
        for lower, higher in pairwise(same_verdict(items, place, a, b) for place in places):
            if higher[1] <= share <= lower[1]:
                part = (share - higher[1]) / (lower[1] - higher[1]) if lower[1] > higher[1] else 0.0
                return higher[0] + part * (lower[0] - higher[0]), share**2 + (1 - share) ** 2
    same, passing = same_verdict(items, strict, a, b)
    return same, passing**2 + (1 - passing) ** 2


NEAR = 3
"""The cut that passes the real share is sought so many items around the nominal one."""
