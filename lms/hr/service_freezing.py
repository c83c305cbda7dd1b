"""Freezing a review cycle: every record is kept as it stands, with a checksum over all of them."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select, update

from lms.core import audit
from lms.core.database import db
from lms.core.errors import Conflict
from lms.core.texts import N_, Message
from lms.hr import queries, queries_records, records
from lms.hr.models import ReviewCycle, Revision, RevisionRecord
from lms.hr.queries_evidence import CHUNK, Draft, drafts
from lms.hr.records import Record, Standing


@dataclass(slots=True)
class Tally:
    """What is counted while records pass by."""

    people: int = 0
    rated: int = 0
    eligible: int = 0
    changed: int = 0


def freeze_revision(cycle: ReviewCycle, *, actor: Any, now: datetime, expected: int | None = None) -> Revision:
    """Freeze every number of the cycle as it stands; a later change starts the next revision.

    ``expected`` is the number the person saw on the button: ``Conflict`` when somebody froze it meanwhile.
    """
    earlier = queries.newest_revision(cycle)
    number = earlier.number + 1 if earlier else 1
    if expected is not None and expected != number:
        raise Conflict(Message(N_("Revision %(number)s is frozen already. Look at it first."), {"number": expected}))
    heading = queries_records.heading(cycle, number, now)
    revision = Revision(
        cycle_id=cycle.id, number=number, heading=heading, sha256="", people=0, rated=0, eligible=0, changed=0,
        frozen_at=now, frozen_by_id=actor.id if actor is not None else None,
    )  # fmt: skip
    db.session.add(revision)
    db.session.flush()
    tally = Tally()
    sha256 = records.checksum(heading, _kept(revision, earlier, drafts(cycle, now), tally))
    sums = {"people": tally.people, "rated": tally.rated, "eligible": tally.eligible, "changed": tally.changed}
    db.session.execute(update(Revision).where(Revision.id == revision.id).values(sha256=sha256, **sums))
    db.session.refresh(revision)
    audit.record(
        "review-cycle.freeze", f"review-cycle:{cycle.key}", actor=actor, now=now,
        revision=number, sha256=sha256, people=tally.people,
    )  # fmt: skip
    return revision


def _kept(revision: Revision, earlier: Revision | None, rows: Iterable[Draft], tally: Tally) -> Iterator[Record]:
    """The records on their way into the checksum, stored a thousand at a time."""
    batch: list[Draft] = []
    for draft in rows:
        batch.append(draft)
        yield draft.values
        if len(batch) == CHUNK:
            _store(revision, earlier, batch, tally)
            batch = []
    if batch:
        _store(revision, earlier, batch, tally)


def _store(revision: Revision, earlier: Revision | None, batch: list[Draft], tally: Tally) -> None:
    before = _bodies(earlier, [draft.person_id for draft in batch])
    rows = []
    for draft in batch:
        standing = records.standing(draft.values)
        rows.append(
            {
                "revision_id": revision.id,
                "position": tally.people,
                "person_id": draft.person_id,
                "name": draft.values["name"],
                "employee_number": draft.values["employee_number"],
                "standing": standing.value,
                "body": draft.values,
            }
        )
        tally.people += 1
        tally.rated += standing is not Standing.UNRATED
        tally.eligible += standing is Standing.ELIGIBLE
        tally.changed += earlier is not None and records.figures(before.get(draft.person_id)) != records.figures(
            draft.values
        )
    db.session.execute(insert(RevisionRecord), rows)


def _bodies(revision: Revision | None, person_ids: list[int]) -> dict[int, Record]:
    if revision is None:
        return {}
    query = select(RevisionRecord.person_id, RevisionRecord.body).where(
        RevisionRecord.revision_id == revision.id, RevisionRecord.person_id.in_(person_ids)
    )
    return dict(db.session.execute(query).tuples().all())
