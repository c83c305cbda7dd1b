"""Many markers at once: no answer before two people by accident, every mark once; on both databases, with threads."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from lms.assessment import service_marking
from lms.assessment.models import Attempt, AttemptEvent, Grade
from lms.assessment.models_marking import Essay, EssayClaim, EssayMark
from lms.core import clock
from lms.core.database import db, unit_of_work
from lms.core.errors import Conflict
from lms.identity.models import Person
from tests.conftest import THREADS
from tests.factories_marking import given, handed_in, marker, written_exam


@pytest.fixture
def markers(app: Flask) -> list[Person]:
    with app.app_context(), unit_of_work():
        return [marker() for _ in range(THREADS)]


def waiting(app: Flask, count: int, **marking: Any) -> Essay:
    """So many answers that wait; one of them."""
    with app.app_context(), unit_of_work():
        written_exam(**marking)
        for _ in range(count):
            handed_in()
        return db.session.scalars(select(Essay).order_by(Essay.id)).first()  # type: ignore[return-value]


def take(found: Essay, by: Person) -> int | None:
    taken = service_marking.take_next(found.exam_id, found.item_id, actor=by, now=clock.now())
    return taken.id if taken is not None else None


def count(app: Flask, table: Any) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(table)) or 0


def test_six_markers_at_four_answers_get_four_different_ones(app: Flask, at_once: Any, markers: list[Person]) -> None:
    found = waiting(app, 4)
    taken = [each for each in at_once(lambda n: take(found, markers[n])) if each is not None]
    assert len(taken) == len(set(taken)) == 4


def test_two_people_may_hold_an_answer_that_two_mark_and_not_three(
    app: Flask, at_once: Any, markers: list[Person]
) -> None:
    found = waiting(app, 1, markers=2)
    assert sorted(at_once(lambda n: take(found, markers[n]) or 0)) == [0, 0, 0, 0, found.id, found.id]


def test_six_tabs_of_one_marker_hold_one_answer_and_leave_one_mark(
    app: Flask, at_once: Any, markers: list[Person]
) -> None:
    found = waiting(app, 3)
    (held,) = set(at_once(lambda _n: take(found, markers[0])))
    assert count(app, EssayClaim) == 1
    at_once(lambda _n: service_marking.mark(held, given(1, 2), actor=markers[0], now=clock.now()).id)
    assert (count(app, EssayMark), count(app, AttemptEvent)) == (1, 4)  # three hand-ins, one set of marks
    with app.app_context():
        assert db.session.scalar(select(func.count()).where(Grade.source == "marker")) == 1
        assert db.session.scalars(select(Attempt.state).where(Attempt.state == "graded")).all() == ["graded"]


def test_six_markers_who_all_save_leave_exactly_the_marks_wanted(
    app: Flask, at_once: Any, markers: list[Person]
) -> None:
    found = waiting(app, 1, markers=2)
    with app.app_context(), unit_of_work():  # all had it once, and their time was over
        db.session.add_all(EssayClaim(essay_id=found.id, marker_id=one.id, expires_at=clock.now()) for one in markers)

    def save(number: int) -> bool:
        try:
            service_marking.mark(found.id, given(1, 2), actor=markers[number], now=clock.now())
        except Conflict:
            return False
        return True

    assert sum(at_once(save)) == 2 and count(app, EssayMark) == 2
    with app.app_context():
        assert db.session.get_one(Essay, found.id).how == "mean"
