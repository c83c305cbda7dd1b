"""Summaries as counts: what attempts add to them, and how counts are joined and taken out again (pure)."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

K = TypeVar("K")


class Standing(NamedTuple):
    """What an attempt is counted with; points in millionths, ``passed`` 0 or 1, grades up to ``grade_id``."""

    attempt_id: int
    exam_version_id: int
    language: str
    total: int
    most: int
    passed: int
    grade_id: int


class TotalKey(NamedTuple):
    exam_version_id: int
    language: str
    most: int
    total: int


class MarkKey(NamedTuple):
    exam_version_id: int
    item_version_id: int
    language: str
    most: int
    points: int
    total: int


class PlaceKey(NamedTuple):
    exam_version_id: int
    slot: int
    points: int


class PickKey(NamedTuple):
    exam_version_id: int
    item_version_id: int
    part: str
    pick: str
    total: int


@dataclass(frozen=True, slots=True)
class Counts:
    """How many attempts there are of each kind; negative numbers take attempts out. ``passed`` goes with ``totals``."""

    totals: Counter[TotalKey] = field(default_factory=Counter)
    passed: Counter[TotalKey] = field(default_factory=Counter)
    marks: Counter[MarkKey] = field(default_factory=Counter)
    places: Counter[PlaceKey] = field(default_factory=Counter)
    picks: Counter[PickKey] = field(default_factory=Counter)

    def plus(self, other: "Counts", sign: int = 1) -> "Counts":
        """Both together, or without the other (``sign`` -1); nothing that comes to 0 is left."""
        return Counts(
            _joined(self.totals, other.totals, sign),
            _joined(self.passed, other.passed, sign),
            _joined(self.marks, other.marks, sign),
            _joined(self.places, other.places, sign),
            _joined(self.picks, other.picks, sign),
        )

    def count_total(self, standing: Standing) -> None:
        """Count an attempt by its total."""
        key = TotalKey(standing.exam_version_id, standing.language, standing.most, standing.total)
        self.totals[key] += 1
        self.passed[key] += standing.passed

    def count_mark(self, standing: Standing, slot: int, item_version_id: int, points: int, most: int) -> None:
        """Count what an attempt got in one place of its paper."""
        version = standing.exam_version_id
        self.marks[MarkKey(version, item_version_id, standing.language, most, points, standing.total)] += 1
        self.places[PlaceKey(version, slot, points)] += 1

    def count_picks(self, standing: Standing, item_version_id: int, chosen: Iterable[tuple[str, str]]) -> None:
        """Count what an attempt chose in one place of its paper."""
        for part, pick in chosen:
            self.picks[PickKey(standing.exam_version_id, item_version_id, part, pick, standing.total)] += 1


def _joined(mine: Counter[K], theirs: Counter[K], sign: int) -> Counter[K]:
    together = Counter(mine)
    for key, n in theirs.items():
        together[key] += sign * n
    return Counter({key: n for key, n in together.items() if n})
