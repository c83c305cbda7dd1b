"""Drawing a paper: which items an attempt gets, by plan, from the pool, reproducible from its seed (pure)."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from random import Random

from lms.assessment import balancing
from lms.assessment.balancing import Worth
from lms.assessment.content import Section, covers
from lms.assessment.supply import Kind, Layout, Shortage, filled, layout
from lms.question_bank.pool import PoolItem

__all__ = ["MARKED_BY_PEOPLE", "Avoid", "Drawn", "Shortage", "Supply", "draw", "paper", "supply"]

MARKED_BY_PEOPLE = frozenset({"essay"})
"""Item types that the check of a lesson does not draw: it is over at once."""


@dataclass(frozen=True, slots=True)
class Drawn:
    """One place of a paper: ``slot`` counts from 1, ``section`` from 0."""

    slot: int
    section: int
    item: PoolItem


@dataclass(frozen=True, slots=True)
class Avoid:
    """Ids of items that give way to others where possible: those the person has seen, and those that stood in too
    many papers. Seen weighs more."""

    seen: Collection[int] = frozenset()
    worn: Collection[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Supply:
    """A plan's sections with what may be drawn for them, made once for many papers.

    ``target`` is the expected score in percent that papers are balanced towards; None without ``worth``.
    """

    sections: Sequence[Section]
    layout: Layout[PoolItem]
    worth: Mapping[int, Worth] | None
    target: float | None


def supply(
    sections: Sequence[Section],
    pool: Sequence[PoolItem],
    *,
    worth: Mapping[int, Worth] | None = None,
    about: str | None = None,
) -> Supply | Shortage:
    """What can be drawn for the sections, or the first of them that lacks items.

    ``worth`` by item id lets papers be balanced. With ``about``, for the check of a lesson, nothing is drawn that
    people mark.
    """
    if about is not None:
        pool = [item for item in pool if item.type not in MARKED_BY_PEOPLE]
    made = layout(sections, pool)
    if isinstance(made, Shortage):
        return made
    return Supply(sections, made, worth, balancing.target(made, worth) if worth is not None else None)


def draw(
    sections: Sequence[Section],
    pool: Sequence[PoolItem],
    *,
    seed: int,
    seen: Collection[int] = frozenset(),
    about: str | None = None,
    shuffle: bool = True,
) -> list[Drawn] | Shortage:
    """A paper that is not balanced, from a supply made for it alone."""
    found = supply(sections, pool, about=about)
    return found if isinstance(found, Shortage) else paper(found, seed=seed, avoid=Avoid(seen), about=about, shuffle=shuffle)


def paper(
    found: Supply,
    *,
    seed: int,
    avoid: Avoid | None = None,
    about: str | None = None,
    balance: float | None = None,
    shuffle: bool = True,
) -> list[Drawn]:
    """A paper: every section gets what it asks for, no item stands twice, unseen items come first.

    As many unseen items are drawn as can be, and of these as many as can be that are not worn. ``about`` is an SOP
    place ("course/lesson"): items that cover a step of it come before all others, seen or not, as the check of a
    lesson wants it. With ``balance``, items change places with others that are as good until the expected score lies
    within half of it around the target, or no exchange helps. Sections keep their order; inside one the items are
    shuffled, or stand in the order of the plan's list or of their files.
    """
    rng = Random(seed)
    rank = _rank(avoid or Avoid(), about)
    order = {kind: _mixed(items, rng) for kind, items in found.layout.choices.items()}
    places = filled(found.layout, order, rank)
    if balance is not None and found.worth is not None and found.target is not None:
        balancing.balance(
            balancing.Draft(found.layout.kinds, order, places, found.worth, rank), found.target, balance / 2, rng
        )
    return _numbered(found, places, rng, shuffle)


def _mixed(items: Sequence[PoolItem], rng: Random) -> list[PoolItem]:
    mixed = list(items)
    rng.shuffle(mixed)
    return mixed


def _rank(avoid: Avoid, about: str | None) -> Callable[[PoolItem], int]:
    """How little an item is wished for: 0 is best."""

    def rank(item: PoolItem) -> int:
        is_elsewhere = about is not None and not covers(item.sop, about)
        return 4 * is_elsewhere + 2 * (item.item_id in avoid.seen) + (item.item_id in avoid.worn)

    return rank


def _numbered(found: Supply, places: Mapping[int, PoolItem], rng: Random, shuffle: bool) -> list[Drawn]:
    drawn: list[Drawn] = []
    kinds: Sequence[Kind] = found.layout.kinds
    for index, section in enumerate(found.sections):
        chosen = [places[number] for number, kind in enumerate(kinds) if kind.section == index]
        listed = {key: number for number, key in enumerate(section.items or ())}
        chosen.sort(key=lambda item: (listed.get(item.key, 0), item.item_id))
        if shuffle:
            rng.shuffle(chosen)
        drawn += [Drawn(len(drawn) + number, index, item) for number, item in enumerate(chosen, 1)]
    return drawn
