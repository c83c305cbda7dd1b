"""What was computed of a scenario version, as JSON and back: bounds, a best route, warnings (pure).

Loading computes it once, so that no page ever walks a scenario's states again. Fractions are kept exactly ("7/3").
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from lms.core.definition_errors import Fault
from lms.core.definitions import dotted
from lms.core.texts import Message
from lms.scenarios.checks import Analysis
from lms.scenarios.play_states import Reading, Turn
from lms.scenarios.scoring import Bounds, EndingBounds, ScoreBounds


@dataclass(frozen=True, slots=True)
class AuthorWarning:
    """Something an author should look at: where in the file, and what."""

    place: str
    message: Message


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of a version: exact bounds, the turns of a best route, warnings, the number of its states."""

    bounds: ScoreBounds
    best: tuple[Turn, ...]
    warnings: tuple[AuthorWarning, ...]
    states: int


def to_json(analysis: Analysis, faults: tuple[Fault, ...] = ()) -> dict[str, Any]:
    """The JSON of a sound analysis; ``faults`` are further warnings, such as the framework's.

    Raises ValueError for an analysis without bounds.
    """
    if analysis.bounds is None or analysis.best is None:
        raise ValueError("only a sound scenario has bounds and a best route")
    bounds = analysis.bounds
    return {
        "total": _bounds_to(bounds.total),
        "criteria": {name: _bounds_to(each) for name, each in bounds.criteria.items()},
        "endings": {key: [each.min, each.max] for key, each in bounds.endings.items()},
        "best": [_turn_to(line.turn) for line in analysis.best.lines],
        "warnings": [_warning_to(fault) for fault in (*analysis.faults, *faults) if fault.severity == "warning"],
        "states": analysis.states,
    }


def from_json(stored: Mapping[str, Any]) -> Known:
    """What ``to_json`` wrote."""
    bounds = ScoreBounds(
        total=_bounds_from(stored["total"]),
        criteria={name: _bounds_from(each) for name, each in stored["criteria"].items()},
        endings={key: EndingBounds(low, high) for key, (low, high) in stored["endings"].items()},
    )
    warnings = tuple(
        AuthorWarning(each["place"], Message(each["template"], each["values"])) for each in stored["warnings"]
    )
    return Known(bounds, tuple(_turn_from(each) for each in stored["best"]), warnings, stored["states"])


def _bounds_to(bounds: Bounds) -> list[Any]:
    return [bounds.min, bounds.max, str(bounds.expected)]


def _bounds_from(stored: list[Any]) -> Bounds:
    low, high, expected = stored
    return Bounds(low, high, Fraction(expected))


def _turn_to(turn: Turn) -> dict[str, Any]:
    if turn.choice is not None:
        return {"choice": turn.choice, "emotion": turn.emotion}
    steps = sorted(turn.marks.steps) if turn.marks else []
    return {"steps": steps, "taboo": turn.heard.taboo, "reply": turn.reply, "emotion": turn.emotion}


def _turn_from(stored: Mapping[str, Any]) -> Turn:
    if "choice" in stored:
        return Turn(choice=stored["choice"], emotion=stored["emotion"])
    reading = Reading(frozenset(stored["steps"]), stored["taboo"])
    return Turn(reply=stored["reply"], emotion=stored["emotion"], heard=reading, marks=reading)


def _warning_to(fault: Fault) -> dict[str, Any]:
    values = {name: value if isinstance(value, int) else str(value) for name, value in fault.message.values.items()}
    return {"place": dotted(fault.loc), "template": fault.message.template, "values": values}
