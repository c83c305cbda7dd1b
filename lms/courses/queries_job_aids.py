"""Reads over SOP cards: the search in both languages, and browsing."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select

from lms.core.database import db
from lms.courses import search_terms
from lms.courses.models import Course, JobAid, JobAidTerm, Lesson
from lms.courses.queries import is_open_to, site_key_of

MOST_HITS = 20


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
        select(Course, Lesson, JobAid, found.c.matches, found.c.weight, site_key_of(viewer))
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
        if is_open_to(viewer, course, site):
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
        select(Course, Lesson, site_key_of(viewer))
        .join(Lesson, Lesson.course_id == Course.id)
        .where(Lesson.kind == "sop", Lesson.retired_at.is_(None), Course.retired_at.is_(None))
        .order_by(Course.key, Lesson.position)
    )
    grouped: dict[int, tuple[Course, list[Lesson]]] = {}
    for course, of, site in db.session.execute(query):
        if is_open_to(viewer, course, site):
            grouped.setdefault(course.id, (course, []))[1].append(of)
    return list(grouped.values())
