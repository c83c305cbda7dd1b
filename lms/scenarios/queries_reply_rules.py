"""How typed replies are judged now: the last rule of a scenario, and of the organisation for what it leaves open."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from lms.core.database import db
from lms.identity.models import Person
from lms.scenarios import hearing
from lms.scenarios.models_replies import ReplyRule


@dataclass(frozen=True, slots=True)
class Rule:
    """The share of replies that two people mark, in percent, and whether what ``version`` of the scorer is sure of
    counts without a person. ``double_own`` is the scenario's own share, None where the organisation's holds."""

    double_percent: int = 0
    double_own: int | None = None
    confident_counts: bool = False
    version: str | None = None
    since: datetime | None = None

    @property
    def is_stale(self) -> bool:
        """Allowed for a version of the scorer that is not in use any more: nothing new counts until it is measured."""
        return self.confident_counts and self.version != hearing.version_in_use()


def rule_of(scenario_id: int) -> Rule:
    """The rule of one scenario; one query."""
    return rules().get(scenario_id) or Rule(double_percent=organisation_share())


def _latest() -> dict[int | None, ReplyRule]:
    """The last rule of every scenario, and under None of the organisation; rules are few."""
    return {row.scenario_id: row for row in db.session.scalars(select(ReplyRule).order_by(ReplyRule.id))}


def organisation_share() -> int:
    """The percentage of typed replies that two people mark where a scenario says nothing else."""
    query = select(ReplyRule.double_percent).where(ReplyRule.scenario_id.is_(None)).order_by(ReplyRule.id.desc())
    return db.session.scalar(query.limit(1)) or 0


def rules() -> dict[int, Rule]:
    """The rules of all scenarios that have one; one query."""
    latest = _latest()
    whole = latest.pop(None).double_percent or 0 if None in latest else 0
    return {
        scenario_id: Rule(
            double_percent=whole if row.double_percent is None else row.double_percent,
            double_own=row.double_percent,
            confident_counts=row.confident_counts,
            version=row.scorer_version,
            since=row.set_at,
        )
        for scenario_id, row in latest.items()
        if scenario_id is not None
    }


@dataclass(frozen=True, slots=True)
class Change:
    """One change of a rule, as it is told."""

    scenario_id: int | None
    double_percent: int | None
    confident_counts: bool
    version: str | None
    reason: str
    at: datetime
    by: str


def history(most: int = 20) -> list[Change]:
    """The last changes of all rules, newest first; one query."""
    query = select(ReplyRule, Person.name).outerjoin(Person, Person.id == ReplyRule.set_by_id)
    rows = db.session.execute(query.order_by(ReplyRule.id.desc()).limit(most))
    return [
        Change(
            row.scenario_id,
            row.double_percent,
            row.confident_counts,
            row.scorer_version,
            row.reason,
            row.set_at,
            name or "",
        )
        for row, name in rows
    ]
