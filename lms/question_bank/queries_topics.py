"""Reads of topics for the pages on which they are made and named."""

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, select

from lms.core.audit import AuditEntry
from lms.core.database import db
from lms.core.errors import NotFound
from lms.core.texts import N_, Message
from lms.question_bank.models import Item, Topic
from lms.question_bank.topic_heads import Renaming, title_of_files

RENAMED = "topic.rename"
"""The audit entry of a changed title: its details are the title ``before`` and ``after``."""


@dataclass(frozen=True, slots=True)
class ListedTopic:
    """A topic with how many items in use it holds; ``pack`` is where its files come from."""

    key: str
    title: Mapping[str, str]
    pack: str
    count: int
    is_retired: bool


def topic_of_item(item_id: int) -> Topic:
    """The topic that an item belongs to."""
    return db.session.scalars(select(Topic).join(Item, Item.topic_id == Topic.id).where(Item.id == item_id)).one()


def listed_topics() -> list[ListedTopic]:
    """Every topic by key, those in use first."""
    counting = select(Item.topic_id, func.count()).where(Item.retired_at.is_(None)).group_by(Item.topic_id)
    counts = {topic_id: count for topic_id, count in db.session.execute(counting)}
    topics = db.session.scalars(select(Topic).order_by(Topic.retired_at.is_not(None), Topic.key))
    return [ListedTopic(t.key, t.title, t.pack, counts.get(t.id, 0), t.retired_at is not None) for t in topics]


def topic_row(key: str, *, lock: bool = False) -> Topic:
    """The topic with this key, in use or retired; else ``NotFound``. ``lock`` keeps others from renaming it meanwhile."""
    query = select(Topic).where(Topic.key == key).execution_options(populate_existing=lock)
    topic = db.session.scalar(query.with_for_update() if lock else query)
    if topic is None:
        raise NotFound(Message(N_("There is no topic with the key “%(key)s”."), {"key": key}))
    return topic


def title_in_files(topic: Topic) -> Mapping[str, str]:
    """The title the topic had before it was renamed in the browser; the present one where it never was."""
    query = select(AuditEntry.details).where(AuditEntry.action == RENAMED, AuditEntry.subject == f"topic:{topic.key}")
    told = db.session.scalars(query.order_by(AuditEntry.id.desc()))
    return title_of_files(topic.title, [Renaming(each["before"], each["after"]) for each in told])
