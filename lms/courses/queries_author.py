"""Reads for those who keep the courses: all of them, their sources and their versions."""

from sqlalchemy import select

from lms.core.database import db
from lms.core.errors import NotFound
from lms.core.texts import Message
from lms.courses.content import Course as CourseDefinition
from lms.courses.content import Lesson as LessonDefinition
from lms.courses.models import Course, CourseVersion, Lesson, LessonVersion
from lms.courses.queries import NO_COURSE, NO_LESSON, CourseHead, bodies, course_bodies, head_of, lesson_sums
from lms.courses.sop import CourseSource


def all_courses() -> list[tuple[CourseHead, int]]:
    """Every course, retired ones last, with the number of its present version; for those who may read content."""
    sums = lesson_sums()
    query = (
        select(Course, sums.c.lessons, sums.c.minutes, CourseVersion.number)
        .outerjoin(sums, sums.c.course_id == Course.id)
        .outerjoin(CourseVersion, CourseVersion.id == Course.version_id)
        .order_by(Course.retired_at.is_not(None), Course.key)
    )
    rows = db.session.execute(query)
    return [(head_of(course, lessons or 0, minutes or 0), number or 0) for course, lessons, minutes, number in rows]


def course_source(key: str) -> tuple[Course, CourseSource]:
    """A course row with its present source, for those who may change it; raises ``NotFound``."""
    course = db.session.scalar(select(Course).where(Course.key == key))
    if course is None or course.version_id is None:
        raise NotFound(Message(NO_COURSE))
    query = select(Lesson.key, Lesson.version_id).where(Lesson.course_id == course.id, Lesson.retired_at.is_(None))
    versions = {lesson_key: version_id for lesson_key, version_id in db.session.execute(query) if version_id}
    read = bodies(versions.values())
    definition = CourseDefinition.model_validate(course_bodies([course.version_id])[course.version_id])
    own = {lesson_key: read[version_id] for lesson_key, version_id in versions.items()}
    media = {name: sha256 for body in own.values() for name, sha256 in body.media.items()}
    return course, CourseSource(definition, {k: body.prose for k, body in own.items()}, media)


def lesson_to_edit(course: Course, source: CourseSource, key: str) -> tuple[LessonDefinition, int]:
    """A lesson's definition and the number of its version in force; raises ``NotFound``."""
    query = select(LessonVersion.number).join(Lesson, Lesson.version_id == LessonVersion.id)
    number = db.session.scalar(query.where(Lesson.course_id == course.id, Lesson.key == key))
    for one in source.course.lessons:
        if one.key == key and number is not None:
            return one, number
    raise NotFound(Message(NO_LESSON))



def course_versions(course_id: int) -> list[CourseVersion]:
    """The versions of a course's definition, the newest first."""
    query = select(CourseVersion).where(CourseVersion.course_id == course_id).order_by(CourseVersion.number.desc())
    return list(db.session.scalars(query))


def lesson_versions(course_id: int) -> list[tuple[Lesson, LessonVersion]]:
    """The lessons of a course in order, each with its version in force; retired ones last."""
    query = (
        select(Lesson, LessonVersion)
        .join(LessonVersion, LessonVersion.id == Lesson.version_id)
        .where(Lesson.course_id == course_id)
        .order_by(Lesson.retired_at.is_not(None), Lesson.position)
    )
    return [(of, version) for of, version in db.session.execute(query)]
