"""Reads of calibration rounds: their samples, what each marker gave, and who has passed."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select

from lms.assessment import queries
from lms.assessment.marking_agreement import SampleMark, agreed_percent
from lms.assessment.models import Exam, Response
from lms.assessment.models_marking import CalibrationMark, CalibrationRound, CalibrationSample, Essay
from lms.core.database import db
from lms.core.errors import NotFound
from lms.core.texts import N_, Message, Text
from lms.identity.models import Person
from lms.question_bank import queries as bank
from lms.question_bank.items import Essay as EssayItem

NO_ROUND = N_("There is no such calibration round.")
MOST_OFFERED = 20


def least_agreement(exam_id: int) -> Decimal | None:
    """The agreement in percent that the exam's current plan wants of its markers, if any."""
    version_id = db.session.scalar(select(Exam.version_id).where(Exam.id == exam_id))
    return queries.definition_of(version_id).marking.calibration if version_id is not None else None


def has_passed(marker_id: int, item_id: int, least: Decimal) -> bool:
    """Whether the marker reached the agreement in any opened round of the item, over all its samples."""
    query = (
        select(CalibrationSample.round_id, CalibrationSample.levels, CalibrationMark.levels)
        .join(CalibrationRound, CalibrationRound.id == CalibrationSample.round_id)
        .outerjoin(
            CalibrationMark,
            (CalibrationMark.sample_id == CalibrationSample.id) & (CalibrationMark.marker_id == marker_id),
        )
        .where(CalibrationRound.item_id == item_id, CalibrationRound.opened_at.is_not(None))
    )
    by_round: dict[int, list[SampleMark]] = defaultdict(list)
    for round_id, agreed, given in db.session.execute(query):
        by_round[round_id].append(SampleMark(agreed, given))
    return any((percent := agreed_percent(marks)) is not None and percent >= least for marks in by_round.values())


@dataclass(frozen=True, slots=True)
class RoundView:
    """A round in a list; ``samples`` and ``done`` (of them marked by the viewer) are counts."""

    id: int
    title: str
    item_key: str
    stem: Text
    least_percent: Decimal
    made_by_id: int
    opened_at: datetime | None
    closed_at: datetime | None
    samples: int
    done: int

    @property
    def state(self) -> str:
        """draft, open or closed."""
        return "closed" if self.closed_at else "open" if self.opened_at else "draft"


def rounds(viewer_id: int, round_id: int | None = None) -> list[RoundView]:
    """All rounds, the newest first, or one."""
    samples = select(func.count()).where(CalibrationSample.round_id == CalibrationRound.id).scalar_subquery()
    done = (
        select(func.count())
        .select_from(CalibrationMark)
        .join(CalibrationSample, CalibrationSample.id == CalibrationMark.sample_id)
        .where(CalibrationSample.round_id == CalibrationRound.id, CalibrationMark.marker_id == viewer_id)
        .scalar_subquery()
    )
    query = select(CalibrationRound, samples, done).order_by(CalibrationRound.id.desc()).limit(200)
    if round_id is not None:
        query = query.where(CalibrationRound.id == round_id)
    rows = db.session.execute(query).all()
    items = bank.items(row[0].item_version_id for row in rows)
    return [
        RoundView(
            one.id, one.title, items[one.item_version_id].key, items[one.item_version_id].stem, one.least_percent,
            one.made_by_id, one.opened_at, one.closed_at, count, mine,
        )
        for one, count, mine in rows
    ]  # fmt: skip


def calibration_round(viewer_id: int, round_id: int) -> RoundView:
    """One round; raises ``NotFound``."""
    found = rounds(viewer_id, round_id)
    if not found:
        raise NotFound(Message(NO_ROUND))
    return found[0]


def round_item(round_id: int) -> EssayItem:
    """The item, in the version whose rubric the round uses."""
    version_id = db.session.scalar(select(CalibrationRound.item_version_id).where(CalibrationRound.id == round_id))
    item = bank.item(version_id) if version_id is not None else None
    if not isinstance(item, EssayItem):
        raise NotFound(Message(NO_ROUND))
    return item


@dataclass(frozen=True, slots=True)
class SampleView:
    """A sample with its agreed points; ``own`` what the viewer gave, None before."""

    id: int
    number: int
    answer: str
    levels: Mapping[str, str]
    why: str
    own: Mapping[str, str] | None


def samples(round_id: int, viewer_id: int) -> list[SampleView]:
    """The samples of a round in order."""
    query = (
        select(CalibrationSample, CalibrationMark.levels)
        .outerjoin(
            CalibrationMark,
            (CalibrationMark.sample_id == CalibrationSample.id) & (CalibrationMark.marker_id == viewer_id),
        )
        .where(CalibrationSample.round_id == round_id)
        .order_by(CalibrationSample.number)
    )
    return [
        SampleView(one.id, one.number, one.answer, one.levels, one.why, own) for one, own in db.session.execute(query)
    ]


@dataclass(frozen=True, slots=True)
class MarkerMarks:
    """What one marker gave in a round: for every sample, in order, what was agreed and given."""

    marker_id: int
    name: str
    marks: Sequence[SampleMark]


def marks_by_marker(round_id: int) -> list[MarkerMarks]:
    """Everybody's marks in a round by name; two queries."""
    agreed = db.session.execute(
        select(CalibrationSample.id, CalibrationSample.levels)
        .where(CalibrationSample.round_id == round_id)
        .order_by(CalibrationSample.number)
    ).all()
    query = (
        select(CalibrationMark.sample_id, CalibrationMark.marker_id, CalibrationMark.levels, Person.name)
        .join(Person, Person.id == CalibrationMark.marker_id)
        .where(CalibrationMark.sample_id.in_([row.id for row in agreed]))
        .order_by(Person.name, Person.id)
    )
    given: dict[tuple[int, str], dict[int, Any]] = defaultdict(dict)
    for sample_id, marker_id, levels, name in db.session.execute(query):
        given[marker_id, name][sample_id] = levels
    return [
        MarkerMarks(marker_id, name, [SampleMark(row.levels, marks.get(row.id)) for row in agreed])
        for (marker_id, name), marks in given.items()
    ]


def essay_items() -> list[tuple[str, Text]]:
    """Keys and stems of the questions in use that people mark."""
    listed = bank.listed_items(bank.Filters(type="essay"), limit=200)
    return [(one.key, one.stem) for one in listed]


def marked_answers(round_id: int) -> list[tuple[int, str]]:
    """Marked answers to the round's question, the latest first, to copy as samples: without writer, by number."""
    item_id = db.session.scalar(select(CalibrationRound.item_id).where(CalibrationRound.id == round_id))
    latest = (
        select(Essay.id, Response.answer)
        .join(Response, (Response.attempt_id == Essay.attempt_id) & (Response.slot == Essay.slot))
        .where(Essay.item_id == item_id, Essay.settled_at.is_not(None), Response.is_late.is_(False))
        .order_by(Essay.handed_in_at.desc(), Essay.id, Response.seq.desc())
        .limit(MOST_OFFERED * 10)
    )
    found: dict[int, str] = {}
    for essay_id, answer in db.session.execute(latest):
        found.setdefault(essay_id, str(answer))
    return list(found.items())[:MOST_OFFERED]
