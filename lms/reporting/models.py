"""Tables of the summaries that exam statistics are read from: counts of first graded attempts, kept up to date.

Every number is a whole one; points stand in millionths. The counts of ``summed_attempts`` can be taken out again
exactly: it says what each attempt was counted with. What is in ``summaries_due`` is still to be counted anew.
"""

from datetime import datetime

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String
from sqlalchemy.orm import Mapped, mapped_column

from lms.core.audit import BigKey
from lms.core.database import Model

MILLION = 1_000_000
"""So many parts of a point are one point."""

PICK_LENGTH = 120


class SummedAttempt(Model):
    """What an attempt is counted with: its total, and its grades up to ``grade_id``."""

    __tablename__ = "summed_attempts"

    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempts.id"), primary_key=True, autoincrement=False)
    exam_version_id: Mapped[int] = mapped_column(ForeignKey("exam_versions.id"), index=True)
    language: Mapped[str] = mapped_column(String(20))
    total: Mapped[int] = mapped_column(BigInteger)
    most: Mapped[int] = mapped_column(BigInteger)
    passed: Mapped[int]
    grade_id: Mapped[int] = mapped_column(BigInteger)


class SummedTotal(Model):
    """``n`` attempts got this total of the greatest possible ``most``; ``passed`` of them passed."""

    __tablename__ = "summed_totals"
    __table_args__ = (CheckConstraint("n >= 0 AND passed >= 0 AND passed <= n", name="counts_fit"),)

    exam_version_id: Mapped[int] = mapped_column(ForeignKey("exam_versions.id"), primary_key=True)
    language: Mapped[str] = mapped_column(String(20), primary_key=True)
    most: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    total: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    n: Mapped[int]
    passed: Mapped[int]


class SummedMark(Model):
    """``n`` attempts with this total got these points on the item."""

    __tablename__ = "summed_marks"
    __table_args__ = (CheckConstraint("n >= 0", name="counts_fit"),)

    exam_version_id: Mapped[int] = mapped_column(ForeignKey("exam_versions.id"), primary_key=True)
    item_version_id: Mapped[int] = mapped_column(ForeignKey("item_versions.id"), primary_key=True)
    language: Mapped[str] = mapped_column(String(20), primary_key=True)
    most: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    points: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    total: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    n: Mapped[int]


class SummedPlace(Model):
    """``n`` attempts got these points in this place of the paper, whatever item stood there."""

    __tablename__ = "summed_places"
    __table_args__ = (CheckConstraint("n >= 0", name="counts_fit"),)

    exam_version_id: Mapped[int] = mapped_column(ForeignKey("exam_versions.id"), primary_key=True)
    slot: Mapped[int] = mapped_column(primary_key=True)
    points: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    n: Mapped[int]


class SummedPick(Model):
    """``n`` attempts with this total chose ``pick`` in this part of the item; see picks.py for what a pick is."""

    __tablename__ = "summed_picks"
    __table_args__ = (CheckConstraint("n >= 0", name="counts_fit"),)

    exam_version_id: Mapped[int] = mapped_column(ForeignKey("exam_versions.id"), primary_key=True)
    item_version_id: Mapped[int] = mapped_column(ForeignKey("item_versions.id"), primary_key=True)
    part: Mapped[str] = mapped_column(String(64), primary_key=True)
    pick: Mapped[str] = mapped_column(String(PICK_LENGTH), primary_key=True)
    total: Mapped[int] = mapped_column(BigInteger, primary_key=True)
    n: Mapped[int]


class SummaryDue(Model):
    """An attempt that was graded, regraded or declared void since it was counted; may be there several times."""

    __tablename__ = "summaries_due"
    __table_args__ = (Index("ix_summaries_due_attempt", "attempt_id"),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempts.id"))


class SummaryState(Model):
    """One row that whoever writes summaries locks; ``changes`` lets a reader see that they changed meanwhile."""

    __tablename__ = "summary_state"
    __table_args__ = (CheckConstraint("id = 1", name="one_row"),)

    id: Mapped[int] = mapped_column(primary_key=True, autoincrement=False)
    changes: Mapped[int] = mapped_column(BigInteger, default=0)
    counted_at: Mapped[datetime | None]
