"""The audit trail: every change of consequence, chained by hashes so that a later edit shows."""

import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from flask import g, has_request_context
from sqlalchemy import BigInteger, ForeignKey, Integer, String, Text, func, select, text
from sqlalchemy.orm import Mapped, mapped_column

from lms.core import clock
from lms.core.database import Model, Verbatim, before_commit, db, is_writing, unit_notes

GENESIS = "0" * 64
_LOCK = 4_201_701  # advisory lock on PostgreSQL; SQLite has one writer anyway
BigKey = BigInteger().with_variant(Integer(), "sqlite")


class AuditEntry(Model):
    """One change: who, when, what, to which thing, and the hash of the entry before."""

    __tablename__ = "audit_entries"

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    at: Mapped[datetime] = mapped_column(index=True)
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"), index=True)
    actor_name: Mapped[str] = mapped_column(String(200))
    action: Mapped[str] = mapped_column(String(80), index=True)
    subject: Mapped[str] = mapped_column(String(200), index=True)
    details: Mapped[dict[str, Any]] = mapped_column(Verbatim)
    request_id: Mapped[str] = mapped_column(String(64))
    previous_hash: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64), unique=True)
    note: Mapped[str] = mapped_column(Text, default="")


@dataclass(frozen=True, slots=True)
class Break:
    """Where the chain does not hold."""

    entry_id: int
    reason: str


def record(action: str, subject: str, *, actor: Any = None, now: datetime | None = None, **details: Any) -> None:
    """Note a change in the trail, inside the present unit of work.

    ``action`` is a dotted verb ("certificate.issue"), ``subject`` names the thing ("certificate:AB12").
    ``actor`` None is the system itself. Details must be plain JSON.
    """
    if not is_writing():
        raise RuntimeError("an audit entry belongs into a unit of work")
    waiting = unit_notes().setdefault("audit_entries", [])
    waiting.append(
        AuditEntry(
            at=now or clock.now(),
            actor_id=getattr(actor, "id", None),
            actor_name=getattr(actor, "name", "") or "",
            action=action,
            subject=subject,
            details=json.loads(json.dumps(details, default=str)),
            request_id=getattr(g, "request_id", "") if has_request_context() else "",
            note="",
        )
    )
    before_commit("audit", _append)


def _append() -> None:
    """Chain what waits, last thing before the commit, so that the lock is held for a moment only."""
    session = db.session
    waiting: list[AuditEntry] = unit_notes().pop("audit_entries", [])
    if not waiting:
        return
    session.flush()
    if session.get_bind().dialect.name == "postgresql":
        session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    previous = session.scalar(select(AuditEntry.hash).order_by(AuditEntry.id.desc()).limit(1)) or GENESIS
    for entry in waiting:
        entry.previous_hash = previous
        entry.hash = previous = fingerprint(entry)
    session.add_all(waiting)  # written in this order, which is the chain's
    session.flush()


def fingerprint(entry: AuditEntry) -> str:
    """SHA-256 (hex) over the entry's fields and the hash before it, as canonical JSON."""
    body = json.dumps(
        [
            entry.previous_hash,
            entry.at.astimezone(UTC).isoformat(timespec="microseconds"),  # as the database gives it back
            entry.actor_id,
            entry.actor_name,
            entry.action,
            entry.subject,
            entry.details,
            entry.request_id,
        ],
        ensure_ascii=False,
        sort_keys=True,
        separators=(",", ":"),
    )
    return hashlib.sha256(body.encode()).hexdigest()


def breaks() -> Iterator[Break]:
    """Walk the chain from the beginning and yield each entry that was changed, removed before, or slipped in."""
    previous = GENESIS
    query = select(AuditEntry).order_by(AuditEntry.id).execution_options(yield_per=500)
    for entry in db.session.scalars(query):
        if entry.previous_hash != previous:
            yield Break(entry.id, "an entry before this one is missing or was changed")
        if fingerprint(entry) != entry.hash:
            yield Break(entry.id, "this entry was changed after it was written")
        previous = entry.hash


def head() -> tuple[int, str]:
    """How many entries there are, and the newest hash: noted elsewhere, it proves that none was cut off the end."""
    count = db.session.scalar(select(func.count()).select_from(AuditEntry)) or 0
    newest = db.session.scalar(select(AuditEntry.hash).order_by(AuditEntry.id.desc()).limit(1))
    return count, newest or GENESIS
