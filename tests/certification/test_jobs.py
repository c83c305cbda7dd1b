"""The sweep notes what time has done; nothing about a certificate's state waits for it."""

from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from lms.certification import jobs, queries, service, sync
from lms.certification.models import CertificateChange
from lms.certification.validity import State
from lms.core import clock
from lms.core.access import Role
from lms.core.database import db
from lms.core.jobs import Job
from lms.enrolment.models import Assignment
from tests import factories
from tests.factories_certification import certificate, certification, completed, definition
from tests.factories_courses import course

pytestmark = pytest.mark.usefixtures("unit")
START = datetime(2026, 3, 10, 4, tzinfo=UTC)
IN_WINDOW = START + timedelta(days=320)
AFTER = START + timedelta(days=400)


def verbs() -> list[str]:
    return list(db.session.scalars(select(CertificateChange.verb).order_by(CertificateChange.id)))


def test_expiry_is_noted_once_and_changed_the_state_before() -> None:
    certification()
    issued = certificate(factories.person(), at=START)
    assert queries.certificate_state(issued, clock.day_of(AFTER)) is State.EXPIRED
    jobs.sweep({}, AFTER)
    jobs.sweep({}, AFTER)
    assert verbs() == ["issued", "expired"]


def test_the_opening_of_the_window_is_noted_once() -> None:
    certification()
    certificate(factories.person(), at=START)
    jobs.sweep({}, START + timedelta(days=100))
    assert verbs() == ["issued"]
    jobs.sweep({}, IN_WINDOW)
    jobs.sweep({}, IN_WINDOW)
    assert verbs() == ["issued", "window-opened"]


def test_what_was_renewed_or_revoked_is_left_alone() -> None:
    certification()
    certificate(first := factories.person(), at=START)
    certificate(first, at=IN_WINDOW)
    taken = certificate(factories.person(), at=START)
    service.revoke(taken, "front-line", actor=factories.person(roles=[Role.HR]), reason="Copied", now=START)
    jobs.sweep({}, AFTER)
    assert sorted(verbs()) == ["issued", "issued", "renewed", "revoked"]


def test_a_course_on_the_way_is_assigned_anew_when_the_window_opens() -> None:
    course("greeting")
    certification(recertify={"all": [{"course": "greeting"}, {"exam": "e"}]})
    person = factories.person()
    issued = certificate(person, at=START)
    jobs.sweep({}, IN_WINDOW)
    [assignment] = db.session.scalars(select(Assignment).where(Assignment.kind == "course")).all()
    assert (assignment.key, assignment.anew, assignment.due_on) == ("greeting", True, issued.expires_on)
    assert assignment.reason == "front-line"


def test_a_way_of_licences_alone_renews_by_itself() -> None:
    certification(recertify={"licence": "food"})
    person, hr = factories.person(), factories.person(roles=[Role.HR])
    certificate(person, at=START)
    service.record_licence(person, "food", "1", expires_on=None, actor=hr, now=START)
    assert verbs() == ["issued"]
    jobs.sweep({}, IN_WINDOW)
    assert verbs() == ["issued", "window-opened", "renewed"]


def test_a_new_rule_is_awarded_to_whoever_meets_it_already(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "BATCH", 2)
    people = [factories.person() for _ in range(5)]
    for person in people:
        completed(person, "exam", "front-line-exam", START)
    completed(factories.person(), "exam", "another", START)
    certification()
    done = 0
    while len(promised := db.session.scalars(select(Job).order_by(Job.id)).all()) > done:
        jobs.award_many(promised[done].payload, START + timedelta(days=1))
        done += 1
    assert done == 3
    assert verbs() == ["issued"] * 5
    assert {queries.held(person.id, date(2026, 3, 11))[0].certificate.completed_on for person in people} == {
        date(2026, 3, 10)
    }


def test_what_was_met_long_before_the_rule_counts_from_the_day_it_is_found() -> None:
    person = factories.person()
    completed(person, "exam", "front-line-exam", START - timedelta(days=1000))
    rule = certification()
    jobs.award_many({"certification_id": rule.certification_id, "after": 0}, START)
    [one] = queries.held(person.id, clock.day_of(START))
    assert one.certificate.completed_on == date(2026, 3, 10) and one.state is State.VALID


def test_the_award_of_a_retired_rule_is_dropped() -> None:
    completed(factories.person(), "exam", "front-line-exam", START)
    rule = certification()
    sync.sync([], pack="pack-front-line", now=START)
    jobs.award_many({"certification_id": rule.certification_id, "after": 0}, START)
    assert verbs() == []


def test_loading_a_rule_promises_to_look_for_its_holders(context: None) -> None:
    sync.sync([definition()], pack="tests", now=START)
    [job] = db.session.scalars(select(Job).where(Job.name == sync.AWARD)).all()
    assert job.payload["after"] == 0
