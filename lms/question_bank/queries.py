"""Reads of the question bank: items by version, pools to draw from, lists for authors."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, false, func, or_, select

from lms.core import media
from lms.core.database import db
from lms.core.errors import NotFound
from lms.core.texts import N_, Message
from lms.core.version_cache import VersionCache
from lms.question_bank.items import AnyItem, item_of
from lms.question_bank.models import Item, ItemSopStep, ItemVersion, Topic
from lms.question_bank.pool import PoolItem


@dataclass(frozen=True, slots=True)
class StoredItem:
    """A version of an item: the definition, and the content hashes of the media it names."""

    version_id: int
    item_id: int
    number: int
    definition: AnyItem
    media: Mapping[str, str]


def _load(version_ids: list[int]) -> dict[int, StoredItem]:
    columns = (ItemVersion.id, ItemVersion.item_id, ItemVersion.number, ItemVersion.body, ItemVersion.media)
    rows = db.session.execute(select(*columns).where(ItemVersion.id.in_(version_ids)))
    return {row.id: StoredItem(row.id, row.item_id, row.number, item_of(row.body), row.media) for row in rows}


_versions = VersionCache("items", _load)


def stored_items(version_ids: Iterable[int]) -> dict[int, StoredItem]:
    """Versions by id, at most one query for those this process has not met yet."""
    return _versions.many(version_ids)


def items(version_ids: Iterable[int]) -> dict[int, AnyItem]:
    """The definitions of versions by id."""
    return {version_id: stored.definition for version_id, stored in _versions.many(version_ids).items()}


def item(version_id: int) -> AnyItem:
    """The definition of one version."""
    return _versions.one(version_id).definition


# ---- drawing ------------------------------------------------------------------


def pool(
    *, topics: Sequence[str] = (), sop: Sequence[str] = (), keys: Sequence[str] = (), with_steps: bool = False
) -> list[PoolItem]:
    """Every item in use that belongs to one of the topics, covers one of the SOP places, or has one of the keys.

    In the order of their files; two queries however many items there are. Which steps an item covers is read where
    ``sop`` asks for it or ``with_steps`` does.
    """
    rows = db.session.execute(pool_query(topics=topics, sop=sop, keys=keys)).all()
    steps = _steps_of([row.id for row in rows]) if sop or with_steps else {}
    return [
        PoolItem(row.id, row.version_id, row.key, row.topic, row.type, row.difficulty, tuple(steps.get(row.id, ())))
        for row in rows
    ]


def pool_query(
    *, topics: Sequence[str] = (), sop: Sequence[str] = (), keys: Sequence[str] = ()
) -> Select[*tuple[Any, ...]]:
    """The statement that reads a pool. Key, steps and points of an item are those of its version for ever."""
    sources: list[ColumnElement[bool]] = []
    if topics:
        sources.append(Topic.key.in_(topics))
    if keys:
        sources.append(Item.key.in_(keys))
    if sop:
        sources.append(Item.id.in_(select(ItemSopStep.item_id).where(_covers(sop))))
    return (
        select(Item.id, Item.version_id, Item.key, Topic.key.label("topic"), Item.type, Item.difficulty, Item.position)
        .join(Topic, Topic.id == Item.topic_id)
        .where(or_(false(), *sources), Item.retired_at.is_(None), Item.version_id.is_not(None))
        .order_by(Item.topic_id, Item.position, Item.id)
    )


def _covers(places: Sequence[str]) -> Any:
    return or_(*(or_(ItemSopStep.step == place, ItemSopStep.step.startswith(f"{place}/")) for place in places))


def _steps_of(item_ids: Sequence[int]) -> dict[int, list[str]]:
    steps: dict[int, list[str]] = defaultdict(list)
    query = select(ItemSopStep.item_id, ItemSopStep.step).where(ItemSopStep.item_id.in_(item_ids))
    for item_id, step in db.session.execute(query):
        steps[item_id].append(step)
    return steps


# ---- for authors ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Filters:
    """What an author's list of items is narrowed to; "" for any."""

    topic: str = ""
    type: str = ""
    skill: str = ""
    difficulty: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class ListedItem:
    """A line of the authors' list."""

    id: int
    key: str
    version_id: int
    number: int
    topic: str
    topic_title: Mapping[str, str]
    type: str
    skill: str | None
    difficulty: str
    stem: Mapping[str, str]
    edited_at: Any


def listed_items(filters: Filters, *, limit: int, after: tuple[int, int, int] | None = None) -> list[ListedItem]:
    """Items in use by topic and place in its file, up to ``limit + 1`` of them after a place (topic, position, id)."""
    query = (
        select(Item, ItemVersion.number, ItemVersion.body, Topic.key, Topic.title)
        .join(Topic, Topic.id == Item.topic_id)
        .join(ItemVersion, ItemVersion.id == Item.version_id)
        .order_by(Item.topic_id, Item.position, Item.id)
        .limit(limit + 1)
    )
    query = _narrowed(query, filters)
    if after is not None:
        topic_id, position, item_id = after
        query = query.where(
            or_(
                Item.topic_id > topic_id,
                (Item.topic_id == topic_id) & (Item.position > position),
                (Item.topic_id == topic_id) & (Item.position == position) & (Item.id > item_id),
            )
        )
    return [
        ListedItem(
            row.id, row.key, row.version_id or 0, number, topic, title, row.type, row.skill, row.difficulty,
            body.get("stem", {}), row.edited_at,
        )
        for row, number, body, topic, title in db.session.execute(query)
    ]  # fmt: skip


def _narrowed(query: Select[Any], filters: Filters) -> Select[Any]:
    query = query.where(Item.retired_at.is_(None))
    if filters.topic:
        query = query.where(Topic.key == filters.topic)
    if filters.type:
        query = query.where(Item.type == filters.type)
    if filters.skill:
        query = query.where(Item.skill == filters.skill)
    if filters.difficulty:
        query = query.where(Item.difficulty == filters.difficulty)
    if filters.text:
        query = query.where(Item.key.contains(filters.text.lower(), autoescape=True))
    return query


def cursor_of(item_id: int) -> tuple[int, int, int]:
    """The place of an item in the authors' list."""
    row = db.session.execute(select(Item.topic_id, Item.position, Item.id).where(Item.id == item_id)).one()
    return (row[0], row[1], row[2])


@dataclass(frozen=True, slots=True)
class TopicSize:
    """A topic in use and how many items it holds."""

    key: str
    title: Mapping[str, str]
    count: int


def topic_sizes() -> list[TopicSize]:
    """The topics in use by key, with how many items each holds."""
    counts = (
        select(Item.topic_id, func.count().label("held"))
        .where(Item.retired_at.is_(None))
        .group_by(Item.topic_id)
        .subquery()
    )
    query = (
        select(Topic.key, Topic.title, func.coalesce(counts.c.held, 0))
        .join(counts, counts.c.topic_id == Topic.id, isouter=True)
        .where(Topic.retired_at.is_(None))
        .order_by(Topic.key)
    )
    return [TopicSize(key, title, count) for key, title, count in db.session.execute(query)]


def skills() -> list[str]:
    """The skills that items in use name."""
    query = select(Item.skill).where(Item.skill.is_not(None), Item.retired_at.is_(None)).distinct().order_by(Item.skill)
    return [skill for skill in db.session.scalars(query) if skill]


def current_item(key: str) -> StoredItem:
    """The current version of the item with this key, in use or retired; else ``NotFound``."""
    version_id = db.session.scalar(select(Item.version_id).where(Item.key == key))
    if version_id is None:
        raise NotFound(Message(N_("There is no item with the key “%(key)s”."), {"key": key}))
    return _versions.one(version_id)


@dataclass(frozen=True, slots=True)
class AuthoredItem:
    """An item as its author knows it: its topic, and its current version with that version's digest."""

    topic: str
    sha256: str
    stored: StoredItem
    is_retired: bool


def authored_item(key: str, *, lock: bool = False) -> AuthoredItem:
    """The item with this key, in use or retired; else ``NotFound``.

    ``lock`` keeps others from changing it until this unit of work is over.
    """
    if lock:  # alone: whoever waits with the version at hand looks for the one that was in force before the wait
        db.session.execute(select(Item.id).where(Item.key == key).with_for_update())
    query = (
        select(Topic.key, ItemVersion.id, ItemVersion.sha256, Item.retired_at)
        .join(Item, Item.topic_id == Topic.id)
        .join(ItemVersion, ItemVersion.id == Item.version_id)
        .where(Item.key == key)
    )
    found = db.session.execute(query).first()
    if found is None:
        raise NotFound(Message(N_("There is no item with the key “%(key)s”."), {"key": key}))
    topic, version_id, sha256, retired_at = found
    return AuthoredItem(topic, sha256, _versions.one(version_id), retired_at is not None)


def version_with_number(item_id: int, number: int) -> StoredItem | None:
    """A version of an item by its number; None if there never was one."""
    query = select(ItemVersion.id).where(ItemVersion.item_id == item_id, ItemVersion.number == number)
    version_id = db.session.scalar(query)
    return _versions.one(version_id) if version_id is not None else None


def keys_beginning(stem: str) -> set[str]:
    """The keys of items, in use or retired, that begin so."""
    return set(db.session.scalars(select(Item.key).where(Item.key.startswith(stem, autoescape=True))))


def version_in_force(version_id: int) -> ItemVersion:
    """A version that was just written; nothing uncommitted may enter the cache of versions."""
    return db.session.get_one(ItemVersion, version_id)


def is_item_known(key: str) -> bool:
    """Whether an item has this key, in use or retired."""
    return db.session.scalar(select(Item.id).where(Item.key == key)) is not None


def is_topic_known(key: str) -> bool:
    """Whether a topic has this key, in use or retired."""
    return db.session.scalar(select(Topic.id).where(Topic.key == key)) is not None


def topics_in_use(keys: Collection[str]) -> set[str]:
    """Those of the topics that are in use."""
    return set(db.session.scalars(select(Topic.key).where(Topic.key.in_(keys), Topic.retired_at.is_(None))))


def media_named(names: Collection[str]) -> dict[str, str]:
    """Content hashes of these media files, those that items use before others; names nobody knows are left out."""
    if not names:
        return {}
    used = {name: sha256 for name, sha256 in media_in_use().items() if name in names}
    return {**media.named(names), **used}


def media_in_use(pack: str | None = None) -> dict[str, str]:
    """Names and content hashes of the media that current items name; of one pack or of all."""
    query = select(ItemVersion.media).join(Item, Item.version_id == ItemVersion.id).where(Item.retired_at.is_(None))
    if pack is not None:
        query = query.join(Topic, Topic.id == Item.topic_id).where(Topic.pack == pack)  # an item goes with its topic
    return {name: sha256 for media in db.session.scalars(query) for name, sha256 in media.items()}
