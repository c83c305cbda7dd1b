"""A poisoned attempt: handed in with its answers, set aside, reported, tried again, and nobody else is stopped."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from lms.assessment import service
from lms.assessment.models import Attempt, AttemptEvent, Grade, Response
from lms.assessment.service_faults import fault_of
from lms.core import clock, events, jobs
from lms.core.access import Role
from lms.core.audit import AuditEntry
from lms.core.database import db, unit_of_work
from lms.core.errors import Conflict
from lms.core.events import AttemptFinished
from lms.enrolment.models import Completion
from lms.identity.models import Person
from tests import factories
from tests import factories_assessment as make


@pytest.fixture
def learners(app: Flask) -> list[Person]:
    with app.app_context(), unit_of_work():
        make.topic()
        make.exam(time_limit_minutes=30)
        return [factories.person() for _ in range(3)]


@pytest.fixture
def poison(app: Flask) -> Callable[[int], Callable[[], None]]:
    """Point a paper at an item that is not there; the function returned mends it."""

    def spoil(attempt_id: int) -> Callable[[], None]:
        def write(paper: Any) -> None:
            with app.app_context(), unit_of_work():
                db.session.get_one(Attempt, attempt_id).paper = paper

        with app.app_context():
            sound = db.session.get_one(Attempt, attempt_id).paper
        write([{**place, "item_version_id": 999_999} for place in sound])
        return lambda: write(sound)

    return spoil


def begin(app: Flask, person: Person, answered: bool = True) -> int:
    with app.app_context(), unit_of_work():
        attempt = make.attempt(person)
        answers = make.right_answers(attempt)
    with app.app_context(), unit_of_work():
        for slot, answer in answers.items() if answered else ():
            service.save_response(attempt.id, person, slot, answer, 1, now=clock.now())
    return attempt.id


def attempt_of(attempt_id: int) -> Attempt:
    return db.session.get_one(Attempt, attempt_id, populate_existing=True)


def number_of(column: Any) -> int:
    return db.session.scalar(select(func.count(column))) or 0


def test_a_poisoned_attempt_is_handed_in_with_its_answers_and_set_aside(
    app: Flask, sign_in: Any, learners: list[Person], poison: Any
) -> None:
    attempt_id = begin(app, learners[0])
    poison(attempt_id)
    page = sign_in(learners[0])
    reply = page.post(f"/attempts/{attempt_id}/hand-in", follow_redirects=True)
    assert reply.status_code == 200
    assert "A technical fault holds up the marking" in reply.text and "Your answers are safe" in reply.text
    with app.app_context():
        attempt = attempt_of(attempt_id)
        assert attempt.state == "submitted" and attempt.set_aside_at and attempt.finished_at
        assert "lms/" in attempt.fault and "skey" not in attempt.fault
        assert number_of(Response.id) == 4 and number_of(Grade.id) == 0
        assert db.session.scalars(select(AttemptEvent.verb).order_by(AttemptEvent.id)).all() == ["submit", "set-aside"]


def test_the_sweep_sets_it_aside_and_closes_the_others(app: Flask, learners: list[Person], poison: Any, later: Any) -> None:
    begun = [begin(app, person) for person in learners]
    poison(begun[0])
    with later(minutes=31), app.app_context():
        jobs.run_due()
    with app.app_context():
        assert [attempt_of(one).state for one in begun] == ["submitted", "graded", "graded"]
        assert [attempt_of(one).set_aside_at is None for one in begun] == [False, True, True]


def test_after_mending_it_is_graded_once_and_its_score_is_the_one_it_earned(
    app: Flask, learners: list[Person], poison: Any
) -> None:
    attempt_id = begin(app, learners[0])
    mend = poison(attempt_id)
    with app.app_context(), unit_of_work():
        service.submit(attempt_id, learners[0], now=clock.now())
    with app.app_context(), unit_of_work():
        assert service.retry_grading(attempt_id, actor=None, now=clock.now()) is False
    mend()
    with app.app_context(), unit_of_work():
        assert service.retry_grading(attempt_id, actor=None, now=clock.now()) is True
    with app.app_context():
        attempt = attempt_of(attempt_id)
        assert (attempt.state, attempt.score, attempt.set_aside_at, attempt.fault) == ("graded", 4, None, "")
        assert number_of(Grade.id) == 4
        verbs = db.session.scalars(select(AttemptEvent.verb).order_by(AttemptEvent.id)).all()
        assert verbs == ["submit", "set-aside", "retry", "set-aside", "retry", "marks-in"]
        retries = db.session.scalars(select(AuditEntry.action).where(AuditEntry.action == "attempt.retry")).all()
        assert len(retries) == 2
    with app.app_context(), pytest.raises(Conflict), unit_of_work():
        service.retry_grading(attempt_id, actor=None, now=clock.now())


def test_what_a_failed_grading_wrote_and_noted_is_taken_back(
    app: Flask, learners: list[Person], monkeypatch: pytest.MonkeyPatch
) -> None:
    attempt_id = begin(app, learners[0])

    def complain(event: AttemptFinished) -> None:
        from lms.core import audit

        audit.record("certificate.issue", "certificate:none", now=clock.now())
        raise ZeroDivisionError("skeybeta")

    table = app.extensions["lms.listeners"]
    monkeypatch.setitem(table, AttemptFinished, [*table[AttemptFinished], complain])
    with app.app_context(), unit_of_work():
        service.submit(attempt_id, learners[0], now=clock.now())
    with app.app_context():
        assert attempt_of(attempt_id).fault.startswith("ZeroDivisionError")
        assert "skeybeta" not in attempt_of(attempt_id).fault
        assert (number_of(Grade.id), number_of(Completion.id)) == (0, 0)
        assert "certificate.issue" not in db.session.scalars(select(AuditEntry.action)).all()
    assert events.AttemptFinished in table


def test_an_error_elsewhere_names_its_kind_only() -> None:
    assert fault_of(KeyError("skeybeta")) == "KeyError"


def test_set_aside_attempts_are_seen_and_tried_again_by_trainers(
    app: Flask, sign_in: Any, learners: list[Person], poison: Any
) -> None:
    attempt_id = begin(app, learners[0])
    mend = poison(attempt_id)
    with app.app_context(), unit_of_work():
        service.submit(attempt_id, learners[0], now=clock.now())
    page = sign_in(Role.TRAINER)
    assert learners[0].name in page.get("/marking").text
    assert "lms_attempts_set_aside 1" in page.get("/metrics").text
    again = f"/marking/faults/{attempt_id}"
    assert "still fails" in page.post(again, follow_redirects=True).text
    mend()
    assert "It is marked now" in page.post(again, follow_redirects=True).text
    assert "lms_attempts_set_aside 0" in page.get("/metrics").text


def test_the_commands_list_and_retry(app: Flask, learners: list[Person], poison: Any) -> None:
    attempt_id = begin(app, learners[0])
    mend = poison(attempt_id)
    with app.app_context(), unit_of_work():
        service.submit(attempt_id, learners[0], now=clock.now())
    run = app.test_cli_runner()
    assert f"attempt {attempt_id}" in run.invoke(args=["attempts", "set-aside"]).output
    failed = run.invoke(args=["attempts", "retry"])
    assert failed.exit_code == 1 and "still fails" in failed.output
    mend()
    assert "1 graded" in run.invoke(args=["attempts", "retry"]).output
    assert "no attempt is set aside" in run.invoke(args=["attempts", "set-aside"]).output
