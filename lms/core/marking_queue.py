"""Work that several people mark blind: who may take the next piece, for how long, and who comes too late.

A room gives its three tables (what waits, who holds it, the marks) the columns below and names them in a ``MarkingQueue``.
What a mark is, what marks come to and in which order work is taken stays with the room.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from sqlalchemy import ColumnElement, ForeignKey, and_, exists, func, select, true
from sqlalchemy.orm import Mapped, mapped_column

from lms.core.audit import BigKey
from lms.core.database import db
from lms.core.errors import Conflict, NotFound
from lms.core.texts import Message

CLAIMED_FOR = timedelta(minutes=30)
"""How long work stays with a marker who shows no sign of life."""

MOST_LOOKED_AT = 50
MOST_COMMENT_CHARACTERS = 2000


class Awaiting:
    """Columns of work of ``person_id`` that waits for ``marks_needed`` marks of different people; ``marks_in`` are there."""

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    handed_in_at: Mapped[datetime]
    marks_needed: Mapped[int]
    marks_in: Mapped[int] = mapped_column(default=0)
    settled_at: Mapped[datetime | None]
    if TYPE_CHECKING:
        person_id: Mapped[int]


class Claim:
    """Columns of who has a piece of work before them until ``expires_at``, or put it aside at ``skipped_at``."""

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    marker_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    expires_at: Mapped[datetime]
    skipped_at: Mapped[datetime | None]


class Mark:
    """Columns of what one marker gave, never changed; ``number`` counts the marks of a piece from 1."""

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    marker_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    number: Mapped[int]
    marked_at: Mapped[datetime]


W = TypeVar("W", bound=Awaiting)
M = TypeVar("M", bound=Mark)


@dataclass(frozen=True, eq=False)
class MarkingQueue(Generic[W, M]):
    """The tables of a queue, and the column by which claims and marks name the work (``by``).

    ``absent``, ``over`` and ``lost`` are what a marker reads: no such work for them, no mark is wanted any more, somebody
    else has it now. Only work that ``stands`` waits.
    """

    work: type[W]
    claim: type[Any]
    mark: type[M]
    by: str
    absent: str
    over: str
    lost: str
    stands: ColumnElement[bool] | None = None

    # ---- what waits, as conditions of a query on the work ----

    def waits(self) -> ColumnElement[bool]:
        """Marks are still wanted."""
        return and_(self.work.settled_at.is_(None), true() if self.stands is None else self.stands)

    def meant_for(self, marker_id: int) -> ColumnElement[bool]:
        """Not the marker's own work, and not marked by them yet."""
        marked = exists().where(*self._of_work(self.mark), self.mark.marker_id == marker_id).correlate(self.work)
        return (self.work.person_id != marker_id) & ~marked

    def claimable(self, marker_id: int, now: datetime) -> ColumnElement[bool]:
        """The work waits for a mark of this marker, and nobody else is about to give the last one wanted."""
        taken = select(func.count()).where(*self._of_work(self.claim), *self._of_others(marker_id, now))
        room = self.work.marks_in + taken.correlate(self.work).scalar_subquery() < self.work.marks_needed
        return and_(self.waits(), self.meant_for(marker_id), room)

    def before(self, marker_id: int) -> ColumnElement[bool]:
        """The work waits, and this marker has it before them (perhaps for longer than it was theirs)."""
        own = (*self._of_work(self.claim), self.claim.marker_id == marker_id, self.claim.skipped_at.is_(None))
        return and_(self.waits(), self.meant_for(marker_id), exists().where(*own).correlate(self.work))

    def _of_work(self, table: Any) -> tuple[ColumnElement[bool], ...]:
        return (getattr(table, self.by) == self.work.id,)

    def _of_others(self, marker_id: int, now: datetime) -> tuple[ColumnElement[bool], ...]:
        return self.claim.marker_id != marker_id, self.claim.expires_at > now

    def mark_of(self, work_id: int, marker_id: int) -> M | None:
        """What this marker gave; None before they did."""
        query = select(self.mark).where(getattr(self.mark, self.by) == work_id, self.mark.marker_id == marker_id)
        return db.session.scalar(query)

    # ---- taking ----

    def take_next(
        self,
        among: Sequence[ColumnElement[bool]],
        in_turn: Sequence[Any],
        *,
        actor: Any,
        now: datetime,
        own_order: Callable[[list[int]], list[int]] = list,
    ) -> W | None:
        """Take the next piece ``among`` these for oneself: the one already held, else the first ``in_turn`` (or, of those
        that come first, by an order of one's own); those put aside come last. None when none is left."""
        query = select(self.work.id).where(*among, self.claimable(actor.id, now)).order_by(*in_turn)
        # held in one order by all who take, so that no two wait for each other
        ids = list(db.session.scalars(query.limit(MOST_LOOKED_AT).with_for_update(of=self.work)))
        for work_id in self._order(ids, own_order, actor, now):
            work = self.locked(work_id)
            if work is not None and self._has_room(work, actor, now):
                self._hold(work, actor, now)
                return work
        return None

    def _order(self, ids: list[int], own_order: Callable[[list[int]], list[int]], actor: Any, now: datetime) -> list[int]:
        named = getattr(self.claim, self.by)
        query = select(self.claim).where(self.claim.marker_id == actor.id, named.in_(ids))
        own: dict[int, Any] = {getattr(claim, self.by): claim for claim in db.session.scalars(query)}
        aside = [each for each in ids if each in own and own[each].skipped_at is not None]
        held = [each for each in ids if each in own and each not in aside and own[each].expires_at > now]
        fresh = [each for each in ids if each not in held and each not in aside]
        return [*held, *own_order(fresh), *sorted(aside, key=lambda each: own[each].skipped_at)]

    def keep(self, work_id: int, *, actor: Any, now: datetime) -> None:
        """Hold on to what one is working on; ``Conflict`` when somebody else took it meanwhile."""
        work = self.shown_to(work_id, actor)
        self.check_open(work, actor, now)
        self._hold(work, actor, now)

    def put_aside(self, work_id: int, *, actor: Any, now: datetime) -> W:
        """Let somebody else have it; it comes back to this marker last."""
        work = self._of_somebody_else(self.locked(work_id), actor)
        claim = self._claim_of(work, actor)
        if claim is not None:
            claim.expires_at, claim.skipped_at = work.handed_in_at, now
        return work

    # ---- marking ----

    def of_somebody_else(self, work_id: int, actor: Any) -> W:
        """Whatever is not one's own; raises ``NotFound``."""
        return self._of_somebody_else(db.session.get(self.work, work_id), actor)

    def shown_to(self, work_id: int, actor: Any) -> W:
        """What was before this marker at some time, held as by ``locked``; raises ``NotFound`` for anything else and for
        their own: nobody picks whom to mark."""
        work = self._of_somebody_else(self.locked(work_id), actor)
        if self._claim_of(work, actor) is None:
            raise NotFound(Message(self.absent))
        return work

    def check_open(self, work: W, actor: Any, now: datetime) -> None:
        """Raise ``Conflict`` unless a mark of this marker is still wanted."""
        if work.settled_at is not None:
            raise Conflict(Message(self.over))
        if not self._has_room(work, actor, now):
            raise Conflict(Message(self.lost))

    def enter(self, work: W, mark: M, *, actor: Any, now: datetime) -> None:
        """Add the mark as the next of this work; the marker's claim is used up."""
        work.marks_in += 1
        setattr(mark, self.by, work.id)
        mark.marker_id, mark.number, mark.marked_at = actor.id, work.marks_in, now
        db.session.add(mark)
        claim = self._claim_of(work, actor)
        if claim is not None:
            claim.expires_at = work.handed_in_at  # not "now", which for a request that waited is long ago
        db.session.flush()

    def locked(self, work_id: int) -> W | None:
        """The work as it stands now, changed by nobody else until the unit of work ends."""
        query = select(self.work).where(self.work.id == work_id).with_for_update()
        return db.session.scalar(query.execution_options(populate_existing=True))

    # ---- who holds what ----

    def _of_somebody_else(self, work: W | None, actor: Any) -> W:
        if work is None or work.person_id == actor.id:
            raise NotFound(Message(self.absent))
        return work

    def _claim_of(self, work: W, actor: Any) -> Any:
        own = (getattr(self.claim, self.by) == work.id, self.claim.marker_id == actor.id)
        return db.session.scalar(select(self.claim).where(*own))

    def _hold(self, work: W, actor: Any, now: datetime) -> None:
        claim = self._claim_of(work, actor)
        if claim is None:
            claim = self.claim(**{self.by: work.id, "marker_id": actor.id})
            db.session.add(claim)
        claim.expires_at, claim.skipped_at = now + CLAIMED_FOR, None
        db.session.flush()

    def _has_room(self, work: W, actor: Any, now: datetime) -> bool:
        """Whether a mark is still wanted that nobody else is about to give."""
        others = (getattr(self.claim, self.by) == work.id, *self._of_others(actor.id, now))
        taken = db.session.scalar(select(func.count()).select_from(self.claim).where(*others)) or 0
        return work.settled_at is None and work.marks_in + taken < work.marks_needed
