"""The unit of work, and the SQLite recipe that loses no update."""

import threading

import pytest
from flask import Flask
from sqlalchemy import select, update

from lms.core.database import db, unit_of_work
from lms.identity.models import Site
from lms.identity.service import ensure_site


def sites() -> list[str]:
    return list(db.session.scalars(select(Site.key).order_by(Site.key)))


def test_a_unit_commits_once_at_its_end(context: None) -> None:
    with unit_of_work():
        ensure_site("north")
        with unit_of_work():
            ensure_site("south")
    db.session.remove()
    assert sites() == ["north", "south"]


def test_an_error_rolls_everything_back(context: None) -> None:
    with pytest.raises(ZeroDivisionError), unit_of_work():
        ensure_site("north")
        1 / 0  # noqa: B018
    assert sites() == []


def test_rows_changed_outside_a_unit_are_refused(context: None) -> None:
    db.session.add(Site(key="x", name={"en": "x"}))
    with pytest.raises(RuntimeError, match="outside a unit of work"), unit_of_work():
        pass
    db.session.rollback()


def test_no_update_is_lost_when_many_read_then_write(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        db.session.add(Site(key="counter", name={"count": 0}))
    failures: list[BaseException] = []

    def add_one() -> None:
        try:
            for _ in range(10):
                with app.app_context(), unit_of_work():
                    site = db.session.scalars(select(Site).with_for_update()).one()
                    db.session.execute(update(Site).values(name={"count": site.name["count"] + 1}))
        except BaseException as error:  # noqa: BLE001 - reported below, in the test's own thread
            failures.append(error)

    threads = [threading.Thread(target=add_one) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not failures
    with app.app_context():
        assert db.session.scalars(select(Site)).one().name == {"count": 80}


def test_what_runs_after_the_commit_does_not_run_after_a_rollback(context: None) -> None:
    from lms.core.database import after_commit

    heard: list[str] = []
    with unit_of_work():
        after_commit(lambda: heard.append("committed"))
    with pytest.raises(ZeroDivisionError), unit_of_work():
        after_commit(lambda: heard.append("rolled back"))
        1 / 0  # noqa: B018
    with unit_of_work():
        pass
    assert heard == ["committed"]
