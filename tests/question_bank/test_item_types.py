"""How items are shown, how answers are read, and what they score."""

import json
from decimal import Decimal
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.question_bank.item_types import (
    Answer,
    Refusal,
    Shown,
    public,
    read_answer,
    right_answer,
    rubric_share,
    score,
    shown,
    write_answer,
)
from lms.question_bank.items import Essay
from tests.question_bank.samples import BODIES, OPTIONS, SCORED_TYPES, TYPES, body, item, text, texts

SEEDS = st.integers(0, 2**32)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 9) | st.floats() | st.sampled_from(["1", "2", "3", "4", "01", "angry"]) |
    st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from("1234x"), inner, max_size=4),
    max_leaves=6,
)  # fmt: skip


@st.composite
def raw_answers(draw: st.DrawFn, kind: str) -> Any:
    numbers = st.sampled_from(["1", "2", "3", "4"])
    likely: dict[str, st.SearchStrategy[Any]] = {
        "single": numbers,
        "judgement": numbers,
        "true-false": st.booleans(),
        "multiple": st.lists(numbers, unique=True),
        "ordering": st.permutations(["1", "2", "3", "4"]),
        "matching": st.dictionaries(st.sampled_from("12"), st.sampled_from("123")),
        "classify": st.dictionaries(st.sampled_from("123"), st.sampled_from("12")),
        "emotion": st.sampled_from(["angry", "impatient", "sad"]),
        "number": st.integers(0, 5) | st.floats(0, 5),
        "short-text": st.sampled_from(["24 HOURS", "one day", "２４小时。", "two"]) | st.text(),
        "essay": st.text(),
    }
    return draw(likely[kind] | JSON)


@given(st.sampled_from(TYPES), SEEDS, st.data())
def test_any_answer_is_taken_or_refused_and_never_scores_outside_0_to_1(
    kind: str, seed: int, data: st.DataObject
) -> None:
    subject = item(kind)
    order = shown(subject, Random(seed))
    answer = read_answer(subject, order, data.draw(raw_answers(kind)))
    if isinstance(answer, Refusal):
        assert str(answer.message).endswith(".")
        return
    share = score(subject, answer)
    assert share is None or 0 <= share <= 1
    assert score(subject, answer) == share
    assert score(subject, json.loads(json.dumps(answer))) == share
    assert read_answer(subject, order, write_answer(subject, order, answer)) == answer


@given(st.sampled_from(SCORED_TYPES), SEEDS)
def test_the_right_answer_scores_1_however_it_is_shown(kind: str, seed: int) -> None:
    subject = item(kind)
    order = shown(subject, Random(seed))
    sent = write_answer(subject, order, right_answer(subject))
    answer = read_answer(subject, order, sent)
    assert not isinstance(answer, Refusal)
    assert score(subject, answer) == 1


@pytest.mark.parametrize("kind", TYPES)
def test_no_answer_scores_0(kind: str) -> None:
    assert score(item(kind), None) == 0


@given(st.sampled_from(TYPES), SEEDS, st.booleans())
def test_what_a_learner_sees_holds_no_key_no_answer_and_no_worth(kind: str, seed: int, shuffle: bool) -> None:
    subject = item(kind, key="secret-key", skill="secret-skill", sop=["secret-course"], points=3)
    seen = public(shown(subject, Random(seed), shuffle_options=shuffle), subject, "en")
    said = json.dumps(seen)
    authored = {"secret-key", "secret-skill", "secret-course", "rationale", "answer", "values", "panel", "tolerance"}
    authored |= {"accepted", "rubric", "difficulty", "scoring", "intensity", "Because it does."}
    for field in ("options", "left", "right", "statements", "categories"):
        authored |= {f'"{key}"' for key in BODIES[kind].get(field, {})}
    assert not [word for word in authored if word in said]
    assert seen["points"] == 3


def test_every_part_is_numbered_as_shown() -> None:
    subject = item("matching")
    order = shown(subject, Random(3))
    seen = public(order, subject, "zh-Hans")
    assert [part["id"] for part in seen["right"]] == ["1", "2", "3"]
    assert sorted(part["text"] for part in seen["right"]) == ["Due（中）", "Tre（中）", "Uno（中）"]
    assert (
        seen["right"][0]["text"]
        == text({"rone": "Uno", "rtwo": "Due", "rthree": "Tre"}[order.order["right"][0]])["zh-Hans"]
    )


def test_the_fields_of_every_type_are_those_of_the_api() -> None:
    always = {"type", "stem", "points"}
    own = {
        "single": {"options"},
        "true-false": set(),
        "multiple": {"options"},
        "ordering": {"options"},
        "matching": {"left", "right"},
        "classify": {"statements", "categories"},
        "judgement": {"options"},
        "emotion": {"utterance", "cues", "labels"},
        "number": set(),
        "short-text": set(),
        "essay": {"min_chars", "max_chars"},
    }
    for kind in TYPES:
        assert public(shown(item(kind), Random(1)), item(kind), "en").keys() == always | own[kind]


def test_emotion_labels_keep_their_names() -> None:
    seen = public(shown(item("emotion"), Random(1)), item("emotion"), "zh-Hans")
    assert seen["labels"][0] == {"id": "angry", "text": "生气"}
    assert len(seen["labels"]) == 8
    own = public(Shown({}), item("emotion", labels=["angry", "impatient", "worn-out"]), "en")
    assert own["labels"][2] == {"id": "worn-out", "text": "Worn out"}


def test_a_picture_and_a_recording_are_announced_with_words_not_with_file_names() -> None:
    subject = item("emotion", image="angry.png", alt=text("A clenched fist"), audio="angry.mp3")
    seen = public(Shown({}), subject, "en")
    assert seen["image"] == {"alt": "A clenched fist"}
    assert seen["audio"] == {"transcript": "Again nobody called me!"}


def test_shuffling_can_be_off_but_never_for_ordering_and_right_sides() -> None:
    single = item("single")
    assert shown(single, Random(1), shuffle_options=False).order == {"options": tuple(OPTIONS)}
    orders = {shown(item("ordering"), Random(seed), shuffle_options=False).order["options"] for seed in range(40)}
    rights = {shown(item("matching"), Random(seed), shuffle_options=False).order["right"] for seed in range(40)}
    assert len(orders) > 5 and len(rights) == 6


def test_the_same_seed_shows_the_same() -> None:
    assert shown(item("single"), Random(7)) == shown(item("single"), Random(7))


def test_what_was_shown_survives_storing() -> None:
    order = shown(item("classify"), Random(2))
    assert Shown.from_json(json.loads(json.dumps(order.to_json()))) == order


def number_of(order: Shown, key: str, field: str = "options") -> str:
    return order.number(field, key)


@pytest.mark.parametrize(
    ("kind", "raw"),
    [
        ("single", "5"), ("single", "0"), ("single", "beta"), ("single", 1), ("single", "01"), ("single", "²"),
        ("single", ["1"]), ("single", "9" * 5000),
        ("true-false", "true"), ("true-false", 1),
        ("multiple", "1"), ("multiple", ["1", "1"]), ("multiple", ["1", "7"]), ("multiple", [1]),
        ("ordering", ["1", "2", "2", "3"]),
        ("matching", ["1"]), ("matching", {"1": "4"}), ("matching", {"3": "1"}), ("matching", {"1": ["1"]}),
        ("classify", {"9": "1"}),
        ("judgement", "alpha"),
        ("emotion", "hungry"), ("emotion", "1"), ("emotion", 1),
        ("number", "2.5"), ("number", True), ("number", float("nan")), ("number", float("inf")), ("number", 10**400),
        ("short-text", 24), ("short-text", "x" * 501), ("short-text", "a\x00b"), ("short-text", "a\ud800b"),
        ("essay", "x" * 401), ("essay", {}),
    ],
)  # fmt: skip
def test_what_cannot_be_an_answer_is_refused(kind: str, raw: Any) -> None:
    subject = item(kind)
    assert isinstance(read_answer(subject, shown(subject, Random(1)), raw), Refusal)


def test_a_refusal_says_what_to_do() -> None:
    subject = item("essay")
    refusal = read_answer(subject, shown(subject, Random(1)), "x" * 401)
    assert isinstance(refusal, Refusal)
    assert str(refusal.message) == "The text is too long; at most 400 characters."


def test_an_unfinished_answer_can_be_saved() -> None:
    subject = item("matching")
    order = shown(subject, Random(1))
    assert read_answer(subject, order, {"1": "2", "2": None}) == {order.order["left"][0]: order.order["right"][1]}
    assert read_answer(item("multiple"), shown(item("multiple"), Random(1)), []) == []


def test_taking_an_answer_back_is_an_answer() -> None:
    for kind in TYPES:
        assert read_answer(item(kind), shown(item(kind), Random(1)), None) is None


@pytest.mark.parametrize(
    ("kind", "changes", "answer", "share"),
    [
        ("single", {}, "beta", "1"),
        ("single", {}, "alpha", "0"),
        ("true-false", {}, False, "1"),
        ("true-false", {}, True, "0"),
        ("true-false", {}, None, "0"),
        ("multiple", {"scoring": "all-or-nothing"}, ["gamma", "alpha"], "1"),
        ("multiple", {"scoring": "all-or-nothing"}, ["alpha"], "0"),
        ("multiple", {"scoring": "all-or-nothing"}, ["alpha", "gamma", "beta"], "0"),
        ("multiple", {}, ["alpha"], "0.5"),
        ("multiple", {}, ["alpha", "gamma", "beta"], "0.5"),
        ("multiple", {}, ["alpha", "beta"], "0"),
        ("multiple", {}, ["alpha", "beta", "delta"], "0"),
        ("multiple", {}, ["alpha", "beta", "gamma", "delta"], "0"),
        ("multiple", {}, [], "0"),
        ("multiple", {"answer": ["alpha", "beta", "gamma", "delta"]}, ["alpha"], "0.25"),
        ("ordering", {"scoring": "exact"}, ["gamma", "alpha", "delta", "beta"], "1"),
        ("ordering", {"scoring": "exact"}, ["gamma", "alpha", "beta", "delta"], "0"),
        ("ordering", {"options": texts(a="A", b="B"), "answer": ["b", "a"]}, ["a", "b"], "0"),
        ("ordering", {}, ["beta", "delta", "alpha", "gamma"], "0"),
        ("ordering", {"answer": ["alpha", "beta", "gamma", "delta"]}, ["beta", "alpha", "delta", "gamma"],
         Decimal(4) / 6),
        ("ordering", {"answer": ["alpha", "beta", "gamma", "delta"]}, ["alpha", "beta"], Decimal(1) / 6),
        ("matching", {}, {"lone": "rone", "ltwo": "rthree"}, "0.5"),
        ("matching", {}, {"lone": "rtwo"}, "0"),
        ("classify", {}, {"sone": "situation", "stwo": "situation", "sthree": "situation"}, Decimal(2) / 3),
        ("judgement", {}, "beta", "0.5"),
        ("judgement", {}, "gamma", "0"),
        ("emotion", {"scoring": "strict"}, "angry", "1"),
        ("emotion", {"scoring": "strict"}, "impatient", "0"),
        ("emotion", {}, "impatient", "0.5"),
        ("emotion", {}, "sad", "0"),
        ("number", {}, 3, "1"),
        ("number", {}, 2.0, "1"),
        ("number", {}, 3.01, "0"),
        ("number", {"answer": 0.3, "tolerance": 0}, 0.3, "1"),
        ("short-text", {}, "  24  HOURS! ", "1"),
        ("short-text", {}, "２４小时。", "1"),
        ("short-text", {}, "24 小 时", "1"),
        ("short-text", {}, "42 hours", "0"),
        ("short-text", {"match": "exact"}, "24 Hours", "0"),
        ("short-text", {"match": "exact"}, "24 hours", "1"),
        ("short-text", {"accepted": [{"en": "3.5", "zh-Hans": "3.5"}]}, "35", "0"),
        ("short-text", {"accepted": [{"en": "-5", "zh-Hans": "-5"}]}, "5", "0"),
        ("short-text", {"accepted": [{"en": "5%", "zh-Hans": "5%"}]}, "５％", "1"),
    ],
)  # fmt: skip
def test_shares_follow_the_table(kind: str, changes: dict[str, Any], answer: Answer, share: str | Decimal) -> None:
    assert score(item(kind, **changes), answer) == Decimal(share)


def test_an_essay_is_marked_by_people() -> None:
    essay = item("essay")
    assert isinstance(essay, Essay)
    assert score(essay, "I would listen first.") is None
    assert rubric_share(essay, {"tone": Decimal(2), "facts": Decimal(1)}) == Decimal("0.75")
    for wrong in ({"tone": Decimal(2)}, {"tone": Decimal(1), "facts": Decimal(1)}):
        with pytest.raises(ValueError, match="rubric line"):
            rubric_share(essay, wrong)


def test_an_unknown_type_of_body_is_never_shown() -> None:
    with pytest.raises(KeyError):
        item("single", type="guess")
    assert body("single")["type"] == "single"
