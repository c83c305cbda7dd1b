"""The picture of an exam's items: how many get each right, and how well it tells who knows more (pure)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from lms.core.chart_shapes import Frame, Label, Rule, Size
from lms.core.charts import whole_percent

BROAD, NARROW = Size(1120, 330), Size(320, 330)
FACILITY_TICKS = (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)


@dataclass(frozen=True, slots=True)
class Spot:
    """An item: share right (0-1) and discrimination (-1 to 1); ``words`` say all of it, ``url`` leads to its page."""

    words: str
    url: str
    facility: float
    discrimination: float
    kind: str = "fine"


@dataclass(frozen=True, slots=True)
class Mark:
    """A spot with its place in the picture; shape and tone say its kind."""

    x: float
    y: float
    shape: str
    tone: str
    spot: Spot


@dataclass(frozen=True, slots=True)
class Scatter:
    """The whole picture."""

    size: Size
    rules: tuple[Rule, ...]
    labels: tuple[Label, ...]
    marks: tuple[Mark, ...]


KINDS = {"fine": ("disc", "teal"), "mild": ("ring", "wait"), "grave": ("diamond", "coral")}
LEAST_TELLING = 0.2
"""The line under which an item hardly tells anybody apart."""


def scatter(
    spots: Sequence[Spot],
    across: str,
    upwards: str,
    size: Size = BROAD,
    *,
    written: Callable[[float], str] = whole_percent,
) -> Scatter:
    """The items over two axes with their words, from the easiest left; a line at a discrimination of 20 %."""
    lowest = min([0.0, *(spot.discrimination for spot in spots)])
    lowest = -1.0 if lowest < -0.5 else -0.5 if lowest < 0 else 0.0
    frame = Frame(size, 58, 30, lowest, 1.0, top=34, bottom_margin=54)
    heights = [level for level in (-1.0, -0.5, 0.0, 0.5, 1.0) if level >= lowest]
    rules = [Rule(frame.left, frame.y(level), frame.right, frame.y(level), "grid") for level in heights]
    rules += [Rule(frame.x(at, 1), frame.top, frame.x(at, 1), frame.bottom, "grid") for at in FACILITY_TICKS]
    line = frame.y(LEAST_TELLING)
    rules.append(Rule(frame.left, line, frame.right, line, "ink", 1.5, dashed=True))
    labels = [Label(frame.left - 8, frame.y(level) + 4.5, written(level), "end") for level in heights]
    labels += [Label(frame.x(at, 1), frame.bottom + 20, written(at), "middle") for at in FACILITY_TICKS]
    labels += [Label(4, 16, upwards), Label(frame.right, size.height - 8, across, "end")]
    marks = tuple(
        Mark(frame.x(spot.facility, 1), frame.y(spot.discrimination), *KINDS[spot.kind], spot)
        for spot in sorted(spots, key=lambda one: (one.facility, one.discrimination))
    )
    return Scatter(size, tuple(rules), tuple(labels), marks)
