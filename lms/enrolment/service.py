"""The verbs of enrolment: record what is completed, assign, follow the job role."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import bindparam, insert, select, update

from lms.core import audit, clock, events
from lms.core.database import db, is_writing, unit_notes
from lms.core.errors import Invalid
from lms.core.texts import N_, Message
from lms.enrolment import queries
from lms.enrolment.enrolment_states import StepRef, due_day
from lms.enrolment.models import Assignment, Completion, CompletionChange, Enrolment, Path
from lms.enrolment.queries_lessons import present_enrolment
from lms.identity.models import JobRole, Person

KINDS = ("course", "exam", "scenario", "session", "sign-off", "licence", "certification", "path")
BY_JOB_ROLE = "job-role"


def _person_id(person: Any) -> int:
    return person if isinstance(person, int) else int(person.id)


# asked with every lesson and every result, so put together once
_COMPLETION = select(Completion).where(
    Completion.person_id == bindparam("person"), Completion.kind == bindparam("kind"), Completion.key == bindparam("key"),
    Completion.reference == bindparam("reference"),
)  # fmt: skip
_PERSON_HELD = select(Person.id).where(Person.id == bindparam("person")).with_for_update(key_share=True)


def one_at_a_time(person_id: int) -> None:
    """Let nobody else change this person's learning until the unit of work ends: a double click waits."""
    held: set[int] = unit_notes().setdefault("people_held", set()) if is_writing() else set()
    if person_id not in held:
        db.session.execute(_PERSON_HELD, {"person": person_id})
        held.add(person_id)


# ---- completions ----------------------------------------------------------------


def complete(
    person: Any,
    kind: str,
    key: str,
    *,
    at: datetime,
    reference: str,
    percent: Decimal | None = None,
    now: datetime | None = None,
) -> Completion:
    """Record once that a person (or person id) completed something, tell everybody, and finish paths it ends.

    ``reference`` says what proves it ("attempt:12"); the same again returns what was recorded and tells nobody, unless
    it was withdrawn: then it holds again. ``now`` is when it became known, if later than ``at``.
    """
    person_id = _person_id(person)
    one_at_a_time(person_id)
    same = {"person": person_id, "kind": kind, "key": key, "reference": reference}
    recorded = db.session.scalar(_COMPLETION, same)
    if recorded is not None and recorded.withdrawn_at is None:
        return recorded
    completion = recorded or Completion(person_id=person_id, kind=kind, key=key, at=at, reference=reference)
    if recorded is not None:
        recorded.withdrawn_at = None
        db.session.add(CompletionChange(completion_id=recorded.id, verb="restored", at=now or at))
    completion.percent = percent
    db.session.add(completion)
    db.session.flush()
    events.publish(events.Completed(person_id, kind, key, completion.at, reference, now, again=recorded is not None))
    if kind not in ("path", "check"):
        _finish_paths(person_id, at, StepRef(kind, key), now)
    return completion


def _finish_paths(person_id: int, at: datetime, by: StepRef | None = None, now: datetime | None = None) -> None:
    """Complete the assigned paths whose steps are all done; only those with the step ``by``, if given."""
    held = queries.assigned_paths(person_id)
    if by is not None:
        held = [one for one in held if by in one.steps]
    if not held:
        return
    done = {StepRef(one.kind, one.key) for one in queries.completions(person_id)}
    for one in held:
        if one.steps and done.issuperset(one.steps):
            complete(person_id, "path", one.key, at=at, reference=f"assignment:{one.assignment_id}", now=now)


def withdraw(person_id: int, kind: str, key: str, *, reference: str, reason: str, now: datetime) -> bool:
    """Say that what ``reference`` proves does not hold any more, tell everybody, and take back paths it ended.

    The row stays, and its history says why. Returns whether there was anything to withdraw.
    """
    one_at_a_time(person_id)
    same = {"person": person_id, "kind": kind, "key": key, "reference": reference}
    completion = db.session.scalar(_COMPLETION, same)
    if completion is None or completion.withdrawn_at is not None:
        return False
    completion.withdrawn_at = now
    db.session.add(CompletionChange(completion_id=completion.id, verb="withdrawn", at=now, reason=reason))
    db.session.flush()
    what = f"{kind}:{key}"
    audit.record(
        "completion.withdraw", f"person-id:{person_id}", now=now, what=what, reference=reference, reason=reason
    )
    events.publish(events.CompletionWithdrawn(person_id, kind, key, now, reference, reason))
    if kind not in ("path", "check"):
        _take_back_paths(person_id, StepRef(kind, key), reason, now)
    return True


def _take_back_paths(person_id: int, by: StepRef, reason: str, now: datetime) -> None:
    """Withdraw the completed paths that have the step, unless another completion of the step carries them."""
    done = queries.completions(person_id)
    if by in {StepRef(one.kind, one.key) for one in done}:
        return
    steps = {one.key: one.steps for one in queries.assigned_paths(person_id)}
    for one in done:
        if one.kind == "path" and by in steps.get(one.key, ()):
            withdraw(person_id, "path", one.key, reference=one.reference, reason=reason, now=now)


# ---- assignments ------------------------------------------------------------------


def assign(
    person: Person,
    kind: str,
    key: str,
    *,
    actor: Any,
    now: datetime,
    due_on: date | None = None,
    reason: str = "",
    anew: bool = False,
) -> Assignment:
    """Give somebody something to do. The same twice only moves the day; ``anew`` asks for it again from now on.

    Raises ``Invalid`` for an unknown kind, course, path, session or sign-off, or for a day gone by.
    """
    path_id = _assignable(kind, key)
    if due_on is not None and due_on < clock.day_of(now):
        raise Invalid(Message(N_("The due day has passed already; choose a later one.")), errors={"due_on": PAST_DAY})
    one_at_a_time(person.id)
    query = select(Assignment).where(Assignment.person_id == person.id, Assignment.cancelled_at.is_(None))
    known = db.session.scalar(query.where(Assignment.kind == kind, Assignment.key == key))
    if known is not None and not anew:
        if due_on is not None and known.due_on != due_on:
            known.due_on = due_on
            _note("assignment.move", known, person, actor, now)
        return known
    if known is not None:
        known.cancelled_at = now
        db.session.flush()
    assignment = Assignment(
        person_id=person.id, kind=kind, key=key, path_id=path_id, due_on=due_on, reason=reason[:200], anew=anew,
        assigned_by_id=getattr(actor, "id", None), created_at=now,
    )  # fmt: skip
    db.session.add(assignment)
    db.session.flush()
    _note("assignment.make", assignment, person, actor, now)
    if anew and kind == "course":
        _begin_anew(person.id, key, now)
    if kind == "path":
        _finish_paths(person.id, now)
    return assignment


PAST_DAY = Message(N_("Choose today or a later day."))


def _note(verb: str, assignment: Assignment, person: Person, actor: Any, now: datetime) -> None:
    due_on = assignment.due_on.isoformat() if assignment.due_on else None
    what = f"{assignment.kind}:{assignment.key}"
    audit.record(
        verb, f"person:{person.email}", actor=actor, now=now, what=what, due_on=due_on, reason=assignment.reason
    )


def _assignable(kind: str, key: str) -> int | None:
    """The path's id for a path; raises ``Invalid`` for what cannot be assigned."""
    if kind not in KINDS:
        raise Invalid(Message(N_("“%(kind)s” cannot be assigned."), {"kind": kind}))
    if kind in ("course", "session", "sign-off", "path") and StepRef(kind, key) not in queries.known_things(
        [StepRef(kind, key)]
    ):
        raise Invalid(Message(N_("There is nothing called “%(key)s” to assign."), {"key": key}))
    return db.session.scalar(select(Path.id).where(Path.key == key)) if kind == "path" else None


def cancel_assignment(assignment: Assignment, *, actor: Any, now: datetime) -> None:
    """Take something off a person's list; what was done for it stays."""
    if assignment.cancelled_at is None:
        assignment.cancelled_at = now
        what = f"{assignment.kind}:{assignment.key}"
        audit.record("assignment.cancel", f"person-id:{assignment.person_id}", actor=actor, now=now, what=what)


def _begin_anew(person_id: int, course_key: str, now: datetime) -> None:
    """End the present enrolment in a course, if any, and begin another."""
    ids = [course_id for key, course_id in queries.course_ids([course_key]).items()]
    present = db.session.scalar(present_enrolment(person_id, ids[0]))
    if present is not None:
        present.ended_at = now
        db.session.flush()
        db.session.add(Enrolment(person_id=person_id, course_id=ids[0], is_repeat=True, enrolled_at=now))


def follow_job_role(person_id: int, now: datetime) -> None:
    """Assign the paths of a person's present job role, and take away open ones of a role given up."""
    person = db.session.get(Person, person_id)
    if person is None or not person.is_active:
        return
    role = db.session.scalar(select(JobRole.key).where(JobRole.id == person.job_role_id))
    for assignment, path in _by_role(person_id):
        if path.role != role and not queries.has_completed(person_id, "path", path.key):
            cancel_assignment(assignment, actor=None, now=now)
    db.session.flush()
    if role is not None:
        for path in db.session.scalars(select(Path).where(Path.role == role, Path.retired_at.is_(None))):
            due_on = due_day(path.due_days, person.hired_on, person.job_role_since, clock.day_of(now))
            _assign_path(path, [(person_id, due_on)], now)


def _by_role(person_id: int) -> Sequence[tuple[Assignment, Path]]:
    query = (
        select(Assignment, Path)
        .join(Path, Path.id == Assignment.path_id)
        .where(Assignment.person_id == person_id, Assignment.cancelled_at.is_(None), Assignment.reason == BY_JOB_ROLE)
    )
    return [(assignment, path) for assignment, path in db.session.execute(query)]


def assign_path_to_role(path: Path, now: datetime) -> int:
    """Assign a path to everybody of its job role who does not have it; returns to how many."""
    has_it = select(Assignment.person_id).where(Assignment.path_id == path.id, Assignment.cancelled_at.is_(None))
    query = (
        select(Person.id, Person.hired_on, Person.job_role_since)
        .join(JobRole, JobRole.id == Person.job_role_id)
        .where(JobRole.key == path.role, Person.deactivated_at.is_(None), Person.id.not_in(has_it))
    )
    today = clock.day_of(now)
    people = [(i, due_day(path.due_days, hired, since, today)) for i, hired, since in db.session.execute(query)]
    _assign_path(path, people, now)
    return len(people)


def _assign_path(path: Path, people: Sequence[tuple[int, date]], now: datetime) -> None:
    has_it = select(Assignment.person_id).where(Assignment.path_id == path.id, Assignment.cancelled_at.is_(None))
    if len(people) == 1:
        has_it = has_it.where(Assignment.person_id == people[0][0])
    known = set(db.session.scalars(has_it))
    fresh = [(person_id, due_on) for person_id, due_on in people if person_id not in known]
    if fresh:
        common = {"kind": "path", "key": path.key, "path_id": path.id, "reason": BY_JOB_ROLE, "anew": False}
        rows = [{**common, "person_id": one, "due_on": due_on, "created_at": now} for one, due_on in fresh]
        db.session.execute(insert(Assignment), rows)
        audit.record("path.assign", f"path:{path.key}", now=now, people=len(fresh), reason=BY_JOB_ROLE)
    for person_id in queries.with_completions([person_id for person_id, _due in fresh]):
        _finish_paths(person_id, now)


def retire_assignments(path_ids: Collection[int], now: datetime) -> None:
    """Cancel what is assigned by job role through paths that are gone."""
    query = update(Assignment).where(Assignment.path_id.in_(list(path_ids)), Assignment.cancelled_at.is_(None))
    db.session.execute(query.where(Assignment.reason == BY_JOB_ROLE).values(cancelled_at=now))
