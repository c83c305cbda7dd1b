"""Exam plan files."""

from datetime import UTC, datetime
from typing import Any

import pytest

from lms.assessment.content import SCHEMAS, BankItem, Exam, references
from lms.assessment.supply import check_supply
from lms.core.content import Document, dump_yaml, read_yaml, validate

GOOD = """exam: front-line-exam
title:
  en: Front line
  zh-Hans: 一线
sections:
  - topic: spin
    draw: 4
    difficulty:
      easy: 1
      medium: 2
      hard: 1
    cut: 70
  - sop: complaint-handling/lscat
    draw: 2
  - items:
      - lscat-001
      - lscat-004
cut: 75.5
time_limit_minutes: 45
when_time_is_up: grace
grace_minutes: 5
show:
  answers: after-close
opens_at: 2027-01-01T09:00
closes_at: 2027-02-01T09:00
"""


def exam(text: str = GOOD) -> tuple[Document, Exam]:
    document, problems = read_yaml("e.yaml", text)
    assert document and not problems
    definition, problems = validate(Exam, document)
    assert definition, [str(problem) for problem in problems]
    return document, definition


def with_sections(*sections: dict[str, Any]) -> Exam:
    title = {"en": "E", "zh-Hans": "考"}
    definition, problems = validate(Exam, Document("e.yaml", {"exam": "e", "title": title, "sections": list(sections)}))
    assert definition, [str(problem) for problem in problems]
    return definition


def bank(count: int, topic: str = "spin", **fields: Any) -> list[BankItem]:
    prefix = fields.pop("prefix", topic)
    return [BankItem(f"{prefix}-{number}", topic, **fields) for number in range(count)]


def test_a_plan_in_the_fixed_style_is_written_as_it_was_read() -> None:
    assert dump_yaml(exam()[1]) == GOOD


def test_what_is_left_out_has_the_documented_default() -> None:
    plan = with_sections({"topic": "spin", "draw": 1})
    assert (plan.cut, plan.wait_hours, plan.counts, plan.when_time_is_up) == (80, 24, "best", "auto-submit")
    assert (plan.time_limit_minutes, plan.attempts, plan.assigned_only) == (None, None, False)
    assert (plan.shuffle.items, plan.shuffle.options, plan.avoid_seen) == (True, True, True)
    assert (plan.show.score, plan.show.answers) == ("at-once", "after-pass")


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("    draw: 2\n", "    draw: 2\n    topic: spin\n",
         "13: sections[1].sop: Items come from one place; keep topic or sop."),
        ("  - sop: complaint-handling/lscat\n    draw: 2", "  - draw: 2",
         "13: sections[1]: Say where the items come from: add topic, sop or items."),
        ("      hard: 1", "      hard: 2",
         "8: sections[0].difficulty: The counts add up to 5; they must add up to 4."),
        ("      hard: 1", "      tough: 1", "11: sections[0].difficulty.tough: Write one of these here: easy, medium, "
         "hard."),
        ("  - items:\n", "  - draw: 3\n    items:\n", "15: sections[2].draw: This draws 3 items, but only 2 are listed."),
        ("lscat-004", "lscat-001", "17: sections[2].items[1]: “lscat-001” stands here a second time; every one must "
         "differ."),
        ("cut: 75.5", "cut: 120", "18: cut: Write a percentage from 0 to 100."),
        ("grace_minutes: 5", "grace_minutes: 0", "20: when_time_is_up: Grace needs its length; add grace_minutes."),
        ("closes_at: 2027-02-01T09:00", "closes_at: 2026-02-01T09:00",
         "25: closes_at: The exam closes before it opens; change one of them."),
        ("closes_at: 2027-02-01T09:00", "closes_at: 2027-02-01T09:00Z",
         "25: closes_at: Give opens_at and closes_at both with a time zone, or both without."),
        ("closes_at: 2027-02-01T09:00", "closes_at: 2027-02-01",
         "25: closes_at: Write a day and a time here, as in 2027-06-30T09:00 or 2027-06-30T09:00+08:00."),
        ("closes_at: 2027-02-01T09:00\n", "", "22: show: Nothing closes, so nothing would ever be shown; add closes_at."),
    ],
)  # fmt: skip
def test_what_does_not_fit_together_is_said_with_its_line(old: str, new: str, problem: str) -> None:
    document, _ = read_yaml("e.yaml", GOOD.replace(old, new, 1))
    assert document
    assert [str(found) for found in validate(Exam, document)[1]] == [f"e.yaml:{problem}"]


def test_an_item_is_listed_in_one_section_only() -> None:
    sections = [{"items": ["a", "b"]}, {"items": ["c", "a"]}]
    data = {"exam": "e", "title": {"en": "E", "zh-Hans": "考"}, "sections": sections}
    assert [str(problem) for problem in validate(Exam, Document("e.yaml", data))[1]] == [
        "e.yaml:1: sections[1].items[1]: “a” is listed in an earlier section already; an attempt shows an item once."
    ]


def test_a_moment_may_name_its_zone() -> None:
    _, plan = exam(GOOD.replace("T09:00", "T09:00Z"))
    assert plan.opens_at == datetime(2027, 1, 1, 9, tzinfo=UTC)


def test_a_plan_refers_to_what_it_draws_from() -> None:
    assert [(r.kind, r.key, r.loc) for r in references(exam()[1])] == [
        ("topic", "spin", ("sections", 0, "topic")),
        ("sop", "complaint-handling/lscat", ("sections", 1, "sop")),
        ("item", "lscat-001", ("sections", 2, "items", 0)),
        ("item", "lscat-004", ("sections", 2, "items", 1)),
    ]


def test_a_plan_cannot_ask_for_more_than_there_is() -> None:
    document, plan = exam()
    supply = [
        *bank(1, difficulty="easy", prefix="e"),
        *bank(3, difficulty="medium", prefix="m"),
        *bank(1, "lscat", sop=("complaint-handling/lscat/listen",)),
        *bank(9, "other", sop=("complaint-handling/lscat-two/listen",)),
    ]
    assert [str(problem) for problem in document.located(check_supply(plan, supply))] == [
        "e.yaml:11: sections[0].difficulty.hard: This asks for 1 items of this difficulty, but there are only 0.",
        "e.yaml:14: sections[1].draw: This asks for 2 items, but there are only 1.",
    ]


def test_sections_that_share_items_need_enough_for_all() -> None:
    plan = with_sections({"topic": "spin", "draw": 3}, {"sop": "c/l", "draw": 2})
    shared = bank(4, sop=("c/l/step",))
    assert [fault.loc for fault in check_supply(plan, shared)] == [("sections", 1)]
    assert list(check_supply(plan, bank(5, sop=("c/l/step",)))) == []


def test_sections_that_share_items_may_be_served_by_giving_way() -> None:
    plan = with_sections({"topic": "spin", "draw": 2}, {"sop": "c/l", "draw": 2})
    mixed = [*bank(2, sop=("c/l",), prefix="a"), *bank(2, prefix="z")]
    assert list(check_supply(plan, mixed)) == []


def test_a_topic_without_draw_takes_all_there_are() -> None:
    plan = with_sections({"topic": "spin"})
    assert list(check_supply(plan, bank(1))) == []
    assert [str(fault.message) for fault in check_supply(plan, [])] == ["This asks for 1 items, but there are only 0."]


def test_the_schema_is_there_for_editors() -> None:
    assert SCHEMAS["exam"].model_json_schema(by_alias=True)["required"] == ["exam", "title", "sections"]


def test_a_part_may_wish_for_items_by_step() -> None:
    wished = with_sections({"topic": "spin", "draw": 4, "cover": {"c/l/step": 2}})
    assert [(one.kind, one.key) for one in references(wished)] == [("topic", "spin"), ("sop", "c/l/step")]
    one = [*bank(6), BankItem("rare", "spin", ("c/l/step",))]
    assert [fault.loc for fault in check_supply(wished, one)] == [("sections", 0, "cover", "c/l/step")]
    assert list(check_supply(wished, [*one, BankItem("rarer", "spin", ("c/l/step",), "hard")])) == []


def test_difficulties_and_wished_steps_must_go_together() -> None:
    plan = with_sections({"topic": "spin", "difficulty": {"easy": 1, "hard": 1}, "cover": {"c/l/step": 2}})
    supply = [BankItem(f"easy-{n}", "spin", ("c/l/step",), "easy") for n in range(3)]
    supply += [BankItem(f"hard-{n}", "spin", (), "hard") for n in range(3)]
    (fault,) = check_supply(plan, supply)
    assert fault.loc == ("sections", 0) and "at the same time" in fault.template
    assert list(check_supply(plan, [*supply, BankItem("both", "spin", ("c/l/step",), "hard")])) == []
