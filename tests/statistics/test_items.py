"""Item and test statistics agree with the worked vector and with their definitions."""

from decimal import Decimal
from fractions import Fraction
from statistics import correlation, covariance, stdev

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.statistics.figures import Figure
from lms.statistics.item_sums import ExamSummary, ItemSummary, ItemSums, TotalSums, summarise
from lms.statistics.items import (
    ExamFigures,
    analyse,
    analyse_marks,
    discriminative_efficiency,
    effective_weights,
    internal_consistency,
    kurtosis,
    median,
    skewness,
)

MARKS = (
    (1, 1, 1, 1, 2),
    (1, 1, 1, 0, 2),
    (1, 1, 0, 1, 1),
    (1, 1, 1, 0, 1),
    (1, 0, 1, 0, 1),
    (1, 0, 0, 1, 0),
    (1, 1, 0, 0, 0),
    (0, 0, 0, 0, 0),
)
MAXIMA = (1, 1, 1, 1, 2)

# Worked out with the standard library's stdev, covariance and correlation.
ITEM_VECTOR = {
    "facility": (0.875, 0.625, 0.5, 0.375, 0.4375),
    "sd": (0.3535534, 0.5175492, 0.5345225, 0.5175492, 0.8345230),
    "discrimination": (56.9516117, 49.6608545, 50.7092553, 5.7259833, 77.4680468),
    "efficiency": (100, 58.9743590, 60, 6.9767442, 100),
    "effective_weight": (16.5091533, 19.9585931, 20.4770845, 13.7364459, 29.3187232),
}
TOTAL_VECTOR = {
    "mean": 3.25,
    "median": 3.5,
    "sd": 1.908627,
    "skewness": -0.308198,
    "kurtosis": -0.155017,
    "alpha": 68.627451,
    "error_ratio": 56.011203,
    "sem": 1.069045,
}


@pytest.fixture(scope="module")
def figures() -> ExamFigures:
    return analyse_marks(MARKS, MAXIMA, minimum_n=8)


@pytest.mark.parametrize(("measure", "expected"), ITEM_VECTOR.items())
def test_item_figures_agree_with_the_vector(figures, measure, expected):
    values = [getattr(item, measure).value for item in figures.items]
    assert values == pytest.approx(expected, abs=1e-6)


@pytest.mark.parametrize(("measure", "expected"), TOTAL_VECTOR.items())
def test_figures_of_totals_agree_with_the_vector(figures, measure, expected):
    assert getattr(figures.totals, measure).value == pytest.approx(expected, abs=1e-6)


def test_every_figure_carries_its_n(figures):
    everything = [figures.totals, *figures.items]
    named = [getattr(part, name) for part in everything for name in part.__slots__ if name != "n"]
    assert len(named) == 8 + 5 * 5
    assert {figure.n for figure in named} == {8}


def test_under_the_minimum_every_figure_is_withheld_with_the_reason():
    figures = analyse_marks(MARKS, MAXIMA)
    for part in (figures.totals, *figures.items):
        for name in part.__slots__:
            if name != "n":
                figure = getattr(part, name)
                assert figure.value is None
                assert str(figure.reason) == "Not enough data: 8 of at least 10."


@pytest.mark.parametrize("n", [0, 1, 2, 3])
def test_a_formula_gets_the_n_it_needs_whatever_the_caller_asks_for(n):
    totals = analyse_marks(MARKS[:n], MAXIMA, minimum_n=0).totals
    needs = {"mean": 1, "median": 1, "sd": 2, "skewness": 3, "kurtosis": 4, "alpha": 3, "sem": 3}
    known = {name for name in needs if getattr(totals, name).value is not None}
    assert known == {name for name, least in needs.items() if n >= least}


def test_an_item_everybody_gets_right_has_no_discrimination_but_a_facility():
    rows = [(1, mark, 1 - mark % 2) for mark in (0, 1, 2, 2)]
    item = analyse_marks(rows, (1, 2, 1), minimum_n=1).items[0]
    assert item.facility.value == 1
    assert item.sd.value == 0
    assert item.discrimination.value is None
    assert item.efficiency.value is None
    assert item.effective_weight.value == 0


def test_an_item_that_falls_as_totals_rise_has_no_weight_and_the_others_share_it_out():
    rows = [(1, 0, 0), (1, 1, 1), (0, 3, 2), (0, 4, 3)]
    contrary, *others = (
        item.effective_weight for item in analyse_marks(rows, (1, 4, 3), minimum_n=1).items
    )
    assert contrary.value is None
    assert "fall as the totals rise" in str(contrary.reason)
    assert sum(other.value for other in others) == pytest.approx(100)


def test_weights_are_unknown_when_no_item_varies():
    weights = effective_weights([ItemSums.of({(1, 1): 4}), ItemSums.of({(1, 1): 4})], minimum_n=1)
    assert [weight.value for weight in weights] == [None, None]


def test_equal_totals_have_no_shape_and_no_reliability():
    totals = analyse_marks([(0, 1), (1, 0)] * 3, (1, 1), minimum_n=1).totals
    assert totals.sd.value == 0
    for figure in (totals.skewness, totals.kurtosis, totals.alpha, totals.error_ratio, totals.sem):
        assert str(figure.reason) == "All totals are the same."


def test_a_single_item_has_no_reliability():
    totals = analyse_marks([(0,), (1,), (1,)], (1,), minimum_n=1).totals
    assert str(totals.alpha.reason) == "Reliability needs at least two items."


def test_an_item_outside_a_paper_is_not_counted_for_that_attempt():
    rows = [(1, None, 1), (0, 1, None), (1, 1, 0), (0, 0, 1)]
    figures = analyse_marks(rows, (1, 1, 1), minimum_n=1)
    assert [item.n for item in figures.items] == [4, 3, 3]
    assert figures.items[1].facility.value == pytest.approx(2 / 3)
    assert figures.totals.alpha.value is None
    assert "Not every attempt held every item" in str(figures.totals.alpha.reason)


def test_items_that_do_not_add_up_to_the_totals_have_no_reliability():
    item = ItemSums.of({(0, 1): 2, (1, 0): 2})
    totals = TotalSums.of({0: 2, 100: 2})
    assert internal_consistency([item, item], totals, minimum_n=1).value is None


def test_without_counts_only_the_efficiency_is_missing():
    whole = summarise(MARKS, MAXIMA)
    bare = tuple(ItemSummary(item.maximum, item.sums) for item in whole.items)
    from_sums = analyse(ExamSummary(bare, whole.totals), minimum_n=8)
    from_cells = analyse(whole, minimum_n=8)
    assert from_sums.totals == from_cells.totals
    for mine, theirs in zip(from_sums.items, from_cells.items, strict=True):
        assert mine.discrimination == theirs.discrimination
        assert mine.effective_weight == theirs.effective_weight
        assert mine.efficiency.value is None
        assert mine.efficiency.reason is not None


def test_fractional_marks_that_do_not_vary_have_exactly_no_spread():
    rows = [(0.1, mark) for mark in (0.2, 0.3, 0.7, 0.7, 0.1)]
    item = analyse_marks(rows, (1, 1), minimum_n=1).items[0]
    assert item.sd.value == 0
    assert item.discrimination.value is None


def test_decimal_marks_give_the_same_figures_as_integers():
    decimals = [[Decimal(mark) for mark in row] for row in MARKS]
    assert analyse_marks(decimals, MAXIMA, minimum_n=8) == analyse_marks(MARKS, MAXIMA, minimum_n=8)


def test_a_row_with_a_mark_too_few_is_refused():
    with pytest.raises(ValueError, match="argument"):
        summarise([(1, 1), (1,)], (1, 1))


def test_a_maximum_of_zero_is_refused():
    with pytest.raises(ValueError, match="above 0"):
        ItemSummary(0, ItemSums())


def test_a_figure_has_either_a_value_or_a_reason():
    with pytest.raises(ValueError, match="either"):
        Figure(None, 3)


marks = st.integers(0, 3)
matrices = st.integers(2, 5).flatmap(
    lambda width: st.lists(st.tuples(*[marks] * width), min_size=5, max_size=25)
)


@given(matrices, st.randoms(use_true_random=False))
def test_the_order_of_attempts_changes_nothing(rows, random):
    shuffled = random.sample(rows, len(rows))
    maxima = [3] * len(rows[0])
    assert analyse_marks(rows, maxima, minimum_n=1) == analyse_marks(shuffled, maxima, minimum_n=1)


@given(matrices)
def test_figures_keep_their_bounds(rows):
    figures = analyse_marks(rows, [3] * len(rows[0]), minimum_n=1)
    for item in figures.items:
        assert 0 <= item.facility.value <= 1
        assert item.discrimination.value is None or abs(item.discrimination.value) <= 100.000001
        assert item.efficiency.value is None or item.efficiency.value <= 100
    alpha = figures.totals.alpha.value
    assert alpha is None or alpha <= 100
    weights = [item.effective_weight.value for item in figures.items]
    known = [weight for weight in weights if weight is not None]
    assert not known or sum(known) == pytest.approx(100)


@given(matrices)
def test_figures_agree_with_the_plain_definitions(rows):
    figures = analyse_marks(rows, [3] * len(rows[0]), minimum_n=1)
    for place, item in enumerate(figures.items):
        x = [row[place] for row in rows]
        rest = [sum(row) - row[place] for row in rows]
        assert item.sd.value == pytest.approx(stdev(x), abs=1e-9)
        if item.discrimination.value is not None:
            assert item.discrimination.value == pytest.approx(100 * correlation(x, rest), abs=1e-6)
        if item.efficiency.value is not None:
            highest = covariance(sorted(x), sorted(rest))
            assert item.efficiency.value == pytest.approx(100 * covariance(x, rest) / highest)


@given(matrices, matrices)
def test_sums_of_two_groups_add_up_and_come_apart_again(rows, others):
    width = min(len(rows[0]), len(others[0]))
    rows, others = ([row[:width] for row in group] for group in (rows, others))
    maxima = [3] * width
    whole = summarise(rows + others, maxima).items
    first, second = summarise(rows, maxima).items, summarise(others, maxima).items
    for all_, one, other in zip(whole, first, second, strict=True):
        assert one.sums + other.sums == all_.sums
        assert all_.sums - other.sums == one.sums


@given(matrices)
def test_a_count_of_zero_changes_nothing(rows):
    cells = dict(summarise(rows, [3] * len(rows[0])).items[0].cells)
    assert discriminative_efficiency(
        cells | {(-5, -5): 0, (9, 9): 0}, minimum_n=1
    ) == discriminative_efficiency(cells, minimum_n=1)


@given(st.lists(st.integers(0, 20), min_size=4, max_size=30))
def test_a_mirrored_exam_leans_the_other_way_and_has_the_same_tails(totals):
    def counted(values):
        return TotalSums.of({value: values.count(value) for value in values})

    here, there = counted(totals), counted([20 - total for total in totals])
    if skewness(here, minimum_n=1).value is None:
        assert skewness(there, minimum_n=1).value is None
        return
    lean = skewness(here, minimum_n=1).value
    assert skewness(there, minimum_n=1).value == pytest.approx(-lean, abs=1e-9)
    tails = kurtosis(here, minimum_n=1).value
    assert kurtosis(there, minimum_n=1).value == pytest.approx(tails, abs=1e-9)


@pytest.mark.parametrize(
    ("totals", "middle"),
    [({3: 1}, 3), ({1: 1, 4: 1}, 2.5), ({1: 5, 9: 1}, 1), ({0: 0, Fraction(1, 2): 3}, 0.5)],
)
def test_the_median_is_found_among_counted_totals(totals, middle):
    assert median(totals, minimum_n=1).value == middle
