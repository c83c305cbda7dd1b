"""Fifths of the people who took an exam, from the lowest totals to the highest (pure)."""

from collections.abc import Mapping
from itertools import accumulate
from typing import TypeVar

from lms.statistics.figures import Number

Total = TypeVar("Total", bound=Number)

FIFTHS = 5


def fifth_of(totals: Mapping[Total, int]) -> dict[Total, int]:
    """For each total the fifth, 0 (lowest) to 4, of whoever has it: by the middle rank of those with this total.

    People with equal totals stand in the same fifth, so that fifths may differ in size; nobody is divided.
    """
    ordered = sorted(total for total, n in totals.items() if n)
    n = sum(totals[total] for total in ordered)
    ends = accumulate(totals[total] for total in ordered)
    middles = [(total, 2 * end - totals[total]) for total, end in zip(ordered, ends, strict=True)]
    return {total: min(FIFTHS * twice // (2 * n), FIFTHS - 1) for total, twice in middles}


def by_fifth(counts: Mapping[Total, int], fifths: Mapping[Total, int]) -> tuple[int, ...]:
    """Counts by total as counts by fifth."""
    found = [0] * FIFTHS
    for total, n in counts.items():
        found[fifths[total]] += n
    return tuple(found)
