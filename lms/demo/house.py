"""What the organisation does in the year beside the learning: sessions, a reorganisation, HR's and the auditor's part."""

from collections.abc import Iterator
from datetime import timedelta

from lms.assessment.service_allowances import Grant, grant_allowance
from lms.certification import jobs as certification
from lms.certification import service as certificates
from lms.core import clock
from lms.core.access import Role, Scope
from lms.demo.people import SHIFTED
from lms.demo.stage import REORGANISED, Stage, Steps, random_of, working_hour
from lms.enrolment import service as enrolment
from lms.enrolment.service_practice import record_attendance
from lms.identity import service as identity

LICENCES = {"shi": 500, "bai": 300, "nie": 120, "tomas": 700, "marco": 38}
"""Whose electrician's licence is on file, and for how many days it still holds."""


def stories(stage: Stage) -> Iterator[Steps]:
    """All of it."""
    yield _sessions(stage, "complaint-workshop", 14, "quality")
    yield _sessions(stage, "calibration-round", 45, "trainer")
    yield _watch_over_certificates(stage)
    yield _reorganise(stage)
    yield _to_auditor(stage)
    yield _licences(stage)
    yield _extra_time(stage)
    yield _token(stage)
    yield _one_more_course(stage)


def _sessions(stage: Stage, key: str, days: int, trainer: str) -> Steps:
    """A session every so many days, when anybody waits for one."""
    rng, at = random_of(key), stage.ago(385)
    while True:
        at = working_hour(at, rng)
        yield at
        people = stage.waiting.pop(key, [])
        if people:
            record_attendance(key, people, attended_on=clock.day_of(at), actor=stage.people[trainer], now=at)
        at += timedelta(days=days)


def _watch_over_certificates(stage: Stage) -> Steps:
    """The daily look at what runs out, from the time when the first window may open."""
    at = stage.began + timedelta(days=260)
    while True:
        yield at
        certification.sweep({}, at)
        at += timedelta(days=1)


def _reorganise(stage: Stage) -> Steps:
    """A mentor leaves; the department gets the manager and the mentor of another, far away."""
    at = working_hour(stage.ago(REORGANISED), random_of("reorganised"))
    yield at
    admin = stage.people["admin"]
    placement = identity.Placement(manager_email="manager2@example.com", mentor_email="mentor2@example.com")
    for member in stage.members:
        person = stage.people.get(member.email)
        if person is not None and member.department == SHIFTED and member.email != "mentor4":
            identity.place_person(person, placement, actor=admin, now=at)
    at += timedelta(days=2)
    yield at
    identity.deactivate_person(stage.people["mentor4"], actor=admin, now=at)
    return at


def _to_auditor(stage: Stage) -> Steps:
    """A team leader becomes the auditor: she reads everything and learns no more."""
    at = working_hour(stage.ago(91), random_of("auditor"))
    yield at
    identity.set_roles(stage.people["auditor"], (Role.AUDITOR,), actor=stage.people["admin"], now=at)
    return at


def _licences(stage: Stage) -> Steps:
    """HR has seen the licences of those who repair at the customer's."""
    at = working_hour(stage.ago(190), random_of("licences"))
    yield at
    for number, (email, days) in enumerate(LICENCES.items(), start=1):
        expires_on = clock.day_of(stage.now + timedelta(days=days))
        certificates.record_licence(
            stage.people[email], "low-voltage-electrician", f"LV-{20_480 + 37 * number}", expires_on=expires_on,
            actor=stage.people["hr"], now=at,
        )  # fmt: skip
        at += timedelta(minutes=4)
    return at


def _extra_time(stage: Stage) -> Steps:
    """HR lets somebody take longer in exams."""
    at = working_hour(stage.ago(196), random_of("extra time"))
    yield at
    grant = Grant(25, None, clock.day_of(at), None, "阅读障碍，人事部看过医生证明。")
    grant_allowance(stage.people["nie"].id, grant, actor=stage.people["hr"], now=at)
    return at


def _token(stage: Stage) -> Steps:
    """The payroll system may fetch results as HR."""
    at = working_hour(stage.ago(150), random_of("token"))
    yield at
    identity.issue_token(
        stage.people["hr"], [Scope.HR], days=365, actor=stage.people["admin"], now=at, name="Payroll"
    )
    return at


def _one_more_course(stage: Stage) -> Steps:
    """The trainer gives a course to all who have gone through their own path."""
    at = working_hour(stage.ago(11), random_of("one more"))
    yield at
    due_on = clock.day_of(stage.now + timedelta(days=19))
    for email in ("manager", "manager2", "manager3", "manager4", "hr", "admin", "mentor", "mentor2", "mentor3"):
        person = stage.people[email]
        enrolment.assign(
            person, "course", "contact-skills", actor=stage.people["trainer"], now=at, due_on=due_on
        )
    own = stage.people["trainer"]
    enrolment.assign(own, "course", "contact-skills", actor=stage.people["quality"], now=at, due_on=due_on)
    return at
