"""Marking in a real browser: by keyboard alone, without scripts, checked by axe; the learner's counter."""

from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select

from lms.assessment.models import Attempt
from lms.assessment.models_marking import EssayMark
from lms.core.database import db, unit_of_work
from lms.identity.models import Person
from tests import factories
from tests.factories_assessment import attempt
from tests.factories_marking import handed_in, marker, written_exam

pytestmark = pytest.mark.browser


@pytest.fixture
def enter(window_of: Callable[..., Page]) -> Callable[..., Page]:
    """Open a page in a browser window in which somebody is signed in."""

    def open_window(person: Person, path: str, **options: Any) -> Page:
        page = window_of(person, **options)
        page.goto(path)
        return page

    return open_window


@pytest.fixture
def trainer(app: Flask) -> Person:
    """A trainer, and two answers that wait."""
    with app.app_context(), unit_of_work():
        written_exam()
        handed_in()
        handed_in()
        return marker()


def marks(app: Flask) -> list[dict[str, Any]]:
    with app.app_context():
        return list(db.session.scalars(select(EssayMark.levels).order_by(EssayMark.id)))


def test_answers_are_marked_by_keyboard_alone(app: Flask, enter: Callable[..., Page], trainer: Person) -> None:
    page = enter(trainer, "/marking")
    page.get_by_role("button", name="Mark 2 answers").press("Enter")
    expect(page.locator("[data-now]")).to_have_attribute("id", "level-tone")
    first = page.url
    page.keyboard.press("2")
    expect(page.locator("[data-now]")).to_have_attribute("id", "level-facts")
    page.keyboard.press("4")
    page.keyboard.press("k")
    page.keyboard.press("1")
    page.keyboard.press("c")
    page.keyboard.type("4 facts, c is missing")
    page.keyboard.press("Escape")
    page.keyboard.press("Control+Enter")
    page.wait_for_url(lambda url: url != first)
    expect(page.locator("input:checked")).to_have_count(0)
    expect(page.locator("[data-now]")).to_have_attribute("id", "level-tone")
    page.keyboard.press("Control+Enter")
    expect(page.locator("#errors")).to_contain_text("Every line of the rubric needs a level.")
    expect(page.locator("[data-now]")).to_have_attribute("id", "level-tone")
    page.keyboard.press("0")
    page.keyboard.press("2")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Nothing waits for you")
    assert marks(app) == [{"tone": "1", "facts": "4"}, {"tone": "0", "facts": "2"}]
    with app.app_context():
        comments = db.session.scalars(select(EssayMark.comments).order_by(EssayMark.id)).first()
        assert comments == {"tone": "4 facts, c is missing"}
        assert set(db.session.scalars(select(Attempt.state))) == {"graded"}


def test_it_works_without_scripts(app: Flask, enter: Callable[..., Page], trainer: Person) -> None:
    page = enter(trainer, "/marking", java_script_enabled=False, width=390)
    page.get_by_role("button", name="Mark 2 answers").click()
    page.locator("input[name=level-tone]").nth(2).check(force=True)
    page.locator("input[name=level-facts]").nth(1).check(force=True)
    page.get_by_role("button", name="Save and next").click()
    assert marks(app) == [{"tone": "2", "facts": "2"}]


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
@pytest.mark.parametrize("width", [1280, 390])
def test_the_pages_of_marking_are_accessible(
    enter: Callable[..., Page], trainer: Person, language: str, width: int
) -> None:
    page = enter(trainer, "/marking", language=language, width=width)
    for address in ("/marking", None, "/marking/agreement", "/marking/calibration"):
        if address is None:
            page.goto("/marking")
            page.locator("form[action$='/marking/essays'] button").click()
            page.wait_for_url("**/marking/essays/*")
        else:
            page.goto(address)
        found = Axe().run(page).response["violations"]
        assert not found, [(one["id"], [node["html"] for node in one["nodes"]][:3]) for one in found]
        assert page.evaluate("document.documentElement.scrollWidth <= document.documentElement.clientWidth")


def test_the_learner_sees_how_many_characters_are_written(
    app: Flask, enter: Callable[..., Page], trainer: Person
) -> None:
    with app.app_context(), unit_of_work():
        person = factories.person()
        begun = attempt(person, "written-exam")
        slot = next(place["slot"] for place in begun.paper if place["points"] == "6")
    page = enter(person, f"/attempts/{begun.id}?slot={slot}")
    page.get_by_role("textbox").fill("Ten chars!")
    expect(page.locator("[data-count]")).to_have_text("Now 10, 10 too few.")
    page.get_by_role("textbox").fill("Twenty characters and more.")
    expect(page.locator("[data-count]")).to_have_text("Now 27.")
    expect(page.locator("[data-saved]")).to_contain_text("Saved")
