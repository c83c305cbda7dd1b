"""Reads about courses, lessons and job aids, scoped to who asks."""

from collections import OrderedDict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from threading import Lock
from typing import Any

from sqlalchemy import ScalarSelect, Subquery, column, func, select, table

from lms.core import access
from lms.core.database import db
from lms.core.errors import NotFound
from lms.core.texts import N_, Message
from lms.courses import search_terms
from lms.courses.content import Course as CourseDefinition
from lms.courses.content import Lesson as LessonDefinition
from lms.courses.models import Course, CourseVersion, JobAid, JobAidTerm, Lesson, LessonVersion
from lms.courses.sop import CourseSource, LessonBody

MOST_HITS = 20
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


@dataclass(frozen=True, slots=True)
class JobAidHit:
    """A job aid that was found: its lesson, the lines of its card that match best, and how well it matches."""

    course_key: str
    course_title: dict[str, str]
    lesson_key: str
    title: dict[str, str]
    language: str
    lines: tuple[str, ...]
    matches: int
    weight: int
    is_close_only: bool
    """No card has enough of the words; this one comes closest."""


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


def definition_of(version_id: int) -> LessonBody:
    """The body of one lesson version, as it was shown then."""
    return bodies([version_id])[version_id]


def course_bodies(version_ids: Iterable[int]) -> dict[int, dict[str, Any]]:
    """Course definitions by version id, as JSON."""
    query = select(CourseVersion.id, CourseVersion.body).where(CourseVersion.id.in_(list(version_ids)))
    return {version: body for version, body in db.session.execute(query)}


# ---- courses ------------------------------------------------------------------


def _site_key(viewer: Any) -> ScalarSelect[str]:
    return select(SITES.c.key).where(SITES.c.id == getattr(viewer, "site_id", None)).scalar_subquery()


def _is_open_to(viewer: Any, course: Course, site_key: str | None) -> bool:
    """Live is for all; a pilot for its sites, and for those who may read content anyway."""
    if course.retired_at is not None:
        return False
    return course.status == "live" or site_key in course.sites or access.has(viewer, "content.read")


def _head(course: Course, lessons: int, minutes: int) -> CourseHead:
    return CourseHead(
        course.id, course.key, course.title, course.summary, tuple(course.roles), course.owner, course.review_by,
        course.status, course.assigned_only, course.retired_at, course.version_id, lessons, minutes,
    )  # fmt: skip


def _sums() -> Subquery:
    """Lessons and minutes of every course."""
    sums = select(Lesson.course_id, func.count().label("lessons"), func.sum(Lesson.minutes).label("minutes"))
    return sums.where(Lesson.retired_at.is_(None)).group_by(Lesson.course_id).subquery()


def catalogue(
    viewer: Any, *, after: str = "", limit: int | None = None, keys: Sequence[str] | None = None
) -> list[CourseHead]:
    """The courses a viewer may see, by key, from after the key ``after``; ``keys`` narrows it to those. One query."""
    sums = _sums()
    query = (
        select(Course, sums.c.lessons, sums.c.minutes, _site_key(viewer))
        .outerjoin(sums, sums.c.course_id == Course.id)
        .where(Course.retired_at.is_(None), Course.key > after)
        .order_by(Course.key)
    )
    if keys is not None:
        query = query.where(Course.key.in_(keys))
    rows = db.session.execute(query).all()
    heads = [_head(c, lessons or 0, minutes or 0) for c, lessons, minutes, site in rows if _is_open_to(viewer, c, site)]
    return heads[:limit]


def course_by_key(key: str, viewer: Any) -> CourseView:
    """A course the viewer may see, with the bodies of its lessons in force; raises ``NotFound``.

    At most two queries: one when all bodies have been read before.
    """
    query = (
        select(Course, Lesson.id, Lesson.key, Lesson.position, LessonVersion.id, LessonVersion.number,
               LessonVersion.created_at, LessonVersion.sha256, _site_key(viewer))
        .outerjoin(Lesson, (Lesson.course_id == Course.id) & Lesson.retired_at.is_(None))
        .outerjoin(LessonVersion, LessonVersion.id == Lesson.version_id)
        .where(Course.key == key)
        .order_by(Lesson.position)
    )  # fmt: skip
    rows = db.session.execute(query).all()
    if not rows or not _is_open_to(viewer, rows[0][0], rows[0][-1]):
        raise NotFound(Message(NO_COURSE))
    course: Course = rows[0][0]
    read = _bodies_by_digest({row[4]: row[7] for row in rows if row[4] is not None})
    lessons = tuple(
        LessonView(lesson_id, lesson_key, course.id, course.key, position, version_id, number, since, read[version_id])
        for _c, lesson_id, lesson_key, position, version_id, number, since, _sha, _site in rows
        if version_id is not None
    )
    return CourseView(_head(course, len(lessons), sum(one.body.minutes for one in lessons)), lessons)


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
    return [_head(course, 0, 0) for course in db.session.scalars(query.order_by(Course.review_by, Course.key))]


def all_courses() -> list[tuple[CourseHead, int]]:
    """Every course, retired ones last, with the number of its present version; for those who may read content."""
    sums = _sums()
    query = (
        select(Course, sums.c.lessons, sums.c.minutes, CourseVersion.number)
        .outerjoin(sums, sums.c.course_id == Course.id)
        .outerjoin(CourseVersion, CourseVersion.id == Course.version_id)
        .order_by(Course.retired_at.is_not(None), Course.key)
    )
    rows = db.session.execute(query)
    return [(_head(course, lessons or 0, minutes or 0), number or 0) for course, lessons, minutes, number in rows]


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


# ---- job aids -----------------------------------------------------------------


def search_job_aids(text: str, language: str, viewer: Any) -> list[JobAidHit]:
    """The SOP cards that match a search in either language, best first, each lesson once; at most ``MOST_HITS``.

    A card in ``language`` goes before the same card in another. When none has enough of the words, those that come
    closest. A search without a usable word finds nothing.
    """
    terms = search_terms.query_terms(text)
    if not terms:
        return []
    least = search_terms.least_matches(len(terms))
    rows = _rows_with(terms, least, viewer) or (_rows_with(terms, 1, viewer) if least > 1 else [])
    return list(_hits(rows, set(terms), language, viewer))[:MOST_HITS]


def _rows_with(terms: Sequence[str], least: int, viewer: Any) -> Sequence[Any]:
    """Course, lesson, job aid, matches, weight and the viewer's site, for cards with at least so many of the terms."""
    matches, weight = func.count(JobAidTerm.term), func.sum(JobAidTerm.weight)
    found = (
        select(JobAidTerm.job_aid_id, matches.label("matches"), weight.label("weight"))
        .where(JobAidTerm.term.in_(terms))
        .group_by(JobAidTerm.job_aid_id)
        .having(matches >= least)
        .order_by(matches.desc(), weight.desc(), JobAidTerm.job_aid_id)
        .limit(MOST_HITS * 5)
        .subquery()
    )
    query = (
        select(Course, Lesson, JobAid, found.c.matches, found.c.weight, _site_key(viewer))
        .join(found, found.c.job_aid_id == JobAid.id)
        .join(Lesson, Lesson.id == JobAid.lesson_id)
        .join(Course, Course.id == Lesson.course_id)
        .order_by(found.c.matches.desc(), found.c.weight.desc(), JobAid.id)
    )
    return db.session.execute(query).all()


def _hits(rows: Sequence[Any], terms: set[str], language: str, viewer: Any) -> Iterator[JobAidHit]:
    best: dict[int, Any] = {}
    least = search_terms.least_matches(len(terms))
    for row in rows:
        known = best.get(row.Lesson.id)
        if known is None or (row.JobAid.language == language and row.matches >= known.matches):
            best[row.Lesson.id] = row
    ranked = sorted(best.values(), key=lambda row: (-row.matches, -row.weight, row.JobAid.id))
    for course, of, aid, matches, weight, site in ranked:
        if _is_open_to(viewer, course, site):
            lines = best_lines(aid.body.split("\n"), terms)
            yield JobAidHit(
                course.key, course.title, of.key, of.title, aid.language, lines, matches, int(weight), matches < least
            )


def best_lines(lines: Sequence[str], terms: set[str], most: int = 2) -> tuple[str, ...]:
    """The lines that hold most of the terms, in their order on the card."""
    counted = [(len(terms.intersection(search_terms.index_terms([(line, 1)]))), n) for n, line in enumerate(lines)]
    chosen = sorted(counted, key=lambda pair: (-pair[0], pair[1]))[:most]
    return tuple(lines[n] for _count, n in sorted(chosen, key=lambda pair: pair[1]))


def all_job_aids(viewer: Any) -> list[tuple[Course, list[Lesson]]]:
    """Every SOP card the viewer may see, by course; for browsing."""
    query = (
        select(Course, Lesson, _site_key(viewer))
        .join(Lesson, Lesson.course_id == Course.id)
        .where(Lesson.kind == "sop", Lesson.retired_at.is_(None), Course.retired_at.is_(None))
        .order_by(Course.key, Lesson.position)
    )
    grouped: dict[int, tuple[Course, list[Lesson]]] = {}
    for course, of, site in db.session.execute(query):
        if _is_open_to(viewer, course, site):
            grouped.setdefault(course.id, (course, []))[1].append(of)
    return list(grouped.values())


# ---- versions -----------------------------------------------------------------


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
