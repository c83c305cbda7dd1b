"""The people of a viewer's team and how they stand; a constant number of statements for any page of them."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Select, and_, func, literal, or_, select, tuple_, union_all
from sqlalchemy.orm import aliased

from lms.assessment.models import Attempt, Exam
from lms.certification.models import Certificate, Certification, CertificationRole
from lms.core import access
from lms.core.api import decode_cursor, encode_cursor
from lms.core.database import db
from lms.core.errors import NotFound
from lms.core.texts import N_, Message, Text
from lms.courses.models import Course
from lms.enrolment import queries as enrolment
from lms.enrolment.enrolment_states import StepRef
from lms.enrolment.models import Assignment, Completion, Path
from lms.home import board, team_rows
from lms.home.team_rows import Given, LastExam, Required, TeamRow
from lms.identity.models import Department, Person
from lms.identity.queries import PLACEMENT, departments_below, visible_people
from lms.scenarios.models import Scenario

PAGE_SIZE = 50


@dataclass(frozen=True, slots=True)
class TeamPage:
    """People of the team by name, and the cursor of the next page."""

    rows: list[TeamRow]
    next: str | None


def team(viewer: Any) -> Select[Any]:
    """The active people of the viewer's team; HR and auditors see everybody. Oneself is no team."""
    return visible_people(viewer).where(Person.deactivated_at.is_(None), Person.id != viewer.id)


def team_departments(viewer: Any) -> list[Department]:
    """The departments the viewer may filter by, parents before children."""
    query = select(Department).order_by(Department.path)
    if not access.has(viewer, "people.read"):
        query = query.where(Department.id.in_(departments_below(viewer.department_id)))
    return list(db.session.scalars(query))


def team_page(viewer: Any, today: date, *, department: str = "", text: str = "", cursor: str | None = None) -> TeamPage:
    """A page of the team, by name; ``department`` (a key) takes those below it too."""
    query = team(viewer).options(*PLACEMENT).order_by(Person.name, Person.id).limit(PAGE_SIZE + 1)
    if department:
        chosen: Any = select(Department.id).where(Department.key == department).scalar_subquery()
        query = query.where(Person.department_id.in_(departments_below(chosen)))
    if part := text.strip():
        number = Person.employee_number.startswith(part, autoescape=True)
        query = query.where(or_(Person.name.icontains(part, autoescape=True), number))
    if key := decode_cursor(cursor, str, int):
        query = query.where(tuple_(Person.name, Person.id) > tuple_(*key))
    people = list(db.session.scalars(query))
    shown, more = people[:PAGE_SIZE], len(people) > PAGE_SIZE
    return TeamPage(_rows(shown, today), encode_cursor(shown[-1].name, shown[-1].id) if more else None)


def member(viewer: Any, person_id: int) -> Person:
    """One person of the team, with the placement; else ``NotFound``."""
    person: Person | None = db.session.scalar(team(viewer).where(Person.id == person_id).options(*PLACEMENT))
    if person is None:
        raise NotFound(Message(N_("There is no such person, or they are not in your team.")))
    return person


# ---- how they stand ---------------------------------------------------------------


def _rows(people: Sequence[Person], today: date) -> list[TeamRow]:
    if not people:
        return []
    ids = [person.id for person in people]
    given, done = _given(ids), _done(ids)
    held, required, exams = _held(ids, today), required_by_role(), _last_exams(ids)
    rows = []
    for person in people:
        own, own_done = given[person.id], done[person.id]
        path, count = team_rows.present_path(own, own_done)
        wanted = required.get(person.job_role.key, []) if person.job_role else []
        standing = team_rows.certificate_standing(wanted, held[person.id])
        late = team_rows.late(own, own_done, today)
        rows.append(TeamRow(person, path, count, late, standing, exams.get(person.id)))
    return rows


def _given(ids: Collection[int]) -> dict[int, list[Given]]:
    query = (
        select(Assignment, Path)
        .outerjoin(Path, Path.id == Assignment.path_id)
        .where(Assignment.person_id.in_(ids), Assignment.cancelled_at.is_(None), Path.retired_at.is_(None))
        .order_by(Assignment.due_on, Assignment.id)
    )
    rows = db.session.execute(query).all()
    steps = {path.id: enrolment.refs_of(path) for _assignment, path in rows if path is not None}
    single = [StepRef(one.kind, one.key) for one, path in rows if path is None]
    known = enrolment.known_things({ref for refs in steps.values() for ref in refs} | set(single))
    found: dict[int, list[Given]] = defaultdict(list)
    for one, path in rows:
        refs = steps[path.id] if path is not None else [StepRef(one.kind, one.key)]
        in_force = [ref for ref in refs if ref.kind not in ("course", "session", "sign-off") or ref in known]
        title: Text | None = path.title if path is not None else known.get(StepRef(one.kind, one.key))
        since = one.created_at if one.anew else None
        found[one.person_id].append(
            Given(one.kind, one.key, title, one.due_on, tuple((ref.kind, ref.key) for ref in in_force), since)
        )
    return found


def _done(ids: Collection[int]) -> dict[int, dict[tuple[str, str], datetime]]:
    query = (
        select(Completion.person_id, Completion.kind, Completion.key, func.max(Completion.at))
        .where(Completion.person_id.in_(ids), Completion.kind != "check", Completion.withdrawn_at.is_(None))
        .group_by(Completion.person_id, Completion.kind, Completion.key)
    )
    found: dict[int, dict[tuple[str, str], datetime]] = defaultdict(dict)
    for person_id, kind, key, at in db.session.execute(query):
        found[person_id][kind, key] = at
    return found


def _held(ids: Collection[int], today: date) -> dict[int, dict[str, board.CertificateLine]]:
    query = (
        select(Certificate, Certification.key, Certification.title)
        .join(Certification, Certification.id == Certificate.certification_id)
        .where(Certificate.person_id.in_(ids))
        .order_by(Certificate.is_unfounded.desc(), Certificate.number)
    )
    found: dict[int, dict[str, board.CertificateLine]] = defaultdict(dict)
    for one, key, title in db.session.execute(query):
        days = (one.base_on, one.expires_on, one.window_opens_on)
        found[one.person_id][key] = board.certificate_line(key, one.code, title, days, one.revoked_at, today)
    return found


def required_by_role() -> dict[str, list[Required]]:
    """What each job role (by key) must hold; one query."""
    query = (
        select(CertificationRole.role, Certification.key, Certification.title)
        .join(Certification, Certification.id == CertificationRole.certification_id)
        .where(Certification.retired_at.is_(None))
        .order_by(Certification.position, Certification.id)
    )
    found: dict[str, list[Required]] = defaultdict(list)
    for role, key, title in db.session.execute(query):
        found[role].append(Required(key, title))
    return found


def _last_exams(ids: Collection[int]) -> dict[int, LastExam]:
    later = aliased(Attempt)
    finished = (Attempt.kind == "exam", Attempt.state.in_(("graded", "abandoned")))
    newer = select(later.id).where(
        later.person_id == Attempt.person_id, later.kind == "exam", later.state.in_(("graded", "abandoned")),
        or_(later.finished_at > Attempt.finished_at, and_(later.finished_at == Attempt.finished_at, later.id > Attempt.id)),
    )  # fmt: skip
    query = (
        select(
            Attempt.person_id, Attempt.id, Exam.key, Exam.title, Attempt.finished_at, Attempt.percent, Attempt.passed
        )
        .join(Exam, Exam.id == Attempt.exam_id)
        .where(Attempt.person_id.in_(ids), *finished, ~newer.exists())
    )
    return {row.person_id: LastExam(*row[1:]) for row in db.session.execute(query)}


def exams_of(person_id: int, limit: int = 20) -> list[LastExam]:
    """The exams a person finished, the newest first."""
    query = (
        select(Attempt.id, Exam.key, Exam.title, Attempt.finished_at, Attempt.percent, Attempt.passed)
        .join(Exam, Exam.id == Attempt.exam_id)
        .where(Attempt.person_id == person_id, Attempt.kind == "exam", Attempt.state.in_(("graded", "abandoned")))
        .order_by(Attempt.finished_at.desc(), Attempt.id.desc())
        .limit(limit)
    )
    return [LastExam(*row) for row in db.session.execute(query)]


# ---- what can be assigned, and to whom -------------------------------------------------


def assignable_things() -> dict[tuple[str, str], Text]:
    """Titles of what is in use and can be assigned, by (kind, key); one query."""
    tables: Iterable[tuple[str, Any]] = (
        ("path", Path), ("course", Course), ("exam", Exam), ("scenario", Scenario), ("certification", Certification),
    )  # fmt: skip
    parts = [
        select(literal(kind).label("kind"), table.key, table.title).where(table.retired_at.is_(None))
        for kind, table in tables
    ]
    return {(kind, key): title for kind, key, title in db.session.execute(union_all(*parts))}


def assignable_people(viewer: Any, lines: Collection[str]) -> dict[str, Person]:
    """Active people by the employee number or address on each line, as far as the viewer may assign to them.

    Whoever runs sessions (trainers) may assign to everybody, a manager to the team; nobody is told of others.
    """
    addresses = [line.lower() for line in lines]
    query = select(Person) if access.has(viewer, "attendance.record") else team(viewer)
    query = query.where(
        or_(Person.employee_number.in_(list(lines)), Person.email.in_(addresses)), Person.deactivated_at.is_(None)
    )
    found: dict[str, Person] = {}
    for person in db.session.scalars(query):
        for line in lines:
            if line == person.employee_number or line.lower() == person.email:
                found[line] = person
    return found


def chosen_people(viewer: Any, ids: Collection[int]) -> list[Person]:
    """Those of the team with these ids, by name."""
    if not ids:
        return []
    query = team(viewer).where(Person.id.in_(ids)).order_by(Person.name, Person.id)
    return list(db.session.scalars(query))
