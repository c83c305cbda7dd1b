"""The house's own quiz: written by its trainer, sat by nearly everybody, and with a wrong key that nobody noticed."""

from collections.abc import Iterator
from datetime import timedelta
from math import exp
from random import Random
from typing import Any

from lms.assessment import service as assessment
from lms.assessment import service_plans
from lms.assessment.content import Exam as ExamDefinition
from lms.assessment.models import Attempt
from lms.assessment.service_appeals import raise_appeal
from lms.assessment.service_starting import start_attempt
from lms.core import clock
from lms.demo.learners import Learner, give
from lms.demo.people import GONE, SHIFTED, Member, Story
from lms.demo.quiz_items import QUESTIONS, REALLY_RIGHT, WRONG_KEY
from lms.demo.stage import QUIZ, Stage, Steps, random_of, working_hour
from lms.enrolment import service as enrolment
from lms.question_bank import queries as bank
from lms.question_bank import service as items
from lms.question_bank import sync as topics
from lms.question_bank.content import Topic
from lms.question_bank.item_types import Shown
from lms.question_bank.items import Single, item_of

EXAM = TOPIC = "house-rules"
TITLE = {"en": "House rules of the service desk", "zh-Hans": "服务台内部规定"}
TOOK_PART = (Story.ROLLOUT, Story.LAPSED, Story.WINDOW, Story.LATER, Story.HIRED, Story.TECHNICAL, Story.MANAGER)
NOT_ASKED = ("trainer", "trainer2", "quality", "auditor", GONE.email)
"""Who wrote or checked it, who may not learn, and who had left."""
APPELLANT = "fang"


# ---- writing it ------------------------------------------------------------------------


def written(stage: Stage) -> Steps:
    """The trainer writes the items and the plan, and gives the quiz to nearly everybody."""
    at = working_hour(stage.ago(QUIZ), random_of(EXAM))
    yield at
    trainer = stage.people["trainer"]
    first, *others = (item_of(question.body) for question in QUESTIONS)
    topics.sync([Topic(topic=TOPIC, title=TITLE, items=[first])], pack="own", actor=trainer, now=at)
    for item in others:
        at += timedelta(minutes=7)
        items.save_item(TOPIC, item, actor=trainer, now=at)
    at += timedelta(minutes=10)
    yield at
    service_plans.save_plan(_plan(), actor=trainer, now=at)
    at = working_hour(at + timedelta(days=1), random_of(EXAM))
    yield at
    due_on = clock.day_of(at + timedelta(days=28))
    for member in stage.members:
        if takes_part(member):
            enrolment.assign(stage.people[member.email], "exam", EXAM, actor=trainer, now=at, due_on=due_on)
    return at


def _plan() -> ExamDefinition:
    return ExamDefinition.model_validate(
        {
            "exam": EXAM, "title": TITLE, "sections": [{"title": TITLE, "items": [one.key for one in QUESTIONS]}],
            "cut": 60, "time_limit_minutes": 15, "attempts": 2, "wait_hours": 24,
            "show": {"score": "at-once", "answers": "after-pass"},
        }
    )  # fmt: skip


def takes_part(member: Member) -> bool:
    """Whether somebody is asked to sit it: all who have settled in."""
    return member.story in TOOK_PART and member.email not in NOT_ASKED


# ---- sitting it ------------------------------------------------------------------------


def sat(stage: Stage, member: Member) -> Steps:
    """One person's quiz, and a second try after a failed one."""
    rng = random_of(member.email, EXAM)
    at = working_hour(stage.ago(QUIZ - rng.randint(2, 22)), rng)
    for extra in (0.0, 1.5):
        yield at
        learner = Learner(stage.people[member.email], member.ability, rng)
        attempt = start_attempt(EXAM, learner.person, now=at, language=learner.language).attempt
        at = give(learner, attempt, _answers(attempt, _knowledge(member) + extra, member), at)
        yield at
        assessment.submit(attempt.id, learner.person, now=at)
        if attempt.passed:
            break
        at = working_hour(at + timedelta(days=rng.randint(2, 4)), rng)
    if member.email == APPELLANT:
        at = yield from _appealed(stage, learner, attempt)
    return at


def _knowledge(member: Member) -> float:
    """How well somebody knows the handbook, on the scale of ``hard``."""
    luck = random_of(member.email, EXAM, "knowledge").gauss(0.6, 0.6)
    return 10 * (member.ability - 0.88) + luck - (0.7 if member.department == SHIFTED else 0)


def _answers(attempt: Attempt, knowledge: float, member: Member) -> dict[int, Any]:
    """By slot; whether somebody knows an answer depends on nothing but them and the question."""
    by_key = {question.key: question for question in QUESTIONS}
    answers = {}
    for place in attempt.paper:
        item, shown = bank.item(place["item_version_id"]), Shown.from_json(place["shown"])
        question, rng = by_key[item.key], random_of(member.email, item.key, attempt.number)
        knows = rng.random() < 1 / (1 + exp(-_STEEP.get(item.key, 2.6) * (knowledge - question.hard)))
        answers[place["slot"]] = _given(item, shown, knows, rng)
    return answers


_STEEP = {WRONG_KEY: 5.0}
"""How sharply an item tells who knows it from who does not; the new limit was read by those who read everything."""


def _given(item: Any, shown: Shown, knows: bool, rng: Random) -> Any:
    if not isinstance(item, Single):
        return item.answer if knows else not item.answer
    right = REALLY_RIGHT if item.key == WRONG_KEY else item.answer
    others = ["two-hundred"] * 9 + ["one-thousand"] if item.key == WRONG_KEY else [key for key in item.options if key != right]
    return shown.number("options", right if knows else rng.choice(others))


def _appealed(stage: Stage, learner: Learner, attempt: Attempt) -> Steps:
    """One of the best objects to the item with the wrong key; nobody has answered yet."""
    at = working_hour(stage.ago(4), learner.rng)
    yield at
    reason = "手册4.2条新版写的是500元以内可自行批准，200元是旧版的规定。我按新版答500元，被判错了，请核对这题的答案。"
    raise_appeal(attempt.id, next(_slots(attempt)), reason, actor=learner.person, now=at)
    return at


def _slots(attempt: Attempt) -> Iterator[int]:
    """Where the paper asks the item with the wrong key."""
    for place in attempt.paper:
        if bank.item(place["item_version_id"]).key == WRONG_KEY:
            yield place["slot"]


