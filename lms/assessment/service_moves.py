"""One move of an attempt from state to state: under its lock, along the table, noted in its history."""

from datetime import datetime
from typing import Any

from sqlalchemy import select

from lms.assessment import attempt_states
from lms.assessment.attempt_states import Refused, State, Verb
from lms.assessment.models import Attempt, AttemptEvent
from lms.core.database import db
from lms.core.errors import Conflict


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
