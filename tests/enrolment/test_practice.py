"""Sessions and sign-offs: who may record them, for which days, and what they complete."""

from datetime import timedelta

import pytest

from lms.core import clock
from lms.core.access import Role
from lms.core.errors import Conflict, Invalid, NotAllowed, NotFound
from lms.enrolment import queries, queries_practice
from lms.enrolment.service_practice import record_attendance, record_sign_off_mark
from lms.identity.models import Person
from tests import factories, factories_enrolment

pytestmark = pytest.mark.usefixtures("unit")


@pytest.fixture
def mentor(unit: None) -> Person:
    factories_enrolment.path(steps=[{"session": "workshop"}, {"sign_off": "first-calls"}])
    return factories.person(roles=[Role.MENTOR], email="mentor@example.com")


@pytest.fixture
def mentee(mentor: Person) -> Person:
    return factories.person(mentor_email="mentor@example.com", job_role="new-hire")


def mark(person: Person, mentor: Person, item: str, number: int, days_ago: int = 0) -> bool:
    day = clock.today() - timedelta(days=days_ago)
    return record_sign_off_mark(
        person, "first-calls", item, number=number, observed_on=day, mentor=mentor, now=clock.now()
    )


def test_all_observations_complete_the_checklist(mentor: Person, mentee: Person) -> None:
    assert not mark(mentee, mentor, "hello", 1, days_ago=3)
    assert not mark(mentee, mentor, "bye", 1)
    assert mark(mentee, mentor, "hello", 2, days_ago=1)
    (done,) = queries.completions(mentee.id)
    assert (done.kind, done.key) == ("sign-off", "first-calls")
    assert clock.day_of(done.at) == clock.today() - timedelta(days=1)


def test_the_same_observation_sent_twice_counts_once(mentor: Person, mentee: Person) -> None:
    mark(mentee, mentor, "hello", 1)
    with pytest.raises(Conflict):
        mark(mentee, mentor, "hello", 1)
    with pytest.raises(Conflict):
        mark(mentee, mentor, "bye", 2)


def test_only_the_own_mentor_signs_off(mentor: Person, mentee: Person) -> None:
    another = factories.person(roles=[Role.MENTOR])
    without_role = factories.person(email="was@example.com")
    orphan = factories.person(mentor_email="was@example.com")
    for who, by in ((mentee, another), (mentor, mentor), (mentee, mentee), (orphan, without_role)):
        with pytest.raises(NotAllowed):
            mark(who, by, "hello", 1)


@pytest.mark.parametrize("days_ago", [-1, 93])
def test_a_day_to_come_or_long_gone_is_refused(mentor: Person, mentee: Person, days_ago: int) -> None:
    with pytest.raises(Invalid):
        mark(mentee, mentor, "hello", 1, days_ago=days_ago)
    with pytest.raises(Invalid):
        day = clock.today() - timedelta(days=days_ago)
        record_attendance("workshop", [mentee], attended_on=day, actor=mentor, now=clock.now())


def test_an_unknown_item_or_checklist_is_not_found(mentor: Person, mentee: Person) -> None:
    with pytest.raises(NotFound):
        mark(mentee, mentor, "sing", 1)
    with pytest.raises(NotFound):
        queries.sign_off("nothing")


def test_a_mentor_sees_mentees_with_their_checklists(mentor: Person, mentee: Person) -> None:
    factories.person(job_role="new-hire")
    mark(mentee, mentor, "hello", 1)
    (found,) = queries_practice.mentees(mentor)
    (checklist,) = found.checklists
    assert (found.person.id, checklist.missing, checklist.total) == (mentee.id, 2, 3)
    assert checklist.marks == {"hello": [clock.today()]}
    with pytest.raises(NotFound):
        queries_practice.mentee(mentee, mentor.id)


def test_attendance_completes_the_session_once(mentor: Person, mentee: Person) -> None:
    trainer = factories.person(roles=[Role.TRAINER])
    for _ in range(2):
        record_attendance("workshop", [mentee], attended_on=clock.today(), actor=trainer, now=clock.now())
    assert [(one.kind, one.key) for one in queries.completions(mentee.id)] == [("session", "workshop")]
    assert queries_practice.waiting_for("workshop") == []


def test_nobody_records_their_own_attendance(mentor: Person) -> None:
    with pytest.raises(NotAllowed):
        record_attendance("workshop", [mentor], attended_on=clock.today(), actor=mentor, now=clock.now())


def test_who_waits_is_found_by_name_number_or_address(mentor: Person, mentee: Person) -> None:
    assert queries_practice.waiting_for("workshop") == [mentee]
    for wanted in (mentee.name.upper(), mentee.employee_number or "", mentee.email[:8]):
        assert queries_practice.waiting_for("workshop", wanted) == [mentee]
    assert queries_practice.waiting_for("workshop", "100%") == []
    (overview,) = queries_practice.sessions()
    assert (overview.waiting, overview.last_on) == (1, None)
