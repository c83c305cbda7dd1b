"""Saving an answer: acknowledged only when it is in the books, told to be late when it is."""

import functools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, ColumnElement, Integer, String, bindparam, exists, func, insert, select
from sqlalchemy.sql.dml import ReturningInsert

from lms.assessment import attempt_states, queries
from lms.assessment.attempt_states import OPEN, State
from lms.assessment.models import Attempt, Response
from lms.core.audit import BigKey
from lms.core.database import Instant, Verbatim, db
from lms.core.errors import Invalid, NotFound
from lms.core.texts import N_, Message
from lms.question_bank import form_answers, item_types
from lms.question_bank import queries as bank
from lms.question_bank.items import AnyItem

MOST_LATE = 5
"""So many late answers to a question are kept, the first ones: enough to see what somebody tried to say."""
ENOUGH_LATE = N_(
    "The attempt was over when this answer arrived. The first %(most)s late answers to this question are kept, but not "
    "scored; this one is not kept."
)

_HELD = (
    select(Attempt.state, Attempt.deadline_at, Attempt.paper)
    .where(Attempt.id == bindparam("attempt"), Attempt.person_id == bindparam("person"))
    .with_for_update(of=Attempt)
)


@dataclass(frozen=True, slots=True)
class Saved:
    """What holds for a slot now; ``is_new`` is False when a repeated or older ``seq`` changed nothing.

    ``stands`` is whether the answer that holds is the one that was sent: False means that a newer one is there.
    ``slots`` is how many the attempt has, ``deadline_at`` until when it takes answers.
    """

    slot: int
    seq: int
    saved_at: datetime
    is_new: bool
    stands: bool
    slots: int
    deadline_at: datetime | None


@dataclass(frozen=True, slots=True)
class Window:
    """The open page an answer was typed into: its own name, and the greatest ``seq`` of the slot that it knew of.

    What another page has saved since is not overwritten; the one who sends is told instead, and decides.
    """

    writer: str
    base: int


@dataclass(frozen=True, slots=True)
class Late:
    """The answer came after the time: it is kept, marked late and never scored; or, with ``is_kept`` False, not even
    kept, because the first ones that came late are."""

    slot: int
    seq: int
    reason: Message
    is_kept: bool = True


def save_response(
    attempt_id: int, person: Any, slot: int, raw: object, seq: int | None, *, now: datetime
) -> Saved | Late:
    """Keep an answer, given in the numbers that were shown; ``seq`` None takes the next one.

    The attempt's row is held meanwhile, so that an answer is either in before the grading or told to be late.
    Raises ``NotFound`` for an attempt or slot that is not theirs, ``Invalid`` for an answer that does not fit.
    """
    return _save(attempt_id, person, slot, lambda _item: raw, seq, now)


def save_form(
    attempt_id: int,
    person: Any,
    slot: int,
    fields: form_answers.Fields,
    seq: int | None,
    *,
    now: datetime,
    window: Window | None = None,
) -> Saved | Late:
    """The same from the fields of a page's form; with a ``window``, only over what that one has seen."""

    def entered(item: AnyItem) -> object:
        raw = form_answers.read(item.type, fields)
        if isinstance(raw, form_answers.Unreadable):
            raise Invalid(raw.reason, errors={"answer": raw.reason})
        return raw

    return _save(attempt_id, person, slot, entered, seq, now, window)


def _save(
    attempt_id: int,
    person: Any,
    slot: int,
    entered: Callable[[AnyItem], object],
    seq: int | None,
    now: datetime,
    window: Window | None = None,
) -> Saved | Late:
    found = db.session.execute(_HELD, {"attempt": attempt_id, "person": person.id}).first()
    if found is None or not 1 <= slot <= len(found.paper):
        raise NotFound(Message(queries.NO_ATTEMPT))
    place = found.paper[slot - 1]
    item, shown = bank.item(place["item_version_id"]), item_types.Shown.from_json(place["shown"])
    answer = item_types.read_answer(item, shown, entered(item))
    if isinstance(answer, item_types.Refusal):
        raise Invalid(answer.message, errors={"answer": answer.message})
    at = _Book(attempt_id, slot, len(found.paper), State(found.state), found.deadline_at, now)
    is_late = not attempt_states.takes_answers(at.state, now, at.deadline_at)
    if seq is None:
        held = queries.latest_answer(attempt_id, slot)
        if held is not None and held.answer == answer and not is_late:
            return at.saved(held.seq, held.saved_at, is_new=False, stands=True)
        seq = _next_seq(attempt_id, slot)
    if is_late and _has_enough_late(at, seq):
        return Late(slot, seq, Message(ENOUGH_LATE, {"most": MOST_LATE}), is_kept=False)
    kept = _insert_newer(at, _Entry(seq, answer, now, is_late, window))
    if kept is None:
        return _already_saved(at, seq, answer)
    return at.late(kept) if is_late else at.saved(kept, now, is_new=True, stands=True)


def _has_enough_late(at: "_Book", seq: int) -> bool:
    """Whether as many late answers of the slot are kept as ever are, this one not among them."""
    query = select(Response.seq).where(
        Response.attempt_id == at.attempt_id, Response.slot == at.slot, Response.is_late.is_(True)
    )
    kept = set(db.session.scalars(query))
    return len(kept) >= MOST_LATE and seq not in kept


@dataclass(frozen=True, slots=True)
class _Book:
    """The slot that is written to, and how its attempt stood."""

    attempt_id: int
    slot: int
    slots: int
    state: State
    deadline_at: datetime | None
    now: datetime

    def saved(self, seq: int, at: datetime, *, is_new: bool, stands: bool) -> Saved:
        return Saved(self.slot, seq, at, is_new, stands, self.slots, self.deadline_at)

    def late(self, seq: int) -> Late:
        return Late(self.slot, seq, _too_late(self.state))


@dataclass(frozen=True, slots=True)
class _Entry:
    """What is to be written."""

    seq: int
    answer: Any
    now: datetime
    is_late: bool
    window: Window | None


def _insert_newer(at: _Book, entry: _Entry) -> int | None:
    """Insert the answer unless a newer one is there; one statement. Returns the number it is kept under.

    Newer is, in time, whatever has this or a later ``seq``, or came from another window after the ``base`` of this.
    A late answer is kept beside later late ones too, since that is what is told: only the very same is not kept twice.
    """
    window = entry.window or Window("", _NEVER)
    values = {
        "of": at.attempt_id, "at_slot": at.slot, "number": entry.seq, "given": entry.answer, "now": entry.now,
        "late": entry.is_late, "base": window.base, "by": window.writer or None,
    }  # fmt: skip
    row = db.session.execute(_insertion(entry.is_late), values).first()
    return int(row._mapping["seq"]) if row is not None else None


_NEVER = 2**62  # no seq is greater: nothing counts as unseen


@functools.cache
def _insertion(is_late: bool) -> ReturningInsert[tuple[int]]:
    """The statement, put together once: building it costs more than running it."""
    attempt_id, slot = bindparam("of", type_=BigKey), bindparam("at_slot", type_=Integer)
    number, writer = bindparam("number", type_=Response.seq.type), bindparam("by", type_=String)
    in_time, of_slot = Response.is_late.is_(False), (Response.attempt_id == attempt_id) & (Response.slot == slot)
    if is_late:
        seq: ColumnElement[int] = number
        is_newer = (Response.seq == number) | ((Response.seq >= number) & in_time)
    else:
        unseen = Response.seq > bindparam("base", type_=Response.seq.type)
        is_newer = ((Response.seq >= number) | (unseen & Response.writer.is_distinct_from(writer))) & in_time
        # a late answer may hold the number, from before the attempt was given more time
        behind_late = select(func.max(Response.seq) + 1).where(of_slot, Response.is_late, Response.seq >= number)
        seq = func.coalesce(behind_late.scalar_subquery(), number)
    known = exists().where(of_slot, is_newer)
    given, now = bindparam("given", type_=Verbatim), bindparam("now", type_=Instant())
    values = select(attempt_id, slot, seq, given, now, bindparam("late", type_=Boolean), writer).where(~known)
    names = ["attempt_id", "slot", "seq", "answer", "saved_at", "is_late", "writer"]
    return insert(Response.__table__).from_select(names, values).returning(Response.__table__.c.seq)  # type: ignore[arg-type]


def _next_seq(attempt_id: int, slot: int) -> int:
    query = select(func.max(Response.seq)).where(Response.attempt_id == attempt_id, Response.slot == slot)
    last = db.session.scalar(query)
    return 1 if last is None else int(last) + 1


def _already_saved(at: _Book, seq: int, answer: Any) -> Saved | Late:
    """What holds for the slot when a repeated or older ``seq`` came, or a newer answer of another window is there."""
    held = queries.latest_answer(at.attempt_id, at.slot)
    if held is None:
        return at.late(seq)
    if held.seq < seq and not attempt_states.takes_answers(at.state, at.now, at.deadline_at):
        return at.late(seq)
    return at.saved(held.seq, held.saved_at, is_new=False, stands=held.answer == answer)


def _too_late(state: State) -> Message:
    if state in OPEN:
        return Message(N_("The time was up when this answer arrived. It is kept, but not scored."))
    return Message(N_("This attempt had ended when this answer arrived. It is kept, but not scored."))
