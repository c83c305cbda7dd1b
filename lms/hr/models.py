"""Tables of results as HR may know them, workplace quality scores, review cycles and their frozen revisions."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, event
from sqlalchemy.orm import Mapped, mapped_column

from lms.core.audit import BigKey
from lms.core.database import Exact, Model, Verbatim
from lms.core.errors import Conflict
from lms.core.texts import N_, Message


class Result(Model):
    """The neutral feed: one row per finished attempt, play, course, sign-off and certificate change.

    It holds no answers and no keys. ``reference`` names what it is about; the row is brought up to date when that is
    regraded or declared void, and ``updated_at`` tells readers of the feed.
    """

    __tablename__ = "results"
    __table_args__ = (
        CheckConstraint("kind IN ('exam', 'scenario', 'course', 'sign-off', 'certification')", name="kind_is_known"),
        CheckConstraint("percent BETWEEN 0 AND 100", name="percent_is_a_percentage"),
        Index("ix_results_updated_at_id", "updated_at", "id"),
        Index("ix_results_person_id_kind", "person_id", "kind"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    reference: Mapped[str] = mapped_column(String(200), unique=True)
    kind: Mapped[str] = mapped_column(String(20))
    of_key: Mapped[str] = mapped_column(String(120), index=True)
    version: Mapped[int | None]
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    at: Mapped[datetime]
    score: Mapped[Decimal | None] = mapped_column(Exact)
    max_score: Mapped[Decimal | None] = mapped_column(Exact)
    percent: Mapped[Decimal | None] = mapped_column(Exact)
    passed: Mapped[bool | None]
    state: Mapped[str] = mapped_column(String(20))
    counts: Mapped[str] = mapped_column(String(10), default="best")
    subject: Mapped[str] = mapped_column(String(80), default="")
    expires_on: Mapped[date | None]
    skills: Mapped[dict[str, Any]] = mapped_column(Verbatim, default=dict)
    updated_at: Mapped[datetime]


class QualityScore(Model):
    """What an inspection, a mystery shopper, a customer or a listener gave somebody; never changed."""

    __tablename__ = "quality_scores"
    __table_args__ = (
        UniqueConstraint("source", "reference"),
        CheckConstraint("max_score > 0", name="max_score_above_zero"),
        CheckConstraint("score BETWEEN 0 AND max_score", name="score_within_max_score"),
        CheckConstraint(
            "source IN ('inspection', 'mystery-shopper', 'customer-feedback', 'call-quality')", name="source_is_known"
        ),
        Index("ix_quality_scores_person_id_observed_on", "person_id", "observed_on"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    source: Mapped[str] = mapped_column(String(20))
    observed_on: Mapped[date]
    score: Mapped[Decimal] = mapped_column(Exact)
    max_score: Mapped[Decimal] = mapped_column(Exact)
    reference: Mapped[str] = mapped_column(String(120))
    recorded_at: Mapped[datetime]
    recorded_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))


class ReviewCycle(Model):
    """A review of a period: what counts how much. Its rule is fixed when it is opened."""

    __tablename__ = "review_cycles"
    __table_args__ = (
        CheckConstraint("starts_on <= ends_on", name="ends_after_start"),
        CheckConstraint("missing IN ('reweigh', 'zero', 'unrated')", name="missing_is_known"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(80), unique=True)
    title: Mapped[dict[str, Any]] = mapped_column(Verbatim)
    starts_on: Mapped[date]
    ends_on: Mapped[date] = mapped_column(index=True)
    components: Mapped[list[Any]] = mapped_column(Verbatim)
    missing: Mapped[str] = mapped_column(String(10))
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))


class Revision(Model):
    """A cycle's numbers, frozen. ``heading`` and the records together give ``sha256`` (records.py says how)."""

    __tablename__ = "revisions"
    __table_args__ = (
        UniqueConstraint("cycle_id", "number"),
        CheckConstraint("number >= 1", name="number_from_one"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    cycle_id: Mapped[int] = mapped_column(ForeignKey("review_cycles.id"))
    number: Mapped[int]
    heading: Mapped[dict[str, Any]] = mapped_column(Verbatim)
    sha256: Mapped[str] = mapped_column(String(64))
    people: Mapped[int]
    rated: Mapped[int]
    eligible: Mapped[int]
    changed: Mapped[int]
    frozen_at: Mapped[datetime]
    frozen_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))


class RevisionRecord(Model):
    """One person's frozen numbers; the columns beside ``body`` repeat what lists are filtered by."""

    __tablename__ = "revision_records"
    __table_args__ = (
        UniqueConstraint("revision_id", "person_id"),
        UniqueConstraint("revision_id", "position"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    revision_id: Mapped[int] = mapped_column(ForeignKey("revisions.id"))
    position: Mapped[int]
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    name: Mapped[str] = mapped_column(String(120))
    employee_number: Mapped[str | None] = mapped_column(String(40))
    standing: Mapped[str] = mapped_column(String(20))
    body: Mapped[dict[str, Any]] = mapped_column(Verbatim)


def _refuse(_mapper: Any, _connection: Any, _row: Any) -> None:
    raise Conflict(Message(N_("A frozen revision cannot be changed; freeze a new one.")))


for _frozen in (Revision, RevisionRecord):
    event.listen(_frozen, "before_update", _refuse)
    event.listen(_frozen, "before_delete", _refuse)
