"""Panels: when people agree enough on a feeling, by what share, and how well they agree over several questions."""

from math import comb

import pytest

from lms.statistics.panels import LEAST_PEOPLE, Weakness, agreement, is_weak, panel_of, reason


@pytest.mark.parametrize(
    ("counts", "answer", "weakness"),
    [
        ({"angry": 11, "disappointed": 3}, "angry", None),
        ({"angry": 9, "sad": 6}, "angry", None),  # exactly three fifths
        ({"disappointed": 8, "sad": 4, "angry": 2}, "disappointed", Weakness.SPLIT),
        ({"angry": 6}, "angry", Weakness.SMALL),
        ({"angry": 7}, "angry", None),
        ({"angry": 4, "sad": 10}, "angry", Weakness.OTHER),
        ({"angry": 7, "sad": 7}, "angry", Weakness.SPLIT),  # a tie is the answer's, and no majority
    ],
)
def test_a_panel_is_weak_when_it_is_small_split_or_of_another_mind(
    counts: dict[str, int], answer: str, weakness: Weakness | None
) -> None:
    panel = panel_of(counts, answer)
    assert panel is not None
    assert panel.weakness is weakness
    assert is_weak(counts, answer) is (weakness is not None)
    assert (reason(panel) is None) is (weakness is None)


@pytest.mark.parametrize("counts", [None, {}, {"angry": 0}])
def test_without_a_panel_the_authors_word_stands(counts: dict[str, int] | None) -> None:
    assert panel_of(counts, "angry") is None
    assert not is_weak(counts, "angry")


def test_a_share_just_under_what_is_needed_is_not_told_as_if_it_reached_it() -> None:
    panel = panel_of({"angry": 599, "sad": 401}, "angry")
    assert panel is not None
    assert str(reason(panel)) == "Only 59 % of the panel chose the same label; an exam needs at least 60 %."


def by_luck(people: int) -> float:
    """How often blind picks among eight labels give one of them three fifths (the union bound, 8 · a binomial tail)."""
    needed = -(-3 * people // 5)
    tail = range(needed, people + 1)
    return 8 * sum(comb(people, picks) * (1 / 8) ** picks * (7 / 8) ** (people - picks) for picks in tail)


def test_the_least_panel_is_the_first_that_luck_makes_agree_in_under_one_case_of_a_hundred() -> None:
    assert by_luck(LEAST_PEOPLE - 1) > 0.01
    assert all(by_luck(people) < 0.01 for people in range(LEAST_PEOPLE, 60))


def test_agreement_over_questions_is_krippendorffs_alpha_of_the_counts() -> None:
    whole = agreement([{"angry": 10}, {"sad": 10}, {"neutral": 10}, {"angry": 10}, {"sad": 10}])
    assert (whole.value, whole.n) == (1.0, 5)
    # two questions of two people each, once the same and once not, five times over: D_o = .5, D_e from 15 a and 5 b
    mixed = agreement([{"a": 2}, {"a": 1, "b": 1}] * 5)
    assert mixed.n == 10
    assert mixed.value == pytest.approx(1 - 19 * 10 / (2 * 15 * 5), abs=1e-9)


def test_agreement_over_few_questions_is_not_told() -> None:
    few = agreement([{"angry": 10}, {"sad": 10}])
    assert few.value is None
    assert few.reason is not None
