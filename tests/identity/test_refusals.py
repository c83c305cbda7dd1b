"""What is refused about people is told beside the field, and leaves nothing behind."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from lms.core import clock
from lms.core.access import Role
from lms.core.audit import AuditEntry
from lms.core.database import db, unit_of_work
from lms.core.errors import Invalid
from lms.identity import facts, queries, service
from lms.identity.models import Department, Person
from lms.identity.people_files import Row
from lms.identity.service_import import import_people
from tests import factories

NEW = {"name": "Gu Wen", "email": "gu@example.com", "roles": ["learner"]}


def test_somebody_with_an_unknown_manager_is_not_added(app: Flask, sign_in: Callable[..., Any]) -> None:
    page = sign_in(Role.ADMIN).post("/admin/people/new", data={**NEW, "manager_email": "nobody@example.com"})
    assert page.status_code == 422
    assert "There is no person with the address nobody@example.com" in page.text
    assert 'value="Gu Wen"' in page.text
    with app.app_context():
        assert queries.person_by_email("gu@example.com") is None


def test_a_change_that_is_refused_changes_nothing(app: Flask, sign_in: Callable[..., Any]) -> None:
    with app.app_context(), unit_of_work():
        someone = factories.person(name="Before")
        path, form = f"/admin/people/{someone.id}", {**NEW, "name": "After", "email": someone.email}
    admin = sign_in(Role.ADMIN)
    with app.app_context():
        entries = db.session.scalar(select(func.count()).select_from(AuditEntry))
    page = admin.post(path, data={**form, "mentor_email": "nobody@example.com"})
    assert page.status_code == 422 and 'value="After"' in page.text
    with app.app_context():
        assert db.session.scalar(select(Person.name).where(Person.email == form["email"])) == "Before"
        assert db.session.scalar(select(func.count()).select_from(AuditEntry)) == entries


@pytest.mark.parametrize("email", ["", "nonsense", "@example.com", "a@", "a b@example.com", "a\n@example.com", "x" * 260])
def test_an_address_stays_an_address_when_a_person_is_changed(api: Callable[..., Any], email: str) -> None:
    admin = api(Role.ADMIN)
    someone = admin.post("/people", json=NEW).json["id"]
    assert admin.put(f"/people/{someone}", json={**NEW, "email": email}).status_code == 422
    assert admin.get(f"/people/{someone}").json["email"] == NEW["email"]


@pytest.mark.parametrize("name", ["   ", "a\x00b", "two\nlines", "turned \u202ename"])
def test_a_name_that_nobody_can_read_is_refused(api: Callable[..., Any], name: str) -> None:
    refused = api(Role.ADMIN).post("/people", json={**NEW, "name": name})
    assert refused.status_code == 422
    assert [error["field"] for error in refused.json["errors"]] == ["name"]


@pytest.mark.parametrize("department", ["/", "a//b", "a/ /b", "/".join("abcdefghijk"), "a" * 81])
def test_a_department_without_a_name_is_not_made(unit: None, department: str) -> None:
    someone = factories.person()
    departments = db.session.scalar(select(func.count()).select_from(Department))
    with pytest.raises(Invalid):
        service.place_person(someone, service.Placement(department=department), actor=None, now=clock.now())
    assert db.session.scalar(select(func.count()).select_from(Department)) == departments


def test_nobody_is_their_own_mentor(unit: None) -> None:
    someone = factories.person()
    with pytest.raises(Invalid, match="own manager or mentor"):
        service.place_person(someone, service.Placement(mentor_email=someone.email), actor=None, now=clock.now())


def test_a_cell_too_long_for_its_column_is_named_with_its_line(context: None) -> None:
    row = Row(7, {"name": "x" * 121, "email": "a@example.com", "employee_number": "9" * 41, "site": "s" * 81})
    plan = import_people([row], apply=True, actor=None, now=clock.now())
    assert [(error.line, error.column) for error in plan.errors] == [(7, "name"), (7, "employee_number"), (7, "site")]


def test_words_of_all_languages_are_names() -> None:
    for name in ("林小雨", "Zoë O’Neill-Ñandú", "محمد", "𠮷野家"):
        assert facts.name_fault(name) is None
