"""Who is in a review and what is recorded about them: a constant number of queries for any number of people."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from sqlalchemy import Select, and_, exists, func, or_, select, tuple_

from lms.certification.models import Certification, CertificationRole
from lms.core import clock
from lms.core.database import db
from lms.hr.models import QualityScore, Result, ReviewCycle
from lms.hr.performance import REACHED, Component, Fact, Kind, Missing, Period, performance
from lms.hr.records import Who, record
from lms.identity.models import Department, JobRole, Person

CHUNK = 1000


@dataclass(frozen=True, slots=True)
class Draft:
    """A record as it stands now."""

    person_id: int
    values: dict[str, Any]


def period_of(cycle: ReviewCycle, now: datetime) -> Period:
    """The days of a cycle; while it runs, what is held is looked at today."""
    return Period(cycle.starts_on, cycle.ends_on, min(cycle.ends_on, max(clock.day_of(now), cycle.starts_on)))


def components_of(cycle: ReviewCycle) -> tuple[Component, ...]:
    """The cycle's components with exact weights."""
    return tuple(
        Component(Kind(values["kind"]), values["of"], Decimal(str(values["weight"]))) for values in cycle.components
    )


def instants(first: date, last: date) -> tuple[datetime, datetime]:
    """From the first moment of ``first`` to the first moment after ``last``, where the organisation works."""
    zone = clock.timezone()
    begin = datetime.combine(first, time(), zone)
    end = datetime.combine(last + timedelta(days=1), time(), zone)
    return begin.astimezone(UTC), end.astimezone(UTC)


def people_in(cycle: ReviewCycle) -> Select[int, str | None, str, str, str]:
    """Everybody in a review, by name: employed up to its end (or still), with a job role or with a result in it."""
    begin, end = instants(cycle.starts_on, cycle.ends_on)
    has_result = exists().where(
        Result.person_id == Person.id, Result.kind.in_(("exam", "scenario")), Result.at >= begin, Result.at < end
    )
    has_score = exists().where(
        QualityScore.person_id == Person.id, QualityScore.observed_on.between(cycle.starts_on, cycle.ends_on)
    )
    return (
        select(Person.id, Person.employee_number, Person.name, Department.key, JobRole.key)
        .outerjoin(Department, Department.id == Person.department_id)
        .outerjoin(JobRole, JobRole.id == Person.job_role_id)
        .where(or_(Person.hired_on.is_(None), Person.hired_on <= cycle.ends_on))
        .where(or_(Person.deactivated_at.is_(None), Person.deactivated_at >= end))
        .where(or_(Person.job_role_id.is_not(None), has_result, has_score))
        .order_by(Person.name, Person.id)
    )


def count_people(cycle: ReviewCycle) -> int:
    """How many people are in a review."""
    inner = people_in(cycle).order_by(None).subquery()
    return db.session.scalar(select(func.count()).select_from(inner)) or 0


def drafts(cycle: ReviewCycle, now: datetime) -> Iterator[Draft]:
    """Every record as it stands now, by name, a thousand people at a time."""
    people, after = people_in(cycle), None
    while True:
        query = people if after is None else people.where(tuple_(Person.name, Person.id) > tuple_(*after))
        rows = [Who(*row) for row in db.session.execute(query.limit(CHUNK))]
        yield from drafts_of(rows, cycle, now)
        if len(rows) < CHUNK:
            return
        after = (rows[-1].name, rows[-1].person_id)


def drafts_of(people: Sequence[Who], cycle: ReviewCycle, now: datetime) -> list[Draft]:
    """The records of these people as they stand now."""
    if not people:
        return []
    components, missing, period = components_of(cycle), Missing(cycle.missing), period_of(cycle, now)
    facts = facts_of([who.person_id for who in people], components, period)
    required = required_certifications()
    return [
        Draft(
            who.person_id,
            record(
                who,
                performance(
                    components, missing, facts.get(who.person_id, ()), period, required.get(who.job_role or "", ())
                ),
            ),
        )
        for who in people
    ]


def required_certifications() -> dict[str, list[str]]:
    """Keys of the certifications in use that each job role (its key) must hold."""
    query = (
        select(CertificationRole.role, Certification.key)
        .join(Certification, Certification.id == CertificationRole.certification_id)
        .where(Certification.retired_at.is_(None))
        .order_by(Certification.key)
    )
    required: dict[str, list[str]] = defaultdict(list)
    for role, key in db.session.execute(query):
        required[role].append(key)
    return required


def facts_of(person_ids: Sequence[int], components: Sequence[Component], period: Period) -> dict[int, list[Fact]]:
    """What is recorded about these people that a review may use, in two queries."""
    facts: dict[int, list[Fact]] = defaultdict(list)
    begin, end = instants(period.starts_on, period.ends_on)
    query = (
        select(Result)
        .with_only_columns(*_RESULT_COLUMNS)
        .where(Result.person_id.in_(person_ids), Result.at < end)
        .where(or_(Result.at >= begin, Result.kind.in_([kind.value for kind in REACHED])))
        .where(_wanted(components))
        .order_by(Result.person_id, Result.id)
    )
    zone, skills = clock.timezone(), {part.of for part in components if part.kind is Kind.SKILL and part.of}
    for row in db.session.execute(query):
        facts[row.person_id].append(_fact(row, row.at.astimezone(zone).date(), skills))
    scores = (
        select(*_SCORE_COLUMNS)
        .where(QualityScore.person_id.in_(person_ids))
        .where(QualityScore.observed_on.between(period.starts_on, period.ends_on))
        .order_by(QualityScore.person_id, QualityScore.id)
    )
    for row in db.session.execute(scores):
        facts[row.person_id].append(_score_fact(row))
    return facts


_RESULT_COLUMNS = (
    Result.person_id, Result.kind, Result.of_key, Result.reference, Result.at, Result.score, Result.max_score,
    Result.percent, Result.state, Result.counts, Result.subject, Result.expires_on, Result.skills,
)  # fmt: skip
_SCORE_COLUMNS = (
    QualityScore.person_id, QualityScore.source, QualityScore.reference, QualityScore.observed_on,
    QualityScore.score, QualityScore.max_score,
)  # fmt: skip


def _wanted(components: Iterable[Component]) -> Any:
    """Only what a component uses, and all certificates: eligibility asks for them."""
    wanted = list(components)
    keys = [
        and_(Result.kind == part.kind.value, Result.of_key == part.of)
        for part in wanted
        if part.kind in (Kind.EXAM, Kind.SCENARIO, Kind.COURSE, Kind.SIGN_OFF)
    ]
    if any(part.kind is Kind.SKILL for part in wanted):
        keys.append(Result.kind.in_(("exam", "scenario")))
    return or_(Result.kind == Kind.CERTIFICATION.value, *keys)


def share_of(score: Decimal | None, max_score: Decimal | None, percent: Decimal | None) -> Fraction:
    """The unrounded percentage: from the points where there are some, else as it was told."""
    if score is not None and max_score:
        return Fraction(100 * _millionths(score), _millionths(max_score))
    return Fraction(percent) if percent is not None else Fraction(100)


def _millionths(value: Decimal) -> int:
    """A number of six places as a whole number: one fraction is then made where three would be."""
    return int(value.scaleb(6))


def _fact(row: Any, on: date, wanted: Set[str]) -> Fact:
    return Fact(
        kind=row.kind,
        of=row.of_key,
        reference=row.reference,
        at=row.at,
        on=on,
        share=share_of(row.score, row.max_score, row.percent),
        state=row.state,
        counts=row.counts,
        subject=row.subject,
        expires_on=row.expires_on,
        skills={
            name: (Fraction(points), Fraction(most)) for name, (points, most) in row.skills.items() if name in wanted
        },
    )


def _score_fact(row: Any) -> Fact:
    reference, at = f"{row.source}:{row.reference}", datetime.combine(row.observed_on, time(), UTC)
    return Fact(row.source, None, reference, at, row.observed_on, share_of(row.score, row.max_score, None))
