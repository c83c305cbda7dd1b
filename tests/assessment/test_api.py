"""Sitting an exam through the API: begun, answered, handed in."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from lms.assessment.models import Grade, Response
from lms.core import clock
from lms.core.access import Role
from lms.identity.models import Person
from tests.assessment.sitting import answer_all, completed, count, right, submit


def test_an_attempt_is_begun_answered_and_passed(app: Flask, api: Any, learner: Person, exam: Any) -> None:
    exam()
    call = api(learner)
    began = call.post("/exams/front-line/attempts")
    assert began.status_code == 201
    attempt = began.json
    assert attempt["state"] == "in_progress" and attempt["deadline_at"] is None
    assert [item["slot"] for item in attempt["items"]] == [1, 2, 3, 4]
    assert set(attempt["items"][0]) == {"slot", "type", "stem", "points", "options"}
    assert [option["id"] for option in attempt["items"][0]["options"]] == ["1", "2", "3", "4"]
    answer_all(call, attempt)
    result = submit(call, attempt)
    assert result.status_code == 200
    assert (result.json["state"], result.json["score"], result.json["max_score"]) == ("graded", 4, 4)
    assert result.json["percent"] == 100 and result.json["passed"] is True
    assert result.json["sections"] == [
        {"title": "Complaints", "score": 4, "max_score": 4, "percent": 100, "cut": None, "passed": True}
    ]
    assert result.json["items"][0]["rationale"] == "Because it does."
    assert completed(app, learner) == [("exam", "front-line")]


def test_an_open_attempt_is_returned_again(api: Any, learner: Person, exam: Any) -> None:
    exam()
    call = api(learner)
    first = call.post("/exams/front-line/attempts")
    again = call.post("/exams/front-line/attempts")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json["id"] == again.json["id"]
    assert [item["stem"] for item in first.json["items"]] == [item["stem"] for item in again.json["items"]]


def test_resuming_elsewhere_shows_what_was_saved(api: Any, learner: Person, exam: Any) -> None:
    exam()
    attempt = api(learner).post("/exams/front-line/attempts").json
    path = f"/attempts/{attempt['id']}"
    api(learner).put(f"{path}/responses/2", {"answer": "3", "seq": 7})
    found = api(learner).get(path).json
    assert [(item["answer"], item["seq"]) for item in found["items"]] == [(None, 0), ("3", 7), (None, 0), (None, 0)]


def test_a_repeated_or_older_seq_changes_nothing(app: Flask, api: Any, learner: Person, exam: Any) -> None:
    exam()
    call = api(learner)
    attempt = call.post("/exams/front-line/attempts").json
    path = f"/attempts/{attempt['id']}/responses/1"
    saved = call.put(path, {"answer": "2", "seq": 5})
    assert set(saved.json) == {"slot", "seq", "saved_at"}
    with clock.at(clock.now() + timedelta(seconds=9)):
        for seq in (5, 4, 0):
            repeated = call.put(path, {"answer": "3", "seq": seq})
            assert repeated.status_code == 200 and repeated.json == saved.json
    assert call.get(f"/attempts/{attempt['id']}").json["items"][0]["answer"] == "2"
    assert call.put(path, {"answer": "3", "seq": 6}).json["seq"] == 6
    assert call.get(f"/attempts/{attempt['id']}").json["items"][0]["answer"] == "3"
    assert count(app, Response) == 2


def test_an_answer_after_handing_in_is_late_too(api: Any, learner: Person, exam: Any) -> None:
    exam()
    call = api(learner)
    attempt = call.post("/exams/front-line/attempts").json
    before = submit(call, attempt).json
    late = call.put(f"/attempts/{attempt['id']}/responses/1", {"answer": right(call, attempt)[1], "seq": 1})
    assert late.status_code == 409 and late.json["recorded"] == "late"
    assert submit(call, attempt).json == before


def test_handing_in_again_returns_the_same_and_grades_once(app: Flask, api: Any, learner: Person, exam: Any) -> None:
    exam()
    call = api(learner)
    attempt = call.post("/exams/front-line/attempts").json
    answer_all(call, attempt, 3)
    first, second = submit(call, attempt), submit(call, attempt)
    assert first.status_code == second.status_code == 200
    assert first.json == second.json
    assert count(app, Grade) == 4


def test_nobody_reaches_the_attempt_of_another(api: Any, learner: Person, exam: Any) -> None:
    exam()
    attempt = api(learner).post("/exams/front-line/attempts").json
    other = api()
    assert other.get(f"/attempts/{attempt['id']}").status_code == 404
    assert other.put(f"/attempts/{attempt['id']}/responses/1", {"answer": "1", "seq": 1}).status_code == 404
    assert submit(other, attempt).status_code == 404
    assert api(Role.TRAINER).put(f"/attempts/{attempt['id']}/responses/1", {"answer": "1", "seq": 1}).status_code == 404


@pytest.mark.parametrize("answer", ["9", "skeybeta", 2, ["1"], {"1": "2"}, True])
def test_an_answer_that_was_not_shown_is_refused(api: Any, learner: Person, exam: Any, answer: Any) -> None:
    exam()
    call = api(learner)
    attempt = call.post("/exams/front-line/attempts").json
    reply = call.put(f"/attempts/{attempt['id']}/responses/1", {"answer": answer, "seq": 1})
    assert reply.status_code == 422


def test_an_unknown_slot_is_not_there(api: Any, learner: Person, exam: Any) -> None:
    exam()
    call = api(learner)
    attempt = call.post("/exams/front-line/attempts").json
    for slot in (0, 5):
        assert call.put(f"/attempts/{attempt['id']}/responses/{slot}", {"answer": "1", "seq": 1}).status_code == 404


def test_queries_are_few_and_constant(api: Any, learner: Person, exam: Any, count_queries: Any) -> None:
    exam(sections=[{"topic": "complaints", "draw": 6}])
    call = api(learner)
    warm = api()
    submit(warm, warm.post("/exams/front-line/attempts").json)
    with count_queries() as starting:
        attempt = call.post("/exams/front-line/attempts").json
    answers = right(call, attempt)
    path = f"/attempts/{attempt['id']}"
    with count_queries() as saving:
        call.put(f"{path}/responses/1", {"answer": answers[1], "seq": 1})
    with count_queries() as repeating:
        call.put(f"{path}/responses/1", {"answer": answers[1], "seq": 1})
    with count_queries() as reading:
        call.get(path)
    answer_all(call, attempt)
    with count_queries() as submitting:
        submit(call, attempt)
    counts = [len(each) for each in (starting, saving, repeating, reading, submitting)]
    assert counts[0] <= 10 and counts[1] <= 3 and counts[2] <= 4 and counts[3] <= 3, counts
    assert counts[4] <= 17, "\n".join(line[:150].replace("\n", " ") for line in submitting)
