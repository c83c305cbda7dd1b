"""What an item is checked against when one author saves it, over the API or in the browser: places, media, wording."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lms.core import authored
from lms.core.content import Document, Fault, Problem, Reference
from lms.question_bank import queries
from lms.question_bank.content import item_references, read_item, remarks_on_item
from lms.question_bank.item_writing import advice_on_item
from lms.question_bank.items import AnyItem
from lms.question_bank.queries_places import known_places


@dataclass(frozen=True, slots=True)
class CheckedItem:
    """What a body says: the item (None where it cannot be read), the media it shows, and everything to mend."""

    definition: AnyItem | None
    media: Mapping[str, str]
    problems: tuple[Problem, ...]

    @property
    def errors(self) -> tuple[Problem, ...]:
        return tuple(problem for problem in self.problems if problem.severity == "error")


def checked(body: Mapping[str, Any], topic: str, own_media: Mapping[str, str]) -> CheckedItem:
    """A body read and looked through by the engine of the content files; ``own_media`` is what it showed so far."""
    document = Document("item", dict(body))
    definition, problems = read_item(document)
    problems = [*problems, *document.located(faults(definition, topic))]
    media = media_for(definition, own_media) if definition is not None else {}
    return CheckedItem(definition, media, tuple(problems))


def faults(definition: AnyItem | None, topic: str | None) -> Iterator[Fault]:
    """References that lead nowhere, and what the item's Markdown and wording call for."""
    if topic and not queries.is_topic_known(topic):
        yield authored.missing(Reference("topic", topic, ("topic",)))
    if definition is None:
        return
    places, files = known_places(definition.sop), queries.media_named(_media_names(definition))
    for reference in item_references(definition):
        if reference.key not in (places if reference.kind == "sop" else files):
            yield authored.missing(reference)
    yield from remarks_on_item(definition)
    yield from advice_on_item(definition)


def media_for(definition: AnyItem, own: Mapping[str, str]) -> dict[str, str]:
    """The content of the media an item names: what it showed so far, else what goes by that name."""
    return {**queries.media_named(_media_names(definition)), **own}


def _media_names(definition: AnyItem) -> set[str]:
    return {reference.key for reference in item_references(definition) if reference.kind == "media"}
