"""What each kind of person goes through in the year: as a new hire, agent, technical supporter or manager."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

from lms.assessment.appeal_states import Verb
from lms.assessment.models import Attempt
from lms.assessment.service_appeals import decide_appeal, raise_appeal
from lms.core import clock
from lms.core.database import db
from lms.demo.learners import Learner, play_until_passed, sit_exam, study_course
from lms.demo.people import PASSWORD, SHIFTED, Member, Story
from lms.demo.stage import REORGANISED, Stage, Steps, random_of, working_hour
from lms.enrolment import queries as enrolment
from lms.enrolment.service_practice import record_sign_off_mark
from lms.identity import service as identity
from lms.identity.models import Person

SIGN_OFF, ONBOARDING = "first-calls-observed", "new-hire-onboarding"
ONE_MORE = (
    "late-delivery", "broken-watch", "nut-allergy", "leaking-ceiling", "cancelled-course", "lost-parcel-of-memories",
)  # fmt: skip
RENEWING = ("refund-refused", "nut-allergy", "leaking-ceiling", "hotel-double-booking", "frozen-account")
YEAR = 365
DISPUTED = "xie"
"""Whose appeal was decided long ago."""


def story(stage: Stage, member: Member, number: int) -> Steps:
    """Somebody's year, from the day they are entered."""
    rng = random_of(member.email, "arrival")
    hired_at = stage.ago(member.days)
    at = stage.began if hired_at < stage.began else working_hour(hired_at, rng)
    yield at
    person = _arrive(stage, member, number, at)
    learner = Learner(person, member.ability, random_of(member.email))
    played: Steps = _STORIES[member.story](stage, member, learner)
    return (yield from played)


def _arrive(stage: Stage, member: Member, number: int, at: datetime) -> Person:
    hired_on = clock.day_of(stage.ago(member.days))
    placement = identity.Placement(member.department, member.site, member.job_role, *map(_address, (member.manager, member.mentor)))
    person = identity.add_person(
        email=member.address, name=member.name, roles=member.roles, now=at,
        employee_number=f"{number:06d}", placement=placement, hired_on=hired_on,
        job_role_since=hired_on, language=member.language,
    )  # fmt: skip
    first = next(iter(stage.people.values()), None)
    if first is None:  # one password for all: hashed once, since that takes its time on purpose
        identity.set_password(person, PASSWORD, actor=None, now=at)
    else:
        person.password_hash = first.password_hash
    stage.people[member.email] = person
    return person


def _address(email: str | None) -> str | None:
    return f"{email}@example.com" if email else None


# ---- the stories -----------------------------------------------------------------------


def agent(stage: Stage, member: Member, learner: Learner) -> Steps:
    """Worked here when the LMS came: certified, refreshed, and renewed when the window opened."""
    rng = learner.rng
    exam_day = _EXAM_DAYS[member.story](rng)
    at = working_hour(stage.ago(exam_day + 11), rng)
    for course in ("complaint-handling", "standing-plans"):
        at = yield from study_course(learner, course, at)
        at = _later(at, learner, 1)
    for scenario in ("refund-refused", "hotel-double-booking", "kitchen-renovation"):
        at = yield from play_until_passed(learner, scenario, at)
        at = _later(at, learner, 1)
    at = max(at, working_hour(stage.ago(exam_day), rng))
    at = certified_at = yield from sit_until_passed(stage, member, learner, "front-line-exam", at)
    if member.email == DISPUTED:
        at = yield from _decided_appeal(stage, learner, at)
    stage.wait_for("complaint-workshop", learner.person)
    at = yield from _refresh(learner, ("emotion-recognition", "spin-and-3f-listening", "disputes-and-follow-up"), at)
    for scenario in rng.sample(ONE_MORE, rng.randint(1, 2)):
        at = working_hour(at + timedelta(days=rng.randint(35, 80)), rng)
        at = yield from play_until_passed(learner, scenario, at)
    if member.story is Story.ROLLOUT and learner.person.is_active:
        at = working_hour(certified_at + timedelta(days=YEAR - rng.randint(16, 52)), rng)
        at = yield from play_until_passed(learner, rng.choice(RENEWING), at)
        at = _later(at, learner, 2)
        at = yield from sit_until_passed(stage, member, learner, "front-line-renewal", at)
    return at


_EXAM_DAYS: dict[Story, Any] = {
    Story.ROLLOUT: lambda rng: rng.randint(371, 388),
    Story.LAPSED: lambda rng: 382,
    Story.WINDOW: lambda rng: rng.randint(324, 345),
    Story.LATER: lambda rng: rng.randint(135, 300),
}
"""How many days ago somebody sat the first exam."""


def _refresh(learner: Learner, courses: tuple[str, ...], at: datetime) -> Steps:
    """The rest of the refresher; four of five go through with it in good time, the others stop somewhere."""
    rng = learner.rng
    planned = (*courses, "relationship-care")
    if rng.random() > 0.8:
        planned = planned[: rng.randint(1, len(planned) - 1)]
    for course in planned:
        at = working_hour(at + timedelta(days=rng.randint(4, 13)), rng)
        at = yield from study_course(learner, course, at)
    return at


def new_hire(stage: Stage, member: Member, learner: Learner) -> Steps:
    """Goes along the onboarding path for as many days as they have been here, and becomes an agent after it."""
    first = at = working_hour(stage.ago(member.days) + timedelta(hours=1), learner.rng)
    for day, (kind, key) in _PATH:
        at = max(at, working_hour(first + timedelta(days=day), learner.rng))
        at = yield from _STEPS[kind](stage, member, learner, key, at)
        at += timedelta(minutes=learner.rng.randint(5, 30))
    stage.wait_for("complaint-workshop", learner.person)
    at = yield from _signed_off(learner, at)
    while not enrolment.has_completed(learner.person.id, "path", ONBOARDING):
        at = working_hour(at + timedelta(days=1), learner.rng)
        yield at
    at = working_hour(at + timedelta(days=3), learner.rng)
    yield at
    identity.place_person(
        learner.person, identity.Placement(job_role="front-line"), actor=stage.people["admin"], now=at
    )
    for scenario in ("hotel-double-booking", "kitchen-renovation"):
        at = working_hour(at + timedelta(days=learner.rng.randint(5, 14)), learner.rng)
        at = yield from play_until_passed(learner, scenario, at)
    return (yield from _refresh(learner, ("disputes-and-follow-up",), at))


def _study(_stage: Stage, _member: Member, learner: Learner, key: str, at: datetime) -> Steps:
    return study_course(learner, key, at)


def _play(_stage: Stage, _member: Member, learner: Learner, key: str, at: datetime) -> Steps:
    return play_until_passed(learner, key, at)


def sit_until_passed(stage: Stage, member: Member, learner: Learner, exam: str, at: datetime) -> Steps:
    """Sit an exam until it is passed, which is at the third try at the latest."""
    for number in (1, 2, 3):
        rng = random_of(member.email, exam, number)
        passes = number == 3 or rng.random() < _chance(stage, member, number, at)
        at = yield from sit_exam(learner, exam, at, passes=passes)
        if passes:
            break
        at = working_hour(at + timedelta(days=rng.randint(2, 5)), rng)
    return at


def _chance(stage: Stage, member: Member, number: int, at: datetime) -> float:
    """How likely somebody passes; in the shifted department, since nobody accompanies its people any more, much less."""
    if member.department == SHIFTED and at > stage.ago(REORGANISED):
        return 0.58 if number == 1 else 0.75
    return 0.72 + 0.26 * member.ability if number == 1 else 0.9


_STEPS: dict[str, Any] = {"course": _study, "scenario": _play, "exam": sit_until_passed}
_PATH = (
    (0, ("course", "contact-skills")),
    (2, ("course", "reception-and-communication")),
    (4, ("course", "service-standards")),
    (6, ("course", "ethics-and-data-protection")),
    (8, ("exam", "onboarding-exam")),
    (10, ("course", "emotion-recognition")),
    (12, ("course", "complaint-handling")),
    (15, ("scenario", "late-delivery")),
    (16, ("scenario", "broken-watch")),
    (17, ("course", "standing-plans")),
    (20, ("scenario", "refund-refused")),
    (21, ("course", "spin-and-3f-listening")),
    (24, ("scenario", "phone-bill-dispute")),
    (25, ("exam", "front-line-exam")),
)
"""The onboarding path: on which day what is begun."""


def technical(stage: Stage, member: Member, learner: Learner) -> Steps:
    """A technical supporter: certified, and renewed when the window opened."""
    rng = learner.rng
    exam_day = rng.randint(370, 384) if member.days > YEAR else member.days - 22
    at = working_hour(stage.ago(exam_day + 14), rng)
    for course in ("technical-support", "complaint-handling", "ethics-and-data-protection"):
        at = yield from study_course(learner, course, at)
        at = _later(at, learner, 1)
    at = yield from play_until_passed(learner, "frozen-router", at)
    at = max(_later(at, learner, 1), working_hour(stage.ago(exam_day), rng))
    at = yield from sit_until_passed(stage, member, learner, "technical-support-exam", at)
    at = working_hour(at + timedelta(days=YEAR - rng.randint(16, 50)), rng)
    at = yield from play_until_passed(learner, "frozen-router", at)
    return (yield from sit_until_passed(stage, member, learner, "technical-support-renewal", _later(at, learner, 2)))


def manager(stage: Stage, member: Member, learner: Learner) -> Steps:
    """A manager or team leader: from figures to better service, with a calibration round."""
    at = working_hour(stage.ago(learner.rng.randint(330, 394)), learner.rng)
    for course in (
        "service-standards", "needs-and-satisfaction", "quality-control", "continuous-improvement",
        "disputes-and-follow-up",
    ):  # fmt: skip
        at = yield from study_course(learner, course, at)
        at = _later(at, learner, 5)
    at = yield from play_until_passed(learner, "escalated-complaint", at)
    stage.wait_for("calibration-round", learner.person)
    return (yield from sit_until_passed(stage, member, learner, "manager-exam", _later(at, learner, 8)))


_STORIES: dict[Story, Any] = {
    **dict.fromkeys((Story.ROLLOUT, Story.LAPSED, Story.WINDOW, Story.LATER), agent),
    **dict.fromkeys((Story.HIRED, Story.NEW), new_hire),
    Story.TECHNICAL: technical,
    Story.MANAGER: manager,
}


# ---- parts of them ---------------------------------------------------------------------


def _later(at: datetime, learner: Learner, days: int) -> datetime:
    return working_hour(at + timedelta(days=learner.rng.randint(1, days)), learner.rng)


def _signed_off(learner: Learner, at: datetime) -> Steps:
    """The mentor sits beside them on some days and signs off what was seen."""
    marks = list(_marks())
    rng = learner.rng
    while marks:
        at = working_hour(at + timedelta(days=rng.randint(1, 2)), rng)
        yield at
        mentor = db.session.get_one(Person, learner.person.mentor_id)
        for item, number in marks[:4]:
            record_sign_off_mark(
                learner.person, SIGN_OFF, item, number=number, observed_on=clock.day_of(at), mentor=mentor, now=at
            )
        marks = marks[4:]
    return at


def _marks() -> Iterator[tuple[str, int]]:
    items = enrolment.sign_off(SIGN_OFF).items
    for number in range(1, max(item["times"] for item in items) + 1):
        yield from ((item["key"], number) for item in items if number <= item["times"])


def _decided_appeal(stage: Stage, learner: Learner, at: datetime) -> Steps:
    """An appeal that a trainer has answered."""
    at = working_hour(at + timedelta(days=1), learner.rng)
    yield at
    own = db.session.query(Attempt).filter_by(person_id=learner.person.id, subject="front-line-exam")
    attempt = own.order_by(Attempt.number).first()
    assert attempt is not None
    reason = "情绪识别部分有几题，我觉得两个标签都说得通，差一点没过。麻烦老师把整份卷子再看一遍。"
    appeal = raise_appeal(attempt.id, 0, reason, actor=learner.person, now=at)
    at = working_hour(at + timedelta(days=2), learner.rng)
    yield at
    answer = "整份卷子逐题看过了：情绪题都要看措辞和声音两处线索，只看一处确实像两个标签都行。评分不变，建议把情绪识别课再学一遍。"
    decide_appeal(appeal.id, Verb.REJECT, answer, actor=stage.people["trainer"], now=at)
    return at
