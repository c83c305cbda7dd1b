"""What the API tells of an attempt: never a key before its time, and of the result what the plan shows."""

import json
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from lms.core import clock
from lms.core.database import unit_of_work
from lms.identity.models import Person
from tests import factories_assessment as make
from tests.assessment.sitting import answer_all, completed, right, submit


def test_payloads_hold_no_key_weight_or_right_answer(api: Any, learner: Person, app: Flask) -> None:
    with app.app_context(), unit_of_work():
        make.every_type()
        make.exam(sections=[{"topic": "every-type", "draw": 10}], show={"score": "at-once", "answers": "never"})
    call = api(learner)
    began = call.post("/exams/front-line/attempts")
    answer_all(call, began.json)
    again = call.get(f"/attempts/{began.json['id']}")
    done = submit(call, began.json)
    assert {item["type"] for item in began.json["items"]} == set(make.BODIES)
    for reply in (began, again, done):
        words = json.dumps(reply.json, ensure_ascii=False)
        for leak in ("skey", "answer_key", "values", "panel", "tolerance", "right_answer", "Because"):
            assert leak not in words, f"{leak} in {words}"
    assert "twentyfour" not in json.dumps(began.json)
    assert done.json["percent"] == 100 and "items" not in done.json


def test_even_the_explained_result_speaks_in_numbers(api: Any, learner: Person, app: Flask) -> None:
    with app.app_context(), unit_of_work():
        make.every_type()
        make.exam(sections=[{"topic": "every-type", "draw": 10}], show={"answers": "at-once"})
    call = api(learner)
    began = call.post("/exams/front-line/attempts").json
    answer_all(call, began, 3)
    items = submit(call, began).json["items"]
    answers = right(call, began)
    assert {item["slot"]: item["right_answer"] for item in items} == answers
    assert "skey" not in json.dumps(items)


@pytest.mark.parametrize(
    ("show", "share", "seen"),
    [
        ({"score": "at-once", "answers": "after-pass"}, 4, (True, True)),
        ({"score": "at-once", "answers": "after-pass"}, 1, (True, False)),
        ({"score": "after-pass", "answers": "never"}, 1, (False, False)),
        ({"score": "never", "answers": "never"}, 4, (False, False)),
    ],
)
def test_the_plan_says_what_is_shown(api: Any, learner: Person, exam: Any, show: Any, share: int, seen: Any) -> None:
    exam(show=show)
    call = api(learner)
    attempt = call.post("/exams/front-line/attempts").json
    answer_all(call, attempt, share)
    result = submit(call, attempt).json
    assert ((result["score"] is not None), ("items" in result)) == seen
    assert (result["percent"] is not None, bool(result["sections"])) == (seen[0], seen[0])


def test_after_close_waits_for_the_closing_time(api: Any, learner: Person, exam: Any, later: Any) -> None:
    exam(show={"score": "after-close", "answers": "after-close"}, closes_at=clock.now() + timedelta(hours=2))
    call = api(learner)
    attempt = call.post("/exams/front-line/attempts").json
    result = submit(call, attempt).json
    assert result["score"] is None and result["passed"] is None
    with later(hours=3):
        assert submit(call, attempt).json["score"] == 0


def test_a_section_cut_can_fail_a_good_total(api: Any, learner: Person, app: Flask) -> None:
    with app.app_context(), unit_of_work():
        make.topic("complaints", 4)
        make.topic("spin", 1)
        sections = [{"topic": "complaints", "draw": 4}, {"topic": "spin", "draw": 1, "cut": 80}]
        make.exam(sections=sections, shuffle={"items": False, "options": True}, cut=80)
    call = api(learner)
    attempt = call.post("/exams/front-line/attempts").json
    answer_all(call, attempt, 4)
    result = submit(call, attempt).json
    assert (result["percent"], result["passed"]) == (80, False)
    assert [section["passed"] for section in result["sections"]] == [True, False]
    assert completed(app, learner) == []
