"""How many people mark one piece of work: one, or two who do not know of each other, and a third where they differ (pure)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeVar

M = TypeVar("M")


@dataclass(frozen=True, slots=True)
class Waiting:
    """The work needs so many marks in all."""

    needed: int


def marks_needed(marks: Sequence[M], first: int, alike: Callable[[M, M], bool]) -> int:
    """How many marks are needed in all, ``first`` at the beginning: with two marks or more that is 2 where the first two,
    in the order they came, are ``alike``, and else 3."""
    if first == 1 or len(marks) < max(first, 2):
        return first
    return 2 if alike(marks[0], marks[1]) else 3
