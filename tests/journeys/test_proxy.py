"""Through a line that loses, repeats, delays and cuts: no acknowledged answer is lost, none counts twice or too late.

50 attempts in the suite; ``LMS_PROXY_ATTEMPTS=1000 pytest tests/journeys/test_proxy.py -s`` sits a thousand.
"""

import http.client
import json
import logging
import os
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from random import Random
from typing import Any
from urllib.parse import urlencode

import pytest
from flask import Flask
from sqlalchemy import func, select, update
from werkzeug.serving import make_server

from lms import create_app
from lms.assessment.models import Attempt, AttemptEvent, Grade, Response
from lms.core import clock
from lms.core.database import db, unit_of_work
from lms.identity import service as identity
from lms.question_bank import item_scores, item_types
from lms.question_bank import queries as bank
from tests import factories
from tests import factories_assessment as make
from tests.journeys.faulty_proxy import FaultyProxy

ATTEMPTS = int(os.environ.get("LMS_PROXY_ATTEMPTS", "50"))
LEARNERS_AT_ONCE = 6
EDITS = 12
GONE = (OSError, http.client.HTTPException)

pytestmark = pytest.mark.slow


@pytest.fixture
def line(app: Flask) -> Iterator[FaultyProxy]:
    """A real server on the test database, and the bad line to it."""
    environ = {
        "LMS_DATABASE_URL": app.config["SQLALCHEMY_DATABASE_URI"],
        "LMS_SECRET_KEY": "for-tests-only",
        "LMS_INSTANCE": app.instance_path,
        "LMS_RATE_LIMITS": "off",
        "LMS_LOG_LEVEL": "critical",
    }
    served = create_app({"WTF_CSRF_ENABLED": False}, environ)
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, served, threaded=True)
    proxy = FaultyProxy(("127.0.0.1", server.server_port), seed=int.from_bytes(os.urandom(4)))
    for each in (server, proxy):
        threading.Thread(target=each.serve_forever, daemon=True).start()
    yield proxy
    proxy.shutdown()
    server.shutdown()
    with served.app_context():
        served.extensions["sqlalchemy"].engine.dispose()


@dataclass
class Page:
    """One question in one open window, with the rules of static/assessment/attempt.js."""

    writer: str
    known: int
    given: int


@dataclass
class Learner:
    """Sits one attempt; remembers what was acknowledged, and what the server called late."""

    proxy: FaultyProxy
    cookie: str
    attempt_id: int
    rng: Random
    acknowledged: dict[tuple[int, int], str] = field(default_factory=dict)
    late: list[tuple[int, int]] = field(default_factory=list)
    edits: int = 0
    tries: int = 0

    def ask(self, method: str, path: str, fields: dict[str, Any] | None = None) -> tuple[int, Any]:
        """One request over the bad line; raises one of ``GONE`` where nothing came back."""
        self.tries += 1
        line = http.client.HTTPConnection(*self.proxy.server_address, timeout=60)  # type: ignore[misc]
        headers = {
            "Cookie": self.cookie, "Accept": "application/json", "Connection": "close",
            "Content-Type": "application/x-www-form-urlencoded",
        }  # fmt: skip
        try:
            line.request(method, path, urlencode(fields or {}), headers)
            reply = line.getresponse()
            body = reply.read()
            is_json = "json" in (reply.getheader("Content-Type") or "")
            return reply.status, json.loads(body) if is_json else None
        finally:
            line.close()

    def insist(self, method: str, path: str, fields: dict[str, Any] | None = None) -> tuple[int, Any]:
        """The same until somebody answers."""
        for _ in range(500):
            try:
                return self.ask(method, path, fields)
            except GONE:
                time.sleep(0.002)
        raise AssertionError("the line never let anything through")

    def open(self, slot: int) -> Page:
        """A page just loaded: it knows what the server holds."""
        status, facts = self.insist("GET", f"/attempts/{self.attempt_id}/clock?slot={slot}")
        assert status == 200, facts
        return Page(f"{self.rng.getrandbits(96):024x}", facts["seq"], facts["seq"])

    def sit(self) -> None:
        for _ in range(EDITS // 3):
            slot = self.rng.randint(1, 4)
            page = self.open(slot)
            for _ in range(3):
                if not self.answer(page, slot):
                    return
        status, _ = self.insist("POST", f"/attempts/{self.attempt_id}/hand-in")
        assert status == 303

    def answer(self, page: Page, slot: int) -> bool:
        """Choose, perhaps choose again while nothing comes through, until it is acknowledged; False when it is late."""
        entry = self.written(page)
        for _ in range(500):
            if self.rng.random() < 0.15:
                entry = self.written(page)  # changed their mind meanwhile
            try:
                status, facts = self.ask("POST", f"/attempts/{self.attempt_id}/answers/{slot}", entry)
            except GONE:
                continue
            if status == 409 and facts.get("recorded") == "late":
                self.late.append((slot, entry["seq"]))
                return False
            assert status == 200, facts
            assert facts["stands"], f"told of another window, and there is none: {facts} for {entry}"
            page.known = max(page.known, facts["seq"])
            self.acknowledged[slot, facts["seq"]] = entry["answer"]
            return True
        raise AssertionError("the line never let anything through")

    def written(self, page: Page) -> dict[str, Any]:
        self.edits += 1
        page.given = max(page.given, page.known) + 1
        return {"answer": str(self.rng.randint(1, 4)), "seq": page.given, "base": page.known, "writer": page.writer}


def _begin(app: Flask, proxy: FaultyProxy, number: int) -> Learner:
    with app.app_context(), unit_of_work():
        person = factories.person()
        attempt = make.attempt(person)
        token = identity.sign_in(person, now=clock.now())
        attempt_id = attempt.id
        serializer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    cookie = f"{app.config['SESSION_COOKIE_NAME']}={serializer.dumps({'_user_id': token, '_fresh': True})}"
    return Learner(proxy, cookie, attempt_id, Random(number))


def _end_soon(app: Flask, learner: Learner) -> None:
    """Let the time be up in the middle of it."""
    with app.app_context(), unit_of_work():
        soon = clock.now() + timedelta(milliseconds=learner.rng.randint(20, 400))
        db.session.execute(update(Attempt).where(Attempt.id == learner.attempt_id).values(deadline_at=soon))


def test_a_bad_line_loses_no_acknowledged_answer_and_counts_none_twice_or_too_late(app: Flask, line: FaultyProxy) -> None:
    with app.app_context(), unit_of_work():
        make.topic()
        make.exam(time_limit_minutes=60)
    began = time.monotonic()

    def sit(number: int) -> Learner:
        learner = _begin(app, line, number)
        if number % 4 == 0:
            _end_soon(app, learner)
        learner.sit()
        return learner

    with ThreadPoolExecutor(LEARNERS_AT_ONCE) as pool:
        learners = list(pool.map(sit, range(ATTEMPTS)))
    line.release_all()
    with app.app_context():
        for learner in learners:
            _check(learner)
    acknowledged, late = sum(len(one.acknowledged) for one in learners), sum(len(one.late) for one in learners)
    print(  # noqa: T201 - the figures of a long run
        f"\n{ATTEMPTS} attempts in {time.monotonic() - began:.1f} s: {sum(one.edits for one in learners)} answers given,"
        f" {sum(one.tries for one in learners)} requests, {acknowledged} acknowledged, {late} late;"
        f" faults {dict(sorted(line.faults.items()))}"
    )
    assert acknowledged > ATTEMPTS and late > 0
    assert all(line.faults[fate] for fate in ("drop-request", "drop-reply", "duplicate", "hold-back", "cut"))


def _check(learner: Learner) -> None:
    attempt = db.session.get_one(Attempt, learner.attempt_id)
    of_attempt = Response.attempt_id == attempt.id
    rows = {(row.slot, row.seq): row for row in db.session.scalars(select(Response).where(of_attempt))}
    in_time = {place: row for place, row in rows.items() if not row.is_late}
    assert len(rows) <= learner.edits, "an answer was kept twice"
    for (slot, seq), answer in learner.acknowledged.items():
        assert (slot, seq) in in_time, f"acknowledged and gone: slot {slot}, seq {seq}"
        assert in_time[slot, seq].answer == _kept(attempt, slot, answer)
    assert attempt.deadline_at is not None
    for row in rows.values():
        assert row.is_late or row.saved_at <= attempt.deadline_at, "kept as in time after the deadline"
    if attempt.state == "graded":
        _check_the_score(attempt, in_time)
    else:  # the learner was told that the time is up; nobody has closed it yet
        assert learner.late and attempt.state == "in_progress"


def _kept(attempt: Attempt, slot: int, shown: str) -> Any:
    place = attempt.paper[slot - 1]
    item = bank.item(place["item_version_id"])
    return item_types.read_answer(item, item_types.Shown.from_json(place["shown"]), shown)


def _check_the_score(attempt: Attempt, in_time: dict[tuple[int, int], Response]) -> None:
    held = {slot: row.answer for (slot, _seq), row in sorted(in_time.items())}
    score = Decimal(0)
    for place in attempt.paper:
        share = item_scores.score(bank.item(place["item_version_id"]), held.get(place["slot"]))
        score += Decimal(str(share or 0)) * Decimal(place["points"])
    assert attempt.score == score
    of_attempt = Grade.attempt_id == attempt.id
    assert db.session.scalar(select(func.count(Grade.id)).where(of_attempt)) == len(attempt.paper)
    handed_in = (AttemptEvent.attempt_id == attempt.id) & (AttemptEvent.verb.in_(("submit", "time-up-submit")))
    assert db.session.scalar(select(func.count(AttemptEvent.id)).where(handed_in)) == 1
