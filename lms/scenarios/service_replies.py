"""The verbs of judging typed replies: take one, put it aside, mark it, correct what was decided."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from lms.core import audit
from lms.core.database import db
from lms.core.errors import Conflict, Invalid, NotFound
from lms.core.marking_queue import MOST_COMMENT_CHARACTERS
from lms.core.second_marks import Waiting
from lms.core.texts import N_, Message
from lms.scenarios import judging, play_states, queries, queries_plays
from lms.scenarios.judging import How
from lms.scenarios.models import Play, Turn
from lms.scenarios.models_replies import ReplyDecision, ReplyMark, WrittenReply
from lms.scenarios.play_states import Reading, Refusal, Stage
from lms.scenarios.queries_plays import PlayView
from lms.scenarios.queries_replies import REPLIES, shown
from lms.scenarios.service_handing_over import decide
from lms.scenarios.service_reasons import stated_reason
from lms.scenarios.service_settling import settle


@dataclass(frozen=True, slots=True)
class Given:
    """What a marker found: step keys, whether a taboo is in it (None: not said), and words to the learner."""

    steps: frozenset[str]
    taboo: bool | None
    comment: str = ""


# ---- taking -----------------------------------------------------------------------


def take_next(key: str, *, actor: Any, now: datetime) -> WrittenReply | None:
    """Take the next reply in this role-play for oneself: the one already held, else by the scorer's order and the
    longest waiting first; those put aside come last. None when none is left."""
    of_scenario = (WrittenReply.scenario_id == queries.scenario_id_of(key),)
    in_turn = (WrittenReply.rank, WrittenReply.handed_in_at, WrittenReply.id)
    return REPLIES.take_next(of_scenario, in_turn, actor=actor, now=now)


keep, put_aside = REPLIES.keep, REPLIES.put_aside


# ---- marking ------------------------------------------------------------------------


def mark(reply_id: int, given: Given, *, actor: Any, now: datetime) -> WrittenReply:
    """Give a reply its mark; the last one needed decides it, and the last reply of a play gives it its score.

    The same again changes nothing. Raises ``NotFound`` for a reply of one's own or one that was never before this
    marker (nobody picks whom to mark), ``Invalid`` where the taboo is not answered, ``Conflict`` for one that waits no
    more, or that somebody else has before them.
    """
    play = _locked_play(reply_id, actor)
    reply = REPLIES.shown_to(reply_id, actor)
    found = _found(reply, given)
    earlier = REPLIES.mark_of(reply.id, actor.id)
    if earlier is not None:
        if (frozenset(earlier.steps), earlier.taboo) != (found.steps, found.taboo):
            raise Conflict(Message(N_("You have marked this reply already, otherwise; the first mark stands.")))
        if earlier.comment == given.comment.strip():
            return reply
        raise Conflict(Message(N_("You have marked this reply already, the same way. The words you wrote first stand.")))
    REPLIES.check_open(reply, actor, now)
    _write(reply, given, found, actor, now)
    _conclude(play, reply, actor, now)
    return reply


def _locked_play(reply_id: int, actor: Any) -> Play:
    """The play of somebody else's reply, changed by nobody else until the unit of work ends: before the reply, as
    everywhere."""
    query = select(Play).where(Play.id == REPLIES.of_somebody_else(reply_id, actor).play_id).with_for_update()
    play = db.session.scalar(query.execution_options(populate_existing=True))
    if play is None:
        raise NotFound(Message(REPLIES.absent))
    return play


def _found(reply: WrittenReply, given: Given) -> Reading:
    if given.taboo is None:
        said = Message(N_("Say whether something is in it that is never said."))
        raise Invalid(said, errors={"taboo": said})
    if not given.steps <= {step.key for step in shown(reply).steps}:
        raise Invalid(Message(N_("Choose steps that this framework has.")))
    if len(given.comment) > MOST_COMMENT_CHARACTERS:
        raise Invalid(Message(N_("A comment has at most %(most)s characters."), {"most": MOST_COMMENT_CHARACTERS}))
    return Reading(given.steps, given.taboo)


def _write(reply: WrittenReply, given: Given, found: Reading, actor: Any, now: datetime) -> None:
    mark = ReplyMark(steps=sorted(found.steps), taboo=found.taboo, comment=given.comment.strip())
    REPLIES.enter(reply, mark, actor=actor, now=now)
    audit.record(
        "reply.mark",
        f"play:{reply.play_id}",
        actor=actor,
        now=now,
        turn=reply.number,
        number=mark.number,
        steps=sorted(found.steps),
        taboo=found.taboo,
    )


def _conclude(play: Play, reply: WrittenReply, actor: Any, now: datetime) -> None:
    """Draw the conclusion from the marks that are in, for the reply and then for its play."""
    query = select(ReplyMark.steps, ReplyMark.taboo).where(ReplyMark.reply_id == reply.id).order_by(ReplyMark.number)
    marks = [Reading(frozenset(steps), taboo) for steps, taboo in db.session.execute(query)]
    outcome = judging.settle(marks, reply.marks_needed, shown(reply).asked)
    if isinstance(outcome, Waiting):
        reply.marks_needed = outcome.needed
        return
    by_id = actor.id if outcome.how is How.SINGLE else None  # of several marks none is the decision
    _decide(play, reply, outcome.found, outcome.how, now=now, by_id=by_id)


def _decide(
    play: Play, reply: WrittenReply, found: Reading, how: How, *, now: datetime, by_id: int | None, reason: str = ""
) -> None:
    """Write what holds from now on; where that was the last reply waited for, the play gets its score."""
    before = _view(play)
    last = db.session.scalar(select(func.max(ReplyDecision.number)).where(ReplyDecision.reply_id == reply.id)) or 0
    reply.settled_at, reply.how = now, how.value
    decide(reply, found, how, now=now, by_id=by_id, number=last + 1, reason=reason)
    if reply.purpose != "exam":
        return
    after = play_states.mark(before.compiled.plot, before.state, reply.number, found)
    if isinstance(after, Refusal):
        raise Conflict(after.reason)
    if after.stage is not Stage.FINISHED:
        return
    view = PlayView(play, before.scenario_key, before.compiled, before.turns, [*before.states[:-1], after])
    is_first = play.state == Stage.MARKING
    play.state = Stage.FINISHED.value
    settle(view, now=now, corrected=None if is_first else reason or how.value)


def _view(play: Play) -> PlayView:
    turns = db.session.scalars(select(Turn).where(Turn.play_id == play.id).order_by(Turn.number))
    return queries_plays.play_view(play, queries.key_of(play.scenario_id), list(turns))


def correct(reply_id: int, given: Given, reason: str, *, actor: Any, now: datetime) -> WrittenReply:
    """Decide a reply otherwise than before, with a reason; what was marked and decided before stays to be read.

    A play that has its score gets it anew. Raises ``Conflict`` for a reply that still waits, ``Invalid`` without a
    reason, ``NotFound`` for one's own.
    """
    play = _locked_play(reply_id, actor)
    reply = REPLIES.locked(reply_id)
    if reply is None:
        raise NotFound(Message(REPLIES.absent))
    if reply.settled_at is None:
        raise Conflict(Message(N_("This reply still waits for a mark; there is nothing to correct yet.")))
    found, reason = _found(reply, given), stated_reason(reason)
    before = play.percent
    _decide(play, reply, found, How.CORRECTED, now=now, by_id=actor.id, reason=reason)
    audit.record(
        "reply.correct",
        f"play:{play.id}",
        actor=actor,
        now=now,
        turn=reply.number,
        steps=sorted(found.steps),
        taboo=found.taboo,
        reason=reason,
        percent_before=before,
        percent_after=play.percent,
    )
    return reply
