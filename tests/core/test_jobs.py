"""Jobs: promised in a transaction, done once, tried again, set aside; periodic slots run once."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from lms.core import clock, jobs
from lms.core.database import db, unit_of_work
from lms.core.jobs import Job, Periodic


@pytest.fixture
def done(app: Flask, context: None) -> Iterator[list[str]]:
    """What the test's workers did."""
    heard: list[str] = []

    def work(payload: Any, now: Any) -> None:
        heard.append(payload["word"])

    def fail(payload: Any, now: Any) -> None:
        heard.append("tried")
        raise ValueError("poisoned")

    periodic = list(app.extensions["lms.periodic"]) if "lms.periodic" in app.extensions else []
    app.extensions["lms.periodic"] = []
    jobs.register(app, {"test.work": work, "test.fail": fail})
    yield heard
    app.extensions["lms.periodic"] = periodic


def test_a_promise_is_kept_once(done: list[str]) -> None:
    with unit_of_work():
        jobs.enqueue("test.work", "key-1", {"word": "hello"})
        jobs.enqueue("test.work", "key-1", {"word": "again"})
    assert jobs.run_due() == 1
    assert jobs.run_due() == 0
    assert done == ["hello"]


def test_a_promise_of_a_failed_transaction_is_none(done: list[str]) -> None:
    with pytest.raises(ZeroDivisionError), unit_of_work():
        jobs.enqueue("test.work", "key-1", {"word": "hello"})
        1 / 0  # noqa: B018
    assert jobs.run_due() == 0


def test_a_poisoned_job_is_set_aside_and_stops_nobody(done: list[str]) -> None:
    with unit_of_work():
        jobs.enqueue("test.fail", "bad", {})
        jobs.enqueue("test.work", "good", {"word": "hello"})
    now = clock.now()
    for _ in range(jobs.MAX_TRIES + 3):
        jobs.run_due(now)
        now += timedelta(hours=2)
    assert done.count("hello") == 1
    assert done.count("tried") == jobs.MAX_TRIES
    bad = db.session.scalars(select(Job).where(Job.key == "bad")).one()
    assert bad.set_aside_at is not None
    assert "poisoned" in bad.last_error


def test_a_job_whose_worker_was_killed_is_done_by_the_next(done: list[str]) -> None:
    with unit_of_work():
        jobs.enqueue("test.work", "key-1", {"word": "hello"})
    now = clock.now()
    assert jobs._claim(now) is not None  # a worker takes it and dies
    assert jobs.run_due(now) == 0
    assert jobs.run_due(now + jobs.LEASE + timedelta(seconds=1)) == 1
    assert done == ["hello"]


def test_a_periodic_job_runs_once_in_its_slot(app: Flask, done: list[str], later: Callable[..., Any]) -> None:
    def tick(payload: Any, now: Any) -> None:
        done.append("tick")

    jobs.register(app, {"test.tick": tick}, (Periodic("test.tick", timedelta(hours=1)),))
    now = clock.now().replace(minute=30)
    jobs.run_due(now)
    jobs.run_due(now + timedelta(minutes=5))
    assert done == ["tick"]
    jobs.run_due(now + timedelta(hours=1))
    assert done == ["tick", "tick"]
