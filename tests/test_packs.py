"""Packs as a whole: every problem in one run, nothing changed by a broken one, load and export round trips."""

import filecmp
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from lms import config, packs
from lms.core import clock
from lms.core.database import db
from lms.courses.models import Course, CourseVersion
from lms.question_bank.models import Item, ItemVersion

BUNDLED = [config.ROOT / "courses", config.ROOT / "question_bank"]


@pytest.fixture
def pack(tmp_path: Path) -> Path:
    """A copy of the bundled pack that a test may spoil."""
    for name in ("courses", "question_bank"):
        shutil.copytree(config.ROOT / name, tmp_path / "pack" / name)
    return tmp_path / "pack"


def load(folder: Path | None = None, take: Any = None) -> packs.Loaded:
    return packs.load([folder] if folder else BUNDLED, take=take, actor=None, now=clock.now())


def count(table: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(table)) or 0


def edit(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def line_of(path: Path, words: str) -> int:
    lines = path.read_text(encoding="utf-8").splitlines()
    return next(number for number, line in enumerate(lines, start=1) if words in line)


def test_loading_twice_changes_nothing(in_app: None) -> None:
    first = load()
    assert first.report is not None and len(first.report.added) > 100
    versions = count(ItemVersion), count(CourseVersion)
    second = load()
    assert second.report is not None
    assert (second.report.added, second.report.changed, second.report.retired) == ([], [], [])
    assert (count(ItemVersion), count(CourseVersion)) == versions


def test_export_load_export_is_identical(app: Flask, in_app: None, tmp_path: Path) -> None:
    from tests.conftest import empty_tables

    load()
    packs.export(tmp_path / "first")
    db.session.remove()
    empty_tables()
    assert load(tmp_path / "first").report is not None
    packs.export(tmp_path / "second")
    names = sorted(str(path.relative_to(tmp_path / "first")) for path in (tmp_path / "first").rglob("*") if path.is_file())
    assert len(names) > 40
    same, different, wrong = filecmp.cmpfiles(tmp_path / "first", tmp_path / "second", names, shallow=False)
    assert (different, wrong) == ([], [])
    assert len(same) == len(names)


def test_a_broken_pack_tells_every_problem_and_changes_nothing(app: Flask, in_app: None, pack: Path) -> None:
    course = pack / "courses/complaint-handling/course.yaml"
    topic = pack / "question_bank/lscat.yaml"
    exam = pack / "question_bank/exams/front-line-exam.yaml"
    scenario = pack / "question_bank/scenarios/late-delivery.yaml"
    edit(course, "minutes:", "minuets:")
    edit(topic, "  type: single", "  type: singel")
    edit(exam, "draw: 10", "draw: 1000")
    edit(scenario, "goto: ", "goto: nowhere-at-all # ")
    certifications = pack / "courses/certifications.yaml"
    edit(certifications, "exam: onboarding-exam", "exam: no-such-exam")
    result = app.test_cli_runner().invoke(args=["content", "load", str(pack)])
    assert result.exit_code == 1
    lines = [line for line in result.output.splitlines() if ".yaml:" in line]
    expected = [
        (course, "minuets", "minuets"),
        (topic, "singel", "type"),
        (exam, "draw: 1000", "draw"),
        (scenario, "nowhere-at-all", "goto"),
        (certifications, "no-such-exam", "exam"),
    ]
    for path, words, field in expected:
        place = f"{path.as_posix()}:{line_of(path, words)}: "
        found = [line for line in lines if line.startswith(place)]
        assert found and field in found[0].removeprefix(place).split(": ")[0], (place, lines)
    assert count(Course) == count(Item) == 0


def test_a_changed_lesson_makes_a_new_version(in_app: None, pack: Path) -> None:
    load(pack)
    prose = pack / "courses/complaint-handling/lessons/lscat.en.md"
    prose.write_text(prose.read_text(encoding="utf-8") + "\nOne more paragraph.\n", encoding="utf-8")
    report = load(pack).report
    assert report is not None
    assert report.changed == ["course:complaint-handling"]


def test_a_vanished_key_is_retired_and_another_pack_untouched(in_app: None, pack: Path, tmp_path: Path) -> None:
    load(pack)
    other = tmp_path / "other"
    (other / "question_bank").mkdir(parents=True)
    (other / "question_bank/own.yaml").write_text(
        'topic: own-topic\ntitle: {en: "Ours", zh-Hans: "自有"}\nitems:\n'
        '  - key: own-001\n    type: true-false\n    stem: {en: "True?", zh-Hans: "对吗？"}\n    answer: true\n'
        '    rationale: {en: "Yes.", zh-Hans: "对。"}\n',
        encoding="utf-8",
    )
    assert load(other).report is not None
    (pack / "question_bank/written-cases.yaml").unlink()
    report = load(pack).report
    assert report is not None
    assert "item:written-001" in report.retired
    own = db.session.scalars(select(Item).where(Item.key == "own-001")).one()
    assert own.retired_at is None


def test_an_edit_in_the_browser_is_a_conflict_until_somebody_decides(in_app: None, pack: Path) -> None:
    from lms.core.database import unit_of_work

    load(pack)
    with unit_of_work():
        item = db.session.scalars(select(Item).where(Item.key == "lscat-001")).one()
        item.edited_at = clock.now()
    path = pack / "question_bank/lscat.yaml"
    edit(path, "difficulty: easy", "difficulty: hard")
    edit(path, "difficulty: hard", "difficulty: medium")
    report = load(pack).report
    assert report is not None
    assert report.conflicts == ["item:lscat-001"]
    taken = load(pack, take="files").report
    assert taken is not None
    assert "item:lscat-001" in taken.changed


def test_schemas_are_written(app: Flask, tmp_path: Path) -> None:
    result = app.test_cli_runner().invoke(args=["content", "schema", str(tmp_path / "schemas")])
    assert result.exit_code == 0
    names = {path.name for path in (tmp_path / "schemas").iterdir()}
    assert {"course.schema.json", "topic.schema.json", "exam.schema.json", "scenario.schema.json"} <= names


def test_check_needs_no_database_and_says_nothing_on_the_bundled_pack(
    app: Flask, in_app: None, monkeypatch: Callable[..., Any]
) -> None:
    result = app.test_cli_runner().invoke(args=["content", "check", "--strict", *map(str, BUNDLED)])
    assert result.exit_code == 0, result.output
    assert count(Course) == 0
