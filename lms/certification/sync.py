"""Certification files to rows and back: a changed rule gets a new version, nothing is ever deleted."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import delete, select

from lms.certification.content import Certification as Definition
from lms.certification.models import Certification, CertificationLeaf, CertificationRole, CertificationVersion
from lms.certification.requirements import mentioned
from lms.core import audit, jobs
from lms.core.database import db
from lms.core.definitions import digest
from lms.core.syncing import SyncReport, Take

AWARD = "certification.award"
"""The job that looks who meets a rule that is new."""


def sync(
    definitions: Iterable[Definition], *, pack: str, take: Take | None = None, actor: Any = None, now: datetime
) -> SyncReport:
    """Bring the certifications of one pack in; what vanished from the pack is retired.

    They are written in files only, so ``take`` has nothing to decide; a key that another pack uses is a conflict.
    A rule that is new or changed may be met already: a job looks for whom.
    """
    del take
    report, wanted = SyncReport(), list(definitions)
    known = {row.key: row for row in db.session.scalars(select(Certification))}
    for position, definition in enumerate(wanted):
        _bring_in(definition, position, known.get(definition.certification), pack, actor, now, report)
    db.session.flush()
    report.retired += retire_missing(pack, (definition.certification for definition in wanted), now)
    if report.added or report.changed or report.retired:
        counts = {"added": len(report.added), "changed": len(report.changed), "retired": len(report.retired)}
        audit.record("certifications.load", f"pack:{pack}", actor=actor, now=now, **counts)
    return report


def _bring_in(
    definition: Definition,
    position: int,
    row: Certification | None,
    pack: str,
    actor: Any,
    now: datetime,
    report: SyncReport,
) -> None:
    name, sha256 = f"certification:{definition.certification}", digest(definition)
    if row is None:
        row = Certification(key=definition.certification, pack=pack, title=dict(definition.title), position=position)
        db.session.add(row)
        db.session.flush()
        add_version(row, definition, sha256, actor, now)
        report.added.append(name)
        return
    if row.pack != pack and row.retired_at is None:
        report.conflicts.append(name)
        return
    is_changed, was_retired = row.loaded_sha256 != sha256, row.retired_at is not None
    row.pack, row.position, row.retired_at = pack, position, None
    if is_changed:
        add_version(row, definition, sha256, actor, now)
    (report.changed if is_changed or was_retired else report.unchanged).append(name)


def add_version(row: Certification, definition: Definition, sha256: str, actor: Any, now: datetime) -> None:
    """Make the definition the current version of a certification."""
    last = select(CertificationVersion.number).where(CertificationVersion.certification_id == row.id)
    number = db.session.scalar(last.order_by(CertificationVersion.number.desc()).limit(1)) or 0
    version = CertificationVersion(
        certification_id=row.id, number=number + 1, body=body_of(definition), sha256=sha256, created_at=now,
        created_by_id=getattr(actor, "id", None),
    )  # fmt: skip
    db.session.add(version)
    db.session.flush()
    row.version_id, row.title, row.loaded_sha256 = version.id, dict(definition.title), sha256
    for table in (CertificationLeaf, CertificationRole):
        db.session.execute(delete(table).where(table.certification_id == row.id))
    trees = (definition.requires, definition.recertify)
    db.session.add_all(CertificationLeaf(certification_id=row.id, kind=x.kind, key=x.key) for x in mentioned(trees))
    db.session.add_all(CertificationRole(certification_id=row.id, role=role) for role in definition.roles)
    payload = {"certification_id": row.id, "after": 0}
    jobs.enqueue(AWARD, f"{AWARD}:{row.key}:{version.number}:0", payload, run_at=now)


def body_of(definition: Definition) -> dict[str, Any]:
    """What a version keeps: with the defaults spelt out, so that another default later changes no old version."""
    return definition.model_dump(mode="json", by_alias=True, exclude_none=True)


def retire_missing(pack: str, keys: Iterable[str], now: datetime) -> list[str]:
    """Retire the pack's certifications whose keys are not among ``keys``; returns their names."""
    kept, retired = set(keys), []
    query = select(Certification).where(Certification.pack == pack, Certification.retired_at.is_(None))
    for row in db.session.scalars(query.order_by(Certification.key)):
        if row.key not in kept:
            row.retired_at = now
            retired.append(f"certification:{row.key}")
    return retired


def export(pack: str | None = None) -> list[Definition]:
    """The certifications in use, in file order; of one pack or of all."""
    query = (
        select(CertificationVersion.body)
        .join(Certification, Certification.version_id == CertificationVersion.id)
        .where(Certification.retired_at.is_(None))
        .order_by(Certification.pack, Certification.position, Certification.id)
    )
    if pack is not None:
        query = query.where(Certification.pack == pack)
    return [Definition.model_validate(body) for body in db.session.scalars(query)]
