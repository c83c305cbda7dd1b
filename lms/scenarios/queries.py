"""Reads of scenarios, scoped to who asks; versions are compiled once per process."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from typing import Any

from sqlalchemy import Select, case, func, select

from lms.core import access
from lms.core.database import db
from lms.core.errors import NotFound
from lms.core.texts import N_, Message
from lms.core.version_cache import VersionCache
from lms.enrolment import queries as enrolment
from lms.identity.models import Site
from lms.scenarios.analysis_json import Known, from_json
from lms.scenarios.definitions import ScenarioDefinition
from lms.scenarios.models import Play, Scenario, ScenarioVersion
from lms.scenarios.play_states import PlayState, replay
from lms.scenarios.plot import Plot, compile_plot

NO_SCENARIO = N_("There is no such role-play, or it is not meant for your site.")


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


# ---- what to play next ---------------------------------------------------------------


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
