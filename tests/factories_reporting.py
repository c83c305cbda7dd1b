"""Finished attempts, plays and certificates as rows, by the dozen; each must be called inside a unit of work."""

import itertools
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from sqlalchemy import select

from lms.assessment.models import Attempt, Exam, Grade, Response
from lms.certification.models import Certificate, Certification
from lms.core import clock
from lms.core.database import db
from lms.identity.models import Person
from lms.question_bank.models import Item
from lms.reporting import service_summaries
from lms.scenarios.models import Play, Scenario, Turn
from tests import factories

_codes = itertools.count(1)


def noon(day: date | None = None) -> datetime:
    """Midday where the organisation works."""
    return datetime.combine(day or clock.today(), time(12), clock.timezone())


def attempt(person: Person, exam: Exam, *, passed: bool | None, at: datetime | None = None, **changes: Any) -> Attempt:
    """A finished first attempt, at the place where the person works; 90 or 50 of 100 points."""
    at = at or noon()
    score = Decimal(90 if passed else 50)
    values = {
        "kind": "exam", "subject": exam.key, "exam_id": exam.id, "exam_version_id": exam.version_id,
        "person_id": person.id, "number": 1, "state": "graded", "seed": 1, "language": "en", "paper": [],
        "started_at": at - timedelta(minutes=20), "finished_at": at, "graded_at": at, "score": score,
        "max_score": Decimal(100), "percent": score, "passed": passed, "is_first": True,
        "department_id": person.department_id, "site_id": person.site_id, "job_role_id": person.job_role_id, **changes,
    }  # fmt: skip
    row = Attempt(**values)
    db.session.add(row)
    db.session.flush()
    return row


def group(exam: Exam, passed: int, n: int, *, at: datetime | None = None, **person: Any) -> list[Person]:
    """``n`` new people with a first attempt each, of whom so many passed."""
    people = [factories.person(**person) for _ in range(n)]
    for place, one in enumerate(people):
        attempt(one, exam, passed=place < passed, at=at)
    return people


def marked(
    exam: Exam, marks: Sequence[Any], maxima: Sequence[Any], items: Sequence[str], *,
    answers: Sequence[Any] = (), language: str = "en",
) -> Attempt:  # fmt: skip
    """A first attempt with a grade for each item, noted to be counted; None for an item that the paper did not hold.

    ``answers`` are in keys, for the first items that were held; None is an answer that was never given.
    """
    held = [(mark, top, key) for mark, top, key in zip(marks, maxima, items, strict=True) if mark is not None]
    total, most = sum(Decimal(str(mark)) for mark, _, _ in held), sum(Decimal(top) for _, top, _ in held)
    row = attempt(factories.person(), exam, passed=total * 2 > most, score=total, max_score=most, language=language)
    known = {key: version_id for key, version_id in db.session.execute(select(Item.key, Item.version_id))}
    db.session.add_all(
        Grade(
            attempt_id=row.id, slot=slot, item_version_id=known[key], share=Decimal(str(mark)) / Decimal(top),
            points=Decimal(str(mark)), max_points=Decimal(top), graded_at=noon(),
        )
        for slot, (mark, top, key) in enumerate(held, 1)
    )  # fmt: skip
    db.session.add_all(
        Response(attempt_id=row.id, slot=slot, seq=1, answer=answer, saved_at=noon())
        for slot, answer in enumerate(answers, 1)
        if answer is not None
    )
    service_summaries.note([row.id])
    db.session.flush()
    return row


def scenario_row(key: str) -> Scenario:
    """A scenario that is in the database."""
    return db.session.scalars(select(Scenario).where(Scenario.key == key)).one()


def play(
    person: Person,
    scenario: Scenario,
    *,
    passed: bool = True,
    labels: Sequence[tuple[str, str | None, str]] = (),
    at: datetime | None = None,
    percent: int = 80,
    mode: str = "exam",
    ending: str = "settled",
) -> Play:
    """A finished play; ``labels`` are (scene, label given, choice) with "angry" the right answer of every scene."""  # fmt: skip
    at = at or noon()
    asked = [one for one in labels if one[0] == "opening"]
    right = sum(label == "angry" for _, label, _ in asked)
    row = Play(
        scenario_id=scenario.id, scenario_version_id=scenario.version_id, person_id=person.id, mode=mode, seed="s",
        state="finished", language="en", started_at=at, finished_at=at, ending=ending, score=percent, max_score=100,
        percent=percent, passed=passed, criteria={}, emotions_asked=len(asked), emotions_right=right,
        department_id=person.department_id, site_id=person.site_id, job_role_id=person.job_role_id,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    db.session.add_all(
        Turn(
            play_id=row.id, number=number, scene=scene, offered={}, emotion=label, choice=choice,
            is_right=label == "angry" if scene == "opening" else None,
            panel_share=Decimal(8) / 12 if label == "angry" else None, offered_at=at, taken_at=at, fingerprint="f",
        )
        for number, (scene, label, choice) in enumerate(labels, 1)
    )  # fmt: skip
    db.session.flush()
    return row


def certificate(
    person: Person, key: str, *, expires_on: date, revoked: bool = False, after: Certificate | None = None
) -> Certificate:
    """A certificate of a year with a window of two months; ``after`` is the one it renews."""
    of = db.session.scalars(select(Certification).where(Certification.key == key)).one()
    base = expires_on - timedelta(days=365)
    row = Certificate(
        code=f"T{next(_codes):09d}", certification_id=of.id, certification_version_id=of.version_id,
        person_id=person.id, number=after.number + 1 if after else 1,
        previous_id=after.id if after else None, completed_on=base, base_on=base, anchor_on=base, expires_on=expires_on,
        window_opens_on=expires_on - timedelta(days=60), issued_at=noon(base), revoked_at=noon() if revoked else None,
    )  # fmt: skip
    db.session.add(row)
    db.session.flush()
    return row
