"""Reads of regradings: the dry run over the attempts that met a version, proposals, and their lines."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, select, type_coerce
from sqlalchemy.orm import aliased
from sqlalchemy.types import NullType

from lms.assessment import grading, queries
from lms.assessment.attempt_states import State as AttemptState
from lms.assessment.models import Attempt, Grade, Response
from lms.assessment.models_regrading import Regrading, RegradingLine
from lms.assessment.regrading import Case, Line, Outcome, Rule, line
from lms.assessment.regrading_states import State
from lms.core.database import db
from lms.core.errors import NotFound
from lms.core.texts import N_, Message, Text
from lms.courses import queries as courses
from lms.identity.models import Person
from lms.question_bank import queries as bank
from lms.question_bank.models import Item, ItemVersion

CHUNK = 500
NO_REGRADING = N_("There is no such regrading.")


# ---- the dry run ----------------------------------------------------------------


def lines_of(wanted: Regrading, after: int = 0) -> Iterator[Line]:
    """What the regrading would do to every attempt handed in with the version, by attempt, those after an id; reads
    500 at a time."""
    corrected = bank.item(wanted.to_version_id) if wanted.to_version_id is not None else None
    rule = Rule(wanted.rule)
    for case in cases(wanted.from_version_id, after):
        yield line(case, rule, corrected, keeps_passes=wanted.keeps_passes)


def cases(version_id: int, after: int = 0) -> Iterator[Case]:
    """Every attempt with a result, or on the way to one, that was graded on the version; three queries per 500."""
    while True:
        query = (
            select(*HELD, Grade.slot)
            .join(Grade, Grade.attempt_id == Attempt.id)
            .where(Grade.item_version_id == version_id, Grade.number == 1, Attempt.id > after)
            .where(Attempt.state.in_(REGRADABLE))
            .order_by(Attempt.id, Grade.slot)
            .limit(CHUNK)
        )
        rows = db.session.execute(query).all()
        if not rows:
            return
        yield from _cases(version_id, rows)
        after = rows[-1].id


def _cases(version_id: int, rows: Sequence[Any]) -> Iterator[Case]:
    held = held_marks({row.id: row for row in rows})
    answers = _answers(version_id, list(held))
    for row in rows:
        definition, found = queries.plan_of(row).definition, held[row.id]
        yield Case(
            row.id, row.slot, answers.get((row.id, row.slot)), found.marks, definition.cut,
            [section.cut for section in definition.sections], row.score, row.max_score, row.percent,
            row.passed, is_by_machine=found.sources[row.slot] != "marker",
            is_in_mean=definition.counts == "mean" and row.percent is not None,
        )  # fmt: skip


HELD = (
    Attempt.id, Attempt.kind, Attempt.subject, Attempt.person_id, Attempt.number, Attempt.state, Attempt.exam_id,
    Attempt.exam_version_id, Attempt.lesson_version_id, Attempt.score, Attempt.max_score, Attempt.percent,
    Attempt.passed, Attempt.finished_at, Attempt.graded_at, Attempt.paper,
)  # fmt: skip
"""What regrading reads of an attempt: columns, because many thousands are read."""
REGRADABLE = (AttemptState.GRADED.value, AttemptState.SUBMITTED.value)


@dataclass(slots=True)
class HeldMarks:
    """The marks of an attempt that hold, who gave them, how many grades there were, and what was shown; by slot."""

    marks: dict[int, grading.Mark] = field(default_factory=dict)
    sources: dict[int, str] = field(default_factory=dict)
    numbers: dict[int, int] = field(default_factory=dict)
    versions: dict[int, int] = field(default_factory=dict)


def held_marks(attempts: Mapping[int, Any]) -> dict[int, HeldMarks]:
    """The marks that hold, by attempt; one query."""
    share, most = type_coerce(Grade.share, NullType), type_coerce(Grade.max_points, NullType)  # read below, once each
    query = (
        select(Grade.attempt_id, Grade.slot, share, most, Grade.source, Grade.number, Grade.item_version_id)
        .where(Grade.attempt_id.in_(list(attempts)))
        .order_by(Grade.attempt_id, Grade.slot, Grade.number)
    )
    held = {attempt_id: HeldMarks() for attempt_id in attempts}
    sections = {key: {place["slot"]: place["section"] for place in row.paper} for key, row in attempts.items()}
    for attempt_id, slot, given, points, source, number, version_id in db.session.execute(query):
        found = held[attempt_id]
        found.marks[slot] = mark_of(slot, sections[attempt_id][slot], given, points)
        found.sources[slot], found.numbers[slot], found.versions[slot] = source, number, version_id
    return held


@lru_cache(maxsize=16384)
def mark_of(slot: int, section: int, share: Any, max_points: Any) -> grading.Mark:
    """A mark from its columns as either database gives them; few of them occur, many times over."""
    given, most = (Decimal(str(number)).quantize(grading.MILLIONTH) for number in (share, max_points))
    return grading.Mark(slot, section, grading.recovered(given), Fraction(most))


def _answers(version_id: int, ids: Sequence[int]) -> dict[tuple[int, int], Any]:
    """The answers in time that hold, at the slots where the version stood."""
    query = (
        select(Response.attempt_id, Response.slot, Response.answer)
        .join(Grade, (Grade.attempt_id == Response.attempt_id) & (Grade.slot == Response.slot) & (Grade.number == 1))
        .where(Grade.item_version_id == version_id, Response.attempt_id.in_(ids), Response.is_late.is_(False))
        .order_by(Response.attempt_id, Response.slot, Response.seq)
    )
    return {(attempt_id, slot): answer for attempt_id, slot, answer in db.session.execute(query)}


def met_count(version_id: int) -> int:
    """How many attempts a dry run of the version will look at."""
    query = (
        select(func.count())
        .select_from(Attempt)
        .join(Grade, Grade.attempt_id == Attempt.id)
        .where(Grade.item_version_id == version_id, Grade.number == 1, Attempt.state.in_(REGRADABLE))
    )
    return db.session.scalar(query) or 0


def standing(version_id: int) -> tuple[int, ...]:
    """A sign by which it is known that nothing has changed: the attempts that met the version, and all their grades.

    Grades are added and never changed, so whatever gives an attempt another result changes these sums.
    """
    met = select(Grade.attempt_id).where(Grade.item_version_id == version_id, Grade.number == 1)
    among = (Attempt.id.in_(met), Attempt.state.in_(REGRADABLE))
    is_graded = Attempt.state == AttemptState.GRADED
    attempts = select(func.count(), func.sum(Attempt.id), func.count().filter(is_graded)).where(*among)
    grades = (
        select(func.count(), func.sum(Grade.id)).join(Attempt, Attempt.id == Grade.attempt_id).where(*among)
    )
    return (*map(_whole, db.session.execute(attempts).one()), *map(_whole, db.session.execute(grades).one()))


def _whole(number: Any) -> int:
    return int(number or 0)


def kept_lines(regrading_id: int) -> Iterator[Line]:
    """The lines of a dry run as they were written, by attempt."""
    columns = [getattr(RegradingLine, name) for name in Line.__slots__]
    query = select(*columns).where(RegradingLine.regrading_id == regrading_id)
    for row in db.session.execute(query.order_by(RegradingLine.attempt_id, RegradingLine.slot)):
        yield Line(**{**row._mapping, "outcome": Outcome(row.outcome)})


def old_shares(regrading_id: int) -> Iterator[tuple[int, int, Decimal]]:
    """Attempt, slot and the share of before, of every line that changed something."""
    query = (
        select(RegradingLine.attempt_id, RegradingLine.slot, RegradingLine.old_share)
        .where(RegradingLine.regrading_id == regrading_id, RegradingLine.outcome == Outcome.CHANGED.value)
        .order_by(RegradingLine.attempt_id, RegradingLine.slot)
    )
    return iter(db.session.execute(query).tuples())


def is_counting(found: Regrading) -> bool:
    """Whether the dry run is not done yet."""
    return State(found.state) is State.DRAFT and not found.sha256


def is_worked_on(found: Regrading) -> bool:
    """Whether a job counts, applies or undoes it, or has promised to."""
    is_undoing = State(found.state) is State.APPLIED and found.undone_by_id is not None
    return State(found.state) is State.APPROVED or is_undoing or is_counting(found)


def open_attempts(item_id: int) -> int:
    """How many attempts that draw the item are still being worked on: they keep the version they show."""
    count = 0
    query = select(Attempt.paper).where(Attempt.state.in_(("in_progress", "overdue")))
    for paper in db.session.scalars(query.execution_options(yield_per=CHUNK)):
        count += any(place["item_id"] == item_id for place in paper)
    return count


# ---- the versions of an item -----------------------------------------------------


@dataclass(frozen=True, slots=True)
class VersionMet:
    """A version of an item, when it came to be, and how many attempts were graded on it."""

    id: int
    number: int
    created_at: datetime
    attempts: int
    is_current: bool


def versions_of(key: str) -> list[VersionMet]:
    """The versions of an item, the newest first; ``NotFound`` for an unknown key."""
    met = (
        select(Grade.item_version_id, func.count().label("attempts"))
        .join(ItemVersion, ItemVersion.id == Grade.item_version_id)
        .join(Item, Item.id == ItemVersion.item_id)
        .where(Grade.number == 1, Item.key == key)
        .group_by(Grade.item_version_id)
        .subquery()
    )
    query = (
        select(
            ItemVersion.id, ItemVersion.number, ItemVersion.created_at, func.coalesce(met.c.attempts, 0),
            ItemVersion.id == Item.version_id,
        )
        .join(Item, Item.id == ItemVersion.item_id)
        .outerjoin(met, met.c.item_version_id == ItemVersion.id)
        .where(Item.key == key)
        .order_by(ItemVersion.number.desc())
    )  # fmt: skip
    found = [VersionMet(*row) for row in db.session.execute(query)]
    if not found:
        raise NotFound(Message(N_("There is no item with the key “%(key)s”."), {"key": key}))
    return found


# ---- proposals --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class RegradingView:
    """A regrading with the names of those who proposed, decided and undid it, and the item's key, stem and versions."""

    row: Regrading
    stem: Text
    item: str
    from_number: int
    to_number: int | None
    proposed_by: str
    decided_by: str | None
    undone_by: str | None

    @property
    def state(self) -> State:
        return State(self.row.state)

    @property
    def rule(self) -> Rule:
        return Rule(self.row.rule)


def _views() -> Select[*tuple[Any, ...]]:
    proposer, decider, undoer = aliased(Person), aliased(Person), aliased(Person)
    shown, corrected = aliased(ItemVersion), aliased(ItemVersion)
    return (
        select(Regrading, Item.key, shown.number, corrected.number, proposer.name, decider.name, undoer.name)
        .join(Item, Item.id == Regrading.item_id)
        .join(shown, shown.id == Regrading.from_version_id)
        .outerjoin(corrected, corrected.id == Regrading.to_version_id)
        .join(proposer, proposer.id == Regrading.proposed_by_id)
        .outerjoin(decider, decider.id == Regrading.decided_by_id)
        .outerjoin(undoer, undoer.id == Regrading.undone_by_id)
    )


def regrading(regrading_id: int) -> RegradingView:
    """One regrading; raises ``NotFound``."""
    row = db.session.execute(_views().where(Regrading.id == regrading_id)).one_or_none()
    if row is None:
        raise NotFound(Message(NO_REGRADING))
    return _with_stems([row])[0]


def _with_stems(rows: Iterable[Row[Any]]) -> list[RegradingView]:
    found = [tuple(row) for row in rows]
    items = bank.items(row.from_version_id for row, *_names in found)
    return [RegradingView(row, items[row.from_version_id].stem, *names) for row, *names in found]


def waiting_regradings(limit: int = 50) -> list[RegradingView]:
    """Proposals that wait for a second person, the oldest first."""
    query = _views().where(Regrading.state == State.PROPOSED).order_by(Regrading.id).limit(limit)
    return _with_stems(db.session.execute(query).all())


def regradings(item: str = "", limit: int = 100) -> list[RegradingView]:
    """The newest regradings, of one item or of all."""
    query = _views().order_by(Regrading.id.desc()).limit(limit)
    if item:
        query = query.where(Item.key == item)
    return _with_stems(db.session.execute(query).all())


# ---- lines --------------------------------------------------------------------------

SHOWN: dict[str, ColumnElement[bool]] = {
    "changed": RegradingLine.outcome == "changed",
    "gained": RegradingLine.new_passed.is_(True) & RegradingLine.old_passed.is_(False),
    "lost": RegradingLine.new_passed.is_(False) & RegradingLine.old_passed.is_(True),
    "kept": RegradingLine.outcome == "kept",
    "all": RegradingLine.id > 0,
}
"""What the list of lines is narrowed to, by the word of the filter."""


@dataclass(frozen=True, slots=True)
class LineView:
    """A line with whose attempt it is."""

    line: RegradingLine
    person_id: int
    name: str
    employee_number: str | None
    subject: str


def line_page(regrading_id: int, show: str, *, after: int, limit: int) -> list[LineView]:
    """Up to ``limit + 1`` lines after a line's id."""
    query = _line_views().where(RegradingLine.regrading_id == regrading_id, SHOWN.get(show, SHOWN["all"]))
    query = query.where(RegradingLine.id > after).order_by(RegradingLine.id).limit(limit + 1)
    return [LineView(*row) for row in db.session.execute(query)]


def subject_titles(lines: Iterable[LineView]) -> dict[str, Text]:
    """Titles of exams, and of the lessons whose checks they were, by subject; at most two queries."""
    subjects = {one.subject for one in lines}
    places = {subject: tuple(subject.split("/", 1)) for subject in subjects if "/" in subject}
    lessons = courses.lesson_titles([(course, lesson) for course, lesson in places.values()]) if places else {}
    exams = queries.exam_titles(sorted(subjects - places.keys())) if subjects - places.keys() else {}
    return {**exams, **{subject: lessons[place] for subject, place in places.items() if place in lessons}}


def all_lines(regrading_id: int) -> Iterator[LineView]:
    """All lines, streamed."""
    query = _line_views().where(RegradingLine.regrading_id == regrading_id).order_by(RegradingLine.id)
    for row in db.session.execute(query.execution_options(yield_per=CHUNK)):
        yield LineView(*row)


def _line_views() -> Select[*tuple[Any, ...]]:
    return (
        select(RegradingLine, Attempt.person_id, Person.name, Person.employee_number, Attempt.subject)
        .join(Attempt, Attempt.id == RegradingLine.attempt_id)
        .join(Person, Person.id == Attempt.person_id)
    )


def concerns(regrading_id: int, person: Any) -> bool:
    """Whether an attempt of this person's own is in the regrading."""
    query = (
        select(RegradingLine.id)
        .join(Attempt, Attempt.id == RegradingLine.attempt_id)
        .where(RegradingLine.regrading_id == regrading_id, Attempt.person_id == person.id)
    )
    return db.session.scalar(query.limit(1)) is not None


@dataclass(frozen=True, slots=True)
class Regraded:
    """What a regrading did to one question of an attempt, for its learner; ``undone_at`` when it was taken back."""

    slot: int
    reason: str
    applied_at: datetime
    undone_at: datetime | None
    undo_reason: str
    to_version_id: int | None
    old_points: Decimal
    new_points: Decimal
    max_points: Decimal
    old_percent: Decimal | None
    new_percent: Decimal | None
    outcome: str
    old_passed: bool | None = None

    @property
    def holds(self) -> bool:
        """Whether the points it gave are those of now (a later regrading aside)."""
        return self.outcome == "changed" and self.undone_at is None


def regradings_of(attempt_id: int) -> list[Regraded]:
    """What regradings did to an attempt, or found to be right in it, the newest first."""
    query = (
        select(RegradingLine, Regrading, Regrading.applied_at)
        .join(Regrading, Regrading.id == RegradingLine.regrading_id)
        .where(RegradingLine.attempt_id == attempt_id, Regrading.applied_at.is_not(None))
        .order_by(Regrading.id.desc())
    )
    return [
        Regraded(
            one.slot, about.reason, at or about.created_at, about.undone_at, about.undo_reason, about.to_version_id,
            one.old_share * one.max_points, one.new_share * one.max_points, one.max_points, one.old_percent,
            one.new_percent, one.outcome, one.old_passed,
        )
        for one, about, at in db.session.execute(query)
    ]  # fmt: skip
