"""Where somebody stands: which steps of a path are open, which lesson is next, what time counts (pure)."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

MOST_GAP_SECONDS = 60


class StepState(StrEnum):
    """Where one thing to do stands."""

    DONE = "done"
    OPEN = "open"
    LOCKED = "locked"


@dataclass(frozen=True, slots=True)
class StepRef:
    """Something to do: ``StepRef("course", "complaint-handling")``."""

    kind: str
    key: str


@dataclass(frozen=True, slots=True)
class Standing:
    """A step's state and, while it is locked, the step that opens it."""

    state: StepState
    opened_by: StepRef | None = None


def standings(steps: Sequence[StepRef], done: Collection[StepRef], *, ordered: bool) -> list[Standing]:
    """The standing of every step. In an ordered path a step opens when all before it are done."""
    found, first_undone = [], None
    for step in steps:
        if step in done:
            found.append(Standing(StepState.DONE))
        elif ordered and first_undone is not None:
            found.append(Standing(StepState.LOCKED, first_undone))
        else:
            found.append(Standing(StepState.OPEN))
        if step not in done and first_undone is None:
            first_undone = step
    return found


def blocking_step(
    step: StepRef, paths: Sequence[tuple[Sequence[StepRef], bool]], done: Collection[StepRef]
) -> StepRef | None:
    """What must be done before ``step``, or None when it may begin; ``paths`` are (steps, ordered).

    One path that has it open is enough; a step of no path is not held back.
    """
    blocker = None
    for steps, ordered in paths:
        if step not in steps:
            continue
        standing = standings(steps, done, ordered=ordered)[list(steps).index(step)]
        if standing.state is not StepState.LOCKED:
            return None
        blocker = standing.opened_by
    return blocker


def counted_seconds(last_seen_at: datetime, now: datetime) -> int:
    """Whole seconds between two signs of life; a gap of more than ``MOST_GAP_SECONDS`` was spent elsewhere."""
    gap = (now - last_seen_at).total_seconds()
    return int(gap) if 0 <= gap <= MOST_GAP_SECONDS else 0


def due_day(due_days: int, hired_on: date | None, role_since: date | None, today: date) -> date:
    """When a path is due: so many days after the later of hire and role's begin.

    Where that day is gone already (the path is newer than the person), or neither is known, the days count from today:
    nobody is late on the day something is given to them.
    """
    begins = max((day for day in (hired_on, role_since) if day), default=today)
    due = begins + timedelta(days=due_days)
    return due if due >= today else today + timedelta(days=due_days)


@dataclass(frozen=True, slots=True)
class LessonFacts:
    """What is known about one lesson and one person."""

    key: str
    has_check: bool
    is_done: bool
    check_passed: bool
    is_open: bool
    """Opened before, not done yet."""


def next_lesson(lessons: Sequence[LessonFacts], after: str | None = None) -> LessonFacts | None:
    """The lesson to go on with: the first one not done behind ``after``, else the first not done at all."""
    keys = [lesson.key for lesson in lessons]
    start = keys.index(after) + 1 if after in keys else 0
    return next((lesson for lesson in [*lessons[start:], *lessons[:start]] if not lesson.is_done), None)


def neighbours(keys: Sequence[str], key: str) -> tuple[str | None, str | None]:
    """The keys before and after one of them."""
    place = list(keys).index(key)
    return keys[place - 1] if place else None, keys[place + 1] if place + 1 < len(keys) else None


def marks_missing(items: Sequence[Mapping[str, object]], marks: Mapping[str, int]) -> int:
    """How many observations a checklist still lacks; ``items`` have ``key`` and ``times``."""
    return sum(max(0, int(str(item["times"])) - marks.get(str(item["key"]), 0)) for item in items)
