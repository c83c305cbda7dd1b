"""Reads behind the files of an exam's attempts: what was asked for, how much it is, and its rows as they stream.

A file is read in one snapshot over a connection of its own, so that what is counted first is what comes.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cached_property
from typing import Any

from sqlalchemy import ColumnElement, Connection, Double, ScalarSelect, Text, case, cast, func, null, select

from lms.assessment import queries_running
from lms.assessment.attempt_states import OPEN, State
from lms.assessment.export import AttemptRow, Form, ItemName, Mark, ResponseRow, Who, number
from lms.assessment.models import Attempt, ExamVersion, Grade, Response
from lms.assessment.queries_running import ExamHead
from lms.core import clock
from lms.core.api import decode_cursor, encode_cursor
from lms.core.database import db
from lms.core.errors import Invalid, NotFound
from lms.core.texts import N_, Message
from lms.identity.models import Department, JobRole, Person, Site
from lms.identity.queries import departments_below
from lms.question_bank.models import Item, ItemVersion

CHUNK = 500
TELLS_ANSWERS = (State.GRADED, State.VOIDED)  # whoever still marks does not learn here whose answer it is


@dataclass(frozen=True, slots=True)
class Asked:
    """Which attempts: of an exam, of one version of its plan, finished on these days, begun in this department."""

    exam: ExamHead
    version: int | None = None
    from_on: date | None = None
    to_on: date | None = None
    department: str | None = None

    @property
    def facts(self) -> dict[str, Any]:
        """The same as a file states it."""
        return {
            "version": self.version,
            "from": self.from_on and self.from_on.isoformat(),
            "to": self.to_on and self.to_on.isoformat(),
            "department": self.department,
        }


def asked(
    exam_key: str,
    *,
    version: int | None = None,
    from_on: date | None = None,
    to_on: date | None = None,
    department: str | None = None,
) -> Asked:
    """Check what was asked for; raises ``NotFound`` for what there is not, ``Invalid`` for a period that ends first."""
    exam = queries_running.exam(exam_key)
    if from_on and to_on and from_on > to_on:
        raise Invalid(Message(N_("The period ends before it begins; change one of the days.")))
    known = select(ExamVersion.id).where(ExamVersion.exam_id == exam.id, ExamVersion.number == version)
    if version is not None and db.session.scalar(known) is None:
        raise NotFound(Message(N_("This exam has no version %(version)s."), {"version": version}))
    if department and db.session.scalar(select(Department.id).where(Department.key == department)) is None:
        raise NotFound(Message(N_("There is no department with the key “%(key)s” here."), {"key": department}))
    return Asked(exam, version, from_on, to_on, department or None)


def versions(exam_id: int) -> list[int]:
    """The numbers of an exam's versions, newest first."""
    query = select(ExamVersion.number).where(ExamVersion.exam_id == exam_id).order_by(ExamVersion.number.desc())
    return list(db.session.scalars(query))


def departments() -> list[Any]:
    """Key and name of every department, along the tree."""
    return list(db.session.execute(select(Department.key, Department.name).order_by(Department.path)))


def _conditions(of: Asked) -> list[ColumnElement[bool]]:
    """Attempts that run are left out."""
    found: list[ColumnElement[bool]] = [Attempt.exam_id == of.exam.id, Attempt.state.not_in(OPEN)]
    if of.version is not None:
        same = (ExamVersion.exam_id == of.exam.id, ExamVersion.number == of.version)
        found.append(Attempt.exam_version_id == select(ExamVersion.id).where(*same).scalar_subquery())
    if of.from_on:
        found.append(Attempt.finished_at >= _midnight(of.from_on))
    if of.to_on:
        found.append(Attempt.finished_at < _midnight(of.to_on + timedelta(days=1)))
    if of.department:
        root = db.session.scalar(select(Department.id).where(Department.key == of.department))
        found.append(Attempt.department_id.in_(departments_below(root)))
    return found


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time.min, clock.timezone())


# ---- a page of them -------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Page:
    """Some attempts, the latest finished first, and where the next page begins."""

    rows: Sequence[Any]
    next_cursor: str | None


def count(of: Asked) -> int:
    """How many attempts there are."""
    return db.session.scalar(select(func.count()).select_from(Attempt).where(*_conditions(of))) or 0


def page(of: Asked, cursor: str | None, limit: int) -> Page:
    """A page of attempts with their people."""
    columns = (
        Attempt.id, Attempt.number, Attempt.state, Attempt.is_first, Attempt.finished_at, Attempt.started_at,
        Attempt.graded_at, Attempt.score, Attempt.max_score, Attempt.percent, Attempt.passed, Attempt.person_id,
        Person.name, Person.employee_number, ExamVersion.number.label("version"),
    )  # fmt: skip
    query = (
        select(*columns)
        .join(Person, Person.id == Attempt.person_id)
        .join(ExamVersion, ExamVersion.id == Attempt.exam_version_id)
        .where(*_conditions(of), Attempt.finished_at.is_not(None))
        .order_by(Attempt.finished_at.desc(), Attempt.id.desc())
    )
    if place := decode_cursor(cursor, str, int):
        at, last = _instant(place[0]), place[1]
        query = query.where(Attempt.finished_at <= at, (Attempt.finished_at < at) | (Attempt.id < last))
    rows = db.session.execute(query.limit(limit + 1)).all()
    following = (
        encode_cursor(rows[limit - 1].finished_at.isoformat(), rows[limit - 1].id) if len(rows) > limit else None
    )
    return Page(rows[:limit], following)


def _instant(text: str) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        found = None
    if found is None or found.tzinfo is None:
        raise Invalid(Message(N_("This cursor is not one of ours; begin without a cursor.")))
    return found


# ---- all of them ----------------------------------------------------------------


class _Marks(dict[str, tuple[int, int, Mark]]):
    """Slot, number of the grade and mark by what the database tells of a grade in one word, see ``_grades_in_a_word``.

    Hundreds of thousands are alike, and each kind is made once.
    """

    def __init__(self, items: Mapping[int, ItemName]) -> None:
        super().__init__()
        self._items = items

    def __missing__(self, word: str) -> tuple[int, int, Mark]:
        slot, grade, version_id, points = word.split(":")
        made = self[word] = (int(slot), int(grade), self.of(int(version_id), float(points)))
        return made

    def of(self, version_id: int, points: float | None) -> Mark:
        return Mark.of(self._items[version_id], number(points))


class Snapshot:
    """An exam's attempts as they stand at one moment: how many rows, how long the longest paper, and the rows."""

    def __init__(self, connection: Connection, of: Asked) -> None:
        self._connection, self._where = connection, _conditions(of)
        self._items: dict[int, ItemName] = {}
        self._marks = _Marks(self._items)
        self.attempts = connection.execute(select(func.count()).where(*self._where)).scalar_one()

    @cached_property
    def slots(self) -> int:
        """The length of the longest paper; a graded one is as long as its grades tell, and need not be read."""
        last = select(func.max(Grade.slot)).where(Grade.attempt_id == Attempt.id).correlate(Attempt).scalar_subquery()
        length = case((Attempt.state == State.GRADED, last), else_=func.json_array_length(Attempt.paper))
        return int(self._connection.execute(select(func.max(length)).where(*self._where)).scalar() or 0)

    def count(self, form: Form) -> int:
        """How many rows the file will have."""
        return self.attempts if form is Form.ATTEMPTS else self._questions

    @cached_property
    def _questions(self) -> int:
        length = func.sum(func.json_array_length(Attempt.paper))
        return int(self._connection.execute(select(length).where(*self._where)).scalar() or 0)

    def rows(self, form: Form) -> Iterator[AttemptRow | ResponseRow]:
        """The rows by attempt id, a few hundred attempts in memory at a time."""
        made = self._attempt_rows if form is Form.ATTEMPTS else self._response_rows
        for attempts in self._connection.execute(_attempts(form, self._where)).partitions():
            yield from made(attempts)

    def _attempt_rows(self, attempts: Sequence[Any]) -> Iterator[AttemptRow]:
        words = [one.grades.split(",") if one.grades else [] for one in attempts]
        new = set().union(*words) - self._marks.keys()
        papers = _versions_in([place for one in attempts for place in one.paper or ()])
        self._learn(papers | {int(word.split(":")[2]) for word in new})
        for one, grades in zip(attempts, words, strict=True):
            held: list[Mark | None] = [None] * self.slots
            for place in one.paper or ():
                held[place["slot"] - 1] = self._marks.of(place["item_version_id"], None)
            for slot, _, mark in sorted(map(self._marks.__getitem__, grades)):
                held[slot - 1] = mark  # the greatest number comes last, and holds
            yield AttemptRow(
                one.id, one.version, _who(one), one.department, one.site, one.job_role, one.number, one.is_first,
                one.state, one.language, one.started_at, one.finished_at, one.graded_at, number(one.score),
                number(one.max_score) or 0, number(one.percent), one.passed, held,
            )  # fmt: skip

    def _response_rows(self, attempts: Sequence[Any]) -> Iterator[ResponseRow]:
        ids = [one.id for one in attempts]
        grades = (Grade.attempt_id, Grade.slot, cast(Grade.points, Double), Grade.source, Grade.graded_at)
        held = self._latest(ids, grades, Grade, Grade.number)
        answers = (Response.attempt_id, Response.slot, Response.answer, Response.saved_at)
        given = self._latest(ids, answers, Response, Response.seq, Response.is_late.is_(False))
        self._learn(_versions_in([place for one in attempts for place in one.paper]))
        for one in attempts:
            tells = one.state in TELLS_ANSWERS
            for place in one.paper:
                key = (one.id, place["slot"])
                points, source, graded_at = held.get(key, (None, None, None))
                answer, answered_at = given.get(key, (None, None))
                yield ResponseRow(
                    one.id, one.version, _who(one), one.state, place["slot"], place["section"] + 1,
                    self._items[place["item_version_id"]], answer if tells else None, answered_at, number(points),
                    number(float(place["points"])) or 0, source, graded_at,
                )  # fmt: skip

    def _latest(
        self, ids: list[int], columns: Sequence[Any], table: Any, order: Any, *only: ColumnElement[bool]
    ) -> dict[tuple[int, int], Sequence[Any]]:
        """By attempt and slot, the rest of the columns of the row that is last in order."""
        query = select(*columns).where(table.attempt_id.in_(ids), *only)
        rows = self._connection.execute(query.order_by(table.attempt_id, table.slot, order)).all()
        return {(row[0], row[1]): row[2:] for row in rows}

    def _learn(self, version_ids: set[int]) -> None:
        """Keep the names of those item versions at hand."""
        query = select(ItemVersion.id, Item.key, ItemVersion.number, Item.type).join(
            Item, Item.id == ItemVersion.item_id
        )
        if missing := version_ids - self._items.keys():
            for version_id, key, version, kind in self._connection.execute(query.where(ItemVersion.id.in_(missing))):
                self._items[version_id] = ItemName(key, version, kind)


def _attempts(form: Form, where: list[ColumnElement[bool]]) -> Any:
    """The attempts; a graded one names its items in its grades, so that its paper need not be read."""
    if form is Form.RESPONSES:
        marks: list[Any] = [Attempt.paper]
    else:
        unmarked = case((Attempt.state == State.GRADED, null()), else_=Attempt.paper)
        marks = [unmarked.label("paper"), _grades_in_a_word().label("grades")]
    points = [cast(column, Double).label(column.key) for column in (Attempt.score, Attempt.max_score, Attempt.percent)]
    columns = (
        Attempt.id, Attempt.number, Attempt.state, Attempt.is_first, Attempt.language, Attempt.started_at,
        Attempt.finished_at, Attempt.graded_at, Attempt.passed, *points, ExamVersion.number.label("version"),
        Attempt.person_id, Person.employee_number, Person.name, Department.key.label("department"),
        Site.key.label("site"), JobRole.key.label("job_role"), *marks,
    )  # fmt: skip
    return (
        select(*columns)
        .join(ExamVersion, ExamVersion.id == Attempt.exam_version_id)
        .join(Person, Person.id == Attempt.person_id)
        .outerjoin(Department, Department.id == Attempt.department_id)
        .outerjoin(Site, Site.id == Attempt.site_id)
        .outerjoin(JobRole, JobRole.id == Attempt.job_role_id)
        .where(*where)
        .order_by(Attempt.id)
        .execution_options(yield_per=CHUNK)
    )


def _grades_in_a_word() -> ScalarSelect[str]:
    """All grades of an attempt in one cell, ``slot:number:item version:points`` with commas between, in any order.

    A row for each grade would be twenty times as many rows to fetch, which takes longer than all the rest.
    """
    parts = [cast(part, Text) for part in (Grade.slot, Grade.number, Grade.item_version_id, Grade.points)]
    word = parts[0] + ":" + parts[1] + ":" + parts[2] + ":" + parts[3]
    return select(func.aggregate_strings(word, ",")).where(Grade.attempt_id == Attempt.id).scalar_subquery()


def _versions_in(places: Sequence[Any]) -> set[int]:
    return {place["item_version_id"] for place in places}


def _who(row: Any) -> Who:
    return Who(row.person_id, row.employee_number, row.name)


@contextmanager
def snapshot(of: Asked) -> Iterator[Snapshot]:
    """A reading transaction of its own, in which nothing changes until it ends."""
    engine = db.engine
    if engine.dialect.name == "postgresql":
        engine = engine.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
    with engine.connect() as connection:
        yield Snapshot(connection, of)
