"""Time runs out for somebody who sits an exam through the API: what is late, what is handed in, what is abandoned."""

from typing import Any

from flask import Flask
from sqlalchemy import select

from lms.assessment.models import Attempt, AttemptEvent, Grade, Response
from lms.core import jobs
from lms.core.database import db, unit_of_work
from lms.identity.models import Person
from tests.assessment.sitting import answer_all, count, right, rows, submit


def test_a_late_answer_is_kept_and_never_scored(app: Flask, api: Any, learner: Person, exam: Any, later: Any) -> None:
    exam(time_limit_minutes=30)
    call = api(learner)
    attempt = call.post("/exams/front-line/attempts").json
    answers = right(call, attempt)
    path = f"/attempts/{attempt['id']}/responses"
    call.put(f"{path}/1", {"answer": answers[1], "seq": 1})
    with later(minutes=31):
        late = call.put(f"{path}/2", {"answer": answers[2], "seq": 1})
        assert late.status_code == 409 and late.json["recorded"] == "late"
        assert late.mimetype == "application/problem+json"
        again = call.put(f"{path}/2", {"answer": answers[2], "seq": 1})
        assert again.status_code == 409 and again.json["recorded"] == "late"
        repeated = call.put(f"{path}/1", {"answer": answers[1], "seq": 1})
        assert repeated.status_code == 200  # it was in time
        result = submit(call, attempt).json
    assert result["score"] == 1
    kept = rows(app, select(Response.slot, Response.is_late).order_by(Response.slot))
    assert kept == [(1, False), (2, True)]


def test_time_up_hands_in_what_was_saved(app: Flask, api: Any, learner: Person, exam: Any, later: Any) -> None:
    exam(time_limit_minutes=30, cut=50)
    call = api(learner)
    attempt = call.post("/exams/front-line/attempts").json
    answer_all(call, attempt, 2)
    with later(minutes=40):
        assert call.get(f"/attempts/{attempt['id']}").json["state"] == "graded"
    ((finished_at, deadline_at, score, passed),) = rows(
        app, select(Attempt.finished_at, Attempt.deadline_at, Attempt.score, Attempt.passed)
    )
    assert finished_at == deadline_at and (score, passed) == (2, True)
    assert rows(app, select(AttemptEvent.verb).order_by(AttemptEvent.id)) == ["time-up-submit", "marks-in"]


def test_in_grace_one_may_hand_in_but_not_answer(api: Any, learner: Person, exam: Any, later: Any) -> None:
    exam(time_limit_minutes=30, when_time_is_up="grace", grace_minutes=10)
    call = api(learner)
    attempt = call.post("/exams/front-line/attempts").json
    answer_all(call, attempt, 1)
    with later(minutes=35):
        assert call.get(f"/attempts/{attempt['id']}").json["state"] == "overdue"
        late = call.put(f"/attempts/{attempt['id']}/responses/2", {"answer": right(call, attempt)[2], "seq": 1})
        assert late.json["recorded"] == "late"
        result = submit(call, attempt)
    assert (result.json["state"], result.json["score"]) == ("graded", 1)


def test_after_the_grace_an_attempt_is_abandoned(api: Any, learner: Person, exam: Any, later: Any) -> None:
    exam(time_limit_minutes=30, when_time_is_up="grace", grace_minutes=10)
    call = api(learner)
    attempt = call.post("/exams/front-line/attempts").json
    with later(minutes=41):
        result = submit(call, attempt)
        assert result.status_code == 409 and call.get(f"/attempts/{attempt['id']}").json["state"] == "abandoned"


def test_abandoning_by_policy_keeps_no_score(app: Flask, api: Any, learner: Person, exam: Any, later: Any) -> None:
    exam(time_limit_minutes=30, when_time_is_up="abandon")
    call = api(learner)
    attempt = call.post("/exams/front-line/attempts").json
    answer_all(call, attempt)
    with later(minutes=31):
        assert submit(call, attempt).status_code == 409
    assert count(app, Grade) == 0


def test_the_sweep_closes_what_is_overdue_and_a_broken_attempt_stops_nobody(
    app: Flask, api: Any, exam: Any, later: Any
) -> None:
    exam(time_limit_minutes=30)
    begun = [api().post("/exams/front-line/attempts").json["id"] for _ in range(3)]
    with app.app_context(), unit_of_work():
        broken = db.session.get_one(Attempt, begun[0])
        broken.paper = [{**place, "item_version_id": 999_999} for place in broken.paper]
    with later(minutes=31), app.app_context():
        jobs.run_due()
    states = dict(rows(app, select(Attempt.id, Attempt.state)))
    assert [states[attempt_id] for attempt_id in begun] == ["submitted", "graded", "graded"]
