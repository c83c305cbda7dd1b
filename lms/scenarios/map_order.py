"""The order of the slots in the rows of a map, and their places across (pure).

Rows are ordered by the mean place of their neighbours, swept down and up (Sugiyama), the order with the fewest
crossings kept; places across are the nearest to the neighbours' middle that keep everybody apart, by least squares
(pool adjacent violators).
"""

from bisect import bisect_right, insort
from collections import defaultdict
from collections.abc import Mapping, Sequence
from itertools import pairwise

NODE_WIDTH, NODE_GAP, LANE_WIDTH = 200, 24, 14
SWEEPS = 8

Line = tuple[str, str]
Slot = tuple[str, int]
"""A place in a row: ``(key, -1)`` for a scene, ``(target, row)`` for the lane of the lines that lead to a target."""
NODE = -1


def ordered(rows: list[list[Slot]], chains: Mapping[Line, list[Slot]]) -> list[list[Slot]]:
    """The rows in the order with the fewest crossings that a few sweeps down and up come by."""
    above, below = _links(chains)
    best, fewest = [list(row) for row in rows], _crossings(rows, below)
    for sweep in range(SWEEPS):
        if not fewest:
            break
        downwards = sweep % 2 == 0
        numbers = range(1, len(rows)) if downwards else range(len(rows) - 2, -1, -1)
        for number in numbers:
            beside = rows[number - 1 if downwards else number + 1]
            _sort_by_mean(rows[number], beside, above if downwards else below)
        found = _crossings(rows, below)
        if found < fewest:
            best, fewest = [list(row) for row in rows], found
    return best


def places_across(rows: list[list[Slot]], chains: Mapping[Line, list[Slot]]) -> dict[Slot, float]:
    """The middle of every slot: near the middle of its neighbours, never nearer to the next in its row than fits."""
    above, below = _links(chains)
    across: dict[Slot, float] = {}
    for row in rows:
        for slot, offset in zip(row, _offsets(row), strict=True):
            across[slot] = offset - _offsets(row)[-1] / 2
    for sweep in range(SWEEPS):
        joined = above if sweep % 2 == 0 else below
        for row in rows if sweep % 2 == 0 else reversed(rows):
            wished = [_mean([across[end] for end in joined.get(slot, ())], across[slot]) for slot in row]
            weights = [4.0 if slot[1] != NODE else 1.0 for slot in row]
            across.update(zip(row, _apart(wished, _offsets(row), weights), strict=True))
    return across


def room_of(slot: Slot) -> int:
    return NODE_WIDTH if slot[1] == NODE else LANE_WIDTH


def _links(chains: Mapping[Line, list[Slot]]) -> tuple[dict[Slot, list[Slot]], dict[Slot, list[Slot]]]:
    """For every slot those above and those below that it is joined with."""
    above: dict[Slot, dict[Slot, None]] = defaultdict(dict)
    below: dict[Slot, dict[Slot, None]] = defaultdict(dict)
    for chain in chains.values():
        for upper, lower in pairwise(chain):
            below[upper][lower] = None
            above[lower][upper] = None
    return {slot: list(ends) for slot, ends in above.items()}, {slot: list(ends) for slot, ends in below.items()}


def _sort_by_mean(row: list[Slot], beside: list[Slot], joined: Mapping[Slot, list[Slot]]) -> None:
    places = {slot: place for place, slot in enumerate(beside)}
    means = {}
    for place, slot in enumerate(row):
        ends = joined.get(slot)
        means[slot] = sum(places[end] for end in ends) / len(ends) if ends else float(place)
    row.sort(key=lambda slot: means[slot])


def _crossings(rows: list[list[Slot]], below: Mapping[Slot, list[Slot]]) -> int:
    """How often lines cross between neighbouring rows."""
    count = 0
    for upper, lower in pairwise(rows):
        places = {slot: place for place, slot in enumerate(lower)}
        met: list[int] = []
        for slot in upper:
            ends = sorted(places[end] for end in below.get(slot, ()))
            count += sum(len(met) - bisect_right(met, end) for end in ends)
            for end in ends:
                insort(met, end)
    return count


def _mean(values: Sequence[float], otherwise: float) -> float:
    return sum(values) / len(values) if values else otherwise


def _offsets(row: list[Slot]) -> list[float]:
    """How far each slot's middle is at least from that of the first."""
    widths = [room_of(slot) for slot in row]
    offsets = [0.0]
    for left, right in pairwise(widths):
        offsets.append(offsets[-1] + (left + right) / 2 + NODE_GAP)
    return offsets


def _apart(wished: list[float], offsets: list[float], weights: list[float]) -> list[float]:
    """The places nearest to those wished, in this order and at least as far apart as the offsets (least squares)."""
    blocks: list[tuple[float, float, int]] = []
    for wish, offset, weight in zip(wished, offsets, weights, strict=True):
        place, total, count = wish - offset, weight, 1
        while blocks and blocks[-1][0] >= place:
            before, heavy, many = blocks.pop()
            place = (before * heavy + place * total) / (heavy + total)
            total, count = heavy + total, many + count
        blocks.append((place, total, count))
    places = [place for place, _, count in blocks for _ in range(count)]
    return [place + offset for place, offset in zip(places, offsets, strict=True)]
