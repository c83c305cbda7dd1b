"""The verbs of exams: start, save an answer, hand in, let time pass, declare void."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select, update

from lms.assessment import attempt_states, queries
from lms.assessment.attempt_states import OPEN, State, Verb
from lms.assessment.models import Attempt
from lms.assessment.service_appeals import drop_appeals
from lms.assessment.service_completions import settle
from lms.assessment.service_faults import hand_in, retry_grading
from lms.assessment.service_saving import Late, Saved, Window, save_form, save_response
from lms.assessment.service_starting import Started, start_attempt, start_check
from lms.assessment.service_time import close_if_due, extend, is_due, let_time_pass, locked, move_on
from lms.core import audit, events
from lms.core.database import db
from lms.core.errors import Conflict, Invalid, NotAllowed, NotFound
from lms.core.texts import N_, Message

__all__ = [
    "Late",
    "Saved",
    "Started",
    "Window",
    "close_if_due",
    "extend",
    "is_due",
    "retry_grading",
    "save_form",
    "save_response",
    "start_attempt",
    "start_check",
    "submit",
    "void",
]


def submit(attempt_id: int, person: Any, *, now: datetime) -> Attempt:
    """Hand an attempt in and grade it; repeating it returns the same attempt, graded once.

    Raises ``NotFound`` for somebody else's, ``Conflict`` for one that was abandoned or voided.
    """
    attempt = locked(attempt_id)
    if attempt is None or attempt.person_id != person.id:
        raise NotFound(Message(queries.NO_ATTEMPT))
    let_time_pass(attempt, now)
    if State(attempt.state) in OPEN:
        hand_in(attempt, Verb.SUBMIT, now, now, person)
    elif attempt.state in (State.ABANDONED, State.VOIDED):
        raise Conflict(Message(attempt_states.SENTENCES[State(attempt.state)]), state=attempt.state)
    return attempt


def void(attempt_id: int, reason: str, *, actor: Any, now: datetime) -> Attempt:
    """Declare an attempt void; it neither counts nor uses up a try. Nobody voids their own; a reason is required."""
    attempt = locked(attempt_id)
    if attempt is None:
        raise NotFound(Message(N_("There is no such attempt.")))
    if attempt.person_id == actor.id:
        raise NotAllowed(Message(N_("You cannot declare your own attempt void; ask another trainer.")))
    if not reason.strip():
        told = Message(N_("Say why, so that the learner and an auditor can understand it."))
        raise Invalid(told, errors={"reason": told})
    if attempt.state == State.VOIDED:
        return attempt
    move_on(attempt, Verb.VOID, now, actor, reason.strip())
    attempt.finished_at = attempt.finished_at or now
    audit.record("attempt.void", f"attempt:{attempt.id}", actor=actor, now=now, reason=reason.strip())
    if attempt.kind == "exam":
        events.publish(events.AttemptVoided(attempt.id, attempt.person_id, attempt.subject, now))
        drop_appeals(attempt.id, actor=actor, now=now)
    if attempt.graded_at is not None:
        settle(attempt, reason=reason.strip(), now=now)
    if attempt.is_first:
        attempt.is_first = False
        db.session.flush()
        _name_first(attempt)
    return attempt


def _name_first(voided: Attempt) -> None:
    """Let the next attempt that stands be the one statistics take."""
    following = (
        select(func.min(Attempt.number))
        .where(Attempt.person_id == voided.person_id, Attempt.kind == voided.kind, Attempt.subject == voided.subject)
        .where(Attempt.state != State.VOIDED)
        .scalar_subquery()
    )
    same = (Attempt.person_id == voided.person_id, Attempt.kind == voided.kind, Attempt.subject == voided.subject)
    db.session.execute(update(Attempt).where(*same, Attempt.number == following).values(is_first=True))
