"""A lesson in a real browser: signs of life, without JavaScript, on a phone, and checked by axe."""

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Page, expect

from lms.core.access import Role
from lms.core.database import db, unit_of_work
from lms.enrolment import queries
from lms.enrolment.models import LessonProgress
from lms.identity.models import Person
from tests import factories, factories_enrolment
from tests.factories_courses import course

pytestmark = pytest.mark.browser
STEPS = [{"course": "greeting"}, {"session": "workshop"}, {"sign_off": "first-calls"}]


@pytest.fixture
def learner(app: Flask) -> Person:
    with app.app_context(), unit_of_work():
        course()
        factories_enrolment.path(steps=STEPS)
        factories.person(roles=[Role.MENTOR, Role.TRAINER], email="mentor@example.com")
        return factories.person(job_role="new-hire", mentor_email="mentor@example.com")


@pytest.fixture
def enter(app: Flask, window_of: Callable[..., Page], learner: Person) -> Callable[..., Page]:
    """Open a browser window in which somebody is signed in, by default the learner."""

    def open_window(email: str = learner.email, **options: Any) -> Page:
        with app.app_context():
            person = db.session.query(Person).filter_by(email=email).one()
        return window_of(person, **options)

    return open_window


def test_a_course_is_studied_without_javascript(app: Flask, enter: Callable[..., Page], learner: Person) -> None:
    page = enter(java_script_enabled=False, width=390)
    page.goto("/courses/greeting")
    page.get_by_role("button", name="Start the course").click()
    page.get_by_role("button", name="Done, next lesson").click()
    page.get_by_role("button", name="Done").click()
    expect(page.get_by_text("The course is complete.")).to_be_visible()
    with app.app_context():
        assert queries.has_completed(learner.id, "course", "greeting")


def test_a_visible_page_gives_a_sign_of_life_every_half_minute(
    app: Flask, enter: Callable[..., Page], learner: Person
) -> None:
    page = enter()
    signs: list[str | None] = []
    page.on("request", lambda sent: signs.append(sent.post_data) if sent.url.endswith("/presence") else None)
    page.clock.install()
    page.goto("/courses/greeting")
    page.get_by_role("button", name="Start the course").click()
    page.wait_for_load_state("networkidle")
    assert signs == ["back=1"]
    for count in (2, 3):
        with page.expect_response("**/presence") as answered:
            page.clock.run_for(30_000)
        assert answered.value.ok
        assert len(signs) == count
    with app.app_context():  # the browser's minute is not believed: our clock saw a moment only
        (progress,) = db.session.query(LessonProgress).filter_by(person_id=learner.id)
        assert progress.seconds < 30


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
@pytest.mark.parametrize("width", [390, 1280])
def test_pages_are_accessible_and_fit(enter: Callable[..., Page], learner: Person, language: str, width: int) -> None:
    mine = ["/courses", "/courses/greeting", "/courses/greeting/hello", "/job-aids?q=customer"]
    desk = [f"/mentoring/{learner.id}", "/sessions/workshop", "/author/courses", "/author/courses/greeting/hello"]
    for email, paths in ((learner.email, mine), ("mentor@example.com", desk)):
        page = enter(email, width=width, language=language)
        for path in paths:
            page.goto(path)
            found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]})
            assert found.response["passes"]
            assert [(v["id"], v["nodes"][0]["html"]) for v in found.response["violations"]] == [], path
            overflow = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            assert page.evaluate(overflow) == 0, path
