"""Keeping completions true: after a result changed or was declared void, what it proved is withdrawn or holds again."""

from datetime import datetime

from sqlalchemy import select

from lms.assessment import completing, queries
from lms.assessment.attempt_states import State
from lms.assessment.models import Attempt
from lms.core.database import db
from lms.enrolment import service as enrolment


def settle(attempt: Attempt, *, reason: str, now: datetime) -> None:
    """Bring the completions that rest on this attempt, and on those after it, in line with the results as they are."""
    db.session.flush()
    definition = queries.plan_of(attempt).definition
    found = _sat(attempt)
    for sat, is_met in completing.met([sat for sat, _row in found], definition.counts, definition.cut):
        if sat.number < attempt.number or (definition.counts == "best" and sat.number != attempt.number):
            continue
        row = next(row for each, row in found if each is sat)
        reference = f"attempt:{row.id}"
        if is_met:
            at = row.finished_at or now
            enrolment.complete(
                row.person_id, row.kind, row.subject, at=at, reference=reference, percent=row.percent, now=now
            )
        else:
            enrolment.withdraw(
                row.person_id, row.kind, row.subject, reference=reference, reason=reason, now=now
            )


def _sat(attempt: Attempt) -> list[tuple[completing.Sat, Attempt]]:
    query = (
        select(Attempt)
        .where(Attempt.person_id == attempt.person_id, Attempt.kind == attempt.kind)
        .where(Attempt.subject == attempt.subject)
        .order_by(Attempt.number)
    )
    return [
        (completing.Sat(row.number, row.percent if row.state == State.GRADED else None, bool(row.passed)), row)
        for row in db.session.scalars(query)
    ]
