"""Simulated learners: they study, answer and play through the services, as well as their ability lets them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from random import Random
from typing import Any

from lms.assessment import queries as exams
from lms.assessment import service as assessment
from lms.assessment.models import Attempt
from lms.assessment.service_saving import save_response
from lms.assessment.service_starting import start_attempt, start_check
from lms.core import clock
from lms.courses import queries as courses
from lms.demo.stage import Steps, working_hour
from lms.enrolment.service_lessons import complete_lesson, open_lesson, stay_on_lesson
from lms.identity.models import Person
from lms.question_bank import item_scores, item_types
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
from lms.scenarios.plot import EmotionQuestion

HARDER = {"easy": 0.06, "medium": 0.0, "hard": -0.12}
MOST_SURE = 0.97
Answers = Mapping[int, Any]
"""What somebody gives by slot, in the numbers shown."""


@dataclass(frozen=True, slots=True)
class Learner:
    """Somebody with an ability: the chance to answer a medium item rightly, 0…1."""

    person: Person
    ability: float
    rng: Random

    @property
    def language(self) -> str:
        """What they read and answer in."""
        return self.person.language or "zh-Hans"


# ---- studying --------------------------------------------------------------------------


def study_course(learner: Learner, course_key: str, at: datetime) -> Steps:
    """All lessons of a course, two in a sitting."""
    lessons = courses.course_by_key(course_key, learner.person).lessons
    for number, lesson in enumerate(lessons):
        if number and number % 2 == 0:
            at = working_hour(at + timedelta(hours=learner.rng.randint(16, 40)), learner.rng)
        yield at
        at = study_lesson(learner, course_key, lesson.key, lesson.has_check, at)
        at += timedelta(minutes=learner.rng.randint(2, 15))
    return at


def study_lesson(learner: Learner, course_key: str, lesson_key: str, has_check: bool, now: datetime) -> datetime:
    """Read a lesson and pass its check, which completes it; returns when it was finished."""
    person, rng = learner.person, learner.rng
    open_lesson(person, course_key, lesson_key, now=now)
    for _ in range(rng.randint(2, 4)):
        now += timedelta(seconds=rng.randint(45, 60))
        stay_on_lesson(person, course_key, lesson_key, now=now)
    if not has_check:
        complete_lesson(person, course_key, lesson_key, actor=person, now=now)
        return now
    for bonus in (0.1, 0.2, 1.0):
        started = start_check(course_key, lesson_key, person, now=now, language=learner.language)
        now = answer_paper(learner, started.attempt, now, bonus)
        if started.attempt.passed:
            break
        now += timedelta(minutes=rng.randint(2, 9))
    return now


# ---- sitting exams ---------------------------------------------------------------------


def sit_exam(learner: Learner, exam_key: str, at: datetime, *, passes: bool) -> Steps:
    """Sit an exam once, with answers as this learner gives them on a day when they pass, or fail."""
    yield at
    attempt = start_attempt(exam_key, learner.person, now=at, language=learner.language).attempt
    answers, bonus = answers_of(learner, attempt), 0.0
    while _would_pass(attempt, answers) is not passes:
        bonus += 0.02 if passes else -0.02
        answers = answers_of(learner, attempt, bonus)
    at = give(learner, attempt, answers, at)
    yield at
    assessment.submit(attempt.id, learner.person, now=at)
    return at


def answer_paper(learner: Learner, attempt: Attempt, now: datetime, bonus: float = 0.0) -> datetime:
    """Answer every item of an open attempt and submit it; returns when."""
    now = give(learner, attempt, answers_of(learner, attempt, bonus), now)
    with clock.at(now):
        assessment.submit(attempt.id, learner.person, now=now)
    return now


def answers_of(learner: Learner, attempt: Attempt, bonus: float = 0.0) -> dict[int, Any]:
    """What the learner gives to each question: the right answer as often as their ability says, else a guess."""
    found = {}
    for place in attempt.paper:
        item, shown = bank.item(place["item_version_id"]), Shown.from_json(place["shown"])
        sure = min(max(learner.ability, MOST_SURE), learner.ability + bonus + HARDER[item.difficulty])
        knows = learner.rng.random() < (1.0 if bonus >= 1 else sure)
        found[place["slot"]] = right(item, shown) if knows else guess(item, shown, learner.rng)
    return found


def give(learner: Learner, attempt: Attempt, answers: Answers, now: datetime) -> datetime:
    """Save the answers one after the other; returns when the last was read through."""
    for slot, answer in answers.items():
        now += timedelta(seconds=learner.rng.randint(15, 70))
        if answer is not None:
            save_response(attempt.id, learner.person, slot, answer, 1, now=now)
    return now + timedelta(seconds=learner.rng.randint(5, 40))


def _would_pass(attempt: Attempt, answers: Answers) -> bool:
    plan = exams.plan_of(attempt).definition
    sums: dict[int, list[Decimal]] = {}
    for place in attempt.paper:
        item, shown = bank.item(place["item_version_id"]), Shown.from_json(place["shown"])
        answer = item_types.read_answer(item, shown, answers[place["slot"]])
        assert not isinstance(answer, item_types.Refusal)
        share = item_scores.score(item, answer) or Decimal(0)
        section = sums.setdefault(place["section"], [Decimal(0), Decimal(0)])
        section[0] += share * item.points
        section[1] += item.points
    reached = {section: 100 * points / most for section, (points, most) in sums.items()}
    whole = 100 * sum(points for points, _ in sums.values()) / sum(most for _, most in sums.values())
    cuts = [(reached[number], part.cut) for number, part in enumerate(plan.sections) if part.cut is not None]
    return whole >= plan.cut and all(percent >= cut for percent, cut in cuts)


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


# ---- playing ---------------------------------------------------------------------------


def play_until_passed(learner: Learner, scenario_key: str, at: datetime) -> Steps:
    """Sometimes a practice play first, then the examination until it is passed, which is at the third try at the latest."""
    rng = learner.rng
    if rng.random() < 0.35:
        yield at
        at, _ = play_role(learner, scenario_key, "practice", at)
        at += timedelta(minutes=rng.randint(5, 40))
    for slips in (1.0, 0.5, 0.0):
        yield at
        at, passed = play_role(learner, scenario_key, "exam", at, slips)
        if passed:
            break
        at = working_hour(at + timedelta(days=rng.randint(1, 2)), rng)
    return at


def play_role(
    learner: Learner, scenario_key: str, mode: str, now: datetime, slips: float = 1.0
) -> tuple[datetime, bool]:
    """Play a role-play to its end; returns when, and whether it was passed. ``slips`` 0: without a mistake."""
    person, rng, sure = learner.person, learner.rng, 1 - slips * (0.96 - learner.ability)
    view = scenarios.start_play(scenario_key, person, mode, now=now, language=learner.language)
    while (offer := view.offer) is not None:
        now += timedelta(seconds=rng.randint(12, 60))
        scene = view.compiled.plot.scenes[offer.scene]
        emotion = None
        if scene.question is not None:
            emotion = scene.question.answer if rng.random() < sure else rng.choice(offer.labels)
        best = max(offer.choices, key=lambda shown: sum(scene.choices[shown.key].points))
        choice = best if rng.random() < sure else rng.choice(offer.choices)
        with clock.at(now):
            view = scenarios.take_turn(
                view.play.id, person, offer.turn, emotion=emotion, intensity=_said_strong(scene.question, view.play.id, offer.turn),
                choice=choice.id, now=now,
            )  # fmt: skip
    return now, bool(view.play.passed)


def _said_strong(question: EmotionQuestion | None, play_id: int, turn: int) -> int | None:
    """How strong the learner says a feeling is: mostly like the author, rather too weak than too strong; two of three say it."""
    if question is None or question.intensity is None or play_id % 3 == 0:
        return None
    error = (0, -1, 0, 1, -1, 0, 0, -2, 0, 1)[(play_id * 7 + turn * 3) % 10]
    return min(5, max(1, question.intensity + error))
