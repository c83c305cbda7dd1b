"""Tables of answers that people mark: what waits, who holds it for now, and every mark given."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from lms.core.database import Exact, Model, Verbatim
from lms.core.marking_queue import Awaiting, Claim, Mark

_WAITS = text("settled_at IS NULL")


class Essay(Awaiting, Model):
    """An answer of a handed-in attempt that people mark; ``how`` says what decided its points (single, mean or median)."""

    __tablename__ = "essays"
    __table_args__ = (
        UniqueConstraint("attempt_id", "slot"),
        CheckConstraint("marks_in <= marks_needed", name="marks_within_need"),
        CheckConstraint("(settled_at IS NULL) = (how IS NULL)", name="settled_says_how"),
        CheckConstraint("how IN ('single', 'mean', 'median')", name="how_known"),
        Index("ix_essays_waiting", "exam_id", "item_id", "handed_in_at", sqlite_where=_WAITS, postgresql_where=_WAITS),
        Index("ix_essays_item", "item_id"),
        Index("ix_essays_settled", "settled_at"),
    )

    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempts.id"))
    slot: Mapped[int]
    exam_id: Mapped[int] = mapped_column(ForeignKey("exams.id"))
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"))
    item_version_id: Mapped[int] = mapped_column(ForeignKey("item_versions.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    how: Mapped[str | None] = mapped_column(String(10))


class EssayClaim(Claim, Model):
    """A marker has an answer before them, or put it aside."""

    __tablename__ = "essay_claims"
    __table_args__ = (UniqueConstraint("essay_id", "marker_id"), Index("ix_essay_claims_marker", "marker_id"))

    essay_id: Mapped[int] = mapped_column(ForeignKey("essays.id"))


class EssayMark(Mark, Model):
    """What one marker gave, never changed: ``levels`` holds the points by rubric line, ``comments`` words by line."""

    __tablename__ = "essay_marks"
    __table_args__ = (
        UniqueConstraint("essay_id", "marker_id"),
        UniqueConstraint("essay_id", "number"),
        CheckConstraint("share >= 0 AND share <= 1", name="share_within_one"),
        Index("ix_essay_marks_marker", "marker_id"),
    )

    essay_id: Mapped[int] = mapped_column(ForeignKey("essays.id"))
    levels: Mapped[dict[str, Any]] = mapped_column(Verbatim)
    comments: Mapped[dict[str, Any]] = mapped_column(Verbatim)
    comment: Mapped[str] = mapped_column(Text, default="")
    share: Mapped[Decimal] = mapped_column(Exact)


class CalibrationRound(Model):
    """Samples of an item with agreed marks that markers mark blind; frozen once opened.

    A marker has passed with ``least_percent`` of the rubric lines marked as agreed.
    """

    __tablename__ = "calibration_rounds"
    __table_args__ = (
        CheckConstraint("least_percent > 0 AND least_percent <= 100", name="least_within_hundred"),
        CheckConstraint("closed_at IS NULL OR opened_at IS NOT NULL", name="opened_before_closed"),
        Index("ix_calibration_rounds_item", "item_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"))
    item_version_id: Mapped[int] = mapped_column(ForeignKey("item_versions.id"))
    title: Mapped[str] = mapped_column(String(200))
    least_percent: Mapped[Decimal] = mapped_column(Exact)
    made_at: Mapped[datetime]
    made_by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    opened_at: Mapped[datetime | None]
    closed_at: Mapped[datetime | None]


class CalibrationSample(Model):
    """An answer without its writer, the agreed points by rubric line, and why."""

    __tablename__ = "calibration_samples"
    __table_args__ = (UniqueConstraint("round_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    round_id: Mapped[int] = mapped_column(ForeignKey("calibration_rounds.id"))
    number: Mapped[int]
    answer: Mapped[str] = mapped_column(Text)
    levels: Mapped[dict[str, Any]] = mapped_column(Verbatim)
    why: Mapped[str] = mapped_column(Text)


class CalibrationMark(Model):
    """What a marker gave a sample, once."""

    __tablename__ = "calibration_marks"
    __table_args__ = (
        UniqueConstraint("sample_id", "marker_id"),
        Index("ix_calibration_marks_marker", "marker_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    sample_id: Mapped[int] = mapped_column(ForeignKey("calibration_samples.id"))
    marker_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    levels: Mapped[dict[str, Any]] = mapped_column(Verbatim)
    marked_at: Mapped[datetime]
