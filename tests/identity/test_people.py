"""People: importing, placing, the list, what a manager sees."""

import io
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from flask import Flask
from openpyxl import Workbook
from sqlalchemy import func, select

from lms.core import clock
from lms.core.access import Role
from lms.core.database import db, unit_of_work
from lms.core.errors import Conflict, Invalid
from lms.identity import queries, service
from lms.identity.models import Department, Person
from lms.identity.people_files import read_table
from lms.identity.service_import import import_people
from tests import factories

HEADING = "employee_number,name,email,department,job_role,roles,hired_on,manager_email\n"
GOOD = HEADING + (
    "000123,林小雨,Lin@Example.com,service/hotline,new-hire,learner,2026-11-02,he@example.com\n"
    "000124,何静,he@example.com,service,manager,learner; manager,2020-01-15,\n"
)


def run(content: bytes | str, apply: bool = True, name: str = "people.csv") -> Any:
    raw = content.encode() if isinstance(content, str) else content
    with unit_of_work():
        return import_people(read_table(name, raw), apply=apply, actor=None, now=clock.now())


def people() -> int:
    return db.session.scalar(select(func.count()).select_from(Person)) or 0


def test_a_dry_run_changes_nothing(context: None) -> None:
    plan = run(GOOD, apply=False)
    assert [wanted.is_new for wanted in plan.wanted] == [True, True]
    assert people() == 0


def test_an_import_adds_people_with_their_places(context: None) -> None:
    run(GOOD)
    lin = queries.person_by_email("lin@example.com")
    assert lin is not None
    assert lin.employee_number == "000123"
    assert str(lin.hired_on) == "2026-11-02"
    assert lin.manager_id == queries.person_by_email("he@example.com").id  # type: ignore[union-attr]
    hotline = db.session.get(Department, lin.department_id)
    assert hotline is not None and hotline.path.count("/") == 3


def test_importing_twice_changes_nothing(context: None) -> None:
    run(GOOD)
    before = people()
    assert all(not wanted.is_new for wanted in run(GOOD).wanted)
    assert people() == before


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "gb18030"])
def test_spreadsheets_of_all_encodings_are_read(context: None, encoding: str) -> None:
    run(GOOD.encode(encoding))
    assert queries.person_by_email("lin@example.com").name == "林小雨"  # type: ignore[union-attr]


def test_xlsx_is_read_and_numbers_stay_text(context: None) -> None:
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["工号", "姓名", "邮箱"])
    sheet.append(["000125", "王强", "wang@example.com"])
    buffer = io.BytesIO()
    book.save(buffer)
    run(buffer.getvalue(), name="人员.xlsx")
    assert queries.person_by_number("000125").name == "王强"  # type: ignore[union-attr]


def test_every_row_error_is_told_and_nothing_is_changed(context: None) -> None:
    bad = HEADING + (
        "1,Good,good@example.com,,,,,\n"
        "2,,nobody,,,boss,31.2.2026,ghost@example.com\n"
        "1,Twice,good@example.com,,,,,\n"
    )
    plan = run(bad)
    assert {(error.line, error.column) for error in plan.errors} == {
        (3, "name"), (3, "email"), (3, "roles"), (3, "hired_on"), (3, "manager_email"),
        (4, "email"), (4, "employee_number"),
    }  # fmt: skip
    assert people() == 0


@pytest.mark.parametrize("content", [b"", b"shoe,size\n1,2\n", b"name\nx\n", b"PK\x03\x04broken", b"\xff\xff\xfe\x81"])
def test_a_file_that_cannot_be_used_says_why(context: None, content: bytes) -> None:
    with pytest.raises(Invalid):
        run(content)


def test_the_commands_add_people_and_tokens(app: Flask) -> None:
    runner = app.test_cli_runner()
    added = runner.invoke(
        args=["people", "add", "hr@example.com", "--name", "Chen Li", "--role", "hr", "learner", "--job-role", "manager"]
    )
    assert added.exit_code == 0, added.output
    assert "/sign-in/link/" in added.output
    issued = runner.invoke(args=["people", "token", "hr@example.com", "--scope", "hr,report", "--days", "30"])
    token = issued.output.strip().splitlines()[-1]
    client = app.test_client()
    response = client.get("/api/v1/me", headers={"Authorization": f"Bearer {token}"})
    assert response.status_code == 403  # it lacks the scope learn
    again = runner.invoke(args=["people", "add", "hr@example.com", "--name", "Chen Li", "--role", "hr"])
    assert again.exit_code == 1
    assert "already" in again.output


def test_the_import_command_needs_apply(app: Flask, tmp_path: Any) -> None:
    file = tmp_path / "people.csv"
    file.write_text(GOOD, encoding="utf-8")
    runner = app.test_cli_runner()
    assert "Nothing was changed" in runner.invoke(args=["people", "import", str(file)]).output
    with app.app_context():
        assert people() == 0
    assert runner.invoke(args=["people", "import", str(file), "--apply"]).exit_code == 0
    with app.app_context():
        assert people() == 2


def test_a_manager_sees_the_team_and_nobody_else(context: None) -> None:
    with unit_of_work():
        boss = factories.person(roles=[Role.MANAGER], department="service")
        below = factories.person(department="service/hotline")
        direct = factories.person(department="sales", manager_email=boss.email)
        stranger = factories.person(department="sales")
    seen = set(db.session.scalars(queries.visible_people(boss)))
    assert {boss, below, direct} <= seen
    assert stranger not in seen


def test_nobody_takes_the_last_right_from_themselves(unit: None) -> None:
    admin = factories.person(roles=[Role.ADMIN])
    with pytest.raises(Conflict):
        service.set_roles(admin, [Role.LEARNER], actor=admin, now=clock.now())
    with pytest.raises(Conflict):
        service.deactivate_person(admin, actor=admin, now=clock.now())


def test_the_list_of_people_does_not_grow_in_queries(
    app: Flask, sign_in: Callable[..., Any], count_queries: Callable[..., Any]
) -> None:
    browser = sign_in(Role.ADMIN)
    counts = []
    for _ in range(2):
        with app.app_context(), unit_of_work():
            for _ in range(20):
                factories.person(department="service", job_role="front-line", site="north")
        with count_queries() as statements:
            assert browser.get("/admin/people").status_code == 200
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 4


def test_an_administrator_adds_and_changes_somebody(app: Flask, sign_in: Callable[..., Any]) -> None:
    browser = sign_in(Role.ADMIN)
    form = {"name": "Lin Xiaoyu", "email": "lin@example.com", "roles": ["learner"], "employee_number": "000123"}
    made = browser.post("/admin/people/new", data=form)
    assert made.status_code == 302
    assert "/sign-in/link/" in browser.get(made.headers["Location"]).text
    assert browser.post("/admin/people/new", data=form).status_code == 422
    changed = browser.post(made.headers["Location"], data={**form, "name": "Lin Yu", "roles": ["learner", "mentor"]})
    assert changed.status_code == 302
    with app.app_context():
        lin = queries.person_by_number("000123")
        assert lin is not None
        assert (lin.name, lin.roles) == ("Lin Yu", ["learner", "mentor"])


def test_hr_may_look_at_people_but_not_change_them(app: Flask, sign_in: Callable[..., Any]) -> None:
    with app.app_context(), unit_of_work():
        someone = factories.person()
    browser = sign_in(Role.HR)
    assert browser.get(f"/admin/people/{someone.id}").status_code == 200
    form = {"name": "X", "email": "x@example.com", "roles": ["admin"]}
    assert browser.post(f"/admin/people/{someone.id}", data=form).status_code == 403


def test_a_job_role_begins_on_the_day_it_is_where_the_organisation_works(unit: None) -> None:
    someone = factories.person()
    early_in_shanghai = datetime(2026, 3, 31, 16, 30, tzinfo=UTC)
    service.place_person(someone, service.Placement(job_role="front-line"), actor=None, now=early_in_shanghai)
    assert str(someone.job_role_since) == "2026-04-01"
