"""Where the scenes of a map lie and how its lines run (pure).

A layered drawing after Sugiyama: every scene lies as many rows below the first as its longest way there has steps,
endings lie in the last row, rows are ordered by the mean place of their neighbours, and places across follow by least
squares (pool adjacent violators). Lines over several rows that lead to the same place share one lane. Lines that lead
back run in a gutter at the right; what the first scene does not lead to is drawn below. Lengths are in pixels.
"""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from lms.scenarios.map_order import NODE, NODE_WIDTH, Line, Slot, ordered, places_across, room_of

NODE_HEIGHT, ROW_GAP = 56, 44
GUTTER_STEP, MARGIN, TOP = 10, 12, 28


@dataclass(frozen=True, slots=True)
class Spot:
    """The upper left corner of a node; ``is_reached`` says whether the first scene leads there."""

    x: float
    y: float
    is_reached: bool


@dataclass(frozen=True, slots=True)
class Course:
    """How a line runs: an SVG path, where its arrow stands, where a number may stand on it, whether it runs aside."""

    path: str
    tip: tuple[float, float]
    middle: tuple[float, float]
    is_aside: bool


@dataclass(frozen=True, slots=True)
class Layout:
    """The whole drawing; ``unreached_y`` is where the part begins that the first scene does not lead to."""

    spots: Mapping[str, Spot]
    courses: Mapping[Line, Course]
    width: float
    height: float
    unreached_y: float | None


def lay_out(nodes: Sequence[str], lines: Sequence[Line], start: str, last: Collection[str]) -> Layout:
    """Lay out nodes and lines, in the author's order; ``last`` are those of the bottom row, ``start`` the first.

    Every end of a line must be a node. Any graph will do: circles, loops, parts that hang together with nothing.
    """
    onward: dict[str, list[str]] = {key: [] for key in nodes}
    for origin, target in lines:
        onward[origin].append(target)
    reached = _walk(onward, [start])
    others = [key for key in nodes if key not in reached.order]
    parts = [_part(onward, reached, lines, last)]
    if others:
        led_to = {target for key in others for target in onward[key] if target != key}
        roots = [key for key in others if key not in led_to] + others
        rest = {key: [target for target in onward[key] if target in others] for key in others}
        parts.append(_part(rest, _walk(rest, roots), lines, last))
    return _stacked(parts, lines)


def _stacked(parts: list["_Part"], lines: Sequence[Line]) -> Layout:
    """What the first scene leads to above, the rest below."""
    spots: dict[str, Spot] = {}
    tops: list[float] = []
    bottom, right = 0.0, 0.0
    for number, part in enumerate(parts):
        tops.append(bottom)
        for key, row in part.rows.items():
            x = round(part.across[key, NODE] - NODE_WIDTH / 2 + MARGIN, 1)
            spots[key] = Spot(x, bottom + TOP + row * (NODE_HEIGHT + ROW_GAP), not number)
        bottom = max(spots[key].y for key in part.rows) + NODE_HEIGHT + ROW_GAP
        right = max(right, part.width + 2 * MARGIN)
    courses: dict[Line, Course] = {}
    gutter = 0
    for line in lines:
        chain = next((part.chains[line] for part in parts if line in part.chains), None)
        part = next(part for part in parts if line[0] in part.rows)
        if chain is not None:
            lanes = [part.across[slot] + MARGIN for slot in chain[1:-1]]
            courses[line] = _downwards(spots[line[0]], spots[line[1]], lanes)
        elif line[0] == line[1]:
            courses[line] = _loop(spots[line[0]])
        else:
            gutter += 1
            courses[line] = _aside(spots[line[0]], spots[line[1]], right + gutter * GUTTER_STEP, gutter % 4 * 4)
    unreached = tops[1] if len(tops) > 1 else None
    return Layout(spots, courses, round(right + gutter * GUTTER_STEP + MARGIN), round(bottom - MARGIN), unreached)


@dataclass(frozen=True, slots=True)
class _Part:
    """One drawing in itself: the row of every node, the middle of every slot, counted from its left end."""

    rows: Mapping[str, int]
    chains: Mapping[Line, list[Slot]]
    across: Mapping[Slot, float]
    width: float


def _part(onward: Mapping[str, list[str]], walk: "_Walk", lines: Sequence[Line], last: Collection[str]) -> _Part:
    rows = _rows(onward, walk, last)
    forward = [line for line in lines if line[0] in rows and line[1] in rows and line not in walk.back]
    chains = {line: _chain(line, rows) for line in forward}
    across = places_across(ordered(_slots(walk.order, rows, chains), chains), chains)
    left = min(across[slot] - room_of(slot) / 2 for slot in across)
    width = max(across[slot] + room_of(slot) / 2 for slot in across) - left
    return _Part(rows, chains, {slot: middle - left for slot, middle in across.items()}, width)


@dataclass(frozen=True, slots=True)
class _Walk:
    """What a walk into the depth found: nodes so that lines lead forward, but for those that lead back."""

    order: list[str]
    back: set[Line]


def _walk(onward: Mapping[str, list[str]], roots: Sequence[str]) -> _Walk:
    """Walk from every root in turn that was not come by before."""
    done: list[str] = []
    back: set[Line] = set()
    seen: set[str] = set()
    for root in reversed(roots):
        if root not in seen:
            _descend(onward, root, done, seen, back)
    return _Walk(done[::-1], back)


def _descend(onward: Mapping[str, list[str]], root: str, done: list[str], seen: set[str], back: set[Line]) -> None:
    open_ = {root}
    seen.add(root)
    trail: list[tuple[str, Iterator[str]]] = [(root, reversed(onward[root]))]
    while trail:
        here, targets = trail[-1]
        target = next(targets, None)
        if target is None:
            trail.pop()
            open_.discard(here)
            done.append(here)
        elif target in open_:
            back.add((here, target))
        elif target not in seen:
            seen.add(target)
            open_.add(target)
            trail.append((target, reversed(onward[target])))


def _rows(onward: Mapping[str, list[str]], walk: _Walk, last: Collection[str]) -> dict[str, int]:
    """The longest way from the first scene; the bottom row lies below all others."""
    rows = dict.fromkeys(walk.order, 0)
    for key in walk.order:
        for target in onward[key]:
            if (key, target) not in walk.back:
                rows[target] = max(rows[target], rows[key] + 1)
    bottom = max((row for key, row in rows.items() if key not in last), default=-1) + 1
    return {key: bottom if key in last else row for key, row in rows.items()}


def _chain(line: Line, rows: Mapping[str, int]) -> list[Slot]:
    """The slots a forward line runs through, both ends included."""
    origin, target = line
    return [(origin, NODE), *((target, row) for row in range(rows[origin] + 1, rows[target])), (target, NODE)]


def _slots(order: list[str], rows: Mapping[str, int], chains: Mapping[Line, list[Slot]]) -> list[list[Slot]]:
    """The slots of every row in the order in which the walk came to them."""
    found: list[dict[Slot, None]] = [{} for _ in range(max(rows.values()) + 1)]
    for key in order:
        found[rows[key]][key, NODE] = None
        for (origin, _), chain in chains.items():
            if origin == key:
                for slot in chain[1:-1]:
                    found[slot[1]][slot] = None
    return [list(row) for row in found]


def _downwards(origin: Spot, target: Spot, lanes: Sequence[float]) -> Course:
    """From the middle below to the middle above, straight where it passes a row in a lane."""
    x, y = origin.x + NODE_WIDTH / 2, origin.y + NODE_HEIGHT
    path = [f"M{x:.1f} {y:.0f}"]
    end = target.x + NODE_WIDTH / 2
    middle = ((x + (*lanes, end)[0]) / 2, y + ROW_GAP / 2)
    for lane in lanes:
        path.append(_bow(x, y, lane) + f"v{NODE_HEIGHT}")
        x, y = lane, y + ROW_GAP + NODE_HEIGHT
    path.append(_bow(x, y, end))
    return Course("".join(path), (end, target.y), middle, False)


def _bow(x: float, y: float, end: float) -> str:
    """A curve from one row down to the next."""
    return f"C{x:.1f} {y + ROW_GAP * 0.6:.0f} {end:.1f} {y + ROW_GAP * 0.4:.0f} {end:.1f} {y + ROW_GAP:.0f}"


def _loop(spot: Spot) -> Course:
    """A small bow at the right side of a scene that leads to itself."""
    x, y = spot.x + NODE_WIDTH - 14, spot.y
    path = f"M{x:.1f} {y + NODE_HEIGHT:.0f}c0 14 26 14 26 -10v-36c0 -24 -26 -24 -26 -10"
    return Course(path, (x, y), (x + 26, y + NODE_HEIGHT / 2), True)


def _aside(origin: Spot, target: Spot, x: float, apart: int) -> Course:
    """Out below the origin, along the gutter, and in above the target, with round corners; ``apart`` keeps lines of
    the same rows from lying on each other."""
    from_x, to_x = origin.x + NODE_WIDTH * 0.8, target.x + NODE_WIDTH * 0.8
    out, into = origin.y + NODE_HEIGHT + 9 + apart, target.y - 10 - apart
    turn = -8 if into < out else 8
    path = (
        f"M{from_x:.1f} {origin.y + NODE_HEIGHT:.0f}V{out - 8:.0f}q0 8 8 8H{x - 8:.1f}q8 0 8 {turn}V{into - turn:.0f}"
        f"q0 {turn} -8 {turn}H{to_x + 8:.1f}q-8 0 -8 8V{target.y:.0f}"
    )
    return Course(path, (to_x, target.y), (x, (out + into) / 2), True)
