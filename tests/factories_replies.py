"""Role-plays with typed replies and what people wrote in them, for tests; call inside a unit of work."""

from typing import Any

from sqlalchemy import select

from lms.core import clock
from lms.core.access import Role
from lms.core.database import db
from lms.identity.models import Person
from lms.scenarios import service, service_replies
from lms.scenarios.definitions import ScenarioDefinition
from lms.scenarios.models_replies import ReplyRule, WrittenReply
from lms.scenarios.queries_plays import PlayView
from tests import factories
from tests import factories_scenarios as sets

KEY = "wet-floor"
TRACKS = "周五中午前我亲自给您回电话，告诉您结果。"
"""A reply in which the scorer is sure of one step (track)."""
BOTH = "我今天下午两点安排师傅上门，或者给您退维修费，您看哪个合适？五点我亲自给您回电话确认。"
"""A reply in which the scorer is sure of both steps asked for."""
NOTHING = "The weather is fine today."
TABOO = "Calm down, it's no big deal."
STUFFED = "Listen, sympathise, clarify, advise, track."

TYPED = (
    "    typed: {steps: {advise: 2, track: 3}, criterion: lscat, min_chars: 5, goto: settled, goto_taboo: hung-up}\n"
)


def definition() -> ScenarioDefinition:
    """The small scenario whose last scene takes own words: listen 4, advise 2, track 3, the ending 1, the feeling 2."""
    start = sets.SMALL.index("    choices:\n      name-and-time")
    end = sets.SMALL.index("endings:")
    return sets.definition(sets.SMALL[:start] + TYPED + sets.SMALL[end:])


def scenario() -> ScenarioDefinition:
    """The same in the database."""
    return sets.scenario(definition())


def begun(person: Person, mode: str = "exam") -> PlayView:
    """A play in which the own words come next."""
    view = service.start_play(KEY, person, mode, now=clock.now(), language="en")
    assert view.offer is not None
    choice = next(each.id for each in view.offer.choices if each.key == "hear-her-out")
    return service.take_turn(view.play.id, person, 1, emotion="angry", choice=choice, now=clock.now())


def played(words: str = TRACKS, person: Person | None = None, mode: str = "exam") -> PlayView:
    """A play that ended with these words."""
    person = person or factories.person()
    view = begun(person, mode)
    return service.take_turn(view.play.id, person, 2, reply=words, now=clock.now())


def waiting(view: PlayView) -> WrittenReply:
    """The reply of a play as it stands in the queue."""
    return db.session.scalars(select(WrittenReply).where(WrittenReply.play_id == view.play.id)).one()


def marker(**changes: Any) -> Person:
    """A trainer."""
    return factories.person(roles=(Role.TRAINER,), **changes)


def given(*steps: str, taboo: bool | None = False, comment: str = "") -> service_replies.Given:
    """A mark."""
    return service_replies.Given(frozenset(steps), taboo, comment)


def marked(found: WrittenReply, *steps: str, by: Person | None = None, taboo: bool = False) -> WrittenReply:
    """The reply with one mark more."""
    by = by or marker()
    taken = service_replies.take_next(KEY, actor=by, now=clock.now())
    while taken is not None and taken.id != found.id:
        service_replies.put_aside(taken.id, actor=by, now=clock.now())
        taken = service_replies.take_next(KEY, actor=by, now=clock.now())
    return service_replies.mark(found.id, given(*steps, taboo=taboo), actor=by, now=clock.now())


def double(percent: int = 100) -> None:
    """Let two people mark so many percent of all replies."""
    db.session.add(ReplyRule(double_percent=percent, confident_counts=False, reason="for a test", set_at=clock.now()))
    db.session.flush()
