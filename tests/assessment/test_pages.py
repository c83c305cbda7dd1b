"""The pages of sitting an exam, without scripts and as the scripts ask."""

import json
import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from lms.assessment.models import Attempt, Response
from lms.core.access import Role
from lms.core.database import db, unit_of_work
from lms.enrolment import queries as enrolment
from lms.identity.models import Person
from tests import factories
from tests import factories_assessment as make
from tests import factories_courses as courses


@pytest.fixture
def every_type(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        make.every_type()
        show = {"score": "at-once", "answers": "at-once"}
        make.exam(sections=[{"topic": "every-type", "draw": 10}], show=show, time_limit_minutes=45)


def begin(page: Any, key: str = "front-line") -> str:
    reply = page.post(f"/exams/{key}")
    assert reply.status_code == 303
    return str(reply.location)


def shown(page: Any, path: str) -> str:
    reply = page.get(path)
    assert reply.status_code == 200, (path, reply.status_code, reply.location)
    return str(reply.text)


def answers_of(app: Flask, path: str) -> tuple[Attempt, dict[int, Any]]:
    with app.app_context():
        attempt = db.session.get_one(Attempt, int(path.split("/")[2]))
        return attempt, make.right_answers(attempt)


def form_of(kind: str, answer: Any) -> dict[str, Any]:
    """The fields a browser sends for an answer."""
    if kind == "ordering":
        return {f"place-{option}": str(place) for place, option in enumerate(answer, 1)}
    if kind in ("matching", "classify"):
        return {f"pair-{row}": target for row, target in answer.items()}
    if kind == "true-false":
        return {"answer": "true" if answer else "false"}
    return {"answer": answer}


def test_an_exam_is_sat_without_scripts(app: Flask, sign_in: Any, learner: Person, every_type: None) -> None:
    page = sign_in(learner)
    assert "Begin the exam" in shown(page, "/exams/front-line")
    path = begin(page)
    attempt, answers = answers_of(app, path)
    kinds = {
        place["slot"]: make_kind for place, make_kind in zip(attempt.paper, kinds_of(app, attempt), strict=True)
    }
    for slot, answer in answers.items():
        assert f"Question {slot} of 10" in shown(page, f"{path}?slot={slot}")
        reply = page.post(f"{path}/answers/{slot}", data={**form_of(kinds[slot], answer), "go": "next"})
        assert reply.status_code == 303
        assert reply.location.endswith(f"?slot={slot + 1}" if slot < 10 else "/hand-in")
    assert "Every question has an answer." in shown(page, f"{path}/hand-in")
    reply = page.post(f"{path}/hand-in")
    assert reply.location.endswith("/result")
    result = shown(page, f"{path}/result")
    assert "You passed." in result and "100.0" in result and "Because it does." in result
    assert page.get(path).location.endswith("/result")


def kinds_of(app: Flask, attempt: Attempt) -> list[str]:
    from lms.question_bank import queries as bank

    with app.app_context():
        return [bank.item(place["item_version_id"]).type for place in attempt.paper]


def test_pages_never_hold_a_key(app: Flask, sign_in: Any, learner: Person, every_type: None) -> None:
    page = sign_in(learner)
    path = begin(page)
    for slot in range(1, 11):
        text = shown(page, f"{path}?slot={slot}")
        assert "skey" not in text and "twentyfour" not in text and "Because" not in text
    page.post(f"{path}/hand-in")
    assert "skey" not in shown(page, f"{path}/result")


def test_what_was_saved_is_shown_on_another_device(sign_in: Any, learner: Person, exam: Any) -> None:
    exam()
    first, second = sign_in(learner), sign_in(learner)
    path = begin(first)
    first.post(f"{path}/answers/2", data={"answer": "3"})
    text = shown(second, f"{path}?slot=2")
    assert re.search(r'value="3" checked', text)
    assert re.search(r"Saved \d\d:\d\d:\d\d", text)
    assert begin(second) == path


def test_a_script_learns_when_the_answer_was_saved(sign_in: Any, learner: Person, exam: Any) -> None:
    exam(time_limit_minutes=30)
    page = sign_in(learner)
    path = begin(page)
    accept = {"Accept": "application/json"}
    reply = page.post(f"{path}/answers/1", data={"answer": "2", "seq": "1"}, headers=accept)
    assert reply.json["is_new"] and reply.json["seq"] == 1 and 1790 <= reply.json["left"] <= 1800
    assert re.fullmatch(r"Saved \d\d:\d\d:\d\d", reply.json["saved"])
    again = page.post(f"{path}/answers/1", data={"answer": "3", "seq": "1"}, headers=accept)
    assert not again.json["is_new"] and again.json["saved"] == reply.json["saved"]


def test_two_devices_the_later_click_wins(app: Flask, sign_in: Any, learner: Person, exam: Any) -> None:
    exam()
    first, second = sign_in(learner), sign_in(learner)
    path = begin(first)
    accept = {"Accept": "application/json"}
    first.post(f"{path}/answers/1", data={"answer": "2", "seq": "1"}, headers=accept)
    stale = second.post(f"{path}/answers/1", data={"answer": "3", "seq": "1"}, headers=accept).json
    assert not stale["is_new"]
    second.post(f"{path}/answers/1", data={"answer": "3", "seq": str(stale["seq"] + 1)}, headers=accept)
    assert re.search(r'value="3" checked', shown(first, f"{path}?slot=1"))


def test_leaving_a_question_unchanged_writes_nothing_new(app: Flask, sign_in: Any, learner: Person, exam: Any) -> None:
    exam()
    page = sign_in(learner)
    path = begin(page)
    for _ in range(3):
        page.post(f"{path}/answers/1", data={"answer": "2", "go": "next"})
    with app.app_context():
        assert len(db.session.scalars(select(Response.id)).all()) == 1


def test_a_late_answer_is_told_and_the_attempt_closed(sign_in: Any, learner: Person, exam: Any, later: Any) -> None:
    exam(time_limit_minutes=30)
    page = sign_in(learner)
    path = begin(page)
    with later(minutes=31):
        reply = page.post(f"{path}/answers/1", data={"answer": "2"}, follow_redirects=True)
        assert "It is kept, but not scored." in reply.text
        assert "Not passed yet." in reply.text
        as_script = page.post(f"{path}/answers/1", data={"answer": "2", "seq": "9"}, headers={"Accept": "application/json"})
        assert as_script.status_code == 409 and as_script.json["recorded"] == "late"


def test_in_grace_the_page_only_offers_to_hand_in(sign_in: Any, learner: Person, exam: Any, later: Any) -> None:
    exam(time_limit_minutes=30, when_time_is_up="grace", grace_minutes=10)
    page = sign_in(learner)
    path = begin(page)
    with later(minutes=35):
        assert page.get(path).location.endswith("/hand-in")
        assert "The time is up." in shown(page, f"{path}/hand-in")
        page.post(f"{path}/hand-in")
        assert "Not passed yet." in shown(page, f"{path}/result")


def test_unanswered_questions_are_listed_before_handing_in(sign_in: Any, learner: Person, exam: Any) -> None:
    exam()
    page = sign_in(learner)
    path = begin(page)
    page.post(f"{path}/answers/2", data={"answer": "1"})
    assert "3 questions have no answer yet." in shown(page, f"{path}/hand-in")


def test_two_lines_on_one_place_are_sent_back(app: Flask, sign_in: Any, learner: Person) -> None:
    with app.app_context(), unit_of_work():
        make.topic(items=[make.item("order-one", "ordering")])
        make.exam(sections=[{"topic": "complaints", "draw": 1}])
    page = sign_in(learner)
    path = begin(page)
    reply = page.post(f"{path}/answers/1", data={"place-1": "1", "place-2": "1"}, follow_redirects=True)
    assert "two have the same" in reply.text


def test_the_door_says_why_not(sign_in: Any, learner: Person, exam: Any) -> None:
    exam(wait_hours=24)
    page = sign_in(learner)
    path = begin(page)
    assert "Go on" in shown(page, "/exams/front-line")
    page.post(f"{path}/hand-in")
    text = shown(page, "/exams/front-line")
    assert "There must be 24 hours between two attempts." in text and "Begin the exam" not in text
    assert "Not passed" in text


def test_the_door_says_how_many_tries_are_left_while_one_has_to_wait(
    app: Flask, sign_in: Any, learner: Person, exam: Any
) -> None:
    exam(wait_hours=24, attempts=3)
    page = sign_in(learner)
    assert "3 of 3 left" in shown(page, "/exams/front-line")
    path = begin(page)
    assert "2 of 3 left" in shown(page, "/exams/front-line"), "the one under way is none that is left"
    page.post(f"{path}/hand-in")
    text = shown(page, "/exams/front-line")
    assert "There must be 24 hours between two attempts." in text and "2 of 3 left" in text


def test_a_lesson_check_is_the_same_with_the_reasons_at_once(app: Flask, sign_in: Any, learner: Person) -> None:
    with app.app_context(), unit_of_work():
        make.topic()
        courses.course("greeting", [courses.lesson("hello", check={"topic": "complaints", "draw": 2})])
    page = sign_in(learner)
    path = page.post("/courses/greeting/hello/check").location
    page.post(f"{path}/hand-in")
    text = shown(page, f"{path}/result")
    assert "Not passed yet." in text and "Because it does." in text
    path = page.post("/courses/greeting/hello/check").location
    for slot, answer in answers_of(app, path)[1].items():
        page.post(f"{path}/answers/{slot}", data={"answer": answer})
    page.post(f"{path}/hand-in")
    assert "You passed." in shown(page, f"{path}/result")
    with app.app_context():
        assert enrolment.has_completed(learner.id, "check", "greeting/hello")


def test_a_trainer_reads_and_voids_but_not_their_own(app: Flask, sign_in: Any, learner: Person, exam: Any) -> None:
    exam()
    path = begin(sign_in(learner))
    sign_in(learner).post(f"{path}/hand-in")
    trainer = sign_in(Role.TRAINER)
    assert "Declare void" in shown(trainer, f"{path}/result")
    trainer.post(f"{path}/void", data={"reason": "Power cut in the room"})
    told = shown(sign_in(learner), f"{path}/result")
    assert "declared void" in told and "The reason given: Power cut in the room" in told
    with app.app_context(), unit_of_work():
        both = factories.person(roles=[Role.TRAINER, Role.LEARNER])
    own = sign_in(both)
    mine = begin(own)
    own.post(f"{mine}/hand-in")
    assert own.post(f"{mine}/void", data={"reason": "I want to"}).status_code == 403


def test_a_voided_attempt_uses_up_no_try(sign_in: Any, learner: Person, exam: Any) -> None:
    exam(attempts=1)
    page = sign_in(learner)
    path = begin(page)
    page.post(f"{path}/hand-in")
    assert page.post("/exams/front-line").status_code == 409
    sign_in(Role.TRAINER).post(f"{path}/void", data={"reason": "Wrong room"})
    assert page.post("/exams/front-line").status_code == 303


def test_nobody_else_sees_it(sign_in: Any, learner: Person, exam: Any) -> None:
    exam()
    path = begin(sign_in(learner))
    other = sign_in()
    for suffix in ("", "/hand-in", "/result"):
        assert other.get(path + suffix).status_code == 404
    assert other.post(f"{path}/answers/1", data={"answer": "1"}).status_code == 404
    assert other.post(f"{path}/hand-in").status_code == 404


def test_pages_speak_chinese(sign_in: Any, learner: Person, exam: Any) -> None:
    exam()
    page = sign_in(learner, language="zh-Hans")
    assert "开始考试" in shown(page, "/exams/front-line")
    path = begin(page)
    assert "（中文）" in shown(page, f"{path}?slot=1")


def test_queries_of_pages_are_few(sign_in: Any, learner: Person, exam: Any, count_queries: Any) -> None:
    exam(time_limit_minutes=30)
    page = sign_in(learner)
    path = begin(page)
    shown(page, f"{path}?slot=1")
    accept = {"Accept": "application/json"}
    counts = {}
    with count_queries() as counts["door"]:
        shown(page, "/exams/front-line")
    with count_queries() as counts["page"]:
        shown(page, f"{path}?slot=1")
    with count_queries() as counts["save"]:
        page.post(f"{path}/answers/1", data={"answer": "2", "seq": "1"}, headers=accept)
    with count_queries() as counts["hand in"]:
        shown(page, f"{path}/hand-in")
    page.post(f"{path}/hand-in")
    with count_queries() as counts["result"]:
        shown(page, f"{path}/result")
    found = {name: len(statements) for name, statements in counts.items()}
    assert found["page"] <= 3 and found["save"] <= 3, json.dumps(found)
    assert found.pop("result") <= 9 and max(found.values()) <= 8, json.dumps(found)
