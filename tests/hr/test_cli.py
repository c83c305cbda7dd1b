"""``flask hr export`` writes the same files as the pages."""

import hashlib
from pathlib import Path

import pytest
from flask import Flask
from openpyxl import load_workbook

from lms.core import clock
from lms.core.database import unit_of_work
from lms.hr.service_freezing import freeze_revision
from tests import factories, factories_hr


@pytest.fixture
def sha256(app: Flask) -> str:
    with app.app_context(), unit_of_work():
        factories.person(name="赵鹏", employee_number="000123", job_role="front-line")
        cycle = factories_hr.cycle(key="2026-h2")
        return freeze_revision(cycle, actor=None, now=clock.now()).sha256


def run(app: Flask, *arguments: str) -> object:
    return app.test_cli_runner().invoke(args=["hr", "export", *arguments])


def test_the_json_of_a_revision_has_its_checksum(app: Flask, sha256: str, tmp_path: Path) -> None:
    target = tmp_path / "out.json"
    result = run(app, "2026-h2", "--revision", "1", "--format", "json", "-o", str(target))
    assert result.exit_code == 0, result.output
    assert hashlib.sha256(target.read_bytes()).hexdigest() == sha256
    assert sha256 in result.output


@pytest.mark.parametrize("form", ["csv", "xlsx"])
def test_the_draft_is_written_too(app: Flask, sha256: str, tmp_path: Path, form: str) -> None:
    target = tmp_path / f"out.{form}"
    assert run(app, "2026-h2", "--format", form, "-o", str(target)).exit_code == 0
    if form == "xlsx":
        assert load_workbook(target).worksheets[0]["A2"].value == "000123"
    else:
        assert "000123,赵鹏" in target.read_text(encoding="utf-8-sig")
    assert [path.name for path in tmp_path.iterdir()] == [target.name]


@pytest.mark.parametrize("arguments", [("none",), ("2026-h2", "--revision", "9")])
def test_what_is_not_there_is_said_and_nothing_is_written(
    app: Flask, sha256: str, tmp_path: Path, arguments: tuple[str, ...]
) -> None:
    result = run(app, *arguments, "-o", str(tmp_path / "out.csv"))
    assert result.exit_code == 1
    assert "There is no" in result.output
    assert list(tmp_path.iterdir()) == []
