"""Real exams and role-plays reach the review: what was sat, played and declared void, end to end."""

from typing import Any

import pytest
from sqlalchemy import select

from lms.assessment import service as exams
from lms.core import clock
from lms.core.access import Role
from lms.core.database import db
from lms.hr.models import Result
from lms.hr.performance import Kind
from lms.hr.queries_evidence import drafts
from lms.identity.models import Person
from lms.scenarios import service as plays
from tests import factories, factories_assessment, factories_hr, factories_scenarios
from tests.factories_hr import component

pytestmark = pytest.mark.usefixtures("unit")


def sit(person: Person, right: int) -> int:
    """Sit the exam of four items and answer so many of them rightly; returns the attempt's id."""
    attempt = factories_assessment.attempt(person)
    for slot, answer in list(factories_assessment.right_answers(attempt).items())[:right]:
        exams.save_response(attempt.id, person, slot, answer, 1, now=clock.now())
    exams.submit(attempt.id, person, now=clock.now())
    return attempt.id


def play(person: Person, emotion: str, *keys: str) -> None:
    view = plays.start_play("wet-floor", person, "exam", now=clock.now(), language="en")
    for key in keys:
        assert view.offer is not None
        shown = next(choice.id for choice in view.offer.choices if choice.key == key)
        view = plays.take_turn(view.play.id, person, view.state.turn, emotion=emotion, choice=shown, now=clock.now())
        emotion = None  # asked in the first scene only


def skilled_exam(**changes: Any) -> None:
    spin = [factories_assessment.item(f"spin-{number}", skill="spin", points=3) for number in (1, 2)]
    plain = [factories_assessment.item(f"plain-{number}") for number in (1, 2)]
    factories_assessment.topic("complaints", [*spin, *plain])
    factories_assessment.exam(**changes)


def record_of(person: Person, *parts: Any) -> dict[str, Any]:
    cycle = factories_hr.cycle(*parts)
    return next(draft.values for draft in drafts(cycle, clock.now()) if draft.person_id == person.id)


def test_an_exam_that_counts_by_its_mean_and_the_skill_of_its_items(unit: None) -> None:
    someone = factories.person(job_role="front-line")
    skilled_exam(counts="mean")
    for right in (4, 0):
        sit(someone, right)
    exam, skill = record_of(someone, component(Kind.EXAM, "front-line", 50), component(Kind.SKILL, "spin", 50))[
        "components"
    ]
    assert (exam["score"], exam["n"]) == (50, 2)
    assert (skill["score"], skill["n"]) == (50, 2)


def test_only_items_of_the_skill_enter_the_skill(unit: None) -> None:
    someone = factories.person(job_role="front-line")
    skilled_exam()
    sit(someone, 4)
    (row,) = db.session.scalars(select(Result))
    assert {skill: [float(part) for part in sums] for skill, sums in row.skills.items()} == {"spin": [6, 6]}
    assert (float(row.score), float(row.max_score)) == (8, 8)


def test_a_void_attempt_leaves_the_review(unit: None) -> None:
    someone, trainer = factories.person(job_role="front-line"), factories.person(roles=[Role.TRAINER])
    skilled_exam()
    good = sit(someone, 4)
    sit(someone, 0)
    exams.void(good, "The room was noisy.", actor=trainer, now=clock.now())
    (part,) = record_of(someone, component(Kind.EXAM, "front-line"))["components"]
    assert (part["score"], part["n"]) == (0, 1)


def test_a_role_play_counts_for_its_skill_and_its_labels_for_emotion_recognition(unit: None) -> None:
    someone = factories.person(job_role="front-line")
    factories_scenarios.scenario()
    play(someone, "sad", "hear-her-out", "name-and-time")
    scenario, skill, emotion = record_of(
        someone,
        component(Kind.SCENARIO, "wet-floor", 40),
        component(Kind.SKILL, "complaint-handling", 30),
        component(Kind.SKILL, "emotion-recognition", 30),
    )["components"]
    assert (scenario["score"], skill["score"], emotion["score"]) == (90, 90, 50)


def test_the_best_role_play_counts(unit: None) -> None:
    someone = factories.person(job_role="front-line")
    factories_scenarios.scenario()
    play(someone, "angry", "hear-her-out", "name-and-time")
    play(someone, "angry", "soothe-her")
    (part,) = record_of(someone, component(Kind.SCENARIO, "wet-floor"))["components"]
    assert (part["score"], part["n"]) == (100, 2)
