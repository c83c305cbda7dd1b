"""Trying again: the lesson between two tries, telling the trainers, what was agreed, further tries."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from lms.assessment import queries_tries, service, service_escalations
from lms.assessment.models import Attempt
from lms.assessment.models_plans import Escalation
from lms.core import audit, clock
from lms.core.access import Role
from lms.core.database import db, unit_of_work
from lms.core.errors import Conflict, Invalid, NotAllowed
from lms.enrolment import service_lessons
from lms.identity.models import Person
from tests import factories
from tests import factories_assessment as make
from tests import factories_courses as courses


def sit(person: Person, right: bool = False, key: str = "front-line") -> Attempt:
    attempt = make.attempt(person, key)
    for slot, answer in make.right_answers(attempt).items() if right else ():
        service.save_response(attempt.id, person, slot, answer, 1, now=clock.now())
    return service.submit(attempt.id, person, now=clock.now())


def refusal(person: Person) -> Conflict:
    with pytest.raises(Conflict) as error:
        make.attempt(person)
    return error.value


def waiting() -> list[queries_tries.EscalationView]:
    return queries_tries.waiting_escalations()


# ---- the lesson between two tries ------------------------------------------------------


@pytest.fixture
def learner(unit: None) -> Person:
    make.topic()
    check = {"topic": "complaints", "draw": 3}
    courses.course(lessons=[courses.lesson("hello", kind="sop"), courses.lesson("checked", check=check)])
    return factories.person()


def read(person: Person, lesson: str = "hello", minutes: int = 2) -> None:
    service_lessons.open_lesson(person, "greeting", lesson, now=clock.now())
    for _ in range(minutes):
        with clock.at(clock.now() + timedelta(seconds=30)):
            service_lessons.stay_on_lesson(person, "greeting", lesson, now=clock.now())


def later(hours: int) -> Any:
    return clock.at(clock.now() + timedelta(hours=hours))


def test_a_lesson_read_before_the_failed_try_must_be_read_again(learner: Person) -> None:
    make.exam(before_try={2: {"lesson": "greeting/hello"}})
    read(learner)
    service_lessons.complete_lesson(learner, "greeting", "hello", actor=learner, now=clock.now())
    with later(1):
        sit(learner)
        assert refusal(learner).extra["lesson"] == "greeting/hello"
    with later(2):
        service_lessons.open_lesson(learner, "greeting", "hello", now=clock.now())
        assert refusal(learner).extra["lesson"] == "greeting/hello"  # opened only
        read(learner)
    with later(3):
        assert make.attempt(learner).number == 2


def test_completing_the_lesson_for_the_first_time_counts(learner: Person) -> None:
    make.exam(before_try={2: {"lesson": "greeting/hello"}})
    sit(learner)
    refusal(learner)
    with later(1):
        service_lessons.complete_lesson(learner, "greeting", "hello", actor=learner, now=clock.now())
        assert make.attempt(learner).number == 2


def test_a_lesson_with_a_check_wants_the_check_passed(learner: Person) -> None:
    make.exam(before_try={2: {"lesson": "greeting/checked"}})
    sit(learner)
    with later(1):
        read(learner, "checked")
        refusal(learner)
        check = service.start_check("greeting", "checked", learner, now=clock.now(), language="en").attempt
        for slot, answer in make.right_answers(check).items():
            service.save_response(check.id, learner, slot, answer, 1, now=clock.now())
        service.submit(check.id, learner, now=clock.now())
    with later(2):
        assert make.attempt(learner).number == 2


def test_a_lesson_that_is_gone_holds_nobody_back(learner: Person) -> None:
    make.exam(before_try={2: {"lesson": "greeting/gone"}})
    sit(learner)
    assert make.attempt(learner).number == 2


# ---- telling the trainers ------------------------------------------------------------------


@pytest.fixture
def stuck(unit: None) -> Person:
    make.topic()
    make.exam(attempts=2, escalate_after=2)
    return factories.person()


def test_the_trainers_are_told_after_so_many_failed_tries(stuck: Person) -> None:
    sit(stuck)
    assert waiting() == []
    sit(stuck)
    (case,) = waiting()
    assert (case.person_id, case.exam, case.tries, case.is_open) == (stuck.id, "front-line", 2, True)
    assert "has been told" in str(refusal(stuck).message)


def test_a_void_try_is_no_failed_one_and_giving_up_is(stuck: Person) -> None:
    service.void(sit(stuck).id, "Fire alarm", actor=factories.person(), now=clock.now())
    sit(stuck)
    assert waiting() == []
    make.exam("timed", attempts=5, escalate_after=1, time_limit_minutes=5, when_time_is_up="abandon")
    attempt = make.attempt(stuck, "timed")
    with later(1):
        service.close_if_due(attempt.id, clock.now())
    assert [case.exam for case in waiting()] == ["timed"]


def test_what_was_agreed_is_kept_and_further_tries_are_granted(stuck: Person) -> None:
    sit(stuck), sit(stuck)
    trainer = factories.person(roles=[Role.TRAINER])
    settled = service_escalations.settle(waiting()[0].id, "  Two practice calls with Ms Wang. ", 1, actor=trainer, now=clock.now())
    assert settled.agreed == "Two practice calls with Ms Wang."
    assert waiting() == []
    assert sit(stuck).number == 3
    (again,) = waiting()  # and the third failed try is told again
    assert again.tries == 3
    refusal(stuck)


def test_a_pass_settles_what_was_open(unit: None) -> None:
    make.topic()
    make.exam(escalate_after=1)
    person = factories.person()
    sit(person)
    assert len(waiting()) == 1
    sit(person, right=True)
    assert waiting() == []
    (case,) = queries_tries.escalations_of(person.id, db.session.scalars(select(Escalation.exam_id)).one())
    assert case.handled_at is not None and case.handled_by is None and case.agreed == ""
    sit(person)
    assert waiting() == []  # who has passed once is not told of


def test_settling_has_its_rules(stuck: Person) -> None:
    sit(stuck), sit(stuck)
    case, trainer = waiting()[0].id, factories.person(roles=[Role.TRAINER])
    with pytest.raises(NotAllowed):
        service_escalations.settle(case, "Something else", 1, actor=stuck, now=clock.now())
    for words, tries in (("   ", 1), ("Something", 11), ("Something", -1)):
        with pytest.raises(Invalid):
            service_escalations.settle(case, words, tries, actor=trainer, now=clock.now())
    service_escalations.settle(case, "Something", 0, actor=trainer, now=clock.now())
    with pytest.raises(Conflict):
        service_escalations.settle(case, "Something", 0, actor=trainer, now=clock.now())


# ---- pages and calls ----------------------------------------------------------------------


@pytest.fixture
def case(app: Flask) -> tuple[Person, int]:
    with app.app_context(), unit_of_work():
        make.topic()
        make.exam(attempts=2, escalate_after=2)
        person = factories.person(name="Chen Yu")
        sit(person), sit(person)
        return person, waiting()[0].id


def test_a_trainer_notes_what_was_agreed(app: Flask, sign_in: Any, case: tuple[Person, int]) -> None:
    person, number = case
    trainer = sign_in(Role.TRAINER)
    listed = trainer.get("/marking").text
    assert "Chen Yu" in listed and f"/marking/escalations/{number}" in listed
    assert "has failed" in trainer.get(f"/marking/escalations/{number}").text
    short = trainer.post(f"/marking/escalations/{number}", data={"agreed": "Short", "extra_tries": "many"})
    assert short.status_code == 422 and "Short" in short.text and "many" in short.text
    words = {"agreed": "Practise two calls with Ms Wang.", "extra_tries": "1"}
    assert trainer.post(f"/marking/escalations/{number}", data=words).status_code == 303
    assert trainer.post(f"/marking/escalations/{number}", data=words).status_code == 409
    with app.app_context():
        about = audit.AuditEntry.action.in_(["exam.escalate", "exam.settle"])
        entries = db.session.scalars(select(audit.AuditEntry).where(about).order_by(audit.AuditEntry.id)).all()
        assert [(entry.action, entry.actor_id is None) for entry in entries] == [("exam.escalate", True), ("exam.settle", False)]
    page = sign_in(person).get("/exams/front-line").text
    assert "Practise two calls with Ms Wang." in page and "1 of 3 left" in page


def test_the_learner_reads_what_happens_next(sign_in: Any, api: Any, case: tuple[Person, int]) -> None:
    person, _number = case
    page = sign_in(person).get("/exams/front-line").text
    assert "Your trainer has been told" in page and "What you agreed appears here." in page
    told = api(person).post("/exams/front-line/attempts")
    assert told.status_code == 409 and "Your trainer has been told" in told.json["detail"]


def test_an_auditor_reads_a_case_and_settles_none(sign_in: Any, case: tuple[Person, int]) -> None:
    auditor = sign_in(Role.AUDITOR)
    assert auditor.get(f"/marking/escalations/{case[1]}").status_code == 200
    assert auditor.post(f"/marking/escalations/{case[1]}", data={"agreed": "Something long"}).status_code == 403
    assert sign_in(Role.TRAINER).get("/marking/escalations/9999").status_code == 404


def test_the_page_names_the_lesson_and_the_call_too(app: Flask, sign_in: Any, api: Any) -> None:
    with app.app_context(), unit_of_work():
        make.topic()
        courses.course()
        make.exam(before_try={2: {"lesson": "greeting/hello"}})
        person = factories.person()
        sit(person)
    page = sign_in(person).get("/exams/front-line").text
    assert "/courses/greeting/hello" in page and "work through a lesson" in page and "Hello</a>" in page
    told = api(person).post("/exams/front-line/attempts")
    assert told.status_code == 409 and told.json["lesson"] == "greeting/hello"


def test_a_further_try_needs_few_statements(app: Flask, api: Any, count_queries: Any, case: tuple[Person, int]) -> None:
    person, number = case
    with app.app_context(), unit_of_work():
        trainer = factories.person(roles=[Role.TRAINER])
        service_escalations.settle(number, "Practise calls.", 1, actor=trainer, now=clock.now())
    call = api(person)
    with count_queries() as queries:
        assert call.post("/exams/front-line/attempts").status_code == 201
    assert len(queries) <= 10, "\n".join(line[:100] for line in queries)
