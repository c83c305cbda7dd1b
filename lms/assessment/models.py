"""Tables of exam plans, attempts, responses and grades."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import BigInteger, CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from lms.assessment.models_regrading import Regrading
from lms.core.audit import BigKey
from lms.core.database import Exact, Model, Verbatim

_OPEN = text("state IN ('in_progress', 'overdue')")
_ASIDE = text("set_aside_at IS NOT NULL")


class Exam(Model):
    """An exam; its plan is in its versions, of which ``version_id`` is the current one.

    ``papers`` counts the papers drawn so far.
    """

    __tablename__ = "exams"
    __table_args__ = (CheckConstraint("status IN ('live', 'pilot')", name="status_known"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    pack: Mapped[str] = mapped_column(String(64), index=True)
    title: Mapped[dict[str, Any]] = mapped_column(Verbatim)
    status: Mapped[str] = mapped_column(String(10), default="live")
    sites: Mapped[list[Any]] = mapped_column(Verbatim, default=list)
    assigned_only: Mapped[bool] = mapped_column(default=False)
    opens_at: Mapped[datetime | None]
    closes_at: Mapped[datetime | None]
    retired_at: Mapped[datetime | None]
    version_id: Mapped[int | None] = mapped_column(ForeignKey("exam_versions.id", use_alter=True))
    loaded_sha256: Mapped[str | None] = mapped_column(String(64))
    edited_at: Mapped[datetime | None]
    papers: Mapped[int] = mapped_column(default=0, server_default="0")


class ExamVersion(Model):
    """One state of an exam's plan, never changed afterwards."""

    __tablename__ = "exam_versions"
    __table_args__ = (
        UniqueConstraint("exam_id", "number"),
        {"sqlite_autoincrement": True},  # an id is never used again, so that caches by id stay right
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    exam_id: Mapped[int] = mapped_column(ForeignKey("exams.id"))
    number: Mapped[int]
    body: Mapped[dict[str, Any]] = mapped_column(Verbatim)
    sha256: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))


class Attempt(Model):
    """One sitting of an exam, or of a lesson's check.

    ``subject`` is the exam's key, or "course/lesson". ``paper`` lists ``{slot, section, item_version_id, item_id,
    points, shown}`` and never leaves the server; ``sections`` holds ``{score, max_score, percent, passed}`` for each
    section of the plan once graded. ``finished_at`` is when it was handed in or given up;
    ``is_first`` marks the attempt that statistics take. ``extra_seconds`` is what ``deadline_at`` holds beyond the plan,
    by an allowance or by extensions. ``set_aside_at`` with ``fault`` says that grading it failed.
    ``drawing`` holds what the paper was drawn with beside its seed: ``{rule, pool, seen, worn, about}``.
    Department, site and job role are those at the start.
    """

    __tablename__ = "attempts"
    __table_args__ = (
        CheckConstraint(
            "(kind = 'exam' AND exam_id IS NOT NULL AND exam_version_id IS NOT NULL AND lesson_id IS NULL)"
            " OR (kind = 'check' AND lesson_id IS NOT NULL AND exam_id IS NULL)",
            name="kind_fits",
        ),
        CheckConstraint(
            "state IN ('in_progress', 'overdue', 'submitted', 'graded', 'abandoned', 'voided')", name="state_known"
        ),
        CheckConstraint("state <> 'graded' OR graded_at IS NOT NULL", name="graded_has_day"),
        CheckConstraint("score IS NULL OR (score >= 0 AND score <= max_score)", name="score_within_total"),
        UniqueConstraint("person_id", "kind", "subject", "number"),
        Index(
            "uq_attempts_open", "person_id", "kind", "subject", unique=True, sqlite_where=_OPEN, postgresql_where=_OPEN
        ),
        Index("ix_attempts_deadline", "deadline_at", sqlite_where=_OPEN, postgresql_where=_OPEN),
        Index("ix_attempts_exam_finished", "exam_id", "finished_at"),
        Index(  # all that a pass rate reads
            "ix_attempts_first", "exam_id", "finished_at", "department_id", "passed", "state", "is_first",
            sqlite_where=text("is_first IS 1"), postgresql_where=text("is_first IS true"),
        ),
        Index("ix_attempts_lesson", "lesson_id"),
        Index("ix_attempts_set_aside", "set_aside_at", sqlite_where=_ASIDE, postgresql_where=_ASIDE),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    kind: Mapped[str] = mapped_column(String(10))
    subject: Mapped[str] = mapped_column(String(130))
    exam_id: Mapped[int | None] = mapped_column(ForeignKey("exams.id"))
    exam_version_id: Mapped[int | None] = mapped_column(ForeignKey("exam_versions.id"), index=True)
    lesson_id: Mapped[int | None] = mapped_column(ForeignKey("lessons.id"))
    lesson_version_id: Mapped[int | None] = mapped_column(ForeignKey("lesson_versions.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    number: Mapped[int]
    state: Mapped[str] = mapped_column(String(20))
    seed: Mapped[int] = mapped_column(BigInteger)
    language: Mapped[str] = mapped_column(String(20))
    paper: Mapped[list[Any]] = mapped_column(Verbatim)
    started_at: Mapped[datetime]
    deadline_at: Mapped[datetime | None]
    grace_ends_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    graded_at: Mapped[datetime | None]
    score: Mapped[Decimal | None] = mapped_column(Exact)
    max_score: Mapped[Decimal] = mapped_column(Exact)
    percent: Mapped[Decimal | None] = mapped_column(Exact)
    passed: Mapped[bool | None]
    sections: Mapped[list[Any] | None] = mapped_column(Verbatim)
    is_first: Mapped[bool] = mapped_column(default=False)
    extra_seconds: Mapped[int] = mapped_column(default=0, server_default="0")
    set_aside_at: Mapped[datetime | None]
    fault: Mapped[str] = mapped_column(Text, default="", server_default="")
    drawing: Mapped[dict[str, Any] | None] = mapped_column(Verbatim, deferred=True)
    department_id: Mapped[int | None] = mapped_column(ForeignKey("departments.id"), index=True)
    site_id: Mapped[int | None] = mapped_column(ForeignKey("sites.id"), index=True)
    job_role_id: Mapped[int | None] = mapped_column(ForeignKey("job_roles.id"), index=True)


class AttemptEvent(Model):
    """What happened to an attempt, added to and never changed."""

    __tablename__ = "attempt_events"

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempts.id"), index=True)
    verb: Mapped[str] = mapped_column(String(20))
    at: Mapped[datetime]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    reason: Mapped[str] = mapped_column(Text, default="")


class Response(Model):
    """One saved answer, in the item's keys; a later one for the same slot has a greater ``seq``.

    ``writer`` names the open page it was typed into, so that another window's newer answer is not overwritten unseen.
    """

    __tablename__ = "responses"
    __table_args__ = (UniqueConstraint("attempt_id", "slot", "seq"), CheckConstraint("seq >= 0", name="seq_not_negative"))

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempts.id"))
    slot: Mapped[int]
    seq: Mapped[int] = mapped_column(BigInteger)
    answer: Mapped[Any] = mapped_column(Verbatim, nullable=True)
    saved_at: Mapped[datetime]
    is_late: Mapped[bool] = mapped_column(default=False)
    writer: Mapped[str | None] = mapped_column(String(32))


class Grade(Model):
    """Points for one slot; ``number`` counts its grades, and the greatest one holds.

    ``item_version_id`` is the version that was shown; a grade by another key names the regrading that says which.
    """

    __tablename__ = "grades"
    __table_args__ = (
        UniqueConstraint("attempt_id", "slot", "number"),
        CheckConstraint("source IN ('machine', 'marker', 'regrade')", name="source_known"),
        CheckConstraint("share >= 0 AND share <= 1", name="share_within_one"),
        CheckConstraint("points >= 0 AND points <= max_points", name="points_within_maximum"),
        CheckConstraint("(source = 'regrade') = (regrading_id IS NOT NULL)", name="regrade_names_regrading"),
        Index("ix_grades_item_version", "item_version_id"),
        Index("ix_grades_regrading", "regrading_id"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempts.id"))
    slot: Mapped[int]
    number: Mapped[int] = mapped_column(default=1)
    item_version_id: Mapped[int] = mapped_column(ForeignKey("item_versions.id"))
    share: Mapped[Decimal] = mapped_column(Exact)
    points: Mapped[Decimal] = mapped_column(Exact)
    max_points: Mapped[Decimal] = mapped_column(Exact)
    source: Mapped[str] = mapped_column(String(10), default="machine")
    grader_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    reason: Mapped[str] = mapped_column(Text, default="")
    graded_at: Mapped[datetime]
    regrading_id: Mapped[int | None] = mapped_column(ForeignKey(Regrading.id))


class Appeal(Model):
    """A learner's objection to the points of one slot of an attempt, or to the result as a whole (slot 0), and the
    answer to it."""

    __tablename__ = "appeals"
    __table_args__ = (
        CheckConstraint("state IN ('open', 'upheld', 'rejected', 'withdrawn', 'moot')", name="state_known"),
        CheckConstraint("(state = 'open') = (closed_at IS NULL)", name="closed_has_day"),
        CheckConstraint("state NOT IN ('upheld', 'rejected') OR answer <> ''", name="decision_has_reason"),
        Index(
            "uq_appeals_open", "attempt_id", "slot", unique=True,
            sqlite_where=text("state = 'open'"), postgresql_where=text("state = 'open'"),
        ),
        Index("ix_appeals_state", "state", "raised_at"),
        Index("ix_appeals_attempt", "attempt_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    attempt_id: Mapped[int] = mapped_column(ForeignKey("attempts.id"))
    slot: Mapped[int] = mapped_column(default=0)
    reason: Mapped[str] = mapped_column(Text)
    raised_at: Mapped[datetime]
    state: Mapped[str] = mapped_column(String(10), default="open")
    closed_at: Mapped[datetime | None]
    closed_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    answer: Mapped[str] = mapped_column(Text, default="")
