"""Telling the trainers of somebody who keeps failing an exam, and noting what was agreed."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.exc import IntegrityError

from lms.assessment import queries
from lms.assessment.attempt_states import State
from lms.assessment.models import Attempt
from lms.assessment.models_plans import Escalation
from lms.core import audit
from lms.core.database import db
from lms.core.errors import Conflict, Invalid, NotAllowed, NotFound
from lms.core.texts import N_, Message

MOST_EXTRA = 10


def note_outcome(attempt: Attempt, now: datetime) -> None:
    """Tell the trainers when an attempt that was just failed is one too many; a pass settles what was open.

    Called in the transaction that gave the attempt its outcome. Every failed try from ``escalate_after`` on is told,
    unless the trainers have not answered the one before.
    """
    if attempt.kind != "exam":
        return
    after = queries.plan_of(attempt).definition.escalate_after
    if after is None:
        return
    if attempt.state == State.GRADED and attempt.passed:
        _settle_by_pass(attempt, now)
        return
    failed, passed, told = _tally(attempt)
    if failed >= after and not passed and not told:
        _raise(attempt, failed, now)


def _tally(attempt: Attempt) -> tuple[int, int, int]:
    """Failed tries, passed tries, and escalations that are open or came from this very attempt."""
    db.session.flush()
    same = (Attempt.person_id == attempt.person_id, Attempt.kind == "exam", Attempt.subject == attempt.subject)
    is_failed = (Attempt.state == State.ABANDONED) | ((Attempt.state == State.GRADED) & Attempt.passed.is_(False))
    told = select(func.count()).where(
        Escalation.person_id == attempt.person_id,
        Escalation.exam_id == attempt.exam_id,
        Escalation.handled_at.is_(None) | (Escalation.attempt_id == attempt.id),
    )
    query = select(
        func.count().filter(is_failed),
        func.count().filter((Attempt.state == State.GRADED) & Attempt.passed.is_(True)),
        told.scalar_subquery(),
    ).where(*same)
    row = db.session.execute(query).one()
    return row[0], row[1], row[2]


def _raise(attempt: Attempt, failed: int, now: datetime) -> None:
    escalation = Escalation(
        person_id=attempt.person_id, exam_id=attempt.exam_id, attempt_id=attempt.id, tries=failed, raised_at=now
    )
    try:
        with db.session.begin_nested():
            db.session.add(escalation)
    except IntegrityError:
        return  # told at the same moment by another attempt's outcome
    audit.record("exam.escalate", f"exam:{attempt.subject}", actor=None, now=now, attempt=attempt.id, tries=failed)


def _settle_by_pass(attempt: Attempt, now: datetime) -> None:
    mine = (Escalation.person_id == attempt.person_id, Escalation.exam_id == attempt.exam_id)
    db.session.execute(update(Escalation).where(*mine, Escalation.handled_at.is_(None)).values(handled_at=now))


def settle(escalation_id: int, agreed: str, extra_tries: int, *, actor: Any, now: datetime) -> Escalation:
    """Note what was agreed with the learner, and grant so many further tries; once.

    Raises ``NotFound``; ``NotAllowed`` for one's own; ``Conflict`` when it is settled already; ``Invalid`` without words
    or with more tries than ``MOST_EXTRA``.
    """
    query = select(Escalation).where(Escalation.id == escalation_id).with_for_update()
    escalation = db.session.scalar(query.execution_options(populate_existing=True))
    if escalation is None:
        raise NotFound(Message(N_("There is no such case.")))
    if escalation.person_id == actor.id:
        raise NotAllowed(Message(N_("This is about you; another trainer decides it.")))
    if escalation.handled_at is not None:
        raise Conflict(Message(N_("This case is settled already.")))
    _check(agreed, extra_tries)
    escalation.agreed, escalation.extra_tries = agreed.strip(), extra_tries
    escalation.handled_at, escalation.handled_by_id = now, actor.id
    audit.record(
        "exam.settle", f"escalation:{escalation.id}", actor=actor, now=now, agreed=agreed.strip(),
        extra_tries=extra_tries,
    )  # fmt: skip
    return escalation


def _check(agreed: str, extra_tries: int) -> None:
    if not agreed.strip():
        told = Message(N_("Say what you agreed with the learner."))
        raise Invalid(told, errors={"agreed": told})
    if not 0 <= extra_tries <= MOST_EXTRA:
        told = Message(N_("Grant 0 to %(most)s further attempts."), {"most": MOST_EXTRA})
        raise Invalid(told, errors={"extra_tries": told})
