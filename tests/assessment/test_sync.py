"""Exam plan files to rows and back, and when a new attempt may begin."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from lms.assessment import openings, queries, queries_authors, service_plans, sync
from lms.assessment.attempt_states import State
from lms.assessment.openings import Earlier, MayNotStart, MayStart, Opening
from lms.core import clock
from lms.core.content import digest
from lms.core.syncing import SyncReport
from tests import factories
from tests import factories_assessment as make

NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
ALWAYS = Opening(None, None, False)


def load(*plans: Any, **changes: Any) -> SyncReport:
    return sync.sync(plans, pack="tests", now=clock.now(), **changes)


def test_plans_are_versions(unit: None) -> None:
    assert load(make.plan()).added == ["exam:front-line"]
    assert load(make.plan()).unchanged == ["exam:front-line"]
    assert load(make.plan(cut=90)).changed == ["exam:front-line"]
    exam = queries.exam_by_key("front-line", factories.person())
    assert (exam.plan.cut, queries.plan(exam.version_id).number) == (90, 2)


def test_an_edited_plan_is_a_conflict_until_somebody_decides(unit: None) -> None:
    load(make.plan())
    service_plans.save_plan(make.plan(cut=70), actor=None, now=clock.now())
    assert load(make.plan()).unchanged == ["exam:front-line"]
    assert load(make.plan(cut=90)).conflicts == ["exam:front-line"]
    assert load(make.plan(cut=90), take="browser").unchanged == ["exam:front-line"]
    assert load(make.plan(cut=95), take="files").changed == ["exam:front-line"]
    assert queries.exam_by_key("front-line", factories.person()).plan.cut == 95


def test_retired_exams_are_not_there_and_come_back(unit: None) -> None:
    load(make.plan(), make.plan("renewal"))
    assert sync.retire_missing("tests", ["front-line"], clock.now()).retired == ["exam:renewal"]
    assert [plan.exam for plan in sync.export()] == ["front-line"]
    assert load(make.plan("renewal")).changed == ["exam:renewal"]


def test_what_people_retired_stays_retired_when_its_file_is_loaded_again(unit: None) -> None:
    load(make.plan())
    exam = queries_authors.authored_exam("front-line").exam
    service_plans.retire_exam(exam, actor=None, now=clock.now())
    assert load(make.plan()).unchanged == ["exam:front-line"] and exam.retired_at is not None
    assert load(make.plan(cut=90)).conflicts == ["exam:front-line"]
    assert load(make.plan(), take="files").changed == ["exam:front-line"] and exam.retired_at is None
    service_plans.retire_exam(exam, actor=None, now=clock.now())
    service_plans.return_exam(exam, actor=None, now=clock.now())
    assert exam.retired_at is None and load(make.plan()).unchanged == ["exam:front-line"]
    service_plans.save_plan(make.plan(cut=70), actor=None, now=clock.now())
    sync.retire_missing("tests", [], clock.now())
    assert load(make.plan(cut=70)).changed == ["exam:front-line"] and exam.retired_at is None  # files took it away


def test_what_is_exported_is_what_was_loaded(unit: None) -> None:
    plan = make.plan(opens_at="2026-03-01T09:00", closes_at="2026-03-31T18:00", attempts=3, time_limit_minutes=45)
    load(plan)
    assert [digest(one) for one in sync.export("tests")] == [digest(plan)]


def test_a_time_without_offset_is_meant_where_the_organisation_works(unit: None) -> None:
    load(make.plan(opens_at="2026-03-01T09:00"))
    exam = queries.exam_by_key("front-line", factories.person())
    assert exam.opens_at == datetime(2026, 3, 1, 1, tzinfo=UTC)  # Asia/Shanghai


@pytest.mark.parametrize(
    ("changes", "earlier", "expected"),
    [
        ({}, [], MayStart(None)),
        ({"attempts": 2}, [Earlier(1, State.GRADED, NOON)], MayStart(1)),
        ({"attempts": 1}, [Earlier(1, State.VOIDED, NOON)], MayStart(1)),
        ({"wait_hours": 2}, [Earlier(1, State.GRADED, NOON - timedelta(hours=2))], MayStart(None)),
    ],
)
def test_a_new_attempt_may_begin(changes: Any, earlier: Any, expected: Any) -> None:
    assert openings.may_start(make.plan(**changes), ALWAYS, earlier, NOON) == expected


@pytest.mark.parametrize(
    ("changes", "opening", "earlier", "opens_at"),
    [
        ({}, Opening(None, None, True), [], None),
        ({}, Opening(NOON + timedelta(hours=1), None, False), [], NOON + timedelta(hours=1)),
        ({}, Opening(None, NOON, False), [], None),
        ({"attempts": 1}, ALWAYS, [Earlier(1, State.ABANDONED, NOON)], None),
        (
            {"wait_hours": 2},
            ALWAYS,
            [Earlier(1, State.GRADED, NOON - timedelta(hours=1))],
            NOON + timedelta(hours=1),
        ),
    ],
)
def test_no_new_attempt_and_why(changes: Any, opening: Any, earlier: Any, opens_at: Any) -> None:
    decision = openings.may_start(make.plan(**changes), opening, earlier, NOON)
    assert isinstance(decision, MayNotStart)
    assert str(decision.reason) and decision.opens_at == opens_at


def test_the_deadline_never_passes_the_closing_time() -> None:
    plan = make.plan(time_limit_minutes=45, when_time_is_up="grace", grace_minutes=10)
    closing = Opening(None, NOON + timedelta(minutes=20), False)
    assert openings.deadline(plan, closing, NOON) == NOON + timedelta(minutes=20)
    assert openings.deadline(plan, ALWAYS, NOON) == NOON + timedelta(minutes=45)
    assert openings.grace_end(plan, NOON) == NOON + timedelta(minutes=10)
    assert openings.grace_end(make.plan(), NOON) is None
