"""Who may begin an exam through the API, when, how often, and with which questions."""

from datetime import timedelta
from typing import Any

from flask import Flask

from lms.core import clock
from lms.core.access import Scope
from lms.core.database import unit_of_work
from lms.enrolment import service as enrolment
from lms.identity.models import Person
from tests import factories
from tests.assessment.sitting import submit


def test_attempts_are_limited_and_wait_for_each_other(api: Any, learner: Person, exam: Any, later: Any) -> None:
    exam(attempts=2, wait_hours=24)
    call = api(learner)
    submit(call, call.post("/exams/front-line/attempts").json)
    refused = call.post("/exams/front-line/attempts")
    assert refused.status_code == 409 and "24 hours" in refused.json["detail"] and refused.json["opens_at"]
    with later(hours=25):
        call = api(learner)
        second = call.post("/exams/front-line/attempts")
        assert second.status_code == 201
        submit(call, second.json)
    with later(hours=60):
        third = api(learner).post("/exams/front-line/attempts")
        assert third.status_code == 409 and third.json["opens_at"] is None


def test_seen_items_are_avoided(api: Any, learner: Person, exam: Any) -> None:
    exam(sections=[{"topic": "complaints", "draw": 3}])
    call = api(learner)
    first = call.post("/exams/front-line/attempts").json
    submit(call, first)
    second = call.post("/exams/front-line/attempts").json
    assert not {item["stem"] for item in first["items"]} & {item["stem"] for item in second["items"]}


def test_an_exam_opens_and_closes(api: Any, learner: Person, exam: Any) -> None:
    now = clock.now()
    exam(opens_at=now + timedelta(hours=1), closes_at=now + timedelta(hours=2), time_limit_minutes=45)
    call = api(learner)
    assert call.post("/exams/front-line/attempts").status_code == 409
    with clock.at(now + timedelta(minutes=90)):
        begun = call.post("/exams/front-line/attempts")
        assert begun.status_code == 201
        assert begun.json["deadline_at"] == (now + timedelta(hours=2)).isoformat().replace("+00:00", "Z")
    with clock.at(now + timedelta(hours=3)):
        assert call.post("/exams/front-line/attempts").status_code == 409


def test_a_pilot_is_for_its_sites(app: Flask, api: Any, exam: Any) -> None:
    exam(status="pilot", sites=["north"])
    with app.app_context(), unit_of_work():
        inside, outside = factories.person(site="north"), factories.person(site="south")
    assert api(outside).post("/exams/front-line/attempts").status_code == 404
    assert api(inside).post("/exams/front-line/attempts").status_code == 201


def test_a_reserved_exam_is_for_whom_it_was_assigned(app: Flask, api: Any, learner: Person, exam: Any) -> None:
    exam(assigned_only=True)
    call = api(learner)
    assert call.post("/exams/front-line/attempts").status_code == 409
    with app.app_context(), unit_of_work():
        enrolment.assign(learner, "exam", "front-line", actor=None, now=clock.now())
    assert call.post("/exams/front-line/attempts").status_code == 201


def test_a_token_without_the_scope_is_refused(api: Any, learner: Person, exam: Any) -> None:
    exam()
    assert api(learner, scopes=[Scope.REPORT]).post("/exams/front-line/attempts").status_code == 403
