"""Granting somebody more time in every exam, and withdrawing it; nobody grants themselves."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from lms.assessment import openings, queries_allowances
from lms.assessment.content import Exam
from lms.assessment.models import Attempt, AttemptEvent
from lms.assessment.models_time import TimeAllowance
from lms.core import audit
from lms.core.database import db
from lms.core.errors import Conflict, Invalid, NotAllowed, NotFound
from lms.core.texts import N_, Message
from lms.identity.models import Person

MOST_PERCENT = 300
MOST_MINUTES = 480
EXTRA_TIME = "extra-time"
"""In an attempt's history: it began with extra time, by the allowance named as the reason."""


@dataclass(frozen=True, slots=True)
class Grant:
    """What is granted: either ``percent`` or ``minutes``, from and until which day (both included), and why."""

    percent: int | None
    minutes: int | None
    from_on: date
    until_on: date | None
    reason: str


def grant_allowance(person_id: int, grant: Grant, *, actor: Any, now: datetime) -> TimeAllowance:
    """Let attempts begun on those days have extra time; those already begun stay as they are."""
    if db.session.get(Person, person_id) is None:
        raise NotFound(Message(N_("There is no such person.")))
    if person_id == actor.id:
        raise NotAllowed(Message(N_("You cannot grant yourself extra time; ask a colleague.")))
    _check(grant)
    allowance = TimeAllowance(
        person_id=person_id, percent=grant.percent, minutes=grant.minutes, from_on=grant.from_on,
        until_on=grant.until_on, reason=grant.reason.strip(), granted_by_id=actor.id, granted_at=now,
    )  # fmt: skip
    db.session.add(allowance)
    db.session.flush()
    audit.record(
        "allowance.grant", f"person:{person_id}", actor=actor, now=now, allowance=allowance.id, percent=grant.percent,
        minutes=grant.minutes, from_on=grant.from_on.isoformat(),
        until_on=grant.until_on.isoformat() if grant.until_on else None,
    )  # fmt: skip
    return allowance


def _check(grant: Grant) -> None:
    problems: dict[str, Message] = {}
    if (grant.percent is None) == (grant.minutes is None):
        problems["amount"] = Message(N_("Say either how many percent or how many minutes."))
    elif grant.percent is not None and not 1 <= grant.percent <= MOST_PERCENT:
        problems["amount"] = Message(N_("Give 1 to %(most)s percent."), {"most": MOST_PERCENT})
    elif grant.minutes is not None and not 1 <= grant.minutes <= MOST_MINUTES:
        problems["amount"] = Message(N_("Give 1 to %(most)s minutes."), {"most": MOST_MINUTES})
    if grant.until_on is not None and grant.until_on < grant.from_on:
        problems["until_on"] = Message(N_("The last day is before the first."))
    if not grant.reason.strip():
        problems["reason"] = Message(N_("Say why, so that colleagues and an auditor can understand it."))
    if problems:
        raise Invalid(next(iter(problems.values())), errors=problems)


def add_extra_time(attempt: Attempt, plan: Exam, now: datetime) -> openings.ExtraTime | None:
    """Add to an attempt that is about to begin what its learner's best allowance gives; which one that is."""
    if plan.time_limit_minutes is None or attempt.deadline_at is None:
        return None
    held = queries_allowances.holding(attempt.person_id, now)
    extra = openings.extra_time(plan, attempt.deadline_at, held, now)
    if extra is None:
        return None
    attempt.deadline_at += extra.amount
    if attempt.grace_ends_at is not None:
        attempt.grace_ends_at += extra.amount
    attempt.extra_seconds = int(extra.amount.total_seconds())
    return extra


def note_extra_time(attempt: Attempt, extra: openings.ExtraTime, now: datetime) -> None:
    """Note in the history of an attempt by which allowance it began with more time."""
    by = f"allowance:{extra.by.allowance_id}"
    db.session.add(AttemptEvent(attempt_id=attempt.id, verb=EXTRA_TIME, at=now, actor_id=None, reason=by))


def withdraw_allowance(allowance_id: int, *, actor: Any, now: datetime) -> TimeAllowance:
    """Let it hold for no further attempt; those begun under it keep their time."""
    allowance = db.session.get(TimeAllowance, allowance_id, with_for_update=True)
    if allowance is None:
        raise NotFound(Message(N_("There is no such allowance.")))
    if allowance.person_id == actor.id:
        raise NotAllowed(Message(N_("You cannot change your own extra time; ask a colleague.")))
    if allowance.withdrawn_at is not None:
        raise Conflict(Message(N_("This allowance was withdrawn before.")))
    allowance.withdrawn_at, allowance.withdrawn_by_id = now, actor.id
    audit.record("allowance.withdraw", f"person:{allowance.person_id}", actor=actor, now=now, allowance=allowance.id)
    return allowance
