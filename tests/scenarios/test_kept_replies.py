"""Kept replies: read again as a dry run, written out without names; and the masks themselves."""

import json
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from lms.core import clock
from lms.core.audit import AuditEntry
from lms.core.database import db, unit_of_work
from lms.scenarios import hearing, service_contests
from lms.scenarios.masking import masked
from lms.scenarios.models import Turn
from tests import factories
from tests import factories_replies as said


@pytest.mark.parametrize(
    ("text", "names", "language", "expected"),
    [
        ("Dear Ms Wang, this is Mei Lin.", ["Lin Mei", "Ms Wang"], "en", "Dear Alex, this is Alex Alex."),
        (
            "王女士您好，我是小明，王先生那边我去说。",
            ["王小明", "王女士"],
            "zh-Hans",
            "某某您好，我是某某，某某那边我去说。",
        ),
        ("Ring 138 0013 8000 or +86-571-8888.", [], "en", "Ring 0000 or 0000."),
        ("订单号A20931，身份证33010619900101123X。", [], "zh-Hans", "订单号A0000，身份证0000X。"),
        ("In 24 hours, by 5 pm, at most 300 yuan.", [], "en", "In 24 hours, by 5 pm, at most 300 yuan."),
        ("Write to mei.lin@example.com or www.example.com/a?b", [], "en", "Write to 0000 or 0000"),
        ("Order LX-4471-B is late.", [], "en", "Order 0000 is late."),
        ("The linen is clean.", ["Lin Mei"], "en", "The linen is clean."),
    ],
)
def test_names_and_numbers_are_masked_and_promises_stay(
    text: str, names: list[str], language: str, expected: str
) -> None:
    assert masked(text, names, language) == expected


def test_masking_twice_changes_nothing_more() -> None:
    once = masked("Lin Mei, 138 0013 8000, A20931", ["Lin Mei"], "en")
    assert masked(once, ["Lin Mei"], "en") == once


def decided(app: Flask, words: str, *steps: str, taboo: bool = False) -> None:
    with app.app_context(), unit_of_work():
        person = factories.person(name="Ouyang Xiuying")
        said.marked(said.waiting(said.played(words, person)), *steps, taboo=taboo)


@pytest.fixture
def scenario(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        said.scenario()


@pytest.mark.usefixtures("scenario")
def test_what_people_decided_is_written_out_without_names(app: Flask, tmp_path: Path) -> None:
    decided(app, "Ms Wang, I am Xiuying; I will ring 13800138000 at noon.", "track")
    decided(app, "王女士，您别激动。", taboo=True)
    with app.app_context(), unit_of_work():
        said.played("This one nobody has marked yet.")
        person = factories.person()
        view = said.played("Somebody will call.", person, "practice")
        service_contests.contest(view.play.id, person, 2, "It is a promise.", now=clock.now())
        said.marked(said.waiting(view), "track")
    file = tmp_path / "replies.jsonl"
    done = app.test_cli_runner().invoke(args=["scenarios", "export-replies", str(file)])
    assert done.exit_code == 0, done.output
    lines = [json.loads(line) for line in file.read_text(encoding="utf-8").splitlines()]
    assert [sorted(line) for line in lines] == [["domain", "id", "labels", "lang", "split", "task", "text"]] * 3
    assert [line["labels"] for line in lines] == [["track"], ["taboo"], ["track"]]
    assert [line["lang"] for line in lines] == ["en", "zh", "en"]
    assert lines[0]["text"] == "Alex, I am Alex; I will ring 0000 at noon."
    assert lines[0] | {"id": "", "text": "", "labels": []} == {
        "id": "", "lang": "en", "domain": "wet-floor", "split": "train", "task": "lscat", "text": "", "labels": [],
    }  # fmt: skip
    assert file.stat().st_mode & 0o077 == 0
    with app.app_context():
        assert db.session.scalars(select(AuditEntry).where(AuditEntry.action == "reply.export")).one().details == {
            "replies": 3
        }


@pytest.mark.usefixtures("scenario")
def test_an_export_that_fails_leaves_no_file_and_no_trace(app: Flask, tmp_path: Path) -> None:
    runner = app.test_cli_runner()
    unknown = runner.invoke(args=["scenarios", "export-replies", "--scenario", "nowhere", str(tmp_path / "a.jsonl")])
    assert unknown.exit_code == 1
    missing = runner.invoke(args=["scenarios", "export-replies", str(tmp_path / "no" / "a.jsonl")])
    assert missing.exit_code == 1
    assert list(tmp_path.iterdir()) == []
    with app.app_context():
        assert db.session.scalar(select(AuditEntry.id).where(AuditEntry.action == "reply.export")) is None


@pytest.mark.usefixtures("scenario")
def test_reading_again_says_what_would_change_and_changes_nothing(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        view = said.played(said.TRACKS, mode="practice")
        said.played(said.NOTHING)
        version = hearing.version_in_use()
    args = ["scenarios", "rescore-replies", "--version", version]
    same = app.test_cli_runner().invoke(args=args)
    assert same.stdout == ""
    assert "2 replies read" in same.stderr
    with app.app_context(), unit_of_work():
        turn = db.session.scalars(select(Turn).where(Turn.play_id == view.play.id, Turn.number == 2)).one()
        assert turn.heard is not None
        stored = {**turn.heard, "reading": {**turn.heard["reading"], "version": "linear-0", "findings": []}}
        turn.heard = stored
    changed = app.test_cli_runner().invoke(args=args)
    assert f"wet-floor play {view.play.id} turn 2 (read by linear-0): +track, points 0 -> 3" in changed.stdout
    with app.app_context():
        assert (
            db.session.scalars(select(Turn.heard).where(Turn.play_id == view.play.id, Turn.number == 2)).one() == stored
        )


@pytest.mark.usefixtures("scenario")
def test_reading_again_by_an_unknown_version_is_refused(app: Flask) -> None:
    refused = app.test_cli_runner().invoke(args=["scenarios", "rescore-replies", "--version", "linear-99"])
    assert refused.exit_code == 1
    assert "linear-99" in refused.output
