"""Random histories of an attempt on the real services, beside a small model of what must come out."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import func, select

from lms.assessment import service
from lms.assessment.attempt_states import MOVES, State, Verb
from lms.assessment.models import Attempt, AttemptEvent, Grade, Response
from lms.core import clock
from lms.core.access import Role
from lms.core.database import db, unit_of_work
from lms.core.errors import Conflict
from lms.core.events import AttemptFinished
from lms.identity.models import Person
from tests import factories
from tests import factories_assessment as make

POLICIES = ("auto-submit", "grace", "abandon")
LIMIT, GRACE = timedelta(minutes=30), timedelta(minutes=5)
SLOTS = 4


@dataclass
class Model:
    """What must hold, said without a database."""

    policy: str
    now: datetime
    deadline: datetime
    state: State = State.IN_PROGRESS
    aside: bool = False
    held: dict[int, tuple[int, str]] = field(default_factory=dict)  # slot → seq and answer that count
    kept: set[tuple[int, int]] = field(default_factory=set)  # every (slot, seq) that was acknowledged
    late: int = 0

    @property
    def takes_answers(self) -> bool:
        return self.state == State.IN_PROGRESS and self.now <= self.deadline

    def pass_time(self, poisoned: bool) -> None:
        grace_ends = self.deadline + GRACE
        if self.state == State.IN_PROGRESS and self.now > self.deadline:
            if self.policy == "auto-submit":
                self.hand_in(poisoned)
            else:
                self.state = State.OVERDUE if self.policy == "grace" else State.ABANDONED
        if self.state == State.OVERDUE and self.now > grace_ends:
            self.state = State.ABANDONED

    def hand_in(self, poisoned: bool) -> None:
        self.state, self.aside = (State.SUBMITTED, True) if poisoned else (State.GRADED, False)


class Histories(RuleBasedStateMachine):
    """One attempt, many hands."""

    app: Flask
    learner_maker: Any
    trainer_id: int

    def __init__(self) -> None:
        super().__init__()
        self.poisoned = False
        table = self.app.extensions["lms.listeners"]
        self.undisturbed = list(table[AttemptFinished])
        table[AttemptFinished] = [*self.undisturbed, self.poison]

    def poison(self, _event: AttemptFinished) -> None:
        if self.poisoned:
            raise ZeroDivisionError("a listener with a fault")

    def teardown(self) -> None:
        self.app.extensions["lms.listeners"][AttemptFinished] = self.undisturbed

    @initialize(policy=st.sampled_from(POLICIES))
    def begin(self, policy: str) -> None:
        now = clock.now()
        with self.app.app_context(), unit_of_work():
            self.learner = factories.person()
            attempt = service.start_attempt(policy, self.learner, now=now, language="en").attempt
            self.attempt_id, self.right = attempt.id, make.right_answers(attempt)
        self.model = Model(policy, now, now + LIMIT)

    # ---- what people and time do ---------------------------------------------------

    @rule(slot=st.integers(1, SLOTS), choice=st.integers(1, 4), step=st.integers(-1, 2))
    def save(self, slot: int, choice: int, step: int) -> None:
        model, answer = self.model, str(choice)
        last = model.held.get(slot, (0, ""))[0]
        seq = max(0, last + step)
        with self.app.app_context(), unit_of_work():
            saved = service.save_response(self.attempt_id, self.learner, slot, answer, seq, now=model.now)
        if isinstance(saved, service.Saved):
            if saved.is_new:
                assert model.takes_answers and seq >= last and saved.seq >= seq
                model.held[slot] = (saved.seq, answer)
                model.kept.add((slot, saved.seq))
            else:
                assert slot in model.held and seq <= last and saved.seq == last
                assert saved.stands == (model.held[slot][1] == answer)
        else:
            assert not model.takes_answers
            model.late += 1

    @rule(minutes=st.integers(1, 25))
    def let_time_pass(self, minutes: int) -> None:
        self.model.now += timedelta(minutes=minutes)

    @rule()
    def sweep(self) -> None:
        with self.app.app_context(), unit_of_work():
            service.close_if_due(self.attempt_id, self.model.now)
        self.model.pass_time(self.poisoned)

    @rule()
    def submit(self) -> None:
        model = self.model
        model.pass_time(self.poisoned)
        if model.state in (State.ABANDONED, State.VOIDED):
            with self.app.app_context(), pytest.raises(Conflict), unit_of_work():
                service.submit(self.attempt_id, self.learner, now=model.now)
            with self.app.app_context(), unit_of_work():  # the refusal took the closing back; the sweep makes it
                service.close_if_due(self.attempt_id, model.now)
            return
        if model.state in (State.IN_PROGRESS, State.OVERDUE):
            model.hand_in(self.poisoned)
        with self.app.app_context(), unit_of_work():
            service.submit(self.attempt_id, self.learner, now=model.now)

    @rule(minutes=st.integers(1, 30))
    def extend(self, minutes: int) -> None:
        model = self.model
        model.pass_time(self.poisoned)
        is_open = model.state in (State.IN_PROGRESS, State.OVERDUE)
        with self.app.app_context():
            try:
                with unit_of_work():
                    trainer = db.session.get_one(Person, self.trainer_id)
                    service.extend(self.attempt_id, minutes, "More time", actor=trainer, now=model.now)
            except Conflict:
                assert not is_open
                with unit_of_work():
                    service.close_if_due(self.attempt_id, model.now)
                return
        assert is_open
        model.deadline = max(model.deadline, model.now) + timedelta(minutes=minutes)
        model.state = State.IN_PROGRESS

    @rule()
    def break_the_marking(self) -> None:
        self.poisoned = True

    @rule()
    def mend_the_marking(self) -> None:
        self.poisoned = False

    @rule()
    def retry(self) -> None:
        model = self.model
        with self.app.app_context():
            try:
                with unit_of_work():
                    is_well = service.retry_grading(self.attempt_id, actor=None, now=model.now)
            except Conflict:
                assert not (model.aside and model.state == State.SUBMITTED)
                return
        assert model.aside and is_well is not self.poisoned
        model.hand_in(self.poisoned)

    @precondition(lambda self: self.model.now > self.model.deadline - LIMIT / 2)  # not at once, or little else is seen
    @rule()
    def void(self) -> None:
        with self.app.app_context(), unit_of_work():
            trainer = db.session.get_one(Person, self.trainer_id)
            service.void(self.attempt_id, "Not by the rules", actor=trainer, now=self.model.now)
        self.model.state = State.VOIDED

    # ---- what always holds ------------------------------------------------------------

    @invariant()
    def what_the_model_says_is_in_the_books(self) -> None:
        if not hasattr(self, "model"):
            return
        with self.app.app_context():
            attempt = db.session.get_one(Attempt, self.attempt_id)
            assert attempt.state == self.model.state
            assert attempt.deadline_at == self.model.deadline
            assert (attempt.set_aside_at is not None) == self.model.aside
            self._nothing_is_lost()
            self._graded_at_most_once(attempt)
            self._moved_along_the_table(attempt)

    def _nothing_is_lost(self) -> None:
        query = select(Response.slot, Response.seq).where(
            Response.attempt_id == self.attempt_id, Response.is_late.is_(False)
        )
        assert {(slot, seq) for slot, seq in db.session.execute(query)} == self.model.kept

    def _graded_at_most_once(self, attempt: Attempt) -> None:
        grades = db.session.scalar(select(func.count(Grade.id)).where(Grade.attempt_id == attempt.id))
        if attempt.score is None:
            assert grades == 0
            return
        right = sum(answer == self.right[slot] for slot, (_, answer) in self.model.held.items())
        assert grades == SLOTS and attempt.score == Decimal(right) and 0 <= attempt.score <= attempt.max_score

    def _moved_along_the_table(self, attempt: Attempt) -> None:
        state = State.IN_PROGRESS
        query = select(AttemptEvent.verb).where(AttemptEvent.attempt_id == attempt.id).order_by(AttemptEvent.id)
        verbs = list(db.session.scalars(query))
        for verb in verbs:
            state = MOVES[state, Verb(verb)]
        assert state == attempt.state and verbs.count(Verb.MARKS_IN) <= 1


def test_no_history_breaks_what_always_holds(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        make.topic()
        for policy in POLICIES:
            make.exam(policy, time_limit_minutes=30, when_time_is_up=policy, grace_minutes=5)
        trainer = factories.person(roles=[Role.TRAINER])
    Histories.app, Histories.trainer_id = app, trainer.id
    run_state_machine_as_test(
        Histories,
        settings=settings(
            max_examples=40, stateful_step_count=25, deadline=None, database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )  # fmt: skip
