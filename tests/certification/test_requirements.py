"""Requirement trees: met when, by what, and what is missing."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.certification.content import Requirement
from lms.certification.requirements import (
    Evidence,
    Leaf,
    counted,
    evaluate,
    evidence_of,
    lapsed_standing,
    mentioned,
    missing,
    shortest_way,
)

START = datetime(2026, 1, 1, tzinfo=UTC)


def tree(body: dict[str, Any]) -> Requirement:
    return Requirement.model_validate(body)


def done(kind: str, key: str, days: int = 0) -> Evidence:
    return Evidence(kind, key, START + timedelta(days=days), f"{kind}:{key}:{days}")


FRONT_LINE = tree(
    {
        "all": [
            {"course": "complaints"},
            {"exam": "final"},
            {"at_least": {"count": 2, "of": [{"scenario": "a"}, {"scenario": "b"}, {"scenario": "c"}]}},
            {"any": [{"sign_off": "calls"}, {"all": [{"session": "workshop"}, {"licence": "food"}]}]},
        ]
    }
)


def test_all_is_met_when_its_last_part_is() -> None:
    both = tree({"all": [{"course": "a"}, {"exam": "b"}]})
    assert not evaluate(both, [done("course", "a", 1)]).is_met
    assert evaluate(both, [done("course", "a", 1), done("exam", "b", 5)]).met_at == START + timedelta(days=5)


def test_any_is_met_when_its_first_part_is() -> None:
    either = tree({"any": [{"course": "a"}, {"exam": "b"}]})
    assert evaluate(either, [done("course", "a", 7), done("exam", "b", 5)]).met_at == START + timedelta(days=5)


def test_at_least_is_met_by_the_nth_earliest() -> None:
    two = tree({"at_least": {"count": 2, "of": [{"exam": "a"}, {"exam": "b"}, {"exam": "c"}]}})
    assert not evaluate(two, [done("exam", "a", 1)]).is_met
    evidence = [done("exam", "a", 9), done("exam", "b", 3), done("exam", "c", 1)]
    assert evaluate(two, evidence).met_at == START + timedelta(days=3)


def test_the_same_twice_counts_once_and_from_the_first_time() -> None:
    two = tree({"at_least": {"count": 2, "of": [{"exam": "a"}, {"exam": "b"}]}})
    assert not evaluate(two, [done("exam", "a", 1), done("exam", "a", 2)]).is_met
    assert evaluate(tree({"exam": "a"}), [done("exam", "a", 4), done("exam", "a", 2)]).met_at == START + timedelta(days=2)


def test_kinds_do_not_mix_and_a_sign_off_is_known_by_both_spellings() -> None:
    assert not evaluate(tree({"exam": "x"}), [done("course", "x")]).is_met
    assert evaluate(tree({"sign_off": "x"}), [done("sign-off", "x")]).is_met


def test_for_recertification_only_what_was_done_since_counts() -> None:
    since = START + timedelta(days=10)
    exam = tree({"exam": "a"})
    assert not evaluate(exam, [done("exam", "a", 9)], since).is_met
    assert evaluate(exam, [done("exam", "a", 9), done("exam", "a", 10)], since).met_at == since


def test_licences_and_certificates_that_hold_count_however_old() -> None:
    since = START + timedelta(days=10)
    assert evaluate(tree({"licence": "food"}), [done("licence", "food", 1)], since).met_at == since
    assert evaluate(tree({"certification": "basics"}), [done("certification", "basics", 1)], since).met_at == since


def test_missing_names_every_open_leaf_and_the_shortest_way_the_fewest() -> None:
    standing = evaluate(FRONT_LINE, [done("course", "complaints"), done("scenario", "b")])
    assert missing(standing) == [
        Leaf("exam", "final"),
        Leaf("scenario", "a"),
        Leaf("scenario", "c"),
        Leaf("sign_off", "calls"),
        Leaf("session", "workshop"),
        Leaf("licence", "food"),
    ]
    assert shortest_way(standing) == [Leaf("exam", "final"), Leaf("scenario", "a"), Leaf("sign_off", "calls")]


def test_the_shortest_way_takes_the_branch_that_is_nearly_done() -> None:
    ways = tree({"any": [{"all": [{"exam": "a"}, {"exam": "b"}]}, {"all": [{"exam": "c"}, {"exam": "d"}]}]})
    assert shortest_way(evaluate(ways, [])) == [Leaf("exam", "a"), Leaf("exam", "b")]
    assert shortest_way(evaluate(ways, [done("exam", "d")])) == [Leaf("exam", "c")]


def test_nothing_is_missing_from_a_met_tree() -> None:
    standing = evaluate(tree({"any": [{"exam": "a"}, {"exam": "b"}]}), [done("exam", "b")])
    assert missing(standing) == []
    assert shortest_way(standing) == []


def test_evidence_is_kept_in_the_order_of_time() -> None:
    standing = evaluate(tree({"all": [{"exam": "a"}, {"course": "b"}]}), [done("exam", "a", 5), done("course", "b", 2)])
    assert [piece.reference for piece in evidence_of(standing)] == ["course:b:2", "exam:a:5"]


@pytest.mark.parametrize(
    ("evidence", "expected"),
    [
        ([], (0, 5)),
        ([done("course", "complaints")], (1, 5)),
        ([done("course", "complaints"), done("scenario", "a")], (2, 5)),
        ([done("scenario", "a"), done("scenario", "b"), done("scenario", "c")], (2, 5)),
    ],
)
def test_counted_says_how_far_it_is(evidence: list[Evidence], expected: tuple[int, int]) -> None:
    assert counted(evaluate(FRONT_LINE, evidence)) == expected


def test_a_licence_that_ran_out_blocks_unless_another_way_holds() -> None:
    needed = tree({"all": [{"exam": "a"}, {"licence": "food"}]})
    assert lapsed_standing(needed, []) == [Leaf("licence", "food")]
    assert lapsed_standing(needed, [Leaf("licence", "food")]) == []
    assert lapsed_standing(FRONT_LINE, []) == []
    either = tree({"any": [{"licence": "food"}, {"licence": "drink"}]})
    assert lapsed_standing(either, []) == [Leaf("licence", "food"), Leaf("licence", "drink")]
    assert lapsed_standing(either, [Leaf("licence", "drink")]) == []


def test_mentioned_names_each_leaf_once() -> None:
    first, second = tree({"all": [{"exam": "a"}, {"course": "b"}]}), tree({"exam": "a"})
    assert mentioned([first, None, second]) == [Leaf("exam", "a"), Leaf("course", "b")]


leaf_bodies = st.sampled_from([{"exam": key} for key in "abcd"] + [{"course": key} for key in "ab"])


def _branches(children: st.SearchStrategy[dict[str, Any]]) -> st.SearchStrategy[dict[str, Any]]:
    lists = st.lists(children, min_size=1, max_size=4)
    at_least = lists.flatmap(
        lambda of: st.integers(1, len(of)).map(lambda count: {"at_least": {"count": count, "of": of}})
    )
    return lists.map(lambda parts: {"all": parts}) | lists.map(lambda parts: {"any": parts}) | at_least


trees = st.recursive(leaf_bodies, _branches, max_leaves=12)
pieces = st.lists(
    st.tuples(st.sampled_from([("exam", key) for key in "abcd"] + [("course", key) for key in "ab"]), st.integers(0, 9)),
    max_size=8,
)


@given(body=trees, had=pieces)
def test_the_shortest_way_leads_there_and_is_part_of_what_is_missing(body: dict[str, Any], had: Any) -> None:
    evidence = [done(kind, key, days) for (kind, key), days in had]
    standing = evaluate(tree(body), evidence)
    way = shortest_way(standing)
    assert set(way) <= set(missing(standing))
    assert (way == []) == standing.is_met
    assert evaluate(tree(body), [*evidence, *(done(leaf.kind, leaf.key, 20) for leaf in way)]).is_met


@given(body=trees, had=pieces)
def test_a_tree_became_met_exactly_when_it_says(body: dict[str, Any], had: Any) -> None:
    evidence = [done(kind, key, days) for (kind, key), days in had]
    met_at = evaluate(tree(body), evidence).met_at
    if met_at is None:
        return
    assert evaluate(tree(body), [piece for piece in evidence if piece.at <= met_at]).met_at == met_at
    assert not evaluate(tree(body), [piece for piece in evidence if piece.at < met_at]).is_met
