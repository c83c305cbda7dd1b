"""Drawing a paper: which items an attempt gets, by plan, from the pool, reproducible from its seed (pure)."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from random import Random

from lms.assessment.content import BankItem, Section, covers, fits
from lms.question_bank.pool import PoolItem

MARKED_BY_PEOPLE = frozenset({"essay"})
"""Item types that the check of a lesson does not draw: it is over at once."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """One place of a paper: ``slot`` counts from 1, ``section`` from 0."""

    slot: int
    section: int
    item: PoolItem


@dataclass(frozen=True, slots=True)
class Shortage:
    """The pool has too few items for a section (counted from 0)."""

    section: int
    wanted: int
    available: int


@dataclass(frozen=True, slots=True)
class _Place:
    """A place to fill: the section, and the items that may stand there, in the order in which they are tried."""

    section: int
    choices: tuple[PoolItem, ...]


def draw(
    sections: Sequence[Section],
    pool: Sequence[PoolItem],
    *,
    seed: int,
    seen: Collection[int] = frozenset(),
    about: str | None = None,
    shuffle: bool = True,
) -> list[Drawn] | Shortage:
    """A paper: every section gets what it asks for, no item stands twice, unseen items come first.

    ``seen`` holds ids of items to avoid where possible: as many unseen items are drawn as can be. ``about`` is an SOP
    place ("course/lesson"): items that cover a step of it come before all others, seen or not, as the check of a
    lesson wants it. Sections keep their order; inside one the items are shuffled, or stand in the order of the plan's
    list or of their files.
    """
    rng = Random(seed)
    if about is not None:
        pool = [item for item in pool if item.type not in MARKED_BY_PEOPLE]
    places = [place for index, section in enumerate(sections) for place in _places(index, section, pool, rng)]
    holder: dict[int, int] = {}  # item id → place
    filled: dict[int, PoolItem] = {}
    for allowed in _preferences(seen, about):
        for number in range(len(places)):
            if number not in filled:
                _fill(number, places, holder, filled, allowed)
    if len(filled) < len(places):
        return _shortage(places, filled)
    return _numbered(sections, places, filled, rng, shuffle)


def _preferences(seen: Collection[int], about: str | None) -> list[Callable[[PoolItem], bool]]:
    """What an item must be to be drawn, from the strictest wish to none."""

    def is_new(item: PoolItem) -> bool:
        return item.item_id not in seen

    def is_about(item: PoolItem) -> bool:
        return about is None or covers(item.sop, about)

    return [lambda item: is_about(item) and is_new(item), is_about, is_new, lambda _item: True]


def _places(index: int, section: Section, pool: Sequence[PoolItem], rng: Random) -> list[_Place]:
    """The section's places; a fixed difficulty narrows what may stand in one."""
    fitting = [item for item in pool if fits(section, BankItem(item.key, item.topic, item.sop))]
    rng.shuffle(fitting)
    if section.difficulty is None:
        # a plan's list is meant whole: what is gone leaves a gap that must be told
        asked = section.asked if section.asked is not None else len(section.items or fitting)
        return [_Place(index, tuple(fitting))] * asked
    return [
        _Place(index, tuple(item for item in fitting if item.difficulty == level))
        for level, count in sorted(section.difficulty.items())
        for _ in range(count)
    ]


def _fill(
    start: int,
    places: Sequence[_Place],
    holder: dict[int, int],
    filled: dict[int, PoolItem],
    allowed: Callable[[PoolItem], bool],
) -> bool:
    """Give a place an item; where all are taken, an earlier place may move to another of its own (augmenting path)."""
    came_from: dict[int, tuple[int, PoolItem]] = {}  # place → the place that takes its item, and that item
    waiting, tried = [start], set[int]()
    for place in waiting:
        for item in places[place].choices:
            if item.item_id in tried or not allowed(item):
                continue
            tried.add(item.item_id)
            owner = holder.get(item.item_id)
            if owner is not None:
                came_from[owner] = (place, item)
                waiting.append(owner)
                continue
            taker, taken = place, item
            while True:
                holder[taken.item_id], filled[taker] = taker, taken
                if taker == start:
                    return True
                taker, taken = came_from[taker]
    return False


def _shortage(places: Sequence[_Place], filled: dict[int, PoolItem]) -> Shortage:
    section = next(place.section for number, place in enumerate(places) if number not in filled)
    wanted = sum(place.section == section for place in places)
    return Shortage(section, wanted, sum(places[number].section == section for number in filled))


def _numbered(
    sections: Sequence[Section],
    places: Sequence[_Place],
    filled: dict[int, PoolItem],
    rng: Random,
    shuffle: bool,
) -> list[Drawn]:
    drawn: list[Drawn] = []
    for index, section in enumerate(sections):
        chosen = [filled[number] for number, place in enumerate(places) if place.section == index]
        listed = {key: number for number, key in enumerate(section.items or ())}
        chosen.sort(key=lambda item: (listed.get(item.key, 0), item.item_id))
        if shuffle:
            rng.shuffle(chosen)
        drawn += [Drawn(len(drawn) + number, index, item) for number, item in enumerate(chosen, 1)]
    return drawn
