"""Reads of attempts that run, and of those that were set aside."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, String, case, cast, func, select

from lms.assessment import queries
from lms.assessment.attempt_states import OPEN, State
from lms.assessment.models import Attempt, AttemptEvent, Exam, Response
from lms.assessment.models_time import AttemptExtension
from lms.core.database import db
from lms.core.errors import NotFound
from lms.core.texts import N_, Message, Text
from lms.identity.models import Person


@dataclass(frozen=True, slots=True)
class Sitting:
    """An attempt as whoever looks after the exam sees it; no answer, no score."""

    id: int
    person_id: int
    name: str
    employee_number: str | None
    number: int
    state: State
    started_at: datetime
    deadline_at: datetime | None
    grace_ends_at: datetime | None
    finished_at: datetime | None
    extra_seconds: int
    set_aside_at: datetime | None
    exam: str
    title: Text
    questions: int
    answered: int
    late: int
    last_saved_at: datetime | None

    @property
    def is_open(self) -> bool:
        """Whether it still runs, or can still be handed in."""
        return self.state in OPEN

    def ends_at(self, now: datetime) -> datetime | None:
        """Until when it can be handed in as things stand."""
        is_over = self.deadline_at is not None and now > self.deadline_at
        return self.grace_ends_at if is_over and self.grace_ends_at else self.deadline_at

    def takes_more_time(self, now: datetime) -> bool:
        """Whether an extension makes sense: it has a clock, and that has not ended it."""
        ends_at = self.ends_at(now)
        return self.is_open and ends_at is not None and now <= ends_at


def _select() -> Any:
    """The columns of ``Sitting``; answers are counted for the attempts that are listed, not for all."""
    of_attempt = (Response.attempt_id == Attempt.id,)
    is_something = func.coalesce(cast(Response.answer, String), "null").not_in(("null", '""', "[]", "{}"))
    slots = func.count(case((Response.is_late.is_(False) & is_something, Response.slot)).distinct())
    late = func.coalesce(func.sum(cast(Response.is_late, Integer)), 0)
    answered = select(slots).where(*of_attempt).scalar_subquery()
    came_late = select(late).where(*of_attempt).scalar_subquery()
    last = select(func.max(Response.saved_at)).where(*of_attempt, Response.is_late.is_(False)).scalar_subquery()
    size = func.json_array_length(Attempt.paper)
    return (
        select(
            Attempt.id, Attempt.person_id, Person.name, Person.employee_number, Attempt.number, Attempt.state,
            Attempt.started_at, Attempt.deadline_at, Attempt.grace_ends_at, Attempt.finished_at,
            Attempt.extra_seconds, Attempt.set_aside_at, Attempt.subject.label("exam"),
            Exam.title, size.label("questions"), answered.label("answered"), came_late.label("late"),
            last.label("last_saved_at"),
        )
        .join(Person, Person.id == Attempt.person_id)
        .join(Exam, Exam.id == Attempt.exam_id)
    )  # fmt: skip


def _sitting(row: Any) -> Sitting:
    return Sitting(**{**row._mapping, "state": State(row.state)})


def running(exam_id: int, limit: int = 500) -> list[Sitting]:
    """The attempts at an exam that run now, whose time ends first at the top."""
    query = _select().where(Attempt.exam_id == exam_id, Attempt.state.in_(OPEN))
    order = (Attempt.deadline_at.is_(None), Attempt.deadline_at, Attempt.id)
    return [_sitting(row) for row in db.session.execute(query.order_by(*order).limit(limit))]


def sitting(exam_key: str, attempt_id: int) -> Sitting:
    """One attempt at an exam, running or not; raises ``NotFound``."""
    row = db.session.execute(_select().where(Attempt.id == attempt_id, Exam.key == exam_key)).one_or_none()
    if row is None:
        raise NotFound(Message(N_("There is no such attempt.")))
    return _sitting(row)


@dataclass(frozen=True, slots=True)
class ExamHead:
    """An exam by name."""

    id: int
    key: str
    title: Text


def exam(key: str) -> ExamHead:
    """An exam, also a retired one; raises ``NotFound``."""
    row = db.session.execute(select(Exam.id, Exam.key, Exam.title).where(Exam.key == key)).one_or_none()
    if row is None:
        raise NotFound(Message(queries.NO_EXAM))
    return ExamHead(*row)


@dataclass(frozen=True, slots=True)
class Happening:
    """A line of an attempt's history; ``minutes`` and ``deadline_at`` for an extension."""

    verb: str
    at: datetime
    by: str | None
    reason: str
    minutes: int | None = None
    deadline_at: datetime | None = None


def history(attempt_id: int) -> list[Happening]:
    """What happened to an attempt, oldest first, extensions with their minutes."""
    who = Person.__table__.alias("who")
    events = (
        select(AttemptEvent.verb, AttemptEvent.at, who.c.name, AttemptEvent.reason)
        .outerjoin(who, who.c.id == AttemptEvent.actor_id)
        .where(AttemptEvent.attempt_id == attempt_id)
        .order_by(AttemptEvent.id)
    )
    given = select(AttemptExtension.minutes, AttemptExtension.deadline_at).where(AttemptExtension.attempt_id == attempt_id)
    extensions = iter(db.session.execute(given.order_by(AttemptExtension.id)).all())
    return [
        Happening(verb, at, by, reason, *(next(extensions, ()) if verb == "extend" else ()))
        for verb, at, by, reason in db.session.execute(events)
    ]


@dataclass(frozen=True, slots=True)
class Aside:
    """An attempt whose grading failed."""

    id: int
    name: str
    title: Text | None
    subject: str
    set_aside_at: datetime
    fault: str


def set_aside(limit: int = 100) -> list[Aside]:
    """The attempts that wait for a fault to be mended, the oldest first."""
    query = (
        select(Attempt.id, Person.name, Exam.title, Attempt.subject, Attempt.set_aside_at, Attempt.fault)
        .join(Person, Person.id == Attempt.person_id)
        .outerjoin(Exam, Exam.id == Attempt.exam_id)
        .where(Attempt.set_aside_at.is_not(None), Attempt.state == "submitted")
        .order_by(Attempt.set_aside_at, Attempt.id)
        .limit(limit)
    )
    return [Aside(*row) for row in db.session.execute(query)]


def set_aside_count() -> int:
    """How many attempts were set aside."""
    return (
        db.session.scalar(
            select(func.count(Attempt.id)).where(Attempt.set_aside_at.is_not(None), Attempt.state == "submitted")
        )
        or 0
    )


def fault(attempt_id: int) -> str:
    """What broke the grading of an attempt."""
    return db.session.scalar(select(Attempt.fault).where(Attempt.id == attempt_id)) or ""


def void_reason(attempt_id: int) -> str | None:
    """Why the attempt was declared void, in the words of who did it; none if it was not."""
    told = select(AttemptEvent.reason).where(AttemptEvent.attempt_id == attempt_id, AttemptEvent.verb == "void")
    return db.session.scalars(told.order_by(AttemptEvent.id.desc()).limit(1)).first()
