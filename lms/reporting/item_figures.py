"""The figures of an exam, and what they ask an author to look at (pure)."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from lms.core.texts import N_
from lms.statistics.figures import MINIMUM_N
from lms.statistics.item_sums import ExamSummary, ItemSums
from lms.statistics.items import ExamFigures, ItemFigures, analyse, total_figures

LOW_FACILITY, HIGH_FACILITY = 0.3, 0.95
LOW_DISCRIMINATION = 20.0


class Concern(StrEnum):
    """Why an item may need an author; the worst first."""

    BACKWARDS = "backwards"
    HARD = "hard"
    FLAT = "flat"
    EASY = "easy"


CONCERNS = {
    Concern.BACKWARDS: N_("Those who know more fail it more often: check the key and the wording."),
    Concern.HARD: N_("Very few get it right: taught too little, or worded unclearly."),
    Concern.FLAT: N_("It hardly tells who knows more from who knows less."),
    Concern.EASY: N_("Nearly everybody gets it right: it measures little."),
}


@dataclass(frozen=True, slots=True)
class Analysis:
    """Figures by item and of the totals; ``by_slot`` says that reliability is told from places of drawn papers."""

    figures: ExamFigures
    by_slot: bool


def figures_of(by_item: ExamSummary, places: Sequence[ItemSums], *, minimum_n: int = MINIMUM_N) -> Analysis:
    """Items by themselves; the totals' reliability from the items when every attempt held all, else from the places."""
    found = analyse(by_item, minimum_n=minimum_n)
    n = sum(by_item.totals.values())
    if all(item.sums.n == n for item in by_item.items):
        return Analysis(found, by_slot=False)
    return Analysis(ExamFigures(found.items, total_figures(places, by_item.totals, minimum_n=minimum_n)), by_slot=True)


def concern(item: ItemFigures) -> Concern | None:
    """What is most worth an author's look; None when all is well or too little is known."""
    tells, facility = item.discrimination.value, item.facility.value
    if tells is not None and tells < 0:
        return Concern.BACKWARDS
    if facility is not None and facility < LOW_FACILITY:
        return Concern.HARD
    if tells is not None and tells < LOW_DISCRIMINATION:
        return Concern.FLAT
    if facility is not None and facility > HIGH_FACILITY:
        return Concern.EASY
    return None


def concerns(items: Sequence[ItemFigures]) -> int:
    """How many items ask for a look."""
    return sum(concern(item) is not None for item in items)
