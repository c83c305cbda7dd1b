"""Item files: what must fit together, and what they refer to."""

import json
from typing import Any

import pytest

from lms.core.content import Document, canonical, dump_yaml, plain, read_yaml, validate
from lms.question_bank.content import SCHEMAS, Topic, read_item, references, remarks_on
from lms.question_bank.items import item_of
from tests.question_bank.samples import BODIES, TYPES, body, item, problems_of, text, texts, topic

BAD = """topic: lscat
title: {en: Complaints, zh-Hans: 投诉}
items:
  - key: lscat-001
    type: single
    stem: {en: What now?, zh-Hans: 怎么办？}
    options:
      a: {en: Listen, note the time}
      b: {en: Argue, zh-Hans: 争辩}
    answer: c
  - key: lscat-002
    type: true-false
    stem: {en: True?, zh-Hans: 对吗？}
    answer: yes
  - key: lscat-001
    type: number
    stem: {en: How many?, zh-Hans: 几个？}
    answer: "3"
    tolerance: -1
    points: 0
  - key: lscat-004
    type: guess
  - key: lscat-005
    type: single
    stem: {en: What now?, zh-Hans: 怎么办？}
    options: {a: {en: Yes, zh-Hans: 是}, b: {en: No, zh-Hans: 否}}
    answer: c
    sop: [complaint-handling/LSCAT]
"""


def test_every_problem_of_a_topic_is_reported_with_its_line() -> None:
    document, problems = read_yaml("question_bank/lscat.yaml", BAD)
    assert document and not problems
    definition, problems = validate(Topic, document)
    assert definition is None
    assert [str(problem).removeprefix("question_bank/lscat.yaml:") for problem in problems] == [
        "8: items[0].options.a.note the time: “note the time” is not a language of this product (en, zh-Hans); if it "
        "belongs to the text, put the whole text in quotes.",
        "14: items[1].answer: Write true or false here, without quotes.",
        "15: items[2].key: “lscat-001” stands here a second time; every one must differ.",
        "18: items[2].answer: Write a number here, without quotes.",
        "19: items[2].tolerance: Write a number that is at least 0.",
        "20: items[2].points: Write a number above 0.",
        "22: items[3].type: Write one of these here: single, true-false, multiple, ordering, matching, classify, "
        "judgement, emotion, number, short-text, essay.",
        "28: items[4].sop[0]: Write course/lesson/step here, as in complaint-handling/lscat/listen.",
    ]


@pytest.mark.parametrize("kind", TYPES)
def test_a_sound_item_of_every_type_is_read_and_written_back(kind: str) -> None:
    first = topic(body(kind))
    written = dump_yaml(first)
    document, problems = read_yaml("question_bank/lscat.yaml", written)
    assert document and not problems
    again, problems = validate(Topic, document)
    assert again == first and not problems
    assert dump_yaml(again) == written


@pytest.mark.parametrize("kind", TYPES)
def test_a_stored_body_gives_the_same_item(kind: str) -> None:
    first = item(kind)
    assert item_of(json.loads(canonical(first))) == first


@pytest.mark.parametrize(
    ("kind", "changes", "problems"),
    [
        ("single", {"answer": "e"}, ["answer: “e” does not stand under options; use one of: alpha, beta, gamma, delta."]),
        ("single", {"options": texts(a="Only")}, ["options: Give at least 2 here."]),
        ("single", {"feedback": texts(z="?")},
         ["feedback.z: “z” does not stand under options; use one of: alpha, beta, gamma, delta."]),
        ("multiple", {"answer": ["alpha", "z"]},
         ["answer[1]: “z” does not stand under options; use one of: alpha, beta, gamma, delta."]),
        ("multiple", {"answer": []}, ["answer: Give at least 1 here."]),
        ("multiple", {"answer": ["alpha", "alpha"]},
         ["answer[1]: “alpha” stands here a second time; every one must differ."]),
        ("multiple", {"scoring": "pairs"}, ["scoring: Write one of these here: all-or-nothing, partial."]),
        ("ordering", {"answer": ["gamma", "alpha"]},
         ["answer: The order leaves out: beta, delta; name every option once."]),
        ("matching", {"answer": {"lone": "rone", "ltwo": "lone"}},
         ["answer.ltwo: “lone” does not stand under right; use one of: rone, rtwo, rthree."]),
        ("matching", {"answer": {"lone": "rone"}}, ["answer: “ltwo” has no answer; add it."]),
        ("classify", {"answer": {"sone": "situation", "stwo": "problem", "sthree": "situation", "sfour": "problem"}},
         ["answer.sfour: “sfour” does not stand under statements; use one of: sone, stwo, sthree."]),
        ("judgement", {"values": {"alpha": 1.5, "beta": 0, "gamma": 0, "delta": 0}},
         ["values.alpha: Write a number from 0 to 1."]),
        ("judgement", {"values": {"alpha": 1, "beta": 0, "gamma": 0}},
         ["values: “delta” has no value; add one from 0 to 1."]),
        ("judgement", {"values": {"alpha": 0, "beta": 0, "gamma": 0, "delta": 0}},
         ["values: No option is worth anything; give at least one a value above 0."]),
        ("emotion", {"answer": "hungry"},
         ["answer: “hungry” does not stand under labels; use one of: angry, anxious, disappointed, confused, impatient, "
          "sad, satisfied, neutral."]),
        ("emotion", {"labels": ["angry", "calm"]},
         ["panel.impatient: “impatient” does not stand under labels; use one of: angry, calm."]),
        ("emotion", {"panel": {"angry": 0}},
         ["panel: Nobody of the panel chose anything; write the counts or take the panel away."]),
        ("emotion", {"panel": {}}, ["scoring: Scoring by the panel needs the panel's counts; add “panel”."]),
        ("emotion", {"intensity": 6}, ["intensity: Write a number that is at most 5."]),
        ("emotion", {"image": "face.png"},
         ["image: The picture needs words for those who cannot see it; add “alt”."]),
        ("emotion", {"audio": "../voice.mp3"},
         ["audio: Write the name of a file in the folder media here, as in voice.mp3."]),
        ("number", {"tolerance": True}, ["tolerance: Write a number here, without quotes."]),
        ("short-text", {"accepted": [{"en": "!", "zh-Hans": "？"}]},
         ["accepted[0]: Nothing is left of this without punctuation; use “match: exact”."]),
        ("short-text", {"accepted": []}, ["accepted: Give at least 1 here."]),
        ("essay", {"rubric": []}, ["rubric: Give at least 1 here."]),
        ("essay", {"min_chars": 900}, ["min_chars: The least length is above the greatest, 400."]),
        ("essay", {"rubric": [{"key": "tone", "title": text("Tone"), "levels": [{"points": 0}]}]},
         ["rubric[0].levels: No level is worth anything; give at least one points above 0."]),
    ],
)  # fmt: skip
def test_what_does_not_fit_together_is_refused(kind: str, changes: dict[str, Any], problems: list[str]) -> None:
    assert problems_of(body(kind, **changes)) == problems


def test_every_type_has_a_schema() -> None:
    schema = json.dumps(SCHEMAS["topic"].model_json_schema(by_alias=True))
    assert all(f'"const": "{kind}"' in schema for kind in BODIES)


def test_items_refer_to_sop_steps_and_media() -> None:
    pictured = body(
        "emotion",
        image="face.png",
        alt=text("A face"),
        sop=["complaint-handling/lscat/listen", "complaint-handling"],
        stem={"en": "Look: ![a shop](media/shop.png)", "zh-Hans": "看"},
    )
    assert [(r.kind, r.key, r.loc) for r in references(topic(body("single", "item-two"), pictured))] == [
        ("sop", "complaint-handling/lscat/listen", ("items", 1, "sop", 0)),
        ("sop", "complaint-handling", ("items", 1, "sop", 1)),
        ("media", "face.png", ("items", 1, "image")),
        ("media", "shop.png", ("items", 1, "stem", "en")),
    ]


def test_markdown_of_items_is_remarked_on() -> None:
    definition = topic(body("single", stem={"en": "Which?", "zh-Hans": "**哪一个？**请选"}))
    assert [(fault.loc, fault.severity) for fault in remarks_on(definition)] == [
        (("items", 0, "stem", "zh-Hans"), "warning")
    ]


def test_a_single_item_is_read_as_the_editor_sends_it() -> None:
    definition, problems = read_item(Document("item", plain(item("matching"))))
    assert definition == item("matching") and problems == []
    _, problems = read_item(Document("item", {**body("number"), "answer": None}))
    assert [str(problem) for problem in problems] == ["item:1: answer: Write a number here, without quotes."]
    assert [str(problem)[:13] for problem in read_item(Document("item", {"type": ["x"]}))[1]] == ["item:1: type:"]
    assert read_item(Document("item", None))[0] is None
