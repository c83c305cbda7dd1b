"""Reads of time allowances: what somebody has now, and the lists in which they are granted and withdrawn."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import bindparam, or_, select

from lms.assessment.models_time import TimeAllowance
from lms.assessment.openings import Extra
from lms.core import clock
from lms.core.database import db
from lms.core.errors import NotFound
from lms.core.texts import N_, Message
from lms.identity.models import Person


class Standing(StrEnum):
    """Whether an allowance holds on a day."""

    HOLDS = "holds"
    COMING = "coming"
    OVER = "over"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class AllowanceView:
    """An allowance with the names of whom it concerns."""

    id: int
    person_id: int
    name: str
    employee_number: str | None
    percent: int | None
    minutes: int | None
    from_on: date
    until_on: date | None
    reason: str
    granted_by: str
    granted_at: datetime
    withdrawn_at: datetime | None
    withdrawn_by: str | None

    def standing(self, day: date) -> Standing:
        """Whether it holds on the day."""
        if self.withdrawn_at is not None:
            return Standing.WITHDRAWN
        if day < self.from_on:
            return Standing.COMING
        return Standing.HOLDS if self.until_on is None or day <= self.until_on else Standing.OVER


# asked at every door and every start, so put together once
_HOLDING = select(TimeAllowance.id, TimeAllowance.percent, TimeAllowance.minutes).where(
    TimeAllowance.person_id == bindparam("person"),
    TimeAllowance.withdrawn_at.is_(None),
    TimeAllowance.from_on <= bindparam("day"),
    or_(TimeAllowance.until_on.is_(None), TimeAllowance.until_on >= bindparam("day")),
)


def holding(person_id: int, now: datetime) -> list[Extra]:
    """The allowances under which an attempt begun now falls."""
    rows = db.session.execute(_HOLDING, {"person": person_id, "day": clock.day_of(now)})
    return [Extra(*row) for row in rows]


def _select() -> Any:
    granter, withdrawer = Person.__table__.alias("granter"), Person.__table__.alias("withdrawer")
    return (
        select(
            TimeAllowance.id, TimeAllowance.person_id, Person.name, Person.employee_number, TimeAllowance.percent,
            TimeAllowance.minutes, TimeAllowance.from_on, TimeAllowance.until_on, TimeAllowance.reason,
            granter.c.name.label("granted_by"), TimeAllowance.granted_at, TimeAllowance.withdrawn_at,
            withdrawer.c.name.label("withdrawn_by"),
        )
        .join(Person, Person.id == TimeAllowance.person_id)
        .join(granter, granter.c.id == TimeAllowance.granted_by_id)
        .outerjoin(withdrawer, withdrawer.c.id == TimeAllowance.withdrawn_by_id)
    )  # fmt: skip


def in_force(day: date, limit: int = 200) -> list[AllowanceView]:
    """The allowances that hold on the day or will hold later, the newest first."""
    still = (TimeAllowance.withdrawn_at.is_(None), or_(TimeAllowance.until_on.is_(None), TimeAllowance.until_on >= day))
    query = _select().where(*still).order_by(TimeAllowance.id.desc()).limit(limit)
    return [AllowanceView(**row._mapping) for row in db.session.execute(query)]


def of_person(person_id: int) -> list[AllowanceView]:
    """All that one person ever had, the newest first."""
    query = _select().where(TimeAllowance.person_id == person_id).order_by(TimeAllowance.id.desc())
    return [AllowanceView(**row._mapping) for row in db.session.execute(query)]


def person(person_id: int) -> Person:
    """Whose allowances they are; raises ``NotFound``."""
    found = db.session.get(Person, person_id)
    if found is None:
        raise NotFound(Message(N_("There is no such person.")))
    return found


def person_called(words: str) -> Person | None:
    """Who has this employee number or address."""
    sought = words.strip()
    if not sought:
        return None
    query = select(Person).where(
        or_(Person.employee_number == sought, Person.email == sought.lower()), Person.deactivated_at.is_(None)
    )
    return db.session.scalars(query.order_by(Person.id).limit(1)).first()
