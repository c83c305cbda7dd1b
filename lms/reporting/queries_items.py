"""Exams as measurements: marks of first attempts, summed by the database into what the statistics need."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from typing import Any

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import aliased

from lms.assessment.models import Attempt, Exam, ExamVersion, Grade
from lms.core.database import db
from lms.core.errors import NotFound
from lms.core.texts import N_, Message, Text
from lms.question_bank.models import Item, ItemVersion
from lms.statistics.figures import Number
from lms.statistics.item_sums import ExamSummary, ItemSummary


@dataclass(frozen=True, slots=True)
class ItemName:
    """Which item a row of figures is about; ``sop`` is not told here."""

    key: str
    version: int
    type: str
    version_id: int


@dataclass(frozen=True, slots=True)
class VersionCount:
    """A version of the plan, with how many first attempts are graded on it."""

    id: int
    number: int
    n: int
    passed: int


@dataclass(frozen=True, slots=True)
class ExamMarks:
    """Everything the figures of one version of an exam come from.

    ``by_item`` has an item of the bank in each place (those that papers drew), ``by_slot`` a place of the paper, in
    which every attempt has a mark: reliability is told from the items only when every attempt held all of them.
    """

    exam: Exam
    versions: tuple[VersionCount, ...]
    chosen: VersionCount | None
    names: tuple[ItemName, ...]
    by_item: ExamSummary
    by_slot: ExamSummary


def exam(key: str) -> Exam:
    """An exam, in use or not any more; else ``NotFound``."""
    found = db.session.scalar(select(Exam).where(Exam.key == key))
    if found is None:
        raise NotFound(Message(N_("There is no exam with the key “%(key)s”."), {"key": key}))
    return found


def exams() -> list[tuple[str, Text, int]]:
    """Every exam with how many first attempts are graded, by key; one statement."""
    counted = (
        select(Attempt.exam_id, func.count().label("n"))
        .where(Attempt.kind == "exam", Attempt.is_first.is_(True), Attempt.state == "graded")
        .group_by(Attempt.exam_id)
        .subquery()
    )
    query = (
        select(Exam.key, Exam.title, func.coalesce(counted.c.n, 0))
        .outerjoin(counted, counted.c.exam_id == Exam.id)
        .where((Exam.retired_at.is_(None)) | (counted.c.n > 0))
        .order_by(Exam.key)
    )
    return [(key, title, n) for key, title, n in db.session.execute(query)]


def marks(key: str, version: int | None = None) -> ExamMarks:
    """The marks on a version (default: the newest with attempts); six statements. Unknown version: ``NotFound``."""
    of = exam(key)
    versions = _versions(of)
    chosen = _chosen(versions, version)
    version_id = chosen.id if chosen is not None else 0
    totals = _totals(version_id)
    items, names = _cells(version_id, Grade.item_version_id), _names(version_id)
    by_item = ExamSummary(tuple(items[name.version_id] for name in names if name.version_id in items), totals)
    slots = _cells(version_id, Grade.slot)
    by_slot = ExamSummary(tuple(slots[slot] for slot in sorted(slots)), totals)
    return ExamMarks(of, versions, chosen, tuple(name for name in names if name.version_id in items), by_item, by_slot)


def _versions(of: Exam) -> tuple[VersionCount, ...]:
    passed = func.coalesce(func.sum(case((Attempt.passed.is_(True), 1), else_=0)), 0)
    counted = _first_graded(
        select(Attempt.exam_version_id, func.count().label("n"), passed.label("passed")), Attempt.exam_id == of.id
    )
    grouped = counted.group_by(Attempt.exam_version_id).subquery()
    query = (
        select(ExamVersion.id, ExamVersion.number, func.coalesce(grouped.c.n, 0), func.coalesce(grouped.c.passed, 0))
        .outerjoin(grouped, grouped.c.exam_version_id == ExamVersion.id)
        .where(ExamVersion.exam_id == of.id)
        .order_by(ExamVersion.number.desc())
    )
    return tuple(VersionCount(*row) for row in db.session.execute(query))


def _chosen(versions: tuple[VersionCount, ...], number: int | None) -> VersionCount | None:
    if number is None:
        return next((one for one in versions if one.n), versions[0] if versions else None)
    for one in versions:
        if one.number == number:
            return one
    raise NotFound(Message(N_("This exam has no version %(number)s."), {"number": number}))


def _first_graded(query: Any, *conditions: ColumnElement[bool]) -> Any:
    first = (Attempt.kind == "exam", Attempt.is_first.is_(True), Attempt.state == "graded")
    return query.where(*first, *conditions)


def _totals(version_id: int) -> Mapping[Any, int]:
    query = _first_graded(select(Attempt.score, func.count()), Attempt.exam_version_id == version_id)
    found: dict[Fraction, int] = defaultdict(int)
    for score, n in db.session.execute(query.group_by(Attempt.score)):
        found[Fraction(score)] += n
    return dict(found)


def _cells(version_id: int, column: Any) -> dict[int, ItemSummary]:
    """For each item (or slot), how often a mark went with a rest of the total; the last grade of a slot counts."""
    later = aliased(Grade)
    replaced = select(later.id).where(
        later.attempt_id == Grade.attempt_id, later.slot == Grade.slot, later.number > Grade.number
    )
    rest = (Attempt.score - Grade.points).label("rest")
    query = _first_graded(
        select(column, Grade.points, rest, func.max(Grade.max_points), func.count()).join(
            Attempt, Attempt.id == Grade.attempt_id
        ),
        Attempt.exam_version_id == version_id,
        ~replaced.exists(),
    ).group_by(column, Grade.points, Attempt.score - Grade.points)
    cells: dict[int, dict[tuple[Number, Number], int]] = defaultdict(lambda: defaultdict(int))
    maxima: dict[int, Decimal] = defaultdict(Decimal)
    for place, points, left, maximum, n in db.session.execute(query):
        cells[place][Fraction(points), Fraction(left)] += n
        maxima[place] = max(maxima[place], maximum)
    return {
        place: ItemSummary.from_cells(Fraction(maxima[place]), dict(own))
        for place, own in cells.items()
        if maxima[place]
    }


def _names(version_id: int) -> list[ItemName]:
    """The items that the papers of these attempts held, by key."""
    held = _first_graded(
        select(Grade.item_version_id).join(Attempt, Attempt.id == Grade.attempt_id),
        Attempt.exam_version_id == version_id,
    )
    query = (
        select(Item.key, ItemVersion.number, Item.type, ItemVersion.id)
        .join(Item, Item.id == ItemVersion.item_id)
        .where(ItemVersion.id.in_(held))
        .order_by(Item.key, ItemVersion.number)
    )
    return [ItemName(*row) for row in db.session.execute(query)]
