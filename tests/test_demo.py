"""The demo: an example organisation with a past that hangs together, in an empty database only."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from lms import demo
from lms.assessment.models import Attempt
from lms.certification.models import Certificate
from lms.core import audit, clock
from lms.core.access import Role
from lms.core.database import db
from lms.demo_people import EVERYBODY, PASSWORD, SIGN_INS
from lms.enrolment.models import Completion, SignOffMark
from lms.hr.models import Result, Revision
from lms.identity.models import Person
from lms.scenarios.models import Play


def count(table: Any, *conditions: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(table).where(*conditions)) or 0


@pytest.mark.slow
def test_the_demo_has_people_in_all_roles_and_a_past(app: Flask, in_app: None) -> None:
    now = clock.now()
    demo.build(now)
    people = list(db.session.scalars(select(Person)))
    assert len(people) == len(EVERYBODY) >= 30
    assert {role for person in people for role in person.roles} == {role.value for role in Role}
    for table in (Attempt, Play, Certificate, SignOffMark, Result, Revision):
        assert count(table) > 0, table
    assert count(Attempt, Attempt.passed.is_(False), Attempt.kind == "exam") > 0, "somebody fails"
    for column in (Attempt.started_at, Attempt.finished_at, Play.finished_at, Completion.at, Result.updated_at):
        assert db.session.scalar(select(func.max(column))) <= now, f"{column} lies in the future"
    assert count(Result, Result.updated_at < Result.at) == 0
    assert list(audit.breaks()) == []
    db.session.remove()
    browser = app.test_client()
    for email, _role in SIGN_INS:
        entered = browser.post("/sign-in", data={"email": f"{email}@example.com", "password": PASSWORD})
        assert entered.status_code == 302, email
    refused = app.test_cli_runner().invoke(args=["demo"])
    assert refused.exit_code == 1
    told = app.test_cli_runner().invoke(args=["demo", "--if-empty"])
    assert told.exit_code == 0 and PASSWORD in told.output


def test_an_organisation_of_ones_own_is_left_alone(app: Flask, sign_in: Callable[..., Any]) -> None:
    sign_in(Role.ADMIN)
    told = app.test_cli_runner().invoke(args=["demo", "--if-empty"])
    assert told.exit_code == 0
    assert PASSWORD not in told.output
