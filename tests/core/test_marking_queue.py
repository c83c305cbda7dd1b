"""Who may take what, for how long, and who comes too late: on tables that belong to no room."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import ForeignKey, MetaData, select
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from lms.core import clock
from lms.core.database import Base as HouseBase
from lms.core.database import db, unit_of_work
from lms.core.errors import Conflict, NotFound
from lms.core.marking_queue import CLAIMED_FOR, Awaiting, Claim, Mark, MarkingQueue
from lms.identity.models import Person
from tests import factories


class Base(DeclarativeBase):
    metadata = MetaData()
    type_annotation_map = HouseBase.registry.type_annotation_map


class People(Base):
    """Stands for the house's own table, which is there already."""

    __tablename__ = "people"
    id: Mapped[int] = mapped_column(primary_key=True)


class Letter(Awaiting, Base):
    __tablename__ = "test_letters"
    person_id: Mapped[int]
    tray: Mapped[str] = mapped_column(default="in")


class LetterClaim(Claim, Base):
    __tablename__ = "test_letter_claims"
    letter_id: Mapped[int] = mapped_column(ForeignKey("test_letters.id"))


class LetterMark(Mark, Base):
    __tablename__ = "test_letter_marks"
    letter_id: Mapped[int] = mapped_column(ForeignKey("test_letters.id"))


LETTERS: MarkingQueue[Letter, LetterMark] = MarkingQueue(
    work=Letter,
    claim=LetterClaim,
    mark=LetterMark,
    by="letter_id",
    absent="no such letter",
    over="no mark is wanted",
    lost="somebody else has it",
    stands=Letter.tray == "in",
)
OWN = [LetterMark.__table__, LetterClaim.__table__, Letter.__table__]


@pytest.fixture(autouse=True)
def _tables(app: Flask) -> Iterator[None]:
    with app.app_context():
        Base.metadata.create_all(db.engine)
    yield
    with app.app_context():
        db.session.remove()
        Base.metadata.drop_all(db.engine, tables=OWN)


@pytest.fixture(autouse=True)
def _unit(_tables: None, context: None) -> Iterator[None]:
    with unit_of_work():
        yield


@pytest.fixture
def now() -> datetime:
    return clock.now()


@pytest.fixture
def ann() -> Person:
    return factories.person()


@pytest.fixture
def bob() -> Person:
    return factories.person()


def letter(hours: float = 1, needed: int = 1, **changes: Any) -> Letter:
    """A letter of somebody that has waited for so many hours."""
    writer = changes.pop("person_id", None) or factories.person().id
    handed_in_at = clock.now() - timedelta(hours=hours)
    found = Letter(person_id=writer, handed_in_at=handed_in_at, marks_needed=needed, marks_in=0, **changes)
    db.session.add(found)
    db.session.flush()
    return found


def take(by: Person, now: datetime, **how: Any) -> int | None:
    taken = LETTERS.take_next((), (Letter.handed_in_at, Letter.id), actor=by, now=now, **how)
    return taken.id if taken is not None else None


def mark(found: Letter, by: Person, now: datetime) -> LetterMark:
    given = LetterMark()
    LETTERS.enter(found, given, actor=by, now=now)
    return given


def ids(condition: Any) -> set[int]:
    return set(db.session.scalars(select(Letter.id).where(condition)))


# ---- taking ---------------------------------------------------------------------------


def test_the_longest_waiting_is_taken_and_stays_with_who_took_it(ann: Person, bob: Person, now: datetime) -> None:
    young, old = letter(1), letter(5)
    assert (take(ann, now), take(ann, now), take(bob, now), take(bob, now)) == (old.id, old.id, young.id, young.id)


def test_among_what_was_asked_for_only(ann: Person, now: datetime) -> None:
    letter(5)
    wanted = letter(1)
    taken = LETTERS.take_next((Letter.id == wanted.id,), (Letter.id,), actor=ann, now=now)
    assert taken is wanted


def test_one_may_go_by_an_order_of_ones_own(ann: Person, now: datetime) -> None:
    young = letter(1)
    letter(5)
    assert take(ann, now, own_order=lambda found: found[::-1]) == young.id


def test_nobody_takes_their_own_what_they_marked_or_what_does_not_stand(ann: Person, bob: Person, now: datetime) -> None:
    letter(person_id=ann.id)
    letter(tray="out")
    letter(settled_at=now)
    twice = letter(needed=2)
    mark(twice, ann, now)
    assert take(ann, now) is None
    assert take(bob, now) is not None


def test_claims_and_marks_together_never_exceed_the_marks_needed(ann: Person, bob: Person, now: datetime) -> None:
    found = letter(needed=2)
    mark(found, factories.person(), now)
    assert (take(ann, now), take(bob, now)) == (found.id, None)
    assert take(bob, now + CLAIMED_FOR) == found.id


def test_what_was_put_aside_goes_to_others_at_once_and_comes_back_last(ann: Person, bob: Person, now: datetime) -> None:
    first, second, third = letter(9), letter(8), letter(7)
    taken = []
    for minute in range(5):
        taken.append(take(ann, now + timedelta(minutes=minute)))
        LETTERS.put_aside(taken[-1] or 0, actor=ann, now=now + timedelta(minutes=minute))
    assert taken == [first.id, second.id, third.id, first.id, second.id]
    assert take(bob, now) == first.id


# ---- holding --------------------------------------------------------------------------


def test_a_sign_of_life_prolongs_the_time(ann: Person, bob: Person, now: datetime) -> None:
    found = letter()
    take(ann, now)
    LETTERS.keep(found.id, actor=ann, now=now + timedelta(minutes=20))
    assert take(bob, now + timedelta(minutes=40)) is None
    assert take(bob, now + timedelta(minutes=50)) == found.id


def test_who_comes_back_after_somebody_else_took_it_is_told(ann: Person, bob: Person, now: datetime) -> None:
    found = letter()
    take(ann, now)
    take(bob, now + CLAIMED_FOR)
    with pytest.raises(Conflict, match="somebody else has it"):
        LETTERS.keep(found.id, actor=ann, now=now + CLAIMED_FOR)


def test_who_comes_back_before_somebody_else_took_it_may_go_on(ann: Person, now: datetime) -> None:
    found = letter()
    take(ann, now)
    LETTERS.check_open(found, ann, now + 2 * CLAIMED_FOR)


def test_what_is_settled_is_over(ann: Person, now: datetime) -> None:
    found = letter()
    take(ann, now)
    found.settled_at = now
    with pytest.raises(Conflict, match="no mark is wanted"):
        LETTERS.keep(found.id, actor=ann, now=now)


def test_nobody_picks_what_to_mark(ann: Person, bob: Person, now: datetime) -> None:
    found, own = letter(), letter(person_id=ann.id)
    for refused in (
        lambda: LETTERS.keep(found.id, actor=ann, now=now),
        lambda: LETTERS.shown_to(found.id, ann),
        lambda: LETTERS.of_somebody_else(own.id, ann),
        lambda: LETTERS.put_aside(own.id, actor=ann, now=now),
        lambda: LETTERS.of_somebody_else(0, ann),
    ):
        with pytest.raises(NotFound, match="no such letter"):
            refused()
    take(bob, now)
    assert LETTERS.shown_to(found.id, bob) is found


# ---- marks ----------------------------------------------------------------------------


def test_marks_are_numbered_and_remember_who_and_when(ann: Person, bob: Person, now: datetime) -> None:
    found = letter(needed=2)
    given = [mark(found, by, now) for by in (ann, bob)]
    assert [(each.letter_id, each.marker_id, each.number, each.marked_at) for each in given] == [
        (found.id, ann.id, 1, now),
        (found.id, bob.id, 2, now),
    ]
    assert found.marks_in == 2
    assert LETTERS.mark_of(found.id, bob.id) is given[1]
    assert LETTERS.mark_of(found.id, factories.person().id) is None


def test_a_mark_uses_up_the_claim(ann: Person, bob: Person, now: datetime) -> None:
    found = letter(needed=2)
    mark(found, factories.person(), now)
    take(ann, now)
    found.marks_needed = 3
    mark(found, ann, now)
    assert take(bob, now) == found.id


def test_what_is_before_a_marker(ann: Person, bob: Person, now: datetime) -> None:
    first, second = letter(5, needed=2), letter(1)
    take(ann, now)
    assert (ids(LETTERS.before(ann.id)), ids(LETTERS.before(bob.id))) == ({first.id}, set())
    assert ids(LETTERS.claimable(bob.id, now)) == {first.id, second.id}
    LETTERS.put_aside(first.id, actor=ann, now=now)
    assert ids(LETTERS.before(ann.id)) == set()
    take(bob, now)
    mark(first, bob, now)
    assert ids(LETTERS.before(bob.id)) == set()
