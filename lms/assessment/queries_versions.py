"""What is newer than an attempt: versions of its questions, with what changed, and of its plan."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select

from lms.assessment.models import Attempt, Exam, ExamVersion
from lms.core.database import db
from lms.question_bank import item_changes
from lms.question_bank import queries as bank
from lms.question_bank.models import Item, ItemVersion


@dataclass(frozen=True, slots=True)
class Newer:
    """A question as it is now, after the version an attempt showed; ``changes`` names what differs (item_changes)."""

    key: str
    shown_version_id: int
    shown: int
    now: int
    changed_at: datetime
    changes: tuple[str, ...]


def newer_questions(attempt: Attempt) -> Mapping[int, Newer]:
    """By slot, the questions that a newer version differs from in what learners meet or in how they score.

    One query, and another where this process has not met a version yet.
    """
    places = {place["item_id"]: place for place in attempt.paper}
    query = (
        select(Item.id, Item.version_id, ItemVersion.number, ItemVersion.created_at)
        .join(ItemVersion, ItemVersion.id == Item.version_id)
        .where(Item.id.in_(list(places)))
    )
    now = {row.id: row for row in db.session.execute(query) if row.version_id != places[row.id]["item_version_id"]}
    if not now:
        return {}
    ids = [row.version_id for row in now.values()] + [places[item_id]["item_version_id"] for item_id in now]
    stored = bank.stored_items(ids)
    found = {}
    for item_id, row in now.items():
        place = places[item_id]
        before, after = stored[place["item_version_id"]], stored[row.version_id]
        changes = item_changes.changes(before.definition, after.definition, before.media, after.media)
        if changes:
            found[place["slot"]] = Newer(
                after.definition.key, before.version_id, before.number, row.number, row.created_at, tuple(changes)
            )
    return found


@dataclass(frozen=True, slots=True)
class PlanVersions:
    """Which version of the plan an attempt follows, and which is in use."""

    followed: int
    now: int


def plan_versions(attempt: Attempt) -> PlanVersions | None:
    """Both versions; None for a lesson's check. One query."""
    if attempt.exam_version_id is None:
        return None
    query = (
        select(ExamVersion.id, ExamVersion.number)
        .join(Exam, Exam.id == ExamVersion.exam_id)
        .where((ExamVersion.id == attempt.exam_version_id) | (ExamVersion.id == Exam.version_id))
        .where(Exam.id == attempt.exam_id)
    )
    numbers = {version_id: number for version_id, number in db.session.execute(query)}
    return PlanVersions(numbers[attempt.exam_version_id], max(numbers.values()))
