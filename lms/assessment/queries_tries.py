"""Reads about trying again: what trainers granted, whether the lesson between was worked through, what waits for trainers."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Select, func, literal, select, union_all

from lms.assessment import openings
from lms.assessment.attempt_states import State
from lms.assessment.content import Exam as ExamDefinition
from lms.assessment.models import Attempt, Exam
from lms.assessment.models_plans import Escalation
from lms.assessment.openings import Earlier, Help, LessonFirst
from lms.core.database import db
from lms.core.errors import NotFound
from lms.core.texts import N_, Message, Text
from lms.courses.models import Course, Lesson, LessonVersion
from lms.enrolment.models import Completion, LessonProgress
from lms.identity.models import Person

MOST_LISTED = 100


def help_for(person_id: int, exam_id: int, plan: ExamDefinition, earlier: Sequence[Earlier]) -> Help:
    """What helps somebody to another try; one statement, and none before the first try."""
    if not openings.taken(earlier):
        return openings.NO_HELP
    return helps_for(person_id, {exam_id: (plan, earlier)})[exam_id]


def helps_for(person_id: int, tried: Mapping[int, tuple[ExamDefinition, Sequence[Earlier]]]) -> dict[int, Help]:
    """The same for many exams that were tried, by exam id; one statement, and none for no exams."""
    if not tried:
        return {}
    firsts = {exam_id: openings.lesson_first(plan, earlier) for exam_id, (plan, earlier) in tried.items()}
    parts = [_help(person_id, exam_id, first) for exam_id, first in firsts.items()]
    rows = db.session.execute(union_all(*parts) if len(parts) > 1 else parts[0])
    return {row.exam: _read_help(row, firsts[row.exam]) for row in rows}


def _help(person_id: int, exam_id: int, first: LessonFirst | None) -> Select[Any]:
    """One row for one exam; the columns of the lesson are null where none comes first."""
    mine = (Escalation.person_id == person_id, Escalation.exam_id == exam_id)
    return select(
        literal(exam_id).label("exam"),
        select(func.coalesce(func.sum(Escalation.extra_tries), 0)).where(*mine).scalar_subquery().label("extra"),
        select(func.count()).where(*mine, Escalation.handled_at.is_(None)).scalar_subquery().label("open"),
        *_lesson_columns(person_id, first.place if first is not None else ""),
    )


def _read_help(row: Any, first: LessonFirst | None) -> Help:
    waits = first is not None and not _is_worked_through(row, first)
    return Help(row.extra, bool(row.open), first.place if first is not None and waits else None)


def _lesson_columns(person_id: int, place: str) -> list[Any]:
    """The lesson's body, when its check was last passed, and when it was last read while our clock ran."""
    course, _, key = place.partition("/")
    same = (Course.key == course, Lesson.key == key, Lesson.retired_at.is_(None), Course.retired_at.is_(None))
    body = (
        select(LessonVersion.body)
        .join(Lesson, Lesson.version_id == LessonVersion.id)
        .join(Course, Course.id == Lesson.course_id)
        .where(*same)
    )
    checked = select(func.max(Completion.at)).where(
        Completion.person_id == person_id, Completion.kind == "check", Completion.key == place,
        Completion.withdrawn_at.is_(None),
    )  # fmt: skip
    read = (
        select(func.max(LessonProgress.last_seen_at))
        .join(Lesson, Lesson.id == LessonProgress.lesson_id)
        .join(Course, Course.id == Lesson.course_id)
        .where(LessonProgress.person_id == person_id, LessonProgress.last_seen_at > LessonProgress.opened_at, *same)
    )
    completed = (
        select(func.max(LessonProgress.completed_at))
        .join(Lesson, Lesson.id == LessonProgress.lesson_id)
        .join(Course, Course.id == Lesson.course_id)
        .where(LessonProgress.person_id == person_id, *same)
    )
    names = {"body": body, "checked": checked, "read": read, "completed": completed}
    return [_scalar(query).label(name) for name, query in names.items()]


def _scalar(query: Select[Any]) -> Any:
    return query.limit(1).scalar_subquery()


def _is_worked_through(row: Any, first: LessonFirst) -> bool:
    """Since the failed try: the check of the lesson was passed; one without a check was read or completed.

    A lesson that is gone holds nobody back.
    """
    if row.body is None:
        return True
    days = [row.checked] if row.body.get("check") else [row.read, row.completed]
    return any(day is not None and day > first.since for day in days)


# ---- escalations -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class EscalationView:
    """An escalation with whose it is, at which exam, and what became of it."""

    id: int
    person_id: int
    name: str
    exam_id: int
    exam: str
    title: Text
    tries: int
    raised_at: datetime
    handled_at: datetime | None
    handled_by: str | None
    agreed: str
    extra_tries: int

    @property
    def is_open(self) -> bool:
        return self.handled_at is None


def _select() -> Select[Any]:
    trainer = Person.__table__.alias("trainer")
    return (
        select(
            Escalation.id, Escalation.person_id, Person.name, Escalation.exam_id, Exam.key.label("exam"), Exam.title,
            Escalation.tries, Escalation.raised_at, Escalation.handled_at, trainer.c.name.label("handled_by"),
            Escalation.agreed, Escalation.extra_tries,
        )
        .join(Person, Person.id == Escalation.person_id)
        .join(Exam, Exam.id == Escalation.exam_id)
        .outerjoin(trainer, trainer.c.id == Escalation.handled_by_id)
    )  # fmt: skip


def _views(query: Select[Any]) -> list[EscalationView]:
    return [EscalationView(**row._mapping) for row in db.session.execute(query)]


def waiting_escalations() -> list[EscalationView]:
    """Open escalations, the oldest first."""
    query = _select().where(Escalation.handled_at.is_(None))
    return _views(query.order_by(Escalation.raised_at, Escalation.id).limit(MOST_LISTED))


def escalation(escalation_id: int) -> EscalationView:
    """One escalation; raises ``NotFound``."""
    found = _views(_select().where(Escalation.id == escalation_id))
    if not found:
        raise NotFound(Message(N_("There is no such case.")))
    return found[0]


def escalations_of(person_id: int, exam_id: int) -> list[EscalationView]:
    """All escalations of somebody at an exam, the newest first."""
    return _views(
        _select()
        .where(Escalation.person_id == person_id, Escalation.exam_id == exam_id)
        .order_by(Escalation.id.desc())
    )


@dataclass(frozen=True, slots=True)
class Try:
    """One try of somebody at an exam, as a trainer looks at it before talking with them."""

    attempt_id: int
    number: int
    state: State
    finished_at: datetime | None
    percent: Decimal | None
    passed: bool | None


def tries_of(person_id: int, exam_key: str) -> list[Try]:
    """Somebody's attempts at an exam, the newest first."""
    query = (
        select(Attempt.id, Attempt.number, Attempt.state, Attempt.finished_at, Attempt.percent, Attempt.passed)
        .where(Attempt.person_id == person_id, Attempt.kind == "exam", Attempt.subject == exam_key)
        .order_by(Attempt.number.desc())
    )
    return [
        Try(row.id, row.number, State(row.state), row.finished_at, row.percent, row.passed)
        for row in db.session.execute(query)
    ]
