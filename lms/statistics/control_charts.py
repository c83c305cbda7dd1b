"""Control charts: tells a change of a process from its ordinary ups and downs (pure).

Limits stand on a baseline that somebody declared and are never redrawn on a signal: a chart takes
the frozen baseline (or target) as an argument. Formulas: Montgomery, Statistical Quality Control.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise
from math import inf, sqrt
from statistics import NormalDist, fmean

from lms.core.texts import N_, Message
from lms.statistics.figures import MINIMUM_N, Figure, known, too_few

XMR_MINIMUM_N = 8
XMR_FACTOR = 2.66
"""Three standard deviations in mean moving ranges of two values: 3 / 1.128, as tabulated."""

NO_VARIATION = N_("The baseline does not vary, so that limits cannot be set.")


class Rule(StrEnum):
    """What makes a point a signal; all but the first are options."""

    BEYOND_LIMITS = "beyond-limits"
    TWO_OF_THREE = "two-of-three"
    EIGHT_ON_ONE_SIDE = "eight-on-one-side"

    @property
    def false_alarm_rate(self) -> float:
        """The chance that a normal process in control raises this signal at a given point."""
        return FALSE_ALARM_RATES[self]

    @property
    def label(self) -> Message:
        """The rule in words."""
        return Message(RULE_LABELS[self])


_BEYOND_TWO = 1 - NormalDist().cdf(2)

FALSE_ALARM_RATES = {
    Rule.BEYOND_LIMITS: 2 * (1 - NormalDist().cdf(3)),
    # On either side: this point is beyond, and not both of the two before are within.
    Rule.TWO_OF_THREE: 2 * _BEYOND_TWO * (1 - (1 - _BEYOND_TWO) ** 2),
    Rule.EIGHT_ON_ONE_SIDE: 2 * 0.5**8,
}

RULE_LABELS = {
    Rule.BEYOND_LIMITS: N_("Beyond the limits"),
    Rule.TWO_OF_THREE: N_("Two of three points beyond two standard deviations on one side"),
    Rule.EIGHT_ON_ONE_SIDE: N_("Eight points in a row on one side of the centre"),
}


@dataclass(frozen=True, slots=True)
class Sample:
    """One period of a process: ``passed`` of ``n``."""

    passed: int
    n: int

    def __post_init__(self) -> None:
        if not 0 <= self.passed <= self.n:
            raise ValueError(f"{self.passed} passed of {self.n}")


@dataclass(frozen=True, slots=True)
class Point:
    """A point of a chart: its value, the ``n`` behind it, its limits and what it signals.

    A period without data has neither value nor limits. ``drawn_lower`` and ``drawn_upper`` are
    the limits cut to what is possible, for drawing only.
    """

    value: float | None
    n: int
    lower: float | None = None
    upper: float | None = None
    drawn_lower: float | None = None
    drawn_upper: float | None = None
    signals: tuple[Rule, ...] = ()


@dataclass(frozen=True, slots=True)
class Chart:
    """The points in order of time around ``centre``; a ``reason`` when there are no limits."""

    centre: Figure
    points: tuple[Point, ...]
    reason: Message | None = None

    @property
    def signals(self) -> tuple[int, ...]:
        """The positions, counted from 0, of the points that signal."""
        return tuple(place for place, point in enumerate(self.points) if point.signals)


@dataclass(frozen=True, slots=True)
class XmrBaseline:
    """The frozen baseline of an XmR chart; n is the number of values."""

    mean: Figure
    mean_moving_range: Figure


def p_baseline(samples: Iterable[Sample], *, minimum_n: int = MINIMUM_N) -> Figure:
    """The share p̄ = Σx / Σn of a baseline, to be frozen; its n is Σn."""
    listed = list(samples)
    n = sum(sample.n for sample in listed)
    passed = sum(sample.passed for sample in listed)
    return too_few(n, minimum_n) or known(n, passed / n)


def p_chart(samples: Iterable[Sample], baseline: Figure, *, rules: Collection[Rule] = ()) -> Chart:
    """Shares against p̄ ± 3 sqrt(p̄(1-p̄)/nᵢ), with limits for each point's own n."""
    readings = [
        _Reading(sample.passed / sample.n, sample.n, _share_sd(baseline.value, sample.n))
        if sample.n
        else _NO_READING
        for sample in samples
    ]
    return _chart(baseline, readings, rules=rules, span=_SHARES)


def ewma_chart(
    samples: Sequence[Sample], target: float, *, smoothing: float = 0.2, width: float = 3
) -> Chart:
    """The exponentially weighted moving average of shares, for small lasting shifts.

    z₀ = target, zᵢ = λ pᵢ + (1-λ) zᵢ₋₁ with λ = ``smoothing``; limits target ± ``width`` · sd(zᵢ),
    var zᵢ = λ² target(1-target)/nᵢ + (1-λ)² var zᵢ₋₁. A period without data leaves z as it is.
    Neighbouring points depend on each other, so that run rules do not apply.
    ValueError unless 0 <= target <= 1 and 0 < smoothing <= 1.
    """
    if not (0 <= target <= 1 and 0 < smoothing <= 1):
        raise ValueError(f"target {target} or smoothing {smoothing} is out of range")
    z, variance = target, 0.0
    readings = []
    for sample in samples:
        if not sample.n:
            readings.append(_NO_READING)
            continue
        z = smoothing * sample.passed / sample.n + (1 - smoothing) * z
        own_variance = _share_sd(target, sample.n) ** 2
        variance = smoothing**2 * own_variance + (1 - smoothing) ** 2 * variance
        readings.append(_Reading(z, sample.n, sqrt(variance)))
    centre = known(sum(sample.n for sample in samples), target)
    return _chart(centre, readings, width=width, span=_SHARES)


def xmr_baseline(values: Sequence[float], *, minimum_n: int = XMR_MINIMUM_N) -> XmrBaseline:
    """The mean and the mean moving range of a baseline, to be frozen.

    The moving range is the distance between neighbouring values.
    """
    n = len(values)
    if few := too_few(n, minimum_n, least=2):
        return XmrBaseline(few, few)
    ranges = [abs(later - earlier) for earlier, later in pairwise(values)]
    return XmrBaseline(known(n, fmean(values)), known(n, fmean(ranges)))


def xmr_chart(
    values: Iterable[float], baseline: XmrBaseline, *, rules: Collection[Rule] = ()
) -> Chart:
    """Single values against mean ± 2.66 mean moving ranges of the baseline."""
    sd = XMR_FACTOR * (baseline.mean_moving_range.value or 0) / 3
    return _chart(baseline.mean, [_Reading(value, 1, sd) for value in values], rules=rules)


@dataclass(frozen=True, slots=True)
class _Reading:
    """A value with the standard deviation expected of it; no value for a period without data."""

    value: float | None
    n: int
    sd: float


_NO_READING = _Reading(None, 0, 0)
_SHARES = (0.0, 1.0)
_UNBOUNDED = (-inf, inf)
_ROUNDING = 1e-9
"""In standard deviations: a value on its limit is not beyond it, however the floats fall."""


def _share_sd(share: float | None, n: int) -> float:
    return sqrt(share * (1 - share) / n) if share is not None else 0


def _chart(
    centre: Figure,
    readings: Sequence[_Reading],
    *,
    rules: Collection[Rule] = (),
    width: float = 3,
    span: tuple[float, float] = _UNBOUNDED,
) -> Chart:
    if centre.value is None:
        return _without_limits(centre, readings, centre.reason)
    if any(reading.value is not None and not reading.sd for reading in readings):
        return _without_limits(centre, readings, Message(NO_VARIATION))
    deviations = [
        (reading.value - centre.value) / reading.sd if reading.value is not None else None
        for reading in readings
    ]
    signals = _signals(deviations, rules, width)
    return Chart(
        centre,
        tuple(
            _point(reading, centre.value, width, span, raised)
            for reading, raised in zip(readings, signals, strict=True)
        ),
    )


def _without_limits(centre: Figure, readings: Iterable[_Reading], reason: Message | None) -> Chart:
    return Chart(centre, tuple(Point(reading.value, reading.n) for reading in readings), reason)


def _point(
    reading: _Reading,
    centre: float,
    width: float,
    span: tuple[float, float],
    signals: tuple[Rule, ...],
) -> Point:
    if reading.value is None:
        return Point(None, reading.n)
    lower, upper = centre - width * reading.sd, centre + width * reading.sd
    return Point(
        value=reading.value,
        n=reading.n,
        lower=lower,
        upper=upper,
        drawn_lower=max(lower, span[0]),
        drawn_upper=min(upper, span[1]),
        signals=signals,
    )


def _signals(
    deviations: Sequence[float | None], rules: Collection[Rule], width: float
) -> list[tuple[Rule, ...]]:
    """What each point raises; deviations are in standard deviations, None for no data.

    Periods without data are passed over: the points around them are neighbours.
    """
    signals: list[tuple[Rule, ...]] = []
    seen: list[float] = []
    for deviation in deviations:
        if deviation is None:
            signals.append(())
            continue
        seen.append(deviation)
        raised = {
            Rule.BEYOND_LIMITS: abs(deviation) > width + _ROUNDING,
            Rule.TWO_OF_THREE: Rule.TWO_OF_THREE in rules and _two_of_three(seen[-3:]),
            Rule.EIGHT_ON_ONE_SIDE: Rule.EIGHT_ON_ONE_SIDE in rules and _all_eight(seen[-8:]),
        }
        signals.append(tuple(rule for rule, is_raised in raised.items() if is_raised))
    return signals


def _two_of_three(last: Sequence[float]) -> bool:
    """Whether the newest point is beyond two sd and one of the two before is so on its side."""
    *before, newest = last
    side = 1 if newest > 0 else -1
    limit = 2 + _ROUNDING
    return side * newest > limit and any(side * deviation > limit for deviation in before)


def _all_eight(last: Sequence[float]) -> bool:
    """Whether there are eight points and all are on one side of the centre."""
    return len(last) == 8 and (min(last) > 0 or max(last) < 0)
