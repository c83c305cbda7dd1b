"""Grading in two steps: what a machine can grade at once, what people mark, and totals counted again."""

from decimal import Decimal
from fractions import Fraction
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import insert, select

from lms.assessment import service, service_grading
from lms.assessment.models import Attempt, AttemptEvent, Grade
from lms.core import clock, events
from lms.core.database import db
from lms.core.errors import Conflict
from lms.enrolment.models import Completion
from tests import factories
from tests.factories_assessment import attempt, essay, exam, item, right_answers, topic

pytestmark = pytest.mark.usefixtures("unit")


@pytest.fixture
def heard(app: Flask) -> Any:
    """The results that are told while the test runs."""
    found: list[events.AttemptFinished] = []
    events.register(app, [(events.AttemptFinished, found.append)])
    yield found
    app.extensions["lms.listeners"][events.AttemptFinished].remove(found.append)


def written() -> None:
    """An exam of one essay worth 6 and two questions worth 1, passed at 60 %."""
    topic("written", [essay("written-1"), item("plain-1"), item("plain-2")])
    exam("written-exam", sections=[{"topic": "written", "draw": 3}], cut=60)


def handed_in(words: str = "I listen first, then I repeat the facts.") -> Attempt:
    """The attempt of somebody who knew all the questions and wrote this."""
    person = factories.person()
    begun = attempt(person, "written-exam")
    for slot, answer in right_answers(begun).items():
        service.save_response(begun.id, person, slot, words if answer is None else answer, 1, now=clock.now())
    return service.submit(begun.id, person, now=clock.now())


def essay_slot(found: Attempt) -> int:
    return next(place["slot"] for place in found.paper if place["points"] == "6")


def grades(found: Attempt) -> list[tuple[int, Decimal, str]]:
    rows = db.session.execute(select(Grade).where(Grade.attempt_id == found.id).order_by(Grade.slot, Grade.number))
    return [(grade.slot, grade.points, grade.source) for grade in rows.scalars()]


def completions(found: Attempt) -> int:
    return len(db.session.scalars(select(Completion).where(Completion.person_id == found.person_id)).all())


def test_an_attempt_with_an_essay_waits_for_its_mark(heard: Any) -> None:
    written()
    found = handed_in()
    assert (found.state, found.score, found.passed, found.graded_at) == ("submitted", None, None, None)
    assert [source for _slot, _points, source in grades(found)] == ["machine", "machine"]
    assert not heard and not completions(found)
    assert service.submit(found.id, db.session.get(type(factories.person()), found.person_id), now=clock.now()) is found


def test_the_last_mark_grades_the_attempt_and_tells_everybody(heard: Any) -> None:
    written()
    found = handed_in()
    grader = factories.person()
    assert service_grading.add_mark(
        found, essay_slot(found), Fraction(1, 2), grader=grader, reason="halfway", now=clock.now()
    )
    assert (found.state, found.score, found.percent, found.passed) == ("graded", 5, Decimal("62.5"), True)
    assert [(one.score, one.passed) for one in heard] == [(Decimal(5), True)] and completions(found) == 1
    held = db.session.scalars(select(Grade).where(Grade.source == "marker")).one()
    assert (held.points, held.grader_id, held.reason) == (3, grader.id, "halfway")


def test_an_essay_without_an_answer_scores_nothing_and_waits_for_nobody() -> None:
    written()
    assert (handed_in(words="").state, handed_in().state) == ("graded", "submitted")


def test_totals_are_counted_again_from_the_grades_that_hold(heard: Any) -> None:
    written()
    found = handed_in()
    slot = essay_slot(found)
    service_grading.add_mark(found, slot, Fraction(1, 2), grader=None, reason="", now=clock.now())
    first = db.session.scalars(select(Grade).where(Grade.attempt_id == found.id, Grade.slot == slot)).one()
    newer = {"number": 2, "share": Decimal(0), "points": Decimal(0), "graded_at": clock.now(), "source": "marker"}
    kept = {name: getattr(first, name) for name in ("attempt_id", "slot", "item_version_id", "max_points", "reason")}
    db.session.execute(insert(Grade), [{**kept, **newer}])
    outcome = service_grading.retotal(found, clock.now(), reason="The key was wrong.")
    assert (outcome.total.score, outcome.passed, found.score, found.passed) == (2, False, 2, False)
    assert [one.score for one in heard] == [5, 2] and heard[0].at == heard[1].at
    told = db.session.scalars(select(AttemptEvent.reason).where(AttemptEvent.verb == "retotal")).all()
    assert told == ["The key was wrong."]


def test_nothing_changed_totals_to_the_same_with_thirds() -> None:
    """Three thirds and two whole points of five are 60 % exactly, also from grades kept to six places."""
    topic("classes", [item(f"classes-{n}", "classify") for n in range(1, 4)] + [item("plain-1"), item("plain-2")])
    exam("classes-exam", sections=[{"topic": "classes", "draw": 5}], cut=60)
    person = factories.person()
    begun = attempt(person, "classes-exam")
    for slot, answer in right_answers(begun).items():
        one_of_three = dict(list(answer.items())[:1]) if isinstance(answer, dict) else answer
        service.save_response(begun.id, person, slot, one_of_three, 1, now=clock.now())
    found = service.submit(begun.id, person, now=clock.now())
    before = (found.score, found.percent, found.passed, found.sections)
    assert before[:3] == (3, 60, True)
    service_grading.retotal(found, clock.now(), reason="again")
    assert (found.score, found.percent, found.passed, found.sections) == before


def test_an_attempt_without_a_result_is_not_totalled_again() -> None:
    written()
    with pytest.raises(Conflict):
        service_grading.retotal(handed_in(), clock.now(), reason="too soon")
