"""Reads about enrolments and how far somebody is with a course."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import ColumnElement, Select, bindparam, case, func, select

from lms.core.database import db
from lms.courses import queries as courses
from lms.courses.models import Lesson, LessonVersion
from lms.courses.queries import CourseView, LessonView
from lms.enrolment.enrolment_states import LessonFacts
from lms.enrolment.models import Completion, Enrolment, LessonProgress


@dataclass(frozen=True, slots=True)
class CourseProgress:
    """How far somebody is with a course; ``lessons`` by lesson id."""

    enrolment: Enrolment | None
    lessons: Mapping[int, LessonProgress]
    passed_checks: frozenset[str]

    def facts(self, course: CourseView) -> list[LessonFacts]:
        """The course's lessons in order with where the person stands."""
        found = []
        for lesson in course.lessons:
            seen = self.lessons.get(lesson.id)
            is_done = seen is not None and seen.completed_at is not None
            passed = lesson.key in self.passed_checks
            is_open = seen is not None and not is_done
            found.append(LessonFacts(lesson.key, lesson.has_check, is_done, passed, is_open))
        return found


@dataclass(frozen=True, slots=True)
class Earlier:
    """The version of a lesson that somebody completed, where another is in force now; ``lesson`` is it as it was."""

    lesson: LessonView
    completed_at: datetime


def completed_earlier(progress: CourseProgress, lesson: LessonView) -> Earlier | None:
    """What a person completed of a lesson that has changed since; a query only if it has."""
    seen = progress.lessons.get(lesson.id)
    if seen is None or seen.completed_at is None or seen.lesson_version_id == lesson.version_id:
        return None
    query = select(LessonVersion.number, LessonVersion.created_at).where(LessonVersion.id == seen.lesson_version_id)
    number, created_at = db.session.execute(query).one()
    body = courses.definition_of(seen.lesson_version_id)
    was = replace(lesson, version_id=seen.lesson_version_id, number=number, in_force_since=created_at, body=body)
    return Earlier(was, seen.completed_at)


def is_present(person_id: int) -> ColumnElement[bool]:
    """The condition for a person's present enrolments: those not ended by taking the course anew."""
    return (Enrolment.person_id == person_id) & Enrolment.ended_at.is_(None)


def present_enrolment(person_id: int, course_id: int) -> Select[Enrolment]:
    """The query of a person's present enrolment in a course."""
    return select(Enrolment).where(is_present(person_id), Enrolment.course_id == course_id)


# asked with every lesson, so put together once
_PROGRESS = (
    select(Enrolment, LessonProgress)
    .outerjoin(LessonProgress, LessonProgress.enrolment_id == Enrolment.id)
    .where(Enrolment.person_id == bindparam("person"), Enrolment.ended_at.is_(None))
    .where(Enrolment.course_id == bindparam("course"))
)
_PASSED_CHECKS = (
    select(Completion.key)
    .where(Completion.person_id == bindparam("person"), Completion.kind == "check")
    .where(Completion.key.in_(bindparam("keys", expanding=True)), Completion.withdrawn_at.is_(None))
)


def passed_checks(person_id: int, course: CourseView, enrolment: Enrolment | None) -> frozenset[str]:
    """Keys of the lessons whose check the person has passed; in a repeated course only since it began anew."""
    keys = {f"{course.key}/{lesson.key}": lesson.key for lesson in course.lessons if lesson.has_check}
    if not keys:
        return frozenset()
    query, asked = _PASSED_CHECKS, {"person": person_id, "keys": list(keys)}
    if enrolment is not None and enrolment.is_repeat:
        query = query.where(Completion.at >= enrolment.enrolled_at)
    return frozenset(keys[key] for key in db.session.scalars(query, asked))


def course_progress(person_id: int, course: CourseView) -> CourseProgress:
    """How far a person is with a course; two queries."""
    rows = db.session.execute(_PROGRESS, {"person": person_id, "course": course.id}).all()
    enrolment = rows[0][0] if rows else None
    lessons = {progress.lesson_id: progress for _enrolment, progress in rows if progress is not None}
    return CourseProgress(enrolment, lessons, passed_checks(person_id, course, enrolment))


def enrolled_figures(person_id: int) -> dict[int, tuple[Enrolment, int]]:
    """A person's present enrolments by course id, each with how many lessons in force are done; one query."""
    query = (
        select(Enrolment, func.count(case((Lesson.id.is_not(None), LessonProgress.completed_at))))
        .outerjoin(LessonProgress, LessonProgress.enrolment_id == Enrolment.id)
        .outerjoin(Lesson, (Lesson.id == LessonProgress.lesson_id) & Lesson.retired_at.is_(None))
        .where(is_present(person_id))
        .group_by(Enrolment.id)
    )
    return {enrolment.course_id: (enrolment, done) for enrolment, done in db.session.execute(query)}
