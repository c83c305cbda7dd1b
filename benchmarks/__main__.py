"""``python -m benchmarks``: throughput and CPU per learner request against a bare Flask view that does the same SQL.

The product answers request i while its SQL is written down; the bare application answers request i by doing exactly
that SQL on a copy of the database, over a raw connection of the same driver, with a ready-made body of the same size.
Both are called through WSGI in one process, turn by turn. "throughput" compares the two as they are; "with page" adds
Jinja's time for the product's template to the bare view, since a view that answers with a page has to make it.
Runs on SQLite, or on PostgreSQL with LMS_BENCH_DATABASE_URL.
"""

import argparse
import json
import os
import platform
import sqlite3
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from benchmarks.bare import Bare
from benchmarks.databases import Pair, pair
from benchmarks.house import furnish
from benchmarks.learner_requests import KINDS, Kind
from benchmarks.measuring import Figures, measure
from benchmarks.recording import Recorder
from lms import create_app
from lms.core import clock
from lms.core.database import db

WARM_UP = 10
LEAST_THROUGHPUT = 0.6
MOST_ATTEMPT_CPU_MS = 10.0
MOST_STATEMENTS = 8


def main() -> int:
    """Measure, print; with ``--strict`` exit status 1 where a target is missed."""
    options = _options()
    chosen = [kind for kind in KINDS if options.only is None or kind.name in options.only]
    url = os.environ.get("LMS_BENCH_DATABASE_URL")
    with tempfile.TemporaryDirectory(prefix="lms-bench-") as folder, pair(Path(folder), url) as databases:
        figures = _run(Path(folder), databases, chosen, options.rounds)
    machine = _machine()
    print(machine)
    print(_table(figures))
    missed = _missed(figures)
    for sentence in missed:
        print(f"missed: {sentence}")
    if options.json:
        body = {"machine": machine, "requests": [_as_json(each) for each in figures], "missed": missed}
        Path(options.json).write_text(json.dumps(body, indent=2) + "\n", encoding="utf-8")
    return 1 if missed and options.strict else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description="Learner requests against bare Flask.")
    parser.add_argument("--rounds", type=int, default=200, help="requests of each kind (default 200)")
    names = [kind.name for kind in KINDS]
    parser.add_argument("--only", action="append", choices=names, help="only this kind; may be repeated")
    parser.add_argument("--json", metavar="FILE", help="write the figures there too")
    parser.add_argument("--strict", action="store_true", help="exit status 1 if a target is missed")
    return parser.parse_args()


def _run(folder: Path, databases: Pair, kinds: Sequence[Kind], rounds: int) -> list[Figures]:
    environ = {
        "LMS_DATABASE_URL": databases.product,
        "LMS_SECRET_KEY": "only for this bench",
        "LMS_INSTANCE": str(folder / "instance"),
        "LMS_RATE_LIMITS": "off",
        "LMS_LOG_LEVEL": "warning",
    }
    app = create_app(environ=environ)
    print("Furnishing the database …", file=sys.stderr)
    house = furnish(app, WARM_UP + rounds, clock.now())
    databases.copy()
    bare = Bare(databases.bare, [(kind.method, kind.rule) for kind in KINDS])
    figures = []
    with app.app_context():
        recorder = Recorder(db.engine)
    with recorder.recording():
        for kind in kinds:
            print(f"Measuring {kind.title} …", file=sys.stderr)
            figures.append(measure(kind, house, app, recorder, bare, rounds, WARM_UP))
    bare.close()
    with app.app_context():
        db.engine.dispose()
    return figures


def _machine() -> str:
    model = platform.processor() or platform.machine()
    for line in _lines("/proc/cpuinfo"):
        if line.startswith("model name"):
            model = line.partition(":")[2].strip()
            break
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else 0.0
    url = os.environ.get("LMS_BENCH_DATABASE_URL")
    database = "PostgreSQL" if url else f"SQLite {sqlite3.sqlite_version}"
    return f"{os.cpu_count()} × {model}, load {load:.1f}, Python {platform.python_version()}, {database}"


def _lines(path: str) -> list[str]:
    file = Path(path)
    return file.read_text(encoding="utf-8").splitlines() if file.exists() else []


def _table(figures: Sequence[Figures]) -> str:
    rows = [("request", "product ms", "CPU ms", "bare ms", "bare CPU", "throughput", "Jinja ms", "with page", "statements")]
    rows += [
        (
            each.title,
            f"{each.product_ms:.2f}",
            f"{each.product_cpu_ms:.2f}",
            f"{each.bare_ms:.2f}",
            f"{each.bare_cpu_ms:.2f}",
            f"{each.throughput:.0%}",
            f"{each.template_ms:.2f}",
            f"{each.page_throughput:.0%}",
            str(each.statements),
        )
        for each in figures
    ]
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [row[0].ljust(widths[0]), *(cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True))]
        lines.append("  ".join(cells))
    lines.insert(1, "-" * len(lines[0]))
    return "\n".join(lines)


def _missed(figures: Sequence[Figures]) -> list[str]:
    sentences = []
    for each in figures:
        if each.page_throughput < LEAST_THROUGHPUT:
            sentences.append(f"{each.title}: {each.page_throughput:.0%} of the bare view, at least {LEAST_THROUGHPUT:.0%}")
        if each.name == "attempt" and each.product_cpu_ms > MOST_ATTEMPT_CPU_MS:
            sentences.append(f"{each.title}: {each.product_cpu_ms:.1f} ms CPU, at most {MOST_ATTEMPT_CPU_MS:.0f}")
        if each.statements > MOST_STATEMENTS and each.name not in ("submit", "sign-in"):
            sentences.append(f"{each.title}: {each.statements} statements, at most {MOST_STATEMENTS}")
    return sentences


def _as_json(each: Figures) -> dict[str, object]:
    return {**asdict(each), "throughput": each.throughput, "page_throughput": each.page_throughput}


if __name__ == "__main__":
    sys.exit(main())
