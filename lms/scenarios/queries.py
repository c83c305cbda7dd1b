"""Reads of scenarios and plays, scoped to who asks; versions are compiled once per process."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from sqlalchemy import Select, bindparam, case, func, select

from lms.core import access
from lms.core.database import db
from lms.core.errors import NotAllowed, NotFound
from lms.core.texts import N_, Message
from lms.core.version_cache import VersionCache
from lms.enrolment import queries as enrolment
from lms.identity.models import Person, Site
from lms.scenarios import play_states
from lms.scenarios.analysis_json import Known, from_json
from lms.scenarios.definitions import ScenarioDefinition
from lms.scenarios.models import Play, Scenario, ScenarioVersion, Turn
from lms.scenarios.models_replies import ReplyDecision, WrittenReply
from lms.scenarios.offers import Offer, offered
from lms.scenarios.play_states import PlayState, Reading, replay
from lms.scenarios.plot import Plot, compile_plot
from lms.scenarios.scoring import PlayScore, score_play

NO_SCENARIO = N_("There is no such role-play, or it is not meant for your site.")
NO_PLAY = N_("There is no such role-play of yours.")
BLIND = N_("A reply of this talk still waits for a mark without a name. Open the talk once it is marked.")


@dataclass(frozen=True)
class Compiled:
    """A version ready to be played: its definition, its plot, and what was computed of it when it was written."""

    version_id: int
    number: int
    created_at: datetime
    definition: ScenarioDefinition
    plot: Plot
    known: Known

    @cached_property
    def best(self) -> PlayState:
        """A best route, played."""
        return replay(self.plot, self.known.best)[-1]

    @property
    def about_turns(self) -> int:
        """How many turns a good talk takes; also about how many minutes."""
        return len(self.known.best)


def _load(version_ids: list[int]) -> dict[int, Compiled]:
    rows = db.session.scalars(select(ScenarioVersion).where(ScenarioVersion.id.in_(version_ids)))
    found = {}
    for row in rows:
        definition = ScenarioDefinition.model_validate(row.body)
        found[row.id] = Compiled(
            row.id, row.number, row.created_at, definition, compile_plot(definition), from_json(row.analysis)
        )
    return found


_versions = VersionCache("scenarios", _load)


def compiled(version_id: int) -> Compiled:
    """A version, compiled; no query once this process has met it."""
    return _versions.one(version_id)


def compiled_many(version_ids: Iterable[int]) -> dict[int, Compiled]:
    """Versions by id, in one query for those not met yet."""
    return _versions.many(version_ids)


# ---- scenarios ------------------------------------------------------------------


def _site_key(viewer: Any) -> Any:
    return select(Site.key).where(Site.id == getattr(viewer, "site_id", None)).scalar_subquery()


def _is_open_to(viewer: Any, scenario: Scenario, site_key: str | None) -> bool:
    """Live is for all; a pilot for its sites, and for those who may read content anyway."""
    return scenario.status == "live" or site_key in scenario.sites or access.has(viewer, "content.read")


def scenario_by_key(key: str, viewer: Any) -> Scenario:
    """A scenario in use that the viewer may know of; raises ``NotFound``. One query."""
    query = select(Scenario, _site_key(viewer)).where(Scenario.key == key, Scenario.retired_at.is_(None))
    found = db.session.execute(query).first()
    if found is None or found[0].version_id is None or not _is_open_to(viewer, found[0], found[1]):
        raise NotFound(Message(NO_SCENARIO))
    scenario: Scenario = found[0]
    return scenario


def scenario_id_of(key: str) -> int:
    """The id of a scenario, retired or not; raises ``NotFound``."""
    found = db.session.scalar(select(Scenario.id).where(Scenario.key == key))
    if found is None:
        raise NotFound(Message(NO_SCENARIO))
    return found


def key_of(scenario_id: int) -> str:
    """The key of a scenario that is known to exist."""
    return db.session.scalar(select(Scenario.key).where(Scenario.id == scenario_id)) or ""


@dataclass(frozen=True, slots=True)
class Record:
    """What a person has done of a scenario so far; exam plays that are over count, practice never does."""

    exams: int = 0
    best_percent: Decimal | None = None
    passed: bool = False
    open_exam: int | None = None
    open_practice: int | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """A scenario with its current version and the viewer's record."""

    scenario: Scenario
    compiled: Compiled
    record: Record
    given: bool


def catalogue(viewer: Any) -> list[Card]:
    """The scenarios the viewer may play, by key; by assignment only, if they have it. Constant number of queries."""
    query = select(Scenario, _site_key(viewer)).where(Scenario.retired_at.is_(None), Scenario.version_id.is_not(None))
    rows = [row for row, site in db.session.execute(query.order_by(Scenario.key)) if _is_open_to(viewer, row, site)]
    given = enrolment.assigned_keys(viewer.id, "scenario")
    everything = access.has(viewer, "content.read")
    shown = [row for row in rows if everything or not row.assigned_only or row.key in given]
    versions = compiled_many([row.version_id for row in shown if row.version_id])
    known = records(viewer.id)
    return [Card(row, versions[row.version_id or 0], known.get(row.id, Record()), row.key in given) for row in shown]


def card(key: str, viewer: Any) -> Card:
    """One scenario as in the catalogue; raises ``NotFound``."""
    scenario = scenario_by_key(key, viewer)
    record = records(viewer.id, scenario.id).get(scenario.id, Record())
    return Card(scenario, compiled(scenario.version_id or 0), record, False)


def records(person_id: int, scenario_id: int | None = None) -> dict[int, Record]:
    """A person's record by scenario id, of one scenario or of all; two queries."""
    sums = select(
        Play.scenario_id, func.count(), func.max(Play.percent), func.max(case((Play.passed.is_(True), 1), else_=0))
    ).where(Play.person_id == person_id, Play.mode == "exam", Play.state != "in_progress")
    begun = select(Play.scenario_id, Play.mode, func.max(Play.id)).where(
        Play.person_id == person_id, Play.state == "in_progress", Play.left_at.is_(None)
    )
    if scenario_id is not None:
        sums, begun = sums.where(Play.scenario_id == scenario_id), begun.where(Play.scenario_id == scenario_id)
    found = {
        scenario: Record(count, best, bool(passed))
        for scenario, count, best, passed in db.session.execute(sums.group_by(Play.scenario_id))
    }
    for scenario, mode, play_id in db.session.execute(begun.group_by(Play.scenario_id, Play.mode)):
        record = found.get(scenario, Record())
        found[scenario] = (
            replace(record, open_exam=play_id) if mode == "exam" else replace(record, open_practice=play_id)
        )
    return found


# ---- plays ------------------------------------------------------------------------


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


@dataclass(frozen=True, slots=True)
class Suggestion:
    """Another scenario of the same skill that the person has not passed."""

    key: str
    title: Mapping[str, str]


def to_practise_next(viewer: Any, play: Play, skill: str | None) -> Suggestion | None:
    """The first scenario, by key, of that skill that the viewer may play, has not passed and has not just played."""
    if skill is None:
        return None
    passed = select(Play.scenario_id).where(Play.person_id == viewer.id, Play.mode == "exam", Play.passed.is_(True))
    query: Select[Any] = (
        select(Scenario, _site_key(viewer))
        .where(
            Scenario.skill == skill,
            Scenario.retired_at.is_(None),
            Scenario.version_id.is_not(None),
            Scenario.assigned_only.is_(False),
            Scenario.id != play.scenario_id,
            Scenario.id.not_in(passed),
        )
        .order_by(Scenario.key)
    )
    fitting = (row for row, site in db.session.execute(query) if _is_open_to(viewer, row, site))
    return next((Suggestion(row.key, row.title) for row in fitting), None)
