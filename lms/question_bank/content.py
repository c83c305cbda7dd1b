"""Item files: a topic with its items, and what they refer to (pure)."""

from collections.abc import Iterator
from typing import Annotated

from pydantic import Field

from lms.core.content import (
    Definition,
    Document,
    Fault,
    Key,
    Problem,
    Reference,
    Text,
    unique_by,
    validate,
)
from lms.core.prose import media_names, remarks
from lms.core.texts import ENGLISH, N_, Message
from lms.question_bank.items import ITEM_TYPES, AnyItem, BaseItem, Emotion, Item


class Topic(Definition):
    """A topic and its items as its file states them."""

    topic: Key
    title: Text
    items: Annotated[list[Item], Field(min_length=1), unique_by("key")]


SCHEMAS: dict[str, type[Definition]] = {"topic": Topic}


def references(topic: Topic) -> Iterator[Reference]:
    """What the items name elsewhere: SOP steps (``sop``: course, course/lesson or course/lesson/step) and media."""
    for index, item in enumerate(topic.items):
        for reference in item_references(item):
            yield Reference(reference.kind, reference.key, ("items", index, *reference.loc))


def item_references(item: AnyItem) -> Iterator[Reference]:
    """What one item names elsewhere."""
    for place, step in enumerate(item.sop):
        yield Reference("sop", step, ("sop", place))
    if isinstance(item, Emotion):
        for field in ("audio", "image"):
            if name := getattr(item, field):
                yield Reference("media", name, (field,))
    for loc, text in _markdown(item):
        for language, words in text.items():
            for _, name in media_names(words):
                yield Reference("media", name, (*loc, language))


def remarks_on(topic: Topic) -> Iterator[Fault]:
    """What is wrong in the Markdown of the items."""
    for index, item in enumerate(topic.items):
        for fault in remarks_on_item(item):
            yield fault.under("items", index)


def remarks_on_item(item: AnyItem) -> Iterator[Fault]:
    """What is wrong in the Markdown of one item."""
    for loc, text in _markdown(item):
        for language, words in text.items():
            for remark in remarks(words):
                yield remark.fault.under(*loc, language)


def _markdown(item: AnyItem) -> Iterator[tuple[tuple[str, ...], dict[str, str]]]:
    yield ("stem",), item.stem
    if item.rationale:
        yield ("rationale",), item.rationale
    for key, text in item.feedback.items():
        yield ("feedback", key), text


def read_item(document: Document, default_language: str = ENGLISH) -> tuple[AnyItem | None, list[Problem]]:
    """The item of a document that holds just one, as the editor and the API send it; with all problems."""
    kind = document.data.get("type") if isinstance(document.data, dict) else None
    model: type[BaseItem] | None = ITEM_TYPES.get(kind) if isinstance(kind, str) else None
    if model is None:
        known = Message(N_("Write one of these here: %(known)s."), {"known": ", ".join(ITEM_TYPES)})
        return None, [document.problem(("type",), known)]
    return validate(model, document, default_language)  # type: ignore[return-value]
