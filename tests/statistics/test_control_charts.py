"""Control charts signal where the worked vectors say, and seldom without a cause."""

from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.statistics.control_charts import (
    Rule,
    Sample,
    ewma_chart,
    p_baseline,
    p_chart,
    xmr_baseline,
    xmr_chart,
)

P_SAMPLES = [
    Sample(passed, n)
    for passed, n in zip((27, 23, 36, 18, 32, 20, 26), (30, 25, 40, 20, 35, 30, 28), strict=True)
]
EWMA_SAMPLES = [Sample(passed, 30) for passed in (27, 26, 27, 25, 26, 25, 24, 24)]
XMR_VALUES = [92, 90, 94, 91, 93, 89, 92, 95, 90]
OPTIONAL_RULES = (Rule.TWO_OF_THREE, Rule.EIGHT_ON_ONE_SIDE)


def test_the_p_chart_signals_the_sixth_point_of_the_vector_and_no_other():
    chart = p_chart(P_SAMPLES, p_baseline(P_SAMPLES))
    assert chart.centre.value == pytest.approx(0.875, abs=1e-6)
    assert chart.centre.n == 208
    assert chart.signals == (5,)
    sixth = chart.points[5]
    assert sixth.value == pytest.approx(2 / 3, abs=1e-6)
    assert sixth.lower == pytest.approx(0.6939, abs=0.5e-4)
    assert sixth.n == 30


def test_limits_of_shares_are_cut_for_drawing_only():
    first = p_chart(P_SAMPLES, p_baseline(P_SAMPLES)).points[0]
    assert first.upper == pytest.approx(1.056142, abs=1e-6)
    assert first.drawn_upper == 1
    assert first.drawn_lower == first.lower


def test_the_ewma_signals_at_point_eight_of_the_vector_and_not_before():
    chart = ewma_chart(EWMA_SAMPLES, 0.90)
    assert chart.signals == (7,)
    assert chart.points[7].value == pytest.approx(0.844844, abs=1e-6)
    assert chart.points[7].lower == pytest.approx(0.846004, abs=1e-6)


def test_the_xmr_chart_signals_the_value_after_the_baseline_of_the_vector():
    baseline = xmr_baseline(XMR_VALUES)
    assert baseline.mean.value == pytest.approx(91.777778, abs=1e-6)
    assert baseline.mean.n == 9
    assert baseline.mean_moving_range.value == pytest.approx(3.25, abs=1e-6)
    chart = xmr_chart([*XMR_VALUES, 78], baseline)
    assert chart.signals == (9,)
    assert chart.points[9].lower == pytest.approx(83.132778, abs=1e-6)
    assert chart.points[9].upper == pytest.approx(100.422778, abs=1e-6)


def test_new_values_do_not_move_frozen_limits():
    baseline = xmr_baseline(XMR_VALUES)
    before = xmr_chart(XMR_VALUES, baseline).points
    after = xmr_chart([*XMR_VALUES, 20, 20, 20], baseline).points
    assert after[: len(before)] == before


def test_a_period_without_data_has_no_point_and_moves_nothing():
    gap = Sample(0, 0)
    p_points = p_chart([P_SAMPLES[0], gap], p_baseline(P_SAMPLES)).points
    assert (p_points[1].value, p_points[1].lower, p_points[1].signals) == (None, None, ())
    with_gap = ewma_chart([*EWMA_SAMPLES[:4], gap, *EWMA_SAMPLES[4:]], 0.90)
    without = ewma_chart(EWMA_SAMPLES, 0.90)
    assert with_gap.points[:4] + with_gap.points[5:] == without.points
    assert with_gap.signals == (8,)


@pytest.mark.parametrize(
    "baseline", [p_baseline([Sample(4, 5)]), p_baseline([]), p_baseline([], minimum_n=0)]
)
def test_too_small_a_baseline_gives_points_without_limits_and_the_reason(baseline):
    chart = p_chart(P_SAMPLES, baseline)
    assert "Not enough data" in str(chart.reason)
    assert chart.signals == ()
    assert [point.value for point in chart.points] == [s.passed / s.n for s in P_SAMPLES]
    assert {point.lower for point in chart.points} == {None}


def test_a_short_baseline_of_single_values_is_refused_with_the_reason():
    chart = xmr_chart(XMR_VALUES, xmr_baseline(XMR_VALUES[:7]))
    assert str(chart.reason) == "Not enough data: 7 of at least 8."


@pytest.mark.parametrize(
    "chart",
    [
        p_chart(P_SAMPLES, p_baseline([Sample(20, 20)])),
        ewma_chart(P_SAMPLES, 1),
        xmr_chart(XMR_VALUES, xmr_baseline([90] * 9)),
    ],
)
def test_a_baseline_without_variation_sets_no_limits(chart):
    assert "does not vary" in str(chart.reason)
    assert chart.signals == ()


@pytest.mark.parametrize("smoothing", [0.05, 0.2, 0.3])
def test_a_value_on_its_limit_is_no_signal_however_the_floats_fall(smoothing):
    (point,) = ewma_chart([Sample(0, 1)], 0.9, smoothing=smoothing).points
    assert point.value == pytest.approx(point.lower, abs=1e-12)
    assert point.signals == ()


def test_impossible_samples_and_settings_are_refused():
    with pytest.raises(ValueError, match="passed of"):
        Sample(3, 2)
    with pytest.raises(ValueError, match="out of range"):
        ewma_chart(EWMA_SAMPLES, 90)
    with pytest.raises(ValueError, match="out of range"):
        ewma_chart(EWMA_SAMPLES, 0.9, smoothing=0)


UNIT = xmr_baseline([0, 3 / 2.66] * 5)
"""A baseline whose standard deviation is 1 about its mean."""
MEAN = UNIT.mean.value


def signals(deviations: list[float], *rules: Rule) -> list[tuple[Rule, ...]]:
    chart = xmr_chart([MEAN + deviation for deviation in deviations], UNIT, rules=rules)
    return [point.signals for point in chart.points]


def test_run_rules_are_off_by_default():
    assert set(signals([2.5, 2.5, 2.5] + [1] * 8)) == {()}


@pytest.mark.parametrize(
    ("deviations", "raised"),
    [
        ([2.5, 2.5], [False, True]),
        ([2.5, 0, 2.5], [False, False, True]),
        ([2.5, 0, 0, 2.5], [False] * 4),
        ([2.5, -2.5], [False, False]),
        ([-2.5, 1, -2.5], [False, False, True]),
        ([2.5, 2.5, 0], [False, True, False]),
        ([1.9, 1.9, 1.9], [False] * 3),
    ],
)
def test_two_of_three_beyond_two_standard_deviations_signal(deviations, raised):
    found = signals(deviations, Rule.TWO_OF_THREE)
    assert found == [(Rule.TWO_OF_THREE,) if is_raised else () for is_raised in raised]


@pytest.mark.parametrize(
    ("deviations", "raised"),
    [
        ([0.5] * 7, 0),
        ([0.5] * 8, 1),
        ([-0.5] * 9, 2),
        ([0.5] * 4 + [-0.5] + [0.5] * 7, 0),
        ([0.5] * 4 + [-0.5] * 4, 0),
    ],
)
def test_eight_on_one_side_signal(deviations, raised):
    found = signals(deviations, Rule.EIGHT_ON_ONE_SIDE)
    assert found.count((Rule.EIGHT_ON_ONE_SIDE,)) == raised


def test_every_rule_says_how_often_it_is_wrong_and_what_it_means():
    rates = [round(rule.false_alarm_rate, 6) for rule in Rule]
    assert rates == [0.0027, 0.002047, 0.007812]
    assert all(str(rule.label) for rule in Rule)


def test_false_alarms_come_as_often_as_each_rule_says():
    random = Random(20)
    points = 60_000
    found = signals([random.gauss(0, 1) for _ in range(points)], *OPTIONAL_RULES)
    for rule in Rule:
        share = sum(rule in raised for raised in found) / points
        assert share == pytest.approx(rule.false_alarm_rate, rel=0.2)


samples = st.integers(0, 60).flatmap(lambda n: st.builds(Sample, st.integers(0, n), st.just(n)))


@given(st.lists(samples, max_size=30))
def test_a_point_of_shares_signals_exactly_when_it_is_outside_its_limits(series):
    for chart in (p_chart(series, p_baseline(P_SAMPLES)), ewma_chart(series, 0.9)):
        assert len(chart.points) == len(series)
        for point in chart.points:
            if point.value is not None:
                is_outside = not point.lower - 1e-9 <= point.value <= point.upper + 1e-9
                assert bool(point.signals) == is_outside
                assert 0 <= point.drawn_lower <= point.drawn_upper <= 1
