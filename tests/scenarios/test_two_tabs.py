"""Two tabs, double clicks and a cut in the middle: one answer per turn, and what was acknowledged is kept."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from lms.core import clock
from lms.core.database import db, unit_of_work
from lms.core.errors import Conflict
from lms.enrolment.models import Completion
from lms.identity.models import Person
from lms.scenarios import queries_plays, service
from lms.scenarios.models import Play, Turn
from tests import factories
from tests import factories_scenarios as sets

TABS = 6


def together(app: Flask, acts: list[Callable[[], Any]]) -> list[Any]:
    """Do all acts at the same moment, each in a unit of work of its own; gives results and refusals."""
    results: list[Any] = [None] * len(acts)
    start = threading.Barrier(len(acts))

    def run(index: int) -> None:
        with app.app_context():
            start.wait()
            try:
                with unit_of_work():
                    results[index] = acts[index]()
            except Conflict as refused:
                results[index] = refused
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=(index,)) for index in range(len(acts))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


@pytest.fixture
def begun(app: Flask) -> tuple[int, int]:
    """A play and its person, by id."""
    with app.app_context(), unit_of_work():
        sets.scenario()
        person = factories.person()
        view = service.start_play("wet-floor", person, "exam", now=clock.now(), language="en")
        return view.play.id, person.id


def answer(play_id: int, person_id: int, turn: int, choice: str) -> Callable[[], Any]:
    def act() -> Any:
        person = db.session.get(Person, person_id)
        return service.take_turn(play_id, person, turn, choice=choice, now=clock.now()).state.turn

    return act


def test_the_same_answer_from_many_tabs_is_one_turn(app: Flask, begun: tuple[int, int]) -> None:
    results = together(app, [answer(*begun, 1, "1") for _ in range(TABS)])
    assert len(set(results)) == 1
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Turn)) == 1


def test_different_answers_from_two_tabs_leave_one_and_a_conflict(app: Flask, begun: tuple[int, int]) -> None:
    results = together(app, [answer(*begun, 1, number) for number in ("1", "2")])
    assert sum(isinstance(result, Conflict) for result in results) == 1
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Turn)) == 1


def test_the_last_turn_sent_many_times_finishes_and_completes_once(app: Flask, begun: tuple[int, int]) -> None:
    play_id, person_id = begun
    with app.app_context(), unit_of_work():
        person = db.session.get(Person, person_id)
        first = queries_plays.own_play(person, play_id)
        assert first.offer is not None
        number = next(shown.id for shown in first.offer.choices if shown.key == "hear-her-out")
        second = service.take_turn(play_id, person, 1, emotion="angry", choice=number, now=clock.now())
        assert second.offer is not None
        last = next(shown.id for shown in second.offer.choices if shown.key == "name-and-time")
    together(app, [answer(play_id, person_id, 2, last) for _ in range(TABS)])
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Completion)) == 1
        assert db.session.scalars(select(Play.state)).all() == ["finished"]


def test_a_cut_before_the_commit_leaves_nothing_and_the_turn_can_be_sent_again(
    app: Flask, begun: tuple[int, int]
) -> None:
    play_id, person_id = begun
    with pytest.raises(KeyboardInterrupt), app.app_context(), unit_of_work():
        answer(play_id, person_id, 1, "1")()
        raise KeyboardInterrupt
    with app.app_context():
        assert queries_plays.own_play(db.session.get(Person, person_id), play_id).turns == []
    with app.app_context(), unit_of_work():
        assert answer(play_id, person_id, 1, "1")() == 2


def test_a_new_process_goes_on_where_the_old_one_was(app: Flask, begun: tuple[int, int]) -> None:
    play_id, person_id = begun
    with app.app_context(), unit_of_work():
        person = db.session.get(Person, person_id)
        before = queries_plays.own_play(person, play_id).offer
    app.extensions.pop("lms.versions.scenarios")
    with app.app_context():
        db.session.remove()
        assert queries_plays.own_play(db.session.get(Person, person_id), play_id).offer == before
