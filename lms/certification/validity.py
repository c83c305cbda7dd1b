"""How long a certificate holds and in which state it is on a day (MEASURES.md 6; pure).

Months are counted from an anchor day (31 January + 1 month = 28 February, + 2 months = 31 March), never from a day
that a shorter month has cut, so that a chain of renewals does not drift.
"""

import calendar
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class DateRule(StrEnum):
    """What the validity is counted from."""

    COMPLETION = "completion"
    EXPIRY = "expiry"
    FIXED = "fixed"


class State(StrEnum):
    """What a certificate is worth on a day."""

    VALID = "valid"
    EXPIRED = "expired"
    REVOKED = "revoked"


class Phase(StrEnum):
    """Where somebody stands with a certification."""

    FIRST = "first"  # never held, or taken away since
    HELD = "held"  # holds; too early to renew
    WINDOW = "window"  # holds; may renew now, by the shorter way if there is one
    LAPSED = "lapsed"  # ran out: the whole way again


def add_months(anchor: date, months: int) -> date:
    """The same day of the month that many months later (or earlier), or the last day of a shorter month."""
    year, month = divmod(anchor.year * 12 + anchor.month - 1 + months, 12)
    return date(year, month + 1, min(anchor.day, calendar.monthrange(year, month + 1)[1]))


@dataclass(frozen=True, slots=True)
class CountedDay:
    """A day that is so many months from an anchor day; adding months never drifts."""

    anchor: date
    months: int = 0

    @classmethod
    def between(cls, anchor: date, day: date) -> "CountedDay":
        """``day`` counted from ``anchor``; from itself when it is no whole number of months away."""
        months = (day.year - anchor.year) * 12 + day.month - anchor.month
        counted = cls(anchor, months)
        return counted if counted.on == day else cls(day)

    @property
    def on(self) -> date:
        return add_months(self.anchor, self.months)

    def plus(self, months: int) -> "CountedDay":
        return CountedDay(self.anchor, self.months + months)


@dataclass(frozen=True, slots=True)
class Terms:
    """What a certification says about dates, in months."""

    rule: DateRule
    validity_months: int
    window_months: int
    minimum_active_months: int


@dataclass(frozen=True, slots=True)
class Held:
    """The certificate that a renewal follows. ``window_opens_on`` None: computed from the terms."""

    expires: CountedDay
    window_opens_on: date | None = None


@dataclass(frozen=True, slots=True)
class Validity:
    """The days of a certificate; it holds through ``expires_on``, and ``anchor_on`` is what months are counted from."""

    base_on: date
    expires_on: date
    window_opens_on: date
    anchor_on: date


def validity(terms: Terms, completed_on: date, *, held: Held | None = None, due_on: date | None = None) -> Validity:
    """The days of the certificate that a completion earns.

    expires = base + validity; the window opens ``window_months`` before. ``held`` is the certificate held so far
    (also one that ran out), ``due_on`` the day by which a first certificate was wanted.
    """
    base = _BASES[terms.rule](terms, completed_on, held, due_on)
    expires = base.plus(terms.validity_months)
    return Validity(base.on, expires.on, expires.plus(-terms.window_months).on, base.anchor)


def _by_completion(_terms: Terms, completed_on: date, _held: Held | None, _due_on: date | None) -> CountedDay:
    return CountedDay(completed_on)


def _by_expiry(terms: Terms, completed_on: date, held: Held | None, due_on: date | None) -> CountedDay:
    """Late counts from the completion, in the window from the old expiry, before the window changes nothing."""
    if held is None:
        return CountedDay(due_on if due_on is not None and completed_on <= due_on else completed_on)
    if completed_on > held.expires.on:
        return CountedDay(completed_on)
    opens_on = held.window_opens_on or held.expires.plus(-terms.window_months).on
    if completed_on < opens_on:
        return held.expires.plus(-terms.validity_months)
    return held.expires


def _by_fixed_day(terms: Terms, completed_on: date, held: Held | None, due_on: date | None) -> CountedDay:
    """Always the same day of the year, and never less than the minimum of active months from the completion."""
    base = held.expires if held is not None else CountedDay(due_on or completed_on)
    active_until = add_months(completed_on, terms.minimum_active_months)
    while base.plus(-terms.minimum_active_months).on >= completed_on:
        base = base.plus(-terms.validity_months)
    while base.plus(terms.validity_months).on < active_until:
        base = base.plus(terms.validity_months)
    return base


_BASES = {DateRule.COMPLETION: _by_completion, DateRule.EXPIRY: _by_expiry, DateRule.FIXED: _by_fixed_day}


def state_on(day: date, expires_on: date, *, is_revoked: bool) -> State:
    """The state of a certificate on a day; it still holds on the day it expires."""
    if is_revoked:
        return State.REVOKED
    return State.VALID if day <= expires_on else State.EXPIRED


def phase_on(day: date, expires_on: date | None, window_opens_on: date | None, *, is_revoked: bool = False) -> Phase:
    """Where somebody stands on a day, by their newest certificate (no days: none)."""
    if expires_on is None or window_opens_on is None or is_revoked:
        return Phase.FIRST
    if day > expires_on:
        return Phase.LAPSED
    return Phase.WINDOW if day >= window_opens_on else Phase.HELD


def days_left(day: date, expires_on: date) -> int:
    """How many days a certificate still holds after ``day``; 0 on its last day and afterwards."""
    return max(0, (expires_on - day).days)


def share_left(day: date, base_on: date, expires_on: date) -> float:
    """How much of the validity is left on a day, 0 to 1."""
    whole = (expires_on - base_on).days
    return min(1.0, days_left(day, expires_on) / whole) if whole > 0 else 0.0
