"""Reads of the topics that lesson checks draw from: the question bank is a neighbour, known by its tables' names only."""

from collections.abc import Collection

from sqlalchemy import column, func, select, table

from lms.core.database import Instant, db

TOPICS = table("topics", column("id"), column("key"), column("retired_at", Instant()))
ITEMS = table("items", column("id"), column("topic_id"), column("type"), column("retired_at", Instant()))
MARKED_BY_PEOPLE = "essay"
"""The type of items that a check does not draw."""


def items_of_topics(keys: Collection[str]) -> dict[str, int]:
    """How many items checks can draw from each of these topics; topics not in use are left out. One query."""
    drawn = (ITEMS.c.topic_id == TOPICS.c.id) & ITEMS.c.retired_at.is_(None) & (ITEMS.c.type != MARKED_BY_PEOPLE)
    query = (
        select(TOPICS.c.key, func.count(ITEMS.c.id))
        .select_from(TOPICS)
        .outerjoin(ITEMS, drawn)
        .where(TOPICS.c.key.in_(keys), TOPICS.c.retired_at.is_(None))
        .group_by(TOPICS.c.key)
    )
    return {key: held for key, held in db.session.execute(query)}
