"""The verbs of studying: open a lesson, stay on it, complete it."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, select

from lms.core import audit
from lms.core.database import db
from lms.core.errors import Conflict, NotAllowed, NotFound
from lms.core.texts import N_, Message
from lms.courses import queries as courses
from lms.courses.models import Course, Lesson
from lms.courses.queries import CourseView, LessonView
from lms.enrolment import queries
from lms.enrolment import queries_lessons as lessons
from lms.enrolment.enrolment_states import StepRef, counted_seconds
from lms.enrolment.models import Enrolment, LessonProgress
from lms.enrolment.service import complete, one_at_a_time, withdraw
from lms.identity.models import Person


@dataclass(frozen=True, slots=True)
class LessonDone:
    """A completed lesson, and whether the course is complete with it."""

    progress: LessonProgress
    course_completed_at: datetime | None



def open_lesson(person: Person, course_key: str, lesson_key: str, *, now: datetime) -> LessonProgress:
    """Begin (or go on with) a lesson; enrols in its course if that is open to the person.

    Raises ``NotFound``, ``NotAllowed`` for a course by assignment only, ``Conflict`` while an earlier step is not done.
    """
    course = courses.course_by_key(course_key, person)
    lesson = course.lesson(lesson_key)
    one_at_a_time(person.id)
    return _progress(_enrolled(person, course, now), lesson, now)


def stay_on_lesson(
    person: Person, course_key: str, lesson_key: str, *, now: datetime, is_back: bool = False
) -> int:
    """A sign of life from the page of a lesson already begun; returns the seconds measured so far.

    Time is the server's: the gap since the last sign counts up to ``MOST_GAP_SECONDS``. Raises ``Conflict`` when the
    person is not enrolled: looking something up is not learning time. ``is_back``: the page was hidden until now, so
    the gap does not count.
    """
    course = courses.course_by_key(course_key, person)
    lesson = course.lesson(lesson_key)
    one_at_a_time(person.id)
    found = db.session.execute(_STANDING, {"person": person.id, "course": course.id, "lesson": lesson.id}).first()
    if found is None:
        raise Conflict(Message(N_("Start this course first; then your time counts.")))
    progress = found.LessonProgress or _begun(found.Enrolment, lesson, now)
    if is_back:
        progress.last_seen_at = max(progress.last_seen_at, now)
    else:
        _count_time(progress, now)
    return progress.seconds


def complete_lesson(person: Person, course_key: str, lesson_key: str, *, actor: Any, now: datetime) -> LessonDone:
    """Mark a lesson done, enrolling if the course is open; with the last one the course is complete.

    Repeating it changes nothing. Raises ``NotFound``; ``NotAllowed`` for a course by assignment only; ``Conflict``
    (with ``waits_for``) while the lesson's check is not passed or an earlier step of the path is not done.
    """
    course = courses.course_by_key(course_key, person)
    lesson = course.lesson(lesson_key)
    one_at_a_time(person.id)
    enrolment = _enrolled(person, course, now)
    progress = _progress(enrolment, lesson, now)
    if progress.completed_at is None:
        if lesson.has_check and lesson.key not in lessons.passed_checks(person.id, course, enrolment):
            raise Conflict(
                Message(N_("Pass the quick check of this lesson first; then it counts as done.")),
                waits_for={"kind": "check", "key": f"{course.key}/{lesson.key}"},
            )
        _end_lesson(progress, lesson, now)
        if getattr(actor, "id", None) != person.id:
            what = f"{course.key}/{lesson.key}"
            audit.record("lesson.complete", f"person:{person.email}", actor=actor, now=now, lesson=what)
    _complete_course(enrolment, course, now)
    return LessonDone(progress, enrolment.completed_at)


def complete_checked_lesson(person_id: int, check_key: str, now: datetime) -> None:
    """A lesson whose check was passed just now is done, if its course was begun."""
    course_key, _, lesson_key = check_key.partition("/")
    person = db.session.get(Person, person_id)
    if person is None:
        return
    try:
        course = courses.course_by_key(course_key, person)
        lesson = course.lesson(lesson_key)
    except NotFound:
        return  # retired meanwhile: passing its check must not fail over that
    one_at_a_time(person.id)
    found = db.session.execute(_STANDING, {"person": person_id, "course": course.id, "lesson": lesson.id}).first()
    if found is None or (found.Enrolment.is_repeat and now < found.Enrolment.enrolled_at):
        return  # not begun; or an old result, regraded after the course was begun anew
    progress = found.LessonProgress or _begun(found.Enrolment, lesson, now)
    if progress.completed_at is None:
        _end_lesson(progress, lesson, now)
    _complete_course(found.Enrolment, course, now)


def _end_lesson(progress: LessonProgress, lesson: LessonView, now: datetime) -> None:
    _count_time(progress, now)
    progress.completed_at, progress.lesson_version_id = now, lesson.version_id
    db.session.flush()


def reopen_checked_lesson(person_id: int, check_key: str, *, reason: str, now: datetime) -> None:
    """A lesson whose check does not hold as passed any more is to be done again, and with it its course.

    What another pass carries stays; in a course taken anew only a pass since then does.
    """
    course_key, _, lesson_key = check_key.partition("/")
    query = (
        select(LessonProgress, Enrolment)
        .join(Enrolment, Enrolment.id == LessonProgress.enrolment_id)
        .join(Lesson, Lesson.id == LessonProgress.lesson_id)
        .join(Course, Course.id == Lesson.course_id)
        .where(Course.key == course_key, Lesson.key == lesson_key, LessonProgress.person_id == person_id)
        .where(LessonProgress.completed_at.is_not(None), Enrolment.ended_at.is_(None))
    )
    passed_at = [
        one.at for one in queries.completions(person_id) if (one.kind, one.key) == ("check", check_key)
    ]
    for progress, enrolment in db.session.execute(query):
        if any(not enrolment.is_repeat or at >= enrolment.enrolled_at for at in passed_at):
            continue
        progress.completed_at = enrolment.completed_at = None
        db.session.flush()
        reference = f"enrolment:{enrolment.id}"
        withdraw(person_id, "course", course_key, reference=reference, reason=reason, now=now)


def _complete_course(enrolment: Enrolment, course: CourseView, now: datetime) -> None:
    if enrolment.completed_at is not None:
        return
    query = select(LessonProgress.lesson_id).where(LessonProgress.enrolment_id == enrolment.id)
    done = set(db.session.scalars(query.where(LessonProgress.completed_at.is_not(None))))
    if done.issuperset(lesson.id for lesson in course.lessons):
        enrolment.completed_at = now
        db.session.flush()
        complete(enrolment.person_id, "course", course.key, at=now, reference=f"enrolment:{enrolment.id}")


def _enrolled(person: Person, course: CourseView, now: datetime) -> Enrolment:
    """The present enrolment, made now if the course is open to the person."""
    enrolment = db.session.scalar(lessons.present_enrolment(person.id, course.id))
    if enrolment is not None:
        return enrolment
    admission = queries.admission(person.id, StepRef("course", course.key))
    if admission.blocked_by is not None:
        raise Conflict(
            Message(N_("An earlier step of your learning path comes first. Finish it, then this one opens.")),
            waits_for={"kind": admission.blocked_by.kind, "key": admission.blocked_by.key},
        )
    if course.head.assigned_only and not admission.is_assigned:
        raise NotAllowed(Message(N_("This course is by assignment only. Ask your trainer or manager for it.")))
    enrolment = Enrolment(person_id=person.id, course_id=course.id, enrolled_at=now)
    db.session.add(enrolment)
    db.session.flush()
    return enrolment


# asked with every sign of life from a lesson, so put together once
_PROGRESS = select(LessonProgress).where(
    LessonProgress.enrolment_id == bindparam("enrolment"), LessonProgress.lesson_id == bindparam("lesson")
)
_STANDING = (
    select(Enrolment, LessonProgress)
    .outerjoin(
        LessonProgress,
        (LessonProgress.enrolment_id == Enrolment.id) & (LessonProgress.lesson_id == bindparam("lesson")),
    )
    .where(Enrolment.person_id == bindparam("person"), Enrolment.ended_at.is_(None))
    .where(Enrolment.course_id == bindparam("course"))
)


def _progress(enrolment: Enrolment, lesson: LessonView, now: datetime) -> LessonProgress:
    progress = db.session.scalar(_PROGRESS, {"enrolment": enrolment.id, "lesson": lesson.id})
    return progress or _begun(enrolment, lesson, now)


def _begun(enrolment: Enrolment, lesson: LessonView, now: datetime) -> LessonProgress:
    progress = LessonProgress(
        enrolment_id=enrolment.id, person_id=enrolment.person_id, lesson_id=lesson.id,
        lesson_version_id=lesson.version_id, opened_at=now, last_seen_at=now, seconds=0,
    )  # fmt: skip
    db.session.add(progress)
    db.session.flush()
    return progress


def _count_time(progress: LessonProgress, now: datetime) -> None:
    """Add the time since the last sign of life; what is cut off a second stays for the next time."""
    seconds = counted_seconds(progress.last_seen_at, now)
    progress.seconds += seconds
    counted_until = progress.last_seen_at + timedelta(seconds=seconds)
    is_gap = now - counted_until >= timedelta(seconds=1)
    progress.last_seen_at = now if is_gap else counted_until
