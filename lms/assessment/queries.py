"""Reads of exams, attempts and results, scoped to who asks."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, bindparam, case, exists, func, or_, select
from sqlalchemy.orm import aliased

from lms.assessment.attempt_states import OPEN, State
from lms.assessment.content import Exam as ExamDefinition
from lms.assessment.content import Section, Show
from lms.assessment.models import Attempt, Exam, ExamVersion, Response
from lms.assessment.openings import Earlier, Opening
from lms.core import access
from lms.core.database import db
from lms.core.errors import NotFound
from lms.core.texts import N_, Message
from lms.core.version_cache import VersionCache
from lms.courses import queries as courses
from lms.enrolment import queries as enrolment
from lms.enrolment.enrolment_states import StepRef
from lms.identity.models import Person, Site

NO_EXAM = N_("There is no such exam, or it is not meant for you.")
NO_ATTEMPT = N_("There is no such attempt, or it is not yours.")


# ---- plans --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Plan:
    """An immutable exam plan: the definition and which version it is."""

    number: int
    definition: ExamDefinition


def _load_plans(version_ids: list[int]) -> dict[int, Plan]:
    query = select(ExamVersion.id, ExamVersion.number, ExamVersion.body).where(ExamVersion.id.in_(version_ids))
    return {row.id: Plan(row.number, ExamDefinition.model_validate(row.body)) for row in db.session.execute(query)}


_plans = VersionCache("exams", _load_plans)


def definition_of(version_id: int) -> ExamDefinition:
    """The plan of one exam version."""
    return _plans.one(version_id).definition


def plan(version_id: int) -> Plan:
    """The plan of one exam version with its number."""
    return _plans.one(version_id)


def plans(version_ids: Iterable[int]) -> dict[int, Plan]:
    """Plans by exam version, in one query for those not read yet."""
    return _plans.many(version_ids)


def check_plan(lesson_version_id: int) -> Plan:
    """The plan that a lesson's knowledge check follows: 80 % to pass, no clock, no limit, answers shown at once."""
    body = courses.definition_of(lesson_version_id)
    return check_plan_of(body)


def check_plan_of(body: Any) -> Plan:
    """The same from the lesson's body."""
    check = body.check
    section = Section(topic=check.topic, draw=check.draw)
    definition = ExamDefinition(
        exam="check", title=body.title, sections=[section], wait_hours=Decimal(0), show=Show(answers="at-once")
    )
    return Plan(1, definition)


def plan_of(attempt: Attempt) -> Plan:
    """The plan an attempt follows, whichever kind it is."""
    if attempt.exam_version_id is not None:
        return _plans.one(attempt.exam_version_id)
    return check_plan(attempt.lesson_version_id or 0)


# ---- exams --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ExamView:
    """An exam somebody may know of, with its current plan."""

    id: int
    key: str
    version_id: int
    plan: ExamDefinition
    opens_at: datetime | None
    closes_at: datetime | None
    assigned_only: bool
    papers: int


# asked at every door and every start, so put together once
_EXAM = select(
    Exam.id, Exam.version_id, Exam.status, Exam.sites, Exam.opens_at, Exam.closes_at, Exam.assigned_only, Exam.papers,
    select(Site.key).where(Site.id == bindparam("site")).scalar_subquery().label("site"),
).where(Exam.key == bindparam("key"), Exam.retired_at.is_(None), Exam.version_id.is_not(None))  # fmt: skip


def exam_by_key(key: str, viewer: Any) -> ExamView:
    """An exam in use: live, or a pilot at the viewer's site (or for whoever reads content); else ``NotFound``."""
    found = db.session.execute(_EXAM, {"key": key, "site": getattr(viewer, "site_id", None)}).first()
    if found is None:
        raise NotFound(Message(NO_EXAM))
    if found.status == "pilot" and found.site not in found.sites and not access.has(viewer, "content.read"):
        raise NotFound(Message(NO_EXAM))
    return ExamView(
        found.id, key, found.version_id, definition_of(found.version_id), found.opens_at, found.closes_at,
        found.assigned_only, found.papers,
    )  # fmt: skip


def opening(exam: ExamView, person: Any) -> Opening:
    """When the exam is open, and whether it is by assignment only and not (or not yet) this person's."""
    is_reserved = False
    if exam.assigned_only:
        admission = enrolment.admission(person.id, StepRef("exam", exam.key))
        is_reserved = not admission.is_assigned or admission.blocked_by is not None
    return Opening(exam.opens_at, exam.closes_at, is_reserved)


def question_count(definition: ExamDefinition) -> int | None:
    """How many questions a paper will have; None where a part takes all that its source holds."""
    counts = [section.asked if section.asked is not None else len(section.items or ()) for section in definition.sections]
    return sum(counts) if all(counts) else None


def exam_titles(keys: Sequence[str]) -> dict[str, Mapping[str, str]]:
    """Titles by key of exams, in use or retired."""
    query = select(Exam.key, Exam.title).where(Exam.key.in_(keys))
    return {key: title for key, title in db.session.execute(query)}


# ---- attempts -----------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OwnAttempt:
    """A line of one's own history at an exam."""

    id: int
    number: int
    state: State
    started_at: datetime
    finished_at: datetime | None
    percent: Any
    passed: bool | None

    @property
    def is_open(self) -> bool:
        return self.state in OPEN


_HISTORY = (
    select(
        Attempt.id, Attempt.number, Attempt.state, Attempt.started_at, Attempt.finished_at, Attempt.percent,
        Attempt.passed,
    )
    .where(
        Attempt.person_id == bindparam("person"), Attempt.kind == bindparam("kind"), Attempt.subject == bindparam("subject")
    )
    .order_by(Attempt.number)
)  # fmt: skip


def own_attempts(person: Any, kind: str, subject: str) -> list[OwnAttempt]:
    """Somebody's attempts at one exam or check, oldest first."""
    rows = db.session.execute(_HISTORY, {"person": person.id, "kind": kind, "subject": subject})
    return [
        OwnAttempt(row.id, row.number, State(row.state), row.started_at, row.finished_at, row.percent, row.passed)
        for row in rows
    ]


def earlier(attempts: Sequence[OwnAttempt]) -> list[Earlier]:
    """The same as the rule about starting wants it."""
    return [Earlier(attempt.number, attempt.state, attempt.finished_at, attempt.passed) for attempt in attempts]


# asked with every page and every answer, so put together once
_OWN_ATTEMPT = select(Attempt).where(Attempt.id == bindparam("attempt"), Attempt.person_id == bindparam("person"))
_later = aliased(Response)
_is_replaced = exists().where(
    _later.attempt_id == Response.attempt_id,
    _later.slot == Response.slot,
    _later.seq > Response.seq,
    _later.is_late.is_(False),
)
_ANSWERS = select(Response.slot, Response.seq, Response.answer, Response.saved_at).where(
    Response.attempt_id == bindparam("attempt"), Response.is_late.is_(False), ~_is_replaced
)


def own_attempt(person: Any, attempt_id: int) -> Attempt:
    """One's own attempt; anybody else's is ``NotFound``."""
    attempt = db.session.scalar(_OWN_ATTEMPT, {"attempt": attempt_id, "person": person.id})
    if attempt is None:
        raise NotFound(Message(NO_ATTEMPT))
    return attempt


def readable_attempt(viewer: Any, attempt_id: int) -> Attempt:
    """One's own attempt, or anybody's for whoever reads content (trainers, auditors); else ``NotFound``."""
    condition: ColumnElement[bool] = Attempt.id == attempt_id
    if not access.has(viewer, "content.read"):
        condition &= Attempt.person_id == viewer.id
    attempt = db.session.scalar(select(Attempt).where(condition))
    if attempt is None:
        raise NotFound(Message(NO_ATTEMPT))
    return attempt


@dataclass(frozen=True, slots=True)
class SavedAnswer:
    """The latest answer in time of one slot, in the item's keys."""

    seq: int
    answer: Any
    saved_at: datetime


def saved_answers(attempt_id: int) -> dict[int, SavedAnswer]:
    """The latest answers in time by slot; late ones are left out."""
    rows = db.session.execute(_ANSWERS, {"attempt": attempt_id})
    return {slot: SavedAnswer(seq, answer, at) for slot, seq, answer, at in rows}


def latest_answer(attempt_id: int, slot: int) -> SavedAnswer | None:
    """The latest answer in time of one slot."""
    query = (
        select(Response.seq, Response.answer, Response.saved_at)
        .where(Response.attempt_id == attempt_id, Response.slot == slot, Response.is_late.is_(False))
        .order_by(Response.seq.desc())
        .limit(1)
    )
    row = db.session.execute(query).first()
    return SavedAnswer(row.seq, row.answer, row.saved_at) if row is not None else None


def name_of(person_id: int) -> str:
    """The name of whose attempt it is."""
    return db.session.scalar(select(Person.name).where(Person.id == person_id)) or ""


def has_passed(person_id: int, exam_id: int | None) -> bool:
    """Whether somebody has passed an exam in any attempt that still stands."""
    query = select(Attempt.id).where(
        Attempt.person_id == person_id, Attempt.exam_id == exam_id, Attempt.passed.is_(True), Attempt.state == "graded"
    )
    return db.session.scalar(query.limit(1)) is not None


def graded_percents(attempt: Attempt) -> list[tuple[Decimal, bool]]:
    """Percent and passed of every graded attempt of the same person at the same exam, oldest first."""
    query = (
        select(Attempt.percent, Attempt.passed)
        .where(Attempt.person_id == attempt.person_id, Attempt.kind == attempt.kind)
        .where(Attempt.subject == attempt.subject, Attempt.state == "graded")
        .order_by(Attempt.number)
    )
    return [(percent or Decimal(0), bool(passed)) for percent, passed in db.session.execute(query)]


def closes_at(exam_id: int | None) -> datetime | None:
    """When an exam is over for everybody, if it closes: with extra time somebody may sit longer than the others."""
    if exam_id is None:
        return None
    last = select(func.max(func.coalesce(Attempt.grace_ends_at, Attempt.deadline_at))).where(
        Attempt.exam_id == exam_id, Attempt.finished_at.is_(None), Attempt.state.in_(OPEN)
    )
    closing, longest = db.session.execute(
        select(Exam.closes_at, last.scalar_subquery().label("longest")).where(Exam.id == exam_id)
    ).one_or_none() or (None, None)
    return closing if closing is None or longest is None else max(closing, longest)


def due_attempts(now: datetime) -> list[tuple[int, datetime]]:
    """Open attempts whose time is up, the longest overdue first: id, and since when."""
    is_running = Attempt.state == "in_progress"
    since = case((is_running, Attempt.deadline_at), else_=Attempt.grace_ends_at)
    query = (
        select(Attempt.id, since)
        .where(or_(is_running & (Attempt.deadline_at < now), (Attempt.state == "overdue") & (Attempt.grace_ends_at < now)))
        .order_by(Attempt.deadline_at, Attempt.id)
    )
    return [(attempt_id, since) for attempt_id, since in db.session.execute(query)]
