"""``python -m benchmarks.regrading``: grade 20,000 attempts again by a corrected key, and take it back.

Every attempt has twenty questions; the key of one of them was wrong, and the new one changes two attempts of three: a
third gains, a third loses, and with the point many their pass, their completion, their certificate and their row in the
feed of results. Printed are seconds, CPU seconds (ours, and those of the PostgreSQL process where it can be seen),
memory over idle, and how long the database's writer was held. Undoing has to give back every mark, result, completion
and certificate. Runs on SQLite, or on PostgreSQL with LMS_BENCH_DATABASE_URL (a server on which it makes, and drops,
a database of its own).
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

from flask import current_app
from sqlalchemy import event, insert, select, text

from benchmarks.databases import pair
from benchmarks.exports import memory_from_now, peak_memory
from benchmarks.statistics import OPTIONS, environ_of
from lms import create_app
from lms.assessment import service_plans, service_regrading
from lms.assessment.content import Exam as ExamDefinition
from lms.assessment.models import Attempt, Exam, Grade, Response
from lms.assessment.models_regrading import Regrading
from lms.assessment.regrading import Rule
from lms.assessment.regrading_states import State
from lms.certification import sync as certifications
from lms.certification.content import Certification as CertificationDefinition
from lms.certification.models import Certificate, CertificateChange, Certification
from lms.core import clock, jobs
from lms.core.access import Role
from lms.core.database import db, is_writing, unit_of_work
from lms.enrolment.models import Completion
from lms.hr.models import Result
from lms.identity import service as identity
from lms.identity.models import Person
from lms.question_bank import service as bank
from lms.question_bank import sync
from lms.question_bank.content import Topic
from lms.question_bank.items import item_of
from lms.question_bank.models import Item

EXAM, CERTIFICATION, SKILL = "bench-exam", "bench-certificate", "active-listening"
ITEMS, CUT, AT_ONCE = 20, 80, 500
WRONG = "bench-0"
MOST_APPLY_SECONDS = 45.0


def main() -> int:
    """Measure and print; exit status 1 where undoing gives something else back, or applying takes too much CPU."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.regrading", description="Regrading of many attempts.")
    parser.add_argument("--attempts", type=int, default=20_001)
    count = parser.parse_args().attempts
    with (
        tempfile.TemporaryDirectory(prefix="lms-bench-") as folder,
        pair(Path(folder), os.environ.get("LMS_BENCH_DATABASE_URL")) as databases,
    ):
        app = create_app(environ=environ_of(folder, databases.product))
        with app.app_context():
            print(f"Writing {count} attempts …", file=sys.stderr)
            shown = furnish(count)
            missed = measure(shown)
            db.session.remove()
            db.engine.dispose()
    for sentence in missed:
        print(f"missed: {sentence}")
    return 1 if missed else 0


# ---- rows ----------------------------------------------------------------------------------


def furnish(count: int) -> int:
    """The exam, its certification and so many graded attempts with all that followed; the id of the wrong version."""
    db.create_all()
    now = clock.now() - timedelta(hours=1)
    with unit_of_work():
        items = [_item(number) for number in range(ITEMS)]
        sync.sync([Topic.model_construct(topic="bench", title=_text("Bench"), items=items)], pack="bench", now=now)
        definition = {
            "exam": EXAM, "title": _text("Bench"), "cut": CUT,
            "sections": [{"title": _text("All"), "topic": "bench", "draw": ITEMS, "cut": 40}],
        }  # fmt: skip
        plan = ExamDefinition.model_validate(definition)
        exam = service_plans.write_plan(plan, None, pack="bench", actor=None, now=now)
        body = {"certification": CERTIFICATION, "title": _text("Bench"), "requires": {"exam": EXAM}}
        certifications.sync([CertificationDefinition.model_validate(body)], pack="bench", now=now)
    rng = Random("bench")
    for first in range(0, count, AT_ONCE):
        with unit_of_work():
            _sit(exam, range(first, min(first + AT_ONCE, count)), rng, now)
    if db.engine.dialect.name == "postgresql":
        with db.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.execute(text("ANALYZE"))
    shown = db.session.scalars(select(Item.version_id).where(Item.key == WRONG)).one()
    assert shown is not None
    return shown


def _text(words: str) -> dict[str, str]:
    return {"en": words, "zh-Hans": words}


def _item(number: int, answer: str = "b") -> Any:
    options = {key: _text(f"Way {key}") for key in OPTIONS}
    body = {"key": f"bench-{number}", "type": "single", "stem": _text(f"Item {number}"), "options": options}
    return item_of({**body, "answer": answer, **({"skill": SKILL} if number % 4 == 0 else {})})


def _sit(exam: Exam, numbers: range, rng: Random, now: Any) -> None:
    """Graded attempts of so many people: of three, one chose the right way, one the keyed way, one neither."""
    rows = [{"email": f"b{n}@example.com", "name": f"B {n}", "roles": ["learner"], "created_at": now} for n in numbers]
    people = list(db.session.scalars(insert(Person).returning(Person.id, sort_by_parameter_order=True), rows))
    drawn = db.session.execute(select(Item.id, Item.version_id).order_by(Item.id)).all()
    chosen = [["abc"[n % 3], *_chosen(rng)] for n in numbers]
    attempts = [
        _attempt(exam, person_id, answers, drawn, now) for person_id, answers in zip(people, chosen, strict=True)
    ]
    inserting = insert(Attempt).returning(Attempt.id, sort_by_parameter_order=True)
    ids = list(db.session.scalars(inserting, attempts))
    grades, responses = [], []
    for attempt_id, answers in zip(ids, chosen, strict=True):
        for slot, (answer, (_item_id, version_id)) in enumerate(zip(answers, drawn, strict=True), 1):
            share = int(answer == "b")
            grades.append({"attempt_id": attempt_id, "slot": slot, "number": 1, "item_version_id": version_id,
                           "share": share, "points": share, "max_points": 1, "graded_at": now})  # fmt: skip
            responses.append({"attempt_id": attempt_id, "slot": slot, "seq": 1, "answer": answer, "saved_at": now})
    db.session.execute(insert(Grade), grades)
    db.session.execute(insert(Response), responses)
    db.session.execute(insert(Result), [_result(*one, now) for one in zip(ids, attempts, chosen, strict=True)])
    _certify([(one, row["person_id"]) for one, row in zip(ids, attempts, strict=True) if row["passed"]], now)


def _chosen(rng: Random) -> list[str]:
    able = min(max(rng.gauss(0.78, 0.12), 0), 1)
    return ["b" if rng.random() < able else "c" for _ in range(1, ITEMS)]


def _attempt(exam: Exam, person_id: int, answers: list[str], drawn: Any, now: Any) -> dict[str, Any]:
    score = answers.count("b")
    percent = score * 100 / ITEMS
    paper = [
        {"slot": slot, "section": 0, "item_version_id": version_id, "item_id": item_id, "points": "1",
         "shown": {"options": ["c", "a", "d", "b"]}}
        for slot, (item_id, version_id) in enumerate(drawn, 1)
    ]  # fmt: skip
    section = {"score": float(score), "max_score": float(ITEMS), "percent": percent, "passed": percent >= 40}
    return {
        "kind": "exam", "subject": EXAM, "exam_id": exam.id, "exam_version_id": exam.version_id, "person_id": person_id,
        "number": 1, "state": "graded", "seed": person_id, "language": "en", "paper": paper,
        "started_at": now - timedelta(hours=1), "finished_at": now, "graded_at": now, "score": score,
        "max_score": ITEMS, "percent": percent, "passed": percent >= CUT, "sections": [section], "is_first": True,
    }  # fmt: skip


def _result(attempt_id: int, attempt: Mapping[str, Any], answers: list[str], now: Any) -> dict[str, Any]:
    """The row of the feed that such an attempt has."""
    six = Decimal("0.000001")
    skill = [str(Decimal(sum(one == "b" for one in answers[::4])).quantize(six)), str(Decimal(5).quantize(six))]
    return {
        "reference": f"attempt:{attempt_id}", "kind": "exam", "of_key": EXAM, "person_id": attempt["person_id"],
        "at": now, "state": "finished", "version": 1, "score": attempt["score"], "max_score": ITEMS,
        "percent": attempt["percent"], "passed": attempt["passed"], "counts": "best", "skills": {SKILL: skill},
        "updated_at": now,
    }  # fmt: skip


def _certify(passed: list[tuple[int, int]], now: Any) -> None:
    """Completions and certificates of those who passed."""
    rule = db.session.scalars(select(Certification)).one()
    today = clock.day_of(now)
    base = {"certification_id": rule.id, "certification_version_id": rule.version_id, "number": 1, "issued_at": now,
            "completed_on": today, "base_on": today, "anchor_on": today, "expires_on": today + timedelta(days=365),
            "window_opens_on": today + timedelta(days=300)}  # fmt: skip
    codes = [f"B{attempt_id:09}" for attempt_id, _ in passed]
    done = [
        {"person_id": person_id, "kind": kind, "key": key, "at": now, "reference": reference, "percent": None}
        for (attempt_id, person_id), code in zip(passed, codes, strict=True)
        for kind, key, reference in (
            ("exam", EXAM, f"attempt:{attempt_id}"), ("certification", CERTIFICATION, f"certificate:{code}")
        )
    ]  # fmt: skip
    if not passed:
        return
    db.session.execute(insert(Completion), done)
    rows = [{**base, "code": code, "person_id": person} for code, (_, person) in zip(codes, passed, strict=True)]
    inserting = insert(Certificate).returning(Certificate.id, sort_by_parameter_order=True)
    ids = list(db.session.scalars(inserting, rows))
    changes = [
        {"certificate_id": certificate_id, "verb": "issued", "at": now, "evidence": [
            {"kind": "exam", "key": EXAM, "at": now.isoformat(), "reference": f"attempt:{attempt_id}"}]}
        for certificate_id, (attempt_id, _) in zip(ids, passed, strict=True)
    ]  # fmt: skip
    db.session.execute(insert(CertificateChange), changes)


# ---- measuring -----------------------------------------------------------------------------


def measure(shown: int) -> list[str]:
    """Dry run, proposal, approval, undoing: what each takes, and whether all is again as it was."""
    now = clock.now()
    with unit_of_work():
        one, other = (
            identity.add_person(email=f"{name}@example.com", name=name, roles=[Role.TRAINER], now=now)
            for name in ("one", "other")
        )
        right = bank.save_item("bench", _item(0, answer="a"), actor=None, now=now)
    current_app.extensions["lms.periodic"] = []  # what is due by the clock is not measured
    _work()
    before = books()
    print(f"{db.engine.dialect.name}, load {os.getloadavg()[0]:.1f}")
    wanted = service_regrading.Wanted(WRONG, shown, right, Rule.NEW_KEY, False, "The key named the wrong way.")
    with spent("dry run"):
        with unit_of_work():
            found = service_regrading.dry_run(wanted, actor=one, now=now)
        _work()
    _told(found.id)
    with unit_of_work():
        service_regrading.propose(found.id, actor=one, now=now)
        service_regrading.approve(found.id, "", actor=other, now=now)
    with spent("apply") as cpu:
        _work()
    applied = db.session.get_one(Regrading, found.id, populate_existing=True)
    missed = [] if applied.state == State.APPLIED else [f"it is {applied.state}, not applied"]
    if cpu[0] > MOST_APPLY_SECONDS:
        missed.append(f"applying took {cpu[0]:.1f} s of CPU, at most {MOST_APPLY_SECONDS}")
    between = books()
    missed += [f"applying left {name} as before" for name, rows in before.items() if rows == between[name]]
    with unit_of_work():
        service_regrading.undo(found.id, "The old key was right.", actor=other, now=clock.now())
    with spent("undo"):
        _work()
    after = books()
    return missed + [f"undoing did not give back {name}" for name, rows in before.items() if rows != after[name]]


def _told(regrading_id: int) -> None:
    found = db.session.get_one(Regrading, regrading_id, populate_existing=True)
    print("  " + ", ".join(f"{name} {n}" for name, n in found.figures.items() if n))
    print("  " + ", ".join(f"{one['kind']} {one['people']}" for one in found.touched))


def _work() -> None:
    """What a worker does, until the regrading rests."""
    while jobs.run_due(clock.now() + timedelta(minutes=1)):
        pass
    failed = [job.last_error for job in db.session.scalars(select(jobs.Job).where(jobs.Job.last_error != ""))]
    if failed:
        raise SystemExit(failed[0])
    db.session.commit()


def books() -> dict[str, Any]:
    """All that a regrading touches, as it holds at the moment."""
    grades = select(Grade.attempt_id, Grade.slot, Grade.share, Grade.points).order_by(Grade.number)
    attempts = select(Attempt.id, Attempt.state, Attempt.score, Attempt.percent, Attempt.passed, Attempt.sections)
    results = select(Result.reference, Result.score, Result.percent, Result.passed, Result.state, Result.skills)
    done = select(Completion.person_id, Completion.kind, Completion.reference).where(Completion.withdrawn_at.is_(None))
    held = select(Certificate.person_id, Certificate.code).where(Certificate.revoked_at.is_(None))
    books = {
        "marks": {(row[0], row[1]): row[2:] for row in db.session.execute(grades)},
        "results": sorted(map(tuple, db.session.execute(attempts))),
        "the feed of results": sorted(map(tuple, db.session.execute(results.where(Result.kind == "exam"))), key=str),
        "completions": sorted(map(tuple, db.session.execute(done))),
        "certificates": sorted(map(tuple, db.session.execute(held))),
    }
    db.session.commit()
    return books


@contextmanager
def spent(name: str) -> Iterator[list[float]]:
    """Print what a step takes; gives the CPU seconds of both sides once it is over."""
    held = _Held()
    server = _server_cpu()
    idle, begun, worked, cpu = memory_from_now(), time.perf_counter(), time.process_time(), [0.0]
    with held.watching():
        yield cpu
    seconds, ours, theirs = time.perf_counter() - begun, time.process_time() - worked, _server_cpu() - server
    cpu[0] = ours + theirs
    told = f" + {theirs:.1f} s of the server" if db.engine.dialect.name == "postgresql" else ""
    print(
        f"{name:8} {seconds:7.1f} s   {ours:6.1f} s CPU{told}   +{(peak_memory() - idle) / 1024:.0f} MB"
        f"   longest unit of work {held.longest:.1f} s"
    )


class _Held:
    """Watches for how long the longest transaction that writes goes on."""

    def __init__(self) -> None:
        self.longest = 0.0
        self._begun: float | None = None

    @contextmanager
    def watching(self) -> Iterator[None]:
        heard: tuple[tuple[str, Callable[..., None]], ...] = (
            ("begin", self._begin), ("commit", self._end), ("rollback", self._end)
        )  # fmt: skip
        for name, listener in heard:
            event.listen(db.engine, name, listener)
        yield
        for name, listener in heard:
            event.remove(db.engine, name, listener)

    def _begin(self, _connection: Any) -> None:
        self._begun = time.perf_counter() if is_writing() else None

    def _end(self, _connection: Any) -> None:
        if self._begun is not None:
            self.longest = max(self.longest, time.perf_counter() - self._begun)


def _server_cpu() -> float:
    """CPU seconds of the PostgreSQL process that serves this session, where it runs on this machine; else 0."""
    if db.engine.dialect.name != "postgresql":
        return 0.0
    stat = Path(f"/proc/{db.session.scalar(text('SELECT pg_backend_pid()'))}/stat")
    db.session.commit()
    if not stat.exists():
        return 0.0
    fields = stat.read_text(encoding="ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


if __name__ == "__main__":
    sys.exit(main())
