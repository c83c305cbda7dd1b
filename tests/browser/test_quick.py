"""A whole role-play from nothing in a real browser: lines, the map beside them, the other language by Enter alone."""

from collections.abc import Callable
from functools import partial

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Dialog, Page, expect

from lms.core import clock
from lms.core.access import Role
from lms.core.database import unit_of_work
from lms.scenarios import queries_drafts, service_drafts
from tests import factories
from tests import factories_scenarios as sets

pytestmark = pytest.mark.browser

NEW = "/author/scenarios/new/quick"
TALK = """Title: Rain
# opening
It rains in.
+2 Where? -> good, listen
- So what. -> bad
=+1 good: Dry
=! bad: Wet
"""


@pytest.fixture
def enter(app: Flask, window_of: Callable[..., Page]) -> Callable[..., Page]:
    """Open a browser window in which a trainer is signed in."""
    with app.app_context(), unit_of_work():
        sets.scenario()
        trainer = factories.person(roles=[Role.TRAINER])
    return partial(window_of, trainer)


def test_a_talk_is_typed_looked_at_made_a_draft_and_filled_in_the_other_language(
    app: Flask, enter: Callable[..., Page]
) -> None:
    page = enter()
    page.goto(NEW)
    page.locator("#words").focus()
    page.keyboard.type(TALK.replace("-> bad", "-> nowhere"))
    expect(page.locator("#quick-problems")).to_contain_text("No scene and no ending is called “nowhere”")
    page.locator("#quick-problems a[data-line='5']").click()
    page.keyboard.type("- So what. -> bad")  # the line is selected, so typing replaces it
    expect(page.locator("#quick-problems")).to_have_count(0)
    expect(page.locator("#preview .node-ending")).to_have_count(2)
    page.locator("[name=do][value=draft]").click()
    expect(page.locator("#part-form")).to_be_visible()
    page.goto("/author/scenarios/rain/language")
    fields = page.locator(".other-words textarea")
    expect(fields.first).to_be_focused()
    for number in range(count := fields.count()):
        expect(fields.nth(number)).to_be_focused()
        page.keyboard.type(f"词{number}")
        page.keyboard.press("Enter")
    expect(page.locator(".save-bar button")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.locator("#problems")).to_contain_text("It can be published")
    with app.app_context():
        body = queries_drafts.stand("rain").body
    assert (
        body["title"] == {"en": "Rain", "zh-Hans": "词0"}
        and body["endings"]["bad"]["title"]["zh-Hans"] == f"词{count - 1}"
    )


@pytest.mark.parametrize("scripts", [True, False])
@pytest.mark.parametrize("button", ["draft", "look"])
def test_after_sending_a_mistake_the_problems_have_the_focus_and_are_in_sight_on_a_phone(
    enter: Callable[..., Page], button: str, scripts: bool
) -> None:
    page = enter(java_script_enabled=scripts, width=390)
    page.goto(NEW)
    page.locator("#words").fill(TALK.replace("-> bad", "-> nowhere"))
    page.locator(f".save-bar [name=do][value={button}]").click()
    problems = page.locator("#quick-problems[autofocus]")
    expect(problems).to_contain_text("No scene and no ending is called “nowhere”")
    expect(problems).to_be_focused()
    expect(page.locator("#mend-title")).to_be_in_viewport(ratio=1)
    expect(problems.locator("li").first).to_be_in_viewport(ratio=1)


def test_what_is_typed_in_the_other_language_saves_itself(app: Flask, enter: Callable[..., Page]) -> None:
    page = enter()
    with app.app_context(), unit_of_work():
        body = queries_drafts.stand("wet-floor").body
        service_drafts.begin_draft(
            "dry-floor", {**body, "title": {"en": "Dry"}}, actor=factories.person(), now=clock.now()
        )
    page.goto("/author/scenarios/dry-floor/language")
    expect(page.locator(".other-words textarea")).to_be_focused()
    page.keyboard.type("干了")
    expect(page.locator("#draft-status")).to_contain_text("Draft 2, saved")
    with app.app_context():
        assert queries_drafts.stand("dry-floor").body["title"] == {"en": "Dry", "zh-Hans": "干了"}


def test_words_in_the_box_are_not_left_unasked(enter: Callable[..., Page]) -> None:
    page = enter()
    page.goto(NEW)
    page.locator("#words").focus()
    page.keyboard.type("# opening")
    expect(page.locator("#quick-problems")).to_be_visible()
    asked: list[str] = []

    def stay(dialog: Dialog) -> None:
        asked.append(dialog.type)
        dialog.dismiss()

    page.on("dialog", stay)
    with page.expect_event("dialog"):
        page.locator("nav[aria-label] a, .crumbs a").first.click(no_wait_after=True)
    assert asked == ["beforeunload"]
    expect(page.locator("#words")).to_have_value("# opening")


def test_without_scripts_the_buttons_do_it(app: Flask, enter: Callable[..., Page]) -> None:
    page = enter(java_script_enabled=False)
    page.goto(NEW)
    page.locator("#words").fill(TALK)
    page.locator(".save-bar [value=look]").click()
    expect(page.locator("#preview .node-ending")).to_have_count(2)
    page.locator(".save-bar [value=draft]").click()
    expect(page.locator("#part-form")).to_be_visible()


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("path", [NEW, "/author/scenarios/wet-floor/quick", "/author/scenarios/wet-floor/language"])
def test_the_pages_are_accessible_and_fit(enter: Callable[..., Page], width: int, path: str) -> None:
    page = enter(width=width)
    page.goto(path)
    if path == NEW:
        page.locator("[name=do][value=example]").click()
        expect(page.locator("#preview .scene-map")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]})
    assert not found.response["violations"], found.generate_report()
