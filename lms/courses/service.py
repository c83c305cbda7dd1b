"""The verbs that change courses: write one from its source, retire it, say that it was reviewed."""

from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, func, insert, select

from lms.core import audit, clock
from lms.core.database import db
from lms.core.definitions import digest
from lms.core.errors import Conflict, Invalid
from lms.core.texts import LANGUAGES, N_, Message
from lms.courses import search_terms
from lms.courses.editing import Refusal, source_from
from lms.courses.models import Course, CourseVersion, JobAid, JobAidTerm, Lesson, LessonVersion
from lms.courses.sop import CourseSource, LessonBody, card_lines, lesson_bodies, prose_lines, source_digest


def write_course(
    source: CourseSource, row: Course | None, *, pack: str | None, actor: Any, now: datetime, loaded: bool
) -> Course:
    """Make a course what its source says: new versions where bodies changed, lessons retired that are gone.

    ``loaded`` tells files from the browser: a browser edit is noted, so that a later load may ask.
    """
    verb = "course.add" if row is None else "course.change"
    row = row or Course(key=source.key)
    _describe(row, source)
    row.pack, row.retired_at, row.sha256 = pack, None, source_digest(source)
    row.edited_at = None if loaded else now
    if loaded:
        row.loaded_sha256 = row.sha256
    db.session.add(row)
    db.session.flush()
    _keep_version(row, source, actor, now)
    _write_lessons(row, source, actor, now)
    audit.record(verb, f"course:{row.key}", actor=actor, now=now, sha256=row.sha256, loaded=loaded)
    return row


def edit_course(source: CourseSource, *, actor: Any, now: datetime, is_new: bool) -> Course:
    """Save what an author wrote in the browser or sent through the API.

    Raises ``Conflict`` when a course to add is there already, or one to change is not.
    """
    row = db.session.scalar(select(Course).where(Course.key == source.key).with_for_update())
    if is_new and row is not None:
        raise Conflict(Message(N_("There is already a course “%(key)s”; choose another key."), {"key": source.key}))
    if not is_new and row is None:
        raise Conflict(Message(N_("There is no course “%(key)s” to change; add it first."), {"key": source.key}))
    if row is not None and row.sha256 == source_digest(source) and row.retired_at is None:
        return row
    return write_course(source, row, pack=row.pack if row else None, actor=actor, now=now, loaded=False)


def write_lesson(
    source: CourseSource, lesson_key: str, fields: Mapping[str, str], *, seen: int, actor: Any, now: datetime
) -> Course | Refusal:
    """Save a lesson as its form was filled in, or say what is wrong with it; ``seen`` is the version now in force.

    Raises ``Conflict`` when the form was opened on an older version.
    """
    if fields.get("number") != str(seen):
        raise Conflict(Message(N_("Somebody saved this lesson meanwhile. Open it again and make your change there.")))
    made = source_from(fields, lesson_key, source)
    if isinstance(made, Refusal):
        return made
    return edit_course(made, actor=actor, now=now, is_new=False)


def retire_course(course: Course, *, actor: Any, now: datetime) -> None:
    """Take a course out of the catalogue; everything about it stays."""
    if course.retired_at is None:
        course.retired_at = now
        audit.record("course.retire", f"course:{course.key}", actor=actor, now=now)


def review_course(course: Course, next_review_by: date, source: CourseSource, *, actor: Any, now: datetime) -> None:
    """Say that somebody has read the course and it is true until ``next_review_by``, a day to come."""
    if next_review_by <= clock.day_of(now):
        raise Invalid(
            Message(N_("The next review must lie ahead; choose a later day.")),
            errors={"review_by": Message(N_("Choose a later day."))},
        )
    reviewed = source.course.model_copy(update={"review_by": next_review_by})
    edit_course(CourseSource(reviewed, source.prose, source.media), actor=actor, now=now, is_new=False)
    audit.record("course.review", f"course:{course.key}", actor=actor, now=now, review_by=next_review_by.isoformat())


def _describe(row: Course, source: CourseSource) -> None:
    course = source.course
    row.title, row.summary, row.roles = course.title, course.summary, course.roles
    row.owner, row.review_by = course.owner, course.review_by
    row.status, row.sites, row.assigned_only = course.status, course.sites, course.assigned_only


def _keep_version(row: Course, source: CourseSource, actor: Any, now: datetime) -> None:
    sha256 = digest(source.course)
    current = db.session.get(CourseVersion, row.version_id) if row.version_id else None
    if current is not None and current.sha256 == sha256:
        return
    version = CourseVersion(
        course_id=row.id,
        number=current.number + 1 if current else 1,
        body=source.course.model_dump(mode="json", by_alias=True),
        sha256=sha256,
        created_at=now,
        created_by_id=getattr(actor, "id", None),
    )
    db.session.add(version)
    db.session.flush()
    row.version_id = version.id


def _write_lessons(row: Course, source: CourseSource, actor: Any, now: datetime) -> None:
    known = {lesson.key: lesson for lesson in db.session.scalars(select(Lesson).where(Lesson.course_id == row.id))}
    versions = _current_versions(row.id)
    for position, body in enumerate(lesson_bodies(source)):
        lesson = known.pop(body.key, None) or Lesson(course_id=row.id, key=body.key)
        lesson.position, lesson.title, lesson.kind = position, body.title, body.kind
        lesson.minutes, lesson.has_check, lesson.retired_at = body.minutes, body.check is not None, None
        db.session.add(lesson)
        db.session.flush()
        _keep_lesson_version(lesson, body, versions.get(lesson.id), actor, now)
    for lesson in known.values():
        lesson.retired_at = lesson.retired_at or now
        db.session.execute(delete(JobAid).where(JobAid.lesson_id == lesson.id))


def _current_versions(course_id: int) -> Mapping[int, LessonVersion]:
    query = select(LessonVersion).join(Lesson, Lesson.version_id == LessonVersion.id)
    return {v.lesson_id: v for v in db.session.scalars(query.where(Lesson.course_id == course_id))}


def _keep_lesson_version(
    lesson: Lesson, body: LessonBody, current: LessonVersion | None, actor: Any, now: datetime
) -> None:
    sha256 = digest(body)
    if current is None or current.sha256 != sha256:
        version = LessonVersion(
            lesson_id=lesson.id,
            number=current.number + 1 if current else 1,
            body=body.model_dump(mode="json", by_alias=True),
            sha256=sha256,
            created_at=now,
            created_by_id=getattr(actor, "id", None),
        )
        db.session.add(version)
        db.session.flush()
        lesson.version_id = version.id
    elif db.session.scalar(select(func.count()).where(JobAid.lesson_id == lesson.id)):
        return
    index_lesson(lesson, body)


def index_lesson(lesson: Lesson, body: LessonBody) -> None:
    """Make the lesson's SOP card, and the prose beside it, findable in every language it is written in."""
    db.session.execute(delete(JobAid).where(JobAid.lesson_id == lesson.id))
    for language in LANGUAGES:
        lines = list(card_lines(body, language))
        if not lines:
            continue
        lines += prose_lines(body, language)
        words = "\n".join(line.text for line in lines[1:])
        aid = JobAid(lesson_id=lesson.id, language=language, title=lines[0].text, body=words)
        db.session.add(aid)
        db.session.flush()
        terms = search_terms.index_terms((line.text, line.weight) for line in lines)
        rows = [{"term": term, "job_aid_id": aid.id, "weight": weight} for term, weight in terms.items()]
        if rows:  # over a thousand a lesson: objects of the session would cost ten times as much
            db.session.execute(insert(JobAidTerm.__table__), rows)  # type: ignore[arg-type]
