"""How the marks of one or several people become the points of an answer (pure; decision 0020)."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

from lms.core.second_marks import Waiting, marks_needed


class How(StrEnum):
    """What decided the points of an answer."""

    SINGLE = "single"
    MEAN = "mean"
    MEDIAN = "median"


@dataclass(frozen=True, slots=True)
class Rule:
    """How many people mark an answer, and how many points two of them may lie apart."""

    markers: int
    margin: Fraction


@dataclass(frozen=True, slots=True)
class Settled:
    """The share of the points that holds, and what decided it."""

    share: Fraction
    how: How


def settle(shares: Sequence[Fraction], max_points: Decimal, rule: Rule) -> Settled | Waiting:
    """What follows from the marks that are in, in the order they came.

    One marker decides alone. Of two, the mean holds when they lie within the margin; else a third marks, and the
    middle one of the three holds, so that no single mark, however far off, decides.
    """
    needed = marks_needed(
        shares, rule.markers, lambda one, other: abs(one - other) * Fraction(max_points) <= rule.margin
    )
    if len(shares) < needed:
        return Waiting(needed)
    if needed == 1:
        return Settled(shares[0], How.SINGLE)
    if needed == 2:
        return Settled((shares[0] + shares[1]) / 2, How.MEAN)
    return Settled(sorted(shares[:3])[1], How.MEDIAN)


def order_for(marker_id: int, essay_ids: Iterable[int]) -> list[int]:
    """The answers in an order of the marker's own: no two markers tire over the same ones, none sees who came first."""
    return sorted(essay_ids, key=lambda essay_id: hashlib.sha256(f"{marker_id}/{essay_id}".encode()).digest())
