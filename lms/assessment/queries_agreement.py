"""Reads of marks for agreement: which answers several people marked, and what follows by line and by marker."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import func, select

from lms.assessment.marking_agreement import GivenMark, LineAgreement, MarkerAgreement, by_line, by_marker
from lms.assessment.models_marking import Essay, EssayMark
from lms.core.database import db
from lms.core.texts import Text
from lms.identity.models import Person
from lms.question_bank import queries as bank
from lms.question_bank.items import Essay as EssayItem

MOST_MARKS = 4000
"""The latest marks of an item that agreement looks at."""


@dataclass(frozen=True, slots=True)
class MarkedItem:
    """An item whose answers several people marked; ``answers`` counts them."""

    id: int
    key: str
    stem: Text
    version_id: int
    answers: int


def items_marked_twice() -> list[MarkedItem]:
    """The items with answers that several people marked, most answers first; two queries."""
    query = (
        select(Essay.item_id, func.max(Essay.item_version_id).label("version_id"), func.count().label("answers"))
        .where(Essay.marks_in >= 2)
        .group_by(Essay.item_id)
        .order_by(func.count().desc(), Essay.item_id)
    )
    rows = db.session.execute(query).all()
    items = bank.items(row.version_id for row in rows)
    return [
        MarkedItem(row.item_id, items[row.version_id].key, items[row.version_id].stem, row.version_id, row.answers)
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class LineRow:
    """A rubric line of the table."""

    title: Text
    found: LineAgreement


@dataclass(frozen=True, slots=True)
class MarkerRow:
    """A marker of the table."""

    name: str
    found: MarkerAgreement


@dataclass(frozen=True, slots=True)
class Agreement:
    """Agreement on one item; ``left_out`` counts marks by a rubric that is no longer this one."""

    lines: Sequence[LineRow]
    markers: Sequence[MarkerRow]
    most_points: Decimal
    left_out: int


def agreement(of: MarkedItem) -> Agreement:
    """By rubric line and by marker; two queries.

    Only the first two marks of an answer enter: a third exists because two differed, and would make agreement look
    worse than it is.
    """
    item = bank.item(of.version_id)
    assert isinstance(item, EssayItem)
    levels = {line.key: [level.points for level in line.levels] for line in item.rubric}
    given, left_out = _marks(of.id, levels)
    lines = [LineRow(line.title, found) for line, found in zip(item.rubric, by_line(list(levels), given), strict=True)]
    found = by_marker(levels, given)
    names = _names([one.marker_id for one in found])
    markers = [MarkerRow(names[one.marker_id], one) for one in found]
    return Agreement(lines, markers, sum((max(points) for points in levels.values()), Decimal(0)), left_out)


def _marks(item_id: int, levels: Mapping[str, Sequence[Decimal]]) -> tuple[list[GivenMark], int]:
    query = (
        select(EssayMark.essay_id, EssayMark.marker_id, EssayMark.levels)
        .join(Essay, Essay.id == EssayMark.essay_id)
        .where(Essay.item_id == item_id, Essay.marks_in >= 2, EssayMark.number <= 2)
        .order_by(EssayMark.id.desc())
        .limit(MOST_MARKS)
    )
    found, left_out = [], 0
    for essay_id, marker_id, written in db.session.execute(query):
        points = {line: Decimal(each) for line, each in written.items()}
        if points.keys() == levels.keys() and all(each in levels[line] for line, each in points.items()):
            found.append(GivenMark(essay_id, marker_id, points))
        else:
            left_out += 1
    return found, left_out


def _names(person_ids: Sequence[int]) -> dict[int, str]:
    return {
        row.id: row.name for row in db.session.execute(select(Person.id, Person.name).where(Person.id.in_(person_ids)))
    }
