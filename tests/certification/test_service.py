"""Certificates are issued with the last requirement, renewed in the window, and taken away for a reason."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select

from lms.certification import queries, service
from lms.certification.models import Certificate, CertificateChange
from lms.certification.validity import Phase
from lms.core import clock, events
from lms.core.access import Role
from lms.core.database import db, unit_notes, unit_of_work
from lms.core.errors import Conflict, Invalid, NotAllowed
from lms.enrolment import service as enrolment
from lms.enrolment.models import Assignment, Completion
from lms.identity.models import Person
from tests import factories
from tests.factories_certification import certificate, certification, completed

pytestmark = pytest.mark.usefixtures("unit")
START = datetime(2026, 3, 10, 4, tzinfo=UTC)


def chain(person: Person, key: str = "front-line") -> list[Certificate]:
    return list(queries.record_of(person.id).certificates.get(key, []))


@pytest.fixture
def news(app: Any) -> Any:
    """The CertificateChanged events that were published."""
    heard: list[events.CertificateChanged] = []
    listeners = app.extensions["lms.listeners"][events.CertificateChanged]
    listeners.append(heard.append)
    yield heard
    listeners.remove(heard.append)


def test_the_last_requirement_issues_the_certificate() -> None:
    certification(requires={"all": [{"course": "c"}, {"exam": "e"}]})
    person = factories.person()
    completed(person, "exam", "e", START)
    assert chain(person) == []
    completed(person, "course", "c", START + timedelta(days=3))
    [issued] = chain(person)
    assert (issued.completed_on, issued.expires_on) == (date(2026, 3, 13), date(2027, 3, 13))
    assert issued.window_opens_on == date(2027, 1, 13)
    assert issued.number == 1 and issued.previous_id is None


def test_a_rollback_of_the_last_requirement_takes_the_certificate_with_it(context: None) -> None:
    certification()
    person = factories.person()
    person_id = person.id
    db.session.flush()
    with db.session.begin_nested() as savepoint:
        completed(person, "exam", "front-line-exam", START)
        assert len(chain(person)) == 1
        savepoint.rollback()
    assert db.session.scalars(select(Certificate).where(Certificate.person_id == person_id)).all() == []


def test_issuing_is_on_record_with_its_evidence(news: Any) -> None:
    certification()
    person = factories.person()
    issued = certificate(person, at=START)
    change = db.session.scalars(select(CertificateChange)).one()
    assert change.verb == "issued"
    assert [piece["key"] for piece in change.evidence] == ["front-line-exam"]
    assert change.evidence[0]["reference"].startswith("test:")
    assert [(event.verb, event.certificate_id) for event in news] == [("issued", issued.id)]
    waiting = [entry.action for entry in unit_notes()["audit_entries"]]
    assert "certificate.issue" in waiting


def test_a_certificate_is_itself_a_completion() -> None:
    certification()
    person = factories.person()
    issued = certificate(person, at=START)
    kept = db.session.scalars(select(Completion).where(Completion.kind == "certification")).one()
    assert (kept.key, kept.reference) == ("front-line", f"certificate:{issued.code}")


def test_a_certificate_may_be_the_last_requirement_of_another_and_each_is_issued_once() -> None:
    certification("basics")
    certification("senior", requires={"all": [{"certification": "basics"}, {"exam": "basics-exam"}]})
    certification("master", requires={"certification": "senior"})
    person = factories.person()
    certificate(person, "basics", START)
    assert [len(chain(person, key)) for key in ("basics", "senior", "master")] == [1, 1, 1]


def test_two_that_renew_each_other_come_to_rest() -> None:
    certification("left", recertify={"certification": "right"})
    certification("right", recertify={"certification": "left"})
    person = factories.person()
    certificate(person, "left", START)
    certificate(person, "right", START)
    assert [len(chain(person, key)) for key in ("left", "right")] == [1, 1]
    completed(person, "exam", "left-exam", START + timedelta(days=330))
    assert [len(chain(person, key)) for key in ("left", "right")] == [2, 2]


def test_what_no_certification_mentions_issues_nothing() -> None:
    certification()
    person = factories.person()
    completed(person, "exam", "another", START)
    assert chain(person) == []


def test_passing_again_before_the_window_changes_nothing() -> None:
    certification()
    person = factories.person()
    certificate(person, at=START)
    certificate(person, at=START + timedelta(days=100))
    assert len(chain(person)) == 1


def test_renewal_in_the_window_follows_the_old_expiry(news: Any) -> None:
    certification()
    person = factories.person()
    first = certificate(person, at=START)
    again = certificate(person, at=START + timedelta(days=330))
    assert again.previous_id == first.id and again.number == 2 and again.code != first.code
    assert again.expires_on == date(2028, 3, 10)
    assert [event.verb for event in news] == ["issued", "renewed"]


def test_the_shorter_way_counts_in_the_window_and_only_there() -> None:
    certification(requires={"all": [{"exam": "long"}, {"exam": "short"}]}, recertify={"exam": "short"})
    person = factories.person()
    completed(person, "exam", "long", START)
    completed(person, "exam", "short", START)
    assert len(chain(person)) == 1
    completed(person, "exam", "short", START + timedelta(days=200))
    assert len(chain(person)) == 1
    completed(person, "exam", "short", START + timedelta(days=330))
    assert len(chain(person)) == 2


def test_after_expiry_the_whole_way_is_needed_again() -> None:
    certification(requires={"all": [{"exam": "long"}, {"exam": "short"}]}, recertify={"exam": "short"})
    person = factories.person()
    completed(person, "exam", "long", START)
    completed(person, "exam", "short", START)
    late = START + timedelta(days=400)
    completed(person, "exam", "short", late)
    assert len(chain(person)) == 1
    completed(person, "exam", "long", late + timedelta(days=1))
    assert [one.expires_on for one in chain(person)] == [date(2027, 3, 10), date(2028, 4, 15)]


def test_what_was_done_in_time_counts_in_time_though_recorded_late() -> None:
    certification(recertify={"session": "refresher"})
    person = factories.person()
    certificate(person, at=START)
    with clock.at(START + timedelta(days=367)):
        completed(person, "session", "refresher", START + timedelta(days=364))
    assert [one.expires_on for one in chain(person)] == [date(2027, 3, 10), date(2028, 3, 10)]


def test_the_whole_way_renews_too_where_there_is_a_shorter_one() -> None:
    certification(recertify={"exam": "short"})
    person = factories.person()
    certificate(person, at=START)
    certificate(person, at=START + timedelta(days=330))
    assert len(chain(person)) == 2


def test_the_due_day_of_an_assignment_is_the_base_of_a_first_certificate_on_time() -> None:
    certification()
    person = factories.person()
    db.session.add(
        Assignment(person_id=person.id, kind="certification", key="front-line", due_on=date(2026, 3, 31), created_at=START)
    )
    db.session.flush()
    assert certificate(person, at=START).expires_on == date(2027, 3, 31)


def test_a_renewal_that_would_not_end_later_is_none() -> None:
    certification(date_rule="fixed", validity_months=12, window_months=11, minimum_active_months=2)
    person = factories.person()
    certificate(person, at=START)
    certificate(person, at=START + timedelta(days=60))
    assert [one.expires_on for one in chain(person)] == [date(2027, 3, 10)]
    certificate(person, at=START + timedelta(days=340))
    assert len(chain(person)) == 1, "the earliest completion since the window opened decides"


def test_days_are_those_of_the_organisation() -> None:
    certification()
    late_in_utc = datetime(2026, 3, 10, 17, tzinfo=UTC)  # the 11th in Shanghai
    assert certificate(factories.person(), at=late_in_utc).completed_on == date(2026, 3, 11)


# ---- revocation ----------------------------------------------------------------------


def test_revoking_takes_every_certificate_that_holds() -> None:
    certification()
    person, hr = factories.person(), factories.person(roles=[Role.HR])
    certificate(person, at=START)
    newer = certificate(person, at=START + timedelta(days=330))
    at = START + timedelta(days=340)
    service.revoke(newer, "front-line", actor=hr, reason="Took the exam for somebody else", now=at)
    assert [one.revoked_at for one in chain(person)] == [at, at]
    changes = db.session.scalars(select(CertificateChange).where(CertificateChange.verb == "revoked")).all()
    assert {change.reason for change in changes} == {"Took the exam for somebody else"}
    assert {change.actor_id for change in changes} == {hr.id}


def test_after_a_revocation_everything_is_to_be_done_anew() -> None:
    certification(requires={"all": [{"exam": "a"}, {"exam": "b"}]})
    person, hr = factories.person(), factories.person(roles=[Role.HR])
    completed(person, "exam", "a", START)
    completed(person, "exam", "b", START)
    at = START + timedelta(days=10)
    service.revoke(chain(person)[0], "front-line", actor=hr, reason="Copied", now=at)
    completed(person, "exam", "a", at + timedelta(days=1))
    assert len(chain(person)) == 1
    completed(person, "exam", "b", at + timedelta(days=2))
    assert [one.number for one in chain(person)] == [1, 2]
    assert chain(person)[1].revoked_at is None and chain(person)[1].expires_on == date(2027, 3, 22)


def test_revoking_asks_for_a_reason() -> None:
    certification()
    issued, hr = certificate(factories.person(), at=START), factories.person(roles=[Role.HR])
    with pytest.raises(Invalid):
        service.revoke(issued, "front-line", actor=hr, reason="  ", now=START)
    assert issued.revoked_at is None


def test_nobody_revokes_twice_or_their_own() -> None:
    certification()
    hr = factories.person(roles=[Role.HR])
    own, other = certificate(hr, at=START), certificate(factories.person(), at=START)
    with pytest.raises(NotAllowed):
        service.revoke(own, "front-line", actor=hr, reason="Mine", now=START)
    service.revoke(other, "front-line", actor=hr, reason="Once", now=START)
    with pytest.raises(Conflict):
        service.revoke(other, "front-line", actor=hr, reason="Twice", now=START)


# ---- licences -------------------------------------------------------------------------


def test_a_licence_on_file_may_be_the_last_requirement() -> None:
    certification(requires={"all": [{"exam": "e"}, {"licence": "food"}]})
    person, hr = factories.person(), factories.person(roles=[Role.HR])
    completed(person, "exam", "e", START)
    service.record_licence(person, "food", "A-1", expires_on=date(2027, 1, 1), actor=hr, now=START + timedelta(days=1))
    assert [one.completed_on for one in chain(person)] == [date(2026, 3, 11)]


def test_a_licence_that_ran_out_is_refused_and_no_longer_counts() -> None:
    certification(requires={"all": [{"exam": "e"}, {"licence": "food"}]})
    person, hr = factories.person(), factories.person(roles=[Role.HR])
    with pytest.raises(Invalid):
        service.record_licence(person, "food", "A-1", expires_on=date(2026, 3, 9), actor=hr, now=START)
    service.record_licence(person, "food", "A-1", expires_on=date(2026, 3, 20), actor=hr, now=START)
    completed(person, "exam", "e", START + timedelta(days=30))
    assert chain(person) == []


def test_a_licence_is_on_file_once_but_may_be_renewed_under_its_number() -> None:
    person, hr = factories.person(), factories.person(roles=[Role.HR])
    service.record_licence(person, "food", "A-1", expires_on=date(2027, 1, 1), actor=hr, now=START)
    with pytest.raises(Conflict):
        service.record_licence(person, "food", "A-1", expires_on=date(2027, 1, 1), actor=hr, now=START)
    service.record_licence(person, "food", "A-1", expires_on=date(2028, 1, 1), actor=hr, now=START)
    assert len(queries.licences_of(person.id)) == 2


def test_nobody_verifies_their_own_licence() -> None:
    hr = factories.person(roles=[Role.HR])
    with pytest.raises(NotAllowed):
        service.record_licence(hr, "food", "A-1", expires_on=None, actor=hr, now=START)


def test_a_withdrawn_licence_does_not_count() -> None:
    certification(requires={"all": [{"exam": "e"}, {"licence": "food"}]})
    person, hr = factories.person(), factories.person(roles=[Role.HR])
    licence = service.record_licence(person, "food", "A-1", expires_on=None, actor=hr, now=START)
    service.withdraw_licence(licence, actor=hr, reason="Forged", now=START + timedelta(days=1))
    completed(person, "exam", "e", START + timedelta(days=2))
    assert chain(person) == []
    with pytest.raises(Conflict):
        service.withdraw_licence(licence, actor=hr, reason="Again", now=START)


# ---- explain ---------------------------------------------------------------------------


def test_explain_says_what_is_missing_and_in_which_phase() -> None:
    certification(requires={"all": [{"exam": "a"}, {"any": [{"exam": "b"}, {"exam": "c"}]}]})
    person = factories.person()
    completed(person, "exam", "a", START)
    way = queries.explain(person, "front-line", START)
    assert way.phase is Phase.FIRST and not way.standing.is_met
    assert [leaf.key for leaf in way.standing.leaves() if leaf.is_met] == ["a"]
    completed(person, "exam", "c", START)
    held = queries.explain(person, "front-line", START)
    assert held.phase is Phase.HELD and not held.standing.is_met
    assert queries.explain(person, "front-line", START + timedelta(days=330)).phase is Phase.WINDOW
    assert queries.explain(person, "front-line", START + timedelta(days=400)).phase is Phase.LAPSED


def test_completing_costs_few_queries_where_nothing_is_earned(count_queries: Callable[[], Any]) -> None:
    certification(requires={"all": [{"exam": "a"}, {"exam": "b"}]})
    person = factories.person()
    completed(person, "exam", "a", START)
    with unit_of_work(), count_queries() as queries_made:
        enrolment.complete(person, "exam", "elsewhere", at=START, reference="x")
    unmentioned = len(queries_made)
    with unit_of_work(), count_queries() as queries_made:
        enrolment.complete(person, "exam", "a", at=START, reference="y")
    assert len(queries_made) - unmentioned <= 3


def test_an_alternative_that_nothing_needs_any_more_does_not_delay() -> None:
    certification(requires={"any": [{"exam": "a"}, {"exam": "b"}]})
    person = factories.person()
    completed(person, "exam", "b", START)
    assert len(chain(person)) == 1
    completed(person, "exam", "a", START + timedelta(days=1))
    assert len(chain(person)) == 1
