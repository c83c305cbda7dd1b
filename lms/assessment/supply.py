"""What a plan may draw: the places of a paper, what may stand in each, and whether all can be filled (pure)."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice, product
from typing import Generic, Protocol, TypeVar

from lms.assessment.content import Exam, Section, covers, fits
from lms.core.content import Fault
from lms.core.texts import N_

MOST_LAYOUTS = 300
"""How many ways to spread the wished steps over the difficulties are tried before a plan counts as too tight."""

_NO_LEVEL = ""


class Drawable(Protocol):
    """What drawing asks of an item."""

    @property
    def key(self) -> str: ...
    @property
    def topic(self) -> str: ...
    @property
    def sop(self) -> tuple[str, ...]: ...
    @property
    def difficulty(self) -> str: ...


I = TypeVar("I", bound=Drawable)  # noqa: E741


@dataclass(frozen=True, slots=True)
class Kind:
    """What a place of a section asks for: a difficulty, an SOP place that its item covers, or neither."""

    section: int
    level: str | None = None
    step: str | None = None


@dataclass(frozen=True, slots=True)
class Layout(Generic[I]):
    """The places of every paper of a plan, and by kind the items that may stand there in the order of the pool."""

    kinds: tuple[Kind, ...]
    choices: dict[Kind, tuple[I, ...]]


@dataclass(frozen=True, slots=True)
class Shortage:
    """The pool has too few items for a section (counted from 0)."""

    section: int
    wanted: int
    available: int


def layout(sections: Sequence[Section], pool: Sequence[I]) -> Layout[I] | Shortage:
    """The places of a paper, the same for every paper of this plan and pool; or the first section that lacks items.

    Every item that a section wants for an SOP place gets a place of its own. Where a section also fixes its
    difficulties, the first way to spread the wished places over them that can be filled is taken.
    """
    first: Layout[I] | None = None
    ways = [list(_ways(index, section, pool)) for index, section in enumerate(sections)]
    for chosen in islice(product(*ways), MOST_LAYOUTS):
        kinds = tuple(kind for part in chosen for kind in part)
        made = Layout(kinds, {kind: tuple(_standing(kind, sections[kind.section], pool)) for kind in dict.fromkeys(kinds)})
        if len(filled(made, made.choices)) == len(kinds):
            return made
        first = first or made
    assert first is not None
    return _shortage(first, filled(first, first.choices))


def filled(made: Layout[I], order: Mapping[Kind, Sequence[I]], rank: Callable[[I], int] | None = None) -> dict[int, I]:
    """As many places as can be, by number, each with an item of its own; items come in the order given by kind.

    Items of a lower rank come first: as many of the lowest as can be, then of the next.
    """
    found = _Filling(made.kinds, order)
    if rank is None:
        found.fill(None)
        return found.places
    ranks = {item.key: rank(item) for items in made.choices.values() for item in items}
    for most in sorted(set(ranks.values())):
        found.fill({key for key, one in ranks.items() if one <= most})
    return found.places


class _Filling(Generic[I]):
    """Places that get items one after another; where all are taken, an earlier place moves to another of its own."""

    def __init__(self, kinds: Sequence[Kind], order: Mapping[Kind, Sequence[I]]) -> None:
        self.kinds, self.order = kinds, order
        self.places: dict[int, I] = {}
        self.holder: dict[str, int] = {}

    def fill(self, allowed: set[str] | None) -> None:
        """Fill what is empty from the items allowed; a kind that cannot be filled once cannot a second time."""
        hopeless: set[Kind] = set()
        for number, kind in enumerate(self.kinds):
            if number not in self.places and kind not in hopeless and not self._place(number, allowed):
                hopeless.add(kind)

    def _place(self, start: int, allowed: set[str] | None) -> bool:
        """Find an augmenting path from the place, breadth first."""
        came_from: dict[int, tuple[int, I]] = {}  # place → the place that takes its item, and that item
        waiting, tried = [start], set[str]()
        for place in waiting:
            for item in self.order[self.kinds[place]]:
                key = item.key
                if key in tried or (allowed is not None and key not in allowed):
                    continue
                tried.add(key)
                owner = self.holder.get(key)
                if owner is None:
                    self._move(start, place, item, came_from)
                    return True
                came_from[owner] = (place, item)
                waiting.append(owner)
        return False

    def _move(self, start: int, taker: int, taken: I, came_from: dict[int, tuple[int, I]]) -> None:
        while True:
            self.holder[taken.key], self.places[taker] = taker, taken
            if taker == start:
                return
            taker, taken = came_from[taker]


def _standing(kind: Kind, section: Section, pool: Sequence[I]) -> Iterator[I]:
    for item in pool:
        is_level = kind.level is None or item.difficulty == kind.level
        if is_level and fits(section, item) and (kind.step is None or covers(item.sop, kind.step)):
            yield item


def _ways(index: int, section: Section, pool: Sequence[I]) -> Iterator[tuple[Kind, ...]]:
    """The sets of places that satisfy the section: one, unless wished SOP places meet fixed difficulties."""
    wished = sorted((section.cover or {}).items())
    if section.difficulty is None:
        fitting = sum(fits(section, item) for item in pool)
        # a plan's list is meant whole: what is gone leaves a gap that must be told
        asked = section.asked if section.asked is not None else len(section.items or ()) or fitting
        kinds = [Kind(index, None, step) for step, count in wished for _ in range(count)]
        yield (*kinds, *[Kind(index)] * max(0, asked - len(kinds)))
        return
    levels = sorted(section.difficulty.items())
    found = False
    for spread in product(*(_spreads(section, step, count, pool) for step, count in wished)):
        taken = {level: sum(part[level] for part in spread) for level, _count in levels}
        if all(taken[level] <= count for level, count in levels):
            steps = [
                Kind(index, level, step)
                for (step, _), part in zip(wished, spread, strict=True)
                for level, _count in levels
                for _ in range(part[level])
            ]
            free = [Kind(index, level) for level, count in levels for _ in range(count - taken[level])]
            found = True
            yield (*steps, *free)
    if not found:  # places that nothing can fill, so that the shortage is told
        none = [Kind(index, _NO_LEVEL, step) for step, count in wished for _ in range(count)]
        yield (*none, *[Kind(index, level) for level, count in levels for _ in range(count)][len(none) :])


def _spreads(section: Section, step: str, count: int, pool: Sequence[I]) -> list[dict[str, int]]:
    """How so many items for an SOP place may spread over the section's difficulties, the most even first."""
    levels = sorted(section.difficulty or {})
    held = [
        sum(1 for item in pool if item.difficulty == level and fits(section, item) and covers(item.sop, step))
        for level in levels
    ]
    most = [min(room, (section.difficulty or {})[level]) for room, level in zip(held, levels, strict=True)]
    parts = [part for part in product(*(range(least + 1) for least in most)) if sum(part) == count]
    parts.sort(key=lambda part: (sum(one * one for one in part), part))
    return [dict(zip(levels, part, strict=True)) for part in parts]


def _shortage(made: Layout[I], places: dict[int, I]) -> Shortage:
    section = next(kind.section for number, kind in enumerate(made.kinds) if number not in places)
    wanted = sum(kind.section == section for kind in made.kinds)
    return Shortage(section, wanted, sum(made.kinds[number].section == section for number in places))


# ---- is there enough? -----------------------------------------------------------


def check_supply(exam: Exam, bank: Iterable[Drawable]) -> Iterator[Fault]:
    """Sections that ask for more items than there are, alone or because earlier sections use them too."""
    bank = tuple(bank)
    faults = [fault for index, section in enumerate(exam.sections) for fault in _shortages(index, section, bank)]
    yield from faults or _shared_shortage(exam, bank)


def _shortages(index: int, section: Section, bank: Sequence[Drawable]) -> Iterator[Fault]:
    fitting = [item for item in bank if fits(section, item)]
    asked = section.asked or 1
    if section.items is None and len(fitting) < asked:
        values = {"asked": asked, "held": len(fitting)}
        loc = ("sections", index, "draw" if section.draw else "difficulty" if section.difficulty else "topic")
        yield Fault(loc, N_("This asks for %(asked)s items, but there are only %(held)s."), values)
        return
    for level, count in (section.difficulty or {}).items():
        held = sum(item.difficulty == level for item in fitting)
        if held < count:
            yield Fault(
                ("sections", index, "difficulty", level),
                N_("This asks for %(asked)s items of this difficulty, but there are only %(held)s."),
                {"asked": count, "held": held},
            )
    for step, count in (section.cover or {}).items():
        held = sum(covers(item.sop, step) for item in fitting)
        if held < count:
            yield Fault(
                ("sections", index, "cover", step),
                N_("This asks for %(asked)s items that cover this step, but the part has only %(held)s."),
                {"asked": count, "held": held},
            )


def _shared_shortage(exam: Exam, bank: Sequence[Drawable]) -> Iterator[Fault]:
    """Gives every place of every section an item of its own, or says where that fails."""
    made = layout(exam.sections, bank)
    if not isinstance(made, Shortage):
        return
    alone = layout([exam.sections[made.section]], bank)
    if isinstance(alone, Shortage):
        yield Fault(
            ("sections", made.section),
            N_("No set of items has these difficulties and covers these steps at the same time."),
        )
    else:
        yield Fault(
            ("sections", made.section),
            N_("Earlier sections draw from the same items, and too few are left for this one."),
        )
