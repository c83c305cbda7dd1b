"""Background work: rows in an outbox are the promise, a worker keeps it, a queue only nudges.

A job that must happen is a row written in the same transaction as what asked for it. The worker claims due rows,
runs each in a unit of work of its own, and tries again later when one fails; a poisoned row is set aside after
``MAX_TRIES`` and stops nobody. Periodic jobs have a row per time slot, so that two workers run each slot once.
"""

import threading
import traceback
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import redis
import structlog
from flask import Flask, current_app
from sqlalchemy import CheckConstraint, Index, String, Text, or_, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Mapped, mapped_column

from lms.core import clock
from lms.core.audit import BigKey
from lms.core.database import Model, Verbatim, after_commit, db, unit_of_work

log = structlog.get_logger()

MAX_TRIES = 8
LEASE = timedelta(minutes=10)
NUDGE = "lms:jobs"


class Job(Model):
    """A promise to do something once: kept when ``done_at`` is set."""

    __tablename__ = "jobs"
    __table_args__ = (
        CheckConstraint("tries >= 0", name="tries_not_negative"),
        Index("ix_jobs_due", "done_at", "set_aside_at", "run_at"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    key: Mapped[str] = mapped_column(String(200), unique=True)
    payload: Mapped[dict[str, Any]] = mapped_column(Verbatim)
    run_at: Mapped[datetime]
    created_at: Mapped[datetime]
    leased_until: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)
    done_at: Mapped[datetime | None]
    set_aside_at: Mapped[datetime | None]
    last_error: Mapped[str] = mapped_column(Text, default="")


@dataclass(frozen=True, slots=True)
class Periodic:
    """Work done once in every slot of ``every``."""

    name: str
    every: timedelta


@dataclass(frozen=True, slots=True)
class ReadFirst:
    """A worker that reads much and writes little: ``read(payload, now)`` runs before the unit of work, so that no
    writer waits for it, and ``write(payload, now, found)`` gets what it found, which may have changed meanwhile."""

    read: Callable[[Mapping[str, Any], datetime], Any]
    write: Callable[[Mapping[str, Any], datetime, Any], None]


Worker = Callable[[Mapping[str, Any], datetime], None] | ReadFirst


def register(app: Flask, workers: Mapping[str, Worker], periodic: tuple[Periodic, ...] = ()) -> None:
    """Make a room's jobs known by name; a worker gets ``(payload, now)``."""
    app.extensions.setdefault("lms.workers", {}).update(workers)
    app.extensions.setdefault("lms.periodic", []).extend(periodic)


def enqueue(name: str, key: str, payload: Mapping[str, Any], *, run_at: datetime | None = None) -> None:
    """Promise a job inside the present unit of work; the same key is promised once only."""
    if db.session.scalar(select(Job.id).where(Job.key == key)) is not None:
        return
    now = clock.now()
    db.session.add(Job(name=name, key=key, payload=dict(payload), run_at=run_at or now, created_at=now))
    after_commit(nudge)


@dataclass(frozen=True, slots=True)
class Fate:
    """How a promised job stands: how often it was tried, what went wrong the last time ("" for nothing), when it comes
    next, and whether it was done or set aside."""

    tries: int
    error: str
    run_at: datetime
    is_done: bool
    is_set_aside: bool

    @property
    def has_failed(self) -> bool:
        return bool(self.error) and not self.is_done


def fate(key: str) -> Fate | None:
    """How the job of this key stands; None when there is none."""
    columns = (Job.tries, Job.last_error, Job.run_at, Job.done_at.is_not(None), Job.set_aside_at.is_not(None))
    row = db.session.execute(select(*columns).where(Job.key == key)).one_or_none()
    return Fate(*row) if row is not None else None


def retry(key: str, now: datetime) -> bool:
    """Let a job that failed run again at once, as if for the first time; whether there was one."""
    failed = (Job.key == key, Job.done_at.is_(None), Job.last_error != "")
    anew = {"tries": 0, "run_at": now, "set_aside_at": None, "leased_until": None, "last_error": ""}
    statement = update(Job).where(*failed).values(anew).returning(Job.id)
    if db.session.scalar(statement.execution_options(synchronize_session=False)) is None:
        return False
    after_commit(nudge)
    return True


def nudge() -> None:
    """Wake a waiting worker; losing the nudge only means that it looks a moment later."""
    current_app.extensions["lms.job_bell"].set()
    if url := current_app.config["LMS_REDIS_URL"]:
        try:
            redis.Redis.from_url(url, socket_timeout=0.5).publish(NUDGE, "1")
        except redis.RedisError as error:
            log.warning("nudge_failed", error=str(error))


def run_due(now: datetime | None = None, limit: int = 100) -> int:
    """Do what is due; returns how many jobs were run, failures included."""
    now = now or clock.now()
    _plan_periodic(now)
    count = 0
    while count < limit and (job_id := _claim(now)) is not None:
        _run(job_id, now)
        count += 1
    return count


def _plan_periodic(now: datetime) -> None:
    for periodic in current_app.extensions.get("lms.periodic", []):
        seconds = int(periodic.every.total_seconds())
        slot = int(now.timestamp()) // seconds
        key = f"{periodic.name}:{slot}"
        if db.session.scalar(select(Job.id).where(Job.key == key)) is not None:
            continue
        try:
            with unit_of_work():
                start = datetime.fromtimestamp(slot * seconds, UTC)
                db.session.add(Job(name=periodic.name, key=key, payload={}, run_at=start, created_at=now))
        except IntegrityError:
            pass  # another worker planned this slot first


def _claim(now: datetime) -> int | None:
    """Lease one due job to this worker, or None when nothing is due."""
    with unit_of_work():
        query = (
            select(Job.id)
            .where(Job.done_at.is_(None), Job.set_aside_at.is_(None), Job.run_at <= now)
            .where(or_(Job.leased_until.is_(None), Job.leased_until < now))
            .order_by(Job.run_at, Job.id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        job_id = db.session.scalar(query)
        if job_id is not None:
            leased = {"leased_until": now + LEASE, "tries": Job.tries + 1}
            db.session.execute(update(Job).where(Job.id == job_id).values(leased))
        return job_id


def _run(job_id: int, now: datetime) -> None:
    job = db.session.get(Job, job_id, populate_existing=True)
    if job is None:
        return
    worker = current_app.extensions["lms.workers"].get(job.name)
    try:
        found = worker.read(job.payload, now) if isinstance(worker, ReadFirst) else None
        with unit_of_work():
            if worker is None:
                raise LookupError(f"no room knows the job {job.name!r}")
            if isinstance(worker, ReadFirst):
                worker.write(job.payload, now, found)
            else:
                worker(job.payload, now)
            job.done_at = clock.now()
            job.leased_until = None
    except Exception as error:  # noqa: BLE001 - one broken job must not stop the others; it is kept with its error
        _set_back(job_id, now, error)


def _set_back(job_id: int, now: datetime, error: Exception) -> None:
    log.error("job_failed", job=job_id, error=repr(error))
    with unit_of_work():
        job = db.session.get(Job, job_id, populate_existing=True)
        if job is None:
            return
        job.last_error = "".join(traceback.format_exception(error))[-4000:]
        job.leased_until = None
        job.run_at = now + timedelta(seconds=5 * 2**job.tries)
        if job.tries >= MAX_TRIES:
            job.set_aside_at = now


def work(app: Flask, stop: threading.Event, pause_seconds: float = 5.0) -> None:
    """The worker's loop: until ``stop`` is set, do what is due, then wait for a nudge or ``pause_seconds``."""
    bell: threading.Event = app.extensions["lms.job_bell"]
    listener = _listen(app, bell, stop)
    while not stop.is_set():
        with app.app_context():
            try:
                run_due()
            except Exception as error:  # noqa: BLE001 - the database may be away for a while; the loop must outlive it
                log.error("worker_failed", error=repr(error))
                stop.wait(pause_seconds)
        bell.wait(pause_seconds)
        bell.clear()
    if listener is not None:
        listener.join(timeout=2)


def _listen(app: Flask, bell: threading.Event, stop: threading.Event) -> threading.Thread | None:
    """Ring the bell when another host nudges through Redis."""
    url = app.config["LMS_REDIS_URL"]
    if not url:
        return None

    def loop() -> None:
        while not stop.is_set():
            try:
                channel: Any = redis.Redis.from_url(url).pubsub(ignore_subscribe_messages=True)  # type: ignore[no-untyped-call]
                channel.subscribe(NUDGE)
                while not stop.is_set():
                    if channel.get_message(timeout=1.0):
                        bell.set()
            except redis.RedisError as error:
                log.warning("nudge_channel_lost", error=str(error))
                stop.wait(5)

    thread = threading.Thread(target=loop, name="job-nudges", daemon=True)
    thread.start()
    return thread


def embed(app: Flask) -> threading.Event:
    """Run a worker inside this process (one machine, ``make run``); set the returned event to stop it."""
    stop = threading.Event()
    threading.Thread(target=work, args=(app, stop), name="job-worker", daemon=True).start()
    return stop
