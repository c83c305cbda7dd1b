"""Old saves of drafts: what stays for ever, what goes, and that nothing goes unasked."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from lms.core import audit, clock
from lms.core.content import plain
from lms.core.database import db, unit_of_work
from lms.scenarios import queries_drafts, service_drafts
from lms.scenarios.drafts_checks import checked
from lms.scenarios.drafts_thinning import Kept, to_thin
from lms.scenarios.models_drafts import ScenarioDraftSave
from lms.scenarios.queries_frameworks import frameworks
from tests import factories
from tests import factories_scenarios as sets

NOW = datetime(2026, 6, 30, 4, 0, tzinfo=UTC)
BEGIN = date(2026, 6, 1)


def saves(*days: int) -> list[Kept]:
    return [Kept(number, BEGIN + timedelta(days=day)) for number, day in enumerate(days, start=1)]


def test_of_an_old_day_the_last_save_stays_and_of_the_last_days_all() -> None:
    assert to_thin(saves(0, 0, 0, 1, 1, 9, 9), (), BEGIN + timedelta(days=9)) == [1, 2, 4]


def test_what_is_held_and_the_newest_of_all_stay() -> None:
    assert to_thin(saves(0, 0, 0), (), BEGIN + timedelta(days=9)) == [1, 2]
    assert to_thin(saves(0, 0, 0), {2}, BEGIN + timedelta(days=9)) == [1]
    assert to_thin([], (), BEGIN) == []
    assert to_thin(saves(3), (), BEGIN + timedelta(days=9)) == []


def write(words: str, at: datetime) -> None:
    stand = queries_drafts.stand("wet-floor")
    body = {**stand.body, "title": {"en": words, "zh-Hans": "词"}}
    service_drafts.save_draft(stand, body, stand.seen, actor=factories.person(), now=at)


def publish(at: datetime) -> None:
    stand = queries_drafts.stand("wet-floor")
    found = checked(stand.body, frameworks(), queries_drafts.sop_steps())
    service_drafts.publish_draft(stand, stand.seen, found, frameworks()["lscat"], actor=factories.person(), now=at)


def numbers() -> list[int]:
    return list(db.session.scalars(select(ScenarioDraftSave.number).order_by(ScenarioDraftSave.number)))


@pytest.fixture
def afternoon(app: Flask) -> None:
    """Six saves of an old afternoon, the second published; two of another old day, put away; two of yesterday."""
    old, other, late = NOW - timedelta(days=30), NOW - timedelta(days=20), NOW - timedelta(days=1)
    with app.app_context(), unit_of_work():
        sets.scenario()
        for number in range(2):
            write(f"old {number}", old + timedelta(minutes=number))
        publish(old + timedelta(minutes=5))
        for number in range(4):
            write(f"older {number}", old + timedelta(minutes=10 + number))
        for number in range(2):
            write(f"other {number}", other + timedelta(minutes=number))
        stand = queries_drafts.stand("wet-floor")
        service_drafts.discard_draft(stand, stand.seen, actor=factories.person(), now=other)
        for number in range(2):
            write(f"late {number}", late + timedelta(minutes=number))
        assert numbers() == list(range(1, 11))


def run(app: Flask, *options: str) -> Any:
    with clock.at(NOW):
        return app.test_cli_runner().invoke(args=["scenarios", "thin-drafts", *options])


def test_without_apply_it_only_counts(app: Flask, afternoon: None) -> None:
    said = run(app)
    assert said.exit_code == 0 and "wet-floor: 5 of 10 saves" in said.output and "nothing was changed" in said.output
    with app.app_context():
        assert numbers() == list(range(1, 11))


def test_with_apply_it_takes_them_away_once_and_says_so_in_the_trail(app: Flask, afternoon: None) -> None:
    assert "5 saves taken away" in run(app, "--apply").output
    with app.app_context():
        assert numbers() == [2, 6, 8, 9, 10], "published, last of the day, put away, yesterday's"
        entries = db.session.scalars(
            select(audit.AuditEntry).where(audit.AuditEntry.action == "scenario.draft.thin")
        ).all()
        assert [(entry.subject, entry.details) for entry in entries] == [("scenario:wet-floor", {"saves": 5})]
    assert "0 saves taken away" in run(app, "--apply").output


def test_a_draft_goes_on_counting_where_it_was(app: Flask, afternoon: None) -> None:
    run(app, "--apply")
    with app.app_context(), unit_of_work():
        write("afterwards", NOW)
        assert numbers()[-1] == 11


def test_an_old_open_draft_keeps_its_save(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        sets.scenario()
        for number in range(3):
            write(f"old {number}", NOW - timedelta(days=40, minutes=-number))
        assert plain(sets.definition())["scenario"] == "wet-floor"
    run(app, "--apply")
    with app.app_context():
        assert numbers() == [3] and queries_drafts.stand("wet-floor").body["title"]["en"] == "old 2"
