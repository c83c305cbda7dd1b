"""Reads of the attempts that met earlier versions of an item: exams are above, known by the names of their tables only."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Text, column, exists, func, select, table

from lms.core.database import Instant, db
from lms.question_bank import queries
from lms.question_bank.item_changes import changes
from lms.question_bank.models import ItemVersion
from lms.question_bank.queries import StoredItem

GRADES = table(
    "grades", column("attempt_id"), column("slot"), column("number"), column("item_version_id"),
    column("source", Text()), column("graded_at", Instant()),
)  # fmt: skip
AGAIN = GRADES.alias("again")


@dataclass(frozen=True, slots=True)
class GradedBefore:
    """A version whose right answer was another one, and how many attempts have points by it and none newer."""

    version_id: int
    number: int
    attempts: int


def graded_by_another_key(stored: StoredItem) -> list[GradedBefore]:
    """The versions whose key differs from the one in force while attempts still stand graded by it, the newest first.

    An attempt graded again since the version in force was made does not count. One query, two when a version is new to
    this process.
    """
    found = _graded_before(stored)
    before = queries.stored_items(each.version_id for each in found)
    return [each for each in found if _has_another_key(before[each.version_id], stored)]


def _has_another_key(one: StoredItem, other: StoredItem) -> bool:
    return "key" in changes(one.definition, other.definition, one.media, other.media)


def _graded_before(stored: StoredItem) -> Collection[GradedBefore]:
    since = select(ItemVersion.created_at).where(ItemVersion.id == stored.version_id).scalar_subquery()
    again = exists().where(
        AGAIN.c.attempt_id == GRADES.c.attempt_id, AGAIN.c.slot == GRADES.c.slot, AGAIN.c.source == "regrade",
        AGAIN.c.graded_at >= since,
    )  # fmt: skip
    query = (
        select(ItemVersion.id, ItemVersion.number, func.count(GRADES.c.attempt_id.distinct()))
        .join(GRADES, GRADES.c.item_version_id == ItemVersion.id)
        .where(ItemVersion.item_id == stored.item_id, ItemVersion.id != stored.version_id, GRADES.c.number == 1, ~again)
        .group_by(ItemVersion.id, ItemVersion.number)
        .order_by(ItemVersion.number.desc())
    )
    return [GradedBefore(*row) for row in db.session.execute(query)]
