"""Papers of one plan that are equally hard: expected scores, the target, and exchanging items towards it (pure).

Decision record 0019 says where the numbers come from.
"""

import functools
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from lms.assessment.supply import Kind, Layout
from lms.question_bank.pool import PoolItem

GUESSED = {"easy": 0.85, "medium": 0.65, "hard": 0.45}
"""The share of points that an item of each difficulty is expected to bring before anybody has answered it."""

ENOUGH = 10
"""Graded first attempts from which the measured share alone speaks."""

MOST_KICKS = 100
MOST_LOOKS = 3_000
"""How long exchanging goes on: so many fresh starts, so many exchanges looked at."""


@dataclass(frozen=True, slots=True)
class Worth:
    """An item's points, and the share of them that people are expected to get, 0 to 1."""

    points: float
    facility: float


def expected_share(difficulty: str, n: int, mean: float) -> float:
    """The share expected of an item that ``n`` graded first attempts answered with ``mean``: the measured one from
    ``ENOUGH`` on, below that drawn towards the guess by as many attempts as are missing; to two places."""
    if n >= ENOUGH:
        return round(mean, 2)
    return round((n * mean + (ENOUGH - n) * GUESSED[difficulty]) / ENOUGH, 2)


def expected_percent(items: Iterable[PoolItem], worth: Mapping[int, Worth]) -> float:
    """The expected score of a paper with these items, in percent of its points."""
    found = [worth[item.item_id] for item in items]
    points = sum(one.points for one in found)
    return 100 * sum(one.points * one.facility for one in found) / points if points else 0.0


def target(layout: Layout[PoolItem], worth: Mapping[int, Worth]) -> float:
    """The mean expected score of the papers that the pool gives: every place counts with the mean of its items."""
    earned = points = 0.0
    means = {kind: _mean([worth[item.item_id] for item in items]) for kind, items in layout.choices.items() if items}
    for kind in layout.kinds:
        mean_earned, mean_points = means[kind]
        earned, points = earned + mean_earned, points + mean_points
    return 100 * earned / points if points else 0.0


def _mean(found: Sequence[Worth]) -> tuple[float, float]:
    earned = sum(one.points * one.facility for one in found)
    return earned / len(found), sum(one.points for one in found) / len(found)


@dataclass(frozen=True, slots=True)
class Draft:
    """A drawn paper that may still change: ``places`` is written to. An exchange never brings a higher rank."""

    kinds: Sequence[Kind]
    order: Mapping[Kind, Sequence[PoolItem]]
    places: dict[int, PoolItem]
    worth: Mapping[int, Worth]
    rank: Callable[[PoolItem], int]


def balance(draft: Draft, target: float, tolerance: float, rng: Random) -> None:
    """Exchange items of the draft until its expected score is within the tolerance (points of percent) of the
    target, as near as it gets; what stays out of reach after some fresh starts is left."""
    scale = _Scale(draft, target, tolerance, rng)
    scale.descend()
    best, best_gap = dict(draft.places), scale.gap()
    for _ in range(MOST_KICKS):
        if best_gap <= tolerance or scale.looks > MOST_LOOKS:
            break
        scale.kick()
        scale.descend()
        if scale.gap() < best_gap:
            best, best_gap = dict(draft.places), scale.gap()
    draft.places.update(best)


Bucket = tuple[Worth, int]
"""Items of the same worth and rank change nothing when exchanged for each other, so they are weighed once."""


class _Scale:
    """The present weight of a draft, kept up to date with every exchange."""

    def __init__(self, draft: Draft, target: float, tolerance: float, rng: Random) -> None:
        self.draft, self.target, self.tolerance, self.rng = draft, target, tolerance, rng
        self.looks = 0
        self.used = {item.item_id for item in draft.places.values()}
        found = [draft.worth[item.item_id] for item in draft.places.values()]
        self.points = sum(one.points for one in found)
        self.earned = sum(one.points * one.facility for one in found)

    @functools.cached_property
    def buckets(self) -> dict[Kind, dict[Bucket, list[PoolItem]]]:
        """Made for papers that have to change, which most do not while little is measured."""
        return {kind: self._buckets(items) for kind, items in self.draft.order.items()}

    def _buckets(self, items: Sequence[PoolItem]) -> dict[Bucket, list[PoolItem]]:
        made: dict[Bucket, list[PoolItem]] = {}
        for item in items:
            made.setdefault((self.draft.worth[item.item_id], self.draft.rank(item)), []).append(item)
        return made

    def gap(self) -> float:
        return self._gap_at(self.earned, self.points)

    def _gap_at(self, earned: float, points: float) -> float:
        return abs(100 * earned / points - self.target) if points else 0.0

    def descend(self) -> None:
        """Make exchanges that help until the paper is near enough or none does."""
        numbers = list(range(len(self.draft.kinds)))
        helped = True
        while helped and self.gap() > self.tolerance:
            helped = False
            self.rng.shuffle(numbers)
            for number in numbers:
                helped = self._improve(number) or helped
                if self.gap() <= self.tolerance:
                    return

    def _improve(self, number: int) -> bool:
        """Put another item in this place: the first that brings the paper home, else the one that helps most."""
        present = self.gap()
        best: PoolItem | None = None
        for other, gap in self._others(number):
            if gap < present - 1e-9:
                best, present = other, gap
                if gap <= self.tolerance:
                    break
        if best is not None:
            self._exchange(number, best)
        return best is not None

    def _others(self, number: int) -> Iterable[tuple[PoolItem, float]]:
        """Items that may stand here instead, one of each worth, with the gap they would leave."""
        old = self.draft.places[number]
        was, rank = self.draft.worth[old.item_id], self.draft.rank(old)
        for (worth, other_rank), items in self.buckets[self.draft.kinds[number]].items():
            if other_rank > rank or worth == was:
                continue
            self.looks += 1
            other = next((item for item in items if item.item_id not in self.used), None)
            if other is not None:
                earned = self.earned + worth.points * worth.facility - was.points * was.facility
                yield other, self._gap_at(earned, self.points + worth.points - was.points)

    def _exchange(self, number: int, item: PoolItem) -> None:
        old = self.draft.places[number]
        was, now = self.draft.worth[old.item_id], self.draft.worth[item.item_id]
        self.draft.places[number] = item
        self.used.discard(old.item_id)
        self.used.add(item.item_id)
        self.points += now.points - was.points
        self.earned += now.points * now.facility - was.points * was.facility

    def kick(self) -> None:
        """Leave the present hollow: exchange one to three places at random."""
        for _ in range(self.rng.randint(1, 3)):
            number = self.rng.randrange(len(self.draft.kinds))
            others = [item for item, _gap in self._others(number)]
            if others:
                self._exchange(number, self.rng.choice(others))
