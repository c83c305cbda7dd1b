"""What a topic says of itself, beside its items; and whether its words were changed in the browser (pure)."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from lms.core.content import Definition, Document, Key, Problem, Text, validate

Words = Mapping[str, str]
"""A title by language."""


class TopicHead(Definition):
    """A topic without its items; a test keeps it equal to the definition of the file."""

    topic: Key
    title: Text


@dataclass(frozen=True, slots=True)
class Renaming:
    """One change of a topic's title in the browser."""

    before: Words
    after: Words


def read_head(key: str, title: Words) -> tuple[TopicHead | None, list[Problem]]:
    """The head as typed, read by the engine of the content files, with all problems; a missing title is an empty one."""
    return validate(TopicHead, Document("topic", {"topic": key, "title": dict(title)}))


def title_of_files(now: Words, renamings: Iterable[Renaming]) -> Words:
    """The title that files gave the topic, going back from ``now`` over its ``renamings``, the newest first."""
    for renaming in renamings:
        if renaming.after == now:
            now = renaming.before
    return now
