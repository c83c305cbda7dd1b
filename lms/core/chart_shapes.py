"""The shapes a chart is drawn with, and where words find room beside them (pure)."""

import math
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise

FONT_SIZE = 14
LINE_HEIGHT = 18


@dataclass(frozen=True, slots=True)
class Size:
    """A picture's width and height in pixels."""

    width: int
    height: int


DESK = Size(1120, 290)
MIDDLE = Size(780, 290)
HALF = Size(460, 290)
PHONE = Size(300, 230)


@dataclass(frozen=True, slots=True)
class Rule:
    """A straight line."""

    x1: float
    y1: float
    x2: float
    y2: float
    tone: str
    width: float = 1
    dashed: bool = False


@dataclass(frozen=True, slots=True)
class Curve:
    """A line along a path."""

    path: str
    tone: str
    width: float = 2
    dashed: bool = False
    faint: bool = False


@dataclass(frozen=True, slots=True)
class Dot:
    """A point: disc, ring or diamond."""

    x: float
    y: float
    shape: str
    tone: str


@dataclass(frozen=True, slots=True)
class Label:
    """Words at a baseline; ``anchor`` is start, middle or end."""

    x: float
    y: float
    text: str
    anchor: str = "start"
    tone: str = "soft"
    bold: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """The same numbers to read: column heads, and rows whose first cell is their head."""

    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """A whole picture, drawn in this order: bands, rules, curves, dots, labels; ``key`` explains lines on a phone."""

    size: Size
    title: str
    description: str
    bands: tuple[str, ...]
    rules: tuple[Rule, ...]
    curves: tuple[Curve, ...]
    dots: tuple[Dot, ...]
    labels: tuple[Label, ...]
    key: tuple[tuple[str, str], ...]
    table: Table


@dataclass(frozen=True, slots=True)
class Frame:
    """The plot inside a picture: margins in pixels, values from ``low`` to ``high`` from bottom to top."""

    size: Size
    left_margin: float
    right_margin: float
    low: float
    high: float
    top: float = 30
    bottom_margin: float = 36

    @property
    def left(self) -> float:
        """Where the plot begins."""
        return self.left_margin

    @property
    def right(self) -> float:
        """Where the plot ends."""
        return self.size.width - self.right_margin

    @property
    def bottom(self) -> float:
        """Where the plot stands."""
        return self.size.height - self.bottom_margin

    def x(self, index: float, steps: float) -> float:
        """The place of step ``index`` of ``steps``."""
        return self.left + (self.right - self.left) * index / steps

    def y(self, value: float) -> float:
        """The height of a value; values outside are cut at the plot's edge."""
        if self.high == self.low:
            return (self.top + self.bottom) / 2
        share = clamped((value - self.low) / (self.high - self.low), 0.0, 1.0)
        return self.bottom - share * (self.bottom - self.top)


def clamped(value: float, low: float, high: float) -> float:
    """``value``, or the nearest end of low…high."""
    return max(low, min(high, value))


def percent_of(value: float, whole: float) -> float:
    """``value`` in percent of ``whole``, cut to 0…100; 0 for no whole."""
    return clamped(100 * value / whole, 0.0, 100.0) if whole else 0.0


def text_width(text: str) -> float:
    """About how many pixels the words take at chart size: Chinese a full square, Latin a little over half."""
    return sum(FONT_SIZE if unicodedata.east_asian_width(c) in "WF" else FONT_SIZE * 0.6 for c in text)


def ticks(values: Sequence[float], lowest: float | None, highest: float | None) -> list[float]:
    """Three to six round numbers that span the values, within ``lowest`` and ``highest`` where given."""
    low, high = min(values), max(values)
    if lowest is not None:
        low = max(low, lowest)
    if highest is not None:
        high = min(high, highest)
    span = max(high - low, 1e-9)
    magnitude = 10 ** math.floor(math.log10(span / 4))
    step = next(m * magnitude for m in (1, 2, 2.5, 5, 10) if span / (m * magnitude) <= 4)
    first, last = math.floor(low / step + 1e-9), math.ceil(high / step - 1e-9)
    return [round(index * step, 10) for index in range(first, max(last, first + 1) + 1)]


def smooth_path(points: Sequence[tuple[float, float]]) -> str:
    """A path that leaves and reaches every point level, so that it never overshoots one."""
    path = f"M{points[0][0]:.1f} {points[0][1]:.1f}"
    for (x0, y0), (x1, y1) in pairwise(points):
        middle = (x0 + x1) / 2
        path += f" C{middle:.1f} {y0:.1f} {middle:.1f} {y1:.1f} {x1:.1f} {y1:.1f}"
    return path


def straight_path(points: Sequence[tuple[float, float]]) -> str:
    """A path from point to point."""
    return "M" + " L".join(f"{x:.1f} {y:.1f}" for x, y in points)


def reach(points: Sequence[tuple[float, float]], since: float) -> tuple[float, float]:
    """The highest and the lowest a line comes (smallest and greatest y) from x = ``since`` to its end."""
    heights = [points[-1][1]]
    for (x0, y0), (x1, y1) in pairwise(points):
        if x1 > since:
            cut = clamped((since - x0) / (x1 - x0), 0.0, 1.0)
            eased = cut * cut * (3 - 2 * cut)  # close to the curve that smooth_path draws
            heights += [y0 + (y1 - y0) * eased, y1]
    return min(heights), max(heights)


def step_points(edges: Sequence[float], heights: Sequence[float]) -> list[tuple[float, float]]:
    """Corners of a line that keeps each height from one edge to the next."""
    return [(x, y) for i, y in enumerate(heights) for x in (edges[i], edges[i + 1])]


def step_band(edges: Sequence[float], lower: Sequence[float], upper: Sequence[float]) -> str:
    """The closed area between two stepped lines."""
    return straight_path(step_points(edges, upper) + step_points(edges, lower)[::-1]) + "Z"


def apart(heights: Sequence[float], gap: float, low: float, high: float) -> list[float]:
    """Heights moved as little as keeps them in order and ``gap`` apart, between ``low`` and ``high`` if they fit."""
    order = sorted(range(len(heights)), key=lambda index: heights[index])
    placed = list(heights)
    for before, index in pairwise(order):
        placed[index] = max(placed[index], placed[before] + gap)
    limit = high
    for index in reversed(order):
        placed[index] = min(placed[index], limit)
        limit = placed[index] - gap
    return [max(height, low) for height in placed]


def beside(dot: Dot, text: str, frame: Frame, taken: Sequence[Label] = ()) -> Label:
    """A note under a dot, kept inside the plot; above it, or at its side, where there is no room or words stand
    already (``taken``)."""
    half = text_width(text) / 2
    x = clamped(dot.x, frame.left + half, max(frame.right - half, frame.left + half))
    below, above = (Label(x, dot.y + step, text, "middle", "ink", bold=True) for step in (24, -14))
    sides = [
        Label(dot.x + step, dot.y + 5, text, anchor, "ink", bold=True) for step, anchor in ((-14, "end"), (14, "start"))
    ]
    fits = [below] if below.y < frame.bottom - 4 else []
    fits += [above, *(side for side in sides if frame.left <= _span(side)[0] and _span(side)[1] <= frame.right)]
    return next((note for note in fits if not any(touch(note, other) for other in taken)), fits[0])


def _span(label: Label) -> tuple[float, float]:
    """From where to where its words reach."""
    width = text_width(label.text)
    start = label.x - {"start": 0.0, "middle": width / 2, "end": width}[label.anchor]
    return start, start + width


def touch(one: Label, other: Label) -> bool:
    """Whether two labels' words lie on one another."""
    (left, right), (start, end) = _span(one), _span(other)
    return left < end and start < right and abs(one.y - other.y) < LINE_HEIGHT


def call_out(dot: Dot, lines: Sequence[str], frame: Frame) -> list[Label]:
    """Lines of words at the side of a dot that has room for them."""
    width = max(text_width(line) for line in lines)
    rightwards = dot.x + 14 + width <= frame.right
    x, anchor = (dot.x + 14, "start") if rightwards else (dot.x - 14, "end")
    top = min(dot.y + 1, frame.bottom - 8 - LINE_HEIGHT * (len(lines) - 1))
    return [
        Label(x, top + LINE_HEIGHT * i, line, anchor, "soft" if i else "ink", bold=not i)
        for i, line in enumerate(lines)
    ]


def spaced_labels(places: Sequence[tuple[float, str]], y: float) -> list[Label]:
    """The words under an axis, as many at even distance as fit without touching."""
    if len(places) < 2:
        return [Label(x, y, text, "middle") for x, text in places]
    room = abs(places[1][0] - places[0][0])
    needed = max(text_width(text) for _, text in places) + 12
    every = max(1, math.ceil(needed / room))
    return [Label(x, y, text, "middle") for index, (x, text) in enumerate(places) if index % every == 0]
