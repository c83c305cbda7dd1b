"""Tables of regradings: what was proposed, what it would do to each attempt, and what became of it."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.core.audit import BigKey
from lms.core.database import Exact, Model, Verbatim


class Regrading(Model):
    """A proposal to grade again what one version of an item was answered with, and its fate.

    ``rule`` is new-key (grade by ``to_version_id``), gain (the same, but nobody loses points) or full (full marks for
    all). ``sha256`` is the digest of its lines, by which approval knows whether they still hold. ``figures`` counts
    them, ``touched`` names certificates and HR records. While ``counted`` is less than ``expected`` the dry run goes on
    in the background; ``job_key`` is the latest job that works on it.
    """

    __tablename__ = "regradings"
    __table_args__ = (
        CheckConstraint("rule IN ('new-key', 'gain', 'full')", name="rule_known"),
        CheckConstraint("(rule = 'full') = (to_version_id IS NULL)", name="key_has_version"),
        CheckConstraint(
            "state IN ('draft', 'proposed', 'stale', 'approved', 'applied', 'rejected', 'withdrawn', 'undone')",
            name="state_known",
        ),
        CheckConstraint("reason <> ''", name="reason_given"),
        CheckConstraint("decided_by_id IS NULL OR decided_by_id <> proposed_by_id", name="second_person_decides"),
        CheckConstraint("undone_by_id IS NULL OR undone_by_id <> proposed_by_id", name="second_person_undoes"),
        CheckConstraint("state NOT IN ('applied', 'undone') OR applied_at IS NOT NULL", name="applied_has_day"),
        CheckConstraint("state <> 'undone' OR (undone_at IS NOT NULL AND undo_reason <> '')", name="undo_has_reason"),
        Index("ix_regradings_item", "item_id"),
        Index("ix_regradings_state", "state", "id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"))
    from_version_id: Mapped[int] = mapped_column(ForeignKey("item_versions.id"))
    to_version_id: Mapped[int | None] = mapped_column(ForeignKey("item_versions.id"))
    rule: Mapped[str] = mapped_column(String(10))
    keeps_passes: Mapped[bool]
    reason: Mapped[str] = mapped_column(Text)
    state: Mapped[str] = mapped_column(String(10), default="draft")
    proposed_by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    created_at: Mapped[datetime]
    counted_at: Mapped[datetime]
    sha256: Mapped[str] = mapped_column(String(64))
    figures: Mapped[dict[str, Any]] = mapped_column(Verbatim)
    touched: Mapped[list[Any]] = mapped_column(Verbatim)
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    decided_at: Mapped[datetime | None]
    decision: Mapped[str] = mapped_column(Text, default="")
    applied_at: Mapped[datetime | None]
    undone_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    undone_at: Mapped[datetime | None]
    undo_reason: Mapped[str] = mapped_column(Text, default="")
    counted: Mapped[int] = mapped_column(default=0, server_default="0")
    expected: Mapped[int] = mapped_column(default=0, server_default="0")
    job_key: Mapped[str] = mapped_column(String(200), default="", server_default="")
    withdrawn_reason: Mapped[str] = mapped_column(Text, default="", server_default="")


class RegradingLine(Model):
    """What a regrading does to one attempt; scores are None while the attempt waits for other marks.

    ``outcome``: changed, same, or kept (a pass that would have been lost); ``is_gone`` says that the answer named an
    option which the new version does not have.
    """

    __tablename__ = "regrading_lines"
    __table_args__ = (
        UniqueConstraint("regrading_id", "attempt_id", "slot"),
        CheckConstraint("outcome IN ('changed', 'same', 'kept')", name="outcome_known"),
        Index("ix_regrading_lines_attempt", "attempt_id"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    regrading_id: Mapped[int] = mapped_column(ForeignKey("regradings.id", ondelete="CASCADE"))
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempts.id"))
    slot: Mapped[int]
    outcome: Mapped[str] = mapped_column(String(10))
    is_gone: Mapped[bool] = mapped_column(default=False)
    old_share: Mapped[Decimal] = mapped_column(Exact)
    new_share: Mapped[Decimal] = mapped_column(Exact)
    max_points: Mapped[Decimal] = mapped_column(Exact)
    old_score: Mapped[Decimal | None] = mapped_column(Exact)
    new_score: Mapped[Decimal | None] = mapped_column(Exact)
    max_score: Mapped[Decimal] = mapped_column(Exact)
    old_percent: Mapped[Decimal | None] = mapped_column(Exact)
    new_percent: Mapped[Decimal | None] = mapped_column(Exact)
    old_passed: Mapped[bool | None]
    new_passed: Mapped[bool | None]
