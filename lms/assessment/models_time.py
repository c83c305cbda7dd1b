"""Tables of time: who has more of it by right, and which attempts were given more."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index, Text
from sqlalchemy.orm import Mapped, mapped_column

from lms.core.database import Model


class TimeAllowance(Model):
    """Extra time one person has in every exam begun on the days from ``from_on`` to ``until_on``, both included.

    Either ``percent`` of the time limit or ``minutes``. It is never changed, only withdrawn.
    """

    __tablename__ = "time_allowances"
    __table_args__ = (
        CheckConstraint("(percent IS NULL) <> (minutes IS NULL)", name="percent_or_minutes"),
        CheckConstraint("percent IS NULL OR (percent >= 1 AND percent <= 300)", name="percent_sane"),
        CheckConstraint("minutes IS NULL OR (minutes >= 1 AND minutes <= 480)", name="minutes_sane"),
        CheckConstraint("until_on IS NULL OR until_on >= from_on", name="days_in_order"),
        CheckConstraint("reason <> ''", name="reason_given"),
        CheckConstraint("(withdrawn_at IS NULL) = (withdrawn_by_id IS NULL)", name="withdrawn_by_somebody"),
        Index("ix_time_allowances_person", "person_id", "from_on"),
        Index("ix_time_allowances_until", "withdrawn_at", "until_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    percent: Mapped[int | None]
    minutes: Mapped[int | None]
    from_on: Mapped[date]
    until_on: Mapped[date | None]
    reason: Mapped[str] = mapped_column(Text)
    granted_by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    granted_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))


class AttemptExtension(Model):
    """Minutes that one attempt was given while it ran; added to and never changed."""

    __tablename__ = "attempt_extensions"
    __table_args__ = (
        CheckConstraint("minutes >= 1 AND minutes <= 480", name="minutes_sane"),
        CheckConstraint("deadline_at > deadline_before", name="deadline_moves_on"),
        CheckConstraint("reason <> ''", name="reason_given"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempts.id"), index=True)
    minutes: Mapped[int]
    deadline_before: Mapped[datetime]
    deadline_at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(Text)
    granted_by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    granted_at: Mapped[datetime]
