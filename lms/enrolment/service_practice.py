"""The verbs of practice with people: attendance at sessions, and mentors' sign-offs."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import select

from lms.core import access, audit, clock, events
from lms.core.database import db
from lms.core.errors import Conflict, Invalid, NotAllowed, NotFound
from lms.core.texts import N_, Message
from lms.enrolment import queries, queries_practice
from lms.enrolment.enrolment_states import marks_missing
from lms.enrolment.models import Attendance, SignOffMark
from lms.enrolment.service import complete, one_at_a_time
from lms.identity.models import Person

MOST_DAYS_BACK = 92



def record_attendance(
    session_key: str, people: Iterable[Person], *, attended_on: date, actor: Any, now: datetime
) -> list[Person]:
    """Record that people were at a session; returns those it is new for. All or nothing.

    Raises ``NotFound``, ``Invalid`` for a day to come or long gone, ``NotAllowed`` for the trainer's own attendance.
    """
    session = queries.session(session_key)
    _check_day(attended_on, "attended_on", now)
    listed = list(people)
    if any(person.id == actor.id for person in listed):
        raise NotAllowed(Message(N_("You cannot record your own attendance; ask a colleague who trains.")))
    query = select(Attendance.person_id).where(Attendance.session_id == session.id)
    known = set(db.session.scalars(query.where(Attendance.attended_on == attended_on)))
    fresh = [person for person in listed if person.id not in known]
    for person in sorted(fresh, key=lambda one: one.id):
        attendance = Attendance(
            session_id=session.id, person_id=person.id, attended_on=attended_on, recorded_by_id=actor.id,
            recorded_at=now,
        )  # fmt: skip
        db.session.add(attendance)
        db.session.flush()
        at = _instant(attended_on, now)
        complete(person, "session", session.key, at=at, reference=f"attendance:{attendance.id}")
        what = {"person": person.email, "attended_on": attended_on.isoformat()}
        audit.record("session.attend", f"session:{session.key}", actor=actor, now=now, **what)
    return fresh


def record_sign_off_mark(
    person: Person, sign_off_key: str, item_key: str, *, number: int, observed_on: date, mentor: Any, now: datetime
) -> bool:
    """A mentor saw an item done for the ``number``-th time; returns whether the checklist is complete with it.

    Raises ``NotFound`` for an unknown checklist or item, ``NotAllowed`` for anybody but the person's mentor,
    ``Conflict`` when that observation is recorded already, ``Invalid`` for a day to come or long gone.
    """
    if mentor.id == person.id or person.mentor_id != mentor.id or not access.has(mentor, "sign-off.record"):
        raise NotAllowed(Message(N_("Only the person's own mentor signs off, and nobody for themselves.")))
    sign_off = queries.sign_off(sign_off_key)
    item = next((item for item in sign_off.items if item["key"] == item_key), None)
    if item is None:
        raise NotFound(Message(N_("This checklist has no such item.")))
    _check_day(observed_on, "observed_on", now)
    one_at_a_time(person.id)
    marks = queries_practice.marks_of(person.id, sign_off.id)
    if number != marks.get(item_key, 0) + 1 or number > item["times"]:
        raise Conflict(Message(N_("This observation is recorded already. Reload the page to see how it stands.")))
    mark = SignOffMark(
        sign_off_id=sign_off.id, person_id=person.id, item_key=item_key, number=number, observed_on=observed_on,
        mentor_id=mentor.id, recorded_at=now,
    )  # fmt: skip
    db.session.add(mark)
    db.session.flush()
    noted = {"item": item_key, "number": number, "observed_on": observed_on.isoformat(), "person": person.email}
    audit.record("sign-off.mark", f"sign-off:{sign_off.key}", actor=mentor, now=now, **noted)
    if marks_missing(sign_off.items, {**marks, item_key: number}):
        return False
    at, reference = _instant(observed_on, now), f"sign-off-mark:{mark.id}"
    complete(person, "sign-off", sign_off.key, at=at, reference=reference)
    events.publish(events.SignedOff(person.id, sign_off.key, at, reference))
    return True


def _check_day(day: date, field: str, now: datetime) -> None:
    today = clock.day_of(now)
    if day > today:
        message = Message(N_("That day has not come yet; choose today or an earlier one."))
    elif day < today - timedelta(days=MOST_DAYS_BACK):
        message = Message(N_("That is more than three months ago; ask an administrator to add it."))
    else:
        return
    raise Invalid(message, errors={field: message})


def _instant(day: date, now: datetime) -> datetime:
    """When something seen on a day counts as done: now for today, noon of an earlier day."""
    if day == clock.day_of(now):
        return now
    return datetime.combine(day, time(12), tzinfo=clock.timezone())
