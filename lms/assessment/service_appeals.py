"""Appeals: a learner disagrees with a result, somebody who did not mark it looks again and says why."""

from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from lms.assessment import appeal_states, queries
from lms.assessment.appeal_states import State, Verb
from lms.assessment.attempt_states import State as AttemptState
from lms.assessment.models import Appeal, Attempt, Grade
from lms.assessment.models_marking import Essay, EssayMark
from lms.assessment.service_moves import locked
from lms.core import audit
from lms.core.database import db
from lms.core.errors import Conflict, Invalid, NotAllowed, NotFound
from lms.core.texts import N_, Message

LEAST, MOST = 10, 2000
"""Characters of a reason."""


def raise_appeal(attempt_id: int, slot: int, reason: str, *, actor: Any, now: datetime) -> Appeal:
    """Object to a result of one's own as a whole (slot 0), or to the points of one question of it.

    Raises ``NotFound`` for an attempt of somebody else, ``Conflict`` for one that is not graded, or while an appeal
    about the same thing is open, ``Invalid`` for a reason of too few or too many characters.
    """
    attempt = queries.own_attempt(actor, attempt_id)
    locked(attempt.id)  # nobody declares it void meanwhile, which would leave the appeal open
    if attempt.kind != "exam" or attempt.state != AttemptState.GRADED:
        raise Conflict(Message(N_("Only the result of a finished exam can be appealed.")))
    if not 0 <= slot <= len(attempt.paper):
        raise Invalid(Message(N_("This exam has no question %(number)s."), {"number": slot}))
    appeal = Appeal(attempt_id=attempt.id, slot=slot, reason=_said(reason), raised_at=now, state=State.OPEN)
    try:
        with db.session.begin_nested():
            db.session.add(appeal)
    except IntegrityError:
        raise Conflict(Message(N_("You have appealed this already; the answer will stand here."))) from None
    audit.record("appeal.raise", f"attempt:{attempt.id}", actor=actor, now=now, appeal=appeal.id, slot=slot)
    return appeal


def withdraw_appeal(appeal_id: int, *, actor: Any, now: datetime) -> Appeal:
    """Take one's own appeal back."""
    appeal, attempt = _held(appeal_id)
    if attempt.person_id != actor.id:
        raise NotFound(Message(N_("There is no such appeal.")))
    return _close(appeal, Verb.WITHDRAW, "", actor, now)


def decide_appeal(appeal_id: int, verb: Verb, answer: str, *, actor: Any, now: datetime) -> Appeal:
    """Uphold or reject an appeal, with a reason; it changes no points by itself.

    Nobody decides on an appeal of their own, nor on an attempt they marked: ``NotAllowed``.
    """
    appeal, attempt = _held(appeal_id)
    if attempt.person_id == actor.id:
        raise NotAllowed(Message(N_("You cannot decide on your own appeal; ask another trainer.")))
    if _has_marked(attempt.id, actor):
        raise NotAllowed(Message(N_("You marked this attempt; another trainer has to decide on the appeal.")))
    return _close(appeal, verb, _said(answer), actor, now)


def drop_appeals(attempt_id: int, *, actor: Any, now: datetime) -> list[Appeal]:
    """Close the open appeals about an attempt that was declared void: there is nothing left to decide."""
    about = select(Appeal).where(Appeal.attempt_id == attempt_id, Appeal.state == State.OPEN).order_by(Appeal.id)
    return [_close(appeal, Verb.DROP, "", actor, now) for appeal in db.session.scalars(about.with_for_update()).all()]


def _has_marked(attempt_id: int, actor: Any) -> bool:
    """Whether one of the grades, or one of the marks that several grades came from, is theirs."""
    grades = select(Grade.id).where(Grade.attempt_id == attempt_id, Grade.grader_id == actor.id)
    marks = (
        select(EssayMark.id)
        .join(Essay, Essay.id == EssayMark.essay_id)
        .where(Essay.attempt_id == attempt_id, EssayMark.marker_id == actor.id)
    )
    return bool(db.session.scalar(select(grades.exists() | marks.exists())))


def _said(words: str) -> str:
    words = words.strip()
    if not LEAST <= len(words) <= MOST:
        message = Message(N_("Give the reason in %(least)s to %(most)s characters."), {"least": LEAST, "most": MOST})
        raise Invalid(message, errors={"reason": message})
    return words


def _held(appeal_id: int) -> tuple[Appeal, Attempt]:
    """An appeal that nobody else changes meanwhile, and its attempt."""
    appeal = db.session.scalar(select(Appeal).where(Appeal.id == appeal_id).with_for_update())
    if appeal is None:
        raise NotFound(Message(N_("There is no such appeal.")))
    return appeal, db.session.get_one(Attempt, appeal.attempt_id)


def _close(appeal: Appeal, verb: Verb, answer: str, actor: Any, now: datetime) -> Appeal:
    following = appeal_states.move(State(appeal.state), verb)
    if isinstance(following, Message):
        raise Conflict(following)
    appeal.state, appeal.answer, appeal.closed_at, appeal.closed_by_id = following, answer, now, actor.id
    audit.record(
        f"appeal.{verb}", f"attempt:{appeal.attempt_id}", actor=actor, now=now, appeal=appeal.id, answer=answer
    )
    return appeal
