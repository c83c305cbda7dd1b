"""``make bench-plays``: do flags of role-plays find planted faults, and how fast is the page of 5,000 plays.

First simulated cohorts of 200 learners (see simulated_plays) in scenarios with and without planted faults, several seeds;
then 5,000 plays in the database, the page and the call timed. Runs on SQLite, or on PostgreSQL with LMS_BENCH_DATABASE_URL
(a server on which it makes, and drops, a database of its own). Exit status 1 where a target is missed.
"""

import argparse
import os
import sys
import tempfile
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import accumulate
from pathlib import Path
from typing import Any

from flask import Flask
from sqlalchemy import insert, select, text

from benchmarks.databases import pair
from benchmarks.simulated_plays import GOOD, WEAK, Found, Played, World, played, tried, world
from benchmarks.statistics import environ_of, timed, visitor
from lms import create_app
from lms.core import clock
from lms.core.database import db, unit_of_work
from lms.identity.models import Person
from lms.scenarios import sync
from lms.scenarios.models import Play, Scenario, Turn

LEAST = 0.95
MOST_PAGE_SECONDS = 0.5
AT_ONCE = 500


def main() -> int:
    """Measure and print."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.plays", description="Flags and pages of role-plays.")
    parser.add_argument("--scenarios", type=int, default=40, help="scenarios a seed")
    parser.add_argument("--seeds", type=int, default=5)
    parser.add_argument("--learners", type=int, default=200)
    parser.add_argument("--plays", type=int, default=5000, help="0: no page")
    asked = parser.parse_args()
    missed = list(_try_flags(asked.scenarios, asked.seeds, asked.learners))
    if asked.plays:
        missed += _time_pages(asked.plays)
    for sentence in missed:
        print(f"missed: {sentence}")
    return 1 if missed else 0


# ---- flags -----------------------------------------------------------------------------------


def _try_flags(scenarios: int, seeds: int, learners: int) -> Iterator[str]:
    for name, slopes in (("good scenarios", GOOD), ("weak scenarios", WEAK)):
        whole, alarms = dict[str, Found](), 0
        for seed in range(seeds):
            found, false_alarms = tried(scenarios, learners, f"bench:{seed}", slopes)
            alarms += false_alarms
            for kind, one in found.items():
                known = whole.setdefault(kind, Found())
                known.right, known.missed, known.false = (
                    known.right + one.right, known.missed + one.missed, known.false + one.false,
                )  # fmt: skip
        print(f"{name}: {seeds} × {scenarios} scenarios × {learners} learners")
        for kind, one in whole.items():
            planted = one.right + one.missed
            print(f"  {kind:8} planted {planted:4}  recall {one.recall:.3f}  precision {one.precision:.3f}")
        print(f"  flags of these kinds in {seeds * (scenarios // 4)} scenarios without fault: {alarms}")
        if slopes is GOOD:
            yield from (f"{kind}: recall {one.recall:.3f}" for kind, one in whole.items() if one.recall < LEAST)
            yield from (
                f"{kind}: precision {one.precision:.3f}" for kind, one in whole.items() if one.precision < LEAST
            )


# ---- pages -----------------------------------------------------------------------------------


def _time_pages(count: int) -> list[str]:
    url = os.environ.get("LMS_BENCH_DATABASE_URL")
    with tempfile.TemporaryDirectory(prefix="lms-bench-") as folder, pair(Path(folder), url) as databases:
        app = create_app(environ=environ_of(folder, databases.product))
        print(f"Writing {count} plays …", file=sys.stderr)
        with app.app_context():
            db.create_all()
        turns = furnish(app, world("bench-page", slopes=GOOD), count)
        missed = _asked(app, count, turns)
        with app.app_context():
            db.session.remove()
            db.engine.dispose()
    return missed


def furnish(app: Flask, found: World, count: int) -> int:
    """Finished exam plays of so many people on a simulated scenario, as rows; returns the number of turns."""
    turns, now = 0, clock.now()
    with app.app_context():
        with unit_of_work():
            sync.sync([found.definition], pack="bench", now=now)
        ways = played(found, count, "bench-page")
        for first in range(0, count, AT_ONCE):
            with unit_of_work():
                scenario = db.session.scalars(select(Scenario).where(Scenario.key == found.plot.key)).one()
                numbers = range(first, min(first + AT_ONCE, count))
                turns += _write(scenario, [(number, next(ways)) for number in numbers], now)
        if db.engine.dialect.name == "postgresql":
            with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text("ANALYZE"))
    return turns


def _write(scenario: Scenario, ways: list[tuple[int, Played]], now: datetime) -> int:
    people = [
        {"email": f"p{number}@example.com", "name": f"P {number}", "roles": ["learner"], "created_at": now}
        for number, _ in ways
    ]
    ids = db.session.scalars(insert(Person).returning(Person.id, sort_by_parameter_order=True), people).all()
    plays: list[dict[str, Any]] = [
        {
            "scenario_id": scenario.id, "scenario_version_id": scenario.version_id, "person_id": person_id, "mode": "exam",
            "seed": "s", "state": "finished", "language": "en", "started_at": now, "finished_at": now, "ending": way.ending,
            "score": way.percent, "max_score": 100, "percent": way.percent, "passed": way.percent >= 80, "criteria": {},
        }
        for person_id, (_, way) in zip(ids, ways, strict=True)
    ]  # fmt: skip
    play_ids = db.session.scalars(insert(Play).returning(Play.id, sort_by_parameter_order=True), plays).all()
    turns: list[dict[str, Any]] = []
    for play_id, (_, way) in zip(play_ids, ways, strict=True):
        ends = list(accumulate(way.seconds))
        for number, (turn, took, end) in enumerate(zip(way.turns, way.seconds, ends, strict=True), 1):
            turns.append({
                "play_id": play_id, "number": number, "scene": turn.scene, "choice": turn.choice, "emotion": turn.emotion,
                "offered": {"choices": list(turn.offered), "labels": [], "typed": False}, "fingerprint": "f",
                "is_right": None if turn.emotion is None else turn.emotion == "angry",
                "offered_at": now + timedelta(seconds=end - took), "taken_at": now + timedelta(seconds=end),
            })  # fmt: skip
    db.session.execute(insert(Turn), turns)
    return len(turns)


def _asked(app: Flask, count: int, turns: int) -> list[str]:
    client, headers = visitor(app)
    paths = {
        "page of the role-play": "/reports/scenarios/simulated",
        "page of all role-plays": "/reports/scenarios",
        "call": "/api/v1/scenarios/simulated/statistics",
    }
    backend = "PostgreSQL" if "postgresql" in app.config["SQLALCHEMY_DATABASE_URI"] else "SQLite"
    print(f"{backend}, {count} plays of {turns / count:.1f} turns, load {os.getloadavg()[0]:.1f}")
    missed = []
    for name, path in paths.items():
        seconds = min(timed(client, path, headers))
        print(f"{name:24}  {1000 * seconds:7.0f} ms")
        if seconds > MOST_PAGE_SECONDS:
            missed.append(f"{name}: {seconds:.2f} s")
    return missed


if __name__ == "__main__":
    sys.exit(main())
