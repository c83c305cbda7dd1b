"""Proportions and their verdicts agree with the worked vectors."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.statistics.proportions import Verdict, n_to_prove, proportion, verdict


@pytest.mark.parametrize(
    ("passed", "n", "low", "high"),
    [
        (27, 30, 0.7437892, 0.9654001),
        (9, 10, 0.5958500, 0.9821238),
        (270, 300, 0.8608335, 0.9290521),
        (12, 15, 0.5481455, 0.9295245),
    ],
)
def test_the_interval_agrees_with_the_vector(passed, n, low, high):
    result = proportion(passed, n)
    assert (result.n, result.passed, result.rate) == (n, passed, passed / n)
    assert result.low == pytest.approx(low, abs=1e-6)
    assert result.high == pytest.approx(high, abs=1e-6)


def test_without_failure_the_target_of_90_percent_is_met_from_35_on():
    assert verdict(proportion(34, 34), 0.90) is Verdict.NOT_PROVEN
    assert verdict(proportion(35, 35), 0.90) is Verdict.MET
    assert n_to_prove(0.90) == 35


@pytest.mark.parametrize(
    ("passed", "n", "expected"),
    [
        (270, 300, "not-proven"),
        (295, 300, "met"),
        (240, 300, "not-met"),
        (0, 1, "not-met"),
        (1, 1, "not-proven"),
        (0, 0, "no-data"),
    ],
)
def test_the_verdict_asks_on_which_side_of_the_target_the_interval_lies(passed, n, expected):
    assert verdict(proportion(passed, n), 0.90) == expected


def test_nobody_counted_gives_no_rate_and_no_interval():
    nothing = proportion(0, 0)
    assert (nothing.rate, nothing.low, nothing.high) == (None, None, None)


@pytest.mark.parametrize(("passed", "n"), [(4, 3), (-1, 3), (0, -1)])
def test_impossible_counts_are_refused(passed, n):
    with pytest.raises(ValueError, match="passed of"):
        proportion(passed, n)


def test_a_target_in_percent_is_refused():
    with pytest.raises(ValueError, match="from 0 to 1"):
        verdict(proportion(9, 10), 90)


def test_a_target_of_all_is_never_proven_by_a_sample():
    assert verdict(proportion(10_000, 10_000), 1) is Verdict.NOT_PROVEN
    assert n_to_prove(1) is None


counts = st.integers(1, 100_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))


@given(counts)
def test_the_rate_lies_inside_its_interval(count):
    result = proportion(*count)
    assert 0 <= result.low <= result.rate <= result.high <= 1
    assert result.low < result.high


@given(counts)
def test_failures_mirror_passes(count):
    passed, n = count
    of_passes, of_failures = proportion(passed, n), proportion(n - passed, n)
    assert of_passes.low == pytest.approx(1 - of_failures.high, abs=1e-12)


@given(counts, st.integers(2, 10))
def test_more_of_the_same_narrows_the_interval(count, times):
    passed, n = count
    few, many = proportion(passed, n), proportion(times * passed, times * n)
    assert many.high - many.low < few.high - few.low


@given(st.floats(0.01, 0.999))
def test_one_fewer_would_not_have_proven_the_target(target):
    least = n_to_prove(target)
    assert verdict(proportion(least + 1, least + 1), target) is Verdict.MET
    if least > 2:
        assert verdict(proportion(least - 2, least - 2), target) is not Verdict.MET
