"""The verbs of judging typed replies: take one, put it aside, mark it, correct what was decided."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, func, select

from lms.core import audit
from lms.core.database import db
from lms.core.errors import Conflict, Invalid, NotFound
from lms.core.texts import N_, Message
from lms.scenarios import judging, play_states, queries
from lms.scenarios.judging import How
from lms.scenarios.models import Play, Turn
from lms.scenarios.models_replies import ReplyClaim, ReplyDecision, ReplyMark, WrittenReply
from lms.scenarios.play_states import Reading, Refusal, Stage
from lms.scenarios.queries import PlayView
from lms.scenarios.queries_replies import NO_REPLY, claimable, own_mark, shown
from lms.scenarios.service_handing_over import decide
from lms.scenarios.service_reasons import stated_reason
from lms.scenarios.service_settling import settle

CLAIMED_FOR = timedelta(minutes=30)
"""How long a reply stays with a marker who shows no sign of life."""

MOST_LOOKED_AT = 50
MOST_CHARACTERS = 2000
"""Of a comment."""


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
    scenario = queries.scenario_id_of(key)
    of_scenario = (WrittenReply.scenario_id == scenario, claimable(actor.id, now))
    in_turn = select(WrittenReply.id).where(*of_scenario)
    in_turn = in_turn.order_by(WrittenReply.rank, WrittenReply.handed_in_at, WrittenReply.id).limit(MOST_LOOKED_AT)
    # held in one order by all who take, so that no two wait for each other
    ids = list(db.session.scalars(in_turn.with_for_update(of=WrittenReply)))
    for reply_id in _order(ids, actor, now):
        reply = _held(reply_id)
        if reply is not None and _has_room(reply, actor, now):
            _claim(reply, actor, now)
            return reply
    return None


def _order(ids: list[int], actor: Any, now: datetime) -> list[int]:
    query = select(ReplyClaim).where(ReplyClaim.marker_id == actor.id, ReplyClaim.reply_id.in_(ids))
    own = {claim.reply_id: claim for claim in db.session.scalars(query)}
    held = [each for each in ids if each in own and own[each].skipped_at is None and own[each].expires_at > now]
    aside = [each for each in ids if each in own and own[each].skipped_at is not None]
    fresh = [each for each in ids if each not in held and each not in aside]
    return [*held, *fresh, *sorted(aside, key=lambda each: own[each].skipped_at or now)]


def keep(reply_id: int, *, actor: Any, now: datetime) -> None:
    """Hold on to a reply one is working on; ``Conflict`` when somebody else took it meanwhile."""
    reply = _held(reply_id)
    if reply is None or reply.person_id == actor.id or _claim_of(reply, actor) is None:
        raise NotFound(Message(NO_REPLY))
    _still_open(reply, actor, now)
    _claim(reply, actor, now)


def put_aside(reply_id: int, *, actor: Any, now: datetime) -> WrittenReply:
    """Let somebody else have a reply; it comes back to this marker last."""
    reply = _held(reply_id)
    if reply is None or reply.person_id == actor.id:
        raise NotFound(Message(NO_REPLY))
    claim = _claim_of(reply, actor)
    if claim is not None:
        claim.expires_at, claim.skipped_at = reply.handed_in_at, now
    return reply


# ---- marking ------------------------------------------------------------------------


def mark(reply_id: int, given: Given, *, actor: Any, now: datetime) -> WrittenReply:
    """Give a reply its mark; the last one needed decides it, and the last reply of a play gives it its score.

    The same again changes nothing. Raises ``NotFound`` for a reply of one's own or one that was never before this
    marker (nobody picks whom to mark), ``Invalid`` where the taboo is not answered, ``Conflict`` for one that waits no
    more, or that somebody else has before them.
    """
    play, reply = _locked(reply_id, actor)
    if _claim_of(reply, actor) is None:
        raise NotFound(Message(NO_REPLY))
    found = _found(reply, given)
    earlier = own_mark(reply.id, actor.id)
    if earlier is not None:
        if (frozenset(earlier.steps), earlier.taboo) == (found.steps, found.taboo):
            return reply
        raise Conflict(Message(N_("You have marked this reply already, otherwise; the first mark stands.")))
    _still_open(reply, actor, now)
    _write(reply, given, found, actor, now)
    _conclude(play, reply, actor, now)
    return reply


def _locked(reply_id: int, actor: Any) -> tuple[Play, WrittenReply]:
    """The play, then the reply, changed by nobody else until the unit of work ends."""
    reply = db.session.get(WrittenReply, reply_id)
    if reply is None or reply.person_id == actor.id:
        raise NotFound(Message(NO_REPLY))
    query = select(Play).where(Play.id == reply.play_id).with_for_update()
    play = db.session.scalar(query.execution_options(populate_existing=True))
    held = _held(reply_id)
    if play is None or held is None:
        raise NotFound(Message(NO_REPLY))
    return play, held


def _found(reply: WrittenReply, given: Given) -> Reading:
    if given.taboo is None:
        said = Message(N_("Say whether something is in it that is never said."))
        raise Invalid(said, errors={"taboo": said})
    if not given.steps <= {step.key for step in shown(reply).steps}:
        raise Invalid(Message(N_("Choose steps that this framework has.")))
    if len(given.comment) > MOST_CHARACTERS:
        raise Invalid(Message(N_("A comment has at most %(most)s characters."), {"most": MOST_CHARACTERS}))
    return Reading(given.steps, given.taboo)


def _write(reply: WrittenReply, given: Given, found: Reading, actor: Any, now: datetime) -> None:
    reply.marks_in += 1
    db.session.add(
        ReplyMark(
            reply_id=reply.id,
            marker_id=actor.id,
            number=reply.marks_in,
            steps=sorted(found.steps),
            taboo=found.taboo,
            comment=given.comment.strip(),
            marked_at=now,
        )
    )
    claim = _claim_of(reply, actor)
    if claim is not None:
        claim.expires_at = reply.handed_in_at  # used up: not "now", which for a request that waited is long ago
    db.session.flush()
    audit.record(
        "reply.mark",
        f"play:{reply.play_id}",
        actor=actor,
        now=now,
        turn=reply.number,
        number=reply.marks_in,
        steps=sorted(found.steps),
        taboo=found.taboo,
    )


def _conclude(play: Play, reply: WrittenReply, actor: Any, now: datetime) -> None:
    """Draw the conclusion from the marks that are in, for the reply and then for its play."""
    query = select(ReplyMark.steps, ReplyMark.taboo).where(ReplyMark.reply_id == reply.id).order_by(ReplyMark.number)
    marks = [Reading(frozenset(steps), taboo) for steps, taboo in db.session.execute(query)]
    outcome = judging.settle(marks, reply.marks_needed, shown(reply).asked)
    if isinstance(outcome, judging.Waiting):
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
    return queries.play_view(play, queries.key_of(play.scenario_id), list(turns))


def correct(reply_id: int, given: Given, reason: str, *, actor: Any, now: datetime) -> WrittenReply:
    """Decide a reply otherwise than before, with a reason; what was marked and decided before stays to be read.

    A play that has its score gets it anew. Raises ``Conflict`` for a reply that still waits, ``Invalid`` without a
    reason, ``NotFound`` for one's own.
    """
    play, reply = _locked(reply_id, actor)
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


# ---- who holds what --------------------------------------------------------------


def _held(reply_id: int) -> WrittenReply | None:
    """The reply as it stands now, changed by nobody else until the unit of work ends."""
    query = select(WrittenReply).where(WrittenReply.id == reply_id).with_for_update()
    return db.session.scalar(query.execution_options(populate_existing=True))


def _claim_of(reply: WrittenReply, actor: Any) -> ReplyClaim | None:
    own = (ReplyClaim.reply_id == reply.id, ReplyClaim.marker_id == actor.id)
    return db.session.scalar(select(ReplyClaim).where(*own))


def _claim(reply: WrittenReply, actor: Any, now: datetime) -> None:
    claim = _claim_of(reply, actor)
    if claim is None:
        claim = ReplyClaim(reply_id=reply.id, marker_id=actor.id)
        db.session.add(claim)
    claim.expires_at, claim.skipped_at = now + CLAIMED_FOR, None
    db.session.flush()


def _has_room(reply: WrittenReply, actor: Any, now: datetime) -> bool:
    """Whether a mark is still wanted that nobody else is about to give, and that this marker has not given."""
    others: tuple[ColumnElement[bool], ...] = (
        ReplyClaim.reply_id == reply.id,
        ReplyClaim.marker_id != actor.id,
        ReplyClaim.expires_at > now,
    )
    taken = db.session.scalar(select(func.count()).select_from(ReplyClaim).where(*others)) or 0
    return reply.settled_at is None and reply.marks_in + taken < reply.marks_needed


def _still_open(reply: WrittenReply, actor: Any, now: datetime) -> None:
    if reply.settled_at is not None:
        raise Conflict(Message(N_("This reply waits for no mark any more.")))
    if not _has_room(reply, actor, now):
        raise Conflict(Message(N_("Your time with this reply was over, and somebody else is marking it now.")))
