"""Pass rates of certifications and exams: one aggregate statement for each report, scoped to the viewer.

What is counted is said in docs/decisions/0005: first finished attempts, at the snapshot of where the person worked.
"""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, String, case, cast, func, literal, literal_column, or_, select
from sqlalchemy.orm import aliased

from lms.assessment.models import Attempt, Exam, ExamVersion
from lms.certification.models import Certification, CertificationLeaf, CertificationRole
from lms.core import access, clock
from lms.core.database import db
from lms.core.errors import NotFound
from lms.core.texts import N_, Message
from lms.identity.models import Department, JobRole, Person, Site
from lms.identity.queries import departments_below
from lms.reporting.rates import By, Count, months

FINISHED = ("graded", "abandoned")
MOST_DEPARTMENTS = 300
Conditions = Sequence[ColumnElement[bool]]


@dataclass(frozen=True, slots=True)
class Period:
    """From a day to a day, both included, where the organisation works."""

    from_on: date
    to_on: date

    @property
    def begins_at(self) -> datetime:
        return _midnight(self.from_on)

    @property
    def ends_at(self) -> datetime:
        """The first instant after it."""
        return _midnight(self.to_on + timedelta(days=1))


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, clock.timezone())


def department_scope(viewer: Any) -> Select[Any] | None:
    """The departments (ids) whose figures the viewer may see; None for all.

    Trainers, HR, auditors and administrators see all; a manager the own department and those below.
    """
    if access.has(viewer, "people.read") or access.has(viewer, "content.read"):
        return None
    return departments_below(viewer.department_id)


def in_scope(viewer: Any, column: Any) -> list[ColumnElement[bool]]:
    """The conditions that keep a statement to the viewer's departments."""
    scope = department_scope(viewer)
    return [] if scope is None else [column.in_(scope)]


# ---- what there is ---------------------------------------------------------------


def certifications() -> list[Certification]:
    """The certifications in use, in file order."""
    query = select(Certification).where(Certification.retired_at.is_(None))
    return list(db.session.scalars(query.order_by(Certification.pack, Certification.position, Certification.id)))


def certification(key: str) -> Certification:
    """One certification, in use or not any more; else ``NotFound``."""
    found = db.session.scalar(select(Certification).where(Certification.key == key))
    if found is None:
        raise NotFound(Message(N_("There is no certification with the key “%(key)s”."), {"key": key}))
    return found


def _exam_ids(of: Certification | None) -> ColumnElement[bool]:
    """The exams that a certification's trees name, for the first certificate or its renewal; None: every exam."""
    if of is None:
        return Attempt.exam_id.is_not(None)
    leaves = select(CertificationLeaf.key).where(
        CertificationLeaf.certification_id == of.id, CertificationLeaf.kind == "exam"
    )
    return Attempt.exam_id.in_(select(Exam.id).where(Exam.key.in_(leaves)))


def departments(viewer: Any) -> list[Department]:
    """The departments whose figures the viewer may see, by key; the first ``MOST_DEPARTMENTS`` of them."""
    query = select(Department).where(*in_scope(viewer, Department.id)).order_by(Department.key)
    return list(db.session.scalars(query.limit(MOST_DEPARTMENTS)))


def department(key: str, viewer: Any) -> Department:
    """One department that the viewer may see figures of; else ``NotFound``."""
    found = db.session.scalar(select(Department).where(Department.key == key, *in_scope(viewer, Department.id)))
    if found is None:
        raise NotFound(Message(N_("There is no department with the key “%(key)s” here."), {"key": key}))
    return found


def first_attempts(
    of: Certification | None, viewer: Any, department: Department | None = None
) -> list[ColumnElement[bool]]:
    """The conditions of what a pass rate counts, the period aside; only exams have an ``exam_id``.

    ``department`` keeps to that one, without those below it, as a row of the table of departments does.
    """
    only = [] if department is None else [Attempt.department_id == department.id]
    return [
        Attempt.is_first.is_(True),
        Attempt.state.in_(FINISHED),
        _exam_ids(of),
        *in_scope(viewer, Attempt.department_id),
        *only,
    ]


def in_period(period: Period, column: Any = Attempt.finished_at) -> list[ColumnElement[bool]]:
    """The conditions of a period."""
    return [column >= period.begins_at, column < period.ends_at]


def whole_period(of: Certification | None, viewer: Any, to_on: date) -> Period:
    """From the day of the first attempt there is; for a caller that names no beginning."""
    first = db.session.scalar(select(func.min(Attempt.finished_at)).where(*first_attempts(of, viewer)))
    return Period(min(clock.day_of(first), to_on) if first is not None else to_on, to_on)


# ---- counting ----------------------------------------------------------------------

PASSED = func.coalesce(func.sum(case((Attempt.passed.is_(True), 1), else_=0)), 0)


def counts(
    of: Certification | None, by: By, period: Period, viewer: Any, *, department: Department | None = None
) -> list[Count]:
    """First finished attempts by a dimension, of everybody or of one department; one statement.

    ``of`` None counts every exam. Months without attempts are there with n = 0, in order of time; other groups only
    when they have attempts.
    """
    conditions = [*first_attempts(of, viewer, department), *in_period(period)]
    if by is By.MONTH:
        return _by_month(conditions, period)
    return [Count(key, name, passed, n) for key, name, passed, n in db.session.execute(_DIMENSIONS[by](conditions))]


def totals(
    of: Certification | None, period: Period, viewer: Any, *, department: Department | None = None
) -> Count:
    """All of them as one group."""
    query = select(PASSED, func.count()).where(*first_attempts(of, viewer, department), *in_period(period))
    passed, n = db.session.execute(query).one()
    return Count(None, None, passed, n)


def by_certification(period: Period, viewer: Any) -> dict[int, Count]:
    """Counts of every certification by its id; one statement. An exam that two of them name counts for both."""
    query = (
        select(CertificationLeaf.certification_id, PASSED, func.count())
        .select_from(Attempt)
        .join(Exam, Exam.id == Attempt.exam_id)
        .join(CertificationLeaf, (CertificationLeaf.kind == "exam") & (CertificationLeaf.key == Exam.key))
        .where(*first_attempts(None, viewer), *in_period(period))
        .group_by(CertificationLeaf.certification_id)
    )
    return {of: Count(None, None, passed, n) for of, passed, n in db.session.execute(query)}


def _grouped(column: Any, conditions: Conditions, *, with_people: bool = False) -> Any:
    """Counts by one column, 0 for none, to be joined with its names: JSON names cannot be grouped by.

    The expression also keeps SQLite from walking the column's own index instead of the covering one.
    """
    of = func.coalesce(column, literal_column("0"))
    query = select(of.label("of"), PASSED.label("passed"), func.count().label("n")).select_from(Attempt)
    if with_people:
        query = query.join(Person, Person.id == Attempt.person_id)
    return query.where(*conditions).group_by(of).subquery()


def _by_place(table: Any, name: Any, column: Any) -> Callable[[Conditions], Select[Any]]:
    """By a place that the attempt remembers."""

    def query(conditions: Conditions) -> Select[Any]:
        of = _grouped(column, conditions)
        joined = select(table.key, name, of.c.passed, of.c.n).select_from(of).outerjoin(table, table.id == of.c.of)
        return joined.order_by(table.key)

    return query


def _by_trainer(conditions: Conditions) -> Select[Any]:
    """By the mentor a person has now (docs/decisions/0010)."""
    of, trainer = _grouped(Person.mentor_id, conditions, with_people=True), aliased(Person)
    key = func.coalesce(trainer.employee_number, trainer.email)
    joined = select(key, trainer.name, of.c.passed, of.c.n).select_from(of).outerjoin(trainer, trainer.id == of.c.of)
    return joined.order_by(trainer.name)


def _by_version(conditions: Conditions) -> Select[Any]:
    of = _grouped(Attempt.exam_version_id, conditions)
    key = Exam.key + literal("/") + cast(ExamVersion.number, String)
    return (
        select(key, Exam.title, of.c.passed, of.c.n)
        .select_from(of)
        .join(ExamVersion, ExamVersion.id == of.c.of)
        .join(Exam, Exam.id == ExamVersion.exam_id)
        .order_by(Exam.key, ExamVersion.number)
    )


_DIMENSIONS: dict[By, Callable[[Conditions], Select[Any]]] = {
    By.DEPARTMENT: _by_place(Department, Department.name, Attempt.department_id),
    By.SITE: _by_place(Site, Site.name, Attempt.site_id),
    By.JOB_ROLE: _by_place(JobRole, JobRole.title, Attempt.job_role_id),
    By.TRAINER: _by_trainer,
    By.VERSION: _by_version,
}


def _by_month(conditions: Conditions, period: Period) -> list[Count]:
    listed = months(period.from_on, period.to_on)
    if not listed:
        return []
    branches = [(Attempt.finished_at < _midnight(month.following.begins_on), month.key) for month in listed[:-1]]
    last = literal(listed[-1].key)
    of = case(*((ended, literal(key)) for ended, key in branches), else_=last) if branches else last
    rows = (
        select(of.label("month"), case((Attempt.passed.is_(True), 1), else_=0).label("passed"))
        .where(*conditions, Attempt.finished_at >= _midnight(listed[0].begins_on))
        .subquery()
    )
    query = select(rows.c.month, func.sum(rows.c.passed), func.count()).group_by(rows.c.month)
    found = {key: (passed, n) for key, passed, n in db.session.execute(query)}
    return [Count(one.key, one, *found.get(one.key, (0, 0))) for one in listed]


def idle_departments(of: Certification | None, viewer: Any, active: Collection[str]) -> list[Department]:
    """Departments of the viewer that are not among the keys ``active`` but have people who should have attempts.

    That is people of the job roles that must hold the certification; of any job role where none is named.
    """
    people = select(Person.id).where(
        Person.department_id == Department.id, Person.deactivated_at.is_(None), Person.job_role_id.is_not(None)
    )
    if of is not None:
        named = select(CertificationRole.role).where(CertificationRole.certification_id == of.id)
        wanted = select(JobRole.id).where(JobRole.key.in_(named))
        people = people.where(or_(~named.exists(), Person.job_role_id.in_(wanted)))
    query = select(Department).where(Department.key.not_in(active), people.exists())
    return list(db.session.scalars(query.where(*in_scope(viewer, Department.id)).order_by(Department.key).limit(50)))
