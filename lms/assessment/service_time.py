"""What time does to an attempt, and how people give it more."""

from datetime import datetime, timedelta
from typing import Any

from lms.assessment import attempt_states, queries
from lms.assessment.attempt_states import OPEN, State, Verb
from lms.assessment.models import Attempt
from lms.assessment.models_time import AttemptExtension
from lms.assessment.service_escalations import note_outcome
from lms.assessment.service_faults import hand_in
from lms.assessment.service_moves import locked, move_on
from lms.core import audit
from lms.core.database import db
from lms.core.errors import Conflict, Invalid, NotAllowed, NotFound
from lms.core.texts import N_, Message

__all__ = ["MOST_MINUTES", "close_if_due", "extend", "hand_in", "is_due", "let_time_pass", "locked", "move_on"]

MOST_MINUTES = 480
"""What one extension can give at most."""


def close_if_due(attempt_id: int, now: datetime) -> bool:
    """Let time act on an attempt; returns whether it did. Idempotent; pages and the sweep both call it."""
    attempt = locked(attempt_id)
    return attempt is not None and let_time_pass(attempt, now)


def is_due(attempt: Attempt, now: datetime) -> bool:
    """Whether time would act on the attempt now; a look without a lock."""
    return bool(_due(attempt, now))


def _due(attempt: Attempt, now: datetime) -> tuple[Verb, ...]:
    if State(attempt.state) not in OPEN or attempt.deadline_at is None or now <= attempt.deadline_at:
        return ()
    policy = queries.plan_of(attempt).definition.when_time_is_up
    return attempt_states.due(State(attempt.state), policy, now, attempt.deadline_at, attempt.grace_ends_at)


def let_time_pass(attempt: Attempt, now: datetime) -> bool:
    """Make the moves that are due on a locked attempt, and grade it if that handed it in; returns whether any was."""
    verbs = _due(attempt, now)
    with db.session.no_autoflush:  # one UPDATE at the end instead of one a move
        for verb in verbs:
            if verb == Verb.TIME_UP_SUBMIT:
                hand_in(attempt, verb, attempt.deadline_at, now, None)
                continue
            move_on(attempt, verb, now, None)
            if verb != Verb.TIME_UP_GRACE:
                attempt.finished_at = attempt.grace_ends_at if verb == Verb.GRACE_OVER else attempt.deadline_at
                note_outcome(attempt, now)
    return bool(verbs)


def extend(attempt_id: int, minutes: int, reason: str, *, actor: Any, now: datetime) -> AttemptExtension:
    """Give a running or overdue attempt more time; its deadline and its grace move.

    A deadline that has passed (the attempt is in its grace) counts from now, and the attempt takes answers again.
    What came late in between stays late. Nobody extends their own; a reason is required.
    """
    attempt = locked(attempt_id)
    if attempt is None:
        raise NotFound(Message(N_("There is no such attempt.")))
    if attempt.person_id == actor.id:
        raise NotAllowed(Message(N_("You cannot give yourself more time; ask another trainer.")))
    _check_extension(attempt, minutes, reason)
    let_time_pass(attempt, now)
    move_on(attempt, Verb.EXTEND, now, actor, reason.strip())
    assert attempt.deadline_at is not None
    before = attempt.deadline_at
    attempt.deadline_at = max(before, now) + timedelta(minutes=minutes)
    if attempt.grace_ends_at is not None:
        attempt.grace_ends_at += attempt.deadline_at - before
    attempt.extra_seconds += int((attempt.deadline_at - before).total_seconds())
    extension = AttemptExtension(
        attempt_id=attempt.id, minutes=minutes, deadline_before=before, deadline_at=attempt.deadline_at,
        reason=reason.strip(), granted_by_id=actor.id, granted_at=now,
    )  # fmt: skip
    db.session.add(extension)
    audit.record(
        "attempt.extend", f"attempt:{attempt.id}", actor=actor, now=now, minutes=minutes, reason=reason.strip(),
        deadline_before=before.isoformat(), deadline_at=attempt.deadline_at.isoformat(),
    )  # fmt: skip
    return extension


def _check_extension(attempt: Attempt, minutes: int, reason: str) -> None:
    if attempt.deadline_at is None:
        raise Conflict(Message(N_("This attempt has no time limit, so it needs no more time.")), state=attempt.state)
    if not 1 <= minutes <= MOST_MINUTES:
        told = Message(N_("Give 1 to %(most)s minutes."), {"most": MOST_MINUTES})
        raise Invalid(told, errors={"minutes": told})
    if not reason.strip():
        told = Message(N_("Say why, so that colleagues and an auditor can understand it."))
        raise Invalid(told, errors={"reason": told})
