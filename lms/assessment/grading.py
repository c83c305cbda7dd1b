"""From shares to scores: points, section cuts, percent, passed; and which attempt counts (pure).

Everything is exact inside (fractions), so that a cut is compared with the unrounded percentage.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Literal

MILLIONTH = Decimal("0.000001")
_LARGEST_DENOMINATOR = 10**6
_SMALL_DENOMINATOR = 10**3

Counts = Literal["best", "first", "last", "mean"]


@dataclass(frozen=True, slots=True)
class Mark:
    """What one slot earned: ``share`` of ``max_points``, from 0 to 1; ``points`` are never above ``max_points``."""

    slot: int
    section: int
    share: Fraction
    max_points: Fraction
    points: Fraction = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "points", self.share * self.max_points)


@dataclass(frozen=True, slots=True)
class Total:
    """Points out of points; ``percent`` from 0 to 100, unrounded; ``passed`` against the cut, if there is one."""

    score: Fraction
    max_score: Fraction
    cut: Fraction | None

    @property
    def percent(self) -> Fraction:
        return self.score * 100 / self.max_score if self.max_score else Fraction(0)

    @property
    def passed(self) -> bool:
        return self.cut is None or self.percent >= self.cut


@dataclass(frozen=True, slots=True)
class Result:
    """An attempt's totals; it passes when its own cut and that of every section hold."""

    total: Total
    sections: tuple[Total, ...]

    @property
    def passed(self) -> bool:
        return self.total.passed and all(section.passed for section in self.sections)


def exact(share: Decimal) -> Fraction:
    """The share as the fraction it stands for: a third that was cut to 28 digits is a third again; within 0 and 1."""
    fraction = Fraction(share).limit_denominator(_LARGEST_DENOMINATOR)
    return min(max(fraction, Fraction(0)), Fraction(1))


def recovered(share: Decimal) -> Fraction:
    """A share kept to six places as the fraction it stands for, so that totals from kept grades are what they were.

    Two fractions with denominators up to a thousand never share six places; what is none of them stands as kept.
    """
    likely = Fraction(share).limit_denominator(_SMALL_DENOMINATOR)
    return likely if rounded(likely) == share.quantize(MILLIONTH) else Fraction(share)


def mark(slot: int, section: int, share: Decimal, max_points: Decimal) -> Mark:
    """The mark of one slot from what its item's scoring said."""
    return Mark(slot, section, exact(share), Fraction(max_points))


def result(marks: Sequence[Mark], *, cut: Decimal, section_cuts: Sequence[Decimal | None]) -> Result:
    """Totals of an attempt and of each of its sections, in the order of the plan."""
    sections = tuple(
        _total([each for each in marks if each.section == index], section_cut)
        for index, section_cut in enumerate(section_cuts)
    )
    return Result(_total(marks, cut), sections)


def _total(marks: Sequence[Mark], cut: Decimal | None) -> Total:
    score, max_score = exact_sum(each.points for each in marks), exact_sum(each.max_points for each in marks)
    return Total(score, max_score, None if cut is None else Fraction(cut))


def exact_sum(parts: Iterable[Fraction]) -> Fraction:
    """Their exact sum; those with the same denominator are counted as whole numbers, which is fast."""
    numerators: dict[int, int] = {}
    for part in parts:
        numerator, denominator = part.as_integer_ratio()
        numerators[denominator] = numerators.get(denominator, 0) + numerator
    return sum((Fraction(numerator, denominator) for denominator, numerator in numerators.items()), Fraction(0))


def rounded(value: Fraction) -> Decimal:
    """To six places, as the database keeps it."""
    return (Decimal(value.numerator) / Decimal(value.denominator)).quantize(MILLIONTH)


def counted(percents: Sequence[Decimal], counts: Counts) -> Decimal | None:
    """The percentage that counts among finished attempts in the order they were begun; none for none."""
    if not percents:
        return None
    match counts:
        case "best":
            return max(percents)
        case "first":
            return percents[0]
        case "last":
            return percents[-1]
        case "mean":
            return rounded(sum((Fraction(percent) for percent in percents), Fraction(0)) / len(percents))


def passes(percents_and_passes: Sequence[tuple[Decimal, bool]], counts: Counts, cut: Decimal) -> bool:
    """Whether what counts passes: the chosen attempt's own verdict; for the mean, the mean against the cut."""
    if not percents_and_passes:
        return False
    match counts:
        case "best":
            return any(passed for _, passed in percents_and_passes)
        case "first":
            return percents_and_passes[0][1]
        case "last":
            return percents_and_passes[-1][1]
        case "mean":
            percents = [Fraction(percent) for percent, _ in percents_and_passes]
            return sum(percents, Fraction(0)) / len(percents) >= Fraction(cut)
