"""Reads of performance records: as they stand now, or as a revision froze them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, func, or_, select, tuple_

from lms.core.api import decode_cursor, encode_cursor
from lms.core.database import db
from lms.core.errors import Invalid, NotFound
from lms.core.texts import N_, Message
from lms.hr import records
from lms.hr.models import ReviewCycle, Revision, RevisionRecord
from lms.hr.queries_evidence import Draft, count_people, drafts, drafts_of, people_in, period_of
from lms.hr.records import Record, Standing, Who
from lms.identity.models import Person

LIVE = 500
"""So many people at most are counted anew for a page; a larger cycle is counted when it is frozen."""


@dataclass(frozen=True, slots=True)
class Counts:
    """How a cycle's people stand."""

    people: int
    rated: int
    eligible: int
    below: int
    uncertified: int


@dataclass(frozen=True, slots=True)
class RecordsPage:
    """Records of a cycle: as they stand now (``revision`` None) or as frozen; ``counts`` None when not counted."""

    rows: list[Draft]
    next: str | None
    counts: Counts | None
    changed: int | None


def computed_checksum(frozen: Revision) -> str:
    """The checksum as the stored records give it; it equals ``sha256`` while nobody touched them."""
    return records.checksum(frozen.heading, frozen_records(frozen))


def frozen_records(frozen: Revision) -> Iterator[Record]:
    """All records of a revision in their order, a thousand in memory at a time."""
    position = -1
    while True:
        query = (
            select(RevisionRecord.position, RevisionRecord.body)
            .where(RevisionRecord.revision_id == frozen.id, RevisionRecord.position > position)
            .order_by(RevisionRecord.position)
            .limit(1000)
        )
        rows = db.session.execute(query).all()
        yield from (body for _, body in rows)
        if len(rows) < 1000:
            return
        position = rows[-1][0]


def all_records(cycle: ReviewCycle, frozen: Revision | None, now: datetime) -> Iterator[Record]:
    """Every record, frozen or as it stands now."""
    return frozen_records(frozen) if frozen else (draft.values for draft in drafts(cycle, now))


def heading(cycle: ReviewCycle, number: int | None, now: datetime) -> dict[str, Any]:
    """What a document says about itself before its records; ``frozen_at`` None marks a draft."""
    return {
        "cycle": {
            "key": cycle.key,
            "title": cycle.title,
            "starts_on": cycle.starts_on.isoformat(),
            "ends_on": cycle.ends_on.isoformat(),
            "as_of": period_of(cycle, now).as_of.isoformat(),
            "components": cycle.components,
            "missing": cycle.missing,
        },
        "frozen_at": now.isoformat() if number else None,
        "revision": number,
    }


def records_page(
    cycle: ReviewCycle,
    frozen: Revision | None,
    now: datetime,
    *,
    text: str = "",
    standing: str = "",
    cursor: str | None = None,
    limit: int = 50,
) -> RecordsPage:
    """A page of records by name, found by a part of the name or the number's beginning, and by standing."""
    if standing and standing not in set(Standing):
        raise Invalid(Message(N_("Choose one of the listed results.")))
    if frozen:
        return _frozen_page(frozen, text, standing, cursor, limit)
    if count_people(cycle) > LIVE:
        return _lazy_page(cycle, now, text, cursor, limit)
    rows = list(drafts(cycle, now))
    shown = [row for row in rows if _matches(row.values, text, standing)]
    start = (decode_cursor(cursor, int) or [0])[0]
    following = encode_cursor(start + limit) if len(shown) > start + limit else None
    return RecordsPage(shown[start : start + limit], following, _counts([row.values for row in rows]), None)


def plain_page(
    cycle: ReviewCycle, frozen: Revision | None, now: datetime, *, cursor: str | None, limit: int
) -> RecordsPage:
    """A page of all records by name, for programs; only these are reckoned."""
    if frozen:
        return _frozen_page(frozen, "", "", cursor, limit)
    return _lazy_page(cycle, now, "", cursor, limit)


def _matches(values: Record, text: str, standing: str) -> bool:
    part = text.strip().lower()
    found = not part or part in values["name"].lower() or (values["employee_number"] or "").startswith(text.strip())
    return found and standing in ("", records.standing(values))


def _counts(rows: Sequence[Record]) -> Counts:
    standings = [records.standing(values) for values in rows]
    unrated = standings.count(Standing.UNRATED)
    return Counts(
        people=len(rows),
        rated=len(rows) - unrated,
        eligible=standings.count(Standing.ELIGIBLE),
        below=standings.count(Standing.BELOW),
        uncertified=standings.count(Standing.UNCERTIFIED),
    )


def _lazy_page(cycle: ReviewCycle, now: datetime, text: str, cursor: str | None, limit: int) -> RecordsPage:
    """A page of a large cycle: only these people are reckoned."""
    query = people_in(cycle)
    if text.strip():
        part = text.strip()
        query = query.where(
            or_(Person.name.icontains(part, autoescape=True), Person.employee_number.startswith(part, autoescape=True))
        )
    if place := decode_cursor(cursor, str, int):
        query = query.where(tuple_(Person.name, Person.id) > tuple_(*place))
    people = [Who(*row) for row in db.session.execute(query.limit(limit + 1))]
    following = encode_cursor(people[limit - 1].name, people[limit - 1].person_id) if len(people) > limit else None
    return RecordsPage(drafts_of(people[:limit], cycle, now), following, None, None)


def _frozen_page(frozen: Revision, text: str, standing: str, cursor: str | None, limit: int) -> RecordsPage:
    query: Select[Any] = select(RevisionRecord).where(RevisionRecord.revision_id == frozen.id)
    if text.strip():
        part = text.strip()
        in_name = RevisionRecord.name.icontains(part, autoescape=True)
        query = query.where(or_(in_name, RevisionRecord.employee_number.startswith(part, autoescape=True)))
    if standing:
        query = query.where(RevisionRecord.standing == standing)
    if place := decode_cursor(cursor, int):
        query = query.where(RevisionRecord.position > place[0])
    rows = list(db.session.scalars(query.order_by(RevisionRecord.position).limit(limit + 1)))
    following = encode_cursor(rows[limit - 1].position) if len(rows) > limit else None
    counts = Counts(frozen.people, frozen.rated, frozen.eligible, *_below_and_uncertified(frozen))
    shown = [Draft(row.person_id, row.body) for row in rows[:limit]]
    return RecordsPage(shown, following, counts, frozen.changed)


def _below_and_uncertified(frozen: Revision) -> tuple[int, int]:
    query = (
        select(RevisionRecord.standing, func.count())
        .where(RevisionRecord.revision_id == frozen.id)
        .group_by(RevisionRecord.standing)
    )
    counted = {standing: count for standing, count in db.session.execute(query)}
    return counted.get(Standing.BELOW.value, 0), counted.get(Standing.UNCERTIFIED.value, 0)


def record_of(cycle: ReviewCycle, frozen: Revision | None, person_id: int, now: datetime) -> Record:
    """One person's record, frozen or as it stands now; ``NotFound`` for somebody who is not in it."""
    if frozen:
        query = select(RevisionRecord.body).where(
            RevisionRecord.revision_id == frozen.id, RevisionRecord.person_id == person_id
        )
        found: Record | None = db.session.scalar(query)
    else:
        people = [Who(*row) for row in db.session.execute(people_in(cycle).where(Person.id == person_id))]
        found = next((draft.values for draft in drafts_of(people, cycle, now)), None)
    if found is None:
        raise NotFound(Message(N_("This person is not in the review.")))
    return found


def frozen_standings(cycle: ReviewCycle, person_id: int) -> list[tuple[Revision, Record]]:
    """A person's record in every revision, newest first."""
    query = (
        select(Revision, RevisionRecord.body)
        .join(RevisionRecord, RevisionRecord.revision_id == Revision.id)
        .where(Revision.cycle_id == cycle.id, RevisionRecord.person_id == person_id)
        .order_by(Revision.number.desc())
        .limit(100)
    )
    return [(frozen, body) for frozen, body in db.session.execute(query)]
