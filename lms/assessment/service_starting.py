"""Starting an attempt: may it begin, and which paper does it get."""

import functools
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import Row, bindparam, select
from sqlalchemy.orm import make_transient_to_detached

from lms.assessment import openings, queries, queries_tries
from lms.assessment.attempt_states import OPEN, State
from lms.assessment.content import Exam as ExamDefinition
from lms.assessment.models import Attempt
from lms.assessment.openings import Earlier, MayNotStart, Opening
from lms.assessment.queries_stock import Purpose
from lms.assessment.service_allowances import add_extra_time, note_extra_time
from lms.assessment.service_drawing import count_paper, draw_paper
from lms.assessment.service_time import close_if_due
from lms.core.api import iso
from lms.core.database import db, inserting
from lms.core.errors import Conflict
from lms.core.texts import N_, Message
from lms.courses import queries as courses

MOST_LOOKED_BACK = 20


@dataclass(frozen=True, slots=True)
class Started:
    """The attempt to go on with, and whether it was begun just now."""

    attempt: Attempt
    is_new: bool


def start_attempt(exam_key: str, person: Any, *, now: datetime, language: str) -> Started:
    """Begin an attempt at an exam, or go on with the open one.

    Raises ``NotFound`` for an exam that is not for this person, ``Conflict`` with the reason when it cannot be begun
    now (``opens_at`` joins it, null unless time alone helps; ``lesson`` where one has to be worked through first), also
    when the bank holds too few items.
    """
    exam = queries.exam_by_key(exam_key, person)
    attempts = _history(person, "exam", exam.key, now)
    if (open_one := _open_one(person, "exam", exam.key, attempts)) is not None:
        return Started(open_one, False)
    opening = queries.opening(exam, person)
    earlier = [_earlier(one) for one in attempts]
    given = queries_tries.help_for(person.id, exam.id, exam.plan, earlier)
    decision = openings.may_start(exam.plan, opening, earlier, now, given)
    if isinstance(decision, MayNotStart):
        waits_for: dict[str, Any] = {"lesson": decision.lesson} if decision.lesson is not None else {}
        raise Conflict(decision.reason, opens_at=iso(decision.opens_at), **waits_for)
    purpose = Purpose(exam.version_id, exam.id, exam.papers)
    attempt = _begin(exam.plan, opening, attempts, person, now, language, purpose)
    attempt.kind, attempt.subject = "exam", exam.key
    attempt.exam_id, attempt.exam_version_id = exam.id, exam.version_id
    attempt.is_first = all(one.state == State.VOIDED for one in attempts)
    extra = add_extra_time(attempt, exam.plan, now)
    started = _opened(attempt)
    if started.is_new:
        if extra is not None:
            note_extra_time(attempt, extra, now)
        count_paper(exam.id, attempt.paper)
    return started


def start_check(course_key: str, lesson_key: str, person: Any, *, now: datetime, language: str) -> Started:
    """Begin the knowledge check of a lesson, or go on with the open one; there is no limit to tries."""
    lesson = courses.lesson(course_key, lesson_key, person)
    if lesson.body.check is None:
        raise Conflict(Message(N_("This lesson has no knowledge check.")))
    subject = f"{course_key}/{lesson_key}"
    attempts = _history(person, "check", subject, now)
    if (open_one := _open_one(person, "check", subject, attempts)) is not None:
        return Started(open_one, False)
    plan = queries.check_plan_of(lesson.body).definition
    purpose = Purpose(lesson.version_id, about=subject)
    attempt = _begin(plan, Opening(None, None, False), attempts, person, now, language, purpose)
    attempt.kind, attempt.subject = "check", subject
    attempt.lesson_id, attempt.lesson_version_id = lesson.id, lesson.version_id
    return _opened(attempt)


def _history(person: Any, kind: str, subject: str, now: datetime) -> Sequence[Row[Any]]:
    """The person's attempts, oldest first; an open one whose time is up is closed before."""
    same = {"person": person.id, "kind": kind, "subject": subject}
    attempts = db.session.execute(_HISTORY, same).all()
    for attempt in attempts:
        is_late = attempt.deadline_at is not None and now > attempt.deadline_at
        if attempt.state in OPEN and is_late and close_if_due(attempt.id, now):
            return db.session.execute(_HISTORY, same).all()
    return attempts


# asked at every start, so put together once
_SAME = (
    Attempt.person_id == bindparam("person"), Attempt.kind == bindparam("kind"), Attempt.subject == bindparam("subject")
)  # fmt: skip
_HISTORY = (
    select(
        Attempt.id, Attempt.number, Attempt.state, Attempt.deadline_at, Attempt.finished_at, Attempt.paper,
        Attempt.passed,
    )
    .where(*_SAME)
    .order_by(Attempt.number)
)  # fmt: skip
_OPEN_ONE = select(Attempt).where(*_SAME, Attempt.state.in_(OPEN))


def _earlier(attempt: Row[Any]) -> Earlier:
    return Earlier(attempt.number, State(attempt.state), attempt.finished_at, attempt.passed)


def _open_one(person: Any, kind: str, subject: str, attempts: Sequence[Row[Any]]) -> Attempt | None:
    if not any(attempt.state in OPEN for attempt in attempts):
        return None
    return db.session.scalar(_OPEN_ONE, {"person": person.id, "kind": kind, "subject": subject})


def _opened(attempt: Attempt) -> Started:
    """Put the attempt into the books; of two started at once, the database lets one be, and both go on with that.

    One statement that cannot fail, rather than a savepoint: a class begins in one moment.
    """
    values = {name: getattr(attempt, name) for name in _WRITTEN}
    connection = db.session.connection()
    attempt_id = connection.execute(_opening(connection.dialect.name), values).scalar()
    if attempt_id is None:
        same = {"person": attempt.person_id, "kind": attempt.kind, "subject": attempt.subject}
        other = db.session.scalar(_OPEN_ONE, same)
        if other is None:  # the other one was begun and ended meanwhile
            raise Conflict(Message(N_("Another window began and ended an attempt in this moment. Look again.")))
        return Started(other, False)
    attempt.id = int(attempt_id)
    make_transient_to_detached(attempt)
    db.session.add(attempt)
    return Started(attempt, True)


_WRITTEN = (
    "kind", "subject", "exam_id", "exam_version_id", "lesson_id", "lesson_version_id", "person_id", "number", "state",
    "seed", "language", "paper", "drawing", "started_at", "deadline_at", "grace_ends_at", "max_score", "is_first",
    "extra_seconds", "fault", "department_id", "site_id", "job_role_id",
)  # fmt: skip
"""The columns of an attempt that has just been begun; the others are empty."""


@functools.cache
def _opening(dialect: str) -> Any:
    table = Attempt.__table__
    named = {name: bindparam(name, type_=table.c[name].type) for name in _WRITTEN}
    return inserting(table, dialect).values(named).on_conflict_do_nothing().returning(table.c.id)


def _begin(
    plan: ExamDefinition,
    opening: Opening,
    attempts: Sequence[Row[Any]],
    person: Any,
    now: datetime,
    language: str,
    purpose: Purpose,
) -> Attempt:
    seed = secrets.randbits(62)
    paper = draw_paper(plan, purpose, seed, _seen(attempts) if plan.avoid_seen else set(), now=now)
    deadline_at = openings.deadline(plan, opening, now)
    return Attempt(
        person_id=person.id,
        lesson_id=None, lesson_version_id=None, exam_id=None, exam_version_id=None,
        number=1 + max((attempt.number for attempt in attempts), default=0),
        state=State.IN_PROGRESS,
        seed=seed,
        language=language,
        paper=paper.places,
        drawing=paper.drawing,
        started_at=now,
        deadline_at=deadline_at,
        grace_ends_at=openings.grace_end(plan, deadline_at),
        finished_at=None, graded_at=None, score=None, percent=None, passed=None, sections=None, set_aside_at=None,
        is_first=False, extra_seconds=0, fault="",
        max_score=sum((Decimal(str(place["points"])) for place in paper.places), Decimal(0)),
        department_id=person.department_id,
        site_id=person.site_id,
        job_role_id=person.job_role_id,
    )  # fmt: skip


def _seen(attempts: Sequence[Row[Any]]) -> set[int]:
    """The items of the person's latest papers."""
    return {place["item_id"] for attempt in attempts[-MOST_LOOKED_BACK:] for place in attempt.paper}
