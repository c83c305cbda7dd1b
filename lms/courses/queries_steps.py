"""What SOP places ("course/lesson/step", or less of it) are called, and where their card stands."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select

from lms.core.database import db
from lms.courses import queries
from lms.courses.models import Course, Lesson


@dataclass(frozen=True, slots=True)
class SopPlace:
    """``action`` is the step's, or the title of the lesson or course where no step is named; ``lesson`` of its card."""

    action: Mapping[str, str]
    lesson: Mapping[str, str]
    address: str


def sop_places(places: Collection[str], viewer: Any) -> dict[str, SopPlace]:
    """The places that are there and open to the viewer; two queries at most, none for no place."""
    if not places:
        return {}
    query = (
        select(Course, Lesson, queries.site_key_of(viewer))
        .join(Lesson, Lesson.course_id == Course.id)
        .where(Course.key.in_({place.split("/")[0] for place in places}))
        .where(Course.retired_at.is_(None), Lesson.retired_at.is_(None), Lesson.version_id.is_not(None))
        .order_by(Lesson.position, Lesson.id)
    )
    rows = [
        (course, one) for course, one, site in db.session.execute(query) if queries.is_open_to(viewer, course, site)
    ]
    named = {tuple(place.split("/")[:2]) for place in places}
    bodies = queries.bodies(one.version_id or 0 for course, one in rows if (course.key, one.key) in named)
    found: dict[str, SopPlace] = {}
    for course, one in rows:
        found.setdefault(course.key, SopPlace(course.title, course.title, f"/courses/{course.key}"))
        body = bodies.get(one.version_id or 0)
        if body is None:
            continue
        address = f"/courses/{course.key}/{one.key}"
        found[f"{course.key}/{one.key}"] = SopPlace(body.title, body.title, address)
        for step in body.sop.steps if body.sop else ():
            place = f"{course.key}/{one.key}/{step.key}"
            found[place] = SopPlace(step.action, body.title, f"{address}#step-{step.key}")
    return {place: found[place] for place in places if place in found}
