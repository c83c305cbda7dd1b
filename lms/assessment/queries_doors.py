"""Which exams somebody cannot begin now, and why: the rule of the door for many exams at once, and after one attempt."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import and_, select

from lms.assessment import openings, queries, queries_tries
from lms.assessment.attempt_states import OPEN, State
from lms.assessment.models import Attempt, Exam
from lms.assessment.openings import Earlier, MayNotStart, Opening
from lms.core import access
from lms.core.database import db
from lms.core.texts import Message, Text
from lms.courses import queries as courses
from lms.enrolment import queries as enrolment
from lms.enrolment.enrolment_states import StepRef
from lms.identity.models import Site


@dataclass(frozen=True, slots=True)
class Shut:
    """An exam that cannot be begun now: the decision, whether it was tried before, and the title of the lesson that
    comes first, if one does."""

    decision: MayNotStart
    is_tried: bool
    lesson_title: Text | None = None


def shut(person: Any, keys: Collection[str], now: datetime) -> dict[str, Shut]:
    """Of these exams, which somebody has open as tasks, those whose door is shut now, by key.

    Three statements at most, however many exams: the exams with the attempts, what helps to another try, the lessons'
    titles. An attempt that has begun and is not over keeps its door open.
    """
    if not keys:
        return {}
    found, earlier = _exams(person, keys)
    closed = {key: Shut(MayNotStart(Message(queries.NO_EXAM)), False) for key in keys if key not in found}
    return _titled(closed | _decided(person, found, earlier, now))


def shut_after(person: Any, attempt: Attempt, now: datetime) -> Shut | None:
    """What keeps somebody from the next try at the exam of their own attempt; None if nothing does, if no other is
    needed because one was passed, or if the exam is no longer theirs to take."""
    found, earlier = _exams(person, [attempt.subject])
    row, attempts = found.get(attempt.subject), earlier.get(attempt.subject, [])
    if row is None or any(each.passed and each.state == State.GRADED for each in attempts):
        return None
    if row.assigned_only and not _is_admitted(person, row.key):
        return None
    return _titled(_decided(person, found, earlier, now)).get(row.key)


def _is_admitted(person: Any, key: str) -> bool:
    admission = enrolment.admission(person.id, StepRef("exam", key))
    return admission.is_assigned and admission.blocked_by is None


def _decided(
    person: Any, found: Mapping[str, Any], earlier: Mapping[str, list[Earlier]], now: datetime
) -> dict[str, Shut]:
    """What the rule says of each exam that is shut; none of those at which an attempt runs."""
    plans = queries.plans(row.version_id for row in found.values())
    tried = {
        row.id: (plans[row.version_id].definition, earlier[key]) for key, row in found.items() if openings.taken(earlier[key])
    }
    helps, closed = queries_tries.helps_for(person.id, tried), {}
    for key, row in found.items():
        definition, opening = plans[row.version_id].definition, Opening(row.opens_at, row.closes_at, False)
        decision = openings.may_start(definition, opening, earlier[key], now, helps.get(row.id, openings.NO_HELP))
        is_running = any(attempt.state in OPEN for attempt in earlier[key])
        if isinstance(decision, MayNotStart) and not is_running:
            closed[key] = Shut(decision, row.id in tried)
    return closed


def _exams(person: Any, keys: Collection[str]) -> tuple[dict[str, Any], dict[str, list[Earlier]]]:
    """The exams in use of these keys that the person may know of, and the person's attempts at each, oldest first."""
    mine = and_(Attempt.subject == Exam.key, Attempt.kind == "exam", Attempt.person_id == person.id)
    site = select(Site.key).where(Site.id == person.site_id).scalar_subquery()
    rows = db.session.execute(
        select(
            Exam.id, Exam.key, Exam.version_id, Exam.status, Exam.sites, Exam.opens_at, Exam.closes_at,
            Exam.assigned_only, site.label("site"), Attempt.number, Attempt.state, Attempt.finished_at, Attempt.passed,
        )
        .outerjoin(Attempt, mine)
        .where(Exam.key.in_(keys), Exam.retired_at.is_(None), Exam.version_id.is_not(None))
        .order_by(Exam.id, Attempt.number)
    )  # fmt: skip
    found: dict[str, Any] = {}
    earlier: dict[str, list[Earlier]] = {}
    for row in rows:
        if row.status == "pilot" and row.site not in row.sites and not access.has(person, "content.read"):
            continue
        found[row.key] = row
        attempts = earlier.setdefault(row.key, [])
        if row.number is not None:
            attempts.append(Earlier(row.number, State(row.state), row.finished_at, row.passed))
    return found, earlier


def _titled(closed: Mapping[str, Shut]) -> dict[str, Shut]:
    """The same with the titles of the lessons that come first; no statement where none does."""
    places = {key: _place(one.decision.lesson) for key, one in closed.items() if one.decision.lesson is not None}
    titles = courses.lesson_titles(places.values()) if places else {}
    return {key: replace(one, lesson_title=titles.get(places[key]) if key in places else None) for key, one in closed.items()}


def _place(lesson: str) -> tuple[str, str]:
    course, _, key = lesson.partition("/")
    return course, key
