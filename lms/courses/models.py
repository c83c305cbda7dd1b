"""Tables of courses, lessons, their versions, and the index that job aids are found by."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.core.database import Document, Model, Verbatim


class Course(Model):
    """A course as it stands now; ``sha256`` covers everything of it, prose included."""

    __tablename__ = "courses"
    __table_args__ = (CheckConstraint("status IN ('live', 'pilot')", name="status_known"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    pack: Mapped[str | None] = mapped_column(String(64), index=True)
    title: Mapped[dict[str, Any]] = mapped_column(Verbatim)
    summary: Mapped[dict[str, Any] | None] = mapped_column(Verbatim)
    roles: Mapped[list[str]] = mapped_column(Document, default=list)
    owner: Mapped[str | None] = mapped_column(String(254))
    review_by: Mapped[date | None] = mapped_column(index=True)
    status: Mapped[str] = mapped_column(String(8), default="live")
    sites: Mapped[list[str]] = mapped_column(Document, default=list)
    assigned_only: Mapped[bool] = mapped_column(default=False)
    retired_at: Mapped[datetime | None]
    version_id: Mapped[int | None] = mapped_column(ForeignKey("course_versions.id", use_alter=True))
    sha256: Mapped[str] = mapped_column(String(64))
    loaded_sha256: Mapped[str | None] = mapped_column(String(64))
    edited_at: Mapped[datetime | None]


class CourseVersion(Model):
    """What a course's definition was from a moment on; never changed."""

    __tablename__ = "course_versions"
    __table_args__ = (UniqueConstraint("course_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("courses.id"))
    number: Mapped[int]
    body: Mapped[dict[str, Any]] = mapped_column(Verbatim)
    sha256: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))


class Lesson(Model):
    """A lesson of a course; its words are in its versions."""

    __tablename__ = "lessons"
    __table_args__ = (
        UniqueConstraint("course_id", "key"),
        CheckConstraint("kind IN ('sop', 'reading', 'case')", name="kind_known"),
        Index("ix_lessons_order", "course_id", "position"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    course_id: Mapped[int] = mapped_column(ForeignKey("courses.id"))
    key: Mapped[str] = mapped_column(String(64))
    position: Mapped[int]
    title: Mapped[dict[str, Any]] = mapped_column(Verbatim)
    kind: Mapped[str] = mapped_column(String(8))
    minutes: Mapped[int]
    has_check: Mapped[bool]
    retired_at: Mapped[datetime | None]
    version_id: Mapped[int | None] = mapped_column(ForeignKey("lesson_versions.id", use_alter=True))


class LessonVersion(Model):
    """What a lesson said from a moment on: title, kind, SOP card, check and prose; never changed."""

    __tablename__ = "lesson_versions"
    __table_args__ = (UniqueConstraint("lesson_id", "number"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    lesson_id: Mapped[int] = mapped_column(ForeignKey("lessons.id"))
    number: Mapped[int]
    body: Mapped[dict[str, Any]] = mapped_column(Verbatim)
    sha256: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))


class JobAid(Model):
    """The SOP card of a lesson in one language, as one text that can be searched."""

    __tablename__ = "job_aids"
    __table_args__ = (UniqueConstraint("lesson_id", "language"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    lesson_id: Mapped[int] = mapped_column(ForeignKey("lessons.id", ondelete="CASCADE"))
    language: Mapped[str] = mapped_column(String(20))
    title: Mapped[str] = mapped_column(Text)
    body: Mapped[str] = mapped_column(Text)


class JobAidTerm(Model):
    """How much a job aid is about a term: the index that works alike on every database."""

    __tablename__ = "job_aid_terms"
    __table_args__ = (CheckConstraint("weight > 0", name="weight_positive"),)

    term: Mapped[str] = mapped_column(String(40), primary_key=True)
    job_aid_id: Mapped[int] = mapped_column(ForeignKey("job_aids.id", ondelete="CASCADE"), primary_key=True, index=True)
    weight: Mapped[int]
