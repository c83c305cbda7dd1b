"""The next step of somebody whose exam cannot be begun now: something else, the lesson before it, or when it opens."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from lms.assessment import service, service_escalations
from lms.assessment.models import Attempt, Exam
from lms.assessment.models_plans import Escalation
from lms.core import clock
from lms.core.access import Role
from lms.core.database import db
from lms.enrolment import service as enrolment
from lms.enrolment import service_lessons
from lms.identity.models import Person
from tests import factories
from tests import factories_assessment as exams
from tests import factories_courses as courses
from tests import factories_marking as marking
from tests import factories_scenarios as scenarios

Books = Callable[[], Any]
NOON = datetime(2026, 11, 18, 4, 0, tzinfo=UTC)  # in Shanghai
BUTTON = 'class="btn btn-coach'


@pytest.fixture
def learner(books: Books) -> Person:
    with books():
        exams.topic("complaints")
        return factories.person()


def given(learner: Person, key: str, kind: str = "exam", due_on: date | None = None) -> None:
    person = db.session.get(Person, learner.id)
    enrolment.assign(person, kind, key, actor=None, now=clock.now(), due_on=due_on)


def failed(learner: Person, key: str = "front-line") -> int:
    """The id of an attempt handed in without an answer."""
    person = db.session.get(Person, learner.id)
    attempt = exams.attempt(person, key)
    service.submit(attempt.id, person, now=clock.now())
    return attempt.id


@pytest.fixture
def step(learner: Person, sign_in: Callable[..., Any]) -> Callable[..., str]:
    """``step(moment, language="en")`` is the learner's bubble with the next step at that moment."""

    def read(moment: datetime = NOON, language: str = "en") -> str:
        with clock.at(moment):
            page = str(sign_in(learner, language=language).get("/").get_data(as_text=True))
        return page[page.index('<section class="next') :].split("</section>")[0]

    return read


def test_an_exam_that_waits_says_when_it_opens_and_has_no_button(
    learner: Person, books: Books, step: Callable[..., str]
) -> None:
    with clock.at(NOON), books():
        exams.exam(wait_hours=24)
        given(learner, "front-line")
    assert BUTTON in step()
    with clock.at(NOON), books():
        failed(learner)
    assert "The exam opens again tomorrow at 12:00." in step()
    assert "The exam opens again today at 12:00." in step(NOON + timedelta(hours=13))
    assert "考试将于明天 12:00 再次开放。" in step(language="zh-Hans")
    assert BUTTON not in step() and "/exams/" not in step()
    assert 'href="/exams/front-line"' in step(NOON + timedelta(hours=24))


def test_something_else_that_can_be_done_comes_before_a_shut_exam(
    learner: Person, books: Books, step: Callable[..., str]
) -> None:
    with clock.at(NOON), books():
        exams.exam(wait_hours=24)
        given(learner, "front-line", due_on=clock.today())
        scenarios.scenario()
        given(learner, "wet-floor", "scenario")
        failed(learner)
    assert 'href="/scenarios/wet-floor"' in step()
    assert 'href="/exams/front-line"' in step(NOON + timedelta(hours=24))


def test_the_lesson_before_the_next_try_is_offered_and_then_the_exam(
    learner: Person, books: Books, step: Callable[..., str]
) -> None:
    with clock.at(NOON), books():
        courses.course("greeting")
        exams.exam(before_try={2: {"lesson": "greeting/hello"}})
        given(learner, "front-line", due_on=clock.today())
        scenarios.scenario()
        given(learner, "wet-floor", "scenario")
        failed(learner)
    shown = step()
    assert 'href="/courses/greeting/hello"' in shown and "Front Line" in shown and "Hello" in shown
    with clock.at(NOON + timedelta(hours=1)), books():
        person = db.session.get(Person, learner.id)
        service_lessons.complete_lesson(person, "greeting", "hello", actor=person, now=clock.now())
    assert 'href="/exams/front-line"' in step(NOON + timedelta(hours=2))


def test_no_tries_left_until_a_trainer_grants_one(learner: Person, books: Books, step: Callable[..., str]) -> None:
    with clock.at(NOON), books():
        exams.exam(attempts=1, escalate_after=1)
        given(learner, "front-line")
        failed(learner)
    assert "Your trainer has been told" in step() and BUTTON not in step()
    with books():
        case, trainer = db.session.scalars(select(Escalation)).one(), factories.person(roles=[Role.TRAINER])
        service_escalations.settle(case.id, "One more.", 1, actor=trainer, now=NOON)
    assert 'href="/exams/front-line"' in step()


def test_a_window_that_is_not_open_yet_or_closed(learner: Person, books: Books, step: Callable[..., str]) -> None:
    with clock.at(NOON), books():
        exam = exams.exam()
        exam.opens_at, exam.closes_at = NOON + timedelta(days=3), NOON + timedelta(days=4)
        given(learner, "front-line")
    assert "The exam opens on 21 Nov at 12:00." in step() and BUTTON not in step()
    assert BUTTON in step(NOON + timedelta(days=3))
    assert "This exam is closed." in step(NOON + timedelta(days=4))


def test_a_result_still_being_marked_keeps_the_door_shut(
    learner: Person, books: Books, step: Callable[..., str]
) -> None:
    with clock.at(NOON), books():
        marking.written_exam()
        given(learner, "written-exam")
        marking.handed_in(person=db.session.get(Person, learner.id))
    assert "still being marked" in step() and BUTTON not in step()


def test_a_pilot_elsewhere_is_no_next_step(learner: Person, books: Books, step: Callable[..., str]) -> None:
    with clock.at(NOON), books():
        given_exam = exams.exam()
        given(learner, "front-line")
        given_exam.status, given_exam.sites = "pilot", ["elsewhere"]
    assert "not meant for you" in step() and BUTTON not in step()


def test_an_attempt_in_its_grace_keeps_its_door_open(learner: Person, books: Books, step: Callable[..., str]) -> None:
    with clock.at(NOON), books():
        exams.exam(time_limit_minutes=5, when_time_is_up="grace", grace_minutes=60)
        given(learner, "front-line")
        exams.attempt(db.session.get(Person, learner.id))
        db.session.scalars(select(Exam)).one().closes_at = NOON + timedelta(minutes=6)
    assert 'href="/exams/front-line"' in step(NOON + timedelta(minutes=10))


def test_another_persons_failed_try_shuts_nothing(learner: Person, books: Books, step: Callable[..., str]) -> None:
    with clock.at(NOON), books():
        exams.exam(wait_hours=24)
        given(learner, "front-line")
        failed(factories.person())
    assert 'href="/exams/front-line"' in step()


def test_the_statements_do_not_grow_with_the_exams(
    learner: Person, books: Books, sign_in: Callable[..., Any], count_queries: Callable[[], Any]
) -> None:
    spent = []
    with clock.at(NOON):
        with books():
            courses.course("greeting")
        client = sign_in(learner)
        for numbers in (range(1), range(1, 6)):
            for number in numbers:
                with books():
                    exams.exam(f"exam-{number}", wait_hours=24, before_try={2: {"lesson": "greeting/hello"}})
                    given(learner, f"exam-{number}")
                    failed(learner, f"exam-{number}")
            client.get("/")  # the process meets the versions
            with count_queries() as statements:
                assert "/courses/greeting/hello" in client.get("/").get_data(as_text=True)
            spent.append(len(statements))
    assert spent[0] == spent[1] <= 9, spent


# ---- the result -----------------------------------------------------------------------------


def result_of(client: Any, attempt_id: int, moment: datetime = NOON) -> str:
    with clock.at(moment):
        response = client.get(f"/attempts/{attempt_id}/result")
    assert response.status_code == 200
    return str(response.get_data(as_text=True))


def test_the_result_of_a_failed_attempt_names_the_next_moment(
    learner: Person, books: Books, sign_in: Callable[..., Any]
) -> None:
    with clock.at(NOON), books():
        exams.exam(wait_hours=24)
        attempt_id = failed(learner)
    with clock.at(NOON):
        client = sign_in(learner)
    assert "Possible from 19 Nov 2026, 12:00." in result_of(client, attempt_id)
    with clock.at(NOON + timedelta(hours=24)):
        tomorrow = sign_in(learner)
    assert "Possible from" not in result_of(tomorrow, attempt_id, NOON + timedelta(hours=24))
    with clock.at(NOON + timedelta(hours=24)), books():
        db.session.get(Attempt, failed(learner)).passed = True
    assert "Possible from" not in result_of(tomorrow, attempt_id, NOON + timedelta(hours=25))


def test_the_result_leads_to_the_lesson_before_the_next_try(
    learner: Person, books: Books, sign_in: Callable[..., Any]
) -> None:
    with clock.at(NOON), books():
        courses.course("greeting")
        exams.exam(before_try={2: {"lesson": "greeting/hello"}})
        attempt_id = failed(learner)
    with clock.at(NOON):
        client, trainer = sign_in(learner), sign_in(Role.TRAINER)
    assert "Before this attempt" in result_of(client, attempt_id)
    assert "Before this attempt" not in result_of(trainer, attempt_id)
