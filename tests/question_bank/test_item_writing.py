"""Advice on writing items."""

from typing import Any

import pytest

from lms.question_bank.item_writing import advice, advice_on_bank, advice_on_item
from tests.question_bank.samples import TYPES, body, item, text, texts, topic


def said(kind: str, **changes: Any) -> list[str]:
    return [f"{'.'.join(map(str, fault.loc))}: {fault.message}" for fault in advice_on_item(item(kind, **changes))]


def ways(**words: str) -> dict[str, dict[str, str]]:
    return {**texts(alpha="First way", beta="Second way", gamma="Third way"), **texts(**words)}


@pytest.mark.parametrize("kind", TYPES)
def test_a_well_written_item_gets_no_advice(kind: str) -> None:
    assert said(kind) == []


def test_a_missing_rationale_is_missed() -> None:
    assert said("single", rationale=None) == ["key: There is no rationale; say why the answer is right."]
    assert said("essay", rationale=None) == []


@pytest.mark.parametrize(
    "stem",
    [
        {"en": "Which of these is not part of LSCAT?"},
        {"en": "A guest waits. Which step doesn't help?"},
        {"en": "All of these help except which?"},
        {"zh-Hans": "客人在等。下面哪一项不属于五步法？"},
        {"zh-Hans": "哪种说法是错误的？"},
    ],
)
def test_a_negative_question_has_to_say_so_loudly(stem: dict[str, str]) -> None:
    (language,) = stem
    warning = "The question is negative; ask for what is right, or set the negation in bold."
    assert said("single", stem=stem) == [f"stem.{language}: {warning}"]


@pytest.mark.parametrize(
    "stem",
    [
        {"en": "Which of these is **not** part of LSCAT?"},
        {"en": "Which of these is NOT part of LSCAT?"},
        {"en": "“I have not signed this!” Which step comes next?"},
        {"en": "The parcel has not come. Which step comes next?"},
        {"zh-Hans": "下面哪一项**不属于**五步法？"},
        {"zh-Hans": "快递不是今天到的。下一步做哪一项？"},
    ],
)
def test_a_loud_or_quoted_negation_is_fine(stem: dict[str, str]) -> None:
    assert said("single", stem=stem) == []


@pytest.mark.parametrize(
    ("words", "language"),
    [("All of the above", "en"), ("None of these", "en"), ("以上都是", "zh-Hans"), ("以上皆不对", "zh-Hans")],
)
def test_all_of_the_above_is_no_option(words: str, language: str) -> None:
    found = said("single", options={**ways(), "delta": {language: words}})
    assert found == [
        f"options.delta.{language}: “All” or “none of the above” tests logic, not the subject; write the options out."
    ]


def test_absolute_words_give_wrong_options_away() -> None:
    found = said("single", options=ways(beta="Always call back", gamma="Never call back", delta="“I never said that.”"))
    assert found == [
        "options.gamma.en: “Never” gives a wrong option away; say it less absolutely.",
        "options.gamma.zh-Hans: “Never” gives a wrong option away; say it less absolutely.",
    ]


def test_options_that_read_alike_are_found() -> None:
    assert said("single", options=ways(delta="first  way!")) == [
        "options.delta.en: This reads like “alpha”; make them differ.",
        "options.delta.zh-Hans: This reads like “alpha”; make them differ.",
    ]


@pytest.mark.parametrize(
    ("kind", "changes", "warning"),
    [
        ("multiple", {"answer": ["alpha", "beta", "gamma", "delta"]},
         "answer: Every option is right; add one that is not."),
        ("judgement", {"values": {"alpha": 0.5, "beta": 0, "gamma": 0, "delta": 0}},
         "values: No option earns all the points; give the best one the value 1."),
        ("emotion", {"answer": "sad"},
         "panel: The panel chose another label more often than the answer; look at the item again."),
        ("matching", {"answer": {"lone": "rone", "ltwo": "rone"}}, "answer: All belong to the same one; vary them."),
        ("ordering", {"answer": ["alpha", "beta", "gamma", "delta"]},
         "options: The options stand in the right order already; write them in another."),
    ],
)  # fmt: skip
def test_keys_that_look_odd_are_questioned(kind: str, changes: dict[str, Any], warning: str) -> None:
    assert said(kind, **changes) == [warning]


def bank(answers: str, long: str = "") -> list[str]:
    """Advice on a bank of four-option items with these answers, of which ``long`` options are the longest."""
    letters = {"a": "alpha", "b": "beta", "c": "gamma", "d": "delta"}
    items = []
    for number, letter in enumerate(answers):
        options = ways(delta="Fourth way")
        if number < len(long):
            options[letters[long[number]]] = text("The longest way of them all")
        items.append(item("single", key=f"item-{number}", options=options, answer=letters[letter]))
    return [str(fault.message) for fault in advice_on_bank(items)]


def test_a_bank_whose_longest_option_is_the_answer_is_warned_of_in_each_language() -> None:
    even = "abcdabcdabcd"
    assert bank(even, even) == [
        "In 12 of 12 items the longest option is the answer (en); even the lengths out.",
        "In 12 of 12 items the longest option is the answer (zh-Hans); even the lengths out.",
    ]
    assert bank(even, "dcbadcbadcba") == []


def test_answers_that_stand_in_one_place_too_often_are_noticed() -> None:
    assert bank("bbbbbbbabc") == ["In 8 of 10 items the answer is option 2; spread the answers."]
    assert bank("bbabcdbabd") == []


def test_chance_is_allowed_for_in_a_small_bank() -> None:
    assert bank("bbbbb", "bbbbb") == []


def test_true_and_false_are_mixed() -> None:
    one_sided = [item("true-false", key=f"item-{number}", answer=True) for number in range(9)]
    assert [str(fault.message) for fault in advice_on_bank(one_sided)] == [
        "9 of 9 true-false items are true; mix them."
    ]


def test_advice_on_a_topic_is_a_warning_with_its_place() -> None:
    definition = topic(body("single"), body("number", "item-two", rationale=None))
    assert [(fault.loc, fault.severity) for fault in advice(definition)] == [(("items", 1, "key"), "warning")]
