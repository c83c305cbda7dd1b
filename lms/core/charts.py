"""Charts as numbers: where every line, dot and word of a picture lies, for templates to draw as SVG (pure).

Texts arrive translated and formatted; colours leave as tone names (the ``f-`` and ``k-`` classes of marks.css).
Lengths are in pixels of the picture's own view box, except in Whisker and Bar, which are in percent of
whatever width the page gives them.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lms.core.chart_shapes import (
    DESK,
    HALF,
    MIDDLE,
    PHONE,
    Chart,
    Curve,
    Dot,
    Frame,
    Label,
    Rule,
    Size,
    Table,
    apart,
    beside,
    percent_of,
    reach,
    smooth_path,
    straight_path,
    text_width,
)

__all__ = ["DESK", "HALF", "MIDDLE", "PHONE", "Bar", "Chart", "Series", "Size", "Whisker"]

VERDICTS = {"met": ("disc", "ok"), "not-met": ("diamond", "coral"), "not-proven": ("ring", "wait")}
"""How a verdict is drawn: shape first, then tone."""


@dataclass(frozen=True, slots=True)
class Whisker:
    """A share with its interval against a target; positions in percent of the width, None where unknown."""

    dot: float | None
    low: float | None
    high: float | None
    target: float | None
    shape: str
    tone: str
    description: str


@dataclass(frozen=True, slots=True)
class Bar:
    """One horizontal bar: its length and an optional line, both in percent, and what is written at it."""

    label: str
    text: str
    width: float
    tone: str = "teal"
    line: float | None = None


@dataclass(frozen=True, slots=True)
class Series:
    """One line of a line chart: its name, a value for each place (None where there is none), its manner."""

    name: str
    values: Sequence[float | None]
    tone: str = "them"
    dashed: bool = False


def dot_and_whisker(
    value: float | None,
    interval: tuple[float, float] | None,
    *,
    target: float | None,
    verdict: str,
    description: str,
    scale: tuple[float, float] = (0.0, 1.0),
) -> Whisker:
    """A share, its interval and the target on one scale; what lies outside the scale is cut at its edge.

    ``verdict`` is met, not-met, not-proven or no-data (underscores are taken for hyphens).
    """
    shape, tone = VERDICTS.get(verdict.replace("_", "-"), ("none", "soft"))

    def place(number: float | None) -> float | None:
        return None if number is None else percent_of(number - scale[0], scale[1] - scale[0])

    low, high = interval or (None, None)
    return Whisker(place(value), place(low), place(high), place(target), shape, tone, description)


def progress(
    label: str, value: float, maximum: float, *, text: str = "", tone: str = "teal", line: float | None = None
) -> Bar:
    """How far ``value`` is on the way to ``maximum``; ``line`` (same unit) marks a pass line or a target."""
    return Bar(label, text, percent_of(value, maximum), tone, None if line is None else percent_of(line, maximum))


def bars(
    rows: Sequence[tuple[str, float, str]], *, maximum: float, alarm_below: float | None = None
) -> tuple[Bar, ...]:
    """Rows of (label, value, written value) against one maximum; a bar under ``alarm_below`` asks for attention."""
    return tuple(
        progress(
            label,
            value,
            maximum,
            text=text,
            tone="alarm" if alarm_below is not None and value < alarm_below else "teal",
        )
        for label, value, text in rows
    )


def line_chart(
    series: Sequence[Series],
    *,
    places: Sequence[str],
    levels: Sequence[tuple[float, str]],
    title: str,
    description: str,
    place_name: str = "",
    note: tuple[int, str] | None = None,
    size: Size = HALF,
    written: Callable[[float], str] = "{:g}".format,
    straight: bool = False,
) -> Chart:
    """Lines over common places, such as a customer's mood by turn: this call and the best route.

    ``straight`` draws measurements: dots for every series, and nothing between them but a straight line.

    ``levels`` are the horizontal lines with their words. The first series carries the dots; ``note`` (index of a
    place, words) rings one of them. The table holds every series by place.
    """
    known = [v for line in series for v in line.values if v is not None] + [level for level, _ in levels]
    margin = max((text_width(words) for _, words in levels), default=0.0) + 22
    frame = Frame(size, margin, 14, min(known), max(known))
    xs = [frame.x(index, max(len(places) - 1, 1)) for index in range(len(places))]
    lines = [(line, _spots(line, xs, frame)) for line in series]
    curves = tuple(
        Curve((straight_path if straight else smooth_path)(spots), line.tone, 2 if line.dashed else 3, line.dashed)
        for line, spots in lines
        if spots
    )
    ringed = xs[note[0]] if note else None
    dotted = lines if straight else lines[:1]
    dots = tuple(Dot(x, y, "ring" if x == ringed else "disc", line.tone) for line, spots in dotted for x, y in spots)
    labels = [Label(frame.left - 12, frame.y(level) + 4.5, words, "end") for level, words in levels]
    labels += [Label(x, size.height - 10, words, "middle") for x, words in zip(xs, places, strict=True)]
    named = _names_at_ends([(line, spots) for line, spots in lines if spots], frame)
    labels += named
    labels += [beside(dot, note[1], frame, named) for dot in dots if note and dot.shape == "ring"]
    rules = tuple(Rule(frame.left, frame.y(level), frame.right, frame.y(level), "grid") for level, _ in levels)
    table = _series_table(series, places, place_name, written)
    return Chart(size, title, description, (), rules, curves, dots, tuple(labels), (), table)


def whole_percent(value: float) -> str:
    """A share as whole percent with a narrow space, the way pages write it: 0.842 is "84 %"."""
    return f"{100 * value:.0f}\u202f%"


def _spots(line: Series, xs: Sequence[float], frame: Frame) -> list[tuple[float, float]]:
    return [(x, frame.y(value)) for x, value in zip(xs, line.values, strict=True) if value is not None]


def _names_at_ends(lines: Sequence[tuple[Series, list[tuple[float, float]]]], frame: Frame) -> list[Label]:
    """Each line's name at its last point: the lowest line's below it, the others' above, clear of the line itself."""
    ordered = sorted(lines, key=lambda drawn: drawn[1][-1][1])
    wished = []
    for index, (line, spots) in enumerate(ordered):
        top, bottom = reach(spots, spots[-1][0] - text_width(line.name))
        below = len(ordered) > 1 and index == len(ordered) - 1 and bottom + 20 < frame.bottom
        wished.append(bottom + 20 if below else top - 11)
    heights = apart(wished, 18, 12, frame.bottom)
    return [
        Label(spots[-1][0], y, line.name, "end", line.tone, bold=True)
        for (line, spots), y in zip(ordered, heights, strict=True)
    ]


def _series_table(
    series: Sequence[Series], places: Sequence[str], place_name: str, written: Callable[[float], str]
) -> Table:
    columns = [["–" if v is None else written(v) for v in line.values] for line in series]
    rows = tuple((place, *(column[index] for column in columns)) for index, place in enumerate(places))
    return Table((place_name, *(line.name for line in series)), rows)
