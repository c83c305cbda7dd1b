"""What becomes of certificates, paths, courses and HR rows when a result that completed something does not hold."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from lms.assessment import service, service_regrading
from lms.assessment.models import Attempt
from lms.assessment.regrading import Rule
from lms.certification import queries
from lms.certification import service as service_certification
from lms.certification.models import Certificate, CertificateChange
from lms.certification.validity import Phase, State
from lms.core import clock
from lms.core.audit import AuditEntry
from lms.core.database import db
from lms.core.errors import Conflict
from lms.enrolment import queries as enrolment
from lms.enrolment import service as completions
from lms.hr.models import Result
from lms.identity.models import Person
from tests import factories
from tests.assessment import test_regrading as regraded
from tests.factories_certification import certificate, certification, completed
from tests.factories_enrolment import path

pytestmark = pytest.mark.usefixtures("unit")

VOID = "Somebody else sat this exam."


def certified_by(exam: str = "wrong-exam", **changes: Any) -> None:
    """An exam whose first question has a wrong key, and a certification that asks for it."""
    regraded.a_wrong_item()
    certification(**{"requires": {"exam": exam}, **changes})


def held(person: Person) -> Certificate | None:
    newest = queries.record_of(person.id).newest("front-line")
    if newest is None or queries.certificate_state(newest, clock.day_of(clock.now())) is not State.VALID:
        return None
    return newest


def verbs(certificate: Certificate) -> list[str]:
    query = select(CertificateChange.verb).where(CertificateChange.certificate_id == certificate.id)
    return list(db.session.scalars(query.order_by(CertificateChange.id)))


def void(attempt: Attempt) -> None:
    service.void(attempt.id, VOID, actor=factories.person(), now=clock.now())


def test_voiding_a_passed_attempt_takes_its_certificate_with_the_reason() -> None:
    certified_by()
    person = factories.person()
    attempt = regraded.sit(person, "skeybeta")
    owned = held(person)
    assert owned is not None
    void(attempt)
    assert held(person) is None and owned.is_unfounded and owned.revoked_at is not None
    told = db.session.scalars(select(CertificateChange).where(CertificateChange.verb == "revoked")).one()
    assert (told.reason, told.actor_id) == (VOID, None)


def test_another_passed_attempt_carries_the_certificate() -> None:
    certified_by()
    person = factories.person()
    first, second = regraded.sit(person, "skeybeta"), regraded.sit(person, "skeybeta")
    owned = held(person)
    void(first)
    assert held(person) is owned
    void(second)
    assert held(person) is None


def test_a_pass_lost_by_regrading_takes_the_certificate_and_undoing_gives_it_back() -> None:
    certified_by()
    person = factories.person()
    regraded.sit(person, "skeybeta")
    owned = held(person)
    assert owned is not None
    found = regraded.approved(regraded.correct(), keeps_passes=False)
    assert {"kind": "certificate-revoked", "people": 1}.items() <= found.touched[0].items()
    assert held(person) is None
    regraded.undone(found)
    assert held(person) is owned and not owned.is_unfounded
    assert verbs(owned) == ["issued", "revoked", "restored"]
    again = regraded.approved(regraded.correct(points=1, answer="skeygamma"), keeps_passes=False)
    assert held(person) is None and again.state == "applied"
    assert verbs(owned) == ["issued", "revoked", "restored", "revoked"]


def test_a_certificate_won_by_regrading_is_issued_now_and_revoked_by_undoing() -> None:
    certified_by()
    person = factories.person()
    attempt = regraded.sit(person, "skeyalpha")
    attempt.finished_at = clock.now() - timedelta(days=40)
    db.session.flush()
    found = regraded.approved(regraded.correct())
    assert {"kind": "certificate-issued", "people": 1}.items() <= found.touched[0].items()
    owned = held(person)
    assert owned is not None
    assert clock.now() - owned.issued_at < timedelta(minutes=5)  # known today
    assert owned.completed_on == clock.day_of(attempt.finished_at)  # earned then
    regraded.undone(found)
    assert held(person) is None and owned.is_unfounded


def test_what_else_was_done_still_counts_towards_the_next_one() -> None:
    certified_by(requires={"all": [{"exam": "wrong-exam"}, {"course": "greeting"}]})
    person = factories.person()
    completed(person, "course", "greeting")
    void(regraded.sit(person, "skeybeta"))
    way = queries.explain(person, "front-line", clock.now())
    assert way.phase is Phase.FIRST and [leaf.key for leaf in way.standing.leaves() if leaf.is_met] == ["greeting"]
    regraded.sit(person, "skeybeta")
    owned = held(person)
    assert owned is not None and (owned.number, owned.is_unfounded) == (2, False)


def test_an_unfounded_renewal_leaves_the_certificate_before_it_in_force() -> None:
    certification(recertify={"exam": "short-exam"})
    person = factories.person()
    first = certificate(person, at=clock.now() - timedelta(days=330))
    at = clock.now()
    completions.complete(person, "exam", "short-exam", at=at, reference="attempt:9")
    renewed = held(person)
    assert renewed is not None and renewed.number == 2
    completions.withdraw(person.id, "exam", "short-exam", reference="attempt:9", reason=VOID, now=at)
    assert renewed.is_unfounded and held(person) is first
    assert queries.duty(person, "front-line", clock.now()).allowed
    completions.complete(person, "exam", "short-exam", at=at, reference="attempt:9", now=clock.now())
    assert held(person) is renewed


def test_a_certification_that_asks_for_another_falls_with_it() -> None:
    certified_by()
    certification("senior", requires={"certification": "front-line"})
    person = factories.person()
    attempt = regraded.sit(person, "skeybeta")
    senior = queries.record_of(person.id).newest("senior")
    assert senior is not None
    void(attempt)
    assert senior.revoked_at is not None and senior.is_unfounded
    actions = {entry.action for entry in db.session.info["unit"]["audit_entries"] if isinstance(entry, AuditEntry)}
    assert {"attempt.void", "completion.withdraw", "certificate.revoke"} <= actions


def test_a_path_that_the_pass_ended_is_open_again() -> None:
    regraded.a_wrong_item()
    path([{"exam": "wrong-exam"}], role=None)
    person = factories.person()
    completions.assign(person, "path", "onboarding", actor=None, now=clock.now())
    attempt = regraded.sit(person, "skeybeta")
    assert enrolment.has_completed(person.id, "path", "onboarding")
    void(attempt)
    assert not enrolment.has_completed(person.id, "path", "onboarding")


def test_the_hr_feed_follows() -> None:
    certified_by()
    person = factories.person()
    attempt = regraded.sit(person, "skeybeta")
    found = regraded.approved(regraded.correct(), keeps_passes=False)
    row = db.session.scalars(select(Result).where(Result.reference == f"attempt:{attempt.id}")).one()
    assert (row.percent, row.passed) == (50, False)
    states = set(db.session.scalars(select(Result.state).where(Result.kind == "certification")))
    assert states == {"issued", "revoked"}
    regraded.undone(found)
    assert (row.percent, row.passed) == (100, True)
    assert "restored" in set(db.session.scalars(select(Result.state).where(Result.kind == "certification")))


@pytest.mark.parametrize(("counts", "expected"), [("first", [False, False]), ("last", [False, True]), ("mean", [False, True])])
def test_what_counts_is_judged_as_each_attempt_ended(counts: str, expected: list[bool]) -> None:
    """Two attempts, 100 and 100 %; the first is regraded to 50 %: which of them still completes the exam?"""
    regraded.a_wrong_item(counts=counts)
    person = factories.person()
    first = regraded.sit(person, "skeybeta")
    to = regraded.correct()
    second = regraded.sit(person, "skeyalpha")
    assert [first.percent, second.percent] == [100, 100]
    one, other = factories.person(), factories.person()
    wanted = service_regrading.Wanted("wrong-1", regraded.first_version(), to, Rule.NEW_KEY, False, regraded.REASON)
    found = service_regrading.dry_run(wanted, actor=one, now=clock.now())
    service_regrading.propose(found.id, actor=one, now=clock.now())
    service_regrading.approve(found.id, "", actor=other, now=clock.now())
    live = {one.reference for one in enrolment.completions(person.id) if one.kind == "exam"}
    assert [f"attempt:{each.id}" in live for each in (first, second)] == expected


def test_hr_revokes_for_good_what_was_revoked_as_unfounded() -> None:
    certified_by()
    person, hr = factories.person(), factories.person()
    regraded.sit(person, "skeybeta")
    owned = held(person)
    assert owned is not None
    found = regraded.approved(regraded.correct(), keeps_passes=False)
    assert owned.is_unfounded
    service_certification.revoke(owned, "front-line", actor=hr, reason="Sat by somebody else.", now=clock.now())
    assert not owned.is_unfounded
    regraded.undone(found)
    assert held(person) is None and verbs(owned) == ["issued", "revoked", "revoked"]
    with pytest.raises(Conflict):
        service_certification.revoke(owned, "front-line", actor=hr, reason="Once more.", now=clock.now())
