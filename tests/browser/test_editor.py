"""The editor of role-plays in a real browser: by keyboard alone, on a phone, without JavaScript, saving by itself."""

import re
from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Page, expect

from lms.core.access import Role
from lms.core.database import unit_of_work
from lms.scenarios import queries_drafts
from tests import factories
from tests import factories_scenarios as sets
from tests.browser.keyboard import tab_to

pytestmark = pytest.mark.browser

EDIT = "/author/scenarios/wet-floor/edit"
SAYS = "scenes.opening.says.en"
NEW_REPLY = "scenes.opening.choices.reply-1.reply.en"
PAGES = (
    EDIT, f"{EDIT}?part=general", f"{EDIT}?part=endings", "/author/scenarios/new", "/author/scenarios/wet-floor/drafts",
    "/author/scenarios/wet-floor/import", "/author/scenarios/wet-floor/try?show=1", "/author/scenarios",
)  # fmt: skip


@pytest.fixture
def enter(app: Flask, window_of: Callable[..., Page]) -> Callable[..., Page]:
    """Open a browser window in which a trainer is signed in; the same trainer every time."""
    with app.app_context(), unit_of_work():
        sets.scenario()
        trainer = factories.person(roles=[Role.TRAINER])
    return partial(window_of, trainer)


def field(page: Page, name: str) -> Any:
    return page.locator(f"[name='{name}']")


def saved(app: Flask) -> dict[str, Any]:
    with app.app_context():
        return queries_drafts.stand("wet-floor").body


def fill(page: Page, name: str, words: str) -> None:
    tab_to(page, f"[name='{name}']")
    page.keyboard.press("Control+a")
    page.keyboard.type(words)


def choose(page: Page, name: str, value: str) -> None:
    """Choose in a list with the arrow keys."""
    tab_to(page, f"select[name='{name}']")
    for _ in range(40):
        if field(page, name).input_value() == value:
            return
        page.keyboard.press("ArrowDown")
    pytest.fail(f"{name} never shows {value}")


def test_a_role_play_is_written_published_and_tried_by_keyboard_alone(app: Flask, enter: Callable[..., Page]) -> None:
    page = enter()
    page.goto("/author/scenarios")
    tab_to(page, "a[href='/author/scenarios/new']")
    page.keyboard.press("Enter")
    page.wait_for_url("**/author/scenarios/new")
    tab_to(page, "input[name=origin]")
    fill(page, "title_en", "Rain in the hall")
    fill(page, "title_zh", "大厅漏雨")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/author/scenarios/rain-in-the-hall/edit"))
    page.goto("/author/scenarios/rain-in-the-hall/edit?scene=opening#part")
    fill(page, "scenes.opening.says.en", "It rains into your hall.")
    fill(page, "scenes.opening.says.zh-Hans", "你们大厅漏雨。")
    for key, words, ending in (("other", "Take an umbrella.", "bad"), ("best", "Where exactly?", "good")):
        place = f"scenes.opening.choices.{key}"
        fill(page, f"{place}.reply.en", words)
        fill(page, f"{place}.reply.zh-Hans", f"回应 {key}")
        choose(page, f"{place}.goto", ending)
        if key == "best":
            fill(page, f"{place}.points.outcome", "5")
        fill(page, f"{place}.feedback.en", "Because.")
        fill(page, f"{place}.feedback.zh-Hans", "理由。")
    tab_to(page, ".save-bar button")
    page.keyboard.press("Enter")
    expect(page.locator("#draft-status")).to_contain_text("saved")
    page.goto("/author/scenarios/rain-in-the-hall/edit?part=endings#part")
    for key in ("good", "bad"):
        fill(page, f"endings.{key}.title.en", f"The {key} end")
        fill(page, f"endings.{key}.title.zh-Hans", f"结局 {key}")
    tab_to(page, ".save-bar button")
    page.keyboard.press("Enter")
    expect(page.locator("#map")).to_contain_text("The good end")
    expect(page.locator("#problems .sign-not-met")).to_have_count(0)
    page.goto("/author/scenarios/rain-in-the-hall/try")
    tab_to(page, "input[name=choice]")
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    expect(page.get_by_role("link", name="Begin again")).to_be_visible()
    page.goto("/author/scenarios/rain-in-the-hall/edit")
    tab_to(page, "#draft-acts form button")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/author/scenarios/rain-in-the-hall$"))


def test_what_is_typed_saves_itself_and_the_checks_follow(app: Flask, enter: Callable[..., Page]) -> None:
    page = enter()
    page.goto(EDIT)
    page.evaluate("window.sameDocument = true")
    field(page, SAYS).fill("Typed and left alone")
    expect(page.locator("#draft-status")).to_contain_text("Draft 1, saved")
    assert saved(app)["scenes"]["opening"]["says"]["en"] == "Typed and left alone"
    field(page, "scenes.opening.choices.hear-her-out.goto").select_option("")
    expect(page.locator("#draft-status")).to_contain_text("Draft 2, saved")
    expect(page.locator("#problems")).to_contain_text("This is required")
    expect(field(page, "scenes.opening.choices.hear-her-out.goto")).to_have_attribute("aria-invalid", "true")
    field(page, "scenes.opening.choices.hear-her-out.goto").select_option("settled")
    expect(page.locator("#draft-status")).to_contain_text("Draft 3, saved")
    expect(field(page, "scenes.opening.choices.hear-her-out.goto")).not_to_have_attribute("aria-invalid", "true")
    assert page.evaluate("window.sameDocument") is True
    page.reload()
    expect(field(page, SAYS)).to_have_value("Typed and left alone")


def test_a_problem_leads_to_its_field_without_leaving_what_is_typed(enter: Callable[..., Page]) -> None:
    page = enter()
    page.goto(EDIT)
    field(page, "scenes.opening.choices.ask-number.goto").select_option("")
    expect(page.locator("#problems")).to_contain_text("This is required")
    page.evaluate("window.sameDocument = true")
    field(page, SAYS).fill("Typed a moment ago")
    page.locator("#problems a").first.click()
    expect(field(page, "scenes.opening.choices.ask-number.goto")).to_be_focused()
    expect(field(page, "scenes.opening.choices.ask-number.goto")).to_be_in_viewport()
    expect(field(page, SAYS)).to_have_value("Typed a moment ago")
    page.wait_for_timeout(300)
    assert page.evaluate("window.sameDocument") is True


def test_going_elsewhere_saves_first(app: Flask, enter: Callable[..., Page]) -> None:
    page = enter()
    page.goto(EDIT)
    field(page, SAYS).fill("Typed, then away")
    page.locator("#map").get_by_role("link", name=re.compile("Scene 2")).first.click()
    expect(page).to_have_url(re.compile("scene=closing-scene"))
    assert saved(app)["scenes"]["opening"]["says"]["en"] == "Typed, then away"


def test_a_newer_draft_of_another_window_is_not_overwritten(app: Flask, enter: Callable[..., Page]) -> None:
    page, other = enter(), enter()
    page.goto(EDIT)
    other.goto(EDIT)
    field(page, SAYS).fill("Mine")
    expect(page.locator("#draft-status")).to_contain_text("Draft 1, saved")
    field(other, SAYS).fill("The other window's")
    expect(other.locator("#draft-status")).to_contain_text("press Save")
    assert saved(app)["scenes"]["opening"]["says"]["en"] == "Mine"
    other.locator(".save-bar button").click()
    expect(other.locator("#errors")).to_be_focused()
    expect(other.locator("#errors")).to_contain_text("saved meanwhile: “Mine”")
    expect(field(other, SAYS)).to_have_value("The other window's")


def test_a_reply_may_lead_to_a_new_scene_at_once(enter: Callable[..., Page]) -> None:
    page = enter()
    page.goto(EDIT)
    field(page, SAYS).fill("Typed before")
    field(page, "scenes.opening.choices.ask-number.goto").select_option("+scene")
    expect(page).to_have_url(re.compile("scene=scene-1"))
    page.goto(EDIT)
    expect(field(page, SAYS)).to_have_value("Typed before")


def test_by_keyboard_the_list_is_passed_through_and_a_new_ending_is_made_on_enter(enter: Callable[..., Page]) -> None:
    page = enter()
    page.goto(EDIT)
    goto = "scenes.opening.choices.ask-number.goto"
    choose(page, goto, "+ending")
    expect(page).to_have_url(re.compile(re.escape(EDIT) + "$"))
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("part=endings"))


def test_a_list_left_by_the_tab_key_at_a_new_scene_makes_it(enter: Callable[..., Page]) -> None:
    page = enter()
    page.goto(EDIT)
    choose(page, "scenes.opening.choices.ask-number.goto", "+scene")
    page.keyboard.press("Tab")
    expect(page).to_have_url(re.compile("scene=scene-1"))


def test_everything_works_without_javascript(app: Flask, enter: Callable[..., Page]) -> None:
    page = enter(java_script_enabled=False)
    page.goto(EDIT)
    page.locator(f"[name='{SAYS}']").fill("Without scripts")
    page.get_by_role("button", name="Add a reply").click()
    assert saved(app)["scenes"]["opening"]["says"]["en"] == "Without scripts"
    assert page.locator(f"[name='{NEW_REPLY}']").count() == 1
    page.get_by_role("button", name="Take away: Reply 4").click()
    assert page.locator(f"[name='{NEW_REPLY}']").count() == 0


@pytest.mark.parametrize("url", PAGES)
def test_pages_fit_a_phone(enter: Callable[..., Page], url: str) -> None:
    page = enter(width=390)
    page.goto(url)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    small = page.locator("main button:visible, main select:visible").evaluate_all(
        "all => all.filter(one => one.getBoundingClientRect().height < 36).map(one => one.outerHTML.slice(0, 90))"
    )
    assert not small


def test_on_a_phone_a_box_of_the_map_leads_to_its_form(enter: Callable[..., Page]) -> None:
    page = enter(width=390)
    page.goto(EDIT)
    page.locator("#map").get_by_role("link", name=re.compile("Scene 2")).first.click()
    expect(page.locator("#part-title")).to_be_in_viewport()
    expect(page.locator("#part-title")).to_contain_text("Scene 2")


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("url", PAGES)
def test_pages_are_accessible(enter: Callable[..., Page], url: str, width: int) -> None:
    page = enter(width=width)
    page.goto(url)
    for fold in page.locator("main details.fold:not([open]) > summary").all():
        if fold.is_visible():
            fold.click()
    page.evaluate("scrollTo(0, document.body.scrollHeight)")  # there the bar with the button covers nothing
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]})
    assert found.violations_count == 0, found.generate_report()
