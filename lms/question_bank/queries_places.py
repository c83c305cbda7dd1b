"""Reads of the SOP places that items may cover: courses are a neighbour, known by the names of their tables only."""

from collections.abc import Collection, Mapping
from typing import Any

from sqlalchemy import column, select, table

from lms.core.database import Instant, Verbatim, db

COURSES = table("courses", column("id"), column("key"), column("retired_at", Instant()))
LESSONS = table(
    "lessons", column("course_id"), column("key"), column("retired_at", Instant()), column("version_id")
)  # fmt: skip
BODIES = table("lesson_versions", column("id"), column("body", Verbatim))


def known_places(places: Collection[str]) -> set[str]:
    """Those of the places (course, course/lesson or course/lesson/step) that are in force; one query."""
    if not places:
        return set()
    courses = {place.split("/")[0] for place in places}
    in_force = (LESSONS.c.course_id == COURSES.c.id) & LESSONS.c.retired_at.is_(None)
    query = (
        select(COURSES.c.key, LESSONS.c.key, BODIES.c.body)
        .select_from(COURSES)
        .outerjoin(LESSONS, in_force)
        .outerjoin(BODIES, BODIES.c.id == LESSONS.c.version_id)
        .where(COURSES.c.key.in_(courses), COURSES.c.retired_at.is_(None))
    )
    found = set()
    for course, lesson, body in db.session.execute(query):
        found |= {course, f"{course}/{lesson}", *(f"{course}/{lesson}/{step}" for step in _steps(body))}
    return found.intersection(places)


def _steps(body: dict[str, Any] | None) -> list[str]:
    card = (body or {}).get("sop") or {}
    return [step["key"] for step in card.get("steps", ())]


def places_in_force() -> dict[str, Mapping[str, str]]:
    """Every step that items may cover, as course/lesson/step, with its words; one query."""
    query = (
        select(COURSES.c.key, LESSONS.c.key, BODIES.c.body)
        .select_from(COURSES)
        .join(LESSONS, LESSONS.c.course_id == COURSES.c.id)
        .join(BODIES, BODIES.c.id == LESSONS.c.version_id)
        .where(COURSES.c.retired_at.is_(None), LESSONS.c.retired_at.is_(None))
        .order_by(COURSES.c.key, LESSONS.c.key)
    )
    found: dict[str, Mapping[str, str]] = {}
    for course, lesson, body in db.session.execute(query):
        for step in (body.get("sop") or {}).get("steps", ()):
            found[f"{course}/{lesson}/{step['key']}"] = step["action"]
    return found
