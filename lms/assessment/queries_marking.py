"""Reads of marking: what waits, one answer to mark (blind), the marks behind a result, how long it takes."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from statistics import median
from typing import Any

from sqlalchemy import case, exists, func, select

from lms.assessment import queries
from lms.assessment.models import Attempt, Exam
from lms.assessment.models_marking import Essay, EssayClaim, EssayMark
from lms.core.database import db
from lms.core.errors import NotFound
from lms.core.marking_queue import MarkingQueue
from lms.core.texts import N_, Message, Text
from lms.identity.models import Person
from lms.question_bank import payloads
from lms.question_bank import queries as bank
from lms.question_bank.items import Essay as EssayItem
from lms.statistics.figures import Figure, known, too_few

NO_ESSAY = N_("There is no such answer to mark, or it is not for you.")
LOOKED_BACK = timedelta(days=90)
MOST_TIMED = 2000
LEAST_TIMED = 5

ESSAYS: MarkingQueue[Essay, EssayMark] = MarkingQueue(
    work=Essay,
    claim=EssayClaim,
    mark=EssayMark,
    by="essay_id",
    absent=NO_ESSAY,
    over=N_("This answer waits for no mark any more."),
    lost=N_("Your time with this answer was over, and somebody else is marking it now."),
    stands=exists().where(Attempt.id == Essay.attempt_id, Attempt.state == "submitted").correlate(Essay),
)


# ---- the queue --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Queued:
    """Answers to one item in one exam that wait; ``mine`` of them this marker can mark now."""

    exam_id: int
    exam: str
    title: Text
    item_id: int
    item: str
    stem: Text
    waiting: int
    mine: int
    oldest: datetime


def queue(marker_id: int, now: datetime) -> list[Queued]:
    """What waits, by exam and item, the oldest first; two queries."""
    mine = func.sum(case((ESSAYS.claimable(marker_id, now), 1), else_=0))
    query = (
        select(
            Exam.id.label("exam_id"), Exam.key, Exam.title, Essay.item_id, func.max(Essay.item_version_id).label("version_id"),
            func.count().label("waiting"), mine.label("mine"), func.min(Essay.handed_in_at).label("oldest"),
        )
        .join(Exam, Exam.id == Essay.exam_id)
        .where(ESSAYS.waits())
        .group_by(Exam.id, Essay.item_id)
        .order_by(func.min(Essay.handed_in_at), Exam.id, Essay.item_id)
    )  # fmt: skip
    rows = db.session.execute(query).all()
    stored = bank.stored_items(row.version_id for row in rows)
    return [
        Queued(
            row.exam_id, row.key, row.title, row.item_id, stored[row.version_id].definition.key,
            stored[row.version_id].definition.stem, row.waiting, row.mine, row.oldest,
        )
        for row in rows
    ]  # fmt: skip


def hours_until_marked(now: datetime, exam_id: int | None = None) -> Figure:
    """The median hours from handing in to the points of an answer, over the last 90 days."""
    query = select(Essay.handed_in_at, Essay.settled_at).where(Essay.settled_at > now - LOOKED_BACK)
    if exam_id is not None:
        query = query.where(Essay.exam_id == exam_id)
    rows = db.session.execute(query.order_by(Essay.settled_at.desc()).limit(MOST_TIMED)).all()
    if few := too_few(len(rows), LEAST_TIMED):
        return few
    return known(len(rows), median((row.settled_at - row.handed_in_at).total_seconds() / 3600 for row in rows))


# ---- one answer -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ToMark:
    """An answer with its question and rubric; ``name`` only where the plan does not mark blind."""

    id: int
    exam_id: int
    item_id: int
    title: Text
    seen: Mapping[str, Any]
    item: EssayItem
    answer: str
    name: str | None
    left: int


def essay_to_mark(essay_id: int, marker_id: int, now: datetime, language: str) -> ToMark:
    """An answer this marker has before them; anything else is ``NotFound``. Nothing tells whose it is, nor whether
    somebody has marked it already."""
    query = (
        select(Essay, Attempt, Exam.title, Person.name)
        .join(Attempt, Attempt.id == Essay.attempt_id)
        .join(Exam, Exam.id == Essay.exam_id)
        .join(Person, Person.id == Essay.person_id)
        .where(Essay.id == essay_id, ESSAYS.before(marker_id))
    )
    found = db.session.execute(query).first()
    if found is None:
        raise NotFound(Message(NO_ESSAY))
    essay, attempt, title, name = found
    return ToMark(
        id=essay.id,
        exam_id=essay.exam_id,
        item_id=essay.item_id,
        title=title,
        seen=_seen(attempt, essay.slot, language),
        item=essay_item(essay.item_version_id),
        answer=_answer(essay.attempt_id, essay.slot),
        name=None if queries.plan_of(attempt).definition.marking.blind else name,
        left=_left(essay, marker_id, now),
    )


def essay_item(version_id: int) -> EssayItem:
    """The definition of an item that is known to be an essay."""
    item = bank.item(version_id)
    if not isinstance(item, EssayItem):
        raise NotFound(Message(NO_ESSAY))
    return item


def _seen(attempt: Attempt, slot: int, language: str) -> Mapping[str, Any]:
    place = attempt.paper[slot - 1]
    stored = bank.stored_items([place["item_version_id"]])[place["item_version_id"]]
    return payloads.question(place, stored.definition, stored.media, language)


def _answer(attempt_id: int, slot: int) -> str:
    held = queries.latest_answer(attempt_id, slot)
    return str(held.answer) if held is not None else ""


def _left(essay: Essay, marker_id: int, now: datetime) -> int:
    """How many answers of the group this marker can mark, this one included."""
    same = (Essay.exam_id == essay.exam_id, Essay.item_id == essay.item_id)
    mine = select(func.count()).select_from(Essay).where(*same, ESSAYS.claimable(marker_id, now))
    return db.session.scalar(mine) or 0


@dataclass(frozen=True, slots=True)
class ShortText:
    """An answer with fewer characters than its question asks for."""

    slot: int
    held: int
    least: int


def short_texts(paper: Sequence[Mapping[str, Any]], answers: Mapping[int, queries.SavedAnswer]) -> list[ShortText]:
    """The texts of a paper that are begun and shorter than they should be."""
    items = bank.items(place["item_version_id"] for place in paper)
    found = []
    for place in paper:
        item, saved = items[place["item_version_id"]], answers.get(place["slot"])
        if isinstance(item, EssayItem) and saved is not None and saved.answer:
            found.append(ShortText(place["slot"], len(saved.answer), item.min_chars))
    return [one for one in found if one.held < one.least]


# ---- behind a result ----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class LineMark:
    """What one rubric line earned, in whose words, and what the marker said."""

    title: Text
    points: Decimal
    max_points: Decimal
    description: Text | None
    comment: str


@dataclass(frozen=True, slots=True)
class MarkShown:
    """One mark of an answer; ``how`` says what became of several."""

    number: int
    marker: str
    marked_at: datetime
    lines: Sequence[LineMark]
    comment: str
    how: str | None


def marks_of(attempt_id: int) -> dict[int, list[MarkShown]]:
    """All marks of an attempt's answers by slot, in the order given; one query."""
    query = (
        select(Essay.slot, Essay.item_version_id, Essay.how, EssayMark, Person.name)
        .join(EssayMark, EssayMark.essay_id == Essay.id)
        .join(Person, Person.id == EssayMark.marker_id)
        .where(Essay.attempt_id == attempt_id)
        .order_by(Essay.slot, EssayMark.number)
    )
    found: dict[int, list[MarkShown]] = defaultdict(list)
    for slot, version_id, how, mark, name in db.session.execute(query):
        lines = _lines(essay_item(version_id), mark)
        found[slot].append(MarkShown(mark.number, name, mark.marked_at, lines, mark.comment, how))
    return dict(found)


def _lines(item: EssayItem, mark: EssayMark) -> list[LineMark]:
    lines = []
    for line in item.rubric:
        points = Decimal(mark.levels[line.key])
        reached = next(level for level in line.levels if level.points == points)
        most = max(level.points for level in line.levels)
        lines.append(LineMark(line.title, points, most, reached.description, mark.comments.get(line.key, "")))
    return lines


def waiting_of(attempt_id: int) -> int:
    """How many answers of an attempt still wait for their points."""
    waits = (Essay.attempt_id == attempt_id, Essay.settled_at.is_(None))
    return db.session.scalar(select(func.count()).select_from(Essay).where(*waits)) or 0


def item_of(essay_id: int) -> EssayItem:
    """The item of an answer, whoever has it; raises ``NotFound``."""
    version_id = db.session.scalar(select(Essay.item_version_id).where(Essay.id == essay_id))
    if version_id is None:
        raise NotFound(Message(NO_ESSAY))
    return essay_item(version_id)
