"""The demo: an example organisation with a year of history that hangs together, in an empty database only."""

import os
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import aliased

from lms import create_app, demo
from lms.assessment import queries_agreement, queries_calibration
from lms.assessment.marking_agreement import agreed_percent
from lms.assessment.models import Appeal, Attempt, Grade
from lms.assessment.models_marking import Essay
from lms.certification.models import Certificate, CertificateChange, Licence
from lms.core import access, audit, clock
from lms.core.access import Role
from lms.core.database import db
from lms.demo import case, own_words, quiz
from lms.demo.people import AT_WORK, DEPARTMENTS, EVERYBODY, PASSWORD, SHIFTED, SIGN_INS
from lms.demo.quiz_items import QUESTIONS, WRONG_KEY
from lms.demo.stage import REORGANISED
from lms.enrolment.models import Attendance, Completion, SignOffMark
from lms.hr.models import QualityScore, Result, ReviewCycle, Revision
from lms.identity.models import Department, Person
from lms.question_bank.models import Item
from lms.reporting import queries as reports
from lms.reporting import queries_items
from lms.reporting.item_figures import figures_of
from lms.reporting.item_flags import Concern, flags_of
from lms.reporting.queries import Period
from lms.reporting.rates import PASS_TARGET, By, Rates, rates
from lms.scenarios import queries_reply_agreement
from lms.scenarios.models import Play
from lms.scenarios.models_replies import WrittenReply
from lms.statistics.figures import MINIMUM_N
from lms.statistics.proportions import Verdict
from tests.conftest import _database_url

slow = pytest.mark.slow


@pytest.fixture(scope="module")
def organisation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The demo, built once for all tests that look at it, in a database of its own."""
    folder = tmp_path_factory.mktemp("demo")
    worker = os.environ.get("PYTEST_XDIST_WORKER", "master")
    environ = {
        "LMS_DATABASE_URL": _database_url(folder, f"{worker}_demo"),
        "LMS_SECRET_KEY": "for-tests-only",
        "LMS_INSTANCE": str(folder),
        "LMS_ARGON2_MEMORY_KIB": "8",
        "LMS_RATE_LIMITS": "off",
        "LMS_LOG_LEVEL": "critical",
    }
    app = create_app({"TESTING": True, "WTF_CSRF_ENABLED": False}, environ)
    with app.app_context():
        db.create_all()
        demo.build(clock.now())
        db.session.remove()
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture
def year(organisation: Flask) -> Iterator[None]:
    """A look at the demo; nothing in it is changed."""
    with organisation.app_context():
        yield
        db.session.remove()


def count(table: Any, *conditions: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(table).where(*conditions)) or 0


def person(email: str) -> Person:
    return db.session.scalars(select(Person).where(Person.email == f"{email}@example.com")).one()


# ---- who is there ----------------------------------------------------------------------


@slow
def test_sixty_people_are_at_work_in_all_roles_and_departments(year: None) -> None:
    people = list(db.session.scalars(select(Person)))
    at_work = [one for one in people if one.is_active]
    assert len(people) == len(EVERYBODY) and len(at_work) == len(AT_WORK) == 60
    assert {role for one in at_work for role in one.roles} == {role.value for role in Role}
    assert {one.language for one in people} == {"en", "zh-Hans"}
    assert len({one.department_id for one in at_work}) == len(DEPARTMENTS)
    assert len({one.site_id for one in at_work}) == 3
    names = {one.key: one for one in db.session.scalars(select(Department))}
    assert names[SHIFTED].name == DEPARTMENTS[SHIFTED][0] and names[SHIFTED].parent_id == names["service"].id


@slow
def test_everybody_has_learned_and_somebody_fails(year: None) -> None:
    tables = (
        Attempt, Play, Certificate, SignOffMark, Attendance, Result, Revision, QualityScore, Licence, Completion,
    )  # fmt: skip
    for table in tables:
        assert count(table) > 0, table
    assert count(Attempt, Attempt.passed.is_(False), Attempt.kind == "exam") > 0
    assert count(Attempt, Attempt.number > 1, Attempt.passed.is_(True), Attempt.kind == "exam") > 0, "second tries"
    assert {mode for (mode,) in db.session.execute(select(Play.mode).distinct())} == {"exam", "practice"}
    idle = select(Person.email).where(~select(Attempt.id).where(Attempt.person_id == Person.id).exists())
    assert list(db.session.scalars(idle)) == []
    first = select(func.min(Attempt.started_at))
    assert db.session.scalar(first) < clock.now() - timedelta(days=390)


@slow
def test_nothing_lies_in_the_future_and_the_trail_is_whole(year: None) -> None:
    now = clock.now()
    for column in (
        Attempt.started_at, Attempt.finished_at, Play.finished_at, Completion.at, Result.at, Result.updated_at,
        CertificateChange.at, QualityScore.recorded_at, SignOffMark.recorded_at, audit.AuditEntry.at,
    ):  # fmt: skip
        assert db.session.scalar(select(func.max(column))) <= now, f"{column} lies in the future"
    assert count(Result, Result.updated_at < Result.at) == 0
    assert list(audit.breaks()) == []
    gone = select(Person.id, Person.deactivated_at).where(Person.deactivated_at.is_not(None)).subquery()
    after = select(func.count()).select_from(Attempt).join(gone, gone.c.id == Attempt.person_id)
    assert db.session.scalar(after.where(Attempt.started_at > gone.c.deactivated_at)) == 0


@slow
def test_own_words_are_marked_by_two_some_wait_and_one_reading_is_contested(year: None) -> None:
    written, late = sum(len(talk.said) for talk in own_words.TALKS), len(own_words.LATE)
    of_exams = (WrittenReply.purpose == "exam", WrittenReply.marks_needed >= 2)
    assert count(WrittenReply, *of_exams, WrittenReply.settled_at.is_not(None)) == written - late
    assert count(WrittenReply, *of_exams, WrittenReply.settled_at.is_(None)) == late
    assert count(WrittenReply, *of_exams, WrittenReply.marks_in == 3) == 2, "a third decides where two differ"
    assert count(WrittenReply, WrittenReply.purpose == "contest") == 1


@slow
def test_agreement_on_own_words_is_a_number_where_there_are_enough_and_said_to_be_missing_where_not(year: None) -> None:
    found = {one.key: queries_reply_agreement.agreement(one) for one in queries_reply_agreement.measured()}
    steps = {key: {one.step: one.people for one in of.steps} for key, of in found.items()}
    enough, few = steps["leaking-ceiling"]["sympathize"], steps["software-trial"]["implication"]
    assert enough.n >= MINIMUM_N and 0.4 < (enough.value or 0) < 1
    assert few.n == 3 and few.value is None and few.reason is not None
    assert all(of.missing for of in found.values()), "not enough yet for the program to decide"


@slow
def test_essays_are_marked_by_two_once_by_a_third_and_the_markers_are_calibrated(year: None) -> None:
    (item,) = queries_agreement.items_marked_twice()
    found = queries_agreement.agreement(item)
    assert (item.key, item.answers) == (case.ITEM, len(case.WRITERS) - len(case.LATE))
    assert all(0 < (one.found.alpha.value or 0) < 1 for one in found.lines)
    assert len(found.markers) == 2 and all(one.found.leniency.value is not None for one in found.markers)
    assert count(Essay, Essay.how == "median") == 1 and count(Essay, Essay.settled_at.is_(None)) == len(case.LATE)
    rounds = {one.title: queries_calibration.marks_by_marker(one.id) for one in queries_calibration.rounds(0)}
    assert sorted(len(markers) for markers in rounds.values()) == [1, 2]
    percents = [agreed_percent(one.marks) for markers in rounds.values() for one in markers]
    assert all(75 <= (each or 0) <= 100 for each in percents) and any(each != 100 for each in percents)


# ---- certificates ----------------------------------------------------------------------


@slow
def test_most_certificates_were_renewed_in_the_window(year: None) -> None:
    old = aliased(Certificate)
    renewals = db.session.execute(
        select(Certificate.completed_on, old.window_opens_on, old.expires_on).join(old, old.id == Certificate.previous_id)
    ).all()
    assert len(renewals) >= 20
    assert all(opened <= completed <= expires for completed, opened, expires in renewals)
    assert count(Attempt, Attempt.subject == "front-line-renewal", Attempt.passed.is_(True)) >= 15
    assert count(Attempt, Attempt.subject == "technical-support-renewal", Attempt.passed.is_(True)) >= 3


@slow
def test_one_certificate_ran_out_and_two_windows_are_open(year: None) -> None:
    today, newer = clock.today(), aliased(Certificate)
    newest = (
        select(Certificate.expires_on, Certificate.window_opens_on)
        .join(Person, Person.id == Certificate.person_id)
        .where(~select(newer.id).where(newer.previous_id == Certificate.id).exists(), Person.deactivated_at.is_(None))
    )
    held = db.session.execute(newest).all()
    assert [expires < today for expires, _ in held].count(True) == 1
    assert [opened <= today <= expires for expires, opened in held].count(True) == 2
    assert count(CertificateChange, CertificateChange.verb == "expired") == 1


# ---- the item with the wrong key, and the appeals ------------------------------------------


@slow
def test_statistics_find_the_wrong_key_and_no_other(year: None) -> None:
    marks = queries_items.marks(quiz.EXAM)
    figures = figures_of(marks.by_item, marks.places).figures
    found = {
        item.name.key: [flag.concern for flag in flags_of(one)]
        for item, one in zip(marks.items, figures.items, strict=True)
    }
    assert found == {one.key: [Concern.BACKWARDS] if one.key == WRONG_KEY else [] for one in QUESTIONS}
    assert figures.totals.alpha.value is not None and figures.totals.alpha.value > 60
    assert marks.chosen is not None and 45 <= marks.chosen.n <= 60
    first, last = db.session.execute(
        select(func.min(Attempt.started_at), func.max(Attempt.started_at)).where(Attempt.subject == quiz.EXAM)
    ).one()
    assert last - first < timedelta(days=35)
    keys = set(db.session.scalars(select(Item.key).where(Item.pack == "own")))
    assert keys == {question.key for question in QUESTIONS}, "the trainer's own, in no bundled pack"


@slow
def test_one_appeal_waits_and_another_was_decided(year: None) -> None:
    rows = db.session.execute(select(Appeal, Attempt).join(Attempt, Attempt.id == Appeal.attempt_id)).all()
    waiting = [(appeal, attempt) for appeal, attempt in rows if appeal.state == "open"]
    decided = [(appeal, attempt) for appeal, attempt in rows if appeal.state in ("upheld", "rejected")]
    (appeal, attempt), (_, other) = waiting[0], decided[0]
    assert len(waiting) == len(decided) == 1 and attempt.subject == quiz.EXAM != other.subject
    place = attempt.paper[appeal.slot - 1]
    assert db.session.get_one(Item, place["item_id"]).key == WRONG_KEY
    share = db.session.execute(
        select(Grade.points).where(Grade.attempt_id == attempt.id, Grade.slot == appeal.slot)
    ).scalar_one()
    assert share == 0, "who knew the new handbook was marked wrong"


@slow
def test_the_item_s_page_tells_which_answer_the_best_choose(organisation: Flask) -> None:
    browser = organisation.test_client()
    browser.post("/sign-in", data={"email": "auditor@example.com", "password": PASSWORD})
    page = browser.get(f"/reports/exams/{quiz.EXAM}/items/{WRONG_KEY}").text
    assert "The best learners choose “500 yuan”: check the key." in page


# ---- the department that fell ----------------------------------------------------------


def by_department(from_on: Any, to_on: Any) -> Rates:
    counts = reports.counts(None, By.DEPARTMENT, Period(from_on, to_on), person("hr"))
    return rates(counts, PASS_TARGET)


@slow
def test_one_department_fell_and_the_report_says_so(year: None) -> None:
    today = clock.today()
    changed_on = today - timedelta(days=REORGANISED)
    before = by_department(today - timedelta(days=400), changed_on - timedelta(days=1))
    since = by_department(changed_on, today)
    whole_year = by_department(today - timedelta(days=365), today)
    assert before.having(Verdict.NOT_MET) == []
    assert [one.key for one in since.having(Verdict.NOT_MET)] == [SHIFTED]
    assert [one.key for one in whole_year.having(Verdict.NOT_MET)] == [SHIFTED]
    then, now = (next(one.of for one in found.groups if one.key == SHIFTED) for found in (before, since))
    assert then.n >= 8 and now.n >= 20
    assert (then.rate or 0) - (now.rate or 1) > 0.2
    months = reports.counts(None, By.MONTH, Period(today - timedelta(days=365), today), person("hr"))
    assert sum(month.n > 0 for month in months) >= 9, "spread over the year"


# ---- HR --------------------------------------------------------------------------------


@slow
def test_one_cycle_is_frozen_and_another_runs(year: None) -> None:
    today = clock.today()
    frozen = select(ReviewCycle).where(select(Revision.id).where(Revision.cycle_id == ReviewCycle.id).exists())
    finished = db.session.scalars(frozen).one()
    running = db.session.scalars(select(ReviewCycle).where(ReviewCycle.id != finished.id)).one()
    assert finished.ends_on < today and running.starts_on <= today <= running.ends_on
    revision = db.session.scalars(select(Revision)).one()
    assert revision.people >= 40 and 0 < revision.eligible < revision.rated
    months = {f"{day:%Y-%m}" for day in db.session.scalars(select(QualityScore.observed_on))}
    assert len(months) >= 12


# ---- the pages -------------------------------------------------------------------------


@slow
@pytest.mark.parametrize("email", [email for email, _ in SIGN_INS])
def test_no_page_of_the_navigation_is_empty(organisation: Flask, email: str) -> None:
    browser = organisation.test_client()
    entered = browser.post("/sign-in", data={"email": f"{email}@example.com", "password": PASSWORD})
    assert entered.status_code == 302
    with organisation.app_context():
        roles = person(email).permission_roles
        pages = [item for item in organisation.extensions["lms.navigation"] if access.gives(roles, item.permission)]
    for item in pages:
        page = browser.get(item.prefix)
        assert page.status_code == 200, item.prefix
        assert 'class="empty"' not in page.text, f"{email} sees nothing at {item.prefix}"


@slow
def test_a_second_demo_is_refused(organisation: Flask) -> None:
    refused = organisation.test_cli_runner().invoke(args=["demo"])
    assert refused.exit_code == 1
    told = organisation.test_cli_runner().invoke(args=["demo", "--if-empty"])
    assert told.exit_code == 0 and PASSWORD in told.output


def test_an_organisation_of_ones_own_is_left_alone(app: Flask, sign_in: Callable[..., Any]) -> None:
    sign_in(Role.ADMIN)
    told = app.test_cli_runner().invoke(args=["demo", "--if-empty"])
    assert told.exit_code == 0
    assert PASSWORD not in told.output
