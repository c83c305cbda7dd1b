"""Topic files to rows and back: a changed item gets a new version, nothing is ever deleted."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select

from lms.core import audit
from lms.core.database import db
from lms.core.syncing import SyncReport, Take, in_conflict
from lms.question_bank.content import Topic as TopicDefinition
from lms.question_bank.items import AnyItem, item_of
from lms.question_bank.models import OWN_PACK, Item, ItemVersion, Topic
from lms.question_bank.queries_topics import RENAMED, title_in_files
from lms.question_bank.service import Change, add_versions, describe, version_digest


@dataclass(frozen=True, slots=True)
class _Known:
    """An item in the database with the digest of its current version."""

    item: Item
    sha256: str | None
    number: int


def sync(
    definitions: Iterable[TopicDefinition],
    *,
    pack: str,
    take: Take | None = None,
    actor: Any = None,
    now: datetime,
    media: Mapping[str, str] | None = None,
) -> SyncReport:
    """Bring topic files of one pack in; keys that are no longer there are left to ``retire_missing``.

    ``media`` maps the names of the pack's media files to their SHA-256. Loading the same again changes nothing.
    """
    report, known, changes = SyncReport(), _known_items(), []
    for definition in definitions:
        topic = _ensure_topic(definition, pack, take, actor, now, report)
        for position, item in enumerate(definition.items):
            sha256 = version_digest(item, media or {})
            change = _bring_in(item, sha256, position, topic, known, pack, take, report)
            if change is not None:
                changes.append(change)
    add_versions(changes, media or {}, actor, now)
    if report.added or report.changed:
        counts = {"added": len(report.added), "changed": len(report.changed)}
        audit.record("question-bank.load", f"pack:{pack}", actor=actor, now=now, **counts)
    return report


def _known_items() -> dict[str, _Known]:
    query = select(Item, ItemVersion.sha256, ItemVersion.number).join(
        ItemVersion, ItemVersion.id == Item.version_id, isouter=True
    )
    return {item.key: _Known(item, sha256, number or 0) for item, sha256, number in db.session.execute(query)}


def _ensure_topic(
    definition: TopicDefinition, pack: str, take: Take | None, actor: Any, now: datetime, report: SyncReport
) -> Topic:
    topic, name = db.session.scalar(select(Topic).where(Topic.key == definition.topic)), f"topic:{definition.topic}"
    if topic is None:
        topic = Topic(key=definition.topic, title=definition.title, pack=pack)
        db.session.add(topic)
        db.session.flush()
        report.added.append(name)
        return topic
    if topic.pack == OWN_PACK:
        topic.pack = pack
    if topic.title == definition.title and topic.retired_at is None:
        report.unchanged.append(name)
    elif topic.title != definition.title and (known := title_in_files(topic)) != topic.title and take != "files":
        _keep_title(topic, known, definition, take, actor, now, report)
    else:
        topic.title, topic.retired_at = definition.title, None
        report.changed.append(name)
    return topic


def _keep_title(
    topic: Topic,
    known: Any,
    definition: TopicDefinition,
    take: Take | None,
    actor: Any,
    now: datetime,
    report: SyncReport,
) -> None:
    """Leave a title that was changed in the browser: told as a conflict where the files changed it too, and nobody said
    which counts."""
    topic.retired_at = None
    if definition.title == known:
        report.unchanged.append(f"topic:{topic.key}")
    elif take is None:
        report.conflicts.append(f"topic:{topic.key}")
    else:
        told = {"before": definition.title, "after": topic.title}
        audit.record(RENAMED, f"topic:{topic.key}", actor=actor, now=now, **told)
        report.unchanged.append(f"topic:{topic.key}")


def _bring_in(
    definition: AnyItem,
    sha256: str,
    position: int,
    topic: Topic,
    known: dict[str, _Known],
    pack: str,
    take: Take | None,
    report: SyncReport,
) -> Change | None:
    name, found = f"item:{definition.key}", known.get(definition.key)
    if found is None:
        item = Item(key=definition.key, topic_id=topic.id, position=position, pack=pack, loaded_sha256=sha256)
        describe(item, definition)
        db.session.add(item)
        report.added.append(name)
        return Change(item, definition, sha256, 1)
    item = found.item
    if item.pack not in (pack, OWN_PACK) and item.retired_at is None:
        report.conflicts.append(name)  # a key belongs to one pack
        return None
    is_edited = item.edited_at is not None and (sha256 != found.sha256 or item.topic_id != topic.id)
    if in_conflict(is_edited, sha256, item.loaded_sha256, take):
        report.conflicts.append(name)
        return None
    if is_edited and (sha256 == item.loaded_sha256 or take == "browser"):
        item.loaded_sha256 = sha256
        report.unchanged.append(name)
        return None
    return _take_over(found, definition, sha256, position, topic, pack, report)


def _take_over(
    found: _Known, definition: AnyItem, sha256: str, position: int, topic: Topic, pack: str, report: SyncReport
) -> Change | None:
    item, name = found.item, f"item:{definition.key}"
    is_new_version, was_retired = sha256 != found.sha256, item.retired_at is not None
    item.topic_id, item.position, item.pack, item.retired_at = topic.id, position, pack, None
    item.loaded_sha256, item.edited_at = sha256, None
    (report.changed if is_new_version or was_retired else report.unchanged).append(name)
    if not is_new_version:
        return None
    describe(item, definition)
    return Change(item, definition, sha256, found.number + 1)


def retire_missing(pack: str, keys: Iterable[str], now: datetime) -> SyncReport:
    """Retire the pack's items whose keys are not among ``keys`` and that came from its files; and emptied topics."""
    kept, report = set(keys), SyncReport()
    query = select(Item).where(Item.pack == pack, Item.retired_at.is_(None), Item.loaded_sha256.is_not(None))
    for item in db.session.scalars(query.order_by(Item.key)):
        if item.key not in kept:
            item.retired_at = now
            report.retired.append(f"item:{item.key}")
    db.session.flush()
    in_use = select(Item.topic_id).where(Item.retired_at.is_(None))
    emptied = select(Topic).where(Topic.pack == pack, Topic.retired_at.is_(None), Topic.id.not_in(in_use))
    for topic in db.session.scalars(emptied.order_by(Topic.key)):
        topic.retired_at = now
        report.retired.append(f"topic:{topic.key}")
    return report


def export(pack: str | None = None) -> list[TopicDefinition]:
    """The topics in use with their current items, in file order; of one pack or of all."""
    query = (
        select(Topic.key, Topic.title, ItemVersion.body)
        .join(Item, Item.topic_id == Topic.id)
        .join(ItemVersion, ItemVersion.id == Item.version_id)
        .where(Topic.retired_at.is_(None), Item.retired_at.is_(None))
        .order_by(Topic.key, Item.position, Item.id)
    )
    if pack is not None:
        query = query.where(Topic.pack == pack)
    topics: dict[str, tuple[Any, list[AnyItem]]] = {}
    for key, title, body in db.session.execute(query):
        topics.setdefault(key, (title, []))[1].append(item_of(body))
    return [
        TopicDefinition.model_construct(topic=key, title=title, items=members)
        for key, (title, members) in topics.items()
    ]
