"""What would follow in HR if results changed: rows of the feed, drafts of open reviews, frozen revisions (named only)."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from sqlalchemy import select

from lms.core import clock, events
from lms.core.database import db
from lms.hr.models import Result, ReviewCycle, Revision, RevisionRecord

CHUNK = 500


def of_changes(changes: Sequence[events.WouldChange]) -> list[dict[str, Any]]:
    """Counts of people per review whose draft would change and per frozen revision that names the result.

    A frozen revision is never changed: whoever reads it learns that a new one would differ.
    """
    people = {f"attempt:{change.attempt_id}": change.person_id for change in changes}
    found: list[dict[str, Any]] = [{"kind": "results", "label": {}, "people": len(set(_in_feed(people)))}]
    drafts, frozen = _drafts(changes), _frozen(people)
    query = select(ReviewCycle.key, ReviewCycle.title).where(ReviewCycle.key.in_([*drafts, *(key for key, _ in frozen)]))
    titles: dict[str, dict[str, str]] = {key: dict(title) for key, title in db.session.execute(query)}
    found += [{"kind": "draft", "label": titles[key], "people": n} for key, n in sorted(drafts.items())]
    found += [
        {"kind": "revision", "label": titles[key], "number": number, "people": len(who)}
        for (key, number), who in sorted(frozen.items())
    ]
    return [one for one in found if one["people"]]


def _in_feed(people: dict[str, int]) -> Iterator[int]:
    for references in _chunks(people):
        query = select(Result.person_id).where(Result.reference.in_(references))
        yield from db.session.scalars(query)


def _drafts(changes: Sequence[events.WouldChange]) -> Counter[str]:
    """By review that has no end yet or is unfrozen: people whose result lies in its period."""
    touched: Counter[str] = Counter()
    has_revision = select(Revision.cycle_id)
    for cycle in db.session.scalars(select(ReviewCycle).where(ReviewCycle.id.not_in(has_revision))):
        asked = {part["of"] for part in cycle.components if part["kind"] == "exam"}
        uses_skills = any(part["kind"] == "skill" for part in cycle.components)
        touched[cycle.key] = len(
            {
                change.person_id
                for change in changes
                if (uses_skills or change.exam_key in asked)
                and cycle.starts_on <= clock.day_of(change.at) <= cycle.ends_on
            }
        )
    return touched


def _frozen(people: dict[str, int]) -> dict[tuple[str, int], set[int]]:
    """By review and number of the revision: the people whose frozen record rests on one of the results."""
    held: dict[tuple[str, int], set[int]] = defaultdict(set)
    for person_ids in _chunks(sorted(set(people.values()))):
        query = (
            select(ReviewCycle.key, Revision.number, RevisionRecord.person_id, RevisionRecord.body)
            .join(Revision, Revision.id == RevisionRecord.revision_id)
            .join(ReviewCycle, ReviewCycle.id == Revision.cycle_id)
            .where(RevisionRecord.person_id.in_(person_ids))
        )
        for key, number, person_id, body in db.session.execute(query):
            if any(each["reference"] in people for part in body["components"] for each in part["evidence"]):
                held[key, number].add(person_id)
    return held


def _chunks(values: Iterable[Any]) -> Iterator[list[Any]]:
    listed = list(values)
    for start in range(0, len(listed), CHUNK):
        yield listed[start : start + CHUNK]
