"""Reads for authors: scenarios with their bounds, their warnings and everything a learner must not see."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from lms.core.database import db
from lms.core.errors import NotFound
from lms.core.texts import N_, Message
from lms.scenarios import queries
from lms.scenarios.models import Scenario
from lms.scenarios.models_drafts import ScenarioDraft
from lms.scenarios.queries import Compiled


@dataclass(frozen=True, slots=True)
class Authored:
    """A scenario with its current version."""

    scenario: Scenario
    compiled: Compiled

    @property
    def always_passes(self) -> bool:
        """Whether even a blind player reaches the score on average: then the scenario measures little."""
        total = self.compiled.known.bounds.total
        return total.expected * 100 >= self.compiled.plot.passing.score * total.max

    @property
    def steps(self) -> Counter[str]:
        """How many replies perform each framework step."""
        scenes = self.compiled.plot.scenes.values()
        return Counter(choice.step for scene in scenes for choice in scene.choices.values() if choice.step)


def authored_scenarios() -> list[Authored]:
    """Every scenario, those in use first, by key; two queries at most."""
    query = select(Scenario).where(Scenario.version_id.is_not(None))
    rows = list(db.session.scalars(query.order_by(Scenario.retired_at.is_not(None), Scenario.key)))
    versions = queries.compiled_many([row.version_id for row in rows if row.version_id])
    return [Authored(row, versions[row.version_id or 0]) for row in rows]


def titles_in_use() -> dict[str, Mapping[str, str]]:
    """The titles of the role-plays in use, by key."""
    query = select(Scenario.key, Scenario.title).where(Scenario.retired_at.is_(None), Scenario.version_id.is_not(None))
    return {key: title for key, title in db.session.execute(query.order_by(Scenario.key))}


def drafts() -> dict[str, ScenarioDraft]:
    """All drafts by key, those of role-plays that were never published among them."""
    return {row.key: row for row in db.session.scalars(select(ScenarioDraft).order_by(ScenarioDraft.key))}


def authored_scenario(key: str) -> Authored:
    """One scenario, retired or not; raises ``NotFound``."""
    row = db.session.scalar(select(Scenario).where(Scenario.key == key))
    if row is None or row.version_id is None:
        raise NotFound(Message(N_("There is no scenario with this key.")))
    return Authored(row, queries.compiled(row.version_id))
