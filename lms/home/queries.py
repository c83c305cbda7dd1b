"""The reads behind my training: what enrolment knows, and the rest of the page in one statement."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import Date, Integer, Select, String, case, cast, func, literal, null, select, union_all

from lms.assessment import queries_doors
from lms.assessment.models import Attempt, Exam
from lms.certification.models import Certificate, Certification
from lms.core.database import Instant, Verbatim, db
from lms.core.texts import Text
from lms.courses.models import Course, Lesson
from lms.enrolment import queries as enrolment
from lms.enrolment.models import Enrolment, LessonProgress
from lms.home import board, next_step
from lms.identity.models import Department
from lms.scenarios.models import Play, Scenario

COLUMNS: dict[str, Any] = {
    "part": String, "key": String, "word": String, "title": Verbatim, "n1": Integer, "n2": Integer, "n3": Integer,
    "n4": Integer, "d1": Date, "d2": Date, "d3": Date, "at": Instant(),
}  # fmt: skip


@dataclass(slots=True)
class Facts:
    """What the page shows beside tasks. ``titles`` and ``versions`` are by (kind, key), lessons are those not done.

    ``shut`` says which exams cannot be begun now, by key; it is empty until it was asked for."""

    certificates: list[board.CertificateLine] = field(default_factory=list)
    skills: dict[str | None, board.SkillSums] = field(default_factory=dict)
    titles: dict[tuple[str, str], Text] = field(default_factory=dict)
    versions: dict[tuple[str, str], int] = field(default_factory=dict)
    lessons: list[next_step.Lesson] = field(default_factory=list)
    running: list[next_step.Running] = field(default_factory=list)
    department: Text | None = None
    shut: dict[str, queries_doors.Shut] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MyTraining:
    """All of the page: tasks with their titles, and the facts."""

    training: enrolment.Training
    facts: Facts

    @property
    def tasks(self) -> list[enrolment.Task]:
        """Steps of paths in order, then what was assigned directly."""
        steps = [step for path in self.training.paths for step in path.steps]
        return [*steps, *self.training.assigned]


def my_training(person: Any, now: datetime, today: date) -> MyTraining:
    """Everything about one person's training; seven statements at most, however much it is."""
    found = enrolment.training(person, today)
    bare = MyTraining(found, Facts()).tasks
    facts = _facts(person, bare, now, today)
    paths = tuple(replace(path, steps=_titled(path.steps, facts.titles)) for path in found.paths)
    return MyTraining(enrolment.Training(paths, _titled(found.assigned, facts.titles)), facts)


def with_doors(person: Any, mine: MyTraining, now: datetime) -> MyTraining:
    """The same with the exams among the open tasks that cannot be begun now; three statements at most."""
    keys = {task.key for task in mine.tasks if task.kind == "exam" and task.state == "open"}
    return replace(mine, facts=replace(mine.facts, shut=queries_doors.shut(person, keys, now)))


def _titled(tasks: Iterable[Any], titles: Mapping[tuple[str, str], Text]) -> tuple[Any, ...]:
    """The tasks with what only higher rooms call by name."""
    named = []
    for task in tasks:
        waits = task.opened_by
        waits_for = titles.get((waits.kind, waits.key)) if waits is not None else None
        title = task.title or titles.get((task.kind, task.key))
        named.append(replace(task, title=title, opened_by_title=task.opened_by_title or waits_for))
    return tuple(named)


def _part(name: str, **columns: Any) -> Select[Any]:
    """One part of the union: what is not given is null, of the column's type."""
    listed = {"part": literal(name), **columns}
    return select(*(listed.get(name, cast(null(), kind)).label(name) for name, kind in COLUMNS.items()))


def _facts(person: Any, tasks: Sequence[enrolment.Task], now: datetime, today: date) -> Facts:
    parts = [_certificates(person.id), _skills(person.id), _attempts(person.id, now), _plays(person.id)]
    if person.department_id is not None:
        parts.append(_part("place", title=Department.name).where(Department.id == person.department_id))
    for kind, table in (("exam", Exam), ("scenario", Scenario), ("certification", Certification)):
        if keys := {task.key for task in tasks if task.kind == kind}:
            named = _part("thing", word=literal(kind), key=table.key, title=table.title, n1=table.version_id)
            parts.append(named.where(table.key.in_(keys)))
    if keys := {task.key for task in tasks if task.kind == "course" and task.state == "open"}:
        parts.append(_lessons(person.id, keys))
    totals = {task.key: task.total or 0 for task in tasks if task.kind == "course"}
    facts = Facts()
    newest: dict[str, Any] = {}
    for row in db.session.execute(union_all(*parts)):
        if row.part == "certificate":
            newest[row.key] = max(row, newest.get(row.key, row), key=lambda one: one.n1)
        else:
            _READERS[row.part](facts, row, totals)
    facts.certificates = sorted((_line(row, today) for row in newest.values()), key=lambda line: line.expires_on)
    facts.lessons.sort(key=lambda lesson: lesson.number)
    return facts


# ---- the parts -------------------------------------------------------------------


_UNFOUNDED = 1_000_000
"""Puts a certificate that proved unfounded before all others, so that one that holds is the newest."""


def _certificates(person_id: int) -> Select[Any]:
    return (
        _part(
            "certificate", key=Certification.key, word=Certificate.code, title=Certification.title,
            n1=case((Certificate.is_unfounded, Certificate.number - _UNFOUNDED), else_=Certificate.number),
            d1=Certificate.base_on, d2=Certificate.expires_on, d3=Certificate.window_opens_on, at=Certificate.revoked_at,
        )
        .join_from(Certificate, Certification, Certification.id == Certificate.certification_id)
        .where(Certificate.person_id == person_id)
    )  # fmt: skip


def _skills(person_id: int) -> Select[Any]:
    passed = func.sum(case((Play.passed.is_(True), 1), else_=0))
    return (
        _part(
            "skill", key=Scenario.skill, n1=func.count(Play.id), n2=passed,
            n3=func.sum(Play.emotions_asked), n4=func.sum(Play.emotions_right),
        )
        .join_from(Play, Scenario, Scenario.id == Play.scenario_id)
        .where(Play.person_id == person_id, Play.mode == "exam", Play.state == "finished")
        .group_by(Scenario.skill)
    )  # fmt: skip


def _attempts(person_id: int, now: datetime) -> Select[Any]:
    return (
        _part(
            "running", word=Attempt.kind, key=Attempt.subject, title=Exam.title, n1=Attempt.id,
            at=Attempt.deadline_at,
        )
        .select_from(Attempt)
        .outerjoin(Exam, Exam.id == Attempt.exam_id)
        .where(Attempt.person_id == person_id, Attempt.state == "in_progress")
        .where((Attempt.deadline_at.is_(None)) | (Attempt.deadline_at > now))
    )  # fmt: skip


def _plays(person_id: int) -> Select[Any]:
    return (
        _part("running", word=literal("play"), key=Scenario.key, title=Scenario.title, n1=Play.id)
        .join_from(Play, Scenario, Scenario.id == Play.scenario_id)
        .where(Play.person_id == person_id, Play.mode == "exam", Play.state == "in_progress", Play.left_at.is_(None))
    )


def _lessons(person_id: int, courses: Iterable[str]) -> Select[Any]:
    """Lessons in force of these courses that the present enrolment has not done."""
    present = (Enrolment.course_id == Course.id) & (Enrolment.person_id == person_id) & Enrolment.ended_at.is_(None)
    progress = (LessonProgress.enrolment_id == Enrolment.id) & (LessonProgress.lesson_id == Lesson.id)
    return (
        _part("lesson", word=Course.key, key=Lesson.key, title=Lesson.title, n1=Lesson.minutes, n2=Lesson.position)
        .join_from(Course, Lesson, (Lesson.course_id == Course.id) & Lesson.retired_at.is_(None))
        .outerjoin(Enrolment, present)
        .outerjoin(LessonProgress, progress)
        .where(Course.key.in_(courses), LessonProgress.completed_at.is_(None))
    )


# ---- reading them ------------------------------------------------------------------


def _line(row: Any, today: date) -> board.CertificateLine:
    return board.certificate_line(row.key, row.word, row.title, (row.d1, row.d2, row.d3), row.at, today)


def _read_skill(facts: Facts, row: Any, _totals: Any) -> None:
    facts.skills[row.key] = board.SkillSums(row.n1, row.n2, row.n3, row.n4)


def _read_thing(facts: Facts, row: Any, _totals: Any) -> None:
    facts.titles[row.word, row.key] = row.title
    if row.n1 is not None:
        facts.versions[row.word, row.key] = row.n1


def _read_lesson(facts: Facts, row: Any, totals: Mapping[str, int]) -> None:
    total = totals.get(row.word, 0)
    facts.lessons.append(next_step.Lesson(row.word, row.key, row.title, row.n1, row.n2 + 1, total))


def _read_running(facts: Facts, row: Any, _totals: Any) -> None:
    facts.running.append(next_step.Running(row.word, row.n1, row.key, row.title, row.at))


def _read_place(facts: Facts, row: Any, _totals: Any) -> None:
    facts.department = row.title


_READERS = {
    "skill": _read_skill, "thing": _read_thing, "lesson": _read_lesson, "running": _read_running,
    "place": _read_place,
}  # fmt: skip
