"""The REST resources of items, for authors: the list, and each item as its topic's file holds it."""

from collections.abc import Iterator
from typing import Any

from lms.core import authored, clock, locale
from lms.core.access import Scope, viewer
from lms.core.api import Answer, Api, PageQuery, decode_cursor, encode_cursor, page
from lms.core.authored import Change, FileBody, Saved, Sent
from lms.core.content import Definition, Fault, Key, plain
from lms.core.texts import in_language
from lms.question_bank import queries, service
from lms.question_bank.content import read_item
from lms.question_bank.items import ITEM_TYPES, AnyItem
from lms.question_bank.queries import Filters, ListedItem
from lms.question_bank.queries_checks import faults, media_for

api = Api("question_bank")


class InTopic(Definition):
    """What stands beside a new item: the topic it belongs to."""

    topic: Key


class ChangeInTopic(Change):
    """What may stand beside a changed item: another topic moves it there."""

    topic: Key | None = None


class NewItemBody(FileBody):
    """An item as its topic's file holds it, and the topic."""

    described = tuple(ITEM_TYPES.values())
    beside = InTopic


class ItemBody(FileBody):
    """An item as its topic's file holds it, its topic and its version."""

    described = tuple(ITEM_TYPES.values())
    beside = ChangeInTopic


class ItemQuery(PageQuery):
    """What the list may be narrowed to."""

    topic: str = ""
    type: str = ""
    skill: str = ""
    difficulty: str = ""


class ItemHead(Answer):
    """An item in the list; ``edited`` tells that it was changed here since its files were last loaded."""

    key: str
    topic: str
    type: str
    skill: str | None
    difficulty: str
    version: int
    stem: str
    edited: bool


class ItemList(Answer):
    """A page of items."""

    items: list[ItemHead]
    next: str | None


@api.get(
    "/items", summary="The items in use, by topic", scope=Scope.AUTHOR, permission="content.read",
    query=ItemQuery, returns=ItemList,
)  # fmt: skip
def items(query: ItemQuery) -> dict[str, Any]:
    """In the order of their files; narrowed to a topic, a type, a skill or a difficulty."""
    filters = Filters(topic=query.topic, type=query.type, skill=query.skill, difficulty=query.difficulty)
    rows = queries.listed_items(filters, limit=query.limit, after=_after(query.cursor))
    return page(rows, query.limit, _head, lambda row: encode_cursor(*queries.cursor_of(row.id)))


@api.get(
    "/items/<string:key>", summary="An item as its file holds it", scope=Scope.AUTHOR, permission="content.read",
    returns=ItemBody,
)  # fmt: skip
def item(key: str) -> dict[str, Any]:
    """All languages and the right answer; in use or retired."""
    found = queries.authored_item(key)
    return {"topic": found.topic, "version": found.stored.number, **plain(found.stored.definition)}


@api.post(
    "/items", summary="Add an item to a topic", scope=Scope.AUTHOR, permission="content.write", body=NewItemBody,
    returns=Saved, status=201, other={409: "the key is taken"},
)  # fmt: skip
def add_item(body: NewItemBody) -> dict[str, Any]:
    """The body of an item, in JSON."""
    sent = authored.read(body, InTopic, read_item, _faults)
    authored.must_be_free(sent.definition.key, queries.is_item_known(sent.definition.key))
    media = media_for(sent.definition, {})
    added = service.add_item(sent.beside.topic, sent.definition, actor=viewer(), now=clock.now(), media=media)
    return _saved(added, sent)


@api.put(
    "/items/<string:key>", summary="Change an item", scope=Scope.AUTHOR, permission="content.write", body=ItemBody,
    returns=Saved, other={409: "another version is in force by now"},
)  # fmt: skip
def change_item(key: str, body: ItemBody) -> dict[str, Any]:
    """A changed body makes a new version; the same body changes nothing."""
    present = queries.authored_item(key, lock=True)
    sent = authored.read(body, ChangeInTopic, read_item, _faults)
    authored.must_match(sent.definition.key, key, "key")
    media = media_for(sent.definition, present.stored.media)
    if service.version_digest(sent.definition, media) != present.sha256:
        authored.must_be_current(sent.beside, present.stored.number)
    topic = sent.beside.topic or present.topic
    return _saved(service.save_item(topic, sent.definition, actor=viewer(), now=clock.now(), media=media), sent)


def _saved(version_id: int, sent: Sent[AnyItem, Any]) -> dict[str, Any]:
    version = queries.version_in_force(version_id)
    return authored.saved(sent.definition.key, version.number, version.sha256, sent.warnings)


def _faults(definition: AnyItem | None, beside: InTopic | ChangeInTopic | None) -> Iterator[Fault]:
    return faults(definition, beside.topic if beside else None)


def _after(cursor: str | None) -> tuple[int, int, int] | None:
    parts = decode_cursor(cursor, int, int, int)
    return (parts[0], parts[1], parts[2]) if parts else None


def _head(row: ListedItem) -> dict[str, Any]:
    return {
        "key": row.key, "topic": row.topic, "type": row.type, "skill": row.skill, "difficulty": row.difficulty,
        "version": row.number, "stem": in_language(row.stem, locale.language()), "edited": row.edited_at is not None,
    }  # fmt: skip
