"""News from below become rows of the feed, once each, in the same transaction."""

from datetime import timedelta
from decimal import Decimal

import pytest
from sqlalchemy import select

from lms.core import clock, events
from lms.core.database import db, unit_of_work
from lms.hr.models import Result
from tests import factories, factories_hr

pytestmark = pytest.mark.usefixtures("unit")


def rows() -> list[Result]:
    db.session.flush()
    return list(db.session.scalars(select(Result).order_by(Result.id)))


def test_an_attempt_becomes_a_row() -> None:
    someone = factories.person()
    skills = {"spin": (Decimal(3), Decimal("4.5"))}
    factories_hr.tell(factories_hr.attempt(someone, attempt_id=7, counts="mean", skills=skills))
    (row,) = rows()
    assert (row.reference, row.kind, row.of_key, row.state, row.counts) == (
        "attempt:7", "exam", "front-line-exam", "finished", "mean",
    )  # fmt: skip
    assert (row.percent, row.passed, row.skills) == (90, True, {"spin": ["3", "4.5"]})


def test_the_same_news_again_changes_nothing() -> None:
    news = factories_hr.attempt(factories.person())
    factories_hr.tell(news)
    before = rows()[0].updated_at
    with clock.at(clock.now() + timedelta(hours=1)):
        factories_hr.tell(news)
    assert [row.updated_at for row in rows()] == [before]


def test_a_regraded_attempt_brings_its_row_up_to_date() -> None:
    someone = factories.person()
    factories_hr.tell(factories_hr.attempt(someone, 7, attempt_id=7))
    before = rows()[0].updated_at
    with clock.at(clock.now() + timedelta(hours=1)):
        factories_hr.tell(factories_hr.attempt(someone, 8, attempt_id=7))
    (row,) = rows()
    assert (row.percent, row.passed) == (80, True)
    assert row.updated_at > before


def test_a_void_attempt_keeps_its_row_and_says_so() -> None:
    someone = factories.person()
    factories_hr.tell(factories_hr.attempt(someone, attempt_id=7))
    factories_hr.tell(events.AttemptVoided(7, someone.id, "front-line-exam", clock.now()))
    (row,) = rows()
    assert (row.state, row.passed) == ("voided", False)


def test_plays_courses_and_sign_offs_become_rows_and_sessions_do_not() -> None:
    someone, now = factories.person(), clock.now()
    factories_hr.tell(factories_hr.play(someone, play_id=3))
    factories_hr.tell(events.Completed(someone.id, "course", "lscat", now, "enrolment:1"))
    factories_hr.tell(events.Completed(someone.id, "session", "workshop", now, "attendance:1"))
    factories_hr.tell(events.Completed(someone.id, "sign-off", "first-calls", now, "sign-off-mark:4"))
    factories_hr.tell(events.SignedOff(someone.id, "first-calls", now, "sign-off-mark:4"))
    assert [(row.kind, row.of_key) for row in rows()] == [
        ("scenario", "late-delivery"),
        ("course", "lscat"),
        ("sign-off", "first-calls"),
    ]


def test_two_people_may_complete_a_course_with_the_same_reference() -> None:
    for someone in (factories.person(), factories.person()):
        factories_hr.tell(events.Completed(someone.id, "course", "lscat", clock.now(), "import"))
    assert len(rows()) == 2


def test_each_change_of_a_certificate_is_a_row() -> None:
    someone, day = factories.person(), clock.today() + timedelta(days=300)
    for verb in ("issue", "revoke"):
        factories_hr.tell(events.CertificateChanged(5, someone.id, "front-line", verb, clock.now(), day))
    assert [(row.state, row.subject, row.expires_on) for row in rows()] == [
        ("issue", "certificate:5", day),
        ("revoke", "certificate:5", day),
    ]


def test_when_the_transaction_fails_there_is_no_row(app: object) -> None:
    with pytest.raises(ZeroDivisionError), unit_of_work():
        someone = factories.person()
        factories_hr.tell(factories_hr.attempt(someone))
        raise ZeroDivisionError
    db.session.rollback()
    assert rows() == []
