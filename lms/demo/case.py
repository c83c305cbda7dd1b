"""A case in writing that a dozen learners wrote: marked blind by two trainers, by a third where they differ, after a round
of calibration on samples; the marks are simulated, with the disagreement that careful people have."""

from datetime import datetime, timedelta
from decimal import Decimal
from random import Random

from sqlalchemy import select

from lms.assessment import service as assessment
from lms.assessment import service_calibration, service_marking, service_plans
from lms.assessment.content import Exam as ExamDefinition
from lms.assessment.models import Exam
from lms.assessment.models_marking import Essay
from lms.assessment.service_saving import save_response
from lms.assessment.service_starting import start_attempt
from lms.core import clock
from lms.core.database import db
from lms.demo.case_words import LINES, SAMPLES, Levels, written
from lms.demo.stage import Stage, Steps, random_of, working_hour
from lms.enrolment import service as enrolment

EXAM, ITEM = "sofa-case", "written-001"
TITLE = {"en": "A case in writing: the sofa", "zh-Hans": "书面案例：进不了门的沙发"}
WRITERS = {
    "fang": (2, 2, 2, 2), "gulnara": (2, 2, 2, 1), "zhou": (2, 1, 1, 2), "wei": (1, 1, 2, 1), "hejq": (2, 2, 1, 2),
    "pan": (2, 1, 2, 1), "xie": (1, 0, 1, 1), "song": (2, 2, 1, 1), "sun": (2, 2, 2, 2), "tian": (1, 1, 1, 2),
    "guo": (1, 1, 1, 0), "ding": (2, 1, 2, 2), "yu": (2, 1, 1, 1), "deng": (1, 2, 1, 2), "cao": (2, 2, 2, 1),
    "yin": (2, 1, 2, 1),
}  # fmt: skip
"""Who wrote, and what the answer is worth by rubric line, were all markers perfect."""
LATE = ("cao", "yin")
"""They handed in when the others' answers were marked already: theirs wait."""
PAIR, THIRD = ("trainer", "trainer2"), "quality"
SURE = {"trainer": 0.86, "trainer2": 0.78, "quality": 0.9}
"""How often a marker gives a line what it is worth; else a level beside it. Nobody was asked: it is made up."""
PLANNED, ROUND, SAT, MARKED = 21, 19, 15, 6
"""So many days ago the plan was made, the samples were marked, the first sat, the marks were given."""


def stories(stage: Stage) -> list[Steps]:
    """All of it."""
    return [_planned(stage), _calibrated(stage), *(_sat(stage, email, n) for n, email in enumerate(WRITERS)), _marked(stage)]


def _planned(stage: Stage) -> Steps:
    """A trainer makes the plan and asks the learners to sit it."""
    at = working_hour(stage.ago(PLANNED), random_of(EXAM))
    yield at
    body = {
        "exam": EXAM, "title": TITLE, "sections": [{"title": TITLE, "items": [ITEM]}], "cut": 50, "attempts": 2,
        "time_limit_minutes": 60, "marking": {"markers": 2, "margin": 1, "calibration": 75},
    }  # fmt: skip
    service_plans.save_plan(ExamDefinition.model_validate(body), actor=stage.people[THIRD], now=at)
    due_on = clock.day_of(stage.now + timedelta(days=9))
    for email in WRITERS:
        enrolment.assign(stage.people[email], "exam", EXAM, actor=stage.people[THIRD], now=at, due_on=due_on)
    return at


def _calibrated(stage: Stage) -> Steps:
    """The trainer who leads puts agreed samples into a round; the two who mark the case mark them blind."""
    at = working_hour(stage.ago(ROUND), random_of(EXAM, "round"))
    yield at
    leader, rng = stage.people[THIRD], random_of(EXAM, "samples")
    found = service_calibration.make_round(ITEM, "沙发案例评分校准", Decimal(75), actor=leader, now=at)
    for levels, why in SAMPLES:
        at += timedelta(minutes=11)
        service_calibration.add_sample(found.id, written(levels, rng), _points(levels), why, actor=leader, now=at)
    at += timedelta(minutes=3)
    service_calibration.open_round(found.id, actor=leader, now=at)
    for email, slips in zip(PAIR, ({}, {(2, "sympathy"): 2, (4, "options"): 0}), strict=True):
        at = working_hour(at + timedelta(days=1), random_of(EXAM, email))
        yield at
        for number, (levels, _why) in enumerate(SAMPLES, start=1):
            at += timedelta(minutes=4)
            given = {line: slips.get((number, line), points) for line, points in levels.items()}
            service_calibration.mark_sample(found.id, number, _points(given), actor=stage.people[email], now=at)
    at += timedelta(hours=1)
    yield at
    service_calibration.close_round(found.id, actor=leader, now=at)
    return at


def _points(levels: Levels) -> dict[str, Decimal]:
    return {line: Decimal(points) for line, points in levels.items()}


def _sat(stage: Stage, email: str, number: int) -> Steps:
    """One learner writes the case."""
    rng = random_of(email, EXAM)
    at = working_hour(stage.ago(2 if email in LATE else SAT - number * 0.5), rng)
    yield at
    person = stage.people[email]
    attempt = start_attempt(EXAM, person, now=at, language="zh-Hans").attempt
    at += timedelta(minutes=rng.randint(24, 44))
    answer = written(dict(zip(LINES, WRITERS[email], strict=True)), rng)
    save_response(attempt.id, person, 1, answer, 1, now=at)
    yield at
    assessment.submit(attempt.id, person, now=at)
    return at


def _marked(stage: Stage) -> Steps:
    """Two trainers mark all that is there, and a third what they differ on."""
    at = working_hour(stage.ago(MARKED), random_of(EXAM, "marking"))
    for place, email in enumerate((*PAIR, THIRD)):
        at = working_hour(stage.ago(MARKED - place), random_of(EXAM, "marking", email))
        if email == THIRD:
            yield at
            _calibrate_leader(stage, at)
        while True:
            at += timedelta(minutes=6)
            yield at
            if not _mark_next(stage, email, at):
                break
    return at


def _calibrate_leader(stage: Stage, at: datetime) -> None:
    """Who made a round knows what was agreed: the leader marks the samples of a colleague's."""
    maker, leader, rng = stage.people[PAIR[0]], stage.people[THIRD], random_of(EXAM, "second samples")
    found = service_calibration.make_round(ITEM, "沙发案例评分校准（二）", Decimal(75), actor=maker, now=at)
    for levels, why in SAMPLES[:3]:
        service_calibration.add_sample(found.id, written(levels, rng), _points(levels), why, actor=maker, now=at)
    service_calibration.open_round(found.id, actor=maker, now=at)
    for number, (levels, _why) in enumerate(SAMPLES[:3], start=1):
        service_calibration.mark_sample(found.id, number, _points(levels), actor=leader, now=at)


def _mark_next(stage: Stage, email: str, at: datetime) -> bool:
    """Mark one answer more; False when none is left."""
    marker = stage.people[email]
    group = select(Essay.exam_id, Essay.item_id).join(Exam, Exam.id == Essay.exam_id).where(Exam.key == EXAM)
    exam_id, item_id = db.session.execute(group.limit(1)).one()
    found = service_marking.take_next(exam_id, item_id, actor=marker, now=at)
    if found is None:
        return False
    writer = _writer(stage, found.person_id)
    worth, rng = WRITERS[writer], random_of(EXAM, email, writer)
    given = {line: Decimal(_given(points, SURE[email], rng)) for line, points in zip(LINES, worth, strict=True)}
    service_marking.mark(found.id, service_marking.Given(given, {}), actor=marker, now=at)
    return True


def _writer(stage: Stage, person_id: int) -> str:
    return next(email for email in WRITERS if stage.people[email].id == person_id)


def _given(points: int, sure: float, rng: Random) -> int:
    """What a marker gives where a line is worth so much: mostly that, sometimes a level beside it."""
    if rng.random() < sure:
        return points
    return 1 if points != 1 else rng.choice((0, 2, 2))
