"""Attempts at an exam as a page, over the API and as files whose rows are counted."""

import base64
import csv
import hashlib
import io
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from openpyxl import load_workbook
from sqlalchemy import func, select, update

from lms.assessment import service
from lms.assessment.export import Incomplete, counted, number
from lms.assessment.models import Attempt, Grade
from lms.config import ROOT
from lms.core import clock
from lms.core.access import Role, Scope
from lms.core.database import db, unit_of_work
from lms.identity.models import Department, Person
from tests import factories
from tests import factories_assessment as make

EXAM = "/reports/exams/front-line"


@pytest.fixture
def sat(app: Flask) -> dict[str, int]:
    """Three attempts that are over and one that runs: Ann all right, Ben nothing, Cai void; ids by name."""
    ids = {}
    with app.app_context(), unit_of_work():
        make.topic()
        make.exam()
        trainer = factories.person(roles=[Role.TRAINER])
        for name, employee_number in (("=Ann", "0900123"), ("Ben", None), ("Cai", "0900125"), ("Dan", "0900126")):
            person = factories.person(name=name, employee_number=employee_number)
            attempt = make.attempt(person)
            ids[name.strip("=")] = attempt.id
            if name == "=Ann":
                for slot, answer in make.right_answers(attempt).items():
                    service.save_response(attempt.id, person, slot, answer, 1, now=clock.now())
            if name != "Dan":
                service.submit(attempt.id, person, now=clock.now())
            if name == "Cai":
                service.void(attempt.id, "The fire alarm rang.", actor=trainer, now=clock.now())
    return ids


def table(response: Any) -> list[dict[str, str]]:
    assert response.status_code == 200
    return list(csv.DictReader(io.StringIO(response.data.decode("utf-8-sig"), newline="")))


def test_a_row_an_attempt_holds_all_marks_and_stable_ids(sat: dict[str, int], sign_in: Callable[..., Any]) -> None:
    rows = table(sign_in(Role.TRAINER).get(f"{EXAM}/attempts.csv"))
    assert [int(row["attempt_id"]) for row in rows] == [sat["Ann"], sat["Ben"], sat["Cai"]]
    ann, ben, cai = rows
    assert (ann["employee_number"], ann["exam"], ann["exam_version"], ann["state"]) == (
        "0900123",
        "front-line",
        "1",
        "graded",
    )
    assert (ann["score"], ann["max_score"], ann["percent"], ann["passed"]) == ("4", "4", "100", "1")
    assert [ann[f"slot_{slot}_points"] for slot in range(1, 5)] == ["1"] * 4
    assert all(ann[f"slot_{slot}_item"].startswith("complaints-") for slot in range(1, 5))
    assert ann["slot_1_item"].endswith("@1") and ann["finished_at"].endswith("Z")
    assert [ben[f"slot_{slot}_points"] for slot in range(1, 5)] == ["0"] * 4 and ben["passed"] == "0"
    assert cai["state"] == "voided" and cai["slot_1_item"]
    assert "name" not in ann and "slot_5_item" not in ann


def test_a_row_a_response_holds_item_answer_and_points(sat: dict[str, int], sign_in: Callable[..., Any]) -> None:
    rows = table(sign_in(Role.AUDITOR).get(f"{EXAM}/attempts.csv?form=responses"))
    assert [(row["attempt_id"], row["slot"]) for row in rows] == [
        (str(sat[name]), str(slot)) for name in ("Ann", "Ben", "Cai") for slot in range(1, 5)
    ]
    first = rows[0]
    assert json.loads(first["answer"]) == "skeybeta"
    assert (first["points"], first["max_points"], first["source"], first["section"], first["type"]) == (
        "1", "1", "machine", "1", "single",
    )  # fmt: skip
    assert rows[4]["answer"] == "" and rows[4]["answered_at"] == ""


def test_names_come_only_when_asked_for_and_are_no_formulas(sat: dict[str, int], sign_in: Callable[..., Any]) -> None:
    browser = sign_in(Role.TRAINER)
    assert table(browser.get(f"{EXAM}/attempts.csv?names=yes"))[0]["name"] == "'=Ann"
    sheet = load_workbook(io.BytesIO(browser.get(f"{EXAM}/attempts.xlsx?names=yes").data)).worksheets[0]
    cell = sheet.cell(2, 6)
    assert (cell.value, cell.data_type) == ("=Ann", "s")
    assert sheet.cell(2, 5).value == "0900123"
    assert sheet.max_row == 4


def test_json_says_what_it_holds_and_counts_it(sat: dict[str, int], sign_in: Callable[..., Any]) -> None:
    body = sign_in(Role.TRAINER).get(f"{EXAM}/attempts.json").get_json()
    assert (body["exam"], body["form"], body["count"], len(body["items"])) == ("front-line", "attempts", 3, 3)
    assert body["items"][0]["slots"][0].keys() == {"slot", "item", "version", "points"}
    assert body["items"][0]["passed"] is True and body["items"][0]["score"] == 4
    answers = sign_in(Role.TRAINER).get(f"{EXAM}/attempts.json?form=responses").get_json()
    assert (answers["count"], len(answers["items"]), answers["items"][0]["answer"]) == (12, 12, "skeybeta")


@pytest.mark.parametrize("suffix", ["csv", "xlsx", "json"])
def test_the_answer_states_length_rows_and_digest(
    sat: dict[str, int], sign_in: Callable[..., Any], suffix: str
) -> None:
    response = sign_in(Role.TRAINER).get(f"{EXAM}/attempts.{suffix}")
    assert int(response.headers["Content-Length"]) == len(response.data)
    assert response.headers["Row-Count"] == "3"
    assert f"front-line-attempts-3.{suffix}" in response.headers["Content-Disposition"]
    digest = base64.b64encode(hashlib.sha256(response.data).digest()).decode()
    assert response.headers["Repr-Digest"] == f"sha-256=:{digest}:"


@pytest.mark.parametrize("suffix", ["csv", "xlsx", "json"])
def test_a_failure_in_the_middle_is_no_file(
    app: Flask, sat: dict[str, int], sign_in: Callable[..., Any], suffix: str
) -> None:
    browser = sign_in(Role.TRAINER)
    with app.app_context(), unit_of_work():  # a broken paper in the last row
        db.session.execute(update(Attempt).where(Attempt.id == sat["Cai"]).values(paper=[{"slot": 1}]))
    with pytest.raises(KeyError):
        browser.get(f"{EXAM}/attempts.{suffix}")
    app.config["PROPAGATE_EXCEPTIONS"] = False
    try:
        response = browser.get(f"{EXAM}/attempts.{suffix}")
    finally:
        app.config["PROPAGATE_EXCEPTIONS"] = None
    assert response.status_code == 500
    assert "Content-Disposition" not in response.headers and b"0900123" not in response.data


@pytest.mark.parametrize("come", [2, 4])
def test_other_rows_than_were_counted_are_an_error(come: int) -> None:
    with pytest.raises(Incomplete):
        list(counted([[0]] * come, 3))
    assert len(list(counted([[0]] * 3, 3))) == 3


def test_points_are_written_as_people_write_them() -> None:
    assert [number(each) for each in (None, 2.0, 0.5, 66.666667)] == [None, 2, 0.5, 66.666667]
    assert str(number(2.0)) == "2"


def test_the_latest_grade_holds(app: Flask, sat: dict[str, int], sign_in: Callable[..., Any]) -> None:
    with app.app_context(), unit_of_work():
        old = db.session.scalars(select(Grade).where(Grade.attempt_id == sat["Ben"], Grade.slot == 2)).one()
        db.session.add(
            Grade(
                attempt_id=old.attempt_id, slot=2, number=2, item_version_id=old.item_version_id, share=1, points=1,
                max_points=1, source="marker", reason="Right after all.", graded_at=clock.now(),
            )
        )  # fmt: skip
    browser = sign_in(Role.TRAINER)
    assert table(browser.get(f"{EXAM}/attempts.csv"))[1]["slot_2_points"] == "1"
    row = table(browser.get(f"{EXAM}/attempts.csv?form=responses"))[5]
    assert (row["slot"], row["points"], row["source"]) == ("2", "1", "marker")


def test_an_attempt_that_waits_for_marks_does_not_tell_its_answers(app: Flask, sign_in: Callable[..., Any]) -> None:
    with app.app_context(), unit_of_work():
        make.topic(items=[make.essay("written-1")])
        make.exam(sections=[{"title": make.text("Complaints"), "topic": "complaints", "draw": 1}])
        person = factories.person()
        attempt = make.attempt(person)
        service.save_response(attempt.id, person, 1, "An answer of more than twenty characters.", 1, now=clock.now())
        service.submit(attempt.id, person, now=clock.now())
    response = sign_in(Role.TRAINER).get(f"{EXAM}/attempts.csv?form=responses")
    assert b"twenty" not in response.data
    assert (table(response)[0]["state"], table(response)[0]["points"]) == ("submitted", "")
    assert table(sign_in(Role.TRAINER).get(f"{EXAM}/attempts.csv"))[0]["slot_1_item"] == "written-1@1"


def test_filters_keep_to_version_days_and_department(
    app: Flask, sat: dict[str, int], sign_in: Callable[..., Any]
) -> None:
    with app.app_context(), unit_of_work():
        ann = db.session.scalars(select(Person).where(Person.employee_number == "0900123")).one()
        factories.service.ensure_department("calls", "Calls")
        department = db.session.scalars(select(Department)).one()
        db.session.execute(update(Attempt).where(Attempt.person_id == ann.id).values(department_id=department.id))
    browser, today = sign_in(Role.TRAINER), str(_today(app))
    assert len(table(browser.get(f"{EXAM}/attempts.csv?from={today}&to={today}&version=1"))) == 3
    assert table(browser.get(f"{EXAM}/attempts.csv?from=2000-01-01&to=2000-01-31")) == []
    assert [row["department"] for row in table(browser.get(f"{EXAM}/attempts.csv?department=calls"))] == ["calls"]


def _today(app: Flask) -> Any:
    with app.app_context():
        return clock.today()


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("version=9", 404), ("version=x", 422), ("from=yesterday", 422), ("from=2026-02-01&to=2026-01-01", 422),
        ("department=none", 404), ("form=cubes", 422), ("cursor=%00", 422), ("cursor=WyJ4IiwgMV0", 422),
    ],
)  # fmt: skip
def test_what_cannot_be_is_a_sentence(
    sat: dict[str, int], sign_in: Callable[..., Any], query: str, status: int
) -> None:
    browser = sign_in(Role.TRAINER)
    address = "attempts" if "cursor" in query else "attempts.csv"
    assert browser.get(f"{EXAM}/{address}?{query}").status_code == status
    assert browser.get("/reports/exams/no-such-thing/attempts.csv").status_code == 404
    assert browser.get(f"{EXAM}/attempts.pdf").status_code == 404


def test_hr_and_learners_get_no_file(sat: dict[str, int], sign_in: Callable[..., Any]) -> None:
    for role in (Role.HR, Role.LEARNER, Role.MANAGER, Role.ADMIN):
        assert sign_in(role).get(f"{EXAM}/attempts.csv").status_code == 403


# ---- page and API ----------------------------------------------------------------


def test_the_page_lists_attempts_and_leads_to_results(sat: dict[str, int], sign_in: Callable[..., Any]) -> None:
    for language, words in (("en", "3 attempts"), ("zh-Hans", "3")):
        text = sign_in(Role.TRAINER, language=language).get(f"{EXAM}/attempts").get_data(as_text=True)
        assert words in text and f"/attempts/{sat['Ann']}/result" in text
        assert f"/attempts/{sat['Dan']}/result" not in text
    assert sign_in(Role.TRAINER).get(f"/attempts/{sat['Ann']}/result").status_code == 200


def test_the_page_asks_the_same_number_of_times_however_many(
    app: Flask, sat: dict[str, int], sign_in: Callable[..., Any], count_queries: Callable[..., Any]
) -> None:
    browser = sign_in(Role.TRAINER)
    browser.get(f"{EXAM}/attempts")
    with count_queries() as few:
        browser.get(f"{EXAM}/attempts")
    _more(app, 60)
    with count_queries() as many:
        text = browser.get(f"{EXAM}/attempts").get_data(as_text=True)
    assert len(many) == len(few) <= 8
    assert text.count("/result") == 50 and "cursor=" in text


def test_the_api_pages_through_all_without_gap_or_repetition(
    app: Flask, sat: dict[str, int], api: Callable[..., Any]
) -> None:
    _more(app, 7)
    call, ids, path = api(Role.TRAINER), [], "/exams/front-line/attempts?limit=4"
    while path:
        body = call.get(path).get_json()
        ids += [one["id"] for one in body["items"]]
        path = f"/exams/front-line/attempts?limit=4&cursor={body['next']}" if body["next"] else ""
    assert len(ids) == len(set(ids)) == 10 and sat["Dan"] not in ids
    assert call.get("/exams/front-line/attempts?format=csv&form=responses").headers["Row-Count"] == "40"
    assert api(Role.TRAINER, scopes=[Scope.LEARN]).get("/exams/front-line/attempts").status_code == 403


def test_the_command_writes_the_file_whole_or_not_at_all(app: Flask, sat: dict[str, int], tmp_path: Path) -> None:
    file, run = tmp_path / "out.csv", app.test_cli_runner().invoke
    told = run(args=["exams", "export", "front-line", "-o", str(file)])
    assert told.exit_code == 0 and "3 attempts" in told.output
    assert hashlib.sha256(file.read_bytes()).hexdigest() in told.output
    file.unlink()
    with app.app_context(), unit_of_work():
        db.session.execute(update(Attempt).where(Attempt.id == sat["Cai"]).values(paper=[{"slot": 1}]))
    assert run(args=["exams", "export", "front-line", "-o", str(file)]).exit_code == 1
    assert list(tmp_path.iterdir()) == []
    assert run(args=["exams", "export", "no-such", "-o", str(file)]).exit_code == 1


def test_an_export_that_is_killed_leaves_no_file_of_that_name_and_can_be_run_again(
    app: Flask, sat: dict[str, int], tmp_path: Path
) -> None:
    _more(app, 4000)
    with app.app_context():
        url = db.engine.url.render_as_string(hide_password=False)
        db.session.remove()
    file, scratch = tmp_path / "out.json", tmp_path / ".out.json.part"
    environ = {**os.environ, "LMS_DATABASE_URL": url, "LMS_INSTANCE": str(tmp_path / "instance"), "LMS_SECRET_KEY": "kill"}
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "exams", "export", "front-line"]
    command += ["--format", "json", "-o", str(file)]
    process = subprocess.Popen(command, env=environ, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 180
    while not (scratch.exists() and scratch.stat().st_size) and process.poll() is None and time.monotonic() < deadline:
        time.sleep(0.005)
    process.kill()
    assert process.wait(30) == -signal.SIGKILL, "it was over before it could be killed"
    assert scratch.exists() and not file.exists()
    told = app.test_cli_runner().invoke(args=["exams", "export", "front-line", "--format", "json", "-o", str(file)])
    assert told.exit_code == 0 and "4003 attempts" in told.output
    held = json.loads(file.read_text(encoding="utf-8"))
    assert not scratch.exists() and held["count"] == len(held["items"]) == 4003


def _more(app: Flask, how_many: int) -> None:
    """So many further attempts, copies of one; some finish at the same instant."""
    with app.app_context(), unit_of_work():
        one = db.session.scalars(select(Attempt).where(Attempt.state == "graded").limit(1)).one()
        same = {
            column.key: getattr(one, column.key)
            for column in Attempt.__table__.columns
            if column.key not in ("id", "number", "finished_at", "is_first")
        }
        last = db.session.scalar(select(func.max(Attempt.number))) or 1
        assert one.finished_at is not None
        for place in range(how_many):
            at = one.finished_at + timedelta(minutes=place // 2)
            db.session.add(Attempt(**same, number=last + 1 + place, finished_at=at, is_first=False))


def test_the_exams_pages_lead_to_the_attempts(sat: dict[str, int], sign_in: Callable[..., Any]) -> None:
    browser = sign_in(Role.TRAINER)
    for page in ("/reports/exams/front-line", "/author/exams/front-line"):
        assert f'href="{EXAM}/attempts"' in browser.get(page).get_data(as_text=True)
