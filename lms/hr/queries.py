"""Reads of review cycles, revisions, quality scores and the results feed, for HR and auditors."""

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import String, cast, func, literal, or_, select, union_all

from lms.assessment.models import Exam
from lms.certification.models import Certification
from lms.core.api import decode_cursor, encode_cursor
from lms.core.database import db
from lms.core.errors import Invalid, NotFound
from lms.core.texts import N_, Message
from lms.courses.models import Course
from lms.enrolment.models import SignOff
from lms.hr.models import QualityScore, Result, ReviewCycle, Revision
from lms.identity.models import Department, JobRole, Person
from lms.identity.queries import Found
from lms.scenarios.models import Scenario

_FOREIGN = Message(N_("This cursor is not one of ours; begin without a cursor."))


# ---- cycles and revisions -------------------------------------------------------


def cycles() -> list[tuple[ReviewCycle, Revision | None]]:
    """Every cycle with its newest revision, the latest period first (at most 200)."""
    newest = select(Revision.cycle_id, func.max(Revision.number).label("number")).group_by(Revision.cycle_id).subquery()
    query = (
        select(ReviewCycle, Revision)
        .outerjoin(newest, newest.c.cycle_id == ReviewCycle.id)
        .outerjoin(Revision, (Revision.cycle_id == ReviewCycle.id) & (Revision.number == newest.c.number))
        .order_by(ReviewCycle.ends_on.desc(), ReviewCycle.id.desc())
        .limit(200)
    )
    return [(cycle, revision) for cycle, revision in db.session.execute(query)]


def cycle_by_key(key: str) -> ReviewCycle:
    """The cycle with this key, else ``NotFound``."""
    cycle = db.session.scalar(select(ReviewCycle).where(ReviewCycle.key == key))
    if cycle is None:
        raise NotFound(Message(N_("There is no review cycle “%(key)s”."), {"key": key}))
    return cycle


def revisions(cycle: ReviewCycle) -> list[tuple[Revision, str]]:
    """The frozen revisions with the name of who froze them, newest first (at most 100)."""
    query = (
        select(Revision, Person.name)
        .outerjoin(Person, Person.id == Revision.frozen_by_id)
        .where(Revision.cycle_id == cycle.id)
        .order_by(Revision.number.desc())
        .limit(100)
    )
    return [(revision, name or "") for revision, name in db.session.execute(query)]


def newest_revision(cycle: ReviewCycle) -> Revision | None:
    """The revision frozen last."""
    query = select(Revision).where(Revision.cycle_id == cycle.id).order_by(Revision.number.desc()).limit(1)
    return db.session.scalar(query)


def revision(cycle: ReviewCycle, number: int) -> Revision:
    """One frozen revision, else ``NotFound``."""
    found = db.session.scalar(select(Revision).where(Revision.cycle_id == cycle.id, Revision.number == number))
    if found is None:
        raise NotFound(Message(N_("There is no revision %(number)s of this cycle."), {"number": number}))
    return found


# ---- names ------------------------------------------------------------------------

TITLED: dict[str, Any] = {
    "exam": Exam, "scenario": Scenario, "course": Course, "certification": Certification, "sign-off": SignOff,
}  # fmt: skip


def titles(components: Iterable[Mapping[str, Any]]) -> dict[tuple[str, str], dict[str, str]]:
    """Titles of what components measure, by kind and key, in one query; what does not exist is absent."""
    keys: dict[str, set[str]] = {}
    for each in components:
        if each["kind"] in TITLED and each["of"]:
            keys.setdefault(each["kind"], set()).add(each["of"])
    if not keys:
        return {}
    parts = [
        select(cast(literal(kind), String), TITLED[kind].key, TITLED[kind].title).where(TITLED[kind].key.in_(named))
        for kind, named in sorted(keys.items())
    ]
    rows = db.session.execute(union_all(*parts) if len(parts) > 1 else parts[0])
    return {(kind, key): title for kind, key, title in rows}


def measurable() -> list[tuple[str, str, dict[str, str]]]:
    """Everything a component may name: kind, key, title; in one query."""
    parts = [
        select(cast(literal(kind), String), model.key, model.title).where(model.retired_at.is_(None))
        for kind, model in TITLED.items()
    ]
    return [(kind, key, title) for kind, key, title in db.session.execute(union_all(*parts))]


def department_names(keys: Iterable[str | None]) -> dict[str, dict[str, str]]:
    """Names of departments by key, in one query."""
    wanted = {key for key in keys if key}
    if not wanted:
        return {}
    return dict(
        db.session.execute(select(Department.key, Department.name).where(Department.key.in_(wanted))).tuples().all()
    )


def job_role_title(key: str | None) -> dict[str, str] | None:
    """What a job role is called."""
    return db.session.scalar(select(JobRole.title).where(JobRole.key == key)) if key else None


# ---- quality scores and the feed -----------------------------------------------------


def quality_scores(*, source: str, cursor: str | None, limit: int) -> Found:
    """Quality scores with their people, the newest record first."""
    query = (
        select(QualityScore, Person.name, Person.employee_number)
        .join(Person, Person.id == QualityScore.person_id)
        .order_by(QualityScore.id.desc())
        .limit(limit + 1)
    )
    if source:
        query = query.where(QualityScore.source == source)
    if place := decode_cursor(cursor, int):
        query = query.where(QualityScore.id < place[0])
    rows = list(db.session.execute(query))
    return Found(rows[:limit], encode_cursor(rows[limit - 1][0].id) if len(rows) > limit else None)


def feed(*, updated_since: datetime | None, cursor: str | None, limit: int) -> list[tuple[Result, str | None, str]]:
    """Up to ``limit + 1`` rows of the feed with employee number and name, the oldest change first."""
    query = (
        select(Result, Person.employee_number, Person.name)
        .join(Person, Person.id == Result.person_id)
        .order_by(Result.updated_at, Result.id)
        .limit(limit + 1)
    )
    if updated_since is not None:
        query = query.where(Result.updated_at >= updated_since)
    if place := decode_cursor(cursor, str, int):
        after = _moment(place[0])
        query = query.where(or_(Result.updated_at > after, (Result.updated_at == after) & (Result.id > place[1])))
    return [(row, number, name) for row, number, name in db.session.execute(query)]


def _moment(value: str) -> datetime:
    try:
        return datetime.fromisoformat(value).astimezone(UTC)
    except ValueError:
        raise Invalid(_FOREIGN) from None


def cursor_after(row: Result) -> str:
    """The cursor behind a row of the feed."""
    return encode_cursor(row.updated_at.isoformat(), row.id)
