"""A feeling on which people do not agree is asked in lessons, never in an exam."""

from typing import Any

from flask import Flask

from lms.assessment import queries_authors, queries_papers
from lms.core.access import Role
from lms.core.database import unit_of_work
from tests import factories_assessment as made

SPLIT = {"angry": 8, "impatient": 6}


def topic_with_a_split_panel() -> None:
    made.topic("feelings", [made.item("clear-1", "emotion"), made.item("split-1", "emotion", panel=SPLIT)])


def plan(**section: Any) -> Any:
    return made.plan("feelings-exam", sections=[{"title": made.text("Feelings"), **section}])


def test_an_exam_passes_the_item_over_and_a_lesson_asks_it(in_app: None) -> None:
    with unit_of_work():
        topic_with_a_split_panel()
    drawn = plan(topic="feelings", draw=1)
    exam = queries_papers.pool_of(drawn, exam_id=1)
    lesson = queries_papers.pool_of(drawn, exam_id=None)
    assert ([item.key for item in exam.items], exam.unfit) == (["clear-1"], ("split-1",))
    assert [item.key for item in lesson.items] == ["clear-1", "split-1"]


def test_a_plan_that_needs_it_is_short_of_items(in_app: None) -> None:
    with unit_of_work():
        topic_with_a_split_panel()
    faults = [str(fault.message) for fault in queries_authors.plan_faults(plan(topic="feelings", draw=2))]
    assert faults == ["This asks for 2 items, but there are only 1."]


def test_a_plan_that_lists_it_is_told_to_take_another(in_app: None) -> None:
    with unit_of_work():
        topic_with_a_split_panel()
    (fault,) = queries_authors.plan_faults(plan(items=["clear-1", "split-1"]))
    assert fault.loc == ("sections", 0, "items", 1)
    assert fault.severity == "error"
    assert str(fault.message).startswith("Exams do not ask “split-1”")


def test_the_pages_of_the_plan_and_of_the_item_say_so(app: Flask, sign_in: Any) -> None:
    with app.app_context(), unit_of_work():
        topic_with_a_split_panel()
        made.exam("feelings-exam", sections=[{"title": made.text("Feelings"), "topic": "feelings", "draw": 1}])
    page = sign_in(Role.TRAINER)
    plan_page = page.get("/author/exams/feelings-exam").text
    assert "One item stays in lessons" in plan_page
    assert "/author/items/split-1" in plan_page
    assert "clear-1" in plan_page
    item_page = " ".join(page.get("/author/items/split-1").text.split())
    assert "57 % of 14 people chose “Angry” (95 % interval 33 % to 79 %)." in item_page
    assert "Only 57 % of the panel chose the same label; an exam needs at least 60 %." in item_page
    assert "an exam needs" not in page.get("/author/items/clear-1").text


def test_an_item_without_a_panel_is_said_to_be_labelled_by_its_author(app: Flask, sign_in: Any) -> None:
    with app.app_context(), unit_of_work():
        made.topic("feelings", [made.item("alone-1", "emotion", panel={}, scoring="strict")])
    assert "Label by the author, no panel." in sign_in(Role.TRAINER).get("/author/items/alone-1").text
