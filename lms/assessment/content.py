"""Exam plan files: what is drawn, what passes, who may try again and when (pure)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Annotated, Literal, Protocol, TypedDict

from pydantic import AfterValidator, BeforeValidator, Field, WithJsonSchema

from lms.core.content import (
    Definition,
    Fault,
    Key,
    Moment,
    NotNegative,
    Percent,
    Reference,
    Text,
    pilot_faults,
    unique_by,
)
from lms.core.definition_errors import refusal
from lms.core.entered import whole_number
from lms.core.texts import N_, Message
from lms.question_bank.item_fields import SopRef

Count = Annotated[int, Field(ge=0, le=100_000)]
Least = Annotated[int, Field(ge=1, le=100_000)]


def _try_number(value: object) -> str:
    """The number of a try as the key of a mapping, which files and JSON hold as text."""
    number = whole_number(str(value))
    if number is None or not 2 <= number <= 100:
        raise refusal(Message(N_("Write the number of a try here, from 2 to 100.")))
    return str(number)


def _lesson_place(value: str) -> str:
    if value.count("/") != 1:
        raise refusal(Message(N_("Write course/lesson here, as in complaint-handling/lscat.")))
    return value


TryNumber = Annotated[str, BeforeValidator(_try_number), WithJsonSchema({"type": "string", "pattern": "^[0-9]{1,3}$"})]
LessonPlace = Annotated[SopRef, AfterValidator(_lesson_place)]
Difficulty = Literal["easy", "medium", "hard"]


class Section(Definition):
    """One part of an exam: how many items it draws, and from where."""

    title: Text | None = None
    topic: Key | None = None
    sop: SopRef | None = None
    items: Annotated[list[Key], Field(min_length=1), unique_by()] | None = None
    draw: Least | None = None
    difficulty: dict[Difficulty, Count] | None = None
    cover: dict[SopRef, Least] | None = None
    cut: Percent | None = None

    def faults(self) -> Iterator[Fault]:
        sources = [name for name in ("topic", "sop", "items") if getattr(self, name) is not None]
        if not sources:
            yield Fault((), N_("Say where the items come from: add topic, sop or items."))
        if len(sources) > 1:
            values = {"first": sources[0], "second": sources[1]}
            yield Fault((sources[1],), N_("Items come from one place; keep %(first)s or %(second)s."), values)
        if self.items is not None and self.draw is not None and self.draw > len(self.items):
            yield Fault(
                ("draw",),
                N_("This draws %(draw)s items, but only %(held)s are listed."),
                {"draw": self.draw, "held": len(self.items)},
            )
        if self.difficulty is not None:
            total = sum(self.difficulty.values())
            if total < 1 or self.draw not in (None, total):
                yield Fault(
                    ("difficulty",),
                    N_("The counts add up to %(total)s; they must add up to %(draw)s."),
                    {"total": total, "draw": self.draw or 1},
                )
        yield from self._wished_too_much()

    def _wished_too_much(self) -> Iterator[Fault]:
        """Every item wished for an SOP place takes a place of its own."""
        wished = sum((self.cover or {}).values())
        asked = self.asked if self.asked is not None else len(self.items) if self.items is not None else wished
        if wished > asked:
            yield Fault(
                ("cover",),
                N_("This wishes for %(wished)s items by step, but the part draws only %(draw)s."),
                {"wished": wished, "draw": asked},
            )

    @property
    def asked(self) -> int | None:
        """How many items the section draws; none when it takes all there are."""
        if self.draw is None and self.difficulty is not None:
            return sum(self.difficulty.values())
        return self.draw


class Shuffle(Definition):
    """What every attempt sees in another order."""

    items: bool = True
    options: bool = True


Showing = Literal["at-once", "after-pass", "after-close", "never"]


class Show(Definition):
    """When a learner sees the score, and when the right answers."""

    score: Showing = "at-once"
    answers: Showing = "after-pass"


class Marking(Definition):
    """How people mark the exam's essays.

    With two markers, ``margin`` is how many points they may lie apart before a third marks (decision 0020).
    ``calibration`` is the least percent of agreement in a calibration round without which nobody marks.
    """

    markers: Literal[1, 2] = 1
    margin: NotNegative = Decimal(1)
    blind: bool = True
    calibration: Percent | None = None


class BeforeTry(Definition):
    """What somebody who failed must do before a further try: work through a lesson ("course/lesson") again."""

    lesson: LessonPlace


class Exam(Definition):
    """An exam plan as its file states it.

    ``balance`` is how many points of percent the expected scores of two papers may lie apart; an item that stood in
    more than ``exposure_cap`` percent of the papers so far gives way to others (decision 0019). ``before_try`` names by
    number of the try what must come before it; after ``escalate_after`` failed tries the trainers are told.
    """

    exam: Key
    title: Text
    sections: Annotated[list[Section], Field(min_length=1)]
    cut: Percent = Decimal(80)
    time_limit_minutes: Least | None = None
    when_time_is_up: Literal["auto-submit", "grace", "abandon"] = "auto-submit"
    grace_minutes: Count = 0
    attempts: Least | None = None
    wait_hours: NotNegative = Decimal(24)
    before_try: dict[TryNumber, BeforeTry] = {}
    escalate_after: Least | None = None
    counts: Literal["best", "first", "last", "mean"] = "best"
    shuffle: Shuffle = Shuffle()
    avoid_seen: bool = True
    show: Show = Show()
    marking: Marking = Marking()
    balance: Percent = Decimal(3)
    exposure_cap: Percent | None = None
    opens_at: Moment | None = None
    closes_at: Moment | None = None
    assigned_only: bool = False
    status: Literal["live", "pilot"] = "live"
    sites: Annotated[list[Key], unique_by()] = []

    def faults(self) -> Iterator[Fault]:
        yield from pilot_faults(self.status, self.sites)
        yield from self._listed_twice()
        if self.when_time_is_up == "grace" and not self.grace_minutes:
            yield Fault(("when_time_is_up",), N_("Grace needs its length; add grace_minutes."))
        if self.closes_at is None and "after-close" in (self.show.score, self.show.answers):
            yield Fault(("show",), N_("Nothing closes, so nothing would ever be shown; add closes_at."))
        if self.opens_at and self.closes_at:
            if (self.opens_at.tzinfo is None) != (self.closes_at.tzinfo is None):
                yield Fault(("closes_at",), N_("Give opens_at and closes_at both with a time zone, or both without."))
            elif self.closes_at <= self.opens_at:
                yield Fault(("closes_at",), N_("The exam closes before it opens; change one of them."))

    def _listed_twice(self) -> Iterator[Fault]:
        seen: set[str] = set()
        for index, section in enumerate(self.sections):
            for place, key in enumerate(section.items or ()):
                if key in seen:
                    yield Fault(
                        ("sections", index, "items", place),
                        N_("“%(key)s” is listed in an earlier section already; an attempt shows an item once."),
                        {"key": key},
                    )
            seen.update(section.items or ())


SCHEMAS: dict[str, type[Definition]] = {"exam": Exam}


def references(exam: Exam) -> Iterator[Reference]:
    """What the sections draw from: topics, SOP places (``sop``) and items."""
    for index, section in enumerate(exam.sections):
        if section.topic:
            yield Reference("topic", section.topic, ("sections", index, "topic"))
        if section.sop:
            yield Reference("sop", section.sop, ("sections", index, "sop"))
        for step in section.cover or ():
            yield Reference("sop", step, ("sections", index, "cover", step))
        for place, key in enumerate(section.items or ()):
            yield Reference("item", key, ("sections", index, "items", place))
    for number, rule in exam.before_try.items():
        yield Reference("sop", rule.lesson, ("before_try", number, "lesson"))


class Sources(TypedDict):
    """What to ask the bank for, by keyword of ``question_bank.queries.pool``."""

    topics: list[str]
    sop: list[str]
    keys: list[str]
    with_steps: bool


def sources_of(exam: Exam) -> Sources:
    """Where the sections draw from, and whether the steps of the items matter."""
    return {
        "topics": [section.topic for section in exam.sections if section.topic],
        "sop": [section.sop for section in exam.sections if section.sop],
        "keys": [key for section in exam.sections for key in section.items or ()],
        "with_steps": any(section.cover for section in exam.sections),
    }


@dataclass(frozen=True, slots=True)
class BankItem:
    """What a plan needs to know of an item that may be drawn."""

    key: str
    topic: str
    sop: tuple[str, ...] = ()
    difficulty: str = "medium"
    is_marked: bool = False
    """Marked by people, as essays are: exams draw it, the checks of lessons do not."""
    is_unfit: bool = False
    """People do not agree on its answer: the checks of lessons draw it, exams do not."""


class Sourced(Protocol):
    """What deciding whether a section may draw an item asks of it."""

    @property
    def key(self) -> str: ...
    @property
    def topic(self) -> str: ...
    @property
    def sop(self) -> tuple[str, ...]: ...


def fits(section: Section, item: Sourced) -> bool:
    """Whether a section may draw the item, its difficulty aside."""
    if section.items is not None:
        return item.key in section.items
    if section.sop is not None:
        return covers(item.sop, section.sop)
    return item.topic == section.topic


def covers(steps: Sequence[str], place: str) -> bool:
    """Whether one of these SOP steps is the place or lies in it."""
    return any(step == place or step.startswith(place + "/") for step in steps)
