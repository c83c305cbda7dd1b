"""Which SOP steps are examined, by items and by scenes of role-plays, and which by nothing (pure)."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TypeVar

from lms.core.texts import Text

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Place:
    """A SOP step as its course states it; ``place`` is "course/lesson/step"."""

    place: str
    course: str
    course_title: Text
    lesson: str
    lesson_title: Text
    action: Text


@dataclass(frozen=True, slots=True)
class CoveringItem:
    """An item that covers a step."""

    key: str
    difficulty: str


@dataclass(frozen=True, slots=True)
class CoveringScene:
    """A scene that exercises a step, of a role-play with this title."""

    scenario: str
    title: Text = field(compare=False)
    scene: str


@dataclass(frozen=True, slots=True)
class Covered:
    """A step with what covers it."""

    step: Place
    items: Sequence[CoveringItem]
    scenes: Sequence[CoveringScene]

    @property
    def is_bare(self) -> bool:
        """Nothing asks for this step: whoever leaves it out is never found."""
        return not self.items and not self.scenes


@dataclass(frozen=True, slots=True)
class Tally:
    """A course with how many of its steps are covered; ``bare`` by nothing at all."""

    course: str
    title: Text
    steps: int
    by_items: int
    by_scenes: int
    bare: int


def covered(
    steps: Iterable[Place],
    items: Iterable[tuple[str, CoveringItem]],
    scenes: Iterable[tuple[str, CoveringScene]],
) -> list[Covered]:
    """Every step with what covers it. An item or scene may name a step, a lesson or a course: the wider place counts
    for each step in it."""
    by_item, by_scene = _by_place(items), _by_place(scenes)
    return [Covered(step, _found(step, by_item), _found(step, by_scene)) for step in steps]


def tallies(steps: Sequence[Covered]) -> Iterator[Tally]:
    """One line for each course, in the order in which they come."""
    for key in dict.fromkeys(one.step.course for one in steps):
        own = [one for one in steps if one.step.course == key]
        yield Tally(
            key,
            own[0].step.course_title,
            len(own),
            sum(bool(one.items) for one in own),
            sum(bool(one.scenes) for one in own),
            sum(one.is_bare for one in own),
        )


def by_lesson(steps: Sequence[Covered]) -> list[list[Covered]]:
    """The steps of one course, lesson by lesson, in their order."""
    lessons: dict[str, list[Covered]] = {}
    for one in steps:
        lessons.setdefault(one.step.lesson, []).append(one)
    return list(lessons.values())


def _by_place(pairs: Iterable[tuple[str, T]]) -> dict[str, list[T]]:
    found: dict[str, list[T]] = {}
    for place, one in pairs:
        found.setdefault(place, []).append(one)
    return found


def _found(step: Place, by_place: Mapping[str, list[T]]) -> list[T]:
    places = (step.course, f"{step.course}/{step.lesson}", step.place)
    return list(dict.fromkeys(one for place in places for one in by_place.get(place, ())))
