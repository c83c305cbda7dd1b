"""``python -m benchmarks.exports``: all marks of 20,000 attempts of 20 items as files: seconds, memory, rows.

Each file is asked for over the API as any client would and written to disk piece by piece; memory is the process's
peak above what it held before. The rows in the file are counted and compared with what the answer says. Runs on
SQLite, or on PostgreSQL with LMS_BENCH_DATABASE_URL (a server on which it makes, and drops, a database of its own).
"""

import argparse
import csv
import json
import os
import re
import sys
import tempfile
import time
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import bindparam, select, update

from benchmarks.databases import pair
from benchmarks.statistics import AT_ONCE, DRAWN, EXAM, environ_of, furnish
from lms import create_app
from lms.assessment.models import Attempt, Grade
from lms.core import clock
from lms.core.access import Role, Scope
from lms.core.database import db, unit_of_work
from lms.identity import service as identity
from lms.question_bank.models import ItemVersion

MOST_CSV_SECONDS, MOST_MEMORY_MB = 2.0, 100
FILES = tuple((form, kind) for form in ("attempts", "responses") for kind in ("csv", "json", "xlsx"))


def main() -> int:
    """Measure and print; exit status 1 where a target is missed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.exports", description="Attempts as files.")
    parser.add_argument("--attempts", type=int, default=20_000)
    parser.add_argument("--responses", action="store_true", help="also a row for each response, 20 times as many")
    options = parser.parse_args()
    count, files = options.attempts, [file for file in FILES if options.responses or file[0] == "attempts"]
    with (
        tempfile.TemporaryDirectory(prefix="lms-bench-") as folder,
        pair(Path(folder), os.environ.get("LMS_BENCH_DATABASE_URL")) as databases,
    ):
        app = create_app(environ=environ_of(folder, databases.product))
        print(f"Writing {count} attempts …", file=sys.stderr)
        furnish(app, count)
        token = _papers_and_token(app)
        missed = [
            sentence for form, kind in files for sentence in _measure(app, token, Path(folder), form, kind, count)
        ]
        with app.app_context():
            db.session.remove()
            db.engine.dispose()
    for sentence in missed:
        print(f"missed: {sentence}")
    return 1 if missed else 0


def _papers_and_token(app: Flask) -> str:
    """Give every attempt the paper that its grades tell of; a trainer's token."""
    now = clock.now()
    with app.app_context(), unit_of_work():
        item_ids = {row.id: row.item_id for row in db.session.execute(select(ItemVersion.id, ItemVersion.item_id))}
        ids = list(db.session.scalars(select(Attempt.id).order_by(Attempt.id)))
        write = update(Attempt).where(Attempt.id == bindparam("one")).values(paper=bindparam("places"))
        for first in range(0, len(ids), AT_ONCE):
            papers: dict[int, list[Any]] = {one: [] for one in ids[first : first + AT_ONCE]}
            marks = select(Grade.attempt_id, Grade.slot, Grade.item_version_id).where(Grade.attempt_id.in_(papers))
            for attempt_id, slot, version_id in db.session.execute(marks.order_by(Grade.attempt_id, Grade.slot)):
                papers[attempt_id].append(
                    {"slot": slot, "section": 0, "item_version_id": version_id, "item_id": item_ids[version_id],
                     "points": "1", "shown": {"options": ["c", "a", "d", "b"]}}
                )  # fmt: skip
            db.session.connection().execute(write, [{"one": one, "places": paper} for one, paper in papers.items()])
        trainer = identity.add_person(email="bench@example.com", name="Trainer", roles=[Role.TRAINER], now=now)
        return identity.issue_token(trainer, [Scope.REPORT], days=1, actor=None, now=now - timedelta(minutes=1))


def _measure(app: Flask, token: str, folder: Path, form: str, kind: str, count: int) -> list[str]:
    file, address = folder / f"{form}.{kind}", f"/api/v1/exams/{EXAM}/attempts?format={kind}&form={form}"
    idle, begun, worked = memory_from_now(), time.perf_counter(), time.process_time()
    response = app.test_client().get(address, headers={"Authorization": f"Bearer {token}"}, buffered=False)
    with file.open("wb") as stream:
        for piece in response.iter_encoded():
            stream.write(piece)
    seconds, cpu, peak = time.perf_counter() - begun, time.process_time() - worked, peak_memory()
    response.close()
    rows, wanted = _rows(file, kind), count if form == "attempts" else count * DRAWN
    memory = (peak - idle) / 1024
    size = file.stat().st_size / 1e6
    print(f"{form:9}  {kind:4}  {rows:7} rows  {size:6.1f} MB  {seconds:6.2f} s ({cpu:.2f} s CPU)  +{memory:.0f} MB")
    missed = []
    if not rows == wanted == int(response.headers["Row-Count"]):
        missed.append(f"{form}.{kind} holds {rows} rows, {wanted} were sat, {response.headers['Row-Count']} were told")
    if (form, kind) == ("attempts", "csv") and seconds > MOST_CSV_SECONDS:
        missed.append(f"{form}.{kind} took {seconds:.2f} s, at most {MOST_CSV_SECONDS} s")
    if memory > MOST_MEMORY_MB:
        missed.append(f"{form}.{kind} took {memory:.0f} MB over idle, at most {MOST_MEMORY_MB} MB")
    return missed


def memory_from_now() -> int:
    """Resident memory in KiB, from which the peak is counted anew."""
    if (refs := Path("/proc/self/clear_refs")).exists():
        refs.write_text("5", encoding="ascii")
    return _status("VmRSS")


def peak_memory() -> int:
    return _status("VmHWM")


def _status(name: str) -> int:
    status = Path("/proc/self/status")
    found = re.search(rf"{name}:\s+(\d+)", status.read_text(encoding="ascii")) if status.exists() else None
    return int(found[1]) if found else 0


def _rows(file: Path, kind: str) -> int:
    """How many rows the file holds, read back."""
    if kind == "json":
        return len(json.loads(file.read_text(encoding="utf-8"))["items"])
    if kind == "csv":
        with file.open(encoding="utf-8-sig", newline="") as stream:
            return sum(1 for _ in csv.reader(stream)) - 1
    with zipfile.ZipFile(file) as book, book.open("xl/worksheets/sheet1.xml") as sheet:
        return sum(piece.count(b"<row ") for piece in sheet) - 1


if __name__ == "__main__":
    sys.exit(main())
