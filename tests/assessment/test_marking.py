"""The rule of several marks, and the order in which a marker sees answers."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.assessment.marking import How, Rule, Settled, order_for, settle
from lms.core.second_marks import Waiting

TWO = Rule(2, Fraction(2))
EIGHT = Decimal(8)


def shares(*points: int) -> list[Fraction]:
    return [Fraction(each, 8) for each in points]


def test_one_marker_decides_alone() -> None:
    alone = Rule(1, Fraction(2))
    assert settle([], EIGHT, alone) == Waiting(1)
    assert settle(shares(3), EIGHT, alone) == Settled(Fraction(3, 8), How.SINGLE)


def test_of_two_markers_within_the_margin_the_mean_holds() -> None:
    assert settle(shares(3), EIGHT, TWO) == Waiting(2)
    assert settle(shares(3, 5), EIGHT, TWO) == Settled(Fraction(1, 2), How.MEAN)
    assert settle(shares(5, 5), EIGHT, TWO) == Settled(Fraction(5, 8), How.MEAN)


def test_beyond_the_margin_a_third_marks_and_the_middle_one_holds() -> None:
    assert settle(shares(2, 5), EIGHT, TWO) == Waiting(3)
    assert settle(shares(2, 5, 8), EIGHT, TWO) == Settled(Fraction(5, 8), How.MEDIAN)
    assert settle(shares(2, 5, 0), EIGHT, TWO) == Settled(Fraction(2, 8), How.MEDIAN)


def test_the_margin_is_in_points_of_the_question() -> None:
    assert settle(shares(3, 5), Decimal(80), TWO) == Waiting(3)


@given(st.lists(st.integers(0, 8), min_size=3, max_size=3))
def test_the_points_never_leave_the_marks_that_were_given(points: list[int]) -> None:
    settled = settle(shares(*points), EIGHT, TWO)
    assert isinstance(settled, Settled) and min(shares(*points)) <= settled.share <= max(shares(*points))


@pytest.mark.parametrize("marker", [1, 2, 3])
def test_every_marker_has_an_order_of_their_own_that_stays(marker: int) -> None:
    ids = list(range(1, 30))
    assert order_for(marker, ids) == order_for(marker, ids[::-1]) != ids
    assert order_for(marker, ids) != order_for(marker + 1, ids)
    assert sorted(order_for(marker, ids)) == ids
