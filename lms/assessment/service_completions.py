"""Keeping completions true: after a result changed or was declared void, what it proved is withdrawn or holds again."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import defer

from lms.assessment import completing, queries
from lms.assessment.attempt_states import State
from lms.assessment.models import Attempt
from lms.core.database import db
from lms.enrolment import service as enrolment


def settle(attempt: Attempt, *, reason: str, now: datetime) -> None:
    """Bring the completions that rest on this attempt, and on those after it, in line with the results as they are."""
    settle_together([attempt], reason=reason, now=now)


def settle_together(changed: Sequence[Attempt], *, reason: str, now: datetime) -> None:
    """The same for several attempts of one person at one exam or check, once all of them have their new results.

    What holds is put down before what does not is withdrawn: a certificate that another pass stands in for stays.
    """
    db.session.flush()
    definition = queries.plan_of(changed[-1]).definition
    numbers, found = {attempt.number for attempt in changed}, _sat(changed[-1])
    verdicts = completing.met([sat for sat, _row in found], definition.counts, definition.cut)
    concerned = [
        (is_met, row)
        for (sat, is_met), (_sat_too, row) in zip(verdicts, found, strict=True)
        if sat.number in numbers or (definition.counts != "best" and sat.number > min(numbers))
    ]
    for is_met, row in sorted(concerned, key=lambda one: not one[0]):
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
        .options(defer(Attempt.paper))
    )
    return [
        (completing.Sat(row.number, row.percent if row.state == State.GRADED else None, bool(row.passed)), row)
        for row in db.session.scalars(query)
    ]
