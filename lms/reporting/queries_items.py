"""Exams as measurements: read from the summaries, together with what is still to be counted into them.

A page shows what is true now, whether or not the job that counts has run: the few results that are due are counted on
the spot. Somebody may count while a page is read; then it is read again, so that nothing stands in it twice.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from itertools import chain
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, func, select

from lms.assessment.models import Attempt, Exam, ExamVersion
from lms.core.database import db
from lms.core.errors import NotFound
from lms.core.texts import N_, Message, Text
from lms.question_bank.models import Item, ItemVersion
from lms.reporting import queries_summaries
from lms.reporting.models import (
    MILLION,
    SummaryDue,
    SummaryState,
    SummedMark,
    SummedPick,
    SummedPlace,
    SummedTotal,
)
from lms.reporting.picks import Pick
from lms.reporting.summaries import Counts
from lms.statistics.figures import Number
from lms.statistics.item_sums import Cells, ExamSummary, ItemSummary, ItemSums, Totals

T = TypeVar("T")

MOST_DUE = 500
"""So many results that wait to be counted are counted on the spot; of more the page says how many wait."""

TIMES_READ = 3


@dataclass(frozen=True, slots=True)
class ItemName:
    """Which item a row of figures is about."""

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
class ItemMarks:
    """How often a mark went with a rest of the total, by the language of the paper; in millionths of a point."""

    name: ItemName
    most: int
    by_language: dict[str, Cells]

    @property
    def cells(self) -> Cells:
        """All languages together."""
        return _together(self.by_language.values())

    @property
    def summary(self) -> ItemSummary:
        """What the figures come from, in points; the cells stay in millionths, which changes no figure of theirs."""
        cells = self.cells
        sums = ItemSums.of(cells)
        return ItemSummary(Fraction(self.most, MILLION), sums.in_units(MILLION), cells, sums)


@dataclass(frozen=True, slots=True)
class ExamMarks:
    """Everything the figures of one version of an exam come from.

    ``items`` holds the items of the bank that papers drew, ``places`` the sums of each place of the paper, in which
    every attempt has a mark: reliability is told from the items only when every attempt held all of them.
    ``totals`` are points, with the greatest possible one of each; ``waiting`` results are in no figure yet.
    """

    exam: Exam
    versions: tuple[VersionCount, ...]
    chosen: VersionCount | None
    items: tuple[ItemMarks, ...]
    places: tuple[ItemSums, ...]
    totals_of_most: dict[tuple[Fraction, Fraction], int]
    waiting: int

    @property
    def names(self) -> tuple[ItemName, ...]:
        return tuple(item.name for item in self.items)

    @property
    def totals(self) -> Totals:
        found: Counter[Number] = Counter()
        for (_, total), n in self.totals_of_most.items():
            found[total] += n
        return found

    @property
    def shares(self) -> Totals:
        """Totals as shares of the greatest possible one."""
        found: Counter[Number] = Counter()
        for (most, total), n in self.totals_of_most.items():
            found[total / most if most else Fraction(0)] += n
        return found

    @property
    def by_item(self) -> ExamSummary:
        return ExamSummary(tuple(item.summary for item in self.items), self.totals)


@dataclass(frozen=True, slots=True)
class ItemAnswers:
    """One version of an item in one version of an exam: its marks, and what was chosen by total (in millionths)."""

    exam: Exam
    chosen: VersionCount
    versions: tuple[VersionCount, ...]
    marks: ItemMarks
    siblings: tuple[ItemName, ...]
    picks: dict[Pick, dict[int, int]]
    waiting: int


def exam(key: str) -> Exam:
    """An exam, in use or not any more; else ``NotFound``."""
    found = db.session.scalar(select(Exam).where(Exam.key == key))
    if found is None:
        raise NotFound(Message(N_("There is no exam with the key “%(key)s”."), {"key": key}))
    return found


def exams() -> list[tuple[str, Text, int]]:
    """Every exam with how many first attempts are counted, by key; one statement."""
    counted = (
        select(ExamVersion.exam_id, func.sum(SummedTotal.n).label("n"))
        .join(SummedTotal, SummedTotal.exam_version_id == ExamVersion.id)
        .group_by(ExamVersion.exam_id)
        .subquery()
    )
    query = (
        select(Exam.key, Exam.title, func.coalesce(counted.c.n, 0))
        .outerjoin(counted, counted.c.exam_id == Exam.id)
        .where((Exam.retired_at.is_(None)) | (counted.c.n > 0))
        .order_by(Exam.key)
    )
    return [(key, title, int(n)) for key, title, n in db.session.execute(query)]


def marks(key: str, version: int | None = None) -> ExamMarks:
    """The marks on a version (default: the newest with attempts). Unknown exam or version: ``NotFound``."""
    of = exam(key)
    return _undisturbed(lambda: _marks(of, version))


def answers(key: str, item: str, version: int | None = None, item_version: int | None = None) -> ItemAnswers:
    """What was answered to an item on a version of an exam; of the item's newest version that has answers there.

    ``NotFound`` for an exam, version or item that nobody was asked.
    """
    of = exam(key)
    return _undisturbed(lambda: _answers(of, item, version, item_version))


def _undisturbed(read: Callable[[], T]) -> T:
    """What ``read`` finds while nobody counts; after some tries, what it found last."""
    before = db.session.scalar(select(SummaryState.changes))
    for _ in range(TIMES_READ):
        found = read()
        after = db.session.scalar(select(SummaryState.changes))
        if after == before:
            break
        before = after
    return found


def _marks(of: Exam, number: int | None) -> ExamMarks:
    change, waiting = _due(of)
    versions = _versions(of, change)
    chosen = _chosen(versions, number)
    version_id = chosen.id if chosen is not None else 0
    items = _items(version_id, change)
    return ExamMarks(of, versions, chosen, items, _places(version_id, change), _totals(version_id, change), waiting)


def _answers(of: Exam, key: str, number: int | None, item_number: int | None) -> ItemAnswers:
    change, waiting = _due(of)
    versions = _versions(of, change)
    chosen = _chosen(versions, number)
    version_ids = select(ItemVersion.id).join(Item, Item.id == ItemVersion.item_id).where(Item.key == key)
    found = _items(chosen.id, change, SummedMark.item_version_id.in_(version_ids)) if chosen is not None else ()
    asked = sorted((item for item in found if item.name.key == key), key=lambda item: -item.name.version)
    of_number = [item for item in asked if item_number in (None, item.name.version)]
    if chosen is None or not of_number:
        raise NotFound(Message(N_("No paper of this exam has held the item “%(key)s”."), {"key": key}))
    item = of_number[0]
    siblings = tuple(each.name for each in asked)
    return ItemAnswers(of, chosen, versions, item, siblings, _picks(chosen.id, item.name, change), waiting)


# ---- what is due -----------------------------------------------------------------------


def _due(of: Exam) -> tuple[Counts, int]:
    """What has changed since the summaries were counted, and how many results more wait."""
    noted = (
        select(SummaryDue.attempt_id)
        .join(Attempt, Attempt.id == SummaryDue.attempt_id)
        .where(Attempt.exam_id == of.id)
        .distinct()
    )
    attempt_ids = list(db.session.scalars(noted.order_by(SummaryDue.attempt_id).limit(MOST_DUE)))
    if not attempt_ids:
        return Counts(), 0
    waiting = 0
    if len(attempt_ids) == MOST_DUE:
        waiting = (db.session.scalar(select(func.count()).select_from(noted.subquery())) or 0) - MOST_DUE
    before, after = queries_summaries.counted(attempt_ids), queries_summaries.standings(attempt_ids)
    change = queries_summaries.counts_of(after).plus(queries_summaries.counts_of(before), -1)
    return change, waiting


# ---- the summaries, with what is due --------------------------------------------------------


def _versions(of: Exam, change: Counts) -> tuple[VersionCount, ...]:
    sums = (func.coalesce(func.sum(SummedTotal.n), 0), func.coalesce(func.sum(SummedTotal.passed), 0))
    query = (
        select(ExamVersion.id, ExamVersion.number, *sums)
        .outerjoin(SummedTotal, SummedTotal.exam_version_id == ExamVersion.id)
        .where(ExamVersion.exam_id == of.id)
        .group_by(ExamVersion.id, ExamVersion.number)
        .order_by(ExamVersion.number.desc())
    )
    n, passed = Counter[int](), Counter[int]()
    for key, more in change.totals.items():
        n[key.exam_version_id] += more
    for key, more in change.passed.items():
        passed[key.exam_version_id] += more
    return tuple(
        VersionCount(version_id, number, int(count) + n[version_id], int(good) + passed[version_id])
        for version_id, number, count, good in db.session.execute(query)
    )


def _chosen(versions: tuple[VersionCount, ...], number: int | None) -> VersionCount | None:
    if number is None:
        return next((one for one in versions if one.n), versions[0] if versions else None)
    for one in versions:
        if one.number == number:
            return one
    raise NotFound(Message(N_("This exam has no version %(number)s."), {"number": number}))


def _totals(version_id: int, change: Counts) -> dict[tuple[Fraction, Fraction], int]:
    query = select(SummedTotal.most, SummedTotal.total, func.sum(SummedTotal.n))
    query = query.where(SummedTotal.exam_version_id == version_id).group_by(SummedTotal.most, SummedTotal.total)
    found = Counter({(most, total): int(n) for most, total, n in db.session.execute(query)})
    for key, n in change.totals.items():
        if key.exam_version_id == version_id:
            found[key.most, key.total] += n
    return {(Fraction(most, MILLION), Fraction(total, MILLION)): n for (most, total), n in found.items() if n}


def _items(version_id: int, change: Counts, *conditions: ColumnElement[bool]) -> tuple[ItemMarks, ...]:
    """The items that papers held, by key."""
    columns = (SummedMark.item_version_id, SummedMark.language, SummedMark.most, SummedMark.points, SummedMark.total)
    query = select(*columns, SummedMark.n).where(SummedMark.exam_version_id == version_id, *conditions)
    cells: dict[int, dict[str, dict[tuple[int, int], int]]] = defaultdict(lambda: defaultdict(dict))
    mosts: dict[int, int] = defaultdict(int)
    counted: Iterable[Any] = db.session.connection().execute(query).all()  # tens of thousands, plain rows are faster
    due = ((*key[1:], n) for key, n in change.marks.items() if key.exam_version_id == version_id)
    for item_id, language, most, points, total, n in chain(counted, due):
        if most > mosts[item_id]:
            mosts[item_id] = most
        of, cell = cells[item_id][language], (points, total - points)
        of[cell] = of.get(cell, 0) + n
    held = {item_id: _without_nothing(languages) for item_id, languages in cells.items() if mosts[item_id]}
    names = _names([item_id for item_id, languages in held.items() if languages])
    return tuple(ItemMarks(name, mosts[name.version_id], held[name.version_id]) for name in names)


def _without_nothing(languages: Mapping[str, dict[tuple[int, int], int]]) -> dict[str, Cells]:
    kept: dict[str, Cells] = {}
    for language, cells in languages.items():
        left: Any = {cell: n for cell, n in cells.items() if n} if 0 in cells.values() else cells
        if left:
            kept[language] = left
    return kept


def _together(languages: Iterable[Cells]) -> Cells:
    found: dict[Any, int] = {}
    for cells in languages:
        for cell, n in cells.items():
            found[cell] = found.get(cell, 0) + n
    return found


def _names(version_ids: list[int]) -> list[ItemName]:
    query = (
        select(Item.key, ItemVersion.number, Item.type, ItemVersion.id)
        .join(Item, Item.id == ItemVersion.item_id)
        .where(ItemVersion.id.in_(version_ids))
        .order_by(Item.key, ItemVersion.number)
    )
    return [ItemName(*row) for row in db.session.execute(query)]


def _places(version_id: int, change: Counts) -> tuple[ItemSums, ...]:
    query = select(SummedPlace.slot, SummedPlace.points, SummedPlace.n)
    counts: dict[int, Counter[Number]] = defaultdict(Counter)
    for slot, points, n in db.session.execute(query.where(SummedPlace.exam_version_id == version_id)):
        counts[slot][points] += n
    for key, n in change.places.items():
        if key.exam_version_id == version_id:
            counts[key.slot][key.points] += n
    return tuple(ItemSums.of_marks(marks).in_units(MILLION) for _, marks in sorted(counts.items()) if any(marks.values()))


def _picks(version_id: int, name: ItemName, change: Counts) -> dict[Pick, dict[int, int]]:
    query = select(SummedPick.part, SummedPick.pick, SummedPick.total, SummedPick.n).where(
        SummedPick.exam_version_id == version_id, SummedPick.item_version_id == name.version_id
    )
    found: dict[Pick, Counter[int]] = defaultdict(Counter)
    for part, pick, total, n in db.session.execute(query):
        found[Pick(part, pick)][total] += n
    for key, n in change.picks.items():
        if (key.exam_version_id, key.item_version_id) == (version_id, name.version_id):
            found[Pick(key.part, key.pick)][key.total] += n
    kept = {pick: {total: n for total, n in totals.items() if n} for pick, totals in found.items()}
    return {pick: totals for pick, totals in kept.items() if totals}
