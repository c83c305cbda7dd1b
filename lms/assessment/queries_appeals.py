"""Reads of appeals: one learner's, and those that wait for a decision."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from lms.assessment.appeal_states import State
from lms.assessment.models import Appeal, Attempt, Exam
from lms.core.database import db
from lms.core.errors import NotFound
from lms.core.texts import N_, Message, Text
from lms.identity.models import Person


@dataclass(frozen=True, slots=True)
class AppealView:
    """An appeal with whose it is and what it is about; ``slot`` 0 for the result as a whole."""

    id: int
    state: State
    slot: int
    reason: str
    raised_at: datetime
    answer: str
    closed_at: datetime | None
    decided_by: str | None
    attempt_id: int
    person_id: int
    name: str
    exam: str
    title: Text


def _select() -> Any:
    decider = Person.__table__.alias("decider")
    return (
        select(
            Appeal.id, Appeal.state, Appeal.slot, Appeal.reason, Appeal.raised_at, Appeal.answer, Appeal.closed_at,
            decider.c.name.label("decided_by"), Appeal.attempt_id, Attempt.person_id, Person.name,
            Exam.key.label("exam"), Exam.title,
        )
        .join(Attempt, Attempt.id == Appeal.attempt_id)
        .join(Person, Person.id == Attempt.person_id)
        .join(Exam, Exam.id == Attempt.exam_id)
        .outerjoin(decider, decider.c.id == Appeal.closed_by_id)
    )  # fmt: skip


def _view(row: Any) -> AppealView:
    return AppealView(**{**row._mapping, "state": State(row.state)})


def appeals_of(attempt_id: int) -> list[AppealView]:
    """All appeals about an attempt, the newest first."""
    rows = db.session.execute(_select().where(Appeal.attempt_id == attempt_id).order_by(Appeal.id.desc()))
    return [_view(row) for row in rows]


def waiting_appeals(limit: int = 100) -> list[AppealView]:
    """Open appeals, the oldest first."""
    query = _select().where(Appeal.state == State.OPEN).order_by(Appeal.raised_at, Appeal.id).limit(limit)
    return [_view(row) for row in db.session.execute(query)]


def decided_appeals(limit: int = 20) -> list[AppealView]:
    """The appeals decided last."""
    decided = Appeal.state.in_((State.UPHELD, State.REJECTED))
    rows = db.session.execute(_select().where(decided).order_by(Appeal.closed_at.desc(), Appeal.id.desc()).limit(limit))
    return [_view(row) for row in rows]


def appeal(appeal_id: int) -> AppealView:
    """One appeal; raises ``NotFound``."""
    row = db.session.execute(_select().where(Appeal.id == appeal_id)).one_or_none()
    if row is None:
        raise NotFound(Message(N_("There is no such appeal.")))
    return _view(row)
