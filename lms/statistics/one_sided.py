"""One-sided tests for flags: is a share below or above a bound, is one mean above another; many of them at once (pure).

Tails of the binomial distribution and of Student's t come from the regularised incomplete beta function, computed by its
continued fraction (Abramowitz and Stegun, Handbook of Mathematical Functions, 26.5.8). Where many things are tested at
once, Benjamini and Hochberg's procedure keeps the expected share of false discoveries under a bound (Journal of the
Royal Statistical Society B 57, 1995).
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import exp, lgamma, log, log1p, sqrt

FALSE_DISCOVERIES = 0.05
"""The share of false flags among those raised that is put up with."""

_STEPS, _EXACT, _TINY = 300, 1e-13, 1e-300


@dataclass(frozen=True, slots=True)
class Sample:
    """So many values by their sum and the sum of their squares."""

    n: int
    total: float
    squares: float

    @classmethod
    def of(cls, values: Sequence[float]) -> "Sample":
        return cls(len(values), sum(values), sum(value * value for value in values))

    @classmethod
    def joined(cls, samples: Iterable["Sample"]) -> "Sample":
        """All of them together."""
        n, total, squares = 0, 0.0, 0.0
        for one in samples:
            n, total, squares = n + one.n, total + one.total, squares + one.squares
        return cls(n, total, squares)

    @property
    def mean(self) -> float:
        return self.total / self.n

    @property
    def variance(self) -> float:
        """With n - 1; never below 0."""
        return max(self.squares - self.total * self.total / self.n, 0.0) / (self.n - 1)


def p_share_below(hits: int, n: int, bound: float) -> float:
    """P(at most ``hits`` of ``n``) if the true share were ``bound`` (0-1): small when the share lies below it."""
    if hits >= n:
        return 1.0
    return incomplete_beta(n - hits, hits + 1, 1 - bound)


def p_share_above(hits: int, n: int, bound: float) -> float:
    """P(at least ``hits`` of ``n``) if the true share were ``bound`` (0-1): small when the share lies above it."""
    if hits <= 0:
        return 1.0
    return incomplete_beta(hits, n - hits + 1, bound)


def p_mean_above(first: Sample, second: Sample) -> float | None:
    """How likely so much higher a mean of ``first`` is if it were no higher; None where the two cannot be compared.

    Welch's t with the degrees of freedom of Satterthwaite: the groups may differ in spread and size.
    """
    if first.n < 2 or second.n < 2:
        return None
    one, two = first.variance / first.n, second.variance / second.n
    if not one + two:
        return None
    t = (first.mean - second.mean) / sqrt(one + two)
    freedom = (one + two) ** 2 / (one**2 / (first.n - 1) + two**2 / (second.n - 1))
    tail = incomplete_beta(freedom / 2, 0.5, freedom / (freedom + t * t)) / 2
    return tail if t > 0 else 1 - tail


def discoveries(
    chances: Sequence[float], share: float = FALSE_DISCOVERIES, weights: Sequence[float] | None = None
) -> list[bool]:
    """Which of these tests (by their p) are discoveries, of which at most ``share`` are expected to be false.

    ``weights`` say beforehand where a discovery is likelier; they must not come from what is tested. Each p is divided by
    its weight, whose mean is made 1 (Genovese, Roeder and Wasserman, Biometrika 93, 2006).
    """
    n = len(chances)
    if weights is not None and any(weights):
        mean = sum(weights) / n
        chances = [p * mean / weight if weight else 1.0 for p, weight in zip(chances, weights, strict=True)]
    order = sorted(range(n), key=chances.__getitem__)
    last = max((rank for rank, index in enumerate(order, 1) if chances[index] <= share * rank / n), default=0)
    found = set(order[:last])
    return [index in found for index in range(n)]


def incomplete_beta(a: float, b: float, x: float) -> float:
    """The regularised incomplete beta function I_x(a, b) for positive a and b and x from 0 to 1."""
    if x <= 0:
        return 0.0
    if x >= 1:
        return 1.0
    front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x))
    if x < (a + 1) / (a + b + 2):
        return front * _fraction(a, b, x) / a
    return 1 - front * _fraction(b, a, 1 - x) / b


def _fraction(a: float, b: float, x: float) -> float:
    """The continued fraction, evaluated from the front after Lentz."""
    c, d = 1.0, _away(1 - (a + b) * x / (a + 1))
    value = d
    for m in range(1, _STEPS):
        for step in (
            m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m)),
            -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1)),
        ):
            d = _away(1 + step * d)
            c = 1 + step / c or _TINY
            value *= c * d
        if abs(c * d - 1) < _EXACT:
            break
    return value


def _away(number: float) -> float:
    """1 / number, kept away from dividing by 0."""
    return 1 / (number or _TINY)
