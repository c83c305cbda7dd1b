"""The audit trail shows every later change."""

from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from flask import Flask
from sqlalchemy import delete, select, update

from lms.core import audit
from lms.core.audit import AuditEntry
from lms.core.database import db, unit_of_work


@pytest.fixture
def trail(context: None) -> list[int]:
    for number in range(5):
        with unit_of_work():
            audit.record("test.do", f"thing:{number}", number=number)
            audit.record("test.more", f"thing:{number}")
    return list(db.session.scalars(select(AuditEntry.id).order_by(AuditEntry.id)))


def test_an_untouched_chain_holds(trail: list[int]) -> None:
    assert list(audit.breaks()) == []
    assert audit.head()[0] == 10


@pytest.mark.parametrize("change", [{"details": {"number": 99}}, {"action": "other"}, {"actor_name": "somebody"}])
def test_a_changed_entry_shows(trail: list[int], change: dict[str, Any]) -> None:
    with unit_of_work():
        db.session.execute(update(AuditEntry).where(AuditEntry.id == trail[4]).values(change))
    db.session.expire_all()
    assert trail[4] in {broken.entry_id for broken in audit.breaks()}


def test_a_removed_entry_shows(trail: list[int]) -> None:
    with unit_of_work():
        db.session.execute(delete(AuditEntry).where(AuditEntry.id == trail[4]))
    db.session.expire_all()
    assert [broken.entry_id for broken in audit.breaks()] == [trail[5]]


def test_an_entry_written_with_the_local_time_holds(context: None) -> None:
    with unit_of_work():
        audit.record("test.do", "thing:1", now=datetime(2026, 7, 14, 11, 11, tzinfo=ZoneInfo("Asia/Shanghai")))
    db.session.expire_all()
    assert list(audit.breaks()) == []


def test_a_rolled_back_change_leaves_no_entry(context: None) -> None:
    with pytest.raises(ZeroDivisionError), unit_of_work():
        audit.record("test.do", "thing:1")
        1 / 0  # noqa: B018
    with unit_of_work():
        audit.record("test.do", "thing:2")
    assert list(db.session.scalars(select(AuditEntry.subject))) == ["thing:2"]


def test_the_command_says_where_it_breaks(app: Flask, trail: list[int]) -> None:
    runner = app.test_cli_runner()
    assert runner.invoke(args=["audit", "verify"]).exit_code == 0
    with unit_of_work():
        db.session.execute(update(AuditEntry).where(AuditEntry.id == trail[0]).values(subject="thing:other"))
    db.session.remove()
    result = runner.invoke(args=["audit", "verify"])
    assert result.exit_code == 1
    assert f"entry {trail[0]}:" in result.output
