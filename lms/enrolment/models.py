"""Tables of learning paths, sessions, sign-offs, assignments, progress and completions."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from lms.core.audit import BigKey
from lms.core.database import Exact, Model, Verbatim


class Path(Model):
    """What a job role goes through. ``steps`` is ``[{"kind": "course", "key": …}, …]`` in order."""

    __tablename__ = "paths"
    __table_args__ = (CheckConstraint("due_days > 0", name="due_days_positive"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    pack: Mapped[str | None] = mapped_column(String(64), index=True)
    title: Mapped[dict[str, Any]] = mapped_column(Verbatim)
    role: Mapped[str | None] = mapped_column(String(80), index=True)
    due_days: Mapped[int]
    ordered: Mapped[bool]
    steps: Mapped[list[dict[str, str]]] = mapped_column(Verbatim)
    sha256: Mapped[str] = mapped_column(String(64))
    retired_at: Mapped[datetime | None]


class TrainingSession(Model):
    """A kind of classroom or workshop session."""

    __tablename__ = "training_sessions"
    __table_args__ = (CheckConstraint("mode IN ('classroom', 'workshop')", name="mode_known"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    pack: Mapped[str | None] = mapped_column(String(64), index=True)
    title: Mapped[dict[str, Any]] = mapped_column(Verbatim)
    mode: Mapped[str] = mapped_column(String(12))
    hours: Mapped[Decimal] = mapped_column(Exact)
    sha256: Mapped[str] = mapped_column(String(64))
    retired_at: Mapped[datetime | None]


class Attendance(Model):
    """Somebody was at a session on a day."""

    __tablename__ = "attendances"
    __table_args__ = (UniqueConstraint("session_id", "person_id", "attended_on"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    session_id: Mapped[int] = mapped_column(ForeignKey("training_sessions.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    attended_on: Mapped[date]
    recorded_by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    recorded_at: Mapped[datetime]


class SignOff(Model):
    """A mentor's checklist. ``items`` is ``[{"key", "text", "times"}, …]``."""

    __tablename__ = "sign_offs"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    pack: Mapped[str | None] = mapped_column(String(64), index=True)
    title: Mapped[dict[str, Any]] = mapped_column(Verbatim)
    items: Mapped[list[dict[str, Any]]] = mapped_column(Verbatim)
    sha256: Mapped[str] = mapped_column(String(64))
    retired_at: Mapped[datetime | None]


class SignOffMark(Model):
    """A mentor saw an item of a checklist for the ``number``-th time; never changed."""

    __tablename__ = "sign_off_marks"
    __table_args__ = (
        UniqueConstraint("person_id", "sign_off_id", "item_key", "number"),
        CheckConstraint("person_id <> mentor_id", name="not_oneself"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    sign_off_id: Mapped[int] = mapped_column(ForeignKey("sign_offs.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    item_key: Mapped[str] = mapped_column(String(64))
    number: Mapped[int]
    observed_on: Mapped[date]
    mentor_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    recorded_at: Mapped[datetime]


class Assignment(Model):
    """Somebody must do something. ``anew``: what was completed before it does not count."""

    __tablename__ = "assignments"
    __table_args__ = (
        CheckConstraint("(kind = 'path') = (path_id IS NOT NULL)", name="path_has_path"),
        Index(
            "uq_assignments_open", "person_id", "kind", "key", unique=True,
            sqlite_where=text("cancelled_at IS NULL"), postgresql_where=text("cancelled_at IS NULL"),
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    kind: Mapped[str] = mapped_column(String(16))
    key: Mapped[str] = mapped_column(String(64))
    path_id: Mapped[int | None] = mapped_column(ForeignKey("paths.id"), index=True)
    due_on: Mapped[date | None] = mapped_column(index=True)
    assigned_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    reason: Mapped[str] = mapped_column(String(200), default="")
    anew: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    cancelled_at: Mapped[datetime | None]


class Enrolment(Model):
    """Somebody takes a course; taking it again begins another. The present one has no ``ended_at``."""

    __tablename__ = "enrolments"
    __table_args__ = (
        Index(
            "uq_enrolments_present", "person_id", "course_id", unique=True,
            sqlite_where=text("ended_at IS NULL"), postgresql_where=text("ended_at IS NULL"),
        ),
    )  # fmt: skip

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    course_id: Mapped[int] = mapped_column(ForeignKey("courses.id"), index=True)
    is_repeat: Mapped[bool] = mapped_column(default=False)
    enrolled_at: Mapped[datetime]
    completed_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]


class LessonProgress(Model):
    """How far somebody is with a lesson; ``seconds`` are measured by our own clock."""

    __tablename__ = "lesson_progress"
    __table_args__ = (
        UniqueConstraint("enrolment_id", "lesson_id"),
        CheckConstraint("seconds >= 0", name="seconds_not_negative"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    enrolment_id: Mapped[int] = mapped_column(ForeignKey("enrolments.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"), index=True)
    lesson_id: Mapped[int] = mapped_column(ForeignKey("lessons.id"), index=True)
    lesson_version_id: Mapped[int] = mapped_column(ForeignKey("lesson_versions.id"))
    opened_at: Mapped[datetime]
    last_seen_at: Mapped[datetime]
    completed_at: Mapped[datetime | None]
    seconds: Mapped[int] = mapped_column(default=0)


class Completion(Model):
    """Somebody completed (passed) something; ``reference`` says what proves it.

    Never changed, but for ``withdrawn_at`` while what proves it does not hold: ``CompletionChange`` keeps that history.
    """

    __tablename__ = "completions"
    __table_args__ = (UniqueConstraint("person_id", "kind", "key", "reference"),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    kind: Mapped[str] = mapped_column(String(16))
    key: Mapped[str] = mapped_column(String(130))
    at: Mapped[datetime]
    reference: Mapped[str] = mapped_column(String(120))
    percent: Mapped[Decimal | None] = mapped_column(Exact)
    withdrawn_at: Mapped[datetime | None]


class CompletionChange(Model):
    """A completion was withdrawn, or holds again; added to and never changed."""

    __tablename__ = "completion_changes"
    __table_args__ = (
        CheckConstraint("verb IN ('withdrawn', 'restored')", name="verb_known"),
        CheckConstraint("verb <> 'withdrawn' OR reason <> ''", name="withdrawal_has_reason"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    completion_id: Mapped[int] = mapped_column(ForeignKey("completions.id"), index=True)
    verb: Mapped[str] = mapped_column(String(10))
    at: Mapped[datetime]
    reason: Mapped[str] = mapped_column(Text, default="")
