"""The verb of a learner who disagrees with the machine's reading of a typed reply."""

from datetime import datetime
from typing import Any

from sqlalchemy import select

from lms.core import audit
from lms.core.database import db
from lms.core.errors import Conflict, NotFound
from lms.core.texts import N_, Message
from lms.scenarios import hearing, judging, queries_plays
from lms.scenarios.judging import How, Rank
from lms.scenarios.models import Turn
from lms.scenarios.models_replies import ReplyContest, WrittenReply
from lms.scenarios.queries_plays import PlayView
from lms.scenarios.service_reasons import stated_reason


def contest(play_id: int, person: Any, turn: int, why: str, *, now: datetime) -> ReplyContest:
    """Say why the machine's reading of one's reply is wrong; a trainer then looks at it, and it teaches the scorer.

    In practice no score changes. In an examination that is over it is possible where the machine's reading counted
    without a person: what the trainer finds then counts. Once per reply; the same again returns the first.
    """
    view = queries_plays.own_play(person, play_id, lock=True)
    row = next((each for each in view.turns if each.number == turn and each.reply is not None), None)
    if row is None:
        raise NotFound(Message(N_("Turn %(turn)s has no reply in your own words."), {"turn": turn}))
    if earlier := db.session.scalar(select(ReplyContest).where(ReplyContest.turn_id == row.id)):
        return earlier
    why = stated_reason(why)
    _queue_contested(view, row, now)
    found = ReplyContest(turn_id=row.id, person_id=person.id, why=why, contested_at=now)
    db.session.add(found)
    db.session.flush()
    audit.record("reply.contest", f"play:{play_id}", actor=person, now=now, turn=turn)
    return found


def _queue_contested(view: PlayView, row: Turn, now: datetime) -> None:
    reply = db.session.scalar(select(WrittenReply).where(WrittenReply.turn_id == row.id).with_for_update())
    if view.is_exam:
        if reply is None or reply.how != How.MACHINE:
            raise Conflict(Message(N_("People judge this reply; there is no machine’s opinion to contest.")))
        reply.settled_at, reply.marks_needed = None, reply.marks_in + 1
        return
    if hearing.reading_kept(row.heard) is None:
        raise Conflict(Message(N_("No machine has read this reply; there is nothing to contest.")))
    if reply is None:
        db.session.add(
            WrittenReply(
                turn_id=row.id,
                play_id=view.play.id,
                scenario_id=view.play.scenario_id,
                person_id=view.play.person_id,
                number=row.number,
                purpose="contest",
                rank=judging.RANKS[Rank.CONTESTED],
                handed_in_at=now,
                marks_needed=1,
                marks_in=0,
            )
        )
        db.session.flush()
