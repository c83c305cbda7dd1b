"""Reads behind mentoring and sessions: checklists and their marks, who waits for a session, who attended."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Select, func, or_, select

from lms.core.database import db
from lms.core.errors import NotFound
from lms.core.texts import N_, Message
from lms.enrolment.enrolment_states import StepRef, marks_missing
from lms.enrolment.models import Assignment, Attendance, Completion, Path, SignOff, SignOffMark, TrainingSession
from lms.enrolment.queries import refs_of
from lms.identity.models import Person

MOST_WAITING = 100


@dataclass(frozen=True, slots=True)
class Checklist:
    """A mentee's checklist: which item was seen how often and when, and how many observations are missing."""

    sign_off: SignOff
    marks: dict[str, list[date]]
    missing: int
    total: int
    due_on: date | None


@dataclass(frozen=True, slots=True)
class Mentee:
    """Somebody a mentor accompanies, with the checklists they have to complete."""

    person: Person
    checklists: tuple[Checklist, ...]


@dataclass(frozen=True, slots=True)
class SessionOverview:
    """A kind of session, with how many wait for it and when it was last held."""

    session: TrainingSession
    waiting: int
    last_on: date | None


def marks_of(person_id: int, sign_off_id: int) -> dict[str, int]:
    """How often each item of a checklist was seen."""
    query = select(SignOffMark.item_key, func.max(SignOffMark.number)).group_by(SignOffMark.item_key)
    query = query.where(SignOffMark.person_id == person_id, SignOffMark.sign_off_id == sign_off_id)
    return {item_key: number for item_key, number in db.session.execute(query)}


# ---- mentoring ------------------------------------------------------------------------


def mentees(mentor: Any) -> list[Mentee]:
    """The active people a mentor accompanies, with their checklists; four queries, however many they are."""
    query = select(Person).where(Person.mentor_id == mentor.id, Person.deactivated_at.is_(None))
    return _with_checklists(list(db.session.scalars(query.order_by(Person.name, Person.id))))


def mentee(mentor: Any, person_id: int) -> Mentee:
    """One of them; raises ``NotFound`` for anybody else."""
    query = select(Person).where(Person.mentor_id == mentor.id, Person.deactivated_at.is_(None), Person.id == person_id)
    person = db.session.scalar(query)
    if person is None:
        raise NotFound(Message(N_("This person is not one of your mentees.")))
    return _with_checklists([person])[0]


def _with_checklists(people: Sequence[Person]) -> list[Mentee]:
    wanted = _assigned_to([person.id for person in people], "sign-off")
    keys = {key for held in wanted.values() for key in held}
    lists = {one.key: one for one in db.session.scalars(select(SignOff).where(SignOff.retired_at.is_(None)))}
    seen: dict[tuple[int, int], dict[str, list[date]]] = {}
    query = select(SignOffMark).where(SignOffMark.person_id.in_([person.id for person in people]))
    for mark in db.session.scalars(query.order_by(SignOffMark.number)) if keys else ():
        own = seen.setdefault((mark.person_id, mark.sign_off_id), {})
        own.setdefault(mark.item_key, []).append(mark.observed_on)
    found = []
    for person in people:
        held = wanted.get(person.id, {})
        own_lists = [
            _checklist(lists[key], seen.get((person.id, lists[key].id), {}), due_on)
            for key, due_on in held.items()
            if key in lists
        ]
        found.append(Mentee(person, tuple(own_lists)))
    return found


def _checklist(of: SignOff, marks: dict[str, list[date]], due_on: date | None) -> Checklist:
    missing = marks_missing(of.items, {key: len(days) for key, days in marks.items()})
    return Checklist(of, marks, missing, marks_missing(of.items, {}), due_on)


def _assigned_to(person_ids: Collection[int], kind: str) -> dict[int, dict[str, date | None]]:
    """Keys of one kind that people have, directly or by a path, each with the day it is due."""
    found: dict[int, dict[str, date | None]] = {}
    query = (
        select(Assignment, Path)
        .outerjoin(Path, Path.id == Assignment.path_id)
        .where(Assignment.person_id.in_(person_ids), Assignment.cancelled_at.is_(None), Path.retired_at.is_(None))
        .order_by(Assignment.id)
    )
    for assignment, path in db.session.execute(query):
        for ref in refs_of(path) if path is not None else [StepRef(assignment.kind, assignment.key)]:
            if ref.kind == kind:
                found.setdefault(assignment.person_id, {}).setdefault(ref.key, assignment.due_on)
    return found


# ---- sessions ---------------------------------------------------------------------------


def sessions() -> list[SessionOverview]:
    """All sessions in force, with who waits; a few queries per session, of which there are few."""
    query = (
        select(TrainingSession, func.max(Attendance.attended_on))
        .outerjoin(Attendance, Attendance.session_id == TrainingSession.id)
        .where(TrainingSession.retired_at.is_(None))
        .group_by(TrainingSession.id)
        .order_by(TrainingSession.key)
    )
    rows = db.session.execute(query).all()
    paths = _paths()
    return [SessionOverview(one, _count(_waiting(one.key, paths)), last_on) for one, last_on in rows]


def _paths() -> list[Path]:
    return list(db.session.scalars(select(Path).where(Path.retired_at.is_(None))))


def _waiting(key: str, paths: Sequence[Path]) -> Select[Person]:
    """Active people who have a session to attend and have not."""
    ref = StepRef("session", key)
    ids = [path.id for path in paths if ref in refs_of(path)]
    given = (Assignment.kind == "session") & (Assignment.key == key)
    has = select(Assignment.person_id).where(
        Assignment.cancelled_at.is_(None), or_(Assignment.path_id.in_(ids), given)
    )
    did = select(Completion.person_id).where(
        Completion.kind == "session", Completion.key == key, Completion.withdrawn_at.is_(None)
    )
    query = select(Person).where(Person.id.in_(has), Person.id.not_in(did), Person.deactivated_at.is_(None))
    return query


def _count(query: Select[Person]) -> int:
    return db.session.scalar(select(func.count()).select_from(query.subquery())) or 0


def waiting_for(key: str, wanted: str = "") -> list[Person]:
    """Up to ``MOST_WAITING`` people who wait for a session, by name; ``wanted`` narrows by name, number or address."""
    query = _waiting(key, _paths())
    if wanted:
        part = wanted.strip().lower()
        name, email = func.lower(Person.name).contains(part, autoescape=True), Person.email.contains(part, autoescape=True)
        query = query.where(or_(name, email, Person.employee_number.startswith(wanted.strip(), autoescape=True)))
    return list(db.session.scalars(query.order_by(Person.name, Person.id).limit(MOST_WAITING)))


def people_named(lines: Collection[str]) -> dict[str, Person]:
    """Active people by the employee number or e-mail address on each line; unknown lines are left out."""
    wanted = [line.lower() for line in lines]
    query = select(Person).where(
        or_(Person.employee_number.in_(list(lines)), Person.email.in_(wanted)), Person.deactivated_at.is_(None)
    )
    found: dict[str, Person] = {}
    for person in db.session.scalars(query):
        for line in lines:
            if line == person.employee_number or line.lower() == person.email:
                found[line] = person
    return found


def people_by_id(ids: Collection[int]) -> list[Person]:
    """Active people by id."""
    return list(db.session.scalars(select(Person).where(Person.id.in_(ids), Person.deactivated_at.is_(None))))


def attendances(session_id: int, limit: int = 50) -> list[tuple[Attendance, Person]]:
    """Who attended, the latest first."""
    query = (
        select(Attendance, Person)
        .join(Person, Person.id == Attendance.person_id)
        .where(Attendance.session_id == session_id)
        .order_by(Attendance.attended_on.desc(), Attendance.id.desc())
        .limit(limit)
    )
    return [(attendance, person) for attendance, person in db.session.execute(query)]
