"""The editor of exam plans in a real browser: by keyboard alone, on a phone, without JavaScript, nothing typed lost."""

import re
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Page, expect

from lms.assessment import queries_authors
from lms.core.access import Role
from lms.core.content import plain
from lms.core.database import unit_of_work
from tests import factories
from tests import factories_assessment as make
from tests import factories_courses as courses
from tests.browser.keyboard import tab_to

pytestmark = pytest.mark.browser

NEW = "/author/exams/new"
EDIT = "/author/exams/front-line/edit"
READY = "#plan-form[data-sheet=on][data-checks=on]"
"""The form with both of its scripts listening."""


@pytest.fixture
def enter(app: Flask, window_of: Callable[..., Page]) -> Callable[..., Page]:
    """Open a browser window in which a trainer is signed in; the same trainer every time."""
    with app.app_context(), unit_of_work():
        courses.course()
        make.topic("complaints", 12)
        make.topic("refunds", 3)
        make.exam(when_time_is_up="grace", grace_minutes=5, before_try={"2": {"lesson": "greeting/hello"}})
        trainer = factories.person(roles=[Role.TRAINER])
    return partial(window_of, trainer)


def field(page: Page, name: str) -> Any:
    return page.locator(f"#plan-form [name='{name}']:not([type=hidden])")


def body(app: Flask, key: str = "front-line") -> dict[str, Any]:
    with app.app_context():
        return plain(queries_authors.authored_exam(key).definition)


def opened(page: Page, url: str) -> None:
    page.goto(url)
    expect(page.locator(READY)).to_be_visible()


def named(name: str) -> str:
    return f"[name='{name}']"


def test_a_new_exam_is_written_by_keyboard_alone(app: Flask, enter: Callable[..., Page]) -> None:
    page = enter()
    page.goto("/author/exams")
    tab_to(page, f"a[href='{NEW}']")
    page.keyboard.press("Enter")
    expect(page.locator(READY)).to_be_visible()
    for name, words in (("title.en", "Refund exam"), ("title.zh-Hans", "退款考试"), ("key", "refund-exam")):
        tab_to(page, named(name))
        page.keyboard.insert_text(words)
    tab_to(page, named("sections.0.topic"))
    page.keyboard.press("R")  # the topic that begins with it
    expect(field(page, "sections.0.topic")).to_have_value("refunds")
    tab_to(page, named("sections.0.draw"))
    page.keyboard.insert_text("2")
    expect(page.locator("#supply")).to_contain_text("Asks for 2; the bank holds 3")
    tab_to(page, ".save-bar .btn-primary")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/author/exams/refund-exam$"))
    expect(page.locator("main")).to_contain_text("See a sample paper")
    assert body(app, "refund-exam")["sections"] == [{"topic": "refunds", "draw": 2}]


def test_what_the_bank_lacks_is_said_at_the_field_while_it_is_written(app: Flask, enter: Callable[..., Page]) -> None:
    page = enter()
    opened(page, EDIT)
    expect(page.locator("#problems")).to_contain_text("Nothing to mend")
    field(page, "sections.0.draw").fill("40")
    field(page, "title.en").fill("Still being typed")
    at_field = page.locator("[data-field='sections.0.draw']")
    expect(at_field).to_contain_text("This asks for 40 items, but there are only 12.")
    expect(field(page, "sections.0.draw")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("#problems")).to_contain_text("40 items")
    expect(page.locator("[id='sections.0.held']")).to_contain_text("Asks for 40; the bank holds 12")
    field(page, "sections.0.draw").fill("6")
    expect(page.locator("#problems")).to_contain_text("Nothing to mend")
    expect(at_field).not_to_contain_text("This asks for")
    expect(field(page, "title.en")).to_have_value("Still being typed")
    assert body(app)["sections"][0]["draw"] == 4


def test_everything_works_without_javascript(app: Flask, enter: Callable[..., Page]) -> None:
    page = enter(java_script_enabled=False)
    page.goto(EDIT)
    field(page, "title.en").fill("Without scripts")
    page.get_by_role("button", name="Add a part").click()
    expect(page).to_have_url(re.compile("#add-sections$"))
    field(page, "sections.1.topic").select_option("refunds")
    field(page, "sections.1.draw").fill("2")
    page.get_by_role("button", name="Move up: Part 2").click()
    field(page, "before_try.+1.number").fill("3")
    field(page, "before_try.+1.lesson").fill("greeting/hello")
    page.get_by_role("button", name="Look it through").click()
    expect(page.locator("#supply")).to_contain_text("Asks for 2; the bank holds 3")
    expect(field(page, "before_try.3")).to_have_value("greeting/hello")
    page.get_by_role("button", name="Save").click()
    expect(page).to_have_url(re.compile("/author/exams/front-line$"))
    after = body(app)
    assert [part["topic"] for part in after["sections"]] == ["refunds", "complaints"]
    assert after["title"]["en"] == "Without scripts" and set(after["before_try"]) == {"2", "3"}
    page.get_by_text("Retire this exam").first.click()
    page.get_by_role("button", name="Retire this exam").click()
    page.get_by_role("button", name="Bring it back").click()
    expect(page.locator("main")).to_contain_text("The exam is in use again")


def test_what_is_to_be_mended_leads_into_its_field_also_where_it_is_folded_away(enter: Callable[..., Page]) -> None:
    page = enter()
    opened(page, EDIT)
    page.get_by_text("Difficulty, SOP steps and a pass line of its own").click()
    field(page, "sections.0.cut").fill("lots")
    field(page, "title.en").fill("Kept")
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#errors")).to_be_focused()
    page.locator("main details.fold").evaluate_all("all => all.forEach(one => { one.open = false; })")
    page.locator("#errors a").first.click()
    expect(field(page, "sections.0.cut")).to_be_focused()
    expect(field(page, "sections.0.cut")).to_have_value("lots")
    expect(field(page, "title.en")).to_have_value("Kept")


def test_leaving_something_unsaved_asks_first_and_looking_through_is_no_saving(enter: Callable[..., Page]) -> None:
    page = enter()
    opened(page, EDIT)
    field(page, "sections.0.draw").fill("5")
    expect(page.locator("#supply")).to_contain_text("Asks for 5")
    asked: list[str] = []
    page.on("dialog", lambda dialog: (asked.append(dialog.type), dialog.accept()))
    page.get_by_role("link", name="Cancel").click()
    expect(page).to_have_url(re.compile("/author/exams/front-line$"))
    assert asked == ["beforeunload"]


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
@pytest.mark.parametrize("url", ["/author/exams", NEW, EDIT, f"{NEW}?from=front-line", "/author/exams/front-line"])
def test_pages_fit_a_phone_and_both_widths_are_accessible(enter: Callable[..., Page], url: str, language: str) -> None:
    for width in (390, 1280):
        page = enter(width=width, language=language)
        page.goto(url)
        if "/edit" in url or url.startswith(NEW):
            expect(page.locator(READY)).to_be_visible()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        small = page.locator("#plan-form button:visible, #plan-form select:visible").evaluate_all(
            "all => all.filter(one => one.getBoundingClientRect().height < 36).map(one => one.outerHTML.slice(0, 90))"
        )
        assert not small, small
        page.locator("main details").evaluate_all("all => all.forEach(one => { one.open = true; })")
        page.evaluate("scrollTo(0, document.body.scrollHeight)")  # there the bar with the button covers nothing
        found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]})
        assert found.violations_count == 0, found.generate_report()


def test_a_refused_form_is_accessible(enter: Callable[..., Page]) -> None:
    page = enter(width=390)
    opened(page, EDIT)
    for name, words in (("cut", "lots"), ("sections.0.draw", "40"), ("title.en", ""), ("title.zh-Hans", "")):
        field(page, name).fill(words)
    page.get_by_role("button", name="Save").click()
    expect(page.locator("#errors")).to_be_focused()
    assert page.locator("#errors li").count() == 3
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.evaluate("scrollTo(0, document.body.scrollHeight)")
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]})
    assert found.violations_count == 0, found.generate_report()


def test_what_is_to_be_mended_comes_and_goes_under_its_field_while_one_writes(enter: Callable[..., Page]) -> None:
    page = enter()
    page.goto(EDIT)
    page.wait_for_selector(READY)
    notes = page.locator("[data-field='cut'] .field-notes")
    field(page, "cut").fill("many")
    expect(notes).to_contain_text("Write a number here")
    expect(field(page, "cut")).to_have_attribute("aria-invalid", "true")
    field(page, "cut").fill("80")
    expect(notes).to_have_count(0)
    expect(field(page, "cut")).not_to_have_attribute("aria-invalid", "true")
