"""Courses from files into rows and back: a changed body makes a new version, a vanished key is retired."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from lms.core.database import db
from lms.core.syncing import SyncReport, Take, in_conflict
from lms.courses import queries, service
from lms.courses.content import Course as CourseDefinition
from lms.courses.models import Course, Lesson
from lms.courses.sop import CourseSource, source_digest


def sync(
    definitions: Sequence[CourseSource], *, pack: str, take: Take | None = None, actor: Any = None, now: datetime
) -> SyncReport:
    """Bring the courses of a pack into the database; keys that are no longer there are left to ``retire_missing``."""
    report = SyncReport()
    keys = [source.key for source in definitions]
    rows = {row.key: row for row in db.session.scalars(select(Course).where(Course.key.in_(keys)))}
    for source in definitions:
        row = rows.get(source.key)
        if row is None:
            service.write_course(source, None, pack=pack, actor=actor, now=now, loaded=True)
            report.added.append(f"course:{source.key}")
        else:
            getattr(report, _meet(row, source, pack, take, actor, now)).append(f"course:{source.key}")
    return report


def _meet(row: Course, source: CourseSource, pack: str, take: Take | None, actor: Any, now: datetime) -> str:
    """Let files meet a course that is known; returns the list of the report it belongs to."""
    offered = source_digest(source)
    if row.pack != pack and row.pack is not None:
        return "conflicts"  # another pack's course: keys are unique in their kind
    if offered == row.sha256:
        was_retired = row.retired_at is not None
        row.pack, row.loaded_sha256, row.edited_at, row.retired_at = pack, offered, None, None
        return "changed" if was_retired else "unchanged"
    if in_conflict(row.edited_at is not None, offered, row.loaded_sha256, take):
        return "conflicts"
    if row.edited_at is not None and take != "files":
        return "unchanged"  # the browser's words stand
    service.write_course(source, row, pack=pack, actor=actor, now=now, loaded=True)
    return "changed"


def retire_missing(pack: str, keys: Iterable[str], now: datetime) -> SyncReport:
    """Retire the pack's courses whose keys are not among ``keys``; nothing is deleted."""
    query = select(Course).where(Course.pack == pack, Course.key.not_in(list(keys)), Course.retired_at.is_(None))
    report = SyncReport()
    for row in db.session.scalars(query.order_by(Course.key)):
        row.retired_at = now
        report.retired.append(f"course:{row.key}")
    return report


def export(pack: str | None = None) -> list[CourseSource]:
    """Every course that is not retired, of one pack or of all, as files would hold it, by key."""
    query = select(Course).where(Course.retired_at.is_(None)).order_by(Course.key)
    courses = list(db.session.scalars(query.where(Course.pack == pack) if pack is not None else query))
    ids = [course.id for course in courses]
    lessons = list(db.session.scalars(select(Lesson).where(Lesson.course_id.in_(ids), Lesson.retired_at.is_(None))))
    bodies = queries.bodies([lesson.version_id for lesson in lessons if lesson.version_id])
    definitions = queries.course_bodies([course.version_id for course in courses if course.version_id])
    found = []
    for course in courses:
        definition = CourseDefinition.model_validate(definitions[course.version_id or 0])
        own = {lesson.key: bodies[lesson.version_id or 0] for lesson in lessons if lesson.course_id == course.id}
        prose = {key: body.prose for key, body in own.items()}
        media = {name: sha256 for body in own.values() for name, sha256 in body.media.items()}
        found.append(CourseSource(definition, prose, media))
    return found
