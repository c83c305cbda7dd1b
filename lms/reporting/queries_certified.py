"""Certified on duty: of everybody whose job role must hold a certificate, who does; counted, not sampled."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import case, func, select, tuple_

from lms.certification.models import Certificate, Certification, CertificationRole
from lms.core.api import decode_cursor, encode_cursor
from lms.core.database import db
from lms.identity.models import Department, JobRole, Person
from lms.identity.queries import PLACEMENT, visible_people
from lms.reporting.queries import in_scope

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class Group:
    """``certified`` of ``n`` people in one department or job role; key None for people without one."""

    key: str | None
    name: Any
    certified: int
    n: int

    @property
    def share(self) -> float | None:
        return self.certified / self.n if self.n else None


@dataclass(frozen=True, slots=True)
class Uncertified:
    """Somebody who lacks a certificate that the job role must hold, and which ones."""

    person: Person
    lacks: tuple[Any, ...]


def _standing(today: date) -> Any:
    """One row a person: how many certifications the job role needs and how many of them hold today."""
    holding = (
        select(Certificate.person_id, Certificate.certification_id)
        .where(Certificate.revoked_at.is_(None), Certificate.expires_on >= today)
        .distinct()
        .subquery()
    )
    return (
        select(
            Person.id.label("person_id"), Person.department_id, Person.job_role_id,
            func.count(CertificationRole.certification_id).label("needs"), func.count(holding.c.person_id).label("has"),
        )
        .join(JobRole, JobRole.id == Person.job_role_id)
        .join(CertificationRole, CertificationRole.role == JobRole.key)
        .join(Certification, Certification.id == CertificationRole.certification_id)
        .outerjoin(
            holding,
            (holding.c.person_id == Person.id)
            & (holding.c.certification_id == CertificationRole.certification_id),
        )
        .where(Person.deactivated_at.is_(None), Certification.retired_at.is_(None))
        .group_by(Person.id, Person.department_id, Person.job_role_id)
    )  # fmt: skip


def whole(viewer: Any, today: date) -> Group:
    """Everybody the viewer's departments hold."""
    of = _standing(today).where(*in_scope(viewer, Person.department_id)).subquery()
    query = select(func.coalesce(func.sum(_is_certified(of)), 0), func.count()).select_from(of)
    certified, n = db.session.execute(query).one()
    return Group(None, None, certified, n)


def _is_certified(of: Any) -> Any:
    return case((of.c.has >= of.c.needs, 1), else_=0)


def groups(viewer: Any, today: date) -> tuple[list[Group], list[Group]]:
    """By department and by job role, the emptiest first; two statements."""
    of = _standing(today).where(*in_scope(viewer, Person.department_id)).subquery()
    return _by(of, of.c.department_id, Department, Department.name), _by(of, of.c.job_role_id, JobRole, JobRole.title)


def _by(of: Any, column: Any, table: Any, name: Any) -> list[Group]:
    counted = (
        select(column.label("of"), func.sum(_is_certified(of)).label("certified"), func.count().label("n"))
        .group_by(column)
        .subquery()
    )
    query = (
        select(table.key, name, counted.c.certified, counted.c.n)
        .select_from(counted)
        .outerjoin(table, table.id == counted.c.of)
        .order_by(table.key)
    )
    found = [Group(*row) for row in db.session.execute(query)]
    return sorted(found, key=lambda one: (one.share or 0, one.key or ""))


def uncertified(viewer: Any, today: date, cursor: str | None) -> tuple[list[Uncertified], str | None]:
    """A page of the people who lack something, of those whom the viewer may know; three statements."""
    of = _standing(today).subquery()
    query = (
        visible_people(viewer)
        .join(of, of.c.person_id == Person.id)
        .where(of.c.has < of.c.needs)
        .options(*PLACEMENT)
        .order_by(Person.name, Person.id)
        .limit(PAGE_SIZE + 1)
    )
    if key := decode_cursor(cursor, str, int):
        query = query.where(tuple_(Person.name, Person.id) > tuple_(*key))
    people = list(db.session.scalars(query))
    shown, more = people[:PAGE_SIZE], len(people) > PAGE_SIZE
    lacking = _lacking(shown, today)
    rows = [Uncertified(person, tuple(lacking.get(person.id, ()))) for person in shown]
    return rows, encode_cursor(shown[-1].name, shown[-1].id) if more else None


def _lacking(people: Sequence[Person], today: date) -> dict[int, list[Any]]:
    """Titles of what each of them lacks."""
    if not people:
        return {}
    ids = [person.id for person in people]
    needs: dict[str, list[tuple[int, Any]]] = {}
    required = (
        select(CertificationRole.role, Certification.id, Certification.title)
        .join(Certification, Certification.id == CertificationRole.certification_id)
        .where(Certification.retired_at.is_(None))
        .order_by(Certification.position)
    )
    for role, certification_id, title in db.session.execute(required):
        needs.setdefault(role, []).append((certification_id, title))
    holding = select(Certificate.person_id, Certificate.certification_id).where(
        Certificate.person_id.in_(ids), Certificate.revoked_at.is_(None), Certificate.expires_on >= today
    )
    held = {(person_id, of) for person_id, of in db.session.execute(holding)}
    return {
        person.id: [
            title
            for of, title in needs.get(person.job_role.key if person.job_role else "", ())
            if (person.id, of) not in held
        ]
        for person in people
    }
