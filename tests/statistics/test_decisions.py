"""Decision consistency against integrals done by hand, and against people who really sit twice."""

import random
from collections import Counter
from collections.abc import Callable
from decimal import Decimal

import pytest

from lms.statistics.decisions import decision_consistency, effective_length, same_verdict, true_scores
from lms.statistics.figures import Figure, known
from lms.statistics.item_sums import summarise
from lms.statistics.items import analyse


def test_one_item_and_true_scores_spread_evenly() -> None:
    """Beta(1,1), one item: pass twice ∫p² = 1/3, fail twice ∫(1-p)² = 1/3; pass once ∫p = 1/2."""
    same, passing = same_verdict(1, 1, 1, 1)
    assert (same, passing) == pytest.approx((2 / 3, 1 / 2))


def test_two_items_that_must_both_be_right() -> None:
    """Beta(1,1), P(pass) = p²: pass twice ∫p⁴ = 1/5; fail twice ∫(1-p²)² = 1 - 2/3 + 1/5 = 8/15; pass once 1/3."""
    same, passing = same_verdict(2, 2, 1, 1)
    assert (same, passing) == pytest.approx((11 / 15, 1 / 3))


def test_uneven_true_scores() -> None:
    """Beta(2,1) has density 2p. One item: pass once 2∫p² = 2/3, twice 2∫p³ = 1/2, fail twice 2∫p(1-p)² = 1/6."""
    same, passing = same_verdict(1, 1, 2, 1)
    assert (same, passing) == pytest.approx((1 / 2 + 1 / 6, 2 / 3))


def test_effective_length_and_true_scores_give_back_what_they_came_from() -> None:
    """For a beta-binomial of n items, r = n / (n + a + b) is KR-21, and n comes back as the effective length."""
    items, a, b = 20, 8.0, 3.0
    mean, reliability = a / (a + b), items / (items + a + b)
    true_variance = a * b / ((a + b) ** 2 * (a + b + 1))
    variance = true_variance / reliability
    assert effective_length(mean, variance, reliability) == pytest.approx(items)
    assert true_scores(mean, true_variance) == pytest.approx((a, b))


Score = Callable[[random.Random, float, float], float]


def right_or_wrong(chance: random.Random, able: float, hard: float) -> float:
    return float(chance.random() < able**hard)


def in_thirds(chance: random.Random, able: float, hard: float) -> float:
    """The mean of three tasks: a matching item with three pairs."""
    return round(sum(chance.random() < able**hard for _ in range(3)) / 3, 6)


@pytest.mark.parametrize(
    ("score", "items", "cut", "shape"),
    [
        (right_or_wrong, 20, 0.8, (8, 3)),
        (right_or_wrong, 20, 0.6, (8, 3)),
        (right_or_wrong, 40, 0.8, (12, 3)),
        (right_or_wrong, 10, 0.7, (4, 2)),
        (in_thirds, 20, 0.8, (8, 3)),
        (in_thirds, 12, 0.7, (5, 2)),
    ],
)
def test_people_who_really_sit_twice_agree_as_told(
    score: Score, items: int, cut: float, shape: tuple[float, float]
) -> None:
    chance = random.Random(f"{items}:{cut}:{shape}")
    hard = [chance.uniform(0.5, 1.7) for _ in range(items)]
    first, agree, people = list[list[float]](), 0, 6000
    for _ in range(people):
        able = chance.betavariate(*shape)
        once = [score(chance, able, each) for each in hard]
        twice = [score(chance, able, each) for each in hard]
        first.append(once)
        agree += (sum(once) >= cut * items - 1e-9) == (sum(twice) >= cut * items - 1e-9)
    rows = [[Decimal(str(mark)) for mark in marks] for marks in first]
    exam = summarise(rows, [1] * items)
    told = decision_consistency(exam.totals, items, cut, analyse(exam).totals.alpha)
    assert told.same.value == pytest.approx(agree / people, abs=0.025)
    assert told.same.value is not None and told.same.value > told.by_chance
    assert told.kappa == pytest.approx((told.same.value - told.by_chance) / (1 - told.by_chance))


def test_what_cannot_be_told_has_a_reason() -> None:
    totals = Counter({10: 5, 12: 4})
    assert "9 of at least 10" in str(decision_consistency(totals, 20, 0.8, known(9, 60)).same.reason)
    totals = Counter({10: 50, 12: 40})
    unreliable = decision_consistency(totals, 20, 0.8, known(90, -20))
    assert unreliable.same.value is None and "do not go together" in str(unreliable.same.reason)
    assert decision_consistency(Counter({12: 90}), 20, 0.8, known(90, 50)).same.value is None
    assert decision_consistency(totals, 20, 0.8, known(90, 100)).same.value is None
    none = Figure(None, 90, unreliable.same.reason)
    assert decision_consistency(totals, 20, 0.8, none).same is none


@pytest.mark.parametrize("cut", [0.05, 0.5, 1.0])
def test_a_cut_that_everybody_or_nobody_reaches_is_still_answered(cut: float) -> None:
    totals = Counter({score: 10 for score in range(8, 18)})
    told = decision_consistency(totals, 20, cut, known(100, 70))
    assert told.same.value is not None and 0.5 < told.same.value <= 1
