"""Nothing acknowledged is lost: a real server is killed again and again while a learner answers an exam."""

import http.client
import json
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import pytest
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import create_engine, func, select, text
from sqlalchemy.engine import make_url

from lms import config, create_app, packs
from lms.assessment.models import Attempt, AttemptEvent, Grade, Response
from lms.core import clock
from lms.core.access import Scope
from lms.core.database import db, unit_of_work
from lms.demo.learners import guess, right
from lms.enrolment.models import Completion
from lms.identity import service as identity
from lms.question_bank import item_scores, item_types
from lms.question_bank import queries as bank
from lms.question_bank.item_types import Shown
from tests import factories

KILLS = 20
WHOLE_SERVER_EVERY = 1  # every kill takes the whole server, as a machine that loses power would
EXAM = "front-line-exam"
GONE = (OSError, http.client.HTTPException)

pytestmark = pytest.mark.slow


# ---- the server -----------------------------------------------------------------


class Server:
    """gunicorn with one worker, as ``make run`` starts it, on a free port."""

    def __init__(self, environ: dict[str, str]) -> None:
        self.environ, self.port = environ, _free_port()
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        command = [sys.executable, "-m", "gunicorn", "--config", "lms/serve.py", "--workers", "1"]
        command += ["--bind", f"127.0.0.1:{self.port}", "--log-level", "critical", "wsgi:app"]
        self.process = subprocess.Popen(
            command, cwd=config.ROOT, env=self.environ, start_new_session=True, stdin=subprocess.DEVNULL
        )
        self.wait_until_up()

    def wait_until_up(self) -> None:
        until = time.monotonic() + 120
        while time.monotonic() < until:
            try:
                if self.ask("GET", "/healthz")[0] == 200:
                    return
            except GONE:
                time.sleep(0.02)
        raise AssertionError("the server did not come up within two minutes")

    def kill(self, whole: bool) -> None:
        """SIGKILL, to the worker or to all of it."""
        assert self.process is not None
        if whole:
            os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            return
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        for child in children:
            os.kill(int(child), signal.SIGKILL)

    def stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.kill(whole=True)

    def ask(self, method: str, path: str, body: Any = None, token: str = "") -> tuple[int, Any]:
        """One request on a connection of its own; raises one of ``GONE`` when the server dies meanwhile."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        try:
            connection.request(method, path, json.dumps(body) if body is not None else None, headers)
            response = connection.getresponse()
            return response.status, json.loads(response.read())
        finally:
            connection.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


# ---- the database ----------------------------------------------------------------


def _databases() -> list[str]:
    return ["sqlite", "postgresql"] if os.environ.get("LMS_TEST_DATABASE_URL") else ["sqlite"]


@contextmanager
def _database(kind: str, folder: Path) -> Iterator[str]:
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'killed.sqlite3'}"
        return
    url = make_url(os.environ["LMS_TEST_DATABASE_URL"])
    own = url.set(database=f"{url.database}_killed")
    server = create_engine(url, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{own.database}" WITH (FORCE)'))
        connection.execute(text(f'CREATE DATABASE "{own.database}"'))
    try:
        yield own.render_as_string(hide_password=False)
    finally:
        with server.connect() as connection:
            connection.execute(text(f'DROP DATABASE IF EXISTS "{own.database}" WITH (FORCE)'))
        server.dispose()


def _furnished(environ: dict[str, str]) -> tuple[Flask, str, int]:
    """An application on a new schema with the bundled content, a learner's token, and the learner's id."""
    app = create_app(environ=environ)
    with app.app_context():
        if list((config.ROOT / "lms" / "migrations" / "versions").glob("*.py")):
            upgrade()
        else:
            db.create_all()
        now = clock.now()
        packs.load([config.ROOT / "courses", config.ROOT / "question_bank"], take=None, actor=None, now=now)
        with unit_of_work():
            person = factories.person()
            token = identity.issue_token(person, [Scope.LEARN], days=1, actor=None, now=now)
            person_id = person.id
        db.session.remove()
        db.engine.dispose()
    return app, token, person_id


# ---- the learner ------------------------------------------------------------------


@dataclass
class Learner:
    """Answers on and on; remembers what the server acknowledged, and the one request that nobody answered."""

    server: Server
    token: str
    rng: Random
    attempt_id: int = 0
    answers: dict[int, list[Any]] = field(default_factory=dict)
    acknowledged: dict[tuple[int, int], Any] = field(default_factory=dict)
    latest: dict[int, int] = field(default_factory=dict)
    unanswered: tuple[int, int, Any] | None = None
    seq: int = 0

    def ask(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        return self.server.ask(method, f"/api/v1{path}", body, self.token)

    def answer_until(self, killed: threading.Event) -> None:
        """A request may die with the server, or wait at its door and be answered by the next one."""
        while not killed.is_set():
            slot, seq, answer = self.unanswered or self._next()
            self.unanswered = (slot, seq, answer)
            try:
                status, body = self.ask(
                    "PUT", f"/attempts/{self.attempt_id}/responses/{slot}", {"answer": answer, "seq": seq}
                )
            except GONE:
                return
            assert (status, body["slot"], body["seq"]) == (200, slot, seq), body
            self.acknowledged[slot, seq] = answer
            self.latest[slot] = seq
            self.unanswered = None

    def _next(self) -> tuple[int, int, Any]:
        self.seq += 1
        slot = self.rng.choice(list(self.answers))
        return slot, self.seq, self.rng.choice(self.answers[slot])

    def find_everything_again(self) -> None:
        """What was acknowledged stands; what nobody answered may stand or not."""
        status, body = self.ask("GET", f"/attempts/{self.attempt_id}")
        assert status == 200, body
        maybe = self.unanswered or (0, 0, None)
        for item in body["items"]:
            slot, seq = item["slot"], item["seq"]
            if slot == maybe[0] and seq == maybe[1]:
                assert item["answer"] == maybe[2]
                continue
            assert seq == self.latest.get(slot, 0), f"slot {slot}: an acknowledged answer is gone"
            if seq:
                assert item["answer"] == self.acknowledged[slot, seq]


def _possible_answers(app: Flask, attempt_id: int, rng: Random) -> dict[int, list[Any]]:
    """For each slot some answers, the right one among them, as the server gives them back."""
    possible = {}
    with app.app_context():
        attempt = db.session.get(Attempt, attempt_id)
        assert attempt is not None
        for place in attempt.paper:
            item, shown = bank.item(place["item_version_id"]), Shown.from_json(place["shown"])
            raw = [right(item, shown), *(guess(item, shown, rng) for _ in range(4))]
            kept = (item_types.read_answer(item, shown, each) for each in raw)
            possible[place["slot"]] = [item_types.write_answer(item, shown, each) for each in kept]
        db.session.remove()
    return possible


# ---- the test -----------------------------------------------------------------------


@pytest.mark.parametrize("kind", _databases())
def test_every_acknowledged_answer_survives_kill_9_and_is_graded_once(kind: str, tmp_path: Path) -> None:
    rng = Random()
    with _database(kind, tmp_path) as url:
        environ = {
            **os.environ,
            "LMS_DATABASE_URL": url,
            "LMS_SECRET_KEY": "for-tests-only",
            "LMS_INSTANCE": str(tmp_path),
            "LMS_RATE_LIMITS": "off",
            "LMS_LOG_LEVEL": "critical",
            "LMS_THREADS": "2",
        }
        app, token, person_id = _furnished(environ)
        server = Server(environ)
        try:
            server.start()
            learner = Learner(server, token, rng)
            status, body = learner.ask("POST", f"/exams/{EXAM}/attempts", {})
            assert status == 201, body
            learner.attempt_id = body["id"]
            learner.answers = _possible_answers(app, learner.attempt_id, rng)
            for number in range(1, KILLS + 1):
                _die_while(server, number, rng, learner.answer_until)
                learner.find_everything_again()
            assert len(learner.acknowledged) > KILLS
            first = _submit_through_kills(server, learner, rng)
            assert learner.ask("POST", f"/attempts/{learner.attempt_id}/submission", {}) == (200, first)
        finally:
            server.stop()
        with app.app_context():
            _check_the_books(learner, person_id, first)
            db.session.remove()
            db.engine.dispose()


def _die_while(server: Server, number: int, rng: Random, act: Callable[[threading.Event], None]) -> None:
    """Let the server die at a random moment of the act, and come up again."""
    whole, killed = number % WHOLE_SERVER_EVERY == 0, threading.Event()

    def strike() -> None:
        server.kill(whole)
        killed.set()

    timer = threading.Timer(rng.uniform(0.005, 0.25), strike)
    timer.start()
    act(killed)
    timer.join()
    if whole:
        server.start()
    else:
        server.wait_until_up()


def _submit_through_kills(server: Server, learner: Learner, rng: Random) -> Any:
    """Hand in while the server dies three times; returns the first answer that is acknowledged."""
    answers = []

    def submit(_killed: threading.Event) -> None:
        try:
            answers.append(learner.ask("POST", f"/attempts/{learner.attempt_id}/submission", {}))
        except GONE:
            return

    for number in (1, 2, WHOLE_SERVER_EVERY):
        _die_while(server, number, rng, submit)
    submit(threading.Event())
    assert [status for status, _body in answers] == [200] * len(answers)
    assert all(body == answers[0][1] for _status, body in answers)
    return answers[0][1]


def _check_the_books(learner: Learner, person_id: int, told: Any) -> None:
    """Every acknowledged answer has its row, each slot one grade, and the score is that of the latest answers."""
    attempt = db.session.get(Attempt, learner.attempt_id)
    assert attempt is not None
    places = {place["slot"]: place for place in attempt.paper}
    rows = {
        (row.slot, row.seq): row
        for row in db.session.scalars(select(Response).where(Response.attempt_id == attempt.id))
    }
    latest: dict[int, Any] = {}
    for (slot, _seq), row in sorted(rows.items(), key=lambda entry: entry[0]):
        latest[slot] = row.answer
    for (slot, seq), answer in learner.acknowledged.items():
        place = places[slot]
        kept = item_types.read_answer(bank.item(place["item_version_id"]), Shown.from_json(place["shown"]), answer)
        assert rows[slot, seq].answer == kept
        assert rows[slot, seq].is_late is False
    score = Decimal(0)
    for slot, place in places.items():
        share = item_scores.score(bank.item(place["item_version_id"]), latest.get(slot))
        score += (share or Decimal(0)) * Decimal(place["points"])
    assert told["score"] == pytest.approx(float(score), abs=1e-4)
    of_attempt = Grade.attempt_id == attempt.id
    assert db.session.scalar(select(func.count()).select_from(Grade).where(of_attempt)) == len(places)
    handed_in = (AttemptEvent.attempt_id == attempt.id) & (AttemptEvent.verb == "submit")
    assert db.session.scalar(select(func.count()).select_from(AttemptEvent).where(handed_in)) == 1
    passed = (Completion.person_id == person_id) & (Completion.kind == "exam")
    assert db.session.scalar(select(func.count()).select_from(Completion).where(passed)) == int(told["passed"])
