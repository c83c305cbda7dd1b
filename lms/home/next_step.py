"""What somebody does next: one thing out of all there is to do (pure)."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

BY_ONESELF = ("course", "exam", "scenario", "certification")
"""Kinds that a person can begin now; a session or a sign-off needs somebody else to be there."""


@dataclass(frozen=True, slots=True)
class Lesson:
    """The lesson to go on with: the ``number``-th of ``total`` in its course."""

    course: str
    key: str
    title: Any
    minutes: int
    number: int
    total: int


@dataclass(frozen=True, slots=True)
class Running:
    """An attempt (kind exam or check) or an exam-mode play that was begun and is not over."""

    kind: str
    id: int
    key: str
    title: Any
    deadline_at: Any = None


def choose(tasks: Iterable[Any], shut: Collection[tuple[str, str]] = ()) -> Any | None:
    """The open task (of enrolment) to do now: what is due first; of that, what was begun, then the earlier step.

    What needs other people, and what is ``shut`` by (kind, key), only comes when there is nothing to do alone.
    """
    opened = [task for task in tasks if task.state == "open"]
    return min(opened, key=lambda task: _urgency(task, shut), default=None)


def waits(task: Any, shut: Collection[tuple[str, str]] = ()) -> bool:
    """Whether the person can do nothing for this task now: it needs other people, or its door is shut."""
    return task.kind not in BY_ONESELF or (task.kind, task.key) in shut


def _urgency(task: Any, shut: Collection[tuple[str, str]]) -> tuple[Any, ...]:
    begun = task.kind == "course" and bool(task.done)
    return (waits(task, shut), task.due_on or date.max, not begun, task.position)


def lesson_to_go_on(course: str, undone: Sequence[Lesson]) -> Lesson | None:
    """The first lesson of the course that is not done."""
    return min((one for one in undone if one.course == course), key=lambda one: one.number, default=None)


def address(kind: str, key: str, lesson: str | None = None) -> str | None:
    """Where a thing to do is done; None where other people do their part."""
    if kind == "course":
        return f"/courses/{key}/{lesson}" if lesson else f"/courses/{key}"
    folder = {"exam": "/exams/", "scenario": "/scenarios/"}.get(kind)
    if folder:
        return folder + key
    return "/certificates" if kind in ("certification", "licence") else None
