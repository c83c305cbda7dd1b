"""Reads about courses: who sees which, the search for job aids, staleness."""

from datetime import date
from typing import Any

import pytest

from lms.core.access import Role
from lms.core.errors import NotFound
from lms.courses import queries, queries_job_aids
from tests import factories
from tests.factories_courses import course, lesson, sop, text

pytestmark = pytest.mark.usefixtures("unit")


def test_a_pilot_is_seen_at_its_sites_only() -> None:
    course("trial", status="pilot", sites=["harbour"])
    inside, outside = factories.person(site="harbour"), factories.person(site="airport")
    assert queries.course_by_key("trial", inside).key == "trial"
    assert [head.key for head in queries.catalogue(outside)] == []
    with pytest.raises(NotFound):
        queries.course_by_key("trial", outside)
    assert queries_job_aids.search_job_aids("finish", "en", outside) == []


def test_trainers_see_every_pilot() -> None:
    course("trial", status="pilot", sites=["harbour"])
    assert queries.course_by_key("trial", factories.person(roles=[Role.TRAINER])).key == "trial"


def test_the_catalogue_counts_lessons_and_minutes() -> None:
    course(lessons=[lesson("one", minutes=4), lesson("two", minutes=7)])
    (head,) = queries.catalogue(factories.person())
    assert (head.lessons, head.minutes) == (2, 11)


def test_an_unknown_lesson_is_not_found() -> None:
    course()
    with pytest.raises(NotFound):
        queries.lesson("greeting", "nothing", factories.person())


def test_a_lesson_carries_its_check_and_version() -> None:
    course(lessons=[lesson("one", check={"topic": "manners", "draw": 2})])
    found = queries.lesson("greeting", "one", factories.person())
    assert found.number == 1
    assert found.body.check is not None
    assert (found.body.check.topic, found.body.check.draw) == ("manners", 2)
    assert queries.definition_of(found.version_id) == found.body


@pytest.mark.parametrize(
    ("wanted", "language"),
    [("customer finish", "en"), ("把话说完", "zh-Hans"), ("说完", "en"), ("Customers", "zh-Hans"), ("别激动", "en"), ("calming", "en")],
)
def test_a_card_is_found_in_either_language(wanted: str, language: str) -> None:
    course()
    (hit,) = queries_job_aids.search_job_aids(wanted, language, factories.person())
    assert (hit.course_key, hit.lesson_key) == ("greeting", "hello")
    assert hit.lines


def test_what_no_card_says_is_not_found() -> None:
    course()
    assert queries_job_aids.search_job_aids("aeroplane", "en", factories.person()) == []
    assert queries_job_aids.search_job_aids("飞机", "zh-Hans", factories.person()) == []
    assert queries_job_aids.search_job_aids("the %_ '", "en", factories.person()) == []


def test_the_closest_card_is_offered_where_none_has_all_words() -> None:
    course()
    person = factories.person()
    (close,) = queries_job_aids.search_job_aids("customer aeroplane", "en", person)
    (exact,) = queries_job_aids.search_job_aids("customer finish", "en", person)
    assert (close.is_close_only, exact.is_close_only) == (True, False)


def test_the_card_that_is_about_it_comes_first() -> None:
    refunds = {**sop(), "scripts": [text("Your refund is on its way.")]}
    course(
        lessons=[
            {**lesson("mention", kind="sop"), "sop": refunds},
            {**lesson("refusing-a-refund", kind="sop")},
        ]
    )
    found = queries_job_aids.search_job_aids("refund", "en", factories.person())
    assert [hit.lesson_key for hit in found] == ["refusing-a-refund", "mention"]


def test_sop_steps_are_known_by_path() -> None:
    course()
    known = ["greeting/hello", "greeting/hello/listen"]
    assert all(queries.sop_step_exists(path) for path in known)
    assert not any(queries.sop_step_exists(path) for path in ["greeting/hello/sing", "greeting/nothing", "x/hello", ""])


def test_a_course_past_its_review_day_is_stale() -> None:
    course("old", review_by="2026-01-31")
    course("fresh", review_by="2026-03-01")
    assert [head.key for head in queries.stale_courses(date(2026, 2, 1))] == ["old"]
    assert queries.stale_courses(date(2026, 1, 31)) == []


def test_reading_a_course_takes_two_queries_and_then_one(count_queries: Any) -> None:
    course(lessons=[lesson(f"part-{n}") for n in range(6)])
    person = factories.person()
    for most in (2, 1):
        with count_queries() as statements:
            queries.course_by_key("greeting", person)
        assert len(statements) <= most
