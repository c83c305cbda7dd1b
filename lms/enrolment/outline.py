"""How courses and lessons are laid out for somebody: shelves, outline, and the one next step (pure)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any

from lms.enrolment.enrolment_states import LessonFacts, next_lesson


class Action(StrEnum):
    """What the primary button of a lesson page does."""

    START = "start"  # enrol and begin
    CHECK = "check"  # take the quick check
    FINISH = "finish"  # mark done, go on
    NEXT = "next"  # done before: only go on
    BLOCKED = "blocked"  # an earlier step of the path comes first
    UNASSIGNED = "unassigned"  # by assignment only
    READ = "read"  # the reader does not study


@dataclass(frozen=True, slots=True)
class OutlineRow:
    """One lesson in a course's outline. ``state`` is "done", "now" or "later"."""

    key: str
    title: Mapping[str, str]
    kind: str
    minutes: int
    has_check: bool
    check_passed: bool
    state: str
    completed_at: datetime | None
    seconds: int


@dataclass(frozen=True, slots=True)
class ShelfCourse:
    """A course on a shelf of the catalogue; ``done`` of its lessons, None where it was not begun."""

    head: Any
    done: int | None
    due_on: date | None
    completed_at: datetime | None
    for_my_role: bool


@dataclass(frozen=True, slots=True)
class Shelves:
    """The catalogue: what is begun or assigned, what else there is (own role first), and what is complete."""

    mine: tuple[ShelfCourse, ...]
    others: tuple[ShelfCourse, ...]
    complete: tuple[ShelfCourse, ...]


def shelves(
    heads: Sequence[Any], figures: Mapping[int, tuple[Any, int]], assigned: Mapping[str, date | None], role: str | None
) -> Shelves:
    """Sort courses onto shelves; those by assignment only are left out unless assigned or begun.

    ``figures``: course id to (enrolment, lessons done); ``assigned``: course key to the day it is due.
    """
    cards = [
        ShelfCourse(
            head,
            figures[head.id][1] if head.id in figures else None,
            assigned.get(head.key),
            figures[head.id][0].completed_at if head.id in figures else None,
            role in head.roles,
        )
        for head in heads
        if not head.assigned_only or head.key in assigned or head.id in figures
    ]
    complete = [card for card in cards if card.completed_at]
    mine = [card for card in cards if not card.completed_at and (card.done is not None or card.head.key in assigned)]
    others = [card for card in cards if card not in complete and card not in mine]
    order = {key: place for place, key in enumerate(assigned)}  # the order of the path's steps
    mine.sort(key=lambda card: (card.due_on or date.max, order.get(card.head.key, len(order))))
    others.sort(key=lambda card: not card.for_my_role)
    return Shelves(tuple(mine), tuple(others), tuple(complete))


def outline(course: Any, progress: Any) -> list[OutlineRow]:
    """The lessons of a course (``CourseView``) for somebody (``CourseProgress``); the next one is "now"."""
    facts = progress.facts(course)
    onward = next_lesson(facts)
    rows = []
    for lesson, fact in zip(course.lessons, facts, strict=True):
        seen = progress.lessons.get(lesson.id)
        state = "done" if fact.is_done else "now" if onward is not None and onward.key == fact.key else "later"
        completed_at, seconds = (seen.completed_at, seen.seconds) if seen is not None else (None, 0)
        body = lesson.body
        rows.append(
            OutlineRow(
                lesson.key, body.title, body.kind, body.minutes, fact.has_check, fact.check_passed, state,
                completed_at, seconds,
            )
        )  # fmt: skip
    return rows


def lesson_action(fact: LessonFacts, is_enrolled: bool, admission: Any, head: Any, may_learn: bool) -> Action:
    """What comes next on a lesson page; ``admission`` is needed only for those not enrolled."""
    if not may_learn:
        return Action.READ
    if not is_enrolled:
        if admission is not None and admission.blocked_by is not None:
            return Action.BLOCKED
        if head.assigned_only and not (admission is not None and admission.is_assigned):
            return Action.UNASSIGNED
        return Action.START
    if fact.is_done:
        return Action.NEXT
    return Action.CHECK if fact.has_check and not fact.check_passed else Action.FINISH
