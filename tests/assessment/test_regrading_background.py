"""Regradings of many attempts: counted and applied by jobs that tell how far they are, fail in sight, and can be given
up; and what follows is judged by what each person's results come to."""

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select, text

from lms.assessment import queries_regrading as reads
from lms.assessment import service, service_dry_runs, service_regrading
from lms.assessment.models import Attempt
from lms.assessment.models_regrading import Regrading
from lms.assessment.regrading import Rule
from lms.assessment.regrading_states import State
from lms.certification.models import CertificateChange
from lms.core import clock, jobs
from lms.core.access import Role
from lms.core.audit import AuditEntry
from lms.core.database import db, is_writing, unit_of_work
from lms.core.errors import Conflict, Invalid
from tests import factories
from tests import factories_certification as certificates
from tests.assessment.test_regrading import a_wrong_item, approved, ask, correct, sit

WHY = "The disk was full; it has room again."


@pytest.fixture(autouse=True)
def _in_app(in_app: None) -> None:
    """Every test runs in the application."""


def a_class(count: int) -> int:
    """So many attempts that a new key raises; the id of the right version."""
    a_wrong_item()
    for _ in range(count):
        sit(factories.person(), "skeyalpha")
    return correct()


def run_jobs(minutes: int = 1) -> None:
    jobs.run_due(clock.now() + timedelta(minutes=minutes))
    db.session.expire_all()


def broken(attempt_id: int) -> list[Any]:
    """Spoil an attempt so that nothing can read its paper; what it was."""
    with unit_of_work():
        attempt = db.session.get_one(Attempt, attempt_id)
        paper, attempt.paper = attempt.paper, []
    return paper


def mended(attempt_id: int, paper: list[Any]) -> None:
    with unit_of_work():
        db.session.get_one(Attempt, attempt_id).paper = paper


# ---- counting ---------------------------------------------------------------------


def test_many_attempts_are_counted_in_steps_and_come_to_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    with unit_of_work():
        to = a_class(5)
        at_once = ask(factories.person(), to)
    monkeypatch.setattr(service_dry_runs, "AT_ONCE", 2)
    monkeypatch.setattr(service_dry_runs, "STEP", 2)
    with unit_of_work():
        found = ask(factories.person(), to)
        assert (reads.is_counting(found), found.counted, found.expected) == (True, 0, 5)
    jobs.run_due(clock.now() + timedelta(minutes=1), limit=1)
    db.session.expire_all()
    run_jobs()
    found = db.session.get_one(Regrading, found.id)
    assert not reads.is_counting(found) and (found.counted, found.expected) == (5, 5)
    assert (found.sha256, found.figures) == (at_once.sha256, at_once.figures)


def test_the_page_tells_how_far_the_dry_run_is(
    app: Flask, sign_in: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(service_dry_runs, "AT_ONCE", 1)
    monkeypatch.setattr(service_dry_runs, "STEP", 2)
    with unit_of_work():
        found = ask(factories.person(), a_class(3))
    with unit_of_work():
        counted = service_dry_runs.count_step(found.id, found.job_key, 0, clock.now())
        service_dry_runs.step(found.id, found.job_key, counted, clock.now())
    page = sign_in(Role.TRAINER).get(f"/author/regradings/{found.id}").text
    assert "2 of 3 attempts so far" in page and "<progress" in page
    assert "Known once the dry run has counted everything." in page and "is touched" not in page and "Fail to pass" not in page
    assert "Propose" not in page.partition("<main")[2].replace("Proposed by", "")


def test_what_is_still_counting_is_not_proposed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service_dry_runs, "AT_ONCE", 1)
    with unit_of_work():
        trainer = factories.person()
        found = ask(trainer, a_class(2))
        with pytest.raises(Conflict, match="still counting"):
            service_regrading.propose(found.id, actor=trainer, now=clock.now())


def test_a_step_of_a_withdrawn_dry_run_counts_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service_dry_runs, "AT_ONCE", 1)
    with unit_of_work():
        trainer = factories.person()
        found = ask(trainer, a_class(2))
        service_regrading.withdraw(found.id, actor=trainer, now=clock.now())
    run_jobs()
    assert db.session.get_one(Regrading, found.id).counted == 0


def test_a_step_of_a_dry_run_that_was_begun_anew_counts_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service_dry_runs, "AT_ONCE", 1)
    with unit_of_work():
        trainer = factories.person()
        found = ask(trainer, a_class(2))
        before = found.job_key
        counted = service_dry_runs.count_step(found.id, before, 0, clock.now())
        service_regrading.count_again(found.id, actor=trainer, now=clock.now())
        assert counted is not None and service_dry_runs.count_step(found.id, before, 0, clock.now()) is None
        service_dry_runs.step(found.id, before, counted, clock.now())
        assert found.counted == 0
    run_jobs()
    assert db.session.get_one(Regrading, found.id).counted == 2


# ---- worked out first, written afterwards ---------------------------------------------------


def worked_out(monkeypatch: pytest.MonkeyPatch) -> tuple[Regrading, service_regrading.Counted]:
    """An approved regrading of three attempts, and what it would write as of now."""
    monkeypatch.setattr(service_regrading, "AT_ONCE", 1)
    with unit_of_work():
        found = approved(a_class(3))
    counted = service_regrading.count(found.id)
    assert counted is not None and len(counted.corrections) == 3
    return found, counted


def test_what_was_worked_out_is_written_without_counting_again(monkeypatch: pytest.MonkeyPatch) -> None:
    found, counted = worked_out(monkeypatch)
    monkeypatch.setattr(service_regrading, "count", lambda _id: pytest.fail("counted again"))
    with unit_of_work():
        service_regrading.run(found.id, clock.now(), counted)
    assert db.session.get_one(Regrading, found.id).state == State.APPLIED


def test_what_was_worked_out_before_results_changed_is_not_written(monkeypatch: pytest.MonkeyPatch) -> None:
    found, counted = worked_out(monkeypatch)
    first = db.session.scalars(select(Attempt).order_by(Attempt.id)).first()
    assert first is not None
    with unit_of_work():
        service.void(first.id, "Somebody helped.", actor=factories.person(), now=clock.now())
    with unit_of_work():
        service_regrading.run(found.id, clock.now(), counted)
    assert db.session.get_one(Regrading, found.id).state == State.STALE
    assert set(db.session.scalars(select(Attempt.percent))) == {50}


def test_a_job_works_a_regrading_out_before_it_begins_to_write(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[bool] = []
    monkeypatch.setattr(service_regrading, "AT_ONCE", 1)
    with unit_of_work():
        found = approved(a_class(3))
    count = service_regrading.count

    def watched(regrading_id: int) -> service_regrading.Counted | None:
        seen.append(is_writing())
        return count(regrading_id)

    monkeypatch.setattr(service_regrading, "count", watched)
    run_jobs()
    assert seen == [False] and db.session.get_one(Regrading, found.id).state == State.APPLIED


# ---- work that fails -----------------------------------------------------------------


def failing(monkeypatch: pytest.MonkeyPatch) -> tuple[Regrading, int, list[Any]]:
    """An approved regrading whose job has failed once, the attempt that spoils it, and its paper."""
    monkeypatch.setattr(service_regrading, "AT_ONCE", 1)
    with unit_of_work():
        found = approved(a_class(3))
    attempt_id = db.session.scalars(select(Attempt.id).order_by(Attempt.id)).first()
    assert found.state == State.APPROVED and attempt_id is not None
    paper = broken(attempt_id)
    run_jobs()
    fate = jobs.fate(found.job_key)
    assert fate is not None and fate.has_failed
    regrading = db.session.get_one(Regrading, found.id)
    db.session.commit()  # the pages that follow read what is there now
    return regrading, attempt_id, paper


def test_a_failure_is_told_on_the_page_and_can_be_tried_again(
    sign_in: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    found, attempt_id, paper = failing(monkeypatch)
    trainer, address = sign_in(Role.TRAINER), f"/author/regradings/{found.id}"
    assert "It has failed once" in trainer.get(address).text
    unsaid = trainer.post(f"{address}/proposal", data={"verb": "retry", "words": "again"})
    assert unsaid.status_code == 422 and "again</textarea>" in unsaid.text
    mended(attempt_id, paper)
    assert trainer.post(f"{address}/proposal", data={"verb": "retry", "words": WHY}).status_code == 303
    jobs.run_due(clock.now())
    db.session.expire_all()
    assert db.session.get_one(Regrading, found.id).state == State.APPLIED
    noted = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "regrading.retry")).one()
    assert noted.details["reason"] == WHY and "Error" in noted.details["error"]
    assert "It has failed" not in trainer.get(address).text


def test_what_fails_for_good_is_said_so_and_given_up(
    sign_in: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    found, attempt_id, paper = failing(monkeypatch)
    for hours in range(1, 2 + jobs.MAX_TRIES):
        run_jobs(60 * hours)
    trainer, address = sign_in(Role.TRAINER), f"/author/regradings/{found.id}"
    assert "is not tried any more by itself" in trainer.get(address).text
    assert trainer.post(f"{address}/proposal", data={"verb": "give-up", "words": WHY}).status_code == 303
    assert WHY in trainer.get(address).text
    mended(attempt_id, paper)
    with unit_of_work():
        service_regrading.run(found.id, clock.now())
    found = db.session.get_one(Regrading, found.id, populate_existing=True)
    assert (found.state, found.applied_at) == (State.WITHDRAWN, None)


def test_what_is_applied_cannot_be_given_up() -> None:
    with unit_of_work():
        found = approved(a_class(1))
        with pytest.raises(Conflict):
            service_regrading.give_up(found.id, WHY, actor=factories.person(), now=clock.now())
        with pytest.raises(Conflict):
            service_regrading.retry(found.id, WHY, actor=factories.person(), now=clock.now())


def test_giving_up_needs_a_reason(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service_regrading, "AT_ONCE", 1)
    with unit_of_work():
        found = approved(a_class(2))
        with pytest.raises(Invalid):
            service_regrading.give_up(found.id, " no ", actor=factories.person(), now=clock.now())
        assert found.state == State.APPROVED


def test_the_wish_to_undo_is_taken_back_and_comes_again(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service_regrading, "AT_ONCE", 1)
    with unit_of_work():
        found = approved(a_class(2))
    run_jobs()
    for give_up in (True, False):
        with unit_of_work():
            service_regrading.undo(found.id, "The old key was right.", actor=factories.person(), now=clock.now())
            if give_up:
                service_regrading.give_up(found.id, WHY, actor=factories.person(), now=clock.now())
        run_jobs()
        state = db.session.get_one(Regrading, found.id).state
        assert state == (State.APPLIED if give_up else State.UNDONE)


def test_who_works_on_a_regrading_holds_its_row_before_the_lock_of_all(app: Flask) -> None:
    """On PostgreSQL: while somebody holds the row, a job waits for it without keeping others from their regradings."""
    if db.engine.dialect.name != "postgresql":
        pytest.skip("SQLite has one writer")
    with unit_of_work():
        found = approved(a_class(1))
        found.state, found.applied_at = State.APPROVED, None
    locked = text("SELECT pg_try_advisory_lock(:key)")

    def work() -> None:
        with app.app_context(), unit_of_work():
            service_regrading.apply(found.id, now=clock.now())

    with db.engine.connect() as holder, db.engine.connect() as other:
        holder.execute(select(Regrading.id).where(Regrading.id == found.id).with_for_update())
        thread = threading.Thread(target=work)
        thread.start()
        waiting = text("SELECT count(*) FROM pg_locks WHERE NOT granted")
        for _ in range(200):
            if other.scalar(waiting):
                break
            thread.join(0.02)
        assert other.scalar(waiting) == 1
        assert other.scalar(locked, {"key": service_regrading._LOCK}) is True
        other.execute(text("SELECT pg_advisory_unlock_all()"))
        holder.rollback()
        thread.join(10)
    assert not thread.is_alive()


# ---- what follows from it ---------------------------------------------------------------


def touched(found: Regrading) -> dict[str, int]:
    return {one["kind"]: one["people"] for one in found.touched if one["kind"].startswith("certificate")}


def test_a_pass_that_another_attempt_stands_in_for_takes_no_certificate() -> None:
    with unit_of_work():
        certificates.certification("front-line", requires={"exam": "wrong-exam"})
        a_wrong_item(attempts=3)
        person = factories.person()
        sit(person, "skeybeta")  # passes by the wrong key
        sit(person, "skeyalpha")  # fails by it, and passes by the right one
        found = ask(factories.person(), correct(), keeps_passes=False)
        assert (found.figures["lost"], found.figures["gained"]) == (1, 1)
        assert touched(found) == {}


def test_two_passes_lost_by_one_person_take_the_certificate_once() -> None:
    with unit_of_work():
        certificates.certification("front-line", requires={"exam": "wrong-exam"})
        a_wrong_item(attempts=3)
        person = factories.person()
        sit(person, "skeybeta")
        sit(person, "skeybeta")
        assert touched(ask(factories.person(), correct(), keeps_passes=False)) == {"certificate-revoked": 1}


def test_two_passes_won_by_one_person_issue_the_certificate_once() -> None:
    with unit_of_work():
        certificates.certification("front-line", requires={"exam": "wrong-exam"})
        a_wrong_item(attempts=3)
        person = factories.person()
        sit(person, "skeyalpha")
        sit(person, "skeyalpha")
        assert touched(ask(factories.person(), correct())) == {"certificate-issued": 1}


@pytest.mark.parametrize(("counts", "issued"), [("best", 1), ("first", 0), ("last", 1), ("mean", 1)])
def test_what_counts_decides_whether_a_better_result_issues_anything(counts: str, issued: int) -> None:
    """First 0 %, then 50 % that would become 100 %: the first stays failed, the mean becomes 50 %."""
    with unit_of_work():
        certificates.certification("front-line", requires={"exam": "wrong-exam"})
        a_wrong_item(cut=50 if counts == "mean" else 60, counts=counts, attempts=3)
        person = factories.person()
        sit(person, "skeygamma", None)
        sit(person, "skeyalpha")
        found = ask(factories.person(), correct(), Rule.GAIN)
        assert found.figures["changed"] == 1
        assert touched(found).get("certificate-issued", 0) == issued


@pytest.mark.parametrize("counts", ["best", "first", "last", "mean"])
def test_what_was_said_would_follow_is_what_follows(counts: str) -> None:
    with unit_of_work():
        certificates.certification("front-line", requires={"exam": "wrong-exam"})
        a_wrong_item(counts=counts, attempts=3, cut=75)
        for chosen in (("skeybeta", "skeyalpha"), ("skeyalpha", "skeybeta"), ("skeyalpha", "skeyalpha")):
            person = factories.person()
            for one in chosen:
                sit(person, one)
        to = correct()
        said = touched(ask(factories.person(), to, keeps_passes=False))
        before = db.session.scalars(select(CertificateChange.id)).all()
        approved(to, keeps_passes=False)
        verbs = db.session.execute(
            select(CertificateChange.verb, CertificateChange.id).where(CertificateChange.id.not_in(before))
        ).all()
        assert said.get("certificate-issued", 0) == sum(verb in ("issued", "renewed") for verb, _ in verbs)
        assert said.get("certificate-revoked", 0) == sum(verb == "revoked" for verb, _ in verbs)
