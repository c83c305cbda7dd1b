"""Simulated learners for the demo: they study, answer and play through the services, as well as their ability lets them."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from lms.assessment import service as assessment
from lms.assessment.models import Attempt
from lms.assessment.service_saving import save_response
from lms.assessment.service_starting import start_attempt, start_check
from lms.core import clock
from lms.core.errors import Conflict
from lms.courses import queries as courses
from lms.enrolment.service_lessons import complete_lesson, open_lesson, stay_on_lesson
from lms.identity.models import Person
from lms.question_bank import item_types
from lms.question_bank import queries as bank
from lms.question_bank.item_types import Shown
from lms.question_bank.items import (
    AnyItem,
    Classify,
    Emotion,
    Judgement,
    Matching,
    Multiple,
    NumberItem,
    Ordering,
    ShortText,
    Single,
    TrueFalse,
)
from lms.scenarios import service as scenarios

HARDER = {"easy": 0.06, "medium": 0.0, "hard": -0.12}


@dataclass(frozen=True, slots=True)
class Learner:
    """Somebody with an ability: the chance to answer a medium item rightly, 0…1."""

    person: Person
    ability: float
    rng: Random


def study_lesson(learner: Learner, course_key: str, lesson_key: str, now: datetime) -> datetime:
    """Read a lesson, pass its check, mark it done; returns when it was finished."""
    person, rng = learner.person, learner.rng
    with clock.at(now):
        open_lesson(person, course_key, lesson_key, now=now)
    for _ in range(rng.randint(6, 14)):
        now += timedelta(seconds=rng.randint(25, 55))
        stay_on_lesson(person, course_key, lesson_key, now=now)
    if courses.lesson(course_key, lesson_key, person).body.check is not None:
        for _ in range(12):
            with clock.at(now):
                started = start_check(course_key, lesson_key, person, now=now, language="zh-Hans")
                now = answer_paper(learner, started.attempt, now, bonus=0.1)
            if started.attempt.passed:
                break
            now += timedelta(minutes=rng.randint(2, 9))
    with clock.at(now):
        complete_lesson(person, course_key, lesson_key, actor=person, now=now)
    return now


def study_course(learner: Learner, course_key: str, now: datetime) -> datetime:
    """All lessons of a course, a few in a sitting; returns when the last was finished."""
    course = courses.course_by_key(course_key, learner.person)
    for number, lesson in enumerate(course.lessons):
        if number and number % 2 == 0:
            now = next_working_hour(now + timedelta(hours=learner.rng.randint(16, 40)), learner.rng)
        now = study_lesson(learner, course_key, lesson.key, now) + timedelta(minutes=learner.rng.randint(2, 15))
    return now


def sit_exam(learner: Learner, exam_key: str, now: datetime) -> tuple[datetime, bool]:
    """Sit an exam once; returns when it was submitted and whether it was passed. No try is made if none is allowed."""
    with clock.at(now):
        try:
            started = start_attempt(exam_key, learner.person, now=now, language="zh-Hans")
        except Conflict:
            return now, False
        now = answer_paper(learner, started.attempt, now)
    return now, bool(started.attempt.passed)


def answer_paper(learner: Learner, attempt: Attempt, now: datetime, bonus: float = 0.0) -> datetime:
    """Answer every item of an open attempt and submit it; returns when."""
    for place in attempt.paper:
        item = bank.item(place["item_version_id"])
        shown = Shown.from_json(place["shown"])
        chance = min(0.97, learner.ability + bonus + HARDER[item.difficulty])
        answer = right(item, shown) if learner.rng.random() < chance else guess(item, shown, learner.rng)
        now += timedelta(seconds=learner.rng.randint(15, 70))
        if answer is not None:
            save_response(attempt.id, learner.person, place["slot"], answer, 1, now=now)
    now += timedelta(seconds=learner.rng.randint(5, 40))
    with clock.at(now):
        assessment.submit(attempt.id, learner.person, now=now)
    return now


def right(item: AnyItem, shown: Shown) -> Any:
    """The right answer as this learner would give it, in the numbers shown."""
    return item_types.write_answer(item, shown, item_types.right_answer(item))


def guess(item: AnyItem, shown: Shown, rng: Random) -> Any:
    """Some answer, as somebody gives who does not know."""
    match item:
        case Single() | Judgement():
            return rng.choice(_numbers(shown, "options"))
        case TrueFalse():
            return rng.random() < 0.5
        case Emotion():
            return rng.choice(item.labels)
        case Multiple():
            numbers = _numbers(shown, "options")
            return sorted(rng.sample(numbers, rng.randint(1, len(numbers) - 1)))
        case Ordering():
            numbers = _numbers(shown, "options")
            return rng.sample(numbers, len(numbers))
        case Matching():
            return dict(zip(_numbers(shown, "left"), _shuffled(shown, "right", rng), strict=False))
        case Classify():
            categories = _numbers(shown, "categories")
            return {number: rng.choice(categories) for number in _numbers(shown, "statements")}
        case NumberItem():
            return round(float(item.answer) * rng.choice([0.5, 1.5, 2.0]), 1)
        case ShortText():
            return "不知道"
    return None


def _numbers(shown: Shown, part: str) -> list[str]:
    return [str(number) for number in range(1, len(shown.order[part]) + 1)]


def _shuffled(shown: Shown, part: str, rng: Random) -> list[str]:
    numbers = _numbers(shown, part)
    return rng.sample(numbers, len(numbers))


def next_working_hour(moment: datetime, rng: Random) -> datetime:
    """The same or the next working day, some minute of a working day in the organisation's zone."""
    local = moment.astimezone(clock.timezone())
    while local.weekday() == 6:
        local += timedelta(days=1)
    return local.replace(hour=rng.randint(9, 16), minute=rng.randint(0, 59), second=rng.randint(0, 59))


def play_role(learner: Learner, scenario_key: str, mode: str, now: datetime) -> tuple[datetime, bool]:
    """Play a role-play to its end; returns when, and whether it was passed."""
    person, rng = learner.person, learner.rng
    with clock.at(now):
        view = scenarios.start_play(scenario_key, person, mode, now=now, language="zh-Hans")
    while (offer := view.offer) is not None:
        now += timedelta(seconds=rng.randint(12, 60))
        scene = view.compiled.plot.scenes[offer.scene]
        emotion = None
        if scene.question is not None:
            knows = rng.random() < learner.ability + 0.03
            emotion = scene.question.answer if knows else rng.choice(offer.labels)
        best = max(offer.choices, key=lambda shown: sum(scene.choices[shown.key].points))
        choice = best if rng.random() < learner.ability + 0.05 else rng.choice(offer.choices)
        with clock.at(now):
            view = scenarios.take_turn(view.play.id, person, offer.turn, emotion=emotion, choice=choice.id, now=now)
    return now, bool(view.play.passed)
