"""``python -m benchmarks.class_cpu``: what the processor spends on one person's start, asked in one process.

The four steps of ``benchmarks.class_start`` for some hundred people one after another, without sockets, threads or
gunicorn, so that the figures hardly depend on what else the machine does. Printed are milliseconds of this process
(the database's own work is not in them) and statements per request.
"""

import argparse
import os
import re
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from sqlalchemy import event
from werkzeug.datastructures import Headers
from werkzeug.test import EnvironBuilder

from benchmarks.class_start import STEPS, Pupil, prepare
from benchmarks.databases import pair
from benchmarks.house import EXAM
from benchmarks.learner_requests import BROWSER, SCRIPT, Sent
from benchmarks.measuring import Answered, call
from benchmarks.statistics import environ_of
from lms import create_app
from lms.core.database import db

MOST_MS = 24.0
WARM_UP = 40


@dataclass(slots=True)
class Seat:
    """Somebody in the class: where their attempt is, and what the first question offers."""

    pupil: Pupil
    attempt: str = ""
    answer: str = "1"
    cpu: dict[str, float] = field(default_factory=dict)


def main() -> int:
    """Measure and print; exit status 1 above the limit."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.class_cpu", description="CPU of a start.")
    parser.add_argument("--starts", type=int, default=300)
    options = parser.parse_args()
    url = os.environ.get("LMS_BENCH_DATABASE_URL")
    with tempfile.TemporaryDirectory(prefix="lms-bench-") as folder, pair(Path(folder), url) as databases:
        app = create_app(environ=environ_of(folder, databases.product))
        seats = [Seat(pupil) for pupil in prepare(app, options.starts + WARM_UP)]
        counts = _asked(app, seats)
        with app.app_context():
            db.engine.dispose()
    total = sum(_mean(seats, step) for step in STEPS)
    print(f"{options.starts} starts on {'PostgreSQL' if url else 'SQLite'}, milliseconds of one process")
    for step in STEPS:
        print(f"{step:15} {_mean(seats, step):6.2f} ms  {counts[step] / len(seats):4.1f} statements")
    print(f"{'one person':15} {total:6.2f} ms")
    return 1 if total > MOST_MS else 0


def _asked(app: Flask, seats: list[Seat]) -> dict[str, int]:
    """Let everybody take one step, then the next; statements by step."""
    counts = dict.fromkeys(STEPS, 0)
    for step in STEPS:
        with app.app_context():
            engine = db.engine

        def count(*_: Any, step: str = step) -> None:
            counts[step] += 1

        event.listen(engine, "before_cursor_execute", count)
        for seat in seats:
            seat.cpu[step] = _take(app, seat, step).cpu * 1000
        event.remove(engine, "before_cursor_execute", count)
    return counts


def _take(app: Flask, seat: Seat, step: str) -> Answered:
    page = f"/exams/{EXAM}"
    match STEPS.index(step):
        case 0:
            answered = _ask(app, seat, page)
        case 1:
            answered = _ask(app, seat, page, {})
            seat.attempt = urlsplit(dict(answered.headers).get("Location", "")).path
        case 2:
            answered = _ask(app, seat, seat.attempt)
            choice = re.search(rb'name="answer"[^>]*? value="([^"]+)"', answered.body)
            seat.answer = choice[1].decode() if choice else "1"
        case _:
            answered = _ask(app, seat, f"{seat.attempt}/answers/1", {"answer": seat.answer, "seq": "1"}, SCRIPT)
    if answered.status not in (200, 303):
        raise RuntimeError(f"{step}: {answered.status}")
    return answered


def _ask(
    app: Flask, seat: Seat, path: str, form: dict[str, str] | None = None, headers: dict[str, str] = BROWSER
) -> Answered:
    fields = None if form is None else {**form, "csrf_token": seat.pupil.csrf}
    builder = EnvironBuilder(
        path, method="GET" if fields is None else "POST", headers=Headers({**headers, "Cookie": seat.pupil.cookie}), data=fields
    )
    environ = builder.get_environ()
    return call(app.wsgi_app, Sent(environ, environ.pop("wsgi.input").read()))


def _mean(seats: list[Seat], step: str) -> float:
    found = [seat.cpu[step] for seat in seats[WARM_UP:]]
    return sum(found) / len(found)


if __name__ == "__main__":
    sys.exit(main())
