"""What bringing content files into the database did."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Literal

Take = Literal["files", "browser"]
"""Who wins where the browser and the files both changed an object."""


@dataclass(slots=True)
class SyncReport:
    """Names of objects ("item:lscat-001") by what became of them; reports of several rooms add up."""

    added: list[str] = field(default_factory=list)
    changed: list[str] = field(default_factory=list)
    retired: list[str] = field(default_factory=list)
    unchanged: list[str] = field(default_factory=list)
    conflicts: list[str] = field(default_factory=list)

    def __add__(self, other: "SyncReport") -> "SyncReport":
        return SyncReport(*(mine + theirs for mine, theirs in zip(self._lists(), other._lists(), strict=True)))

    def _lists(self) -> Iterator[list[str]]:
        yield from (self.added, self.changed, self.retired, self.unchanged, self.conflicts)


def in_conflict(edited: bool, file_sha256: str, loaded_sha256: str | None, take: Take | None) -> bool:
    """Whether the object was edited in the browser and its file changed too, and nobody said which counts."""
    return edited and file_sha256 != loaded_sha256 and take is None
