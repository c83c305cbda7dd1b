"""What papers are drawn from is remembered, and never out of date: each change of the bank gives another pool."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import delete, func, select, update

from lms.assessment import queries_papers, service, service_facilities, sync
from lms.assessment.models import Attempt
from lms.assessment.models_plans import ItemFacility, ItemUse, PaperPool
from lms.core import clock
from lms.core.database import db, unit_of_work
from lms.question_bank.models import Item
from tests import factories
from tests import factories_assessment as make
from tests import factories_courses as courses


def items(count: int = 12, **fields: Any) -> list[dict[str, Any]]:
    return [make.item(f"complaints-{n}", **fields) for n in range(1, count + 1)]


def begin(key: str = "front-line") -> Attempt:
    return make.attempt(factories.person(), key)


def pool_now() -> str:
    """The digest of the pool, read as it is at this moment."""
    return queries_papers.digest_of(queries_papers.body_of(queries_papers.pool_of(make.plan(), None)))


def pool_of(attempt: Attempt) -> str:
    assert attempt.drawing is not None
    return str(attempt.drawing["pool"])


def retire() -> None:
    db.session.execute(update(Item).where(Item.key == "complaints-3").values(retired_at=clock.now()))


def swap() -> None:
    """Two items change places in their file."""
    for key, position in (("complaints-1", 2), ("complaints-3", 0)):
        db.session.execute(update(Item).where(Item.key == key).values(position=position))


def measure() -> None:
    version = db.session.scalar(select(Item.version_id).where(Item.key == "complaints-2"))
    db.session.add(ItemFacility(item_version_id=version, n=20, mean=0.9, measured_at=clock.now()))


CHANGES: dict[str, Callable[[], Any]] = {
    "another item": lambda: make.topic(items=items(13)),
    "an item retired": retire,
    "two items swapped": swap,
    "another difficulty": lambda: make.topic(items=[*items(11), make.item("complaints-12", difficulty="hard")]),
    "other points": lambda: make.topic(items=[*items(11), make.item("complaints-12", points=3)]),
    "an item measured": measure,
}


@pytest.mark.usefixtures("unit")
@pytest.mark.parametrize("change", CHANGES)
def test_a_change_of_the_bank_gives_another_pool_at_once(change: str) -> None:
    make.topic(items=items())
    make.exam()
    before = begin()
    assert pool_of(before) == pool_of(begin()) == pool_now()
    CHANGES[change]()
    after = begin()
    assert pool_of(after) == pool_now() != pool_of(before)
    assert queries_papers.replay(before).is_same and queries_papers.replay(after).is_same


@pytest.mark.usefixtures("unit")
def test_a_measured_share_that_moves_gives_another_pool() -> None:
    make.topic(items=items())
    make.exam()
    measure()
    seen = {pool_of(begin())}
    for mean in (0.5, 0.25):
        db.session.execute(update(ItemFacility).values(mean=mean))
        seen.add(pool_of(begin()))
    db.session.execute(delete(ItemFacility))
    service_facilities.measure(clock.now())
    seen.add(pool_of(begin()))
    assert len(seen) == 4 == db.session.scalar(select(func.count()).select_from(PaperPool))


@pytest.mark.usefixtures("unit")
def test_another_version_of_the_plan_is_drawn_from_its_own_pool() -> None:
    make.topic(items=items())
    make.topic("greetings", [make.item(f"greetings-{n}") for n in range(8)])
    make.exam()
    begin()
    sync.sync([make.plan(sections=[{"topic": "greetings", "draw": 5}])], pack="tests", now=clock.now())
    assert len(begin().paper) == 5


@pytest.mark.usefixtures("unit")
def test_the_check_of_a_lesson_follows_the_bank_too() -> None:
    courses.course(lessons=[courses.lesson("hello", check={"topic": "complaints", "draw": 3})])
    make.topic(items=items(3))

    def check() -> set[int]:
        started = service.start_check("greeting", "hello", factories.person(), now=clock.now(), language="en")
        return {place["item_id"] for place in started.attempt.paper}

    before = check()
    make.topic(items=items(9))
    later = [check() for _ in range(6)]
    assert any(drawn - before for drawn in later)


@pytest.mark.usefixtures("unit")
def test_worn_items_are_those_of_this_exam() -> None:
    make.topic(items=items(6))
    exam, _other = make.exam(exposure_cap=50), make.exam("other")
    for _ in range(4):
        begin("other")
    for _ in range(5):
        uses = dict(db.session.execute(select(ItemUse.item_id, ItemUse.papers).where(ItemUse.exam_id == exam.id)).all())
        drawn = sum(uses.values()) // 4
        attempt = begin()
        assert attempt.drawing is not None
        assert attempt.drawing["worn"] == sorted(one for one, used in uses.items() if 2 * used > drawn)


def test_what_a_failed_unit_of_work_kept_is_kept_by_the_next(app: Flask) -> None:
    with app.app_context():
        with unit_of_work():
            make.topic(items=items())
            make.exam()
        with pytest.raises(ZeroDivisionError), unit_of_work():
            make.topic(items=items(20))
            begin(), begin()
            raise ZeroDivisionError
        with unit_of_work():
            attempts = [begin(), begin()]
        for attempt in attempts:
            assert {place["item_id"] for place in attempt.paper} <= set(db.session.scalars(select(Item.id)))
            assert queries_papers.replay(attempt).is_same
        with unit_of_work():
            db.session.execute(delete(PaperPool))
        with unit_of_work():
            assert queries_papers.replay(begin()).is_same


def test_a_plan_that_was_never_kept_leaves_no_stock_behind(app: Flask) -> None:
    """SQLite gives a version's id away again after a rollback: the next plan of that id has other parts."""
    with app.app_context():
        with unit_of_work():
            make.topic(items=items(6))
        with pytest.raises(ZeroDivisionError), unit_of_work():
            make.exam(sections=[{"topic": "complaints", "draw": 2}])
            begin()
            raise ZeroDivisionError
        with unit_of_work():
            make.exam(sections=[{"topic": "complaints", "draw": 5}])
            assert len(begin().paper) == 5
