"""Rows and facts of the HR room for tests."""

import itertools
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from lms.assessment.models import Exam
from lms.certification.models import Certification, CertificationRole
from lms.core import clock, events
from lms.core.database import db
from lms.hr import listeners, service
from lms.hr.models import ReviewCycle
from lms.hr.performance import Component, Fact, Kind, Missing, Period
from lms.hr.quality import NewScore
from lms.identity.models import Person

_numbers = itertools.count(1)
HALF = Period(date(2026, 7, 1), date(2026, 12, 31), date(2026, 12, 31))


def component(kind: Kind = Kind.INSPECTION, of: str | None = None, weight: Any = 100) -> Component:
    return Component(kind, of, Decimal(str(weight)))


def fact(share: Any = 90, **changes: Any) -> Fact:
    """An exam attempt of 1 August 2026, later ones a day later each."""
    number = next(_numbers)
    at = changes.pop("at", datetime(2026, 8, 1, tzinfo=UTC) + timedelta(minutes=number))
    values = {
        "kind": "exam",
        "of": "front-line-exam",
        "reference": f"attempt:{number:06d}",
        "at": at,
        "on": at.date(),
        "share": Fraction(str(share)),
    }
    return Fact(**{**values, **changes})


def score(person: Person, **changes: Any) -> NewScore:
    """A daily inspection of today: 8 of 10."""
    values = {
        "employee_number": person.employee_number,
        "source": "inspection",
        "observed_on": clock.today(),
        "score": Decimal(8),
        "max_score": Decimal(10),
        "reference": f"I-{next(_numbers)}",
    }
    return NewScore(**{**values, **changes})


def cycle(*components: Component, missing: Missing = Missing.REWEIGH, **changes: Any) -> ReviewCycle:
    """A cycle of 30 days before and after today; inspections alone unless stated. Inside a unit of work."""
    today = clock.today()
    wanted = service.NewCycle(
        key=changes.pop("key", f"cycle-{next(_numbers)}"),
        title=changes.pop("title", {"en": "Second half", "zh-Hans": "下半年"}),
        starts_on=changes.pop("starts_on", today - timedelta(days=30)),
        ends_on=changes.pop("ends_on", today + timedelta(days=30)),
        components=components or (component(),),
        missing=missing,
    )
    return service.open_cycle(wanted, actor=None, now=clock.now())


def attempt(person: Person, points: Any = 9, **changes: Any) -> events.AttemptFinished:
    """News of an exam attempt worth ``points`` of 10."""
    values = {
        "attempt_id": next(_numbers),
        "person_id": person.id,
        "exam_key": "front-line-exam",
        "version": 1,
        "at": clock.now(),
        "score": Decimal(points),
        "max_score": Decimal(10),
        "percent": Decimal(points) * 10,
        "passed": Decimal(points) >= 8,
    }
    return events.AttemptFinished(**{**values, **changes})


def play(person: Person, points: Any = 9, **changes: Any) -> events.PlayFinished:
    """News of an exam-mode play worth ``points`` of 10."""
    values = {
        "play_id": next(_numbers),
        "person_id": person.id,
        "scenario_key": "late-delivery",
        "version": 1,
        "at": clock.now(),
        "score": Decimal(points),
        "max_score": Decimal(10),
        "percent": Decimal(points) * 10,
        "passed": Decimal(points) >= 8,
    }
    return events.PlayFinished(**{**values, **changes})


def exam(key: str = "front-line-exam") -> str:
    """An exam's row, so that a cycle may name it; returns the key."""
    db.session.add(Exam(key=key, pack="test", title={"en": "Front-line exam", "zh-Hans": "一线考试"}))
    db.session.flush()
    return key


def required_certification(key: str, job_role: str) -> None:
    """A certification that a job role must hold."""
    rule = Certification(key=key, title={"en": key}, pack="test")
    db.session.add(rule)
    db.session.flush()
    db.session.add(CertificationRole(role=job_role, certification_id=rule.id))
    db.session.flush()


def certificate_change(person: Person, key: str, verb: str = "issue", **changes: Any) -> events.CertificateChanged:
    """News of a certificate that holds for a year."""
    values = {
        "certificate_id": next(_numbers),
        "person_id": person.id,
        "certification_key": key,
        "verb": verb,
        "at": clock.now(),
        "expires_on": clock.today() + timedelta(days=365),
    }
    return events.CertificateChanged(**{**values, **changes})


def tell(news: Any) -> None:
    """Let the HR room alone hear of something that no row of another room stands for."""
    for kind, listener in listeners.LISTENERS:
        if type(news) is kind:
            listener(news)
