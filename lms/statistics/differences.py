"""Differential item functioning: is an item harder in one language for people who are equally able (pure).

Mantel and Haenszel compare right and wrong in two groups within strata of equal totals; the common odds ratio becomes
the delta of the Educational Testing Service, MH D-DIF = -2.35 ln(odds ratio), with its classes A, B and C (Dorans and
Holland, 1993). The error of ln(odds ratio) is that of Robins, Breslow and Greenland (1986), right for thin strata too.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from math import exp, log, sqrt
from typing import Any, NamedTuple

from lms.core.texts import N_, Message

LEAST_IN_A_GROUP = 50
"""Fewer people in either language tell nothing: the interval would hold everything."""

DELTA_OF_LOG_ODDS = -2.35
SLIGHT, LARGE = 1.0, 1.5
TWO_SIDED, ONE_SIDED = 1.959964, 1.644854

TOO_FEW_IN_GROUP = N_("Not enough data: %(reference)s and %(focal)s people, at least %(needed)s in each language.")
NOT_COMPARABLE = N_("People with equal totals in both languages are missing, or all of them answered alike.")


class Class(StrEnum):
    """How much an item differs; ``UNCLEAR`` where the data bear neither "little" nor "much"."""

    LITTLE = "A"
    SOME = "B"
    MUCH = "C"
    UNCLEAR = "?"


class Stratum(NamedTuple):
    """People of equal totals: right and wrong in the reference group, right and wrong in the focal group."""

    right: int
    wrong: int
    focal_right: int
    focal_wrong: int


@dataclass(frozen=True, slots=True)
class Difference:
    """Delta (negative: harder for the focal group) with its 95 % interval and class; None with a reason.

    ``reference`` and ``focal`` are the numbers of people.
    """

    reference: int
    focal: int
    odds_ratio: float | None = None
    delta: float | None = None
    low: float | None = None
    high: float | None = None
    letter: Class | None = None
    reason: Message | None = None


def difference(strata: Iterable[Stratum], *, least: int = LEAST_IN_A_GROUP) -> Difference:
    """The common difference over all strata."""
    strata = list(strata)
    reference = sum(one.right + one.wrong for one in strata)
    focal = sum(one.focal_right + one.focal_wrong for one in strata)
    if min(reference, focal) < least:
        values = {"reference": reference, "focal": focal, "needed": least}
        return Difference(reference, focal, reason=Message(TOO_FEW_IN_GROUP, values))
    both = [one for one in strata if one.right + one.wrong and one.focal_right + one.focal_wrong]
    odds = log_odds_ratio(both)
    if odds is None:
        return Difference(reference, focal, reason=Message(NOT_COMPARABLE))
    value, error = odds
    delta, spread = DELTA_OF_LOG_ODDS * value, abs(DELTA_OF_LOG_ODDS) * error
    low, high = delta - TWO_SIDED * spread, delta + TWO_SIDED * spread
    return Difference(reference, focal, exp(value), delta, low, high, letter(delta, spread))


def log_odds_ratio(strata: Iterable[Stratum]) -> tuple[float, float] | None:
    """ln of the common odds ratio Σ(AD/T) / Σ(BC/T), and its standard error; None where one of the sums is 0."""
    r = s = pr = psqr = qs = 0.0
    for a, b, c, d in strata:
        t = a + b + c + d
        p, q, ad, bc = (a + d) / t, (b + c) / t, a * d / t, b * c / t
        r, s, pr, psqr, qs = r + ad, s + bc, pr + p * ad, psqr + p * bc + q * ad, qs + q * bc
    if not r or not s:
        return None
    variance = pr / (2 * r * r) + psqr / (2 * r * s) + qs / (2 * s * s)
    return log(r / s), sqrt(variance)


def letter(delta: float, error: float) -> Class:
    """C: at least 1.5 and surely above 1. B: at least 1 and surely not 0. A: little; else nothing can be told.

    The classes of the Educational Testing Service call A whatever is not significant, even of a handful of people.
    Here A needs an interval that keeps out a large difference.
    """
    size = abs(delta)
    if size >= LARGE and size - ONE_SIDED * error > SLIGHT:
        return Class.MUCH
    if size >= SLIGHT and size - TWO_SIDED * error > 0:
        return Class.SOME
    return Class.LITTLE if size + TWO_SIDED * error < LARGE else Class.UNCLEAR


WholeCells = Mapping[Any, int]
"""Cells (see item_sums) whose marks and rests are whole numbers."""


def strata_of(reference: WholeCells, focal: WholeCells, most: int, step: int) -> list[Stratum]:
    """Strata of totals, ``step`` wide, from the marks of both groups; right is whoever has the full ``most``.

    With items of one point, and a step of one point, every total is a stratum.
    """
    right, wrong = _by_stratum(reference, most, step)
    focal_right, focal_wrong = _by_stratum(focal, most, step)
    return [
        Stratum(right.get(each, 0), wrong.get(each, 0), focal_right.get(each, 0), focal_wrong.get(each, 0))
        for each in sorted({*right, *wrong, *focal_right, *focal_wrong})
    ]


def _by_stratum(cells: WholeCells, most: int, step: int) -> tuple[Mapping[int, int], Mapping[int, int]]:
    right: dict[int, int] = {}
    wrong: dict[int, int] = {}
    for (points, rest), n in cells.items():
        counts = right if points >= most else wrong
        stratum = (points + rest) // step
        counts[stratum] = counts.get(stratum, 0) + n
    return right, wrong
