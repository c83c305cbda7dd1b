"""What the leaves of requirement trees are called, and where they are."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import literal, select, union_all

from lms.assessment.models import Exam
from lms.certification.models import Certification
from lms.certification.requirements import Leaf
from lms.core.database import db
from lms.core.texts import Text
from lms.courses.models import Course
from lms.enrolment.models import SignOff, TrainingSession
from lms.scenarios.models import Scenario

_TABLES: Mapping[str, Any] = {
    "course": Course,
    "exam": Exam,
    "scenario": Scenario,
    "session": TrainingSession,
    "sign_off": SignOff,
    "certification": Certification,
}
PLACES = {"course": "/courses/", "exam": "/exams/", "scenario": "/scenarios/"}
"""Where a leaf is done, by kind; sessions and sign-offs are recorded by others, licences by HR."""


def titles_of(leaves: Iterable[Leaf]) -> Mapping[Leaf, Text]:
    """Titles by leaf, as far as there are any (licences have none); one query."""
    keys: dict[str, list[str]] = {}
    for leaf in leaves:
        keys.setdefault(leaf.kind, []).append(leaf.key)
    parts = [
        select(literal(kind).label("kind"), table.key, table.title).where(table.key.in_(keys[kind]))
        for kind, table in _TABLES.items()
        if kind in keys
    ]
    if not parts:
        return {}
    return {Leaf(kind, key): title for kind, key, title in db.session.execute(union_all(*parts))}
