"""A poisoned attempt, whose grading raises: kept with its answers, set aside, reported, and tried again after mending."""

import traceback
from datetime import datetime
from pathlib import PurePath
from typing import Any

import structlog
from sqlalchemy.exc import InterfaceError, OperationalError

from lms.assessment.attempt_states import State, Verb
from lms.assessment.models import Attempt
from lms.assessment.service_grading import grade
from lms.assessment.service_moves import locked, move_on
from lms.core import audit
from lms.core.database import db, savepoint
from lms.core.errors import Conflict, NotFound
from lms.core.texts import N_, Message

log = structlog.get_logger()


def hand_in(attempt: Attempt, verb: Verb, finished_at: datetime | None, now: datetime, actor: Any) -> None:
    """Move a locked open attempt to submitted and grade it; it is handed in even if its grading fails."""
    try:
        with savepoint(), db.session.no_autoflush:  # one UPDATE at the end instead of one a move
            _move_in(attempt, verb, finished_at, now, actor)
            grade(attempt, now)
    except (OperationalError, InterfaceError):  # the database is busy or away: no fault of this attempt
        raise
    except Exception as error:  # noqa: BLE001 - whatever broke the grading must not cost the learner the handing in
        _move_in(attempt, verb, finished_at, now, actor)
        _set_aside(attempt, error, now)


def _move_in(attempt: Attempt, verb: Verb, finished_at: datetime | None, now: datetime, actor: Any) -> None:
    move_on(attempt, verb, now, actor)
    attempt.finished_at = finished_at


def retry_grading(attempt_id: int, *, actor: Any, now: datetime) -> bool:
    """Grade an attempt that was set aside once more; returns whether it went well this time.

    Raises ``NotFound``, or ``Conflict`` for an attempt that is not (or no longer) set aside.
    """
    attempt = locked(attempt_id)
    if attempt is None:
        raise NotFound(Message(N_("There is no such attempt.")))
    if attempt.set_aside_at is None or attempt.state != State.SUBMITTED:
        raise Conflict(Message(N_("This attempt is not set aside; there is nothing to try again.")), state=attempt.state)
    audit.record("attempt.retry", f"attempt:{attempt.id}", actor=actor, now=now, fault=attempt.fault)
    move_on(attempt, Verb.RETRY, now, actor)
    try:
        with savepoint():
            attempt.set_aside_at, attempt.fault = None, ""
            grade(attempt, now)
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:  # noqa: BLE001 - still broken: it stays aside with the newer fault
        _set_aside(attempt, error, now)
        return False
    return True


def _set_aside(attempt: Attempt, error: Exception, now: datetime) -> None:
    fault = fault_of(error)
    log.error("grading_failed", attempt=attempt.id, fault=fault)
    move_on(attempt, Verb.SET_ASIDE, now, None, fault)
    attempt.set_aside_at, attempt.fault = now, fault
    db.session.flush()


def fault_of(error: Exception) -> str:
    """What kind of error and where in our code; never its message, which may quote an answer or a key."""
    kind = type(error).__name__
    ours = [frame for frame in traceback.extract_tb(error.__traceback__) if "lms" in PurePath(frame.filename).parts]
    if not ours:
        return kind
    parts = PurePath(ours[-1].filename).parts
    place = "/".join(parts[len(parts) - 1 - parts[::-1].index("lms") :])
    return f"{kind} in {place}:{ours[-1].lineno} {ours[-1].name}"[:300]
