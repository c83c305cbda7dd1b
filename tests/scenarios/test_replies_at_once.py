"""Many at the same reply at the same moment: one claim, one mark, one score; on both databases, with threads."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from lms.core import clock, events
from lms.core.database import db, unit_of_work
from lms.core.errors import Conflict, NotFound
from lms.enrolment.models import Completion
from lms.hr.models import Result
from lms.identity.models import Person
from lms.scenarios import service, service_contests, service_replies
from lms.scenarios.models import Play, Turn
from lms.scenarios.models_replies import ReplyClaim, ReplyContest, ReplyDecision, ReplyMark, WrittenReply
from tests import factories
from tests import factories_replies as said
from tests.conftest import THREADS


@pytest.fixture
def markers(app: Flask) -> list[Person]:
    with app.app_context(), unit_of_work():
        said.scenario()
        return [said.marker() for _ in range(THREADS)]


def waiting(app: Flask, count: int = 1, *, double: bool = False) -> list[int]:
    with app.app_context(), unit_of_work():
        if double:
            said.double()
        return [said.waiting(said.played(said.TRACKS)).id for _ in range(count)]


def count(app: Flask, table: Any) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(table)) or 0


def take(by: Person) -> int:
    taken = service_replies.take_next(said.KEY, actor=by, now=clock.now())
    return taken.id if taken is not None else 0


def test_six_trainers_at_four_replies_get_four_different_ones(app: Flask, at_once: Any, markers: list[Person]) -> None:
    replies = waiting(app, 4)
    taken = at_once(lambda n: take(markers[n]))
    assert sorted(each for each in taken if each) == replies


def test_two_may_hold_a_reply_that_two_mark_and_not_three(app: Flask, at_once: Any, markers: list[Person]) -> None:
    (reply,) = waiting(app, double=True)
    assert sorted(at_once(lambda n: take(markers[n]))) == [0, 0, 0, 0, reply, reply]


def test_six_sends_of_one_mark_are_one_mark_and_one_result(app: Flask, at_once: Any, markers: list[Person]) -> None:
    (reply,) = waiting(app)
    told: list[Any] = []
    events.register(app, [(events.PlayFinished, told.append)])
    assert set(at_once(lambda _n: take(markers[0]))) == {reply}
    given = said.given("advise", "track")
    at_once(lambda _n: service_replies.mark(reply, given, actor=markers[0], now=clock.now()).id)
    app.extensions["lms.listeners"][events.PlayFinished].remove(told.append)
    assert [count(app, table) for table in (ReplyClaim, ReplyMark, ReplyDecision, Completion, Result)] == [1] * 5
    assert len(told) == 1
    with app.app_context():
        assert db.session.scalars(select(Play.state)).all() == ["finished"]


def test_two_who_mark_the_same_reply_at_once_settle_it_once(app: Flask, at_once: Any, markers: list[Person]) -> None:
    (reply,) = waiting(app, double=True)
    holders = [who for who in at_once(lambda n: markers[n] if take(markers[n]) else None) if who is not None]

    def mark(n: int) -> str:
        try:
            service_replies.mark(reply, said.given("track"), actor=holders[n % 2], now=clock.now())
        except (Conflict, NotFound) as error:
            return type(error).__name__
        return "marked"

    assert set(at_once(mark)) == {"marked"}
    assert [count(app, table) for table in (ReplyMark, ReplyDecision, Result)] == [2, 1, 1]


def test_six_sends_of_the_last_words_are_one_turn_and_one_reply_to_mark(app: Flask, at_once: Any) -> None:
    with app.app_context(), unit_of_work():
        said.scenario()
        person = factories.person()
        play_id = said.begun(person).play.id
    at_once(lambda _n: service.take_turn(play_id, person, 2, reply=said.TRACKS, now=clock.now()).play.id)
    assert [count(app, table) for table in (Turn, WrittenReply)] == [2, 1]


def test_six_objections_are_one(app: Flask, at_once: Any) -> None:
    with app.app_context(), unit_of_work():
        said.scenario()
        person = factories.person()
        play_id = said.played(said.NOTHING, person, "practice").play.id
    why = "There is a promise in it."
    at_once(lambda _n: service_contests.contest(play_id, person, 2, why, now=clock.now()).id)
    assert [count(app, table) for table in (ReplyContest, WrittenReply)] == [1, 1]
