"""Carrying out an import of people, in one unit of work."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import select

from lms.core import audit
from lms.core.access import Role
from lms.core.database import db
from lms.identity import service
from lms.identity.import_plan import Plan, Wanted, plan_import
from lms.identity.models import Person
from lms.identity.people_files import Row


def import_people(rows: Sequence[Row], *, apply: bool, actor: Any, now: datetime) -> Plan:
    """Check all rows, and carry them out when ``apply`` and no row has an error."""
    known = {email: number for email, number in db.session.execute(select(Person.email, Person.employee_number))}
    plan = plan_import(rows, known)
    if apply and not plan.errors:
        people = [(wanted, _person(wanted, actor=actor, now=now)) for wanted in plan.wanted]
        for wanted, person in people:  # managers and mentors may stand further down in the file
            above = service.Placement(manager_email=wanted.manager_email, mentor_email=wanted.mentor_email)
            service.place_person(person, above, actor=actor, now=now)
        new = sum(wanted.is_new for wanted in plan.wanted)
        audit.record("people.import", "people", actor=actor, now=now, added=new, updated=len(plan.wanted) - new)
    return plan


def _person(wanted: Wanted, *, actor: Any, now: datetime) -> Person:
    placement = service.Placement(wanted.department, wanted.site, wanted.job_role)
    if wanted.is_new:
        return service.add_person(
            email=wanted.email,
            name=wanted.name,
            roles=wanted.roles or (Role.LEARNER,),
            now=now,
            actor=actor,
            employee_number=wanted.employee_number,
            placement=placement,
            hired_on=wanted.hired_on,
            language=wanted.language,
        )
    person = db.session.scalars(select(Person).where(Person.email == wanted.email)).one()
    before = (person.name, person.employee_number, person.hired_on, person.language)
    person.name = wanted.name
    person.employee_number = wanted.employee_number or person.employee_number
    person.hired_on = wanted.hired_on or person.hired_on
    person.language = wanted.language or person.language
    after = (person.name, person.employee_number, person.hired_on, person.language)
    if before != after:
        audit.record("person.change", f"person:{person.email}", actor=actor, now=now, before=before, after=after)
    if wanted.roles is not None:
        service.set_roles(person, wanted.roles, actor=actor, now=now)
    service.place_person(person, placement, actor=actor, now=now)
    return person
