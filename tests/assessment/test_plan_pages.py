"""The pages of exam plans: all exams, one plan with what its papers are like, a sample paper."""

import re
from typing import Any

import pytest
from flask import Flask

from lms.core.access import Role
from lms.core.database import unit_of_work
from tests import factories
from tests import factories_assessment as make
from tests import factories_courses as courses

LEVELS = ("easy", "medium", "hard")


def bank(count: int = 24, **changes: Any) -> list[dict[str, Any]]:
    return [make.item(f"complaints-{n}", difficulty=LEVELS[n % 3], **changes) for n in range(1, count + 1)]


@pytest.fixture
def page(sign_in: Any) -> Any:
    return sign_in(Role.TRAINER)


def shown(page: Any, path: str) -> str:
    reply = page.get(path)
    assert reply.status_code == 200, (path, reply.status_code)
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", str(reply.text)))


def test_the_list_tells_every_exam_in_a_line(app: Flask, page: Any) -> None:
    assert "No exams yet" in shown(page, "/author/exams")
    with app.app_context(), unit_of_work():
        make.topic()
        make.exam(time_limit_minutes=25, attempts=3)
        make.exam("pilot-exam", status="pilot", sites=["north"])
        make.attempt(factories.person())
    text = shown(page, "/author/exams")
    assert "2 exams are in use" in text
    assert re.search(r"Front Line front-line 1 4 80 % 25 3 1 Live", text), text
    assert "Pilot" in text


def test_a_plan_says_that_its_papers_are_equally_hard(app: Flask, page: Any) -> None:
    with app.app_context(), unit_of_work():
        make.topic(items=bank())
        make.exam(sections=[{"topic": "complaints", "draw": 10}], exposure_cap=40)
    text = shown(page, "/author/exams/front-line")
    assert "its papers should be equally hard" in text
    assert "topic Complaints" in text and "Thin" in text
    assert "0 of 24 items" in text  # nothing is measured yet


def test_a_plan_says_by_how_much_its_papers_differ(app: Flask, page: Any) -> None:
    with app.app_context(), unit_of_work():
        make.topic("uneven", [make.item("u-1", difficulty="easy"), make.item("u-2", difficulty="hard")])
        make.exam("uneven", sections=[{"topic": "uneven", "draw": 1}])
    text = shown(page, "/author/exams/uneven")
    assert "its papers should differ in difficulty" in text
    assert "up to 40 points of percent apart; the plan allows 3" in text and "45.0 % to 85.0 %" in text


def test_items_are_told_by_their_question_with_the_key_below(app: Flask, page: Any) -> None:
    stem = {"en": "What do you **say** first?\n\nA second paragraph."}
    with app.app_context(), unit_of_work():
        make.topic("worded", [make.item("w-1", stem=stem), make.item("w-2")])
        make.exam("worded", sections=[{"topic": "worded", "draw": 2}])
    text = shown(page, "/author/exams/worded")
    assert "What do you say first? w-1" in text and "A second paragraph" not in text


def test_a_plan_that_cannot_be_drawn_says_where(app: Flask, page: Any) -> None:
    with app.app_context(), unit_of_work():
        make.topic(items=3)
        make.exam()
    text = shown(page, "/author/exams/front-line")
    assert "no paper can be drawn" in text and "Part 1 asks for 4 questions, and only 3 can be had." in text
    assert page.get("/author/exams/front-line/sample").status_code == 409


def test_a_plan_says_which_steps_papers_ask_for(app: Flask, page: Any) -> None:
    with app.app_context(), unit_of_work():
        courses.course()
        lesson = courses.lesson("hello", kind="sop")
        steps = [f"greeting/hello/{step['key']}" for step in lesson["sop"]["steps"]]
        wished = [make.item("wished", sop=[steps[0]])]
        make.topic(items=[*wished, *[make.item(f"c-{n}", sop=[steps[1]] if n == 1 else []) for n in range(8)]])
        make.exam(sections=[{"topic": "complaints", "draw": 3, "cover": {steps[0]: 1}}])
    text = shown(page, "/author/exams/front-line")
    found = re.search(r"Which steps (\S.*?) (\d+|–) (\d+|–) (\d+|–) (\d+|–) Show the steps", text)
    assert found is not None, text
    total, always, some, never = found.groups()[1:]
    assert (total, always, some, never) == ("2", "1", "1", "–")
    with app.app_context(), unit_of_work():
        make.exam("narrow", sections=[{"sop": steps[0], "draw": 1}])
    assert re.search(r"Which \S.*? 2 1 – 1 Show the steps In none Name a time", shown(page, "/author/exams/narrow"))


def test_a_sample_paper_shows_questions_and_no_keys(app: Flask, page: Any) -> None:
    with app.app_context(), unit_of_work():
        make.every_type()
        make.exam(sections=[{"topic": "every-type", "draw": 10}])
    first = page.get("/author/exams/front-line/sample").text
    assert "Sample paper 1" in first and first.count("What fits every-type") >= 10
    assert "skey" not in first and "Because it does" not in first
    assert page.get("/author/exams/front-line/sample?number=2").text != first
    assert page.get("/author/exams/front-line/sample?number=x").status_code == 200


def test_pages_speak_chinese(app: Flask, sign_in: Any) -> None:
    with app.app_context(), unit_of_work():
        make.topic(items=bank())
        make.exam(sections=[{"topic": "complaints", "draw": 10}])
    page = sign_in(Role.TRAINER, language="zh-Hans")
    assert "Expected" not in shown(page, "/author/exams/front-line")
    assert "Sample" not in shown(page, "/author/exams/front-line/sample")


def test_the_pages_need_as_many_statements_for_a_large_bank(app: Flask, page: Any, count_queries: Any) -> None:
    counts = []
    for key, size in (("small", 12), ("large", 150)):
        with app.app_context(), unit_of_work():
            make.topic(key, [make.item(f"{key}-{n}", difficulty=LEVELS[n % 3]) for n in range(size)])
            make.exam(key, sections=[{"topic": key, "draw": 10}])
        page.get(f"/author/exams/{key}")
        with count_queries() as queries:
            assert page.get(f"/author/exams/{key}").status_code == 200
        with count_queries() as listing:
            page.get("/author/exams")
        counts.append((len(queries), len(listing)))
    assert counts[0] == counts[1] and max(counts[0]) <= 10, counts


@pytest.mark.parametrize("role", [Role.LEARNER, Role.MANAGER, Role.HR, Role.ADMIN], ids=str)
def test_others_do_not_see_plans(app: Flask, sign_in: Any, role: Role) -> None:
    assert sign_in(role).get("/author/exams").status_code == 403


def test_a_page_of_the_desk_that_no_entry_leads_to_keeps_the_entries_of_the_desk(sign_in: Any) -> None:
    trainer = sign_in(Role.TRAINER)
    page = trainer.get("/author/regradings").get_data(as_text=True)
    assert '<body class="work' in page and 'href="/allowances"' in page
    assert '<body class="learn' in trainer.get("/courses").get_data(as_text=True)
