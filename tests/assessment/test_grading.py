"""Totals, cuts and which attempt counts."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.assessment.grading import MILLIONTH, Mark, counted, exact, mark, passes, result, rounded

MARKS = st.lists(
    st.tuples(
        st.integers(0, 2),
        st.fractions(0, 1, max_denominator=30),
        st.fractions(Fraction(1, 4), 10, max_denominator=4),
    ),
    min_size=1,
    max_size=30,
).map(lambda rows: [Mark(slot, section, share, points) for slot, (section, share, points) in enumerate(rows, 1)])
CUTS = st.lists(st.none() | st.decimals(0, 100, places=1), min_size=3, max_size=3)


@given(MARKS, st.decimals(0, 100, places=1), CUTS)
def test_a_score_is_never_above_its_total(marks: list[Mark], cut: Decimal, cuts: Any) -> None:
    outcome = result(marks, cut=cut, section_cuts=cuts)
    for total in (outcome.total, *outcome.sections):
        assert 0 <= total.score <= total.max_score
        assert 0 <= total.percent <= 100
        assert rounded(total.score) <= rounded(total.max_score)
    assert sum(total.score for total in outcome.sections) == outcome.total.score


@given(MARKS, st.decimals(0, 100, places=1), CUTS)
def test_grading_twice_gives_the_same(marks: list[Mark], cut: Decimal, cuts: Any) -> None:
    assert result(marks, cut=cut, section_cuts=cuts) == result(list(marks), cut=cut, section_cuts=cuts)


@given(MARKS, st.decimals(0, 100, places=1), CUTS)
def test_passing_takes_the_cut_of_the_whole_and_of_every_section(marks: list[Mark], cut: Decimal, cuts: Any) -> None:
    outcome = result(marks, cut=cut, section_cuts=cuts)
    whole = outcome.total.score * 100 >= Fraction(cut) * outcome.total.max_score
    parts = all(
        section_cut is None or total.percent >= Fraction(section_cut)
        for section_cut, total in zip(cuts, outcome.sections, strict=True)
    )
    assert outcome.passed == (whole and parts)


def test_three_thirds_are_a_whole() -> None:
    third = Decimal(1) / 3
    marks = [mark(slot, 0, third, Decimal(3)) for slot in (1, 2, 3)]
    outcome = result(marks, cut=Decimal(100) / 3 - MILLIONTH, section_cuts=[None])
    assert outcome.total.score == 3
    assert exact(third) == Fraction(1, 3)
    five = [mark(1, 0, Decimal(2) / 3, Decimal(1)), mark(2, 0, third, Decimal(1))]
    full = [mark(slot, 0, Decimal(1), Decimal(1)) for slot in (3, 4, 5)]
    assert result(five + full, cut=Decimal(80), section_cuts=[None]).passed


def test_a_percentage_just_below_the_cut_does_not_pass_by_rounding() -> None:
    marks = [Mark(1, 0, Fraction(79_999_999_9, 10**9), Fraction(1))]
    outcome = result(marks, cut=Decimal(80), section_cuts=[None])
    assert rounded(outcome.total.percent) == Decimal("80.000000")
    assert not outcome.passed


@pytest.mark.parametrize(
    ("counts", "expected"),
    [("best", "90"), ("first", "60"), ("last", "75"), ("mean", "75")],
)
def test_which_attempt_counts(counts: Any, expected: str) -> None:
    assert counted([Decimal(60), Decimal(90), Decimal(75)], counts) == Decimal(expected)
    assert counted([], counts) is None


@pytest.mark.parametrize(("counts", "expected"), [("best", True), ("first", False), ("last", False), ("mean", False)])
def test_what_counts_decides_the_pass(counts: Any, expected: bool) -> None:
    history = [(Decimal(60), False), (Decimal(90), True), (Decimal(75), False)]
    assert passes(history, counts, Decimal(80)) is expected
    assert passes([], counts, Decimal(80)) is False
    assert passes([(Decimal(70), False), (Decimal(90), True)], "mean", Decimal(80))
