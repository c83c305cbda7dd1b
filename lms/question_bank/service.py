"""The verbs of the question bank: keep an item as a new version."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, insert, select
from sqlalchemy.exc import IntegrityError

from lms.core import audit
from lms.core.authored import TAKEN
from lms.core.content import digest, plain
from lms.core.database import db, savepoint
from lms.core.errors import Conflict, NotFound
from lms.core.texts import N_, Message
from lms.question_bank.content import item_references
from lms.question_bank.items import AnyItem
from lms.question_bank.models import Item, ItemSopStep, ItemVersion, Topic


@dataclass(frozen=True, slots=True)
class Change:
    """An item that gets a new version."""

    item: Item
    definition: AnyItem
    sha256: str
    number: int


def add_item(
    topic_key: str, definition: AnyItem, *, actor: Any, now: datetime, media: Mapping[str, str] | None = None
) -> int:
    """Keep a new item; returns the id of its version. Raises ``Conflict`` for a key that is taken, or was in this moment,
    and ``NotFound`` for an unknown topic."""
    topic = _topic(topic_key)
    try:
        with savepoint():
            _new_item(definition, topic)
    except IntegrityError as error:
        raise Conflict(Message(TAKEN, {"key": definition.key})) from error
    return save_item(topic_key, definition, actor=actor, now=now, media=media)


def save_item(
    topic_key: str, definition: AnyItem, *, actor: Any, now: datetime, media: Mapping[str, str] | None = None
) -> int:
    """Keep an item as edited in the browser or sent to the API; returns the id of its current version.

    The same body again changes nothing; a retired item is in use again, and its topic. Raises ``NotFound`` for an
    unknown topic.
    """
    topic = _topic(topic_key)
    query = select(Item, ItemVersion).join(ItemVersion, ItemVersion.id == Item.version_id, isouter=True)
    found = db.session.execute(query.where(Item.key == definition.key)).first()
    sha256 = version_digest(definition, media or {})
    item, current = (found[0], found[1]) if found is not None else (_new_item(definition, topic), None)
    is_same = current is not None and current.sha256 == sha256
    if is_same and item.retired_at is None and item.topic_id == topic.id:
        return int(item.version_id or 0)
    if item.topic_id != topic.id:
        item.topic_id, item.position = topic.id, _last_position(topic) + 1
    describe(item, definition)
    item.edited_at, item.retired_at, topic.retired_at = now, None, None
    if not is_same:
        add_versions([Change(item, definition, sha256, current.number + 1 if current else 1)], media or {}, actor, now)
    audit.record("item.save", f"item:{definition.key}", actor=actor, now=now, topic=topic_key)
    return int(item.version_id or 0)


def _topic(key: str) -> Topic:
    topic = db.session.scalar(select(Topic).where(Topic.key == key))
    if topic is None:
        raise NotFound(Message(N_("There is no topic with the key “%(key)s”."), {"key": key}))
    return topic


def _new_item(definition: AnyItem, topic: Topic) -> Item:
    item = Item(key=definition.key, topic_id=topic.id, position=_last_position(topic) + 1, pack=topic.pack)
    describe(item, definition)
    db.session.add(item)
    return item


def _last_position(topic: Topic) -> int:
    last = db.session.scalar(select(func.max(Item.position)).where(Item.topic_id == topic.id))
    return -1 if last is None else last


def version_digest(item: AnyItem, media: Mapping[str, str]) -> str:
    """What tells versions apart: the digest of the item, and of the media it names where it names any."""
    used = media_of(item, media)
    if not used:
        return digest(item)
    return hashlib.sha256((digest(item) + json.dumps(used, sort_keys=True)).encode()).hexdigest()


def media_of(item: AnyItem, media: Mapping[str, str]) -> dict[str, str]:
    """The media files the item names, with their content hashes."""
    names = {reference.key for reference in item_references(item) if reference.kind == "media"}
    return {name: media[name] for name in sorted(names) if name in media}


def describe(item: Item, definition: AnyItem) -> None:
    """Copy to the item's row what lists and pools look for."""
    item.type, item.skill, item.difficulty = definition.type, definition.skill, definition.difficulty


def add_versions(changes: Sequence[Change], media: Mapping[str, str], actor: Any, now: datetime) -> list[int]:
    """Give each changed item its new version, and the SOP steps that one covers; returns the versions' ids."""
    db.session.flush()  # the items get their ids
    versions = [_version(change, media, actor, now) for change in changes]
    db.session.add_all(versions)
    db.session.flush()
    for change, version in zip(changes, versions, strict=True):
        change.item.version_id = version.id
    db.session.flush()
    if changes:
        ids = [change.item.id for change in changes]
        db.session.execute(delete(ItemSopStep).where(ItemSopStep.item_id.in_(ids)))
    steps = [{"item_id": change.item.id, "step": step} for change in changes for step in change.definition.sop]
    if steps:
        db.session.execute(insert(ItemSopStep), steps)
    return [version.id for version in versions]


def _version(change: Change, media: Mapping[str, str], actor: Any, now: datetime) -> ItemVersion:
    return ItemVersion(
        item_id=change.item.id,
        number=change.number,
        body=plain(change.definition),
        media=media_of(change.definition, media),
        sha256=change.sha256,
        points=change.definition.points,
        created_at=now,
        created_by_id=getattr(actor, "id", None),
    )
