"""Saving an answer: acknowledged only when it is in the books, told to be late when it is."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import exists, func, insert, literal, select

from lms.assessment import attempt_states, queries
from lms.assessment.attempt_states import OPEN, State
from lms.assessment.models import Attempt, Response
from lms.core.audit import BigKey
from lms.core.database import Instant, Verbatim, db
from lms.core.errors import Invalid, NotFound
from lms.core.texts import N_, Message
from lms.question_bank import item_types
from lms.question_bank import queries as bank


@dataclass(frozen=True, slots=True)
class Saved:
    """What holds for a slot now; ``is_new`` is False when a repeated or older ``seq`` changed nothing."""

    slot: int
    seq: int
    saved_at: datetime
    is_new: bool


@dataclass(frozen=True, slots=True)
class Late:
    """The answer came after the time: it is kept, marked late and never scored."""

    slot: int
    seq: int
    reason: Message



def save_response(
    attempt_id: int, person: Any, slot: int, raw: object, seq: int | None, *, now: datetime
) -> Saved | Late:
    """Keep an answer, given in the numbers that were shown; ``seq`` None takes the next one (pages without scripts).

    The attempt's row is held meanwhile, so that an answer is either in before the grading or told to be late.
    Raises ``NotFound`` for an attempt or slot that is not theirs, ``Invalid`` for an answer that does not fit.
    """
    columns = (Attempt.state, Attempt.deadline_at, Attempt.paper)
    query = select(*columns).where(Attempt.id == attempt_id, Attempt.person_id == person.id)
    found = db.session.execute(query.with_for_update(of=Attempt)).first()
    if found is None or not 1 <= slot <= len(found.paper):
        raise NotFound(Message(queries.NO_ATTEMPT))
    place = found.paper[slot - 1]
    shown = item_types.Shown.from_json(place["shown"])
    answer = item_types.read_answer(bank.item(place["item_version_id"]), shown, raw)
    if isinstance(answer, item_types.Refusal):
        raise Invalid(answer.message, errors={"answer": answer.message})
    is_late = not attempt_states.takes_answers(State(found.state), now, found.deadline_at)
    if seq is None:
        seq = _next_seq(attempt_id, slot)
    if not _insert_newer(attempt_id, slot, seq, answer, now, is_late):
        return _already_saved(attempt_id, slot, seq, State(found.state))
    if is_late:
        return Late(slot, seq, _too_late(State(found.state)))
    return Saved(slot, seq, now, True)


def _insert_newer(attempt_id: int, slot: int, seq: int, answer: Any, now: datetime, is_late: bool) -> bool:
    """Insert the answer unless one with this or a later ``seq`` is there; one statement."""
    known = exists().where(Response.attempt_id == attempt_id, Response.slot == slot, Response.seq >= seq)
    values = select(
        literal(attempt_id, BigKey),
        literal(slot),
        literal(seq, Response.seq.type),
        literal(answer, Verbatim),
        literal(now, Instant()),
        literal(is_late),
    ).where(~known)
    names = ["attempt_id", "slot", "seq", "answer", "saved_at", "is_late"]
    done = db.session.execute(insert(Response).from_select(names, values))
    return bool(done.rowcount)  # type: ignore[attr-defined]


def _next_seq(attempt_id: int, slot: int) -> int:
    query = select(func.max(Response.seq)).where(Response.attempt_id == attempt_id, Response.slot == slot)
    last = db.session.scalar(query)
    return 1 if last is None else int(last) + 1


def _already_saved(attempt_id: int, slot: int, seq: int, state: State) -> Saved | Late:
    """What holds for the slot when a repeated or older ``seq`` came."""
    query = (
        select(Response.seq, Response.saved_at)
        .where(Response.attempt_id == attempt_id, Response.slot == slot, Response.is_late.is_(False))
        .where(Response.seq >= seq)
        .order_by(Response.seq.desc())
        .limit(1)
    )
    held = db.session.execute(query).first()
    return Late(slot, seq, _too_late(state)) if held is None else Saved(slot, held.seq, held.saved_at, False)


def _too_late(state: State) -> Message:
    if state in OPEN:
        return Message(N_("The time was up when this answer arrived. It is kept, but not scored."))
    return Message(N_("This attempt had ended when this answer arrived. It is kept, but not scored."))


