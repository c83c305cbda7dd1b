"""Figures and intervals as the REST API says them."""

from typing import Any

from lms.core.api import Answer
from lms.reporting import views_words as say
from lms.statistics.figures import Figure
from lms.statistics.proportions import Proportion


class IntervalAnswer(Answer):
    """A 95 % Wilson interval, 0-1."""

    low: float
    high: float


class FigureAnswer(Answer):
    """A statistic with its n; the value is null exactly when the reason says why."""

    value: float | None
    n: int
    reason: str | None


def figures_json(of: Any, names: tuple[str, ...]) -> dict[str, Any]:
    return {name: figure_json(getattr(of, name)) for name in names}


def figure_json(figure: Figure) -> dict[str, Any]:
    return {"value": figure.value, "n": figure.n, "reason": say.say(figure.reason) or None}


def interval_json(of: Proportion) -> dict[str, Any] | None:
    """The interval of a share; None without data."""
    return None if of.low is None or of.high is None else {"low": of.low, "high": of.high}
