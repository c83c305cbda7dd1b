"""Reads of plays, scoped to who asks: a play is folded from its turns."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from sqlalchemy import bindparam, func, select

from lms.core import access
from lms.core.database import db
from lms.core.errors import NotAllowed, NotFound
from lms.core.texts import N_, Message
from lms.identity.models import Person
from lms.scenarios import play_states
from lms.scenarios.models import Play, Scenario, Turn
from lms.scenarios.models_replies import ReplyDecision, WrittenReply
from lms.scenarios.offers import Offer, offered
from lms.scenarios.play_states import PlayState, Reading, replay
from lms.scenarios.queries import Compiled, compiled
from lms.scenarios.scoring import PlayScore, score_play

NO_PLAY = N_("There is no such role-play of yours.")
BLIND = N_("A reply of this talk still waits for a mark without a name. Open the talk once it is marked.")


@dataclass(frozen=True)
class PlayView:
    """A play folded from its turns: where it stands, what is offered now, what it is worth."""

    play: Play
    scenario_key: str
    compiled: Compiled
    turns: Sequence[Turn]
    states: Sequence[PlayState]

    @property
    def is_exam(self) -> bool:
        return self.play.mode == "exam"

    @property
    def state(self) -> PlayState:
        return self.states[-1]

    @property
    def is_over(self) -> bool:
        return self.state.scene is None

    @cached_property
    def offer(self) -> Offer | None:
        """What the learner is asked now; None when the play is over."""
        return offered(self.compiled.plot, self.state, self.play.seed)

    @cached_property
    def score(self) -> PlayScore:
        """Against the best route of the whole scenario, exact."""
        return score_play(self.compiled.plot, self.compiled.known.bounds, self.state)

    def after(self, number: int) -> "PlayView":
        """The same play as it stood after that turn."""
        return replace(self, turns=self.turns[:number], states=self.states[: number + 1])


def play_view(play: Play, scenario_key: str, turns: Sequence[Turn]) -> PlayView:
    """Fold a play; costs microseconds once its version is compiled, and a query more for typed replies in an
    examination that is over."""
    ready = compiled(play.scenario_version_id)
    decided = decisions(play.id) if _may_be_decided(play, turns) else {}
    states = replay(ready.plot, [spoken(row, play.mode, decided.get(row.number)) for row in turns])
    return PlayView(play, scenario_key, ready, turns, states)


def _may_be_decided(play: Play, turns: Sequence[Turn]) -> bool:
    is_over = play.mode == "exam" and play.state != "in_progress"
    return is_over and any(row.reply is not None for row in turns)


def spoken(row: Turn, mode: str, decided: Reading | None = None) -> play_states.Turn:
    """A stored turn as the rules want it. What a scorer heard in a typed reply stands for the marks in practice; in an
    examination they are what was decided, and None until then."""
    heard = Reading(frozenset(row.heard["steps"]), row.heard["taboo"]) if row.heard else Reading()
    marks = None if row.reply is None else heard if mode == "practice" else decided
    return play_states.Turn(row.choice, row.reply, row.emotion, heard, marks)


def decisions(play_id: int) -> dict[int, Reading]:
    """What holds of the typed replies of a play by turn, as far as it was decided; the last decision holds."""
    query = (
        select(WrittenReply.number, ReplyDecision.steps, ReplyDecision.taboo)
        .join(ReplyDecision, ReplyDecision.reply_id == WrittenReply.id)
        .where(WrittenReply.play_id == play_id)
        .order_by(ReplyDecision.number)
    )
    return {number: Reading(frozenset(steps), taboo) for number, steps, taboo in db.session.execute(query)}


# asked with every page and every turn, so put together once
_OWN_PLAY = (
    select(Play, Scenario.key)
    .join(Scenario, Scenario.id == Play.scenario_id)
    .where(Play.id == bindparam("play"), Play.person_id == bindparam("person"))
)
_OWN_PLAY_HELD = _OWN_PLAY.with_for_update(of=Play).execution_options(populate_existing=True)
_TURNS = select(Turn).where(Turn.play_id == bindparam("play")).order_by(Turn.number)


def own_play(person: Any, play_id: int, *, lock: bool = False) -> PlayView:
    """A play of this person; raises ``NotFound``. Two queries; ``lock`` lets a second tab wait for the first."""
    query = _OWN_PLAY_HELD if lock else _OWN_PLAY
    found = db.session.execute(query, {"play": play_id, "person": person.id}).first()
    if found is None:
        raise NotFound(Message(NO_PLAY))
    play, key = found
    turns = list(db.session.scalars(_TURNS, {"play": play.id}))
    return play_view(play, key, turns)


def readable_play(viewer: Any, play_id: int) -> PlayView:
    """One's own play, or anybody's examination for whoever reads content (trainers, auditors); else ``NotFound``.

    Raises ``NotAllowed`` for those who mark while a reply of it waits: marks are given without a name.
    """
    if access.has(viewer, "content.read"):
        anybodys = select(Play.person_id, Play.state).where(Play.id == play_id, Play.mode == "exam")
        found = db.session.execute(anybodys).first()
        if found is not None and found.person_id != viewer.id:
            if found.state == "marking" and access.has(viewer, "mark"):
                raise NotAllowed(Message(BLIND))
            return own_play(db.session.get(Person, found.person_id), play_id)
    return own_play(viewer, play_id)


def player_name(play: Play) -> str:
    """Whose play it is."""
    return db.session.scalar(select(Person.name).where(Person.id == play.person_id)) or ""


def open_play(person: Any, scenario_id: int, mode: str) -> Play | None:
    """The play of this scenario and mode that the person has begun last and not ended."""
    query = select(Play).where(
        Play.person_id == person.id,
        Play.scenario_id == scenario_id,
        Play.mode == mode,
        Play.state == "in_progress",
        Play.left_at.is_(None),
    )
    return db.session.scalar(query.order_by(Play.id.desc()).limit(1))


def place_of(play: Play) -> int:
    """The how-manieth play of this scenario and mode it is for its person, from 1; plays left do not count."""
    query = select(func.count()).where(
        Play.person_id == play.person_id,
        Play.scenario_id == play.scenario_id,
        Play.mode == play.mode,
        Play.id <= play.id,
        Play.left_at.is_(None),
    )
    return db.session.scalar(query) or 1
