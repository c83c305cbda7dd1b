"""Agreement of raters agrees with the worked vectors and with what agreement means."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.statistics.agreement import Level, cohen_kappa, cross_table, krippendorff_alpha

KAPPA_TABLE = [[20, 3, 1, 1], [4, 18, 2, 1], [1, 2, 21, 1], [0, 1, 2, 22]]


def ratings_of(text: str) -> list[list[int | None]]:
    return [
        [None if mark == "." else int(mark) for mark in line.split()] for line in text.splitlines()
    ]


RATINGS = ratings_of(
    "1 2 3 3 2 1 4 1 2 . . .\n"
    "1 2 3 3 2 2 4 1 2 5 . 3\n"
    ". 3 3 3 2 3 4 2 2 5 1 .\n"
    "1 2 3 3 2 4 4 1 2 5 1 ."
)


def test_kappa_agrees_with_the_vector():
    kappa = cohen_kappa(KAPPA_TABLE)
    assert kappa.value == pytest.approx(0.746667, abs=1e-6)
    assert kappa.n == 100


@pytest.mark.parametrize(
    ("level", "expected"),
    [(Level.NOMINAL, 0.743421), (Level.ORDINAL, 0.815388), (Level.INTERVAL, 0.849107)],
)
def test_alpha_agrees_with_the_vector(level, expected):
    alpha = krippendorff_alpha(RATINGS, level)
    assert alpha.value == pytest.approx(expected, abs=1e-6)


def test_a_unit_rated_once_is_not_counted():
    assert krippendorff_alpha(RATINGS, Level.NOMINAL).n == 11


def test_too_few_units_give_the_reason():
    short = [row[:9] for row in RATINGS]
    alpha = krippendorff_alpha(short, Level.NOMINAL)
    assert alpha.value is None
    assert str(alpha.reason) == "Not enough data: 9 of at least 10."
    assert str(cohen_kappa([[1, 0], [0, 1]]).reason) == "Not enough data: 2 of at least 10."


@pytest.mark.parametrize("nothing", [[], [[], []], [[None, None], [None, None]], [[1, 2]]])
def test_without_any_pair_there_is_no_agreement(nothing):
    alpha = krippendorff_alpha(nothing, Level.ORDINAL, minimum_n=0)
    assert (alpha.value, alpha.n) == (None, 0)


def test_ratings_all_alike_cannot_be_told_from_chance():
    assert krippendorff_alpha([[3] * 12, [3] * 12], Level.INTERVAL).value is None
    assert "All ratings are the same" in str(cohen_kappa([[12, 0], [0, 0]]).reason)


def test_labels_have_nominal_agreement_only():
    labels = [["calm", "angry"] * 5, ["calm", "angry"] * 4 + ["calm", "calm"]]
    assert 0 < krippendorff_alpha(labels, Level.NOMINAL).value < 1
    with pytest.raises(ValueError, match="not a number"):
        krippendorff_alpha(labels, Level.ORDINAL)


def test_marks_of_different_number_types_are_the_same_mark():
    decimals = [[None if mark is None else Decimal(mark) for mark in row] for row in RATINGS]
    for level in Level:
        assert krippendorff_alpha(decimals, level) == krippendorff_alpha(RATINGS, level)


def test_a_table_that_is_not_square_is_refused():
    with pytest.raises(ValueError, match="square"):
        cohen_kappa([[1, 2, 3], [4, 5, 6]])


def test_a_cross_table_counts_the_pairs_in_the_order_of_the_categories():
    assert cross_table("aabb", "abba", "ab") == ((1, 1), (1, 1))
    assert cross_table("aaab", "bbab", "ab") == ((1, 2), (0, 1))
    with pytest.raises(ValueError, match="zip"):
        cross_table("aab", "ab", "ab")


matrices = st.tuples(st.integers(2, 4), st.integers(1, 12)).flatmap(
    lambda shape: st.lists(
        st.lists(st.none() | st.integers(1, 5), min_size=shape[1], max_size=shape[1]),
        min_size=shape[0],
        max_size=shape[0],
    )
)
levels = st.sampled_from(Level)


@given(matrices, levels)
def test_agreement_is_at_most_full(matrix, level):
    alpha = krippendorff_alpha(matrix, level, minimum_n=1).value
    assert alpha is None or alpha <= 1


@given(matrices, levels, st.randoms(use_true_random=False))
def test_the_order_of_raters_and_units_changes_nothing(matrix, level, random):
    raters = random.sample(matrix, len(matrix))
    order = random.sample(range(len(matrix[0])), len(matrix[0]))
    shuffled = [[row[place] for place in order] for row in raters]
    assert krippendorff_alpha(shuffled, level, minimum_n=1) == krippendorff_alpha(
        matrix, level, minimum_n=1
    )


@given(st.lists(st.integers(1, 5), min_size=2, max_size=12), levels)
def test_raters_of_one_mind_agree_fully(row, level):
    alpha = krippendorff_alpha([row, row, row], level, minimum_n=1)
    assert alpha.value == (1 if len(set(row)) > 1 else None)


@given(matrices)
def test_the_unit_of_an_interval_scale_does_not_matter(matrix):
    rescaled = [[None if mark is None else 7 * mark - 100 for mark in row] for row in matrix]
    assert (
        krippendorff_alpha(rescaled, Level.INTERVAL, minimum_n=1).value
        == krippendorff_alpha(matrix, Level.INTERVAL, minimum_n=1).value
    )


@given(st.lists(st.tuples(*[st.integers(0, 9)] * 3), min_size=3, max_size=3))
def test_kappa_is_symmetric_in_the_raters_and_at_most_full(table):
    kappa = cohen_kappa(table, minimum_n=1)
    turned = cohen_kappa(list(zip(*table, strict=True)), minimum_n=1)
    assert kappa == turned
    assert kappa.value is None or -1 <= kappa.value <= 1
