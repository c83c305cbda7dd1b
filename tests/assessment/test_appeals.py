"""Appeals: a learner disagrees with a result, and somebody who did not mark it decides."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from lms.assessment import service, service_appeals
from lms.assessment.appeal_states import MOVES, State, Verb, move
from lms.assessment.models import Appeal, Attempt, Grade
from lms.core import clock
from lms.core.access import Role
from lms.core.audit import AuditEntry
from lms.core.database import db, unit_of_work
from lms.core.errors import Conflict, Invalid, NotAllowed, NotFound
from lms.core.texts import Message
from lms.identity.models import Person
from tests import factories
from tests import factories_assessment as make

REASON = "Option two is right by the standard of last March."


@pytest.fixture
def handed_in(app: Flask) -> Attempt:
    """A graded attempt of a new learner."""
    with app.app_context(), unit_of_work():
        make.topic()
        make.exam()
        attempt = make.attempt(factories.person())
        service.submit(attempt.id, db.session.get_one(Person, attempt.person_id), now=clock.now())
        return attempt


def person_of(attempt: Attempt) -> Person:
    return db.session.get_one(Person, attempt.person_id)


@pytest.mark.parametrize("state", State)
@pytest.mark.parametrize("verb", Verb)
def test_only_an_open_appeal_moves(state: State, verb: Verb) -> None:
    following = move(state, verb)
    assert isinstance(following, Message) == ((state, verb) not in MOVES)
    assert (state == State.OPEN) == ((state, verb) in MOVES)


def test_an_appeal_is_raised_once_decided_by_another_and_read_by_its_learner(
    app: Flask, sign_in: Callable[..., Any], handed_in: Attempt
) -> None:
    with app.app_context():
        owner = person_of(handed_in)
    learner = sign_in(owner)
    result = f"/attempts/{handed_in.id}/result"
    assert "Disagree with this result?" in learner.get(result).text
    sent = learner.post(f"/attempts/{handed_in.id}/appeals", data={"slot": "2", "reason": REASON})
    assert sent.status_code == 303
    again = learner.post(f"/attempts/{handed_in.id}/appeals", data={"slot": "2", "reason": REASON})
    assert again.status_code == 409
    trainer = sign_in(Role.TRAINER)
    queue = trainer.get("/marking").text
    assert "One appeal waits" in queue and REASON in queue
    with app.app_context():
        appeal = db.session.scalars(select(Appeal)).one()
    page = f"/marking/appeals/{appeal.id}"
    assert "Question 2" in trainer.get("/marking").text and REASON in trainer.get(page).text
    unreasoned = trainer.post(page, data={"verdict": "uphold", "answer": "yes"})
    assert unreasoned.status_code == 422 and "yes" in unreasoned.text
    assert trainer.post(page, data={"verdict": "uphold", "answer": "You are right, the key was old."}).status_code == 303
    read = learner.get(result).text
    assert "Appeal upheld" in read and "the key was old" in read
    assert trainer.post(page, data={"verdict": "reject", "answer": "Changed my mind again."}).status_code == 409
    with app.app_context():
        actions = set(db.session.scalars(select(AuditEntry.action)))
    assert {"appeal.raise", "appeal.uphold"} <= actions


def test_a_reason_too_short_keeps_what_was_typed(app: Flask, sign_in: Callable[..., Any], handed_in: Attempt) -> None:
    with app.app_context():
        learner = sign_in(person_of(handed_in))
    answer = learner.post(f"/attempts/{handed_in.id}/appeals", data={"slot": "0", "reason": "No!"})
    assert answer.status_code == 422 and ">No!<" in answer.text.replace("\r\n", "")


def test_nobody_appeals_for_another_or_against_what_is_not_there(handed_in: Attempt, unit: None) -> None:
    owner, other = person_of(handed_in), factories.person()
    with pytest.raises(NotFound):
        service_appeals.raise_appeal(handed_in.id, 0, REASON, actor=other, now=clock.now())
    with pytest.raises(Invalid):
        service_appeals.raise_appeal(handed_in.id, 9, REASON, actor=owner, now=clock.now())
    with pytest.raises(Invalid):
        service_appeals.raise_appeal(handed_in.id, 1, " " * 20, actor=owner, now=clock.now())
    make.topic("second", 4)
    make.exam("second", sections=[{"topic": "second", "draw": 2}])
    running = make.attempt(owner, "second")
    with pytest.raises(Conflict):
        service_appeals.raise_appeal(running.id, 0, REASON, actor=owner, now=clock.now())


def test_nobody_decides_on_their_own_or_on_what_they_marked(handed_in: Attempt, unit: None) -> None:
    owner, trainer = person_of(handed_in), factories.person(roles=(Role.TRAINER,))
    appeal = service_appeals.raise_appeal(handed_in.id, 1, REASON, actor=owner, now=clock.now())
    with pytest.raises(NotAllowed):
        service_appeals.decide_appeal(appeal.id, Verb.UPHOLD, REASON, actor=owner, now=clock.now())
    grade = db.session.scalars(select(Grade).where(Grade.attempt_id == handed_in.id)).first()
    assert grade is not None
    grade.source, grade.grader_id = "marker", trainer.id
    db.session.flush()
    with pytest.raises(NotAllowed):
        service_appeals.decide_appeal(appeal.id, Verb.UPHOLD, REASON, actor=trainer, now=clock.now())


def test_a_withdrawn_appeal_may_be_raised_again(handed_in: Attempt, unit: None) -> None:
    owner = person_of(handed_in)
    appeal = service_appeals.raise_appeal(handed_in.id, 1, REASON, actor=owner, now=clock.now())
    with pytest.raises(NotFound):
        service_appeals.withdraw_appeal(appeal.id, actor=factories.person(), now=clock.now())
    service_appeals.withdraw_appeal(appeal.id, actor=owner, now=clock.now())
    assert service_appeals.raise_appeal(handed_in.id, 1, REASON, actor=owner, now=clock.now()).state == State.OPEN


def test_an_attempt_declared_void_closes_its_appeals_and_tells_the_learner(
    app: Flask, sign_in: Callable[..., Any], handed_in: Attempt
) -> None:
    with app.app_context(), unit_of_work():
        owner = person_of(handed_in)
        for slot in (0, 1):
            service_appeals.raise_appeal(handed_in.id, slot, REASON, actor=owner, now=clock.now())
        settled = service_appeals.raise_appeal(handed_in.id, 2, REASON, actor=owner, now=clock.now())
        service_appeals.withdraw_appeal(settled.id, actor=owner, now=clock.now())
    trainer = sign_in(Role.TRAINER)
    assert REASON in trainer.get("/marking").text
    voided = trainer.post(f"/attempts/{handed_in.id}/void", data={"reason": "The wrong plan was published."})
    assert voided.status_code == 303
    assert REASON not in trainer.get("/marking").text
    with app.app_context():
        states = list(db.session.scalars(select(Appeal.state).order_by(Appeal.slot)))
        dropped = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "appeal.drop")).all()
        appeal = db.session.scalars(select(Appeal).where(Appeal.slot == 1)).one()
    assert states == ["moot", "moot", "withdrawn"] and len(dropped) == 2
    read = sign_in(owner).get(f"/attempts/{handed_in.id}/result").text
    assert "Appeal closed" in read and "nothing left to decide" in read and "The wrong plan was published." in read
    page = f"/marking/appeals/{appeal.id}"
    assert "nothing left to decide" in trainer.get(page).text
    assert trainer.post(page, data={"verdict": "uphold", "answer": "You were right all along."}).status_code == 409
    with app.app_context(), unit_of_work(), pytest.raises(Conflict):
        service_appeals.raise_appeal(handed_in.id, 1, REASON, actor=owner, now=clock.now())


def test_the_queue_costs_the_same_with_many_appeals(
    app: Flask, sign_in: Callable[..., Any], count_queries: Callable[..., Any], handed_in: Attempt
) -> None:
    trainer, counts = sign_in(Role.TRAINER), []
    for slots in ((1,), (2, 3, 4, 0)):
        with app.app_context(), unit_of_work():
            for slot in slots:
                service_appeals.raise_appeal(handed_in.id, slot, REASON, actor=person_of(handed_in), now=clock.now())
        with count_queries() as queries:
            trainer.get("/marking")
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 10
