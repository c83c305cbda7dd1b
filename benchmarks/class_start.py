"""``python -m benchmarks.class_start``: a whole class begins an exam at once, against gunicorn as it is deployed.

Five hundred people who are signed in open the exam's page, begin, get the first question and save a first answer, all
let loose in the same moment. Printed are the seconds until all have begun, the time of each step as its 50th, 95th and
99th percentile, and errors. Runs on SQLite, or on PostgreSQL with LMS_BENCH_DATABASE_URL (a server on which it makes,
and drops, a database of its own).
"""

import argparse
import http.client
import os
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode, urlsplit

from flask import Flask
from sqlalchemy import func, select, text

from benchmarks.databases import pair
from benchmarks.house import EXAM, people_of, session_cookie
from benchmarks.statistics import environ_of
from lms import config, create_app, packs
from lms.assessment.models import Attempt, Exam, Response
from lms.core import clock
from lms.core.database import db, unit_of_work
from lms.identity import service as identity

MOST_SECONDS = 10.0
STEPS = ("exam page", "start", "first question", "first save")


@dataclass(slots=True)
class Pupil:
    """Somebody signed in, and what became of their steps: seconds each, and the first error."""

    cookie: str
    csrf: str
    seconds: dict[str, float] = field(default_factory=dict)
    begun_at: float = 0.0
    error: str = ""


def main() -> int:
    """Measure and print; exit status 1 on an error or if not all had begun in time."""
    options = _options()
    url = os.environ.get("LMS_BENCH_DATABASE_URL")
    with tempfile.TemporaryDirectory(prefix="lms-bench-") as folder, pair(Path(folder), url) as databases:
        environ = environ_of(folder, databases.product)
        app = create_app(environ=environ)
        pupils = prepare(app, options.starts)
        with gunicorn(environ, options.workers) as port:
            wall = run(pupils, port)
        errors = [pupil.error for pupil in pupils if pupil.error] + _books(app, options.starts)
        with app.app_context():
            db.engine.dispose()
    _print(pupils, wall, options.workers, url)
    for error in sorted(set(errors))[:5]:
        print(f"error: {error} ({errors.count(error)} times)")
    return 1 if errors or wall > MOST_SECONDS else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.class_start", description="A whole class at once.")
    parser.add_argument("--starts", type=int, default=500)
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="of gunicorn (default: processors)")
    return parser.parse_args()


def prepare(app: Flask, count: int) -> list[Pupil]:
    """The bundled content and so many people with a session each."""
    now = clock.now()
    with app.app_context():
        db.create_all()
        packs.load([config.ROOT / "courses", config.ROOT / "question_bank"], take=None, actor=None, now=now)
        pupils = []
        with unit_of_work():
            for person in people_of(count, now):
                token = identity.sign_in(person, now=now, address="127.0.0.1", browser="bench")
                pupils.append(Pupil(*session_cookie(app, {"_user_id": token, "_fresh": True})))
        db.session.remove()
        if db.engine.dialect.name == "postgresql":
            with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text("ANALYZE"))
        db.engine.dispose()
    return pupils


@contextmanager
def gunicorn(environ: dict[str, str], workers: int) -> Iterator[int]:
    """The application behind gunicorn as ``make run`` starts it; the port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "--config", "lms/serve.py", "--bind", f"127.0.0.1:{port}"]
    command += ["--workers", str(workers), "wsgi:app"]
    server = subprocess.Popen(command, cwd=config.ROOT, env={**os.environ, **environ}, stderr=subprocess.DEVNULL)
    try:
        _wait(port, server)
        yield port
    finally:
        server.terminate()
        server.wait(30)


def _wait(port: int, server: "subprocess.Popen[bytes]") -> None:
    for _ in range(600):
        if server.poll() is not None:
            break
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
            connection.request("GET", "/healthz")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("gunicorn does not answer")


def run(pupils: list[Pupil], port: int) -> float:
    """Let all loose at once; seconds until the last had begun."""
    gate = threading.Barrier(len(pupils) + 1)
    threads = [threading.Thread(target=_sit_down, args=(pupil, port, gate), daemon=True) for pupil in pupils]
    for thread in threads:
        thread.start()
    gate.wait()
    begun = time.perf_counter()
    for thread in threads:
        thread.join()
    return max((pupil.begun_at for pupil in pupils), default=begun) - begun


def _sit_down(pupil: Pupil, port: int, gate: threading.Barrier) -> None:
    gate.wait()
    try:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        page = f"/exams/{EXAM}"
        _step(pupil, connection, STEPS[0], "GET", page, 200)
        attempt, _ = _step(pupil, connection, STEPS[1], "POST", page, 303, {})
        pupil.begun_at = time.perf_counter()
        _, question = _step(pupil, connection, STEPS[2], "GET", attempt, 200)
        choice = re.search(r'name="answer"[^>]*? value="([^"]+)"', question)
        fields = {"answer": choice[1] if choice else "1", "seq": "1"}
        _step(pupil, connection, STEPS[3], "POST", f"{attempt}/answers/1", 200, fields)
        connection.close()
    except (OSError, http.client.HTTPException, RuntimeError) as error:
        pupil.error = f"{type(error).__name__}: {error}"


def _step(
    pupil: Pupil,
    connection: http.client.HTTPConnection,
    name: str,
    method: str,
    path: str,
    status: int,
    form: dict[str, str] | None = None,
) -> tuple[str, str]:
    """One request; where it leads, and the page."""
    headers = {"Cookie": pupil.cookie, "Accept": "application/json" if name == STEPS[3] else "text/html"}
    body = None
    if form is not None:
        headers["Content-Type"] = "application/x-www-form-urlencoded"
        body = urlencode({**form, "csrf_token": pupil.csrf})
    begun = time.perf_counter()
    connection.request(method, path, body, headers)
    response = connection.getresponse()
    page = response.read().decode()
    pupil.seconds[name] = time.perf_counter() - begun
    if response.status != status:
        raise RuntimeError(f"{name}: {response.status}, not {status}")
    return urlsplit(response.headers.get("Location", "")).path, page


def _books(app: Flask, starts: int) -> list[str]:
    """What the database says about it: one attempt and one answer each, and as many papers counted."""
    with app.app_context():
        attempts = db.session.scalar(select(func.count()).select_from(Attempt))
        answers = db.session.scalar(select(func.count()).select_from(Response))
        papers = db.session.scalar(select(Exam.papers).where(Exam.key == EXAM))
        db.session.remove()
    found = {"attempts": attempts, "answers": answers, "papers counted": papers}
    return [f"{number} {name} for {starts} starts" for name, number in found.items() if number != starts]


def _print(pupils: list[Pupil], wall: float, workers: int, url: str | None) -> None:
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    database = "PostgreSQL" if url else "SQLite"
    print(f"{len(pupils)} starts on {database}, {workers} workers, load {load:.1f}: all had begun after {wall:.2f} s")
    for step in STEPS:
        found = sorted(pupil.seconds[step] for pupil in pupils if step in pupil.seconds)
        if found:
            shares = "  ".join(f"p{p} {found[min(len(found) - 1, len(found) * p // 100)]:6.2f} s" for p in (50, 95, 99))
            print(f"{step:15} {shares}  n {len(found)}")


if __name__ == "__main__":
    sys.exit(main())
