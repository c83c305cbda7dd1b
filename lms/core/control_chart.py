"""The picture of a control chart: points over time between limits, signals called out (pure).

Words arrive translated; lengths are in pixels of the picture's own view box.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lms.core.chart_shapes import (
    DESK,
    MIDDLE,
    Chart,
    Curve,
    Dot,
    Frame,
    Label,
    Rule,
    Size,
    Table,
    apart,
    call_out,
    spaced_labels,
    step_band,
    step_points,
    straight_path,
    text_width,
    ticks,
)


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


def _names_in_margin(lines: Sequence[tuple[float, str, str]], frame: Frame) -> list[Label]:
    heights = apart([frame.y(value) + 4.5 for value, _, _ in lines], 18, frame.top, frame.bottom)
    return [
        Label(frame.right + 10, y, name, "start", tone, bold=tone != "soft")
        for (_, name, tone), y in zip(lines, heights, strict=True)
    ]


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
