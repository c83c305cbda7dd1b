"""The end of an examination with typed replies: they go to people, or count at once where an administrator allowed it."""

from collections.abc import Mapping
from datetime import datetime

from lms.core import audit
from lms.core.database import db
from lms.scenarios import judging, queries_plays, queries_reply_rules
from lms.scenarios.hearing import reading_kept
from lms.scenarios.judging import How, Rank
from lms.scenarios.models import Turn
from lms.scenarios.models_replies import ReplyDecision, WrittenReply
from lms.scenarios.play_states import Reading
from lms.scenarios.queries_plays import PlayView
from lms.scenarios.queries_reply_rules import Rule


def hand_over(view: PlayView, now: datetime) -> PlayView:
    """Queue the typed replies of a play that is just over; returns it with what was decided at once, if anything."""
    rule = queries_reply_rules.rule_of(view.play.scenario_id)
    counted = 0
    for turn in view.turns:
        if turn.reply is not None:
            counted += _queue(view, turn, rule, now)
    db.session.flush()
    if not counted:
        return view
    audit.record("reply.count", f"play:{view.play.id}", now=now, replies=counted, version=rule.version)
    return queries_plays.play_view(view.play, view.scenario_key, view.turns)


def _queue(view: PlayView, turn: Turn, rule: Rule, now: datetime) -> bool:
    """A reply in the queue; True where the scorer's reading counts and nobody needs to look."""
    asked = asked_in(view, turn)
    found = judging.rank(reading_kept(turn.heard), asked)
    reply = WrittenReply(
        turn_id=turn.id,
        play_id=view.play.id,
        scenario_id=view.play.scenario_id,
        person_id=view.play.person_id,
        number=turn.number,
        purpose="exam",
        rank=judging.RANKS[found],
        handed_in_at=now,
        marks_needed=2 if judging.drawn(rule.double_percent, "double", turn.id) else 1,
        marks_in=0,
    )
    db.session.add(reply)
    if found is not Rank.CONFIDENT or not _counts(turn, rule):
        return False
    reply.settled_at, reply.how = now, How.MACHINE.value
    db.session.flush()
    heard = Reading(frozenset((turn.heard or {})["steps"]), (turn.heard or {})["taboo"])
    decide(reply, heard, How.MACHINE, now=now)
    return True


def asked_in(view: PlayView, turn: Turn) -> Mapping[str, int]:
    """The steps that a typed reply in that turn's scene may earn, with their points."""
    typed = view.compiled.plot.scenes[turn.scene].typed
    return typed.steps if typed is not None else {}


def _counts(turn: Turn, rule: Rule) -> bool:
    """Read by the version that was allowed, and not of the sample that people see all the same."""
    reading = reading_kept(turn.heard)
    is_allowed = rule.confident_counts and reading is not None and reading.version == rule.version
    return is_allowed and not judging.drawn(judging.SAMPLE_PERCENT, "sample", turn.id)


def decide(
    reply: WrittenReply,
    found: Reading,
    how: How,
    *,
    now: datetime,
    by_id: int | None = None,
    number: int = 1,
    reason: str = "",
) -> None:
    """Add to what was decided of a reply; it holds from now on."""
    db.session.add(
        ReplyDecision(
            reply_id=reply.id,
            number=number,
            steps=sorted(found.steps),
            taboo=found.taboo,
            how=how.value,
            reason=reason,
            decided_by_id=by_id,
            decided_at=now,
        )
    )
    db.session.flush()
