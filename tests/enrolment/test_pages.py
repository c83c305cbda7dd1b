"""The learner's, mentor's and trainer's pages."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from lms.core import clock
from lms.core.access import Role
from lms.core.database import db, unit_of_work
from lms.courses import service as courses
from lms.courses.models import Course
from lms.enrolment import queries
from lms.enrolment.models import Enrolment
from lms.identity.models import Person
from tests import factories, factories_enrolment
from tests.factories_courses import course, lesson, source


@pytest.fixture
def learner(app: Flask) -> Person:
    with app.app_context(), unit_of_work():
        course()
        course("checked", lessons=[lesson("one", check={"topic": "manners"}), lesson("two")])
        steps = [{"course": "greeting"}, {"course": "checked"}, {"session": "workshop"}, {"sign_off": "first-calls"}]
        factories_enrolment.path(steps=steps)
        factories.person(roles=[Role.MENTOR], email="mentor@example.com")
        return factories.person(job_role="new-hire", mentor_email="mentor@example.com", employee_number="000123")


def test_reading_a_lesson_does_not_enrol(app: Flask, sign_in: Any, learner: Person) -> None:
    page = sign_in(learner).get("/courses/greeting/hello")
    assert "Let the customer finish." in page.text
    assert "data-presence" not in page.text
    with app.app_context():
        assert db.session.query(Enrolment).count() == 0


def test_a_course_is_studied_from_start_to_end(app: Flask, sign_in: Any, learner: Person) -> None:
    client = sign_in(learner)
    assert "/courses/greeting/hello/start" in client.get("/courses/greeting").text
    page = client.post("/courses/greeting/hello/start", follow_redirects=True)
    assert 'data-presence="/courses/greeting/hello/presence"' in page.text
    page = client.post("/courses/greeting/hello/done", follow_redirects=True)
    assert page.request.path == "/courses/greeting/goodbye"
    page = client.post("/courses/greeting/goodbye/done", follow_redirects=True)
    assert page.request.path == "/courses/greeting"
    assert "The course is complete." in page.text
    with app.app_context():
        assert queries.has_completed(learner.id, "course", "greeting")


def test_a_lesson_that_changed_since_it_was_completed_says_so_and_shows_what_was_read(
    app: Flask, sign_in: Any, learner: Person, count_queries: Any
) -> None:
    client = sign_in(learner)
    client.post("/courses/greeting/hello/start")
    client.post("/courses/greeting/hello/done")
    with count_queries() as before:
        assert "has changed since" not in client.get("/courses/greeting/hello").text
    with app.app_context(), unit_of_work():
        row = db.session.scalars(select(Course).where(Course.key == "greeting")).one()
        changed = source(prose={"hello": {"en": "Say good morning first.", "zh-Hans": "先说早上好。"}})
        courses.write_course(changed, row, pack="tests", actor=None, now=clock.now(), loaded=True)
    client.get("/courses/greeting/hello")  # this process learns the new version once
    with count_queries() as after:
        page = client.get("/courses/greeting/hello").text
    assert "This lesson has changed since you completed it" in page and "you read version 1, and version 2" in page
    assert "Say good morning first." in page and "/courses/greeting/hello?as=completed" in page
    assert len(after) == len(before) + 2
    was = client.get("/courses/greeting/hello?as=completed").text
    assert "About hello." in was and "Say good morning first." not in was and "Read it as it is now" in was
    stranger = sign_in(Role.LEARNER).get("/courses/greeting/hello?as=completed").text
    assert "Say good morning first." in stranger and "has changed since" not in stranger


def test_a_lesson_with_a_check_leads_to_the_check(sign_in: Any, learner: Person) -> None:
    client = sign_in(learner)
    client.post("/courses/greeting/hello/done")
    client.post("/courses/greeting/goodbye/done")
    page = client.post("/courses/checked/one/start", follow_redirects=True)
    assert 'action="/courses/checked/one/check"' in page.text
    assert "/courses/checked/one/done" not in page.text
    assert client.post("/courses/checked/one/done").status_code == 409


def test_a_step_that_is_not_open_says_what_comes_first(sign_in: Any, learner: Person) -> None:
    client = sign_in(learner)
    assert "another step comes before this course: Greeting." in client.get("/courses/checked").text
    assert "/start" not in client.get("/courses/checked/two").text
    assert client.post("/courses/checked/two/start").status_code == 409


def test_time_is_told_in_seconds(sign_in: Any, learner: Person, later: Any) -> None:
    client = sign_in(learner)
    assert client.post("/courses/greeting/hello/presence").status_code == 409
    client.post("/courses/greeting/hello/start")
    with later(seconds=31):
        assert 30 <= client.post("/courses/greeting/hello/presence").json["seconds"] <= 32


def test_an_auditor_reads_without_studying(sign_in: Any, learner: Person) -> None:
    page = sign_in(Role.AUDITOR).get("/courses/greeting/hello")
    assert page.status_code == 200
    assert "/start" not in page.text


@pytest.mark.parametrize("path", ["/courses", "/courses/checked", "/courses/checked/one"])
def test_a_learners_page_takes_few_queries(sign_in: Any, learner: Person, count_queries: Any, path: str) -> None:
    client = sign_in(learner)
    client.get(path)  # this process learns the lessons' versions once
    with count_queries() as statements:
        assert client.get(path).status_code == 200
    assert len(statements) <= 8, statements


@pytest.mark.parametrize("path", ["/courses", "/courses/greeting", "/courses/greeting/hello", "/job-aids"])
def test_pages_speak_chinese(sign_in: Any, learner: Person, path: str) -> None:
    page = sign_in(learner, language="zh-Hans").get(path)
    assert '<html lang="zh-Hans">' in page.text
    assert "中文" in page.text


def test_a_mentor_marks_what_was_seen(app: Flask, sign_in: Any, learner: Person) -> None:
    with app.app_context():
        mentor = db.session.query(Person).filter_by(email="mentor@example.com").one()
    client = sign_in(mentor)
    assert learner.name in client.get("/mentoring").text
    mark = {"sign_off": "first-calls", "item": "bye", "number": "1", "observed_on": clock_today(app)}
    assert client.post(f"/mentoring/{learner.id}", data=mark).status_code == 302
    assert client.post(f"/mentoring/{learner.id}", data=mark).status_code == 409
    page = client.post(f"/mentoring/{learner.id}", data={**mark, "item": "hello", "observed_on": "2099-01-01"})
    assert page.status_code == 422
    assert "That day has not come yet" in page.text
    assert "1 of 3 observations" in client.get(f"/mentoring/{learner.id}").text
    assert client.get(f"/mentoring/{mentor.id}").status_code == 404


def test_a_trainer_records_who_was_there(app: Flask, sign_in: Any, learner: Person) -> None:
    client = sign_in(Role.TRAINER)
    assert "Workshop" in client.get("/sessions").text
    assert learner.name in client.get("/sessions/workshop").text
    sent = {"attended_on": clock_today(app), "listed": "000123\nnobody@example.com"}
    page = client.post("/sessions/workshop", data=sent)
    assert page.status_code == 422
    assert "Nobody is known by: nobody@example.com" in page.text
    page = client.post("/sessions/workshop", data={**sent, "listed": "000123", "person": str(learner.id)})
    assert page.status_code == 302
    with app.app_context():
        assert queries.has_completed(learner.id, "session", "workshop")


def test_an_empty_list_is_refused(app: Flask, sign_in: Any, learner: Person) -> None:
    page = sign_in(Role.TRAINER).post("/sessions/workshop", data={"attended_on": clock_today(app)})
    assert page.status_code == 422
    assert "Tick or list the people who were there." in page.text


def clock_today(app: Flask) -> str:
    with app.app_context():
        return clock.today().isoformat()
