"""More time by right and more time on the day: allowances, extensions, and what they leave as it was."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from lms.assessment import queries, service
from lms.assessment.models import Attempt, AttemptEvent, Response
from lms.assessment.models_time import AttemptExtension
from lms.assessment.openings import Extra, extra_time
from lms.assessment.service_allowances import Grant, grant_allowance, withdraw_allowance
from lms.core import clock, jobs
from lms.core.access import Role
from lms.core.audit import AuditEntry
from lms.core.database import db, unit_of_work
from lms.core.errors import Conflict, Invalid, NotAllowed
from lms.identity.models import Person
from tests import factories
from tests import factories_assessment as make

MINUTE = timedelta(minutes=1)


@pytest.fixture
def trainer(app: Flask) -> Person:
    with app.app_context(), unit_of_work():
        return factories.person(roles=[Role.TRAINER])


@pytest.fixture
def learner(app: Flask) -> Person:
    with app.app_context(), unit_of_work():
        make.topic()
        return factories.person()


@pytest.fixture
def begin(app: Flask, learner: Person) -> Callable[..., Attempt]:
    def start(policy: str = "auto-submit", **plan: Any) -> Attempt:
        with app.app_context(), unit_of_work():
            make.exam(time_limit_minutes=40, when_time_is_up=policy, grace_minutes=5, **plan)
            return make.attempt(learner)

    return start


def grant(person: Person, actor: Person, percent: int | None = 25, minutes: int | None = None, **days: Any) -> Any:
    today = clock.today()
    return grant_allowance(
        person.id, Grant(percent, minutes, days.get("from_on", today), days.get("until_on"), "Certified by HR"),
        actor=actor, now=clock.now(),
    )  # fmt: skip


def now_of(attempt: Attempt) -> Attempt:
    return db.session.get_one(Attempt, attempt.id, populate_existing=True)


# ---- allowances -----------------------------------------------------------------


def test_an_allowance_gives_a_share_more_and_the_history_names_it(
    app: Flask, begin: Callable[..., Attempt], learner: Person, trainer: Person
) -> None:
    with app.app_context(), unit_of_work():
        allowance = grant(learner, trainer)
    attempt = begin("grace")
    assert attempt.deadline_at == attempt.started_at + 50 * MINUTE
    assert attempt.grace_ends_at == attempt.started_at + 55 * MINUTE
    assert attempt.extra_seconds == 600
    with app.app_context():
        (event,) = db.session.scalars(select(AttemptEvent)).all()
    assert (event.verb, event.reason) == ("extra-time", f"allowance:{allowance.id}")


def test_of_two_allowances_the_better_one_holds(
    app: Flask, begin: Callable[..., Attempt], learner: Person, trainer: Person
) -> None:
    with app.app_context(), unit_of_work():
        grant(learner, trainer, percent=10)
        grant(learner, trainer, percent=None, minutes=7)
    assert begin().extra_seconds == 420


@pytest.mark.parametrize("days", [{"from_on": date(2999, 1, 1)}, {"from_on": date(2020, 1, 1), "until_on": date(2020, 2, 1)}])
def test_an_allowance_of_other_days_gives_nothing(
    app: Flask, begin: Callable[..., Attempt], learner: Person, trainer: Person, days: Any
) -> None:
    with app.app_context(), unit_of_work():
        grant(learner, trainer, **days)
    assert begin().extra_seconds == 0


def test_a_withdrawn_allowance_gives_nothing_to_the_next_attempt(
    app: Flask, begin: Callable[..., Attempt], learner: Person, trainer: Person
) -> None:
    with app.app_context(), unit_of_work():
        allowance = grant(learner, trainer)
        withdraw_allowance(allowance.id, actor=trainer, now=clock.now())
    assert begin().extra_seconds == 0
    with app.app_context():
        actions = db.session.scalars(select(AuditEntry.action)).all()
    assert [one for one in actions if one.startswith("allowance")] == ["allowance.grant", "allowance.withdraw"]


def test_extra_time_is_not_cut_by_the_closing_of_the_exam() -> None:
    start = datetime.fromisoformat("2026-03-02T10:00:00+00:00")
    plan = make.plan(time_limit_minutes=40)
    closes_in_20 = start + 20 * MINUTE
    found = extra_time(plan, closes_in_20, [Extra(1, 50, None)], start)
    assert found is not None and found.amount == 10 * MINUTE  # half of what the others have
    assert extra_time(make.plan(), closes_in_20, [Extra(1, 50, None)], start) is None


def test_answers_shown_after_the_closing_wait_for_whoever_sits_longer(
    app: Flask, learner: Person, trainer: Person
) -> None:
    closes = clock.now() + 20 * MINUTE
    with app.app_context(), unit_of_work():
        grant(learner, trainer, percent=50)
        exam = make.exam(time_limit_minutes=40)
        exam.closes_at = closes
        assert queries.closes_at(exam.id) == closes
    with app.app_context(), unit_of_work():
        attempt = make.attempt(learner)
        assert queries.closes_at(exam.id) == attempt.deadline_at > closes
    with app.app_context(), unit_of_work():
        service.submit(attempt.id, learner, now=clock.now())
        assert queries.closes_at(exam.id) == closes


def test_nobody_grants_or_withdraws_their_own(app: Flask, trainer: Person, learner: Person) -> None:
    with app.app_context(), unit_of_work():
        with pytest.raises(NotAllowed):
            grant(trainer, trainer)
        other = factories.person(roles=[Role.HR])
        allowance = grant(trainer, other)
        with pytest.raises(NotAllowed):
            withdraw_allowance(allowance.id, actor=trainer, now=clock.now())


@pytest.mark.parametrize(
    "wrong", [{"percent": 0}, {"percent": None}, {"minutes": 5}, {"percent": 301}, {"percent": None, "minutes": 481}]
)
def test_a_senseless_allowance_is_refused(app: Flask, trainer: Person, learner: Person, wrong: Any) -> None:
    with app.app_context(), unit_of_work(), pytest.raises(Invalid):
        grant(learner, trainer, **wrong)


# ---- extensions -----------------------------------------------------------------


@pytest.mark.parametrize("policy", ["auto-submit", "grace", "abandon"])
def test_an_extension_moves_deadline_and_grace_and_is_written_down(
    app: Flask, begin: Callable[..., Attempt], trainer: Person, policy: str
) -> None:
    before = begin(policy)
    with app.app_context(), unit_of_work():
        service.extend(before.id, 15, "Fire drill", actor=trainer, now=clock.now())
    with app.app_context():
        after = now_of(before)
        assert after.deadline_at == before.deadline_at + 15 * MINUTE
        assert after.grace_ends_at == (before.grace_ends_at + 15 * MINUTE if policy == "grace" else None)
        assert (after.state, after.extra_seconds) == ("in_progress", 900)
        event = db.session.scalars(select(AttemptEvent)).one()
        assert (event.verb, event.actor_id, event.reason) == ("extend", trainer.id, "Fire drill")
        assert db.session.scalars(select(AttemptExtension.minutes)).all() == [15]
        entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "attempt.extend")).one()
        assert entry.details["minutes"] == 15


def test_an_overdue_attempt_takes_answers_again_counted_from_now_and_late_ones_stay_late(
    app: Flask, begin: Callable[..., Attempt], learner: Person, trainer: Person
) -> None:
    attempt = begin("grace")
    now = attempt.deadline_at + 2 * MINUTE
    with app.app_context(), unit_of_work():
        late = service.save_response(attempt.id, learner, 1, "1", 1, now=now)
        assert isinstance(late, service.Late)
    with app.app_context(), unit_of_work():
        assert service.close_if_due(attempt.id, now)
        service.extend(attempt.id, 10, "The line was down", actor=trainer, now=now)
    with app.app_context(), unit_of_work():
        assert now_of(attempt).deadline_at == now + 10 * MINUTE
        assert now_of(attempt).grace_ends_at == now + 15 * MINUTE
        saved = service.save_response(attempt.id, learner, 1, "2", 1, now=now + MINUTE)
        assert isinstance(saved, service.Saved) and saved.is_new and saved.seq == 2
    with app.app_context():
        assert db.session.scalars(select(Response.is_late).order_by(Response.seq)).all() == [True, False]


def test_an_extended_attempt_is_swept_again(
    app: Flask, begin: Callable[..., Attempt], trainer: Person
) -> None:
    attempt = begin("grace")
    first = attempt.deadline_at + MINUTE
    with app.app_context(), clock.at(first):
        jobs.run_due()
        assert now_of(attempt).state == "overdue"
        with unit_of_work():
            service.extend(attempt.id, 10, "The line was down", actor=trainer, now=first)
    with app.app_context(), clock.at(first + 11 * MINUTE):
        jobs.run_due()
        assert now_of(attempt).state == "overdue"
    with app.app_context(), clock.at(first + 20 * MINUTE):
        jobs.run_due()
        assert now_of(attempt).state == "abandoned"


def test_what_has_ended_is_not_extended(app: Flask, begin: Callable[..., Attempt], learner: Person, trainer: Person) -> None:
    attempt = begin()
    with app.app_context(), pytest.raises(Conflict), unit_of_work():  # the time handed it in, nobody had looked yet
        service.extend(attempt.id, 10, "Late", actor=trainer, now=attempt.deadline_at + MINUTE)
    with app.app_context(), unit_of_work():
        service.submit(attempt.id, learner, now=clock.now())
    with app.app_context(), pytest.raises(Conflict), unit_of_work():
        service.extend(attempt.id, 10, "Late", actor=trainer, now=clock.now())


@pytest.mark.parametrize(("minutes", "reason"), [(0, "why"), (481, "why"), (5, "  ")])
def test_an_extension_needs_sane_minutes_and_a_reason(
    app: Flask, begin: Callable[..., Attempt], trainer: Person, minutes: int, reason: str
) -> None:
    attempt = begin()
    with app.app_context(), pytest.raises(Invalid), unit_of_work():
        service.extend(attempt.id, minutes, reason, actor=trainer, now=clock.now())


def test_nobody_extends_their_own(app: Flask, begin: Callable[..., Attempt], learner: Person) -> None:
    attempt = begin()
    with app.app_context(), pytest.raises(NotAllowed), unit_of_work():
        service.extend(attempt.id, 5, "please", actor=learner, now=clock.now())


def test_an_attempt_without_a_clock_needs_none(app: Flask, learner: Person, trainer: Person) -> None:
    with app.app_context(), unit_of_work():
        make.exam("untimed")
        attempt = make.attempt(learner, "untimed")
    with app.app_context(), pytest.raises(Conflict), unit_of_work():
        service.extend(attempt.id, 5, "more", actor=trainer, now=clock.now())


def test_the_first_late_answers_are_kept_and_further_ones_are_told_not_to_be(app: Flask, learner: Person) -> None:
    with app.app_context(), unit_of_work():
        make.topic()
        make.exam()
        attempt = make.attempt(learner)
        service.submit(attempt.id, learner, now=clock.now())
        for seq in range(1, 9):
            answer = service.save_response(attempt.id, learner, 1, "1", seq, now=clock.now())
            assert isinstance(answer, service.Late) and answer.is_kept == (seq <= 5)
        again = service.save_response(attempt.id, learner, 1, "1", 3, now=clock.now())
        other = service.save_response(attempt.id, learner, 2, "1", 1, now=clock.now())
        assert isinstance(again, service.Late) and again.is_kept  # sent twice, kept once
        assert isinstance(other, service.Late) and other.is_kept
        kept = db.session.execute(select(Response.slot, Response.seq).order_by(Response.slot, Response.seq)).all()
        assert [tuple(one) for one in kept] == [(1, 1), (1, 2), (1, 3), (1, 4), (1, 5), (2, 1)]
