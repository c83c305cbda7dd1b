"""Item sums: the additive summaries of marks that item statistics are computed from (pure).

Marks are summed exactly (as fractions), so that a rebuilt summary equals a maintained one and
a spread of zero is recognised as zero.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any, Self

from lms.statistics.figures import Number

Cells = Mapping[tuple[Number, Number], int]
"""How many attempts had this (mark on the item, rest of the total)."""

Totals = Mapping[Number, int]
"""How many attempts had this total."""

MarkRow = Sequence[Number | None]
"""The marks of one attempt, one per item; None for an item that its paper did not hold."""


@dataclass(frozen=True, slots=True)
class ItemSums:
    """Sums over the ``n`` attempts at one item: mark x, total of the attempt t (x included).

    ``+`` joins the sums of two groups, ``-`` takes attempts out again (a regrade, a void).
    Variances and covariances use n - 1 and need n of at least 2.
    """

    n: int = 0
    x: Number = 0
    xx: Number = 0
    t: Number = 0
    tt: Number = 0
    xt: Number = 0

    @classmethod
    def of(cls, cells: Cells) -> Self:
        """The sums of the attempts counted in ``cells``; whole numbers stay whole, which is much faster."""
        # One pass by mark: there are few marks and tens of thousands of cells
        by_mark: dict[Number, list[Any]] = {}
        for (mark, rest), n in cells.items():
            r = rest if rest.__class__ is int else _exact(rest)
            sums = by_mark.get(mark)
            if sums is None:
                sums = by_mark[mark] = [0, 0, 0]
            nr = n * r
            sums[0] += n
            sums[1] += nr
            sums[2] += nr * r
        n = x = xx = t = tt = xt = 0
        for mark, (count, rests, squares) in by_mark.items():
            m = _exact(mark)
            totals = rests + count * m
            n, x, xx, t = n + count, x + count * m, xx + count * m * m, t + totals
            tt, xt = tt + squares + 2 * m * rests + count * m * m, xt + m * totals
        return cls(n, x, xx, t, tt, xt)

    @classmethod
    def of_marks(cls, marks: Mapping[Number, int]) -> Self:
        """The sums of the marks alone, for what needs no totals."""
        exact = [(_exact(x), n) for x, n in marks.items()]
        return cls(
            n=sum(n for _, n in exact), x=sum(n * x for x, n in exact), xx=sum(n * x * x for x, n in exact)
        )

    def in_units(self, parts: int) -> Self:
        """The same where marks were counted in so many parts of a point."""
        square = parts * parts
        return type(self)(
            self.n,
            Fraction(self.x) / parts,
            Fraction(self.xx) / square,
            Fraction(self.t) / parts,
            Fraction(self.tt) / square,
            Fraction(self.xt) / square,
        )

    def __add__(self, other: Self) -> Self:
        return self._combined(other, 1)

    def __sub__(self, other: Self) -> Self:
        return self._combined(other, -1)

    def _combined(self, other: Self, sign: int) -> Self:
        mine_and_theirs = (
            (Fraction(getattr(self, name)), sign * Fraction(getattr(other, name)))
            for name in ("x", "xx", "t", "tt", "xt")
        )
        return type(self)(self.n + sign * other.n, *map(sum, mine_and_theirs))

    @property
    def variance(self) -> Fraction:
        """Of the marks on the item, var(x)."""
        return _covariance(self.n, self.x, self.x, self.xx)

    @property
    def rest_variance(self) -> Fraction:
        """Of the rests, var(r) = var(t) - 2 cov(x,t) + var(x)."""
        total_variance = _covariance(self.n, self.t, self.t, self.tt)
        return total_variance - 2 * self.total_covariance + self.variance

    @property
    def total_covariance(self) -> Fraction:
        """Of mark and total, cov(x,t)."""
        return _covariance(self.n, self.x, self.t, self.xt)

    @property
    def rest_covariance(self) -> Fraction:
        """Of mark and rest, cov(x,r) = cov(x,t) - var(x)."""
        return self.total_covariance - self.variance


@dataclass(frozen=True, slots=True)
class TotalSums:
    """Power sums of the totals of ``n`` attempts: Σt, Σt², Σt³, Σt⁴."""

    n: int = 0
    t: Number = 0
    t2: Number = 0
    t3: Number = 0
    t4: Number = 0

    @classmethod
    def of(cls, totals: Totals) -> Self:
        """The power sums of the attempts counted in ``totals``."""
        exact = [(Fraction(total), n) for total, n in totals.items()]
        powers = (sum(n * total**power for total, n in exact) for power in (1, 2, 3, 4))
        return cls(sum(totals.values()), *powers)

    @property
    def mean(self) -> Fraction:
        """Of the totals; needs n of at least 1."""
        return Fraction(self.t) / self.n

    @property
    def variance(self) -> Fraction:
        """Of the totals with n - 1: the k2 of MEASURES; needs n of at least 2."""
        return _covariance(self.n, self.t, self.t, self.t2)

    def central_moment(self, order: int) -> Fraction:
        """The mean of (t - mean)**order for order 2, 3 or 4, with divisor n."""
        mean = self.mean
        a2, a3, a4 = (Fraction(power) / self.n for power in (self.t2, self.t3, self.t4))
        return {
            2: a2 - mean**2,
            3: a3 - 3 * mean * a2 + 2 * mean**3,
            4: a4 - 4 * mean * a3 + 6 * mean**2 * a2 - 3 * mean**4,
        }[order]


@dataclass(frozen=True, slots=True)
class ItemSummary:
    """What an analysis needs to know of one item.

    ``maximum`` is the highest possible mark, above 0. Without ``cells`` every measure but the
    discriminative efficiency, which needs the sorted marks, comes from the sums. ``cell_sums`` are
    the sums of the cells where those are counted in another unit than ``sums``.
    """

    maximum: Number
    sums: ItemSums
    cells: Cells | None = None
    cell_sums: ItemSums | None = None

    def __post_init__(self) -> None:
        if self.maximum <= 0:
            raise ValueError("an item's maximum mark is above 0")

    @classmethod
    def from_cells(cls, maximum: Number, cells: Cells) -> Self:
        """The summary with sums and cells that agree."""
        return cls(maximum, ItemSums.of(cells), cells)


@dataclass(frozen=True, slots=True)
class ExamSummary:
    """The summaries of all items of an exam and of its totals."""

    items: tuple[ItemSummary, ...]
    totals: Totals


def summarise(rows: Iterable[MarkRow], maxima: Sequence[Number]) -> ExamSummary:
    """Count a matrix of marks: one row per attempt, one column per item of ``maxima``.

    An unanswered item is a mark of 0; None means that the attempt was never shown the item.
    A row of another length is a ValueError.
    """
    cells: list[Counter[tuple[Number, Number]]] = [Counter() for _ in maxima]
    totals: Counter[Number] = Counter()
    for row in rows:
        marks = [mark if mark is None or isinstance(mark, int) else Fraction(mark) for mark in row]
        total = sum(mark for mark in marks if mark is not None)
        totals[total] += 1
        for column, mark in zip(cells, marks, strict=True):
            if mark is not None:
                column[mark, total - mark] += 1
    pairs = zip(maxima, cells, strict=True)
    return ExamSummary(tuple(ItemSummary.from_cells(*pair) for pair in pairs), totals)


def _exact(value: Number) -> int | Fraction:
    return value if isinstance(value, int) else Fraction(value)


def _covariance(n: int, a: Number, b: Number, ab: Number) -> Fraction:
    """From the sums Σa, Σb and Σab over n pairs, with divisor n - 1."""
    return (Fraction(ab) - Fraction(a) * Fraction(b) / n) / (n - 1)
