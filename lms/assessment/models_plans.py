"""Tables of drawing and of tries: what papers were drawn from, how often items stood in them, and escalations."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, text
from sqlalchemy.orm import Mapped, mapped_column

from lms.core.database import Exact, Model, Verbatim

_OPEN = text("handled_at IS NULL")


class PaperPool(Model):
    """What papers were drawn from, kept once under its digest and never changed.

    ``body`` lists the items as ``[item_id, version_id, key, topic, type, difficulty, steps, points, share]``;
    ``share`` is what people were expected to get of the points.
    """

    __tablename__ = "paper_pools"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    body: Mapped[list[Any]] = mapped_column(Verbatim)
    first_used_at: Mapped[datetime]


class ItemUse(Model):
    """In how many papers of an exam an item has stood."""

    __tablename__ = "exam_item_uses"
    __table_args__ = (CheckConstraint("papers > 0", name="papers_positive"),)

    exam_id: Mapped[int] = mapped_column(ForeignKey("exams.id"), primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"), primary_key=True)
    papers: Mapped[int]


class ItemFacility(Model):
    """The mean share of points that graded first attempts at exams got for a version of an item."""

    __tablename__ = "item_facilities"
    __table_args__ = (
        CheckConstraint("n > 0", name="n_positive"),
        CheckConstraint("mean >= 0 AND mean <= 1", name="mean_within_one"),
    )

    item_version_id: Mapped[int] = mapped_column(ForeignKey("item_versions.id"), primary_key=True, autoincrement=False)
    n: Mapped[int]
    mean: Mapped[Decimal] = mapped_column(Exact)
    measured_at: Mapped[datetime]


class Escalation(Model):
    """Somebody failed an exam so often that their trainer was told; and what was agreed.

    ``tries`` counts the failed tries at that time. ``handled_by_id`` is none where a pass settled it.
    """

    __tablename__ = "escalations"
    __table_args__ = (
        CheckConstraint("extra_tries >= 0 AND extra_tries <= 10", name="extra_tries_sane"),
        CheckConstraint("handled_by_id IS NULL OR agreed <> ''", name="agreed_said"),
        CheckConstraint("handled_at IS NOT NULL OR (handled_by_id IS NULL AND extra_tries = 0)", name="handled_has_day"),
        Index("uq_escalations_open", "person_id", "exam_id", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_escalations_waiting", "raised_at", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_escalations_person", "person_id", "exam_id"),
        Index("ix_escalations_handled", "handled_at"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    exam_id: Mapped[int] = mapped_column(ForeignKey("exams.id"))
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempts.id"), index=True)
    tries: Mapped[int]
    raised_at: Mapped[datetime]
    handled_at: Mapped[datetime | None]
    handled_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    agreed: Mapped[str] = mapped_column(Text, default="")
    extra_tries: Mapped[int] = mapped_column(default=0)
