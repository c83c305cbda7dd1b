"""What every verb of a regrading begins and ends with: holding its row, moving its state, who may, and the note."""

from datetime import datetime
from typing import Any

from sqlalchemy import select

from lms.assessment import queries_regrading as reads
from lms.assessment import regrading_states
from lms.assessment.models_regrading import Regrading
from lms.assessment.regrading_states import State, Verb
from lms.core import audit, jobs
from lms.core.database import db
from lms.core.errors import Conflict, Invalid, NotAllowed, NotFound
from lms.core.texts import N_, Message

LEAST, MOST = 10, 2000
"""Characters of a reason."""


def held(regrading_id: int) -> Regrading:
    """A regrading that nobody else changes meanwhile; held before anything else is, so that nobody waits in a ring."""
    query = select(Regrading).where(Regrading.id == regrading_id).with_for_update()
    found = db.session.scalar(query.execution_options(populate_existing=True))
    if found is None:
        raise NotFound(Message(reads.NO_REGRADING))
    return found


def move(found: Regrading, verb: Verb) -> None:
    """Move its state, or raise ``Conflict`` with why it cannot."""
    following = regrading_states.move(State(found.state), verb)
    if isinstance(following, Message):
        raise Conflict(following)
    found.state = following


def second_person(found: Regrading, actor: Any) -> None:
    """Raise ``NotAllowed`` for the proposer and for whoever has an attempt in it."""
    if found.proposed_by_id == actor.id:
        raise NotAllowed(Message(N_("You proposed this; a second person has to decide.")))
    not_concerned(found, actor)


def not_concerned(found: Regrading, actor: Any) -> None:
    """Raise ``NotAllowed`` for whoever has an attempt in it."""
    if reads.concerns(found.id, actor):
        raise NotAllowed(Message(N_("An attempt of your own is among these; somebody else has to do this.")))


def said(words: str, field: str) -> str:
    """A reason that says something, without spaces around it; else ``Invalid`` for the field."""
    words = words.strip()
    if not LEAST <= len(words) <= MOST:
        message = Message(N_("Give the reason in %(least)s to %(most)s characters."), {"least": LEAST, "most": MOST})
        raise Invalid(message, errors={field: message})
    return words


def leave_to_job(found: Regrading, name: str, now: datetime, **payload: Any) -> None:
    """Promise the job that works on it next; each promise has a key of its own, which the regrading knows."""
    db.session.flush()
    found.job_key = f"{name}:{found.id}:{now.timestamp():.6f}:{payload.get('after', '')}"
    jobs.enqueue(name, found.job_key, {"regrading": found.id, "key": found.job_key, **payload})


def note(found: Regrading, verb: str, actor: Any, now: datetime, **details: Any) -> None:
    """Write it into the audit trail."""
    audit.record(f"regrading.{verb}", f"regrading:{found.id}", actor=actor, now=now, **details)
