"""What time does to an attempt, and every move from one state to the next."""

from datetime import datetime
from typing import Any

from sqlalchemy import select

from lms.assessment import attempt_states, queries
from lms.assessment.attempt_states import OPEN, Refused, State, Verb
from lms.assessment.models import Attempt, AttemptEvent
from lms.assessment.service_grading import grade
from lms.core.database import db
from lms.core.errors import Conflict


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
            move_on(attempt, verb, now, None)
            if verb != Verb.TIME_UP_GRACE:
                attempt.finished_at = attempt.grace_ends_at if verb == Verb.GRACE_OVER else attempt.deadline_at
        if attempt.state == State.SUBMITTED and verbs:
            grade(attempt, now)
    return bool(verbs)


def locked(attempt_id: int) -> Attempt | None:
    """The attempt as it stands now, held until the unit of work ends."""
    query = select(Attempt).where(Attempt.id == attempt_id).with_for_update()
    return db.session.scalar(query.execution_options(populate_existing=True))


def move_on(attempt: Attempt, verb: Verb, now: datetime, actor: Any, reason: str = "") -> None:
    """Make one move of a locked attempt and note it; raises ``Conflict`` where there is no such move."""
    following = attempt_states.move(State(attempt.state), verb)
    if isinstance(following, Refused):
        raise Conflict(following.reason, state=attempt.state)
    attempt.state = following
    event = AttemptEvent(attempt_id=attempt.id, verb=verb.value, at=now, actor_id=getattr(actor, "id", None), reason=reason)
    db.session.add(event)
