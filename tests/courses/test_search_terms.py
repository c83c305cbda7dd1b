"""Terms: what finds a text, in English and Chinese."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.courses import search_terms


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Complained", "complaining"), ("stopped", "stops"), ("apologies", "apology"), ("voice", "voices"),
        ("ＳＰＩＮ", "spin"), ("Café", "cafe"), ("customer’s", "customers"),
    ],
)  # fmt: skip
def test_words_meet_in_one_stem(one: str, other: str) -> None:
    assert search_terms.query_terms(one) == search_terms.query_terms(other)


def test_chinese_is_indexed_by_characters_and_pairs() -> None:
    assert set(search_terms.index_terms([("处理投诉", 1)])) == {"处", "理", "投", "诉", "处理", "理投", "投诉"}


def test_a_chinese_query_is_looked_up_by_pairs() -> None:
    assert search_terms.query_terms("投诉") == ["投诉"]
    assert search_terms.query_terms("怒") == ["怒"]


def test_little_words_are_no_terms() -> None:
    assert search_terms.query_terms("how to do the") == []


def test_weights_add_up_over_lines_but_not_within_one() -> None:
    assert search_terms.index_terms([("call call", 3), ("calls", 2)]) == {"call": 5}


@given(st.text(alphabet="退款拒绝投诉 customer angry refund,。", max_size=40))
def test_every_word_of_a_text_finds_it(text: str) -> None:
    indexed = search_terms.index_terms([(text, 1)])
    assert all(term in indexed for term in search_terms.query_terms(text))


@given(st.text(max_size=200))
def test_any_text_gives_few_short_terms(text: str) -> None:
    terms = search_terms.query_terms(text)
    assert len(terms) == len(set(terms)) <= search_terms.MOST_TERMS
    assert all(0 < len(term) <= search_terms.LONGEST for term in terms)


def test_both_of_two_terms_are_wanted_and_two_fifths_of_more() -> None:
    assert [search_terms.least_matches(count) for count in (1, 2, 3, 5, 6, 10)] == [1, 2, 2, 2, 3, 4]
