"""One-sided tests against sums of binomial terms, tables of Student's t, and simulated false discoveries."""

from math import comb
from random import Random

import pytest

from lms.statistics.one_sided import Sample, discoveries, incomplete_beta, p_mean_above, p_share_above, p_share_below


@pytest.mark.parametrize(
    ("hits", "n", "bound"), [(0, 200, 0.05), (3, 200, 0.05), (26, 200, 0.05), (7, 40, 0.3), (1, 2, 0.5)]
)
def test_tails_are_those_of_the_binomial(hits: int, n: int, bound: float) -> None:
    def terms(first: int, last: int) -> float:
        return sum(comb(n, k) * bound**k * (1 - bound) ** (n - k) for k in range(first, last + 1))

    assert p_share_below(hits, n, bound) == pytest.approx(terms(0, hits), abs=1e-12)
    assert p_share_above(hits, n, bound) == pytest.approx(terms(hits, n), abs=1e-12)


def test_all_and_nobody_are_no_surprise_the_other_way() -> None:
    assert p_share_below(10, 10, 0.05) == 1.0 and p_share_above(0, 10, 0.9) == 1.0
    assert incomplete_beta(2, 3, 0) == 0.0 and incomplete_beta(2, 3, 1) == 1.0


def test_equal_spreads_give_students_t() -> None:
    low, high = Sample.of([1, 2, 3, 4, 5, 6]), Sample.of([3, 4, 5, 6, 7, 8])
    t = 2 / (3.5 / 6 * 2) ** 0.5  # 1.8516 with ten degrees of freedom
    assert t == pytest.approx(1.85164, abs=1e-5)
    assert p_mean_above(high, low) == pytest.approx(0.04689, abs=2e-4)
    assert p_mean_above(low, high) == pytest.approx(1 - 0.04689, abs=2e-4)


def test_the_five_percent_point_of_t_with_ten_degrees_is_that_of_the_table() -> None:
    t = 1.812461
    assert incomplete_beta(5, 0.5, 10 / (10 + t * t)) / 2 == pytest.approx(0.05, abs=1e-6)


def test_what_does_not_vary_is_not_compared() -> None:
    assert p_mean_above(Sample.of([1, 1, 1]), Sample.of([0, 0])) is None
    assert p_mean_above(Sample.of([1]), Sample.of([0, 2])) is None


def test_samples_join() -> None:
    assert Sample.joined([Sample.of([1, 2]), Sample.of([3])]) == Sample.of([1, 2, 3])


def test_the_worked_example_of_benjamini_and_hochberg() -> None:
    chances = [0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262, 0.5719, 0.6528,
               0.7590, 1.0]  # fmt: skip
    assert sum(discoveries(chances)) == 4
    assert discoveries([]) == []


def test_weights_let_the_likelier_be_found_at_the_cost_of_the_others() -> None:
    chances = [0.02, 0.5, 0.5, 0.5]
    assert discoveries(chances) == [False] * 4
    assert discoveries(chances, weights=[3, 0.4, 0.3, 0.3]) == [True, False, False, False]
    assert discoveries([0.01, 0.5], weights=[0, 2]) == [False, False], "what has no weight is never found"


def test_where_nothing_is_there_something_is_found_in_at_most_one_of_twenty() -> None:
    rng = Random("nothing")
    found = sum(any(discoveries([rng.random() for _ in range(12)])) for _ in range(2000))
    assert found / 2000 == pytest.approx(0.05, abs=0.015)
