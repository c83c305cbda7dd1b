"""Many at once: a double click, two tabs, a sweep beside a submission; on both databases, with real threads."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from lms.assessment import service
from lms.assessment.models import Attempt, AttemptEvent, Grade, Response
from lms.core import clock
from lms.core.access import Role
from lms.core.database import db, unit_of_work
from lms.core.errors import Conflict
from lms.identity.models import Person
from tests import factories
from tests import factories_assessment as make

THREADS = 8


@pytest.fixture
def at_once(app: Flask) -> Callable[..., list[Any]]:
    """Run a function in so many threads that all begin together, each in a unit of work of its own."""

    def run(function: Callable[[int], Any], threads: int = THREADS) -> list[Any]:
        ready = threading.Barrier(threads)

        def work(number: int) -> Any:
            with app.app_context():
                ready.wait()
                with unit_of_work():
                    return function(number)

        with ThreadPoolExecutor(threads) as pool:
            return list(pool.map(work, range(threads)))

    return run


@pytest.fixture
def learner(app: Flask) -> Person:
    with app.app_context(), unit_of_work():
        make.topic()
        make.exam(time_limit_minutes=30)
        return factories.person()


def begin(app: Flask, learner: Person) -> tuple[int, dict[int, Any]]:
    with app.app_context(), unit_of_work():
        attempt = make.attempt(learner)
        return attempt.id, make.right_answers(attempt)


def number_of(app: Flask, table: Any) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count(table.id))) or 0


def test_clicking_begin_eight_times_begins_once(app: Flask, at_once: Any, learner: Person) -> None:
    started = at_once(
        lambda _n: service.start_attempt("front-line", learner, now=clock.now(), language="en").attempt.id
    )
    assert len(set(started)) == 1
    assert number_of(app, Attempt) == 1


def test_clicking_hand_in_eight_times_grades_once(app: Flask, at_once: Any, learner: Person) -> None:
    attempt_id, answers = begin(app, learner)
    with app.app_context(), unit_of_work():
        for slot, answer in answers.items():
            service.save_response(attempt_id, learner, slot, answer, 1, now=clock.now())
    scores = at_once(lambda _n: service.submit(attempt_id, learner, now=clock.now()).score)
    assert scores == [4] * THREADS
    assert number_of(app, Grade) == 4
    assert number_of(app, AttemptEvent) == 2  # submit, marks-in


def test_the_same_answer_sent_eight_times_is_kept_once(app: Flask, at_once: Any, learner: Person) -> None:
    attempt_id, answers = begin(app, learner)
    saved = at_once(lambda _n: service.save_response(attempt_id, learner, 1, answers[1], 1, now=clock.now()))
    assert sum(one.is_new for one in saved) == 1
    assert len({one.saved_at for one in saved}) == 1
    assert number_of(app, Response) == 1


def test_no_acknowledged_answer_is_lost_when_saving_races_handing_in(app: Flask, at_once: Any, learner: Person) -> None:
    attempt_id, answers = begin(app, learner)

    def work(number: int) -> Any:
        if number == 0:
            return service.submit(attempt_id, learner, now=clock.now())
        slot = (number - 1) % 4 + 1
        return slot, service.save_response(attempt_id, learner, slot, answers[slot], number, now=clock.now())

    outcomes = at_once(work)
    in_time = {slot for slot, outcome in outcomes[1:] if isinstance(outcome, service.Saved)}
    assert outcomes[0].score == len(in_time)
    unchanged = [one for _, one in outcomes[1:] if isinstance(one, service.Saved) and not one.is_new]
    assert number_of(app, Response) == len(outcomes[1:]) - len(unchanged)


def test_the_sweep_and_a_submission_close_an_attempt_once(app: Flask, at_once: Any, learner: Person, later: Any) -> None:
    attempt_id, _ = begin(app, learner)
    with later(minutes=31):
        now = clock.now()

    def work(number: int) -> Any:
        if number % 2:
            return service.close_if_due(attempt_id, now)
        return service.submit(attempt_id, learner, now=now).state

    outcomes = at_once(work)
    assert outcomes[0::2] == ["graded"] * 4 and sum(outcomes[1::2]) <= 1
    assert number_of(app, Grade) == 4


@pytest.mark.parametrize("policy", ["auto-submit", "grace", "abandon"])
def test_more_time_and_the_sweep_at_once_leave_one_of_two_stories(
    app: Flask, at_once: Any, learner: Person, policy: str
) -> None:
    with app.app_context(), unit_of_work():
        make.exam(policy, time_limit_minutes=30, when_time_is_up=policy, grace_minutes=5)
        attempt = make.attempt(learner, policy)
        trainer = factories.person(roles=[Role.TRAINER])
        assert attempt.deadline_at is not None
        late = attempt.deadline_at + timedelta(minutes=1)

    def work(number: int) -> Any:
        if number % 2:
            return service.close_if_due(attempt.id, late)
        now = late - timedelta(minutes=2)  # asked for a moment before the end, and perhaps behind the sweep
        try:
            return service.extend(attempt.id, 10, "Fire drill", actor=trainer, now=now).minutes
        except Conflict:
            return None

    outcomes = at_once(work)
    given = [one for one in outcomes[0::2] if one is not None]
    with app.app_context():
        found = db.session.get_one(Attempt, attempt.id)
        assert found.deadline_at == attempt.deadline_at + len(given) * timedelta(minutes=10)
        ended = {"auto-submit": "graded", "abandon": "abandoned"}
        assert found.state == ("in_progress" if given else ended.get(policy)) or policy == "grace"
        verbs = db.session.scalars(select(AttemptEvent.verb).where(AttemptEvent.attempt_id == attempt.id)).all()
        assert verbs.count("extend") == len(given) and sum(verb.startswith("time-up") for verb in verbs) <= 1
