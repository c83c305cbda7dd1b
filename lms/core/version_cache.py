"""Bodies of immutable versions, parsed once per process and application and looked up by version id."""

from collections.abc import Callable, Iterable
from typing import Any, Generic, TypeVar

from flask import current_app

from lms.core.database import is_writing, when_undone

T = TypeVar("T")

MOST = 50_000


def _forget(known: dict[int, Any], found: Iterable[int]) -> None:
    """What was read inside a unit of work that was rolled back may never have been: SQLite gives its ids away again."""
    for version_id in found:
        known.pop(version_id, None)


class VersionCache(Generic[T]):
    """What ``load`` makes of versions; a version never changes, so nothing ever goes stale.

    ``load`` gets the ids that are not known yet and answers what it found, in one query.
    """

    def __init__(self, name: str, load: Callable[[list[int]], dict[int, T]]) -> None:
        self.name, self.load = f"lms.versions.{name}", load

    def many(self, version_ids: Iterable[int]) -> dict[int, T]:
        """By id, each that exists."""
        known: dict[int, T] = current_app.extensions.setdefault(self.name, {})
        wanted = set(version_ids)
        if missing := sorted(wanted - known.keys()):
            if len(known) > MOST:
                known.clear()
                missing = sorted(wanted)
            found = self.load(missing)
            known.update(found)
            if is_writing():
                when_undone(lambda: _forget(known, found))
        return {version_id: known[version_id] for version_id in wanted if version_id in known}

    def one(self, version_id: int) -> T:
        """The one with this id; ``KeyError`` when there is none."""
        known: dict[int, T] | None = current_app.extensions.get(self.name)
        if known is not None and version_id in known:
            return known[version_id]
        return self.many([version_id])[version_id]
