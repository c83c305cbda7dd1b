"""Taking old saves of drafts away: all of the last days stay, then one a day, and whatever was published or put away."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from sqlalchemy import delete, select

from lms.core import audit, clock
from lms.core.database import db
from lms.scenarios.drafts_thinning import DAYS_WHOLE, Kept, to_thin
from lms.scenarios.models_drafts import ScenarioDraft, ScenarioDraftSave

HELD_BY = ("scenario.draft.publish", "scenario.draft.discard")
"""What the trail says of a draft whose save stays for ever."""

AT_ONCE = 500


def thinnable(now: datetime) -> Iterator[tuple[str, list[int], int]]:
    """Each role-play with saves that may go: its key, their numbers, and how many it has in all. Bodies are not read."""
    held = _held()
    save = ScenarioDraftSave
    for key in db.session.scalars(select(save.key).distinct().order_by(save.key)).all():
        rows = db.session.execute(select(save.number, save.saved_at).where(save.key == key)).all()
        saves = [Kept(number, clock.day_of(at)) for number, at in rows]
        first_whole = clock.day_of(now) - timedelta(days=DAYS_WHOLE)
        if numbers := to_thin(saves, held.get(key, set()), first_whole):
            yield key, numbers, len(saves)


def thin_saves(key: str, numbers: list[int], *, now: datetime) -> None:
    """Delete these saves of a role-play."""
    for start in range(0, len(numbers), AT_ONCE):
        some = ScenarioDraftSave.number.in_(numbers[start : start + AT_ONCE])
        db.session.execute(delete(ScenarioDraftSave).where(ScenarioDraftSave.key == key, some))
    audit.record("scenario.draft.thin", f"scenario:{key}", now=now, saves=len(numbers))


def _held() -> dict[str, set[int]]:
    """The numbers that stay whatever their day: of published and discarded drafts, and of drafts there are now."""
    entry, found = audit.AuditEntry, dict[str, set[int]]()
    for subject, details in db.session.execute(select(entry.subject, entry.details).where(entry.action.in_(HELD_BY))):
        found.setdefault(subject.removeprefix("scenario:"), set()).add(details["draft"])
    for key, number in db.session.execute(select(ScenarioDraft.key, ScenarioDraft.number)):
        found.setdefault(key, set()).add(number)
    return found
