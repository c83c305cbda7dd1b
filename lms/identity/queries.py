"""Reads about people, scoped to who asks."""

import hashlib
from datetime import datetime
from typing import Any

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import joinedload

from lms.core import access
from lms.core.database import db
from lms.core.errors import NotFound
from lms.core.texts import Message, N_
from lms.identity.models import ApiToken, Department, JobRole, Person, SignIn, Site



def digest(token: str) -> str:
    """What is kept of a token: its SHA-256 in hex."""
    return hashlib.sha256(token.encode()).hexdigest()


def person_of_sign_in(token: str, now: datetime) -> Person | None:
    """The active person behind a browser's sign-in, in one query."""
    query = (
        select(Person, SignIn.id)
        .join(SignIn, SignIn.person_id == Person.id)
        .where(SignIn.token_sha256 == digest(token), SignIn.revoked_at.is_(None), SignIn.expires_at > now)
        .where(Person.deactivated_at.is_(None))
    )
    found = db.session.execute(query).first()
    if found is None:
        return None
    person, sign_in_id = found
    person.sign_in_token, person.sign_in_id = token, sign_in_id
    return person  # type: ignore[no-any-return]


def person_of_token(token: str, now: datetime) -> tuple[Person, frozenset[str]] | None:
    """The active person and the scopes of a bearer token, or None."""
    query = (
        select(Person, ApiToken.scopes)
        .join(ApiToken, ApiToken.person_id == Person.id)
        .where(ApiToken.token_sha256 == digest(token), ApiToken.revoked_at.is_(None), ApiToken.expires_at > now)
        .where(Person.deactivated_at.is_(None))
    )
    found = db.session.execute(query).first()
    return (found[0], frozenset(found[1])) if found else None


def person_by_email(email: str) -> Person | None:
    """The person with this address, whatever its case."""
    return db.session.scalar(select(Person).where(Person.email == email.strip().lower()))


def person_by_number(employee_number: str) -> Person | None:
    """The person with exactly this employee number."""
    return db.session.scalar(select(Person).where(Person.employee_number == employee_number))


def visible_people(viewer: Any) -> Select[tuple[Person]]:
    """The people a viewer may know about: HR, auditors, administrators all; managers their team; else oneself.

    A manager's team: who reports to them, and who works in their department or below it.
    """
    query = select(Person)
    if access.has(viewer, "people.read"):
        return query
    conditions = [Person.id == viewer.id, Person.manager_id == viewer.id, Person.mentor_id == viewer.id]
    if access.has(viewer, "team.read"):
        conditions.append(Person.department_id.in_(departments_below(viewer.department_id)))
    return query.where(or_(*conditions))


def departments_below(department_id: int | None) -> Select[tuple[int]]:
    """Ids of a department and all below it."""
    root = select(Department.path).where(Department.id == department_id).scalar_subquery()
    return select(Department.id).where(Department.path.startswith(root, autoescape=False))


def visible_person(viewer: Any, person_id: int) -> Person:
    """One person the viewer may know about, with department, site and job role; else ``NotFound``."""
    query = visible_people(viewer).where(Person.id == person_id).options(*PLACEMENT)
    person = db.session.scalar(query)
    if person is None:
        raise NotFound(Message(N_("There is no such person, or they are not in your team.")))
    return person


PLACEMENT = (joinedload(Person.department), joinedload(Person.site), joinedload(Person.job_role))


def departments() -> list[Department]:
    """All departments, parents before children."""
    return list(db.session.scalars(select(Department).order_by(Department.path)))


def sites() -> list[Site]:
    """All sites by key."""
    return list(db.session.scalars(select(Site).order_by(Site.key)))


def job_roles() -> list[JobRole]:
    """All job roles by key."""
    return list(db.session.scalars(select(JobRole).order_by(JobRole.key)))


def open_sign_ins(person: Person, now: datetime) -> list[SignIn]:
    """Where a person is signed in, newest first (at most 20)."""
    query = (
        select(SignIn)
        .where(SignIn.person_id == person.id, SignIn.revoked_at.is_(None), SignIn.expires_at > now)
        .order_by(SignIn.created_at.desc())
        .limit(20)
    )
    return list(db.session.scalars(query))
