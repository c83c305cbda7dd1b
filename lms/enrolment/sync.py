"""Paths, sessions and sign-offs from files into rows and back."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from lms.core import audit
from lms.core.database import db
from lms.core.definitions import Definition, digest
from lms.core.syncing import SyncReport, Take
from lms.enrolment import content, service
from lms.enrolment.models import Path, SignOff, TrainingSession

Row = Path | TrainingSession | SignOff


def sync(
    definitions: Sequence[content.PathsFile],
    *,
    pack: str,
    take: Take | None = None,
    actor: Any = None,
    now: datetime,
) -> SyncReport:
    """Bring paths, sessions and sign-offs into the database, and assign paths to the people of their job role.

    They are only ever written in files, so ``take`` has nothing to decide; another pack's key is a conflict.
    """
    report = SyncReport()
    for file in definitions:
        for session in file.sessions:
            _meet(TrainingSession, "session", session.session, session, pack, report, now)
        for sign_off in file.sign_offs:
            _meet(SignOff, "sign-off", sign_off.sign_off, sign_off, pack, report, now)
        for path in file.paths:
            row = _meet(Path, "path", path.path, path, pack, report, now)
            if isinstance(row, Path) and row.role is not None:
                service.assign_path_to_role(row, now)
    if report.added or report.changed:
        audit.record("paths.load", f"pack:{pack}", actor=actor, now=now, added=report.added, changed=report.changed)
    return report


def _meet(
    table: type[Any], kind: str, key: str, definition: Definition, pack: str, report: SyncReport, now: datetime
) -> Row | None:
    """Write one definition; returns its row, or None for a conflict."""
    name, sha256 = f"{kind}:{key}", digest(definition)
    row: Any = db.session.scalar(select(table).where(table.key == key))
    if row is not None and row.pack not in (None, pack):
        report.conflicts.append(name)
        return None
    if row is not None and row.sha256 == sha256 and row.retired_at is None:
        report.unchanged.append(name)
        return row  # type: ignore[no-any-return]
    (report.added if row is None else report.changed).append(name)
    old_role = row.role if isinstance(row, Path) else None
    row = row or table(key=key)
    row.pack, row.sha256, row.retired_at = pack, sha256, None
    _describe(row, definition)
    db.session.add(row)
    db.session.flush()
    if isinstance(row, Path) and old_role not in (None, row.role):
        service.retire_assignments([row.id], now)
    return row  # type: ignore[no-any-return]


def _describe(row: Row, definition: Any) -> None:
    row.title = definition.title
    if isinstance(row, TrainingSession):
        row.mode, row.hours = definition.mode, definition.hours
    elif isinstance(row, SignOff):
        row.items = [item.model_dump(mode="json") for item in definition.items]
    else:
        row.role, row.due_days, row.ordered = definition.role, definition.due_days, definition.ordered
        row.steps = [{"kind": step.kind.replace("_", "-"), "key": step.key} for step in definition.steps]


def retire_missing(pack: str, keys: Iterable[str], now: datetime) -> SyncReport:
    """Retire what the pack no longer holds; ``keys`` are names such as "path:onboarding", "sign-off:first-calls"."""
    kept, report = set(keys), SyncReport()
    tables: dict[str, type[Any]] = {"path": Path, "session": TrainingSession, "sign-off": SignOff}
    for kind, table in tables.items():
        query = select(table).where(table.pack == pack, table.retired_at.is_(None)).order_by(table.key)
        for row in db.session.scalars(query):
            if f"{kind}:{row.key}" not in kept:
                row.retired_at = now
                report.retired.append(f"{kind}:{row.key}")
                if isinstance(row, Path):
                    service.retire_assignments([row.id], now)
    return report


def names(definitions: Iterable[content.PathsFile]) -> list[str]:
    """The names that ``retire_missing`` keeps."""
    return [
        name
        for file in definitions
        for name in (
            *(f"path:{path.path}" for path in file.paths),
            *(f"session:{session.session}" for session in file.sessions),
            *(f"sign-off:{sign_off.sign_off}" for sign_off in file.sign_offs),
        )
    ]


def export(pack: str | None = None) -> content.PathsFile:
    """All paths, sessions and sign-offs in force, of one pack or of all, as a file holds them, by key."""
    return content.PathsFile(
        paths=[_path(row) for row in _rows(Path, pack)],
        sessions=[
            content.Session(session=row.key, mode=row.mode, title=row.title, hours=_plain(row.hours))
            for row in _rows(TrainingSession, pack)
        ],
        sign_offs=[
            content.SignOff(
                sign_off=row.key,
                title=row.title,
                items=[content.SignOffItem.model_validate(item) for item in row.items],
            )
            for row in _rows(SignOff, pack)
        ],
    )


def _plain(hours: Any) -> Any:
    """A number of hours without the zeros a column adds."""
    return hours.to_integral_value() if hours == hours.to_integral_value() else hours.normalize()


def _rows(table: type[Any], pack: str | None) -> list[Any]:
    query = select(table).where(table.retired_at.is_(None)).order_by(table.key)
    return list(db.session.scalars(query.where(table.pack == pack) if pack is not None else query))


def _path(row: Path) -> content.Path:
    steps = [content.Step.model_validate({step["kind"].replace("-", "_"): step["key"]}) for step in row.steps]
    return content.Path(
        path=row.key, title=row.title, role=row.role, due_days=row.due_days, ordered=row.ordered, steps=steps
    )
