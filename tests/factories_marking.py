"""Exams with essays and what people wrote, for tests; each must be called inside a unit of work."""

from decimal import Decimal
from typing import Any

from sqlalchemy import select

from lms.assessment import service, service_marking
from lms.assessment.models import Attempt
from lms.assessment.models_marking import Essay
from lms.core import clock
from lms.core.access import Role
from lms.core.database import db
from lms.identity.models import Person
from tests import factories
from tests.factories_assessment import attempt, essay, exam, item, right_answers, topic

WORDS = "I listen first, then I repeat the facts."


def written_exam(**marking: Any) -> None:
    """An exam of one essay worth 6 (tone 0–2, facts 0–4) and one question worth 1, passed at 60 %."""
    topic("written", [essay("written-1"), item("plain-1")])
    exam("written-exam", sections=[{"topic": "written", "draw": 2}], cut=60, marking=marking)


def handed_in(words: str | None = WORDS, person: Person | None = None) -> Attempt:
    """The attempt of somebody who knew the question and wrote this."""
    person = person or factories.person()
    begun = attempt(person, "written-exam")
    for slot, answer in right_answers(begun).items():
        service.save_response(begun.id, person, slot, words if answer is None else answer, 1, now=clock.now())
    return service.submit(begun.id, person, now=clock.now())


def essay_of(found: Attempt) -> Essay:
    """The answer of an attempt that people mark."""
    return db.session.scalars(select(Essay).where(Essay.attempt_id == found.id)).one()


def marker(**changes: Any) -> Person:
    """A trainer."""
    return factories.person(roles=(Role.TRAINER,), **changes)


def given(tone: int, facts: int, comment: str = "") -> service_marking.Given:
    """A mark by the rubric's two lines."""
    return service_marking.Given({"tone": Decimal(tone), "facts": Decimal(facts)}, {"tone": "Warm."}, comment)


def marked(found: Essay, tone: int, facts: int, by: Person) -> Essay:
    """The answer with one mark more."""
    service_marking.take_next(found.exam_id, found.item_id, actor=by, now=clock.now())
    return service_marking.mark(found.id, given(tone, facts), actor=by, now=clock.now())
