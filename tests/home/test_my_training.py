"""My training: the page, its cost, its empty states, and the same over the API."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from lms.core import clock
from lms.core.access import Role, Scope
from lms.core.database import db
from lms.enrolment import service as enrolment
from lms.enrolment import service_lessons
from lms.identity.models import Person
from tests import factories
from tests import factories_assessment as exams
from tests import factories_certification as certifications
from tests import factories_courses as courses
from tests import factories_enrolment as paths
from tests import factories_reporting as rows
from tests import factories_scenarios as scenarios

Books = Callable[[], Any]
STEPS = [
    {"course": "greeting"}, {"scenario": "wet-floor"}, {"exam": "front-line"}, {"session": "workshop"},
    {"sign_off": "first-calls"},
]  # fmt: skip


@pytest.fixture
def newcomer(books: Books) -> Person:
    """A new hire of ten days with a path of all kinds of steps."""
    with books():
        courses.course("greeting")
        scenarios.scenario()
        exams.topic("complaints")
        exams.exam("front-line", time_limit_minutes=45)
        paths.path(STEPS)
        hired_on = clock.today() - timedelta(days=9)
        return factories.person(
            name="林小雨", department="hotline", job_role="new-hire", hired_on=hired_on, job_role_since=hired_on
        )


def page_of(client: Any) -> str:
    response = client.get("/")
    assert response.status_code == 200
    return str(response.get_data(as_text=True))


def test_the_first_step_leads_straight_to_the_lesson(newcomer: Person, sign_in: Callable[..., Any]) -> None:
    page = page_of(sign_in(newcomer))
    assert "小雨" in page and "day 10 at work" in page and "hotline" in page
    assert 'href="/courses/greeting/hello"' in page and "Start the lesson" in page
    assert "0 of 5 steps done" in page
    assert "Opens after step 1" in page
    assert 'aria-current="step"' in page


def test_the_next_lesson_follows_the_one_done(newcomer: Person, books: Books, sign_in: Callable[..., Any]) -> None:
    with books():
        person = db.session.get(Person, newcomer.id)
        service_lessons.complete_lesson(person, "greeting", "hello", actor=person, now=clock.now())
    page = page_of(sign_in(newcomer))
    assert 'href="/courses/greeting/goodbye"' in page and "lesson 2 of 2" in page


def test_the_role_play_and_the_exam_come_when_they_are_open(
    newcomer: Person, books: Books, sign_in: Callable[..., Any]
) -> None:
    client = sign_in(newcomer)
    with books():
        certifications.completed(db.session.get(Person, newcomer.id), "course", "greeting")
    page = page_of(client)
    assert 'href="/scenarios/wet-floor"' in page and "try them with Ms Wang" in page and "2 turns" in page
    with books():
        certifications.completed(db.session.get(Person, newcomer.id), "scenario", "wet-floor")
    page = page_of(client)
    assert 'href="/exams/front-line"' in page and "45 min" in page and "80\u202f% to pass" in page
    with books():
        certifications.completed(db.session.get(Person, newcomer.id), "exam", "front-line")
    page = page_of(client)
    assert "Your trainer tells you when" in page and "150 min" in page


def test_what_is_running_comes_before_all(newcomer: Person, books: Books, sign_in: Callable[..., Any]) -> None:
    with books():
        person = db.session.get(Person, newcomer.id)
        certifications.completed(person, "course", "greeting")
        certifications.completed(person, "scenario", "wet-floor")
        attempt = exams.attempt(person)
    client = sign_in(newcomer)
    assert f'href="/attempts/{attempt.id}"' in page_of(client)
    with clock.at(clock.now() + timedelta(hours=2)):
        assert f'href="/attempts/{attempt.id}"' not in page_of(client)


def test_at_most_eight_statements(
    newcomer: Person, books: Books, sign_in: Callable[..., Any], count_queries: Callable[[], Any]
) -> None:
    with books():
        person = db.session.get(Person, newcomer.id)
        certifications.certification("basics")
        rows.certificate(person, "basics", expires_on=clock.today() + timedelta(days=20))
        floor = rows.scenario_row("wet-floor")
        rows.play(person, floor, labels=(("opening", "angry", "hear-her-out"),))
        enrolment.assign(person, "exam", "front-line", actor=None, now=clock.now(), due_on=clock.today())
    client = sign_in(newcomer)
    page_of(client)  # the process meets the versions
    with count_queries() as statements:
        page = page_of(client)
    assert "Renew" in page and "n = 1" in page
    assert len(statements) <= 8, statements


def test_late_things_say_how_late(newcomer: Person, books: Books, sign_in: Callable[..., Any]) -> None:
    with books():
        person = db.session.get(Person, newcomer.id)
        enrolment.assign(person, "exam", "front-line", actor=None, now=clock.now(), due_on=clock.today())
    with clock.at(clock.now() + timedelta(days=2)):
        page = page_of(sign_in(newcomer))
    assert "2 days late" in page and "pill-coral" in page


def test_an_exam_assigned_without_a_day_can_be_found_behind_a_path(
    newcomer: Person, books: Books, sign_in: Callable[..., Any]
) -> None:
    with books():
        exams.topic("letters")
        exams.exam("written-one", sections=[{"topic": "letters", "draw": 1}])
        person = db.session.get(Person, newcomer.id)
        enrolment.assign(person, "exam", "written-one", actor=None, now=clock.now())
    page = page_of(sign_in(newcomer))
    assert 'href="/exams/written-one"' in page and "no day set" in page


def test_somebody_with_nothing_to_do_is_told_what_to_do(books: Books, sign_in: Callable[..., Any]) -> None:
    page = page_of(sign_in(Role.LEARNER))
    assert "All done" in page and "Nobody has given you anything yet" in page and 'href="/courses"' in page
    assert "No certificate yet" in page and "Take a role-play as an exam" in page


def test_the_page_greets_in_chinese(newcomer: Person, sign_in: Callable[..., Any]) -> None:
    with clock.at(datetime(2026, 11, 19, 1, 0, tzinfo=UTC)):
        page = page_of(sign_in(newcomer, language="zh-Hans"))
    assert "早上好" in page and "11月19日星期四" in page and "下一步" in page


@pytest.mark.parametrize("role", [role for role in Role if role is not Role.AUDITOR])
def test_the_page_works_for_everybody(role: Role, sign_in: Callable[..., Any]) -> None:
    page = page_of(sign_in(role))
    assert ("Your work" in page) == (role is not Role.LEARNER)


def test_auditors_land_on_the_reports(sign_in: Callable[..., Any]) -> None:
    response = sign_in(Role.AUDITOR).get("/")
    assert response.status_code == 302 and response.headers["Location"] == "/reports"


def test_how_it_is_measured_is_said(sign_in: Callable[..., Any]) -> None:
    page = sign_in(Role.LEARNER).get("/how-it-is-measured").get_data(as_text=True)
    assert "Wilson" in page and "80\u202f%" in page


# ---- the API ------------------------------------------------------------------------


def test_tasks_over_the_api(newcomer: Person, books: Books, api: Callable[..., Any]) -> None:
    with books():
        certifications.certification("basics")
        expires = clock.today() + timedelta(days=20)
        rows.certificate(db.session.get(Person, newcomer.id), "basics", expires_on=expires)
    got = api(newcomer).get("/me/tasks").get_json()
    assert got["next"] is None
    tasks = {(task["kind"], task["key"]): task for task in got["items"]}
    course, play = tasks["course", "greeting"], tasks["scenario", "wet-floor"]
    assert (course["state"], course["total"], course["path"], course["minutes"]) == ("open", 2, "onboarding", 10)
    assert course["due_on"] == (newcomer.hired_on + timedelta(days=30)).isoformat()
    assert play["state"] == "locked" and play["title"] == "The wet floor"
    assert play["opened_by"] == {"kind": "course", "key": "greeting", "title": "Greeting"}
    assert tasks["exam", "front-line"]["title"] == "Front Line"
    assert tasks["certification", "basics"]["due_on"] == expires.isoformat()


def test_tasks_need_the_scope(api: Callable[..., Any]) -> None:
    assert api(Role.LEARNER, scopes=[Scope.REPORT]).get("/me/tasks").status_code == 403
    assert api(Role.LEARNER).get("/me/tasks").get_json() == {"items": [], "next": None}
