"""Reads about courses, lessons and job aids, scoped to who asks."""

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from threading import Lock
from typing import Any

from sqlalchemy import ScalarSelect, Subquery, bindparam, column, func, select, table

from lms.core import access
from lms.core.database import db
from lms.core.errors import NotFound
from lms.core.texts import N_, Message
from lms.courses.models import Course, CourseVersion, Lesson, LessonVersion
from lms.courses.sop import LessonBody

SITES = table("sites", column("id"), column("key"))  # identity is a neighbour: known by its table's name only
NO_COURSE = N_("There is no such course, or it is not meant for your site.")
NO_LESSON = N_("There is no such lesson in this course.")


@dataclass(frozen=True, slots=True)
class CourseHead:
    """A course as lists show it; texts by language, minutes of all its lessons together."""

    id: int
    key: str
    title: dict[str, str]
    summary: dict[str, str] | None
    roles: tuple[str, ...]
    owner: str | None
    review_by: date | None
    status: str
    assigned_only: bool
    retired_at: datetime | None
    version_id: int | None
    lessons: int
    minutes: int


@dataclass(frozen=True, slots=True)
class LessonView:
    """A lesson in the version now in force. ``in_force_since`` is when that version came."""

    id: int
    key: str
    course_id: int
    course_key: str
    position: int
    version_id: int
    number: int
    in_force_since: datetime
    body: LessonBody

    @property
    def title(self) -> dict[str, str]:
        return self.body.title

    @property
    def has_check(self) -> bool:
        return self.body.check is not None


@dataclass(frozen=True, slots=True)
class CourseView:
    """A course with its lessons in order; retired lessons are left out."""

    head: CourseHead
    lessons: tuple[LessonView, ...]

    @property
    def id(self) -> int:
        return self.head.id

    @property
    def key(self) -> str:
        return self.head.key

    @property
    def title(self) -> dict[str, str]:
        return self.head.title

    def lesson(self, key: str) -> LessonView:
        """The lesson with this key; raises ``NotFound``."""
        for lesson in self.lessons:
            if lesson.key == key:
                return lesson
        raise NotFound(Message(NO_LESSON))


# ---- bodies never change: parsed once and kept by their digest ------------------------


class _Parsed:
    """The lesson bodies this process has read, by SHA-256; the longest unused goes first."""

    def __init__(self, most: int) -> None:
        self._most, self._lock = most, Lock()
        self._kept: OrderedDict[str, LessonBody] = OrderedDict()

    def get(self, sha256: str) -> LessonBody | None:
        with self._lock:
            if sha256 in self._kept:
                self._kept.move_to_end(sha256)
            return self._kept.get(sha256)

    def keep(self, sha256: str, body: LessonBody) -> None:
        with self._lock:
            self._kept[sha256] = body
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)


_parsed = _Parsed(2000)


def _bodies_by_digest(wanted: Mapping[int, str]) -> dict[int, LessonBody]:
    """Bodies by version id, where ``wanted`` gives each version's digest; one query for those not yet read."""
    found = {version: body for version, sha256 in wanted.items() if (body := _parsed.get(sha256)) is not None}
    unread = [version for version in wanted if version not in found]
    if unread:
        query = select(LessonVersion.id, LessonVersion.body).where(LessonVersion.id.in_(unread))
        for version, raw in db.session.execute(query):
            found[version] = LessonBody.model_validate(raw)
            _parsed.keep(wanted[version], found[version])
    return found


def bodies(version_ids: Iterable[int]) -> dict[int, LessonBody]:
    """Lesson bodies by version id, whatever their age."""
    query = select(LessonVersion.id, LessonVersion.sha256).where(LessonVersion.id.in_(list(version_ids)))
    return _bodies_by_digest({version: sha256 for version, sha256 in db.session.execute(query)})


_DIGEST = select(LessonVersion.sha256).where(LessonVersion.id == bindparam("version"))


def definition_of(version_id: int) -> LessonBody:
    """The body of one lesson version, as it was shown then."""
    sha256 = db.session.scalar(_DIGEST, {"version": version_id})
    return _bodies_by_digest({version_id: sha256} if sha256 is not None else {})[version_id]


def course_bodies(version_ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    """Course definitions by version id, as JSON."""
    query = select(CourseVersion.id, CourseVersion.body).where(CourseVersion.id.in_(list(version_ids)))
    return {version: body for version, body in db.session.execute(query)}


# ---- courses ------------------------------------------------------------------


def site_key_of(viewer: Any) -> ScalarSelect[str]:
    """The key of the viewer's site, as a column of another query."""
    return select(SITES.c.key).where(SITES.c.id == getattr(viewer, "site_id", None)).scalar_subquery()


def is_open_to(viewer: Any, course: Course, site_key: str | None) -> bool:
    """Live is for all; a pilot for its sites, and for those who may read content anyway."""
    if course.retired_at is not None:
        return False
    return course.status == "live" or site_key in course.sites or access.has(viewer, "content.read")


def head_of(course: Course, lessons: int, minutes: int) -> CourseHead:
    """A course row as lists show it."""
    return CourseHead(
        course.id, course.key, course.title, course.summary, tuple(course.roles), course.owner, course.review_by,
        course.status, course.assigned_only, course.retired_at, course.version_id, lessons, minutes,
    )  # fmt: skip


def lesson_sums() -> Subquery:
    """Lessons and minutes of every course."""
    sums = select(Lesson.course_id, func.count().label("lessons"), func.sum(Lesson.minutes).label("minutes"))
    return sums.where(Lesson.retired_at.is_(None)).group_by(Lesson.course_id).subquery()


def catalogue(
    viewer: Any, *, after: str = "", limit: int | None = None, keys: Sequence[str] | None = None
) -> list[CourseHead]:
    """The courses a viewer may see, by key, from after the key ``after``; ``keys`` narrows it to those. One query."""
    sums = lesson_sums()
    query = (
        select(Course, sums.c.lessons, sums.c.minutes, site_key_of(viewer))
        .outerjoin(sums, sums.c.course_id == Course.id)
        .where(Course.retired_at.is_(None), Course.key > after)
        .order_by(Course.key)
    )
    if keys is not None:
        query = query.where(Course.key.in_(keys))
    rows = db.session.execute(query).all()
    heads = [head_of(c, lessons or 0, minutes or 0) for c, lessons, minutes, site in rows if is_open_to(viewer, c, site)]
    return heads[:limit]


_COURSE = (
    select(Course, Lesson.id, Lesson.key, Lesson.position, LessonVersion.id, LessonVersion.number,
           LessonVersion.created_at, LessonVersion.sha256,
           select(SITES.c.key).where(SITES.c.id == bindparam("site")).scalar_subquery())
    .outerjoin(Lesson, (Lesson.course_id == Course.id) & Lesson.retired_at.is_(None))
    .outerjoin(LessonVersion, LessonVersion.id == Lesson.version_id)
    .where(Course.key == bindparam("key"))
    .order_by(Lesson.position)
)  # fmt: skip


def course_by_key(key: str, viewer: Any) -> CourseView:
    """A course the viewer may see, with the bodies of its lessons in force; raises ``NotFound``.

    At most two queries: one when all bodies have been read before.
    """
    rows = db.session.execute(_COURSE, {"key": key, "site": getattr(viewer, "site_id", None)}).all()
    if not rows or not is_open_to(viewer, rows[0][0], rows[0][-1]):
        raise NotFound(Message(NO_COURSE))
    course: Course = rows[0][0]
    read = _bodies_by_digest({row[4]: row[7] for row in rows if row[4] is not None})
    lessons = tuple(
        LessonView(lesson_id, lesson_key, course.id, course.key, position, version_id, number, since, read[version_id])
        for _c, lesson_id, lesson_key, position, version_id, number, since, _sha, _site in rows
        if version_id is not None
    )
    return CourseView(head_of(course, len(lessons), sum(one.body.minutes for one in lessons)), lessons)


def lesson(course_key: str, lesson_key: str, viewer: Any) -> LessonView:
    """One lesson of a course the viewer may see; raises ``NotFound``."""
    return course_by_key(course_key, viewer).lesson(lesson_key)


def sop_step_exists(path: str) -> bool:
    """Whether ``course/lesson`` or ``course/lesson/step`` names something that is in force."""
    course_key, _, rest = path.partition("/")
    lesson_key, _, step_key = rest.partition("/")
    query = select(Lesson.version_id).join(Course, Course.id == Lesson.course_id)
    query = query.where(Course.key == course_key, Lesson.key == lesson_key)
    version_id = db.session.scalar(query.where(Course.retired_at.is_(None), Lesson.retired_at.is_(None)))
    if version_id is None:
        return False
    body = definition_of(version_id)
    return not step_key or any(step.key == step_key for step in (body.sop.steps if body.sop else ()))


def stale_courses(today: date) -> list[CourseHead]:
    """Courses in force whose review day has passed, the oldest first."""
    query = select(Course).where(Course.retired_at.is_(None), Course.review_by < today)
    return [head_of(course, 0, 0) for course in db.session.scalars(query.order_by(Course.review_by, Course.key))]


def lesson_titles(places: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Mapping[str, str]]:
    """Titles of lessons in use, by course and lesson key; one query."""
    wanted = set(places)
    query = (
        select(Course.key, Lesson.key, Lesson.title)
        .join(Course, Course.id == Lesson.course_id)
        .where(Course.key.in_({course for course, _lesson in wanted}), Lesson.key.in_({key for _course, key in wanted}))
        .where(Course.retired_at.is_(None), Lesson.retired_at.is_(None))
    )
    return {(course, key): title for course, key, title in db.session.execute(query) if (course, key) in wanted}
