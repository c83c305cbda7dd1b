"""Reads about assignments, tasks, progress and completions."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import bindparam, cast, column, func, literal, null, select, table, union_all

from lms.core.database import Exact, Verbatim, db
from lms.core.errors import NotFound
from lms.core.texts import N_, Message, Text
from lms.courses.models import Course, Lesson
from lms.enrolment.enrolment_states import (
    StepRef,
    StepState,
    blocking_step,
    marks_missing,
    standings,
)
from lms.enrolment.models import (
    Assignment,
    Completion,
    Enrolment,
    LessonProgress,
    Path,
    SignOff,
    SignOffMark,
    TrainingSession,
)
from lms.enrolment.queries_lessons import is_present
from lms.identity.models import JobRole


@dataclass(frozen=True, slots=True)
class AssignedPath:
    """A path somebody has, with the steps that are in force."""

    assignment_id: int
    key: str
    title: dict[str, str]
    due_on: date | None
    ordered: bool
    steps: tuple[StepRef, ...]
    assigned_at: datetime


@dataclass(frozen=True, slots=True)
class Task:
    """Something a person has to do. ``title`` is None where only a higher room knows it and gave none.

    ``opened_by`` is the step it waits for; ``done`` of ``total`` are lessons or observations; ``position`` counts
    from 1 inside the path.
    """

    kind: str
    key: str
    title: Text | None
    state: StepState
    path: str | None = None
    position: int = 0
    due_on: date | None = None
    opened_by: StepRef | None = None
    opened_by_title: Text | None = None
    minutes: int | None = None
    done: int | None = None
    total: int | None = None
    completed_at: datetime | None = None
    reason: str = ""
    said: str = ""
    assignment_id: int = 0

    def is_late(self, today: date) -> bool:
        """Whether its day has passed and it is not done."""
        return self.state is not StepState.DONE and self.due_on is not None and self.due_on < today


@dataclass(frozen=True, slots=True)
class PathTasks:
    """A path somebody has: its steps in order, how many are done, and when all were."""

    key: str
    title: Text
    due_on: date | None
    ordered: bool
    steps: tuple[Task, ...]
    completed_at: datetime | None

    @property
    def done(self) -> int:
        return sum(step.state is StepState.DONE for step in self.steps)

    @property
    def next(self) -> Task | None:
        """The first step that is open."""
        return next((step for step in self.steps if step.state is StepState.OPEN), None)


@dataclass(frozen=True, slots=True)
class Training:
    """All that somebody has to do: by path, and what was assigned directly."""

    paths: tuple[PathTasks, ...]
    assigned: tuple[Task, ...]


@dataclass(frozen=True, slots=True)
class Admission:
    """Whether somebody may begin something: assigned or not, and what must come first."""

    is_assigned: bool
    blocked_by: StepRef | None


# ---- completions -------------------------------------------------------------------


def completions(person_id: int) -> list[Completion]:
    """Everything a person has completed and that holds, the oldest first; one query."""
    return list(db.session.scalars(_COMPLETIONS, {"person": person_id}))


# asked with every result, so put together once
_COMPLETIONS = (
    select(Completion)
    .where(Completion.person_id == bindparam("person"), Completion.withdrawn_at.is_(None))
    .order_by(Completion.at, Completion.id)
)
_OPEN_ASSIGNMENTS = (
    select(Assignment, Path)
    .outerjoin(Path, Path.id == Assignment.path_id)
    .where(Assignment.person_id == bindparam("person"), Assignment.cancelled_at.is_(None))
    .order_by(Assignment.due_on, Assignment.id)
)


def has_completed(person_id: int, kind: str, key: str) -> bool:
    """Whether a person ever completed it, and that holds."""
    query = select(Completion.id).where(Completion.person_id == person_id, Completion.kind == kind)
    query = query.where(Completion.withdrawn_at.is_(None))
    return db.session.scalar(query.where(Completion.key == key).limit(1)) is not None


def with_completions(person_ids: Collection[int]) -> list[int]:
    """Those of the people who have completed anything."""
    if not person_ids:
        return []
    query = select(Completion.person_id).distinct().where(Completion.kind.not_in(("check", "path")))
    query = query.where(Completion.withdrawn_at.is_(None))
    if len(person_ids) == 1:
        query = query.where(Completion.person_id.in_(person_ids))
    wanted = set(person_ids)
    return [person_id for person_id in db.session.scalars(query) if person_id in wanted]


# ---- what there is ------------------------------------------------------------------


def known_things(refs: Iterable[StepRef]) -> dict[StepRef, dict[str, str]]:
    """Titles of those courses, sessions, sign-offs and paths that exist and are in force; one query."""
    return {ref: title for ref, (title, _hours) in _things(refs).items()}


def _things(refs: Iterable[StepRef]) -> dict[StepRef, tuple[dict[str, str], Decimal | None]]:
    """The same with a session's hours."""
    by_kind: dict[str, list[str]] = {}
    for ref in refs:
        by_kind.setdefault(ref.kind, []).append(ref.key)
    tables: dict[str, Any] = {"course": Course, "session": TrainingSession, "sign-off": SignOff, "path": Path}
    parts = [
        select(
            literal(kind).label("kind"),
            kept.key.label("key"),
            kept.title.label("title"),
            (kept.hours if kind == "session" else cast(null(), Exact)).label("hours"),
        ).where(kept.key.in_(by_kind[kind]), kept.retired_at.is_(None))
        for kind, kept in tables.items()
        if kind in by_kind
    ]
    if not parts:
        return {}
    rows = db.session.execute(union_all(*parts))
    return {StepRef(kind, key): (title, hours) for kind, key, title, hours in rows}


def title_of(ref: StepRef) -> Mapping[str, str] | None:
    """The title of any step; exams and role-plays live on a higher floor, so their tables are read by name."""
    if ref.kind in ("exam", "scenario"):
        things = table(f"{ref.kind}s", column("key"), column("title", Verbatim))
        title: Mapping[str, str] | None = db.session.scalar(select(things.c.title).where(things.c.key == ref.key))
        return title
    return known_things([ref]).get(ref)


def course_ids(keys: Collection[str]) -> dict[str, int]:
    """Ids of courses by key."""
    query = select(Course.key, Course.id).where(Course.key.in_(keys))
    return {key: course_id for key, course_id in db.session.execute(query)}


def _in_force(refs: Iterable[StepRef], titles: Mapping[StepRef, Any]) -> tuple[StepRef, ...]:
    """The steps that still are: a retired course, session or sign-off holds nobody back."""
    return tuple(ref for ref in refs if ref.kind not in ("course", "session", "sign-off") or ref in titles)


def sign_off(key: str) -> SignOff:
    """The checklist in force with this key; raises ``NotFound``."""
    found = db.session.scalar(select(SignOff).where(SignOff.key == key, SignOff.retired_at.is_(None)))
    if found is None:
        raise NotFound(Message(N_("There is no such checklist.")))
    return found


def session(key: str) -> TrainingSession:
    """The session in force with this key; raises ``NotFound``."""
    query = select(TrainingSession).where(TrainingSession.key == key, TrainingSession.retired_at.is_(None))
    found = db.session.scalar(query)
    if found is None:
        raise NotFound(Message(N_("There is no such session.")))
    return found


# ---- assignments ----------------------------------------------------------------------


def _open_assignments(person_id: int) -> list[tuple[Assignment, Path | None]]:
    rows = db.session.execute(_OPEN_ASSIGNMENTS, {"person": person_id}).all()
    return [(assignment, path) for assignment, path in rows if path is None or path.retired_at is None]


def refs_of(path: Path) -> list[StepRef]:
    """The steps of a path in order."""
    return [StepRef(step["kind"], step["key"]) for step in path.steps]


def _assigned_path(assignment: Assignment, path: Path, titles: Mapping[StepRef, Any]) -> AssignedPath:
    steps = _in_force(refs_of(path), titles)
    return AssignedPath(
        assignment.id, path.key, path.title, assignment.due_on, path.ordered, steps, assignment.created_at
    )


def assigned_paths(person_id: int) -> list[AssignedPath]:
    """The paths a person has; two queries."""
    held = [(assignment, path) for assignment, path in _open_assignments(person_id) if path is not None]
    titles = known_things(ref for _assignment, path in held for ref in refs_of(path))
    return [_assigned_path(assignment, path, titles) for assignment, path in held]


def admission(person_id: int, step: StepRef) -> Admission:
    """Whether a person has been given this, and which earlier step of an ordered path comes first; three queries."""
    assignments = _open_assignments(person_id)
    given = any((assignment.kind, assignment.key) == (step.kind, step.key) for assignment, _path in assignments)
    held = [(assignment, path) for assignment, path in assignments if path is not None and step in refs_of(path)]
    if given or not held:
        return Admission(given, None)
    titles = known_things(ref for _assignment, path in held for ref in refs_of(path))
    paths = [_assigned_path(assignment, path, titles) for assignment, path in held]
    done = {StepRef(one.kind, one.key) for one in completions(person_id)}
    return Admission(True, blocking_step(step, [(path.steps, path.ordered) for path in paths], done))


def assigned_keys(person_id: int, kind: str) -> dict[str, date | None]:
    """Keys of one kind that a person has, directly or by a path, with the earliest day they are due; one query."""
    found: dict[str, date | None] = {}
    for assignment, path in _open_assignments(person_id):
        refs = refs_of(path) if path is not None else [StepRef(assignment.kind, assignment.key)]
        for ref in refs:
            if ref.kind == kind:
                known = found.get(ref.key)
                days = [day for day in (known, assignment.due_on) if day is not None]
                found[ref.key] = min(days, default=None)
    return found


def job_role_key(person: Any) -> str | None:
    """The key of a person's job role."""
    return db.session.scalar(select(JobRole.key).where(JobRole.id == person.job_role_id))


# ---- tasks ---------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Known:
    """What the tasks of one person are described with."""

    titles: Mapping[StepRef, Text]
    done_at: Mapping[StepRef, datetime]
    courses: Mapping[str, tuple[int, int, int]]  # lessons, minutes, lessons done
    sign_offs: Mapping[str, tuple[int, int]]  # observations still missing, all
    session_minutes: Mapping[str, int]


def training(person: Any, today: date, titles: Mapping[tuple[str, str], Text] | None = None) -> Training:
    """What a person has to do, by path and directly assigned; at most five queries, however much it is.

    ``titles`` gives what higher rooms know: ("exam", key) and ("scenario", key) to a text.
    """
    assignments = _open_assignments(person.id)
    refs = {ref for _assignment, path in assignments if path is not None for ref in refs_of(path)}
    refs |= {StepRef(one.kind, one.key) for one, path in assignments if path is None}
    known = _known(person.id, refs, titles or {})
    paths = tuple(_path_tasks(one, path, known) for one, path in assignments if path is not None)
    assigned = tuple(
        task for one, path in assignments if path is None if (task := _direct_task(one, known)) is not None
    )
    return Training(paths, assigned)


def tasks(person: Any, today: date, titles: Mapping[tuple[str, str], Text] | None = None) -> list[Task]:
    """The same as one list: the steps of each path in order, then what was assigned directly."""
    found = training(person, today, titles)
    return [step for path in found.paths for step in path.steps] + list(found.assigned)


def _known(person_id: int, refs: Collection[StepRef], given: Mapping[tuple[str, str], Text]) -> _Known:
    things = _things(refs)
    titles: dict[StepRef, Text] = {StepRef(*ref): title for ref, title in given.items()}
    titles.update({ref: title for ref, (title, _hours) in things.items()})
    done_at: dict[StepRef, datetime] = {}
    for one in completions(person_id) if refs else ():
        done_at[StepRef(one.kind, one.key)] = one.at
    return _Known(
        titles,
        done_at,
        _course_figures(person_id, [ref.key for ref in refs if ref.kind == "course"]),
        _sign_off_figures(person_id, [ref.key for ref in refs if ref.kind == "sign-off"]),
        {ref.key: round(hours * 60) for ref, (_title, hours) in things.items() if hours is not None},
    )


def _course_figures(person_id: int, keys: Sequence[str]) -> dict[str, tuple[int, int, int]]:
    if not keys:
        return {}
    query = (
        select(Course.key, func.count(Lesson.id), func.sum(Lesson.minutes), func.count(LessonProgress.completed_at))
        .join(Lesson, (Lesson.course_id == Course.id) & Lesson.retired_at.is_(None))
        .outerjoin(Enrolment, (Enrolment.course_id == Course.id) & is_present(person_id))
        .outerjoin(
            LessonProgress,
            (LessonProgress.enrolment_id == Enrolment.id) & (LessonProgress.lesson_id == Lesson.id),
        )
        .where(Course.key.in_(keys))
        .group_by(Course.key)
    )
    return {key: (lessons, minutes, done) for key, lessons, minutes, done in db.session.execute(query)}


def _sign_off_figures(person_id: int, keys: Sequence[str]) -> dict[str, tuple[int, int]]:
    if not keys:
        return {}
    query = (
        select(SignOff.key, SignOff.items, SignOffMark.item_key, func.max(SignOffMark.number))
        .outerjoin(SignOffMark, (SignOffMark.sign_off_id == SignOff.id) & (SignOffMark.person_id == person_id))
        .where(SignOff.key.in_(keys))
        .group_by(SignOff.id, SignOffMark.item_key)
    )
    marks: dict[str, dict[str, int]] = {}
    items: dict[str, list[dict[str, Any]]] = {}
    for key, checklist, item_key, number in db.session.execute(query):
        items[key] = checklist
        marks.setdefault(key, {})[item_key] = number or 0
    return {key: (marks_missing(items[key], marks[key]), marks_missing(items[key], {})) for key in items}


def _described(ref: StepRef, known: _Known) -> Task:
    done_at = known.done_at.get(ref)
    task = Task(ref.kind, ref.key, known.titles.get(ref), StepState.DONE if done_at else StepState.OPEN)
    task = replace(task, completed_at=done_at)
    if ref.kind == "course" and ref.key in known.courses:
        lessons, minutes, done = known.courses[ref.key]
        return replace(task, minutes=minutes, done=done, total=lessons)
    if ref.kind == "sign-off" and ref.key in known.sign_offs:
        missing, total = known.sign_offs[ref.key]
        return replace(task, done=total - missing, total=total)
    return replace(task, minutes=known.session_minutes.get(ref.key)) if ref.kind == "session" else task


def _path_tasks(assignment: Assignment, path: Path, known: _Known) -> PathTasks:
    refs = _in_force(refs_of(path), known.titles)
    found = []
    for position, (ref, standing) in enumerate(zip(refs, standings(refs, known.done_at, ordered=path.ordered), strict=True), 1):
        waits = known.titles.get(standing.opened_by) if standing.opened_by else None
        found.append(
            replace(
                _described(ref, known), state=standing.state, path=path.key, position=position, due_on=assignment.due_on,
                opened_by=standing.opened_by, opened_by_title=waits, reason=assignment.reason,
                said=_said(assignment), assignment_id=assignment.id,
            )
        )  # fmt: skip
    completed_at = max((step.completed_at for step in found if step.completed_at), default=None)
    is_done = all(step.state is StepState.DONE for step in found)
    return PathTasks(
        path.key, path.title, assignment.due_on, path.ordered, tuple(found), completed_at if is_done else None
    )


def _direct_task(assignment: Assignment, known: _Known) -> Task | None:
    ref = StepRef(assignment.kind, assignment.key)
    if not _in_force([ref], known.titles):
        return None
    task = _described(ref, known)
    if assignment.anew and task.completed_at is not None and task.completed_at < assignment.created_at:
        task = replace(task, completed_at=None, state=StepState.OPEN)
    return replace(
        task, due_on=assignment.due_on, reason=assignment.reason, said=_said(assignment), assignment_id=assignment.id
    )


def _said(assignment: Assignment) -> str:
    """The words of whoever assigned it; what a rule assigned has a key for its reason, which are nobody's words."""
    return assignment.reason if assignment.assigned_by_id is not None else ""
