"""How long turns of a role-play take: quartiles from counts of whole seconds (pure)."""

from collections.abc import Mapping
from dataclasses import dataclass

LONGEST_TURN = 3600
"""A turn of more than an hour was a break."""


@dataclass(frozen=True, slots=True)
class Times:
    """Seconds a turn took: quartiles over ``n`` turns; ``breaks`` were longer than an hour and are left out."""

    n: int
    low: int
    median: int
    high: int
    breaks: int


def times_of(seconds: Mapping[int, int]) -> Times | None:
    """From the number of turns by whole seconds; None without turns."""
    turns = {took: n for took, n in sorted(seconds.items()) if took <= LONGEST_TURN}
    n = sum(turns.values())
    if not n:
        return None
    low, median, high = (_quantile(turns, n, part) for part in (0.25, 0.5, 0.75))
    return Times(n, low, median, high, sum(seconds.values()) - n)


def _quantile(turns: Mapping[int, int], n: int, part: float) -> int:
    """The smallest number of seconds that at least this part of the turns took at most."""
    so_far = 0
    for took, count in turns.items():
        so_far += count
        if so_far >= part * n:
            return took
    raise AssertionError("a part is at most 1")
