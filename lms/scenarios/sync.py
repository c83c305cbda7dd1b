"""Scenarios and frameworks from files into rows and back; the product's own frameworks come along by themselves."""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any, TypeVar

from sqlalchemy import select

from lms.core.content import digest
from lms.core.database import db
from lms.core.syncing import SyncReport, Take, in_conflict
from lms.scenarios import service_versions
from lms.scenarios.definitions import FrameworkDefinition, ScenarioDefinition
from lms.scenarios.models import Framework, FrameworkVersion, Scenario, ScenarioVersion
from lms.scenarios.queries_frameworks import PRODUCT, frameworks, product_frameworks

Table = TypeVar("Table", Scenario, Framework)


def sync(
    definitions: Iterable[ScenarioDefinition | FrameworkDefinition],
    *,
    pack: str,
    take: Take | None = None,
    actor: Any = None,
    now: datetime,
) -> SyncReport:
    """Bring a pack's frameworks and scenarios in, both kinds in one call; what is gone is left to ``retire_missing``.

    A framework whose key the product itself uses is a conflict: the product's stays.
    """
    definitions = list(definitions)
    ensure_product_frameworks(actor=actor, now=now)
    report = SyncReport()
    own = [each for each in definitions if isinstance(each, FrameworkDefinition)]
    known_frameworks = {row.key: row for row in db.session.scalars(select(Framework))}
    for each in own:
        bucket = _meet_framework(each, known_frameworks.get(each.framework), pack, take, actor, now)
        getattr(report, bucket).append(f"framework:{each.framework}")
    scenarios = [each for each in definitions if isinstance(each, ScenarioDefinition)]
    if scenarios:
        in_use = frameworks()
        keys = [each.scenario for each in scenarios]
        known = {row.key: row for row in db.session.scalars(select(Scenario).where(Scenario.key.in_(keys)))}
        for scenario in scenarios:
            framework = in_use.get(scenario.framework or "")
            bucket = _meet(scenario, known.get(scenario.scenario), framework, pack, take, actor, now)
            getattr(report, bucket).append(f"scenario:{scenario.scenario}")
    return report


def ensure_product_frameworks(*, actor: Any = None, now: datetime) -> None:
    """Let LSCAT and SPIN have rows, as this release of the product words them."""
    rows = {row.key: row for row in db.session.scalars(select(Framework).where(Framework.pack == PRODUCT))}
    for key, definition in product_frameworks().items():
        row = rows.get(key)
        if row is None or row.sha256 != digest(definition):
            service_versions.write_framework(definition, row, pack=PRODUCT, actor=actor, now=now, loaded=True)


def _meet_framework(
    definition: FrameworkDefinition, row: Framework | None, pack: str, take: Take | None, actor: Any, now: datetime
) -> str:
    """Let a file meet a framework; returns the list of the report it belongs to."""
    verdict = _verdict(row, digest(definition), pack, take)
    if verdict in ("added", "changed"):
        service_versions.write_framework(definition, row, pack=pack, actor=actor, now=now, loaded=True)
    return verdict.removesuffix("-again")


def _meet(
    definition: ScenarioDefinition,
    row: Scenario | None,
    framework: FrameworkDefinition | None,
    pack: str,
    take: Take | None,
    actor: Any,
    now: datetime,
) -> str:
    verdict = _verdict(row, digest(definition), pack, take)
    if verdict in ("added", "changed"):
        service_versions.write_scenario(definition, row, framework, pack=pack, actor=actor, now=now, loaded=True)
    return verdict.removesuffix("-again")


def _verdict(row: Scenario | Framework | None, offered: str, pack: str, take: Take | None) -> str:
    """added, changed (a new version is due), changed-again (it was retired), unchanged or conflicts."""
    if row is None:
        return "added"
    if row.pack not in (pack, None) and (row.retired_at is None or row.pack == PRODUCT):
        return "conflicts"  # a key belongs to one pack
    if offered == row.sha256:
        was_retired = row.retired_at is not None
        row.pack, row.loaded_sha256, row.edited_at, row.retired_at = pack, offered, None, None
        return "changed-again" if was_retired else "unchanged"
    if in_conflict(row.edited_at is not None, offered, row.loaded_sha256, take):
        return "conflicts"
    if row.edited_at is not None and take != "files":
        row.loaded_sha256 = offered
        return "unchanged"  # the browser's words stand
    return "changed"


def retire_missing(
    pack: str, keys: Collection[str], now: datetime, *, frameworks: Collection[str] | None = None
) -> SyncReport:
    """Retire the pack's scenarios whose keys are not among ``keys``, and its frameworks not among ``frameworks`` (if
    given); nothing is deleted, and plays go on."""
    gone: list[tuple[str, Scenario | Framework]] = [
        ("scenario", row) for row in _in_use(Scenario, pack) if row.key not in set(keys)
    ]
    if frameworks is not None:
        gone += [("framework", row) for row in _in_use(Framework, pack) if row.key not in set(frameworks)]
    report = SyncReport()
    for kind, row in gone:
        row.retired_at = now
        report.retired.append(f"{kind}:{row.key}")
    return report


def _in_use(table: type[Table], pack: str) -> Iterable[Table]:
    return db.session.scalars(select(table).where(table.pack == pack, table.retired_at.is_(None)).order_by(table.key))


def export(pack: str | None = None) -> list[ScenarioDefinition]:
    """Every scenario that is not retired, by key; of one pack or of all."""
    query = select(ScenarioVersion.body).join(Scenario, Scenario.version_id == ScenarioVersion.id)
    if pack is not None:
        query = query.where(Scenario.pack == pack)
    bodies = db.session.scalars(query.where(Scenario.retired_at.is_(None)).order_by(Scenario.key))
    return [ScenarioDefinition.model_validate(body) for body in bodies]


def export_frameworks(pack: str | None = None) -> list[FrameworkDefinition]:
    """Every framework of an organisation's own that is not retired, by key; the product's stay in the product."""
    query = select(FrameworkVersion.body).join(Framework, Framework.version_id == FrameworkVersion.id)
    if pack is not None:
        query = query.where(Framework.pack == pack)
    own = query.where(Framework.retired_at.is_(None), Framework.pack.is_distinct_from(PRODUCT))
    return [FrameworkDefinition.model_validate(body) for body in db.session.scalars(own.order_by(Framework.key))]
