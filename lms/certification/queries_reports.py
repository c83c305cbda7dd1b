"""Who is certified: per department, and as lists for managers and HR; always scoped to the viewer."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, Subquery, case, func, or_, select, tuple_
from sqlalchemy.orm import aliased

from lms.certification.models import Certificate, Certification, CertificationLeaf, CertificationRole, Licence
from lms.certification.queries import certificate_state, has_newer
from lms.certification.validity import State
from lms.core.api import decode_cursor, encode_cursor
from lms.core.database import db
from lms.core.errors import NotFound
from lms.core.texts import N_, Message
from lms.identity.models import Department, JobRole, Person
from lms.identity.queries import Found, visible_people

# ---- certified on duty ------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OnDuty:
    """Of ``people`` in a department (None: in none) whose job role requires certificates, so many hold them all."""

    department: str | None
    name: Mapping[str, str] | None
    people: int
    certified: int

    @property
    def share(self) -> float | None:
        """Share certified, None for nobody."""
        return self.certified / self.people if self.people else None


def _required() -> Subquery:
    """How many certifications each job role must hold; roles without any are not listed."""
    return (
        select(JobRole.id.label("role_id"), func.count().label("needed"))
        .join(CertificationRole, CertificationRole.role == JobRole.key)
        .join(Certification, Certification.id == CertificationRole.certification_id)
        .where(Certification.retired_at.is_(None))
        .group_by(JobRole.id)
        .subquery("required")
    )


def _holding(today: date) -> Subquery:
    """How many of the certifications of their job role people hold on a day."""
    return (
        select(Person.id.label("person_id"), func.count(Certificate.certification_id.distinct()).label("valid"))
        .join(JobRole, JobRole.id == Person.job_role_id)
        .join(CertificationRole, CertificationRole.role == JobRole.key)
        .join(Certification, Certification.id == CertificationRole.certification_id)
        .join(
            Certificate,
            (Certificate.person_id == Person.id) & (Certificate.certification_id == CertificationRole.certification_id),
        )
        .where(Certification.retired_at.is_(None), Certificate.revoked_at.is_(None), Certificate.expires_on >= today)
        .group_by(Person.id)
        .subquery("holding")
    )


def certified_on_duty(viewer: Any, today: date) -> list[OnDuty]:
    """Per department, in the order of the tree: how many are certified for their job role; one query."""
    required, holding = _required(), _holding(today)
    visible = visible_people(viewer).with_only_columns(Person.id)
    certified = func.sum(case((holding.c.valid == required.c.needed, 1), else_=0))
    query = (
        select(Department.key, func.count(Person.id), certified, Person.department_id)
        .select_from(Person)
        .join(required, required.c.role_id == Person.job_role_id)
        .join(holding, holding.c.person_id == Person.id, isouter=True)
        .join(Department, Department.id == Person.department_id, isouter=True)
        .where(Person.deactivated_at.is_(None), Person.id.in_(visible))
        .group_by(Person.department_id, Department.key, Department.path)
        .order_by(Department.path)
    )
    rows = db.session.execute(query).all()
    named = select(Department.key, Department.name).where(Department.id.in_([row.department_id for row in rows]))
    names: dict[str, Mapping[str, str]] = {row.key: row.name for row in db.session.execute(named)}
    return [OnDuty(key, names.get(key or ""), people, int(valid)) for key, people, valid, _ in rows]


# ---- certificates -------------------------------------------------------------------


class Show(StrEnum):
    """What the list of certificates is narrowed to."""

    ALL = "all"
    VALID = "valid"
    SOON = "soon"
    EXPIRED = "expired"
    REVOKED = "revoked"


@dataclass(frozen=True, slots=True)
class ListedCertificate:
    """A line of the list."""

    certificate: Certificate
    name: str
    employee_number: str | None
    key: str
    title: Mapping[str, str]
    state: State


def certificate_page(
    viewer: Any, today: date, *, show: Show, text: str, certification: str, cursor: str | None, limit: int
) -> Found:
    """The newest certificates of people the viewer may know about, by the day they end; ``text`` is a name or number."""
    query = (
        select(Certificate, Person.name, Person.employee_number, Certification.key, Certification.title)
        .join(Person, Person.id == Certificate.person_id)
        .join(Certification, Certification.id == Certificate.certification_id)
        .where(Person.id.in_(visible_people(viewer).with_only_columns(Person.id)), Person.deactivated_at.is_(None))
        .order_by(Certificate.expires_on, Certificate.id)
        .limit(limit + 1)
    )
    query = _shown_only(query, show, today)
    if certification:
        query = query.where(Certification.key == certification)
    query = query.where(*_of_person(text))
    if key := decode_cursor(cursor, str, int):
        last = tuple_(_day(key[0]), key[1])
        query = query.where(tuple_(Certificate.expires_on, Certificate.id) > last)
    rows = [
        ListedCertificate(certificate, name, number, key, title, certificate_state(certificate, today))
        for certificate, name, number, key, title in db.session.execute(query)
    ]
    more = rows[limit - 1].certificate if len(rows) > limit else None
    return Found(rows[:limit], encode_cursor(more.expires_on.isoformat(), more.id) if more else None)


def _day(value: Any) -> date:
    try:
        return date.fromisoformat(str(value))
    except ValueError:
        raise NotFound(Message(N_("This page of the list is not there; begin again."))) from None


def _shown_only(query: Select[Any], show: Show, today: date) -> Select[Any]:
    newer = aliased(Certificate)
    query = query.where(~has_newer(newer))
    if show is Show.REVOKED:
        return query.where(Certificate.revoked_at.is_not(None))
    if show is Show.ALL:
        return query
    query = query.where(Certificate.revoked_at.is_(None))
    if show is Show.EXPIRED:
        return query.where(Certificate.expires_on < today)
    query = query.where(Certificate.expires_on >= today)
    return query.where(Certificate.window_opens_on <= today) if show is Show.SOON else query


def _of_person(text: str) -> list[ColumnElement[bool]]:
    """Conditions for a part of a name or the beginning of an employee number."""
    part = text.strip()
    if not part:
        return []
    named = Person.name.icontains(part, autoescape=True)
    return [or_(named, Person.employee_number.startswith(part, autoescape=True))]


# ---- licences -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ListedLicence:
    """A line of the list of licences."""

    licence: Licence
    name: str
    employee_number: str | None
    verified_by: str


def licence_page(viewer: Any, *, text: str, cursor: str | None, limit: int) -> Found:
    """Licences on file and withdrawn, the newest first; ``text`` is part of a name or a number."""
    verifier = aliased(Person)
    query = (
        select(Licence, Person.name, Person.employee_number, verifier.name)
        .join(Person, Person.id == Licence.person_id)
        .join(verifier, verifier.id == Licence.verified_by_id)
        .where(Person.id.in_(visible_people(viewer).with_only_columns(Person.id)))
        .order_by(Licence.id.desc())
        .limit(limit + 1)
    )
    query = query.where(*_of_person(text))
    if key := decode_cursor(cursor, int):
        query = query.where(Licence.id < key[0])
    rows = [ListedLicence(*row) for row in db.session.execute(query)]
    return Found(rows[:limit], encode_cursor(rows[limit - 1].licence.id) if len(rows) > limit else None)


def licence_keys() -> list[str]:
    """The keys of licences that certifications in use mention."""
    query = (
        select(CertificationLeaf.key)
        .join(Certification, Certification.id == CertificationLeaf.certification_id)
        .where(CertificationLeaf.kind == "licence", Certification.retired_at.is_(None))
        .distinct()
        .order_by(CertificationLeaf.key)
    )
    return list(db.session.scalars(query))


def licence(viewer: Any, licence_id: int) -> Licence:
    """A licence of somebody the viewer may know about; else ``NotFound``."""
    visible = visible_people(viewer).with_only_columns(Person.id)
    found = db.session.scalar(select(Licence).where(Licence.id == licence_id, Licence.person_id.in_(visible)))
    if found is None:
        raise NotFound(Message(N_("There is no such licence.")))
    return found
