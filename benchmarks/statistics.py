"""``python -m benchmarks.statistics``: an exam's statistics from 20,000 attempts of 20 items: page, rebuild, counting.

Attempts are put into the database as rows, as if 20,000 people had sat; then the summaries are rebuilt from scratch,
the page, an item's page and the call are asked for, and a batch of attempts is counted anew. Runs on SQLite, or on
PostgreSQL with LMS_BENCH_DATABASE_URL (a server on which it makes, and drops, a database of its own).
"""

import argparse
import os
import resource
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

from flask import Flask
from sqlalchemy import func, insert, select, text

from benchmarks.databases import pair
from lms import create_app
from lms.assessment import service_plans
from lms.assessment.content import Exam as ExamDefinition
from lms.assessment.models import Attempt, Exam, Grade, Response
from lms.core import clock
from lms.core.access import Role, Scope
from lms.core.database import db, unit_of_work
from lms.identity import service as identity
from lms.identity.models import Person
from lms.question_bank import item_scores, sync
from lms.question_bank import queries as bank
from lms.question_bank.content import Topic
from lms.question_bank.items import item_of
from lms.question_bank.models import Item
from lms.reporting import service_summaries as summaries
from lms.reporting.models import SummedMark, SummedPick

EXAM, BANK, DRAWN = "bench-exam", 40, 20
ROUNDS, AT_ONCE = 5, 500
MOST_PAGE_SECONDS, MOST_REBUILD_SECONDS = 0.5, 5.0
OPTIONS = ("a", "b", "c", "d")


def main() -> int:
    """Measure and print; exit status 1 where a target is missed on PostgreSQL."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.statistics", description="Statistics from summaries.")
    parser.add_argument("--attempts", type=int, default=20_000)
    count = parser.parse_args().attempts
    url = os.environ.get("LMS_BENCH_DATABASE_URL")
    with tempfile.TemporaryDirectory(prefix="lms-bench-") as folder, pair(Path(folder), url) as databases:
        app = create_app(environ=environ_of(folder, databases.product))
        print(f"Writing {count} attempts …", file=sys.stderr)
        furnish(app, count)
        missed = _measure(app, count)
        with app.app_context():
            db.session.remove()
            db.engine.dispose()
    for sentence in missed:
        print(f"missed: {sentence}")
    return 1 if missed and url else 0


def environ_of(folder: str, url: str) -> dict[str, str]:
    return {
        "LMS_DATABASE_URL": url,
        "LMS_SECRET_KEY": "only for this bench",
        "LMS_INSTANCE": f"{folder}/instance",
        "LMS_RATE_LIMITS": "off",
        "LMS_LOG_LEVEL": "warning",
    }


# ---- rows ----------------------------------------------------------------------------------


def furnish(app: Flask, count: int) -> None:
    now = clock.now()
    with app.app_context():
        db.create_all()
        with unit_of_work():
            sync.sync([_topic()], pack="bench", now=now)
            definition = {
                "exam": EXAM, "title": _text("Bench"), "sections": [{"title": _text("All"), "topic": "bench", "draw": DRAWN}],
            }  # fmt: skip
            exam = service_plans.write_plan(
                ExamDefinition.model_validate(definition), None, pack="bench", actor=None, now=now
            )
        for first in range(0, count, AT_ONCE):
            with unit_of_work():
                _sit(exam, range(first, min(first + AT_ONCE, count)))
        if db.engine.dialect.name == "postgresql":
            with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
                connection.execute(text("ANALYZE"))


def _text(words: str) -> dict[str, str]:
    return {"en": words, "zh-Hans": words}


def _topic() -> Topic:
    """Forty items: single, partial multiple, judgement and matching in turn."""
    options = {key: _text(f"Way {key}") for key in OPTIONS}
    kinds: tuple[dict[str, Any], ...] = (
        {"type": "single", "options": options, "answer": "a"},
        {"type": "multiple", "options": options, "answer": ["a", "b"], "scoring": "partial"},
        {"type": "judgement", "options": options, "values": {"a": 1, "b": 0.5, "c": 0.25, "d": 0}},
        {"type": "matching", "left": {"x": _text("x"), "y": _text("y"), "z": _text("z")},
         "right": options, "answer": {"x": "a", "y": "b", "z": "c"}},
    )  # fmt: skip
    bodies = [{"key": f"bench-{n}", "stem": _text(f"Item {n}"), **kinds[n % len(kinds)]} for n in range(BANK)]
    return Topic.model_construct(topic="bench", title=_text("Bench"), items=[item_of(body) for body in bodies])


def _sit(exam: Exam, numbers: range) -> None:
    """Graded first attempts of so many people, with an answer and a grade for each item drawn."""
    now = clock.now()
    rows = [{"email": f"b{n}@example.com", "name": f"B {n}", "roles": ["learner"], "created_at": now} for n in numbers]
    ids = list(db.session.scalars(insert(Person).returning(Person.id, sort_by_parameter_order=True), rows))
    version_ids = [each for each in db.session.scalars(select(Item.version_id).order_by(Item.id)) if each is not None]
    items = bank.items(version_ids)
    attempts, papers = [], []
    for number, person_id in zip(numbers, ids, strict=True):
        rng = Random(f"bench:{number}")
        able = rng.gauss(0.65, 0.15)
        paper = [(version_id, *_answered(items[version_id], able, rng)) for version_id in rng.sample(version_ids, DRAWN)]
        score = sum(share for _, _, share in paper)
        papers.append(paper)
        attempts.append({
            "kind": "exam", "subject": EXAM, "exam_id": exam.id, "exam_version_id": exam.version_id,
            "person_id": person_id, "number": 1, "state": "graded", "seed": number, "language": ("en", "zh-Hans")[number % 2],
            "paper": [], "started_at": now - timedelta(hours=1), "finished_at": now, "graded_at": now, "score": score,
            "max_score": DRAWN, "percent": score * 100 / DRAWN, "passed": score * 100 >= 80 * DRAWN, "is_first": True,
        })  # fmt: skip
    attempt_ids = db.session.scalars(insert(Attempt).returning(Attempt.id, sort_by_parameter_order=True), attempts)
    grades, responses = [], []
    for attempt_id, paper in zip(attempt_ids, papers, strict=True):
        for slot, (version_id, answer, share) in enumerate(paper, 1):
            grades.append({"attempt_id": attempt_id, "slot": slot, "number": 1, "item_version_id": version_id,
                           "share": share, "points": share, "max_points": 1, "graded_at": now})  # fmt: skip
            responses.append({"attempt_id": attempt_id, "slot": slot, "seq": 1, "answer": answer, "saved_at": now})
    db.session.execute(insert(Grade), grades)
    db.session.execute(insert(Response), responses)


def _answered(item: Any, able: float, rng: Random) -> tuple[Any, Any]:
    """An answer and the share of the points it earns."""
    knows = rng.random() < able

    def pick(right: str) -> str:
        return right if knows or rng.random() < 0.25 else rng.choice(OPTIONS)

    match item.type:
        case "multiple":
            answer: Any = sorted({pick("a"), pick("b")})
        case "matching":
            answer = {part: pick(right) for part, right in item.answer.items()}
        case _:
            answer = pick("a")
    share = item_scores.score(item, answer)
    return answer, round(share, 6) if share is not None else 0


# ---- measuring -----------------------------------------------------------------------------


def _measure(app: Flask, count: int) -> list[str]:
    rebuilding = _seconds(lambda: _rebuild(app))
    with app.app_context():
        marks = db.session.scalar(select(func.count()).select_from(SummedMark))
        picks = db.session.scalar(select(func.count()).select_from(SummedPick))
        db.session.remove()
    client, headers = visitor(app)
    before = _resident()
    asked = {
        "page of the exam": f"/reports/exams/{EXAM}",

        "page of an item": f"/reports/exams/{EXAM}/items/bench-1",
        "call": f"/api/v1/exams/{EXAM}/statistics",
    }
    spent = {name: min(timed(client, path, headers)) for name, path in asked.items()}
    with app.app_context(), unit_of_work():
        summaries.note(db.session.scalars(select(Attempt.id).order_by(Attempt.id).limit(summaries.BATCH)))
    waiting = min(timed(client, asked["page of the exam"], headers))
    with app.app_context():
        counting = _seconds(_count)
    backend = "PostgreSQL" if "postgresql" in app.config["SQLALCHEMY_DATABASE_URI"] else "SQLite"
    print(f"{backend}, {count} attempts of {DRAWN} items drawn from {BANK}, load {os.getloadavg()[0]:.1f}")
    print(f"rebuild from scratch      {rebuilding:7.2f} s   ({marks} rows of marks, {picks} of picks)")
    for name, seconds in spent.items():
        print(f"{name:24}  {1000 * seconds:7.0f} ms")
    print(f"{'page with 500 due':24}  {1000 * waiting:7.0f} ms")
    print(f"{'counting 500 anew':24}  {1000 * counting:7.0f} ms")
    print(f"memory over idle          {_resident() - before:7.1f} MB, peak of the process {_resident():.0f} MB")
    missed = [f"{name}: {seconds:.2f} s" for name, seconds in spent.items() if seconds > MOST_PAGE_SECONDS]
    return [*missed, *([f"rebuild: {rebuilding:.1f} s"] if rebuilding > MOST_REBUILD_SECONDS else [])]


def _rebuild(app: Flask) -> None:
    with app.app_context():
        for version_id in summaries.exam_versions():
            with unit_of_work():
                summaries.rebuild(version_id, clock.now())
        db.session.remove()


def _count() -> None:
    with unit_of_work():
        summaries.count_due(clock.now())


def visitor(app: Flask) -> tuple[Any, dict[str, str]]:
    """A trainer's browser, and the headers of their token."""
    client = app.test_client()
    with app.app_context(), unit_of_work():
        now = clock.now()
        trainer = identity.add_person(email="trainer@example.com", name="Trainer", roles=(Role.TRAINER,), now=now)
        cookie, token = identity.sign_in(trainer, now=now), identity.issue_token(trainer, [Scope.REPORT], days=1, actor=None, now=now)
    with client.session_transaction() as session:
        session["_user_id"], session["_fresh"] = cookie, True
    return client, {"Authorization": f"Bearer {token}"}


def timed(client: Any, path: str, headers: dict[str, str]) -> Iterator[float]:
    for _ in range(ROUNDS):
        answer = [None]

        def ask(into: list[Any] = answer) -> None:
            into[0] = client.get(path, headers=headers if path.startswith("/api") else {})

        yield _seconds(ask)
        if answer[0].status_code != 200:  # type: ignore[attr-defined]
            raise SystemExit(f"{path} answered {answer[0].status_code}")  # type: ignore[attr-defined]


def _seconds(what: Callable[[], object]) -> float:
    began = time.perf_counter()
    what()
    return time.perf_counter() - began


def _resident() -> float:
    """The most memory this process has held, in MB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    sys.exit(main())
