"""A talk in a real browser: by keyboard alone, without JavaScript, and on a phone's first screen."""

import re
from collections.abc import Callable
from functools import partial

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from lms.core.database import unit_of_work
from tests import factories
from tests import factories_scenarios as sets

pytestmark = pytest.mark.browser


@pytest.fixture
def enter(app: Flask, window_of: Callable[..., Page]) -> Callable[..., Page]:
    """Open a browser window in which a learner is signed in; the same learner every time."""
    with app.app_context(), unit_of_work():
        sets.bundled()
        learner = factories.person()
    return partial(window_of, learner)


def begin(page: Page, key: str = "late-delivery", mode: str = "Start the examination") -> None:
    page.goto(f"/scenarios/{key}")
    page.get_by_role("button", name=mode).click()
    expect(page).to_have_url(re.compile(r"/plays/\d+$"))
    page.wait_for_load_state()


def answer(page: Page, number: int = 1) -> None:
    """Say the reply with that number, with the first label where one is asked for."""
    turn = page.locator("input[name=turn]").first.input_value()
    if page.locator("input[name=emotion]").count():
        page.locator("input[name=emotion]").first.check()
    page.locator(f"input[name=choice][value='{number}']").check()
    page.get_by_role("button", name=re.compile("Say this|就这")).click()
    page.wait_for_function(
        "turn => !document.querySelector('#play') || document.querySelector('#reply [name=turn]').value !== turn",
        arg=turn,
    )


def test_a_turn_can_be_taken_by_keyboard_and_the_new_words_take_the_focus(enter: Callable[..., Page]) -> None:
    page = enter()
    begin(page)
    page.evaluate("window.sameDocument = true")
    page.get_by_role("radio", name="Angry", exact=True).focus()
    page.keyboard.press("Space")
    page.keyboard.press("2")
    expect(page.locator("input[name=choice][value='2']")).to_be_checked()
    page.keyboard.press("Enter")
    expect(page.locator("#turn-words")).to_have_text("Turn 2 of about 8")
    expect(page.locator("#now")).to_be_focused()
    assert page.evaluate("window.sameDocument") is True


def test_the_browser_asks_for_a_label_and_a_reply_before_sending(enter: Callable[..., Page]) -> None:
    page = enter()
    begin(page)
    page.get_by_role("button", name="Say this").click()
    expect(page.locator("#turn-words")).to_have_text("Turn 1 of about 8")
    assert page.locator("input:invalid").count() > 0


@pytest.mark.parametrize("javascript", [True, False])
def test_a_talk_comes_to_its_end(enter: Callable[..., Page], javascript: bool) -> None:
    page = enter(java_script_enabled=javascript)
    begin(page, "refund-refused")
    for _ in range(20):
        if page.url.endswith("/result"):
            break
        if javascript:
            answer(page)
        else:
            if page.locator("input[name=emotion]").count():
                page.locator("input[name=emotion]").first.check()
            page.locator("input[name=choice]").first.check()
            page.get_by_role("button", name="Say this").click()
            page.wait_for_load_state()
    expect(page.get_by_role("heading", name="What was said, and why it scored")).to_be_visible()


def test_a_second_tab_hears_that_the_turn_was_answered(enter: Callable[..., Page]) -> None:
    page = enter()
    begin(page)
    second = page.context.new_page()
    second.goto(page.url)
    answer(page, 1)
    answer(second, 2)
    expect(second.get_by_role("alert")).to_contain_text("Turn 1 was answered already")
    expect(second.locator("#turn-words")).to_have_text("Turn 2 of about 8")


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
def test_on_a_phone_the_last_words_and_the_replies_share_the_first_screen(
    enter: Callable[..., Page], language: str
) -> None:
    page = enter(language=language, width=390)
    page.goto("/scenarios/late-delivery")
    page.get_by_role("button", name=re.compile("Start the examination|开始考试")).click()
    page.get_by_role("radio", name=re.compile("I'm listening|我听着呢")).check()
    page.locator("input[name=emotion]").first.check()
    page.get_by_role("button", name=re.compile("Say this|就这")).click()
    expect(page.locator("#turn-words")).to_contain_text("2")
    visible = page.evaluate("document.querySelector('.dock').getBoundingClientRect().top")
    words = page.locator("#now").bounding_box()
    first = page.locator(".opt-say").first.bounding_box()
    assert words is not None
    assert first is not None
    assert words["y"] > 0
    assert first["y"] + 60 < visible
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
