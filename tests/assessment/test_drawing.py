"""Drawing the paper of an attempt: kept with what it was drawn from, spared items, equal hardness, once more."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from lms.assessment import queries_papers, service, service_facilities
from lms.assessment.balancing import expected_percent
from lms.assessment.models import Attempt, Exam
from lms.assessment.models_plans import ItemFacility, ItemUse, PaperPool
from lms.core import clock
from lms.core.database import db, unit_of_work
from tests import factories
from tests import factories_assessment as make
from tests import factories_courses as courses


def begin(person: Any, key: str = "front-line") -> Attempt:
    return make.attempt(person, key)


def item_ids(attempt: Attempt) -> set[int]:
    return {place["item_id"] for place in attempt.paper}


def mixed(count: int = 30) -> list[dict[str, Any]]:
    levels = ("easy", "medium", "hard")
    return [make.item(f"complaints-{n}", difficulty=levels[n % 3]) for n in range(1, count + 1)]


def test_a_paper_is_drawn_again_from_what_was_kept(unit: None) -> None:
    make.topic(items=mixed())
    make.exam(exposure_cap=30)
    attempts = []
    for _ in range(4):
        person = factories.person()
        attempts.append(begin(person))
        service.submit(attempts[-1].id, person, now=clock.now())
        attempts.append(begin(person))
    make.topic(items=mixed(12))  # the bank moves on
    assert any(one.drawing["seen"] for one in attempts) and any(one.drawing["worn"] for one in attempts)  # type: ignore[index]
    for attempt in attempts:
        again = queries_papers.replay(attempt)
        assert again.is_same and again.paper == attempt.paper, again.reason


def test_another_seed_or_another_pool_is_not_the_same_paper(unit: None) -> None:
    make.topic(items=mixed())
    make.exam()
    attempt = begin(factories.person())
    attempt.seed += 1
    assert not queries_papers.replay(attempt).is_same
    attempt.seed -= 1
    attempt.drawing = {**attempt.drawing, "seen": sorted(item_ids(attempt))}  # type: ignore[dict-item]
    assert not queries_papers.replay(attempt).is_same
    attempt.drawing = None
    again = queries_papers.replay(attempt)
    assert again.paper is None and again.reason is not None


def test_the_check_of_a_lesson_is_drawn_again_too(unit: None) -> None:
    check = {"topic": "complaints", "draw": 3}
    courses.course(lessons=[courses.lesson("hello", check=check)])
    make.topic(items=mixed(9))
    attempt = service.start_check("greeting", "hello", factories.person(), now=clock.now(), language="en").attempt
    assert queries_papers.replay(attempt).is_same
    assert db.session.scalar(select(func.count()).select_from(ItemUse)) == 0


def test_a_pool_is_kept_once_however_many_papers_it_gives(unit: None) -> None:
    make.topic(items=mixed())
    make.exam()
    for _ in range(3):
        begin(factories.person())
    assert db.session.scalar(select(func.count()).select_from(PaperPool)) == 1
    make.topic(items=mixed(31))
    begin(factories.person())
    assert db.session.scalar(select(func.count()).select_from(PaperPool)) == 2


def test_papers_and_the_items_in_them_are_counted(unit: None) -> None:
    make.topic()
    exam = make.exam()
    for _ in range(5):
        person = factories.person()
        begin(person)
        begin(person)  # the open one: nothing new was drawn
    db.session.expire_all()
    assert db.session.get_one(Exam, exam.id).papers == 5
    assert db.session.scalar(select(func.sum(ItemUse.papers))) == 20


def test_items_over_the_cap_give_way(unit: None) -> None:
    make.topic(items=20)
    exam = make.exam(exposure_cap=25)
    papers = [begin(factories.person()) for _ in range(40)]
    uses = dict(db.session.execute(select(ItemUse.item_id, ItemUse.papers).where(ItemUse.exam_id == exam.id)).all())
    assert max(uses.values()) <= 11 and len(uses) == 20  # a quarter of 40, and the one that reached it
    loose = make.exam("loose")
    free: list[int] = []
    for _ in range(4):  # chance alone stays under the cap in about one of a thousand times 40 papers
        for _ in range(40):
            begin(factories.person(), "loose")
        free = list(db.session.scalars(select(ItemUse.papers).where(ItemUse.exam_id == loose.id)))
        if max(free) > sum(free) / 20 + 1:
            break
    assert max(free) > sum(free) / 20 + 1
    assert papers


def test_papers_of_a_plan_are_equally_hard(unit: None) -> None:
    make.topic(items=mixed(40))
    exam = make.exam(sections=[{"topic": "complaints", "draw": 10}])
    pool = queries_papers.pool_of(make.plan(sections=[{"topic": "complaints", "draw": 10}]), exam.id)
    by_id = {item.item_id: item for item in pool.items}
    percents = [
        expected_percent([by_id[one] for one in item_ids(begin(factories.person()))], pool.worth) for _ in range(30)
    ]
    assert max(percents) - min(percents) <= 3
    loose = make.exam("loose", sections=[{"topic": "complaints", "draw": 10}], balance=100)
    assert loose.id
    free = [
        expected_percent([by_id[one] for one in item_ids(begin(factories.person(), "loose"))], pool.worth)
        for _ in range(30)
    ]
    assert max(free) - min(free) > 3


# ---- how hard items are -------------------------------------------------------------


def sit(person: Any, right: bool, app: Flask | None = None) -> Attempt:
    attempt = begin(person)
    answers = make.right_answers(attempt)
    for slot in answers if right else ():
        service.save_response(attempt.id, person, slot, answers[slot], 1, now=clock.now())
    return service.submit(attempt.id, person, now=clock.now())


def test_the_share_that_first_attempts_got_is_measured(unit: None) -> None:
    make.topic(items=4)
    make.exam()
    for number in range(4):
        sit(factories.person(), right=number == 0)
    again = factories.person()
    sit(again, right=False)
    sit(again, right=True)  # a second attempt says nothing
    service_facilities.measure(clock.now())
    found = db.session.scalars(select(ItemFacility)).all()
    assert {(one.n, float(one.mean)) for one in found} == {(5, 0.2)}
    pool = queries_papers.pool_of(make.plan(), None)
    assert {one.facility for one in pool.worth.values()} == {0.42}  # (5 · 0.2 + 5 · 0.65) / 10, to two places


def test_measuring_again_follows_what_happened(unit: None) -> None:
    make.topic(items=4)
    make.exam()
    person = factories.person()
    attempt = sit(person, right=True)
    service_facilities.measure(clock.now())
    sit(factories.person(), right=False)
    service_facilities.measure(clock.now())
    assert {(one.n, float(one.mean)) for one in db.session.scalars(select(ItemFacility))} == {(2, 0.5)}
    service.void(attempt.id, "Fire alarm", actor=factories.person(), now=clock.now())
    service_facilities.measure(clock.now())
    db.session.expire_all()
    assert {(one.n, float(one.mean)) for one in db.session.scalars(select(ItemFacility))} == {(1, 0.0)}


@pytest.mark.usefixtures("app")
def test_a_start_needs_few_statements_however_large_the_bank(app: Flask, api: Any, count_queries: Any) -> None:
    counts = []
    with app.app_context(), unit_of_work():
        make.topic(items=mixed(60))
        make.exam(exposure_cap=20)
        make.topic("many", [make.item(f"many-{n}") for n in range(300)])
        make.exam("large", sections=[{"topic": "many", "draw": 20}], exposure_cap=20)
    for key in ("front-line", "large"):
        api().post(f"/exams/{key}/attempts")
        call = api()
        with count_queries() as queries:
            assert call.post(f"/exams/{key}/attempts").status_code == 201
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 10
