"""Mantel and Haenszel against sums done by hand."""

import random
from collections import Counter

import pytest

from lms.statistics.differences import Class, Stratum, difference, letter, log_odds_ratio, strata_of
from lms.statistics.fifths import by_fifth, fifth_of

WORKED = (Stratum(20, 10, 10, 20), Stratum(30, 10, 20, 20))


def test_the_worked_vector() -> None:
    """Two strata by hand.

    T = 60: AD/T = 20·20/60 = 6.666667, BC/T = 10·10/60 = 1.666667, P = 40/60, Q = 20/60.
    T = 80: AD/T = 30·20/80 = 7.5, BC/T = 10·20/80 = 2.5, P = 50/80, Q = 30/80.
    R = 14.166667, S = 4.166667; odds ratio R/S = 3.4, ln = 1.223775, delta = -2.35 ln = -2.875872.
    ΣPR = 9.131944, Σ(PS + QR) = 7.708333, ΣQS = 1.493056;
    var = 9.131944/(2R²) + 7.708333/(2RS) + 1.493056/(2S²) = 0.022751 + 0.065294 + 0.043 = 0.131045.
    """
    found = log_odds_ratio(WORKED)
    assert found == pytest.approx((1.223775, 0.131045**0.5), abs=1e-6)
    told = difference(WORKED)
    assert (told.reference, told.focal) == (70, 70)
    assert (told.odds_ratio, told.delta) == pytest.approx((3.4, -2.875872), abs=1e-6)
    error = 2.35 * 0.131045**0.5
    assert (told.low, told.high) == pytest.approx((-2.875872 - 1.959964 * error, -2.875872 + 1.959964 * error), abs=1e-5)
    assert told.letter is Class.MUCH


def test_one_stratum_is_the_plain_odds_ratio() -> None:
    """One table: ln(AD/BC), and the variance becomes 1/A + 1/B + 1/C + 1/D."""
    value, error = log_odds_ratio([Stratum(30, 20, 15, 35)]) or (0, 0)
    assert value == pytest.approx(1.252763, abs=1e-6)
    assert error**2 == pytest.approx(1 / 30 + 1 / 20 + 1 / 15 + 1 / 35)


def test_groups_exchanged_turn_the_sign() -> None:
    turned = difference([Stratum(c, d, a, b) for a, b, c, d in WORKED])
    assert turned.delta == pytest.approx(2.875872, abs=1e-6)


def test_classes_say_no_more_than_the_interval_bears() -> None:
    assert letter(-2.0, 0.3) is Class.MUCH
    assert letter(2.0, 0.8) is Class.SOME
    assert letter(1.2, 0.3) is Class.SOME
    assert letter(0.4, 0.3) is Class.LITTLE
    assert letter(0.4, 1.5) is Class.UNCLEAR
    assert letter(1.7, 1.5) is Class.UNCLEAR


def test_too_few_people_tell_nothing() -> None:
    few = difference([Stratum(20, 10, 10, 5)])
    assert few.delta is None and "30 and 15 people" in str(few.reason)
    apart = difference([Stratum(30, 30, 0, 0), Stratum(0, 0, 30, 30)])
    assert apart.delta is None and apart.letter is None and apart.reason is not None


def test_strata_are_totals_in_steps() -> None:
    reference = {(1, 3): 5, (0, 4): 2, (1, 0): 1}
    focal = {(1, 3): 4, (0, 0): 3}
    assert strata_of(reference, focal, most=1, step=1) == [
        Stratum(0, 0, 0, 3), Stratum(1, 0, 0, 0), Stratum(5, 2, 4, 0),
    ]  # fmt: skip
    assert strata_of(reference, focal, most=1, step=5) == [Stratum(6, 2, 4, 3)]


def test_part_of_the_points_is_not_right() -> None:
    assert strata_of({(500_000, 0): 3, (1_000_000, 0): 2}, {}, most=1_000_000, step=10**7) == [Stratum(2, 3, 0, 0)]


def test_people_who_are_only_less_able_show_no_difference() -> None:
    """Groups of different ability, the same item: about five in a hundred intervals may miss 0, and delta is near it."""
    chance = random.Random(7)
    groups: list[Counter[tuple[int, int]]] = [Counter(), Counter()]
    for place, cells in enumerate(groups):
        for _ in range(4000):
            able = chance.betavariate(6, 3 + 2 * place)
            marks = [int(chance.random() < able) for _ in range(21)]
            cells[marks[0], sum(marks[1:])] += 1
    told = difference(strata_of(groups[0], groups[1], most=1, step=1))
    assert told.delta == pytest.approx(0, abs=0.35) and told.letter is Class.LITTLE


# ---- fifths ------------------------------------------------------------------------------


def test_fifths_keep_equal_totals_together() -> None:
    even = fifth_of({total: 2 for total in range(10)})
    assert [even[total] for total in range(10)] == [0, 0, 1, 1, 2, 2, 3, 3, 4, 4]
    heaped = fifth_of({3: 1, 5: 8, 9: 1})
    assert heaped == {3: 0, 5: 2, 9: 4}
    assert fifth_of({7: 30}) == {7: 2}
    assert fifth_of({}) == {}


def test_counts_fall_into_their_fifths() -> None:
    fifths = fifth_of({total: 2 for total in range(10)})
    assert by_fifth({0: 1, 9: 4, 8: 1}, fifths) == (1, 0, 0, 0, 5)
