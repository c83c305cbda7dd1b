"""People over the REST API."""

from datetime import date
from typing import Any

from pydantic import Field

from lms.core import clock
from lms.core.access import Role, Scope, viewer
from lms.core.api import Answer, Api, Body, PageQuery
from lms.core.errors import Invalid
from lms.core.texts import N_, Message
from lms.identity import queries, service
from lms.identity.models import Person

api = Api("identity")


class Me(Answer):
    """Who the token speaks for."""

    id: int
    email: str
    name: str
    employee_number: str | None
    roles: list[str]
    department: str | None
    site: str | None
    job_role: str | None
    hired_on: date | None
    language: str | None


class PersonAnswer(Me):
    """A person as administrators see them."""

    manager_email: str | None = None
    active: bool


class PeopleAnswer(Answer):
    """A page of people."""

    items: list[PersonAnswer]
    next: str | None


class PeopleQuery(PageQuery):
    """``q`` is part of a name, address or employee number."""

    q: str = ""


class PersonBody(Body):
    """A person to add or to change; keys of department, site and job role are made when new."""

    email: str = Field(max_length=254)
    name: str = Field(min_length=1, max_length=120)
    employee_number: str | None = Field(default=None, max_length=40)
    roles: list[str] = Field(default=[Role.LEARNER.value], min_length=1)
    department: str | None = Field(default=None, max_length=80)
    site: str | None = Field(default=None, max_length=80)
    job_role: str | None = Field(default=None, max_length=80)
    hired_on: date | None = None
    manager_email: str | None = Field(default=None, max_length=254)
    mentor_email: str | None = Field(default=None, max_length=254)
    active: bool = True

    def chosen_roles(self) -> list[Role]:
        """The permission roles; an unknown one is refused."""
        unknown = [role for role in self.roles if role not in set(Role)]
        if unknown:
            raise Invalid(Message(N_("There is no role “%(role)s”."), {"role": unknown[0]}))
        return [Role(role) for role in self.roles]

    def placement(self) -> service.Placement:
        """Where the person shall work."""
        return service.Placement(self.department, self.site, self.job_role, self.manager_email, self.mentor_email)


def present(person: Person) -> dict[str, Any]:
    """The common fields; department, site and job role must be loaded."""
    return {
        "id": person.id,
        "email": person.email,
        "name": person.name,
        "employee_number": person.employee_number,
        "roles": list(person.roles),
        "department": person.department.key if person.department else None,
        "site": person.site.key if person.site else None,
        "job_role": person.job_role.key if person.job_role else None,
        "hired_on": person.hired_on,
        "language": person.language,
    }


@api.get("/me", summary="Who I am", scope=Scope.LEARN, permission="self", returns=Me)
def me() -> dict[str, Any]:
    return present(queries.visible_person(viewer(), viewer().id))


@api.get(
    "/people", summary="People", scope=Scope.ADMIN, permission="people.read", query=PeopleQuery, returns=PeopleAnswer
)
def people(query: PeopleQuery) -> dict[str, Any]:
    found = queries.people_page(viewer(), text=query.q, cursor=query.cursor, limit=query.limit, with_former=True)
    emails = queries.emails([person.manager_id for person in found.rows if person.manager_id])
    return {"items": [_full(person, emails) for person in found.rows], "next": found.next}


def _full(person: Person, emails: dict[int, str]) -> dict[str, Any]:
    manager = emails.get(person.manager_id) if person.manager_id else None
    return {**present(person), "manager_email": manager, "active": person.is_active}


def _one(person_id: int) -> dict[str, Any]:
    person = queries.visible_person(viewer(), person_id)
    return _full(person, queries.emails([person.manager_id] if person.manager_id else []))


@api.get(
    "/people/<int:person_id>", summary="One person", scope=Scope.ADMIN, permission="people.read", returns=PersonAnswer
)
def person(person_id: int) -> dict[str, Any]:
    return _one(person_id)


@api.post(
    "/people",
    summary="Add a person",
    scope=Scope.ADMIN,
    permission="people.write",
    body=PersonBody,
    returns=PersonAnswer,
    status=201,
    other={409: "the address or the number is taken"},
)
def add_person(body: PersonBody) -> dict[str, Any]:
    added = service.add_person(
        email=body.email,
        name=body.name,
        roles=body.chosen_roles(),
        now=clock.now(),
        actor=viewer(),
        employee_number=body.employee_number,
        placement=body.placement(),
        hired_on=body.hired_on,
    )
    return _one(added.id)


@api.put(
    "/people/<int:person_id>",
    summary="Change a person",
    scope=Scope.ADMIN,
    permission="people.write",
    body=PersonBody,
    returns=PersonAnswer,
    other={409: "the address or the number is taken"},
)
def change_person(person_id: int, body: PersonBody) -> dict[str, Any]:
    changed, now = queries.visible_person(viewer(), person_id), clock.now()
    service.change_person(
        changed,
        name=body.name,
        email=body.email,
        employee_number=body.employee_number,
        hired_on=body.hired_on,
        actor=viewer(),
        now=now,
    )
    service.set_roles(changed, body.chosen_roles(), actor=viewer(), now=now)
    service.place_person(changed, body.placement(), actor=viewer(), now=now)
    if body.active:
        service.reactivate_person(changed, actor=viewer(), now=now)
    else:
        service.deactivate_person(changed, actor=viewer(), now=now)
    return _one(person_id)
