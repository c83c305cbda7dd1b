"""Certificate dates: every vector of MEASURES.md 6, and months that do not drift."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.certification.validity import (
    CountedDay,
    DateRule,
    Held,
    Phase,
    State,
    Terms,
    add_months,
    days_left,
    phase_on,
    share_left,
    state_on,
    validity,
)


def day(text: str) -> date:
    return date.fromisoformat(text)


VECTORS = [
    ("completion", None, None, "2026-03-10", "2027-03-10", "2027-01-10"),
    ("expiry", "2026-04-01", None, "2026-03-10", "2027-04-01", "2027-02-01"),
    ("expiry", "2026-04-01", None, "2026-04-15", "2027-04-15", "2027-02-15"),
    ("expiry", "2026-04-01", None, "2025-12-01", "2026-04-01", "2026-02-01"),
    ("expiry", None, "2026-03-31", "2026-03-10", "2027-03-31", "2027-01-31"),
    ("expiry", None, "2026-03-31", "2026-04-02", "2027-04-02", "2027-02-02"),
    ("fixed", None, "2026-12-31", "2026-02-28", "2026-12-31", "2026-10-31"),
    ("fixed", None, "2026-12-31", "2026-07-30", "2027-12-31", "2027-10-31"),
    ("fixed", "2026-12-31", None, "2026-12-01", "2027-12-31", "2027-10-31"),
    ("fixed", "2026-12-31", None, "2028-02-01", "2028-12-31", "2028-10-31"),
]


@pytest.mark.parametrize(("rule", "expires", "due", "completed", "new_expiry", "window"), VECTORS)
def test_vectors(
    rule: str, expires: str | None, due: str | None, completed: str, new_expiry: str, window: str
) -> None:
    held = Held(CountedDay(day(expires))) if expires else None
    terms = Terms(DateRule(rule), validity_months=12, window_months=2, minimum_active_months=6)
    found = validity(terms, day(completed), held=held, due_on=day(due) if due else None)
    assert (found.expires_on, found.window_opens_on) == (day(new_expiry), day(window))


def test_months_are_counted_from_the_anchor() -> None:
    assert add_months(day("2026-01-31"), 1) == day("2026-02-28")
    assert add_months(day("2026-01-31"), 2) == day("2026-03-31")
    assert add_months(day("2028-03-31"), -1) == day("2028-02-29")
    assert CountedDay(day("2026-01-31")).plus(1).plus(1).on == day("2026-03-31")


def test_a_chain_of_renewals_does_not_drift() -> None:
    terms = Terms(DateRule.EXPIRY, validity_months=1, window_months=0, minimum_active_months=0)
    first = validity(terms, day("2026-01-31"))
    assert first.expires_on == day("2026-02-28")
    held = Held(CountedDay.between(first.anchor_on, first.expires_on), first.window_opens_on)
    second = validity(terms, day("2026-02-28"), held=held)
    assert second.expires_on == day("2026-03-31")


def test_a_day_that_is_no_whole_number_of_months_away_is_its_own_anchor() -> None:
    assert CountedDay.between(day("2026-01-31"), day("2026-02-27")) == CountedDay(day("2026-02-27"))
    assert CountedDay.between(day("2026-01-31"), day("2026-02-28")) == CountedDay(day("2026-01-31"), 1)


def test_the_last_day_of_the_certificate_and_the_first_of_the_window_are_inside() -> None:
    terms = Terms(DateRule.EXPIRY, 12, 2, 6)
    held = Held(CountedDay(day("2026-04-01")))
    assert validity(terms, day("2026-04-01"), held=held).expires_on == day("2027-04-01")
    assert validity(terms, day("2026-02-01"), held=held).expires_on == day("2027-04-01")
    assert validity(terms, day("2026-01-31"), held=held).expires_on == day("2026-04-01")


def test_the_window_of_the_certificate_wins_over_terms_changed_since() -> None:
    terms = Terms(DateRule.EXPIRY, 12, 1, 6)
    held = Held(CountedDay(day("2026-04-01")), window_opens_on=day("2026-01-01"))
    assert validity(terms, day("2026-01-15"), held=held).expires_on == day("2027-04-01")


@given(
    rule=st.sampled_from(DateRule),
    completed=st.dates(date(2000, 1, 1), date(2060, 12, 31)),
    months=st.integers(1, 60),
    active=st.integers(0, 60),
    window=st.integers(0, 59),
    shift=st.integers(-40, 40) | st.none(),
    is_held=st.booleans(),
)
def test_dates_are_in_order_and_a_fixed_one_leaves_the_minimum(
    rule: DateRule, completed: date, months: int, active: int, window: int, shift: int | None, is_held: bool
) -> None:
    terms = Terms(rule, months, min(window, months - 1), min(active, months))
    other = CountedDay(completed, shift) if shift is not None else None
    held = Held(other) if other and is_held else None
    found = validity(terms, completed, held=held, due_on=other.on if other and not is_held else None)
    assert found.base_on < found.expires_on
    assert found.base_on <= found.window_opens_on <= found.expires_on
    if rule is DateRule.FIXED:
        assert found.expires_on >= add_months(completed, terms.minimum_active_months)
    if rule is DateRule.COMPLETION:
        assert found.base_on == completed


def test_a_certificate_holds_through_its_last_day() -> None:
    last = day("2027-03-10")
    assert state_on(last, last, is_revoked=False) is State.VALID
    assert state_on(day("2027-03-11"), last, is_revoked=False) is State.EXPIRED
    assert state_on(day("2027-03-01"), last, is_revoked=True) is State.REVOKED


@pytest.mark.parametrize(
    ("today", "revoked", "phase"),
    [
        ("2027-01-09", False, Phase.HELD),
        ("2027-01-10", False, Phase.WINDOW),
        ("2027-03-10", False, Phase.WINDOW),
        ("2027-03-11", False, Phase.LAPSED),
        ("2027-01-09", True, Phase.FIRST),
    ],
)
def test_phases(today: str, revoked: bool, phase: Phase) -> None:
    assert phase_on(day(today), day("2027-03-10"), day("2027-01-10"), is_revoked=revoked) is phase


def test_without_a_certificate_it_is_the_first() -> None:
    assert phase_on(day("2027-01-01"), None, None) is Phase.FIRST


def test_days_and_share_left() -> None:
    assert days_left(day("2026-12-21"), day("2026-12-31")) == 10
    assert days_left(day("2027-02-01"), day("2026-12-31")) == 0
    assert share_left(day("2026-07-02"), day("2026-01-01"), day("2026-12-31")) == pytest.approx(0.5)
    assert share_left(day("2025-01-01"), day("2026-01-01"), day("2026-12-31")) == 1.0
