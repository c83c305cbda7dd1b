"""The verbs about people: add, place, deactivate; sign in and out; tokens and links."""

import functools
import secrets
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask import current_app
from sqlalchemy import select, update

from lms.core import audit, clock, events
from lms.core.access import Role, Scope
from lms.core.database import db
from lms.core.errors import Conflict, Invalid, NotFound
from lms.core.texts import N_, Message
from lms.identity import facts, passwords, queries
from lms.identity.models import ApiToken, Department, JobRole, Person, PlacementChange, SignIn, SignInLink, Site

LINK_DAYS = 7


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a person works; keys, None for "not stated"."""

    department: str | None = None
    site: str | None = None
    job_role: str | None = None
    manager_email: str | None = None
    mentor_email: str | None = None


@functools.cache
def _hasher(memory_kib: int) -> PasswordHasher:
    """Argon2id at OWASP's 19 MiB profile: two passes, one lane."""
    return PasswordHasher(time_cost=2, memory_cost=memory_kib, parallelism=1)


def _passwords() -> PasswordHasher:
    return _hasher(current_app.config["LMS_ARGON2_MEMORY_KIB"])


# ---- people -------------------------------------------------------------------


def add_person(
    *,
    email: str,
    name: str,
    roles: Iterable[Role],
    now: datetime,
    actor: Any = None,
    employee_number: str | None = None,
    placement: Placement = Placement(),
    hired_on: date | None = None,
    job_role_since: date | None = None,
    language: str | None = None,
) -> Person:
    """Add somebody. Raises ``Conflict`` for a known address or number, ``Invalid`` for an unknown key."""
    email, employee_number = email.strip().lower(), (employee_number or "").strip() or None
    _check(name=facts.name_fault(name), email=facts.address_fault(email))
    _check(employee_number=facts.number_fault(employee_number or ""))
    if queries.person_by_email(email) is not None:
        raise Conflict(Message(N_("There is already a person with the address %(email)s."), {"email": email}))
    if employee_number and queries.person_by_number(employee_number) is not None:
        raise Conflict(Message(N_("The employee number %(number)s is already taken."), {"number": employee_number}))
    person = Person(
        email=email,
        name=name.strip(),
        roles=sorted({role.value for role in roles}),
        employee_number=employee_number,
        hired_on=hired_on,
        job_role_since=job_role_since,
        language=language,
        created_at=now,
    )
    db.session.add(person)
    place_person(person, placement, actor=actor, now=now, is_new=True)
    audit.record("person.add", f"person:{email}", actor=actor, now=now, name=person.name, roles=person.roles)
    events.publish(events.PersonChanged(person.id, "added", now))
    return person


def place_person(person: Person, placement: Placement, *, actor: Any, now: datetime, is_new: bool = False) -> None:
    """Put a person into department, site, job role and under a manager; what is None stays as it is."""
    before = (person.department_id, person.site_id, person.job_role_id, person.manager_id, person.mentor_id)
    _check(
        department=facts.department_fault(placement.department or ""),
        site=facts.key_fault(placement.site or ""),
        job_role=facts.key_fault(placement.job_role or ""),
    )
    if placement.department:
        person.department_id = ensure_department(placement.department).id
    if placement.site:
        person.site_id = ensure_site(placement.site).id
    if placement.job_role:
        job_role_id = ensure_job_role(placement.job_role).id
        if person.job_role_id != job_role_id:
            person.job_role_id = job_role_id
            person.job_role_since = (person.job_role_since if is_new else None) or clock.day_of(now)
    if placement.manager_email:
        person.manager_id = _other(person, placement.manager_email).id
    if placement.mentor_email:
        person.mentor_id = _other(person, placement.mentor_email).id
    db.session.flush()
    after = (person.department_id, person.site_id, person.job_role_id, person.manager_id, person.mentor_id)
    if before == after and not is_new:
        return
    db.session.add(
        PlacementChange(
            person_id=person.id,
            at=now,
            department_id=person.department_id,
            site_id=person.site_id,
            job_role_id=person.job_role_id,
            manager_id=person.manager_id,
        )
    )
    if not is_new:
        audit.record("person.place", f"person:{person.email}", actor=actor, now=now, before=before, after=after)
        events.publish(events.PersonChanged(person.id, "placed", now))


def _known(email: str) -> Person:
    person = queries.person_by_email(email)
    if person is None:
        raise Invalid(Message(N_("There is no person with the address %(email)s."), {"email": email}))
    return person


def _other(person: Person, email: str) -> Person:
    other = _known(email)
    if other is person:
        raise Invalid(Message(N_("Nobody is their own manager or mentor.")))
    return other


def _check(**faults: Message | None) -> None:
    """Raise ``Invalid`` for the first of the fields that has a fault."""
    for field, fault in faults.items():
        if fault is not None:
            raise Invalid(fault, errors={field: fault})


def ensure_department(key: str, name: dict[str, str] | None = None, parent: Department | None = None) -> Department:
    """The department with this key; made at the root when it is new. ``a/b`` makes b below a."""
    if "/" in key and parent is None:
        above, _, key = key.rpartition("/")
        parent = ensure_department(above)
    department = db.session.scalar(select(Department).where(Department.key == key))
    if department is None:
        department = Department(key=key, name=name or {"en": key}, parent_id=parent.id if parent else None, path="")
        db.session.add(department)
        db.session.flush()
        department.path = f"{parent.path if parent else '/'}{department.id}/"
    return department


def ensure_site(key: str, name: dict[str, str] | None = None) -> Site:
    """The site with this key; made when it is new."""
    site = db.session.scalar(select(Site).where(Site.key == key))
    if site is None:
        site = Site(key=key, name=name or {"en": key})
        db.session.add(site)
        db.session.flush()
    return site


JOB_ROLES = {
    "new-hire": {"en": "New hire", "zh-Hans": "新员工"},
    "front-line": {"en": "Front-line agent", "zh-Hans": "一线客服代表"},
    "technical-support": {"en": "Technical support", "zh-Hans": "技术支持"},
    "manager": {"en": "Manager", "zh-Hans": "管理人员"},
}


def ensure_job_role(key: str, title: dict[str, str] | None = None) -> JobRole:
    """The job role with this key; made when it is new (the bundled four have their titles)."""
    role = db.session.scalar(select(JobRole).where(JobRole.key == key))
    if role is None:
        role = JobRole(key=key, title=title or JOB_ROLES.get(key) or {"en": key})
        db.session.add(role)
        db.session.flush()
    return role


def change_person(
    person: Person,
    *,
    name: str,
    email: str,
    employee_number: str | None,
    hired_on: date | None,
    actor: Any,
    now: datetime,
) -> None:
    """Change who a person is; raises ``Conflict`` for an address or number that somebody else has, ``Invalid``."""
    email, employee_number = email.strip().lower(), (employee_number or "").strip() or None
    _check(name=facts.name_fault(name), email=facts.address_fault(email))
    _check(employee_number=facts.number_fault(employee_number or ""))
    for other in (queries.person_by_email(email), queries.person_by_number(employee_number or "")):
        if other is not None and other.id != person.id:
            raise Conflict(Message(N_("%(name)s has this address or employee number already."), {"name": other.name}))
    before = (person.name, person.email, person.employee_number, person.hired_on)
    person.name, person.email, person.employee_number, person.hired_on = name.strip(), email, employee_number, hired_on
    after = (person.name, person.email, person.employee_number, person.hired_on)
    if before != after:
        audit.record("person.change", f"person:{email}", actor=actor, now=now, before=before, after=after)


def set_roles(person: Person, roles: Iterable[Role], *, actor: Any, now: datetime) -> None:
    """Give a person exactly these permission roles."""
    after = sorted({role.value for role in roles})
    if after == sorted(person.roles):
        return
    if (
        actor is not None
        and actor.id == person.id
        and Role.ADMIN.value in person.roles
        and Role.ADMIN.value not in after
    ):
        raise Conflict(Message(N_("You cannot take the administrator role from yourself; ask another administrator.")))
    audit.record("person.roles", f"person:{person.email}", actor=actor, now=now, before=person.roles, after=after)
    person.roles = after


def deactivate_person(person: Person, *, actor: Any, now: datetime) -> None:
    """Let somebody go: signs them out everywhere and ends their tokens; their history stays."""
    if actor is not None and actor.id == person.id:
        raise Conflict(Message(N_("You cannot deactivate yourself; ask another administrator.")))
    if person.deactivated_at is not None:
        return
    person.deactivated_at = now
    revoke_sign_ins(person, now=now)
    tokens = update(ApiToken).where(ApiToken.person_id == person.id, ApiToken.revoked_at.is_(None))
    db.session.execute(tokens.values(revoked_at=now))
    audit.record("person.deactivate", f"person:{person.email}", actor=actor, now=now)
    events.publish(events.PersonChanged(person.id, "deactivated", now))


def reactivate_person(person: Person, *, actor: Any, now: datetime) -> None:
    """Take somebody back."""
    if person.deactivated_at is None:
        return
    person.deactivated_at = None
    audit.record("person.reactivate", f"person:{person.email}", actor=actor, now=now)
    events.publish(events.PersonChanged(person.id, "reactivated", now))


# ---- signing in -----------------------------------------------------------------


def set_password(person: Person, password: str, *, actor: Any, now: datetime) -> None:
    """Set a password and sign out every browser but the one it is set in; raises ``Invalid`` with what is wrong."""
    if reason := passwords.weakness(password, email=person.email, name=person.name):
        raise Invalid(reason, errors={"password": reason})
    person.password_hash = _passwords().hash(password)
    others = update(SignIn).where(SignIn.person_id == person.id, SignIn.revoked_at.is_(None))
    db.session.execute(others.where(SignIn.id != (person.sign_in_id or 0)).values(revoked_at=now))
    audit.record("person.password", f"person:{person.email}", actor=actor, now=now)


def password_matches(person: Person | None, password: str) -> bool:
    """Whether the password is the person's; takes the same time for an unknown person."""
    known = person.password_hash if person is not None and person.password_hash else _nobody()
    try:
        _passwords().verify(known, password)
    except (VerificationError, InvalidHashError):
        return False
    return person is not None and person.password_hash is not None and person.is_active


@functools.cache
def _nobody() -> str:
    return _passwords().hash(secrets.token_urlsafe())


def sign_in(person: Person, *, now: datetime, address: str = "", browser: str = "") -> str:
    """Open a sign-in and return its token for the cookie."""
    token = secrets.token_urlsafe(32)
    hours = current_app.config["LMS_SESSION_HOURS"]
    db.session.add(
        SignIn(
            person_id=person.id,
            token_sha256=queries.digest(token),
            created_at=now,
            expires_at=now + timedelta(hours=hours),
            address=address[:64],
            browser=browser[:200],
        )
    )
    person.sign_in_token = token
    audit.record("sign-in", f"person:{person.email}", actor=person, now=now, address=address)
    return token


def sign_out(person: Person, *, now: datetime) -> None:
    """End the present sign-in."""
    token = queries.digest(person.sign_in_token)
    db.session.execute(update(SignIn).where(SignIn.token_sha256 == token).values(revoked_at=now))


def revoke_sign_ins(person: Person, *, now: datetime, sign_in_id: int | None = None) -> None:
    """End one sign-in of a person, or all of them."""
    query = update(SignIn).where(SignIn.person_id == person.id, SignIn.revoked_at.is_(None))
    if sign_in_id is not None:
        query = query.where(SignIn.id == sign_in_id)
    db.session.execute(query.values(revoked_at=now))
    audit.record("sign-in.revoke", f"person:{person.email}", actor=person, now=now, one=sign_in_id)


def make_sign_in_link(person: Person, *, actor: Any, now: datetime) -> str:
    """The token of a link that signs in once, within ``LINK_DAYS`` days."""
    token = secrets.token_urlsafe(32)
    db.session.add(
        SignInLink(
            person_id=person.id,
            token_sha256=queries.digest(token),
            created_at=now,
            created_by_id=getattr(actor, "id", None),
            expires_at=now + timedelta(days=LINK_DAYS),
        )
    )
    audit.record("sign-in-link.make", f"person:{person.email}", actor=actor, now=now)
    return token


def use_sign_in_link(token: str, *, now: datetime) -> Person:
    """The person of a link, which is used up by this; raises ``NotFound`` for a used, old or unknown one."""
    query = (
        update(SignInLink)
        .where(SignInLink.token_sha256 == queries.digest(token))
        .where(SignInLink.used_at.is_(None), SignInLink.expires_at > now)
        .values(used_at=now)
        .returning(SignInLink.person_id)
    )
    person_id = db.session.scalar(query)
    person = db.session.get(Person, person_id) if person_id is not None else None
    if person is None or not person.is_active:
        raise NotFound(Message(N_("This link was used already or is too old. Ask your administrator for a new one.")))
    return person


def issue_token(
    person: Person, scopes: Iterable[Scope], *, days: int, actor: Any, now: datetime, name: str = ""
) -> str:
    """A new bearer token, shown this once; only its digest is kept."""
    if not 1 <= days <= 3660:
        raise Invalid(Message(N_("A token lives between 1 and 3660 days.")))
    token = f"lms_{secrets.token_urlsafe(32)}"
    chosen = sorted({scope.value for scope in scopes})
    if not chosen:
        raise Invalid(Message(N_("Choose at least one scope for the token.")))
    db.session.add(
        ApiToken(
            person_id=person.id,
            name=name[:80],
            token_sha256=queries.digest(token),
            scopes=chosen,
            created_at=now,
            expires_at=now + timedelta(days=days),
        )
    )
    audit.record("token.issue", f"person:{person.email}", actor=actor, now=now, scopes=chosen, days=days)
    return token


def revoke_token(token_id: int, *, actor: Any, now: datetime) -> None:
    """End a bearer token."""
    token = db.session.get(ApiToken, token_id)
    if token is None:
        raise NotFound(Message(N_("There is no such token.")))
    if token.revoked_at is None:
        token.revoked_at = now
        audit.record("token.revoke", f"token:{token_id}", actor=actor, now=now, person=token.person_id)
