"""Reads about people, scoped to who asks."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, or_, select, tuple_
from sqlalchemy.orm import joinedload

from lms.core import access
from lms.core.api import decode_cursor, encode_cursor
from lms.core.audit import AuditEntry
from lms.core.database import db
from lms.core.errors import NotFound
from lms.core.texts import N_, Message
from lms.identity.models import ApiToken, Department, JobRole, Person, SignIn, Site

# asked in every request, so put together once
_OF_SIGN_IN = (
    select(Person, SignIn.id)
    .join(SignIn, SignIn.person_id == Person.id)
    .where(SignIn.token_sha256 == bindparam("digest"), SignIn.revoked_at.is_(None), SignIn.expires_at > bindparam("now"))
    .where(Person.deactivated_at.is_(None))
)
_OF_TOKEN = (
    select(Person, ApiToken.scopes)
    .join(ApiToken, ApiToken.person_id == Person.id)
    .where(ApiToken.token_sha256 == bindparam("digest"), ApiToken.revoked_at.is_(None))
    .where(ApiToken.expires_at > bindparam("now"), Person.deactivated_at.is_(None))
)


def digest(token: str) -> str:
    """What is kept of a token: its SHA-256 in hex."""
    return hashlib.sha256(token.encode()).hexdigest()


def person_of_sign_in(token: str, now: datetime) -> Person | None:
    """The active person behind a browser's sign-in, in one query."""
    found = db.session.execute(_OF_SIGN_IN, {"digest": digest(token), "now": now}).first()
    if found is None:
        return None
    person, sign_in_id = found
    person.sign_in_token, person.sign_in_id = token, sign_in_id
    return person


def person_of_token(token: str, now: datetime) -> tuple[Person, frozenset[str]] | None:
    """The active person and the scopes of a bearer token, or None."""
    found = db.session.execute(_OF_TOKEN, {"digest": digest(token), "now": now}).first()
    return (found[0], frozenset(found[1])) if found else None


def person_by_email(email: str) -> Person | None:
    """The person with this address, whatever its case."""
    return db.session.scalar(select(Person).where(Person.email == email.strip().lower()))


def person_by_name_at_door(name: str) -> Person | None:
    """Whoever signs in with this address or employee number."""
    return person_by_email(name) if "@" in name else person_by_number(name.strip())


def person_by_number(employee_number: str) -> Person | None:
    """The person with exactly this employee number."""
    return db.session.scalar(select(Person).where(Person.employee_number == employee_number))


def visible_people(viewer: Any) -> Select[Person]:
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


def departments_below(department_id: int | None) -> Select[int]:
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


@dataclass(frozen=True, slots=True)
class Found:
    """A page of rows and the cursor of the next one."""

    rows: list[Any]
    next: str | None


def people_page(viewer: Any, *, text: str, cursor: str | None, limit: int, with_former: bool = False) -> Found:
    """People the viewer may know about, by name; ``text`` is part of a name, address or employee number."""
    query = visible_people(viewer).options(*PLACEMENT).order_by(Person.name, Person.id).limit(limit + 1)
    if not with_former:
        query = query.where(Person.deactivated_at.is_(None))
    if text.strip():
        part = text.strip()
        query = query.where(
            or_(
                Person.name.icontains(part, autoescape=True),
                Person.email.contains(part.lower(), autoescape=True),
                Person.employee_number.startswith(part, autoescape=True),
            )
        )
    if key := decode_cursor(cursor, str, int):
        query = query.where(tuple_(Person.name, Person.id) > tuple_(*key))
    rows = list(db.session.scalars(query))
    last = rows[limit - 1] if len(rows) > limit else None
    return Found(rows[:limit], encode_cursor(last.name, last.id) if last else None)


def live_tokens(now: datetime) -> list[tuple[ApiToken, Person]]:
    """Tokens that still work, with their people, newest first (at most 200)."""
    query = (
        select(ApiToken, Person)
        .join(Person, Person.id == ApiToken.person_id)
        .where(ApiToken.revoked_at.is_(None), ApiToken.expires_at > now)
        .order_by(ApiToken.id.desc())
        .limit(200)
    )
    return [(token, person) for token, person in db.session.execute(query)]


def audit_page(*, text: str, cursor: str | None, limit: int) -> Found:
    """Audit entries, newest first; ``text`` begins the action or is part of the subject or the actor's name."""
    query = select(AuditEntry).order_by(AuditEntry.id.desc()).limit(limit + 1)
    if text.strip():
        part = text.strip()
        query = query.where(
            or_(
                AuditEntry.action.startswith(part, autoescape=True),
                AuditEntry.subject.contains(part, autoescape=True),
                AuditEntry.actor_name.contains(part, autoescape=True),
            )
        )
    if key := decode_cursor(cursor, int):
        query = query.where(AuditEntry.id < key[0])
    rows = list(db.session.scalars(query))
    return Found(rows[:limit], encode_cursor(rows[limit - 1].id) if len(rows) > limit else None)


def emails(person_ids: Iterable[int]) -> dict[int, str]:
    """Addresses of people by id, in one query (none for no ids)."""
    wanted = set(person_ids)
    if not wanted:
        return {}
    rows = db.session.execute(select(Person.id, Person.email).where(Person.id.in_(wanted)))
    return {person_id: email for person_id, email in rows}
