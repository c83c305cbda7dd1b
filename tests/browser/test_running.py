"""The pages of time in a real browser: accessible, and as wide as the window."""

from collections.abc import Callable

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Page

from lms.assessment import service
from lms.assessment.service_allowances import Grant, grant_allowance
from lms.core import clock
from lms.core.access import Role
from lms.core.database import unit_of_work
from lms.identity.models import Person
from tests import factories
from tests import factories_assessment as make

pytestmark = pytest.mark.browser


@pytest.fixture
def trainer(app: Flask) -> tuple[Person, list[str]]:
    """A trainer, and the pages there are to look at."""
    with app.app_context(), unit_of_work():
        make.topic()
        make.exam(time_limit_minutes=40)
        person, learner = factories.person(roles=[Role.TRAINER]), factories.person(name="周琳")
        grant = Grant(25, None, clock.today(), None, "Letter seen")
        grant_allowance(learner.id, grant, actor=person, now=clock.now())
        attempt = make.attempt(learner)
        service.extend(attempt.id, 15, "Fire drill", actor=person, now=clock.now())
        running = "/author/exams/front-line/running"
        paths = [running, f"{running}/{attempt.id}", "/allowances", f"/allowances/{learner.id}"]
        return person, paths


@pytest.mark.parametrize(("language", "width"), [("en", 1280), ("zh-Hans", 390)])
def test_pages_are_accessible_and_fit(
    trainer: tuple[Person, list[str]], window_of: Callable[..., Page], language: str, width: int
) -> None:
    person, paths = trainer
    page = window_of(person, language=language, width=width)
    for path in paths:
        page.goto(path)
        found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]})
        told = [(each["id"], [node["target"] for node in each["nodes"]]) for each in found.response["violations"]]
        assert not told, f"{page.url}: {told}"
        assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth"), page.url
