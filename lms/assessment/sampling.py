"""What the papers of a plan are like: many sample papers, how hard they are, what they ask and what they leave out (pure)."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from lms.assessment.balancing import expected_percent
from lms.assessment.content import covers
from lms.assessment.papers import Avoid, Drawn, Supply, paper
from lms.question_bank.pool import PoolItem

PAPERS = 200
"""Sample papers by which a plan is judged."""

THIN = 3
"""A part that has fewer than so many items for each that it draws is thin: soon everybody has seen them all."""


@dataclass(frozen=True, slots=True)
class Spread:
    """The least and the greatest expected score among sample papers, in percent."""

    low: float
    high: float

    @property
    def width(self) -> float:
        return self.high - self.low


@dataclass(frozen=True, slots=True)
class Sampled:
    """What so many sample papers were like: first tries, and second tries of people who had one paper before.

    ``uses`` counts the papers with each item; ``places`` holds for each first paper the SOP places its items name.
    """

    papers: int
    target: float
    first: Spread
    second: Spread | None
    uses: Mapping[int, int]
    places: tuple[frozenset[str], ...]


def sample(found: Supply, balance: float, *, avoids_seen: bool, papers: int = PAPERS) -> Sampled:
    """Draw sample papers with the seeds 1, 2, … and look at them; the same supply gives the same figures."""
    assert found.worth is not None and found.target is not None
    firsts = [_items(paper(found, seed=seed, balance=balance)) for seed in range(1, papers + 1)]
    seconds = [
        _items(paper(found, seed=-seed, avoid=Avoid({item.item_id for item in first}), balance=balance))
        for seed, first in enumerate(firsts if avoids_seen else (), 1)
    ]
    uses = Counter(item.item_id for items in firsts for item in items)
    places = tuple(frozenset(place for item in items for place in item.sop) for items in firsts)
    return Sampled(
        papers, found.target, _spread(firsts, found), _spread(seconds, found) if seconds else None, uses, places
    )


def _items(drawn: Sequence[Drawn]) -> list[PoolItem]:
    return [place.item for place in drawn]


def _spread(papers: Iterable[Sequence[PoolItem]], found: Supply) -> Spread:
    assert found.worth is not None
    percents = [expected_percent(items, found.worth) for items in papers]
    return Spread(min(percents), max(percents))


# ---- the steps of the SOPs --------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Step:
    """A step of a lesson's SOP: its place ("course/lesson/step") and what to do."""

    place: str
    action: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Coverage:
    """How far papers ask for the steps of a course: in every sample paper, in some, in none."""

    course: str
    title: Mapping[str, str]
    always: tuple[Step, ...]
    sometimes: tuple[Step, ...]
    never: tuple[Step, ...]

    @property
    def steps(self) -> int:
        return len(self.always) + len(self.sometimes) + len(self.never)


def coverage(
    course: str, title: Mapping[str, str], steps: Sequence[Step], papers: Sequence[Iterable[str]]
) -> Coverage:
    """The steps of a course by how many papers ask for them; a paper is the places that its items name.

    An item that names a whole lesson or course asks for each of its steps, as on the page of coverage.
    """
    counts = {
        step.place: sum(any(covers([step.place], place) for place in places) for places in papers) for step in steps
    }
    return Coverage(
        course,
        title,
        tuple(step for step in steps if counts[step.place] == len(papers)),
        tuple(step for step in steps if 0 < counts[step.place] < len(papers)),
        tuple(step for step in steps if counts[step.place] == 0),
    )
