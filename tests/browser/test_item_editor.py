"""The editor of items in a real browser: by keyboard alone, on a phone, without JavaScript, nothing typed lost."""

import re
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Page, expect

from lms.core.access import Role
from lms.core.content import plain
from lms.core.database import unit_of_work
from lms.question_bank import queries
from tests import factories
from tests import factories_assessment as make
from tests.browser.keyboard import tab_to

pytestmark = pytest.mark.browser

KINDS = [*make.BODIES, "essay"]
EDIT = "/author/items/every-type-single/edit"
PAGES = [
    "/author/items", "/author/new-item", "/author/new-item?type=multiple&topic=every-type",
    *(f"/author/items/every-type-{kind}/edit" for kind in KINDS),
]  # fmt: skip


@pytest.fixture
def enter(app: Flask, window_of: Callable[..., Page]) -> Callable[..., Page]:
    """Open a browser window in which a trainer is signed in; the same trainer every time."""
    with app.app_context(), unit_of_work():
        make.every_type()
        make.topic("written", [make.essay("every-type-essay")])
        trainer = factories.person(roles=[Role.TRAINER])
    return partial(window_of, trainer)


def field(page: Page, name: str) -> Any:
    return page.locator(f"#item-form [name='{name}']:not([type=hidden])")


def body(app: Flask, key: str = "every-type-single") -> dict[str, Any]:
    with app.app_context():
        return plain(queries.authored_item(key).stored.definition)


def test_a_wrong_key_is_corrected_by_keyboard_alone(app: Flask, enter: Callable[..., Page]) -> None:
    page = enter()
    page.goto("/author/items/every-type-single")
    tab_to(page, f"a[href='{EDIT}']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/edit")
    tab_to(page, "#right-skeybeta")
    page.keyboard.press("ArrowDown")
    expect(page.locator("#right-skeygamma")).to_be_checked()
    tab_to(page, ".save-bar .btn-primary")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/author/items/every-type-single$"))
    expect(page.locator("main")).to_contain_text("version 2")
    assert body(app)["answer"] == "skeygamma"


def test_the_enter_key_in_a_line_saves(app: Flask, enter: Callable[..., Page]) -> None:
    page = enter()
    page.goto(EDIT)
    field(page, "points").fill("3")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/author/items/every-type-single$"))
    assert body(app)["points"] == 3


def test_everything_works_without_javascript(app: Flask, enter: Callable[..., Page]) -> None:
    page = enter(java_script_enabled=False)
    page.goto(EDIT)
    field(page, "stem.en").fill("Without scripts?")
    page.get_by_role("button", name="Add an option").click()
    expect(page).to_have_url(re.compile("#add-options$"))
    field(page, "options.a.en").fill("Fifth way")
    field(page, "options.a.zh-Hans").fill("第五种")
    page.get_by_role("button", name="Take away: Option 1").click()
    page.get_by_role("button", name="Move up: Option 4").click()
    expect(field(page, "stem.en")).to_have_value("Without scripts?")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("#preview")).to_contain_text("Fifth way")
    page.get_by_role("button", name="Save").click()
    assert list(body(app)["options"]) == ["skeybeta", "skeygamma", "a", "skeydelta"]
    assert body(app)["stem"]["en"] == "Without scripts?"


def test_what_is_to_be_mended_leads_into_its_field(enter: Callable[..., Page]) -> None:
    page = enter()
    page.goto(EDIT)
    field(page, "points").fill("lots")
    field(page, "stem.en").fill("Kept?")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#errors")).to_be_focused()
    page.locator("#errors a").first.click()
    expect(field(page, "points")).to_be_focused()
    expect(field(page, "points")).to_have_value("lots")
    expect(field(page, "stem.en")).to_have_value("Kept?")


def test_leaving_something_unsaved_asks_first(enter: Callable[..., Page]) -> None:
    page = enter()
    page.goto(EDIT)
    field(page, "stem.en").fill("Not saved")
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.get_by_role("link", name="Cancel").click()
    expect(page).to_have_url(re.compile("/author/items/every-type-single$"))
    assert asked == ["beforeunload"]


@pytest.mark.parametrize("url", PAGES)
def test_pages_fit_a_phone_and_both_widths_are_accessible(enter: Callable[..., Page], url: str) -> None:
    for width in (390, 1280):
        page = enter(width=width)
        page.goto(url)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        small = page.locator("main button:visible, main select:visible").evaluate_all(
            "all => all.filter(one => one.getBoundingClientRect().height < 36).map(one => one.outerHTML.slice(0, 90))"
        )
        assert not small or url == "/author/items", small
        page.locator("main details.fold").evaluate_all("all => all.forEach(one => { one.open = true; })")
        page.evaluate("scrollTo(0, document.body.scrollHeight)")  # there the bar with the button covers nothing
        found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]})
        assert found.violations_count == 0, found.generate_report()
