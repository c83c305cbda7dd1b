"""Typed replies in a real browser: practised, taken back and contested on a phone; marked by keyboard alone."""

import re
from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from lms.core.access import Role
from lms.core.database import unit_of_work
from lms.identity.models import Person
from tests import factories
from tests import factories_replies as said

pytestmark = pytest.mark.browser


@pytest.fixture
def learner(app: Flask) -> Person:
    with app.app_context(), unit_of_work():
        said.scenario()
        return factories.person()


def sideways(page: Page) -> bool:
    return bool(page.evaluate("document.documentElement.scrollWidth > innerWidth"))


def begun(app: Flask, person: Person, mode: str) -> str:
    with app.app_context(), unit_of_work():
        return f"/plays/{said.begun(person, mode).play.id}"


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
def test_own_words_are_coached_taken_back_and_contested_on_a_phone(
    app: Flask, window_of: Callable[..., Page], learner: Person, language: str
) -> None:
    page = window_of(learner, width=390, language=language)
    page.goto(begun(app, learner, "practice"))
    page.locator("#reply-words").focus()
    page.keyboard.type(said.BOTH)
    page.locator(".dock button.btn-primary").focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/result$"))
    expect(page.locator(".heard mark").first).to_be_visible()
    assert not sideways(page)
    page.locator(".contest > summary").focus()
    page.keyboard.press("Enter")
    page.locator(".contest textarea").fill("There is a question for the facts in it.")
    page.locator(".contest button").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".alert").first).to_be_visible()
    expect(page.locator(".contest")).to_have_count(0)
    back = page.locator("form.back button").last
    back.focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/plays/\d+$"))
    expect(page.locator("#reply-words")).to_be_visible()
    page.locator("form[action$='/again'] button").focus()
    page.keyboard.press("Enter")
    expect(page.locator("input[name=turn]").first).to_have_value("1")


def test_a_talk_left_in_the_middle_goes_on_in_another_browser(
    app: Flask, window_of: Callable[..., Page], learner: Person
) -> None:
    url = begun(app, learner, "exam")
    first = window_of(learner)
    first.goto(url)
    first.locator("#reply-words").fill("half a sentence")
    first.close()
    second = window_of(learner, width=390)
    second.goto(url)
    assert not second.locator("form.back, form.back-to").count()  # an examination takes nothing back
    second.locator("#reply-words").fill(said.TRACKS)
    second.get_by_role("button", name="Say this").click()
    expect(second).to_have_url(re.compile("/result$"))
    expect(second.get_by_text("is with a trainer")).to_be_visible()
    assert not second.locator("mark").count()


@pytest.mark.parametrize("width", [1280, 390])
def test_a_trainer_marks_by_keyboard_alone(
    app: Flask, window_of: Callable[..., Page], learner: Person, width: int
) -> None:
    with app.app_context(), unit_of_work():
        said.played(said.TRACKS, learner)
        said.played(said.BOTH)
        trainer = said.marker()
    page = window_of(trainer, width=width)
    page.goto("/marking/replies")
    page.get_by_role("button", name="Mark 2 replies").focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="A reply without a name")).to_be_visible()
    assert not page.locator("mark").count()
    assert not sideways(page)
    page.wait_for_load_state()
    page.keyboard.press("1")
    expect(page.locator("input[name=step][data-key='1']")).to_be_checked()
    page.keyboard.press("1")
    expect(page.locator("input[name=step][data-key='1']")).not_to_be_checked()
    page.keyboard.press("2")
    page.keyboard.press("n")
    page.keyboard.press("c")
    page.keyboard.type("n1: clear.")  # written, not chosen
    expect(page.locator("input[name=step][data-key='1']")).not_to_be_checked()
    page.keyboard.press("Control+Enter")
    expect(page).to_have_url(re.compile("/compared$"))
    expect(page.locator(".heard mark").first).to_be_visible()
    assert not sideways(page)
    expect(page.locator("[data-next]")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="A reply without a name")).to_be_visible()


def test_a_mark_can_be_given_without_javascript(app: Flask, window_of: Callable[..., Page], learner: Person) -> None:
    with app.app_context(), unit_of_work():
        said.played(said.TRACKS, learner)
        trainer = factories.person(roles=(Role.TRAINER,))
    page = window_of(trainer, java_script_enabled=False)
    page.goto("/marking/replies")
    page.get_by_role("button", name="Mark 1 reply").click()
    page.locator("input[name=step][value=track]").check(force=True)
    page.locator("input[name=taboo][value=no]").check(force=True)
    page.get_by_role("button", name="Save the mark").click()
    expect(page).to_have_url(re.compile("/compared$"))
