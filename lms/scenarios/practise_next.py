"""What to practise after a talk: the SOP steps of the scenes in which points were left behind (pure)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

from lms.scenarios.definitions import ScenarioDefinition
from lms.scenarios.plot import Points, whole_if_possible
from lms.scenarios.review import TurnReview

MOST = 3
"""More than three things at once nobody practises."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A SOP place (course/lesson/step) with the points lost in the scenes that exercise it, and in which turns."""

    place: str
    lost: Points
    turns: tuple[int, ...]


def gaps(definition: ScenarioDefinition, reviews: Sequence[TurnReview]) -> list[Gap]:
    """At most ``MOST`` places, most points lost first.

    A scene lists several places and its loss cannot be split between them, so that it counts for the one that fits
    best: the step that a better reply would have performed, else the first. The others follow only where there is room.
    """
    first: dict[str, Gap] = {}
    further: dict[str, Gap] = {}
    for review in sorted(reviews, key=lambda one: -one.lost):
        places = _fitting(definition, review)
        if review.lost > 0 and places:
            _add(first, places[0], review)
            for place in places[1:]:
                _add(further, place, review)
    ranked = [*_ranked(first.values()), *(gap for gap in _ranked(further.values()) if gap.place not in first)]
    return ranked[:MOST]


def _fitting(definition: ScenarioDefinition, review: TurnReview) -> list[str]:
    """The scene's places, those first whose step the scene's replies perform and nothing said did."""
    scene = definition.scenes[review.line.scene]
    wanted = {choice.step for choice in scene.choices.values() if choice.step}
    wanted |= set(scene.typed.steps) if scene.typed else set()
    missed = wanted - review.line.steps
    return sorted(scene.sop, key=lambda place: place.rpartition("/")[2] not in missed)


def _add(found: dict[str, Gap], place: str, review: TurnReview) -> None:
    known = found.get(place, Gap(place, Fraction(0), ()))
    found[place] = Gap(place, whole_if_possible(Fraction(known.lost + review.lost)), (*known.turns, review.number))


def _ranked(found: Iterable[Gap]) -> list[Gap]:
    return sorted(found, key=lambda gap: (-gap.lost, gap.turns))
