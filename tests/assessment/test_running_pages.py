"""The pages of running attempts and of extra time, and what the learner sees of them."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from lms.assessment import service
from lms.assessment.models import Attempt
from lms.assessment.models_time import AttemptExtension, TimeAllowance
from lms.assessment.service_allowances import Grant, grant_allowance
from lms.core import clock
from lms.core.access import Role
from lms.core.database import db, unit_of_work
from lms.identity.models import Person
from tests import factories
from tests import factories_assessment as make


@pytest.fixture
def learner(app: Flask) -> Person:
    with app.app_context(), unit_of_work():
        make.topic()
        make.exam(time_limit_minutes=40)
        return factories.person(name="Zhou Lin", employee_number="004711")


@pytest.fixture
def attempt(app: Flask, learner: Person) -> Attempt:
    with app.app_context(), unit_of_work():
        attempt = make.attempt(learner)
        service.save_response(attempt.id, learner, 1, "1", 1, now=clock.now())
        return attempt


def test_who_sits_is_listed_with_how_far_they_are(sign_in: Any, attempt: Attempt) -> None:
    text = sign_in(Role.TRAINER).get("/author/exams/front-line/running").text
    assert "One person sits this exam now" in text
    assert "Zhou Lin" in text and "1 of 4 questions" in text and "skey" not in text


def test_nobody_sits_and_no_such_exam(sign_in: Any, learner: Person) -> None:
    page = sign_in(Role.AUDITOR)
    assert "No attempt is running" in page.get("/author/exams/front-line/running").text
    assert page.get("/author/exams/none/running").status_code == 404


def test_the_list_asks_as_much_for_many_as_for_one(app: Flask, sign_in: Any, attempt: Attempt, count_queries: Any) -> None:
    page, path = sign_in(Role.TRAINER), "/author/exams/front-line/running"
    page.get(path)
    with count_queries() as few:
        page.get(path)
    with app.app_context(), unit_of_work():
        for _ in range(5):
            make.attempt(factories.person())
    with count_queries() as many:
        page.get(path)
    assert len(few) == len(many) <= 8


def test_a_trainer_gives_more_time_with_a_reason(
    app: Flask, sign_in: Any, attempt: Attempt, learner: Person, count_queries: Any
) -> None:
    page, path = sign_in(Role.TRAINER), f"/author/exams/front-line/running/{attempt.id}"
    refused = page.post(path, data={"minutes": "15", "reason": ""})
    assert refused.status_code == 422 and 'value="15"' in refused.text
    assert page.post(path, data={"minutes": "many", "reason": "x"}).status_code == 422
    told = page.post(path, data={"minutes": "15", "reason": "Fire drill"}, follow_redirects=True).text
    assert "15 min more" in told and "Fire drill" in told and "15 minutes of extra time" in told
    with app.app_context():
        assert db.session.scalars(select(AttemptExtension.minutes)).all() == [15]
    with count_queries() as queries:
        page.get(path)
    assert len(queries) <= 8
    assert "15 minutes of extra time" in sign_in(learner).get(f"/attempts/{attempt.id}").text


def test_an_auditor_looks_and_changes_nothing(sign_in: Any, attempt: Attempt) -> None:
    page, path = sign_in(Role.AUDITOR), f"/author/exams/front-line/running/{attempt.id}"
    assert "Give more time" not in page.get(path).text
    assert page.post(path, data={"minutes": "5", "reason": "x"}).status_code == 403


def test_what_has_ended_offers_no_more_time(app: Flask, sign_in: Any, attempt: Attempt, learner: Person) -> None:
    with app.app_context(), unit_of_work():
        service.submit(attempt.id, learner, now=clock.now())
    page, path = sign_in(Role.TRAINER), f"/author/exams/front-line/running/{attempt.id}"
    assert "Minutes more" not in page.get(path).text
    refused = page.post(path, data={"minutes": "5", "reason": "x"})
    assert refused.status_code == 409 and "This attempt is finished." in refused.text


def test_an_open_page_asks_for_the_clock(app: Flask, sign_in: Any, attempt: Attempt, learner: Person, count_queries: Any) -> None:
    page, path = sign_in(learner), f"/attempts/{attempt.id}/clock?slot=1"
    with count_queries() as queries:
        facts = page.get(path).json
    assert len(queries) <= 4
    assert facts["state"] == "in_progress" and 2300 < facts["left"] <= 2400 and facts["seq"] == 1
    assert "answer" not in facts
    assert page.get(f"/attempts/{attempt.id}/clock?slot=99999999999").json["seq"] == 0
    assert sign_in(Role.LEARNER).get(path).status_code == 404


# ---- extra time -------------------------------------------------------------------


def test_hr_grants_extra_time_and_withdraws_it(app: Flask, sign_in: Any, learner: Person) -> None:
    page = sign_in(Role.HR)
    found = page.post("/allowances", data={"person": "004711"})
    path = f"/allowances/{learner.id}"
    assert found.location == path
    day = "2020-02-02"
    good = {"amount": "25", "unit": "percent", "from_on": day, "until_on": "", "reason": "Certified"}
    assert "Granted." in page.post(path, data=good, follow_redirects=True).text
    assert "25\u202f% more time" in page.get("/allowances").text
    door = sign_in(learner).get("/exams/front-line").text
    assert "and 10 minutes of extra time for you" in door and "50 minutes" in door
    with app.app_context():
        (allowance,) = db.session.scalars(select(TimeAllowance)).all()
    assert "Withdrawn." in page.post(f"{path}/{allowance.id}/withdrawal", follow_redirects=True).text
    assert "extra time" not in sign_in(learner).get("/exams/front-line").text


@pytest.mark.parametrize(
    "wrong",
    [{"amount": ""}, {"amount": "0"}, {"amount": "301"}, {"reason": " "}, {"from_on": "x"}, {"until_on": "2020-01-01"}],
)
def test_wrong_entries_come_back_as_typed(sign_in: Any, learner: Person, wrong: Any) -> None:
    day = "2020-02-02"
    good = {"amount": "25", "unit": "percent", "from_on": day, "until_on": "", "reason": "Certified by the clinic"}
    reply = sign_in(Role.TRAINER).post(f"/allowances/{learner.id}", data={**good, **wrong})
    assert reply.status_code == 422 and 'class="invalid-feedback"' in reply.text
    if "reason" not in wrong:
        assert "Certified by the clinic" in reply.text


def test_nobody_finds_somebody_who_is_not_there(sign_in: Any) -> None:
    reply = sign_in(Role.HR).post("/allowances", data={"person": "nobody@example.com"})
    assert reply.status_code == 422 and "Nobody active has this" in reply.text


def test_nobody_grants_themselves_on_the_page(app: Flask, sign_in: Any) -> None:
    with app.app_context(), unit_of_work():
        trainer = factories.person(roles=[Role.TRAINER])
    page, path = sign_in(trainer), f"/allowances/{trainer.id}"
    assert "Grant extra time" not in page.get(path).text
    good = {"amount": "25", "unit": "minutes", "from_on": "2020-02-02", "reason": "me"}
    assert page.post(path, data=good).status_code == 409


def test_the_list_of_allowances_asks_as_much_for_many(app: Flask, sign_in: Any, learner: Person, count_queries: Any) -> None:
    page = sign_in(Role.HR)
    with app.app_context(), unit_of_work():
        granter = factories.person(roles=[Role.HR])
        for _ in range(5):
            grant = Grant(10, None, clock.today(), None, "Letter seen")
            grant_allowance(factories.person().id, grant, actor=granter, now=clock.now())
    page.get("/allowances")
    with count_queries() as queries:
        assert page.get("/allowances").text.count("Letter seen") == 5
    assert len(queries) <= 8
