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
    call_out,
    percent_of,
    reach,
    smooth_path,
    spaced_labels,
    step_band,
    step_points,
    straight_path,
    text_width,
    ticks,
)

__all__ = ["DESK", "HALF", "MIDDLE", "PHONE", "Bar", "Chart", "ControlPoint", "Names", "Series", "Size", "Whisker"]

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


@dataclass(frozen=True, slots=True)
class ControlPoint:
    """One point of a control chart: value and limits on one scale; a signal is called out with its notes."""

    label: str
    value: float
    lower: float
    upper: float
    signal: bool = False
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Names:
    """The words of a control chart, translated."""

    period: str
    value: str
    centre: str
    target: str
    lower: str
    upper: str


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
) -> Chart:
    """Lines over common places, such as a customer's mood by turn: this call and the best route.

    ``levels`` are the horizontal lines with their words. The first series carries the dots; ``note`` (index of a
    place, words) rings one of them. The table holds every series by place.
    """
    known = [v for line in series for v in line.values if v is not None] + [level for level, _ in levels]
    margin = max((text_width(words) for _, words in levels), default=0.0) + 22
    frame = Frame(size, margin, 14, min(known), max(known))
    xs = [frame.x(index, max(len(places) - 1, 1)) for index in range(len(places))]
    lines = [(line, _spots(line, xs, frame)) for line in series]
    curves = tuple(
        Curve(smooth_path(spots), line.tone, 2 if line.dashed else 3, line.dashed) for line, spots in lines if spots
    )
    ringed = xs[note[0]] if note else None
    dots = tuple(Dot(x, y, "ring" if x == ringed else "disc", line.tone) for line, spots in lines[:1] for x, y in spots)
    labels = [Label(frame.left - 12, frame.y(level) + 4.5, words, "end") for level, words in levels]
    labels += [Label(x, size.height - 10, words, "middle") for x, words in zip(xs, places, strict=True)]
    labels += _names_at_ends([(line, spots) for line, spots in lines if spots], frame)
    labels += [beside(dot, note[1], frame) for dot in dots if note and dot.shape == "ring"]
    rules = tuple(Rule(frame.left, frame.y(level), frame.right, frame.y(level), "grid") for level, _ in levels)
    table = _series_table(series, places, place_name, written)
    return Chart(size, title, description, (), rules, curves, dots, tuple(labels), (), table)


def control_chart(
    points: Sequence[ControlPoint],
    *,
    centre: float,
    names: Names,
    title: str,
    description: str,
    target: float | None = None,
    size: Size = DESK,
    written: Callable[[float], str] = "{:g}".format,
    limits: tuple[float | None, float | None] = (0.0, 1.0),
) -> Chart:
    """Points over time between control limits (a p-chart when the values are shares).

    The band is stepped, because each point has limits of its own; signals are diamonds with their notes.
    ``limits`` cut the axis, None leaves it open. Raises ValueError without points.
    """
    if not points:
        raise ValueError("A control chart needs at least one point.")
    levels = [v for p in points for v in (p.value, p.lower, p.upper)] + [centre, centre if target is None else target]
    axis = ticks(levels, *limits)
    lines = [(centre, names.centre, "teal")] + ([] if target is None else [(target, names.target, "ink")])
    roomy = size.width >= MIDDLE.width
    frame = _control_frame(size, [written(v) for v in axis], names if roomy else None, axis)
    edges = [frame.x(index, len(points)) for index in range(len(points) + 1)]
    dots = tuple(_control_dot(p, frame.x(i + 0.5, len(points)), frame) for i, p in enumerate(points))
    lower, upper = [frame.y(p.lower) for p in points], [frame.y(p.upper) for p in points]
    curves = (
        Curve(straight_path(step_points(edges, lower)), "edge", 1.5),
        Curve(straight_path(step_points(edges, upper)), "edge", 1.5),
        Curve(straight_path([(dot.x, dot.y) for dot in dots]), "teal", 1.5, faint=True),
    )
    labels = [Label(frame.left - 10, frame.y(v) + 4.5, written(v), "end") for v in axis]
    labels += _control_labels(points, dots, frame)
    if roomy:
        named = [*lines, (points[-1].lower, names.lower, "soft"), (points[-1].upper, names.upper, "soft")]
        labels += _names_in_margin(named, frame)
    key = [(tone, name) for _, name, tone in lines] + [("band", f"{names.lower} – {names.upper}")]
    rows = tuple((p.label, written(p.value), written(p.lower), written(p.upper)) for p in points)
    return Chart(
        size,
        title,
        description,
        bands=(step_band(edges, lower, upper),),
        rules=_control_rules(frame, centre, target),
        curves=curves,
        dots=dots,
        labels=tuple(labels),
        key=() if roomy else tuple(key),
        table=Table((names.period, names.value, names.lower, names.upper), rows),
    )


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


def _names_in_margin(lines: Sequence[tuple[float, str, str]], frame: Frame) -> list[Label]:
    heights = apart([frame.y(value) + 4.5 for value, _, _ in lines], 18, frame.top, frame.bottom)
    return [
        Label(frame.right + 10, y, name, "start", tone, bold=tone != "soft")
        for (_, name, tone), y in zip(lines, heights, strict=True)
    ]


def _series_table(
    series: Sequence[Series], places: Sequence[str], place_name: str, written: Callable[[float], str]
) -> Table:
    columns = [["–" if v is None else written(v) for v in line.values] for line in series]
    rows = tuple((place, *(column[index] for column in columns)) for index, place in enumerate(places))
    return Table((place_name, *(line.name for line in series)), rows)


def _control_frame(size: Size, written: Sequence[str], names: Names | None, axis: Sequence[float]) -> Frame:
    """The plot between the axis' figures and, where ``names`` stand in the margin, their words."""
    left = max(text_width(figure) for figure in written) + 16
    words = (names.centre, names.target, names.lower, names.upper) if names else ()
    right = max((text_width(word) + 24 for word in words), default=8.0)
    return Frame(size, left, right, axis[0], axis[-1])


def _control_labels(points: Sequence[ControlPoint], dots: Sequence[Dot], frame: Frame) -> list[Label]:
    pairs = list(zip(points, dots, strict=True))
    under = spaced_labels([(dot.x, point.label) for point, dot in pairs], frame.size.height - 10)
    signals = [(point, dot) for point, dot in pairs if point.signal and point.notes]
    return under + [label for point, dot in signals for label in call_out(dot, point.notes, frame)]


def _control_dot(point: ControlPoint, x: float, frame: Frame) -> Dot:
    shape, tone = ("diamond", "coral") if point.signal else ("disc", "teal")
    return Dot(x, frame.y(point.value), shape, tone)


def _control_rules(frame: Frame, centre: float, target: float | None) -> tuple[Rule, ...]:
    rules = [Rule(frame.left, frame.bottom, frame.right, frame.bottom, "axis")]
    rules.append(Rule(frame.left, frame.y(centre), frame.right, frame.y(centre), "teal", 1.5))
    if target is not None:
        rules.append(Rule(frame.left, frame.y(target), frame.right, frame.y(target), "ink", 1.5, dashed=True))
    return tuple(rules)
