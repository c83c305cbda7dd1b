"""The figures of an exam: of its items, its totals, its verdicts, and of its languages beside each other (pure)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from lms.core.texts import CHINESE, ENGLISH
from lms.statistics.decisions import Verdicts, decision_consistency
from lms.statistics.differences import Difference, difference, strata_of
from lms.statistics.figures import MINIMUM_N, Figure
from lms.statistics.item_sums import Cells, ExamSummary, ItemSums, Totals
from lms.statistics.items import ExamFigures, analyse, total_figures


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


def verdicts(shares: Totals, cut: float, alpha: Figure, *, minimum_n: int = MINIMUM_N) -> Verdicts:
    """How consistent pass and fail are; ``shares`` are totals over the greatest possible one, the cut a share too."""
    return decision_consistency(shares, 1, cut, alpha, minimum_n=minimum_n)


def between_languages(by_language: Mapping[str, Cells], most: int) -> Difference:
    """Whether an item differs between English (the reference) and Chinese papers; full points count as right.

    Totals are compared in steps of what the item is worth.
    """
    return difference(strata_of(by_language.get(ENGLISH, {}), by_language.get(CHINESE, {}), most, most))
