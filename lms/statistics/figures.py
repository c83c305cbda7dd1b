"""Figures: a statistic with the n behind it, or the reason why there is none (pure)."""

from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from lms.core.texts import N_, Message

MINIMUM_N = 10
"""Observations under which a figure is withheld unless the caller says otherwise."""

Number = int | float | Decimal | Fraction

TOO_FEW = N_("Not enough data: %(n)s of at least %(needed)s.")


@dataclass(frozen=True, slots=True)
class Figure:
    """A statistic and its ``n``; ``value`` is None exactly when ``reason`` says why."""

    value: float | None
    n: int
    reason: Message | None = None

    def __post_init__(self) -> None:
        if (self.value is None) == (self.reason is None):
            raise ValueError("a figure has either a value or a reason")


def known(n: int, value: Number) -> Figure:
    """The figure ``value`` from ``n`` observations."""
    return Figure(float(value), n)


def unknown(n: int, reason: str) -> Figure:
    """No figure from ``n`` observations; ``reason`` is a marked template without places."""
    return Figure(None, n, Message(reason))


def too_few(n: int, minimum_n: int, least: int = 1) -> Figure | None:
    """The empty figure when ``n`` is under ``minimum_n`` or under ``least``, else None.

    ``least`` is what the formula itself needs, whatever minimum the caller asks for.
    """
    needed = max(minimum_n, least)
    if n >= needed:
        return None
    return Figure(None, n, Message(TOO_FEW, {"n": n, "needed": needed}))
