"""Reads of scenarios as their files hold them: the list, and one with the version in force."""

from dataclasses import dataclass

from sqlalchemy import select

from lms.core.database import db
from lms.core.errors import NotFound
from lms.core.texts import N_, Message
from lms.scenarios import queries
from lms.scenarios.definitions import ScenarioDefinition
from lms.scenarios.models import Scenario, ScenarioVersion


@dataclass(frozen=True, slots=True)
class StoredScenario:
    """A scenario with its current definition and that version's number."""

    scenario: Scenario
    number: int
    definition: ScenarioDefinition


def stored_scenario(key: str, *, lock: bool = False) -> StoredScenario:
    """The scenario with this key, in use or retired; else ``NotFound``.

    ``lock`` keeps others from changing it until this unit of work is over.
    """
    query = select(Scenario).where(Scenario.key == key)
    row = db.session.scalar(query.with_for_update().execution_options(populate_existing=True) if lock else query)
    if row is None or row.version_id is None:
        raise NotFound(Message(N_("There is no scenario with this key.")))
    compiled = queries.compiled(row.version_id)
    return StoredScenario(row, compiled.number, compiled.definition)


def is_scenario_known(key: str) -> bool:
    """Whether a scenario has this key, in use or retired."""
    return db.session.scalar(select(Scenario.id).where(Scenario.key == key)) is not None


def version_in_force(row: Scenario) -> ScenarioVersion:
    """The current version of a scenario that was just written; nothing uncommitted may enter the cache of versions."""
    return db.session.get_one(ScenarioVersion, row.version_id)


def scenarios_by_key(*, after: str = "", limit: int) -> list[tuple[Scenario, int]]:
    """Scenarios in use by key, each with its version's number, up to ``limit`` of them from after a key."""
    query = select(Scenario, ScenarioVersion.number).join(ScenarioVersion, ScenarioVersion.id == Scenario.version_id)
    query = query.where(Scenario.retired_at.is_(None), Scenario.key > after).order_by(Scenario.key).limit(limit)
    return [(row, number) for row, number in db.session.execute(query)]
