"""Proportions: a pass rate with its interval, and what it says about a target (pure)."""

from dataclasses import dataclass
from enum import StrEnum
from math import ceil, sqrt
from statistics import NormalDist

Z_95 = NormalDist().inv_cdf(0.975)


class Verdict(StrEnum):
    """What a proportion proves about a target."""

    MET = "met"
    NOT_MET = "not-met"
    NOT_PROVEN = "not-proven"
    NO_DATA = "no-data"


@dataclass(frozen=True, slots=True)
class Proportion:
    """``passed`` of ``n``, their rate (0-1) and its 95 % interval; all three None when n is 0."""

    n: int
    passed: int
    rate: float | None
    low: float | None
    high: float | None


def proportion(passed: int, n: int) -> Proportion:
    """The proportion with its Wilson score interval (Wilson 1927).

    There is no minimum n: a small group shows in a wide interval and a verdict not proven.
    ValueError unless 0 <= passed <= n.
    """
    if not 0 <= passed <= n:
        raise ValueError(f"{passed} passed of {n}")
    if n == 0:
        return Proportion(0, 0, None, None, None)
    rate = passed / n
    z2 = Z_95**2
    middle = (passed + z2 / 2) / (n + z2)
    half = Z_95 * sqrt(n * rate * (1 - rate) + z2 / 4) / (n + z2)
    # Rounding must not push an end past the rate, or below 0 or above 1.
    low = max(0.0, min(rate, middle - half)) if passed else 0.0
    high = min(1.0, max(rate, middle + half)) if passed < n else 1.0
    return Proportion(n, passed, rate, low, high)


def verdict(of: Proportion, target: float) -> Verdict:
    """Met when the whole interval reaches ``target`` (0-1), not met when none of it does.

    A target of 1 is never met by a sample; where everybody is counted, compare the rate itself.
    """
    _check_target(target)
    if of.low is None or of.high is None:
        return Verdict.NO_DATA
    if of.low >= target:
        return Verdict.MET
    if of.high < target:
        return Verdict.NOT_MET
    return Verdict.NOT_PROVEN


def n_to_prove(target: float) -> int | None:
    """The smallest n that meets ``target`` (0-1) when all pass; None for a target of 1.

    From the lower bound n / (n + z²) of a sample without failure.
    """
    _check_target(target)
    if target == 1:
        return None
    return max(1, ceil(Z_95**2 * target / (1 - target)))


def _check_target(target: float) -> None:
    if not 0 <= target <= 1:
        raise ValueError(f"a target is a share from 0 to 1, not {target}")
