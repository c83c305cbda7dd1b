"""Sitting an exam in a real browser: saved at once, through a cut network, on two devices, by keyboard, checked by axe."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select

from lms.assessment.models import Attempt, Response
from lms.core.database import db, unit_of_work
from lms.identity.models import Person
from tests import factories
from tests import factories_assessment as make

pytestmark = pytest.mark.browser


@pytest.fixture
def learner(app: Flask) -> Person:
    with app.app_context(), unit_of_work():
        make.every_type()
        make.exam(
            sections=[{"title": make.text("All kinds"), "topic": "every-type", "draw": 10}],
            shuffle={"items": False, "options": True},
            show={"answers": "at-once"},
            time_limit_minutes=45,
        )
        return factories.person()


@pytest.fixture
def enter(app: Flask, window_of: Callable[..., Page], learner: Person) -> Callable[..., Page]:
    """Open a browser window in which the learner is signed in, on the attempt they have begun."""

    def open_window(**options: Any) -> Page:
        with app.app_context(), unit_of_work():
            path = f"/attempts/{make.attempt(db.session.get_one(Person, learner.id)).id}"
        page = window_of(learner, **options)
        page.goto(path)
        return page

    return open_window


def at_slot(page: Page, slot: int) -> Page:
    page.goto(f"{page.url.split('?')[0]}?slot={slot}")
    return page


def saved(page: Page) -> Any:
    return page.locator("[data-saved]")


def test_a_choice_is_acknowledged_without_a_further_act(app: Flask, enter: Callable[..., Page]) -> None:
    page = enter()
    page.keyboard.press("2")
    expect(saved(page)).to_have_text(re.compile(r"Saved \d\d:\d\d:\d\d"))
    expect(page.locator(".navi [aria-current]")).to_have_class(re.compile("answered"))
    with app.app_context():
        assert len(db.session.scalars(select(Response.id)).all()) == 1


def test_a_cut_network_keeps_the_answer_and_sends_it_later(enter: Callable[..., Page]) -> None:
    page = enter()
    page.context.set_offline(True)
    page.locator(".opt").nth(2).click()
    expect(saved(page)).to_have_text(re.compile("1 answer waits for the connection"))
    page.context.set_offline(False)
    expect(saved(page)).to_have_text(re.compile(r"Saved \d\d:\d\d:\d\d"))
    at_slot(page, 1)
    expect(page.locator(".opt > input").nth(2)).to_be_checked()


def test_the_page_stays_while_the_network_is_cut_and_goes_on_afterwards(enter: Callable[..., Page]) -> None:
    page = at_slot(enter(), 1)
    page.context.set_offline(True)
    page.locator(".opt").nth(1).click()
    page.get_by_role("button", name="Next question").click()
    expect(saved(page)).to_have_text(re.compile("1 answer waits for the connection"))
    page.get_by_role("link", name="Question 3").click()
    expect(page.locator(".opt > input").nth(1)).to_be_checked()
    page.context.set_offline(False)
    expect(saved(page)).to_have_text(re.compile(r"Saved \d\d:\d\d:\d\d"))
    page.get_by_role("button", name="Next question").click()
    expect(page).to_have_url(re.compile("slot=2"))


def test_of_two_devices_the_later_click_stands(enter: Callable[..., Page]) -> None:
    first, second = at_slot(enter(), 1), at_slot(enter(width=390), 1)
    first.locator(".opt").nth(0).click()
    expect(saved(first)).to_have_text(re.compile("Saved"))
    second.locator(".opt").nth(3).click()
    expect(saved(second)).to_have_text(re.compile("Saved"))
    first.reload()
    expect(first.locator(".opt > input").nth(3)).to_be_checked()


def test_arrows_turn_the_page_and_flags_stay(enter: Callable[..., Page]) -> None:
    page = at_slot(enter(), 2)
    page.get_by_role("button", name="Flag").click()
    page.keyboard.press("ArrowRight")
    expect(page).to_have_url(re.compile("slot=3"))
    expect(page.get_by_role("link", name="Question 2, flagged")).to_be_visible()
    page.keyboard.press("ArrowLeft")
    expect(page).to_have_url(re.compile("slot=2"))


def test_lines_are_put_in_order_by_buttons(app: Flask, enter: Callable[..., Page]) -> None:
    page = at_slot(enter(), list(make.BODIES).index("ordering") + 1)
    page.get_by_role("button", name="Down").first.click()
    expect(saved(page)).to_have_text(re.compile("Saved"))
    with app.app_context():
        (answer,) = db.session.scalars(select(Response.answer)).all()
    assert len(answer) == 4


def test_an_exam_is_sat_without_javascript_on_a_phone(app: Flask, enter: Callable[..., Page]) -> None:
    page = at_slot(enter(java_script_enabled=False, width=390), 1)
    for kind in make.BODIES:
        if kind in ("matching", "classify", "ordering"):
            for number, select_box in enumerate(page.locator("select").all(), 1):
                select_box.select_option(index=number if kind == "ordering" else 1)
        elif kind in ("number", "short-text"):
            page.locator("#answer input.form-control").fill("24")
        else:
            page.locator(".opt > input").first.check(force=True)
        page.locator(".dock .btn-primary").click()
    expect(page.get_by_role("heading", name="Every question has an answer.")).to_be_visible()
    page.get_by_role("button", name="Hand in now").click()
    expect(page.get_by_text("Question by question, with the reasons")).to_be_visible()
    with app.app_context():
        assert db.session.scalars(select(Attempt.state)).all() == ["graded"]


@pytest.mark.parametrize(("language", "width"), [("en", 1280), ("zh-Hans", 390)])
def test_pages_are_accessible_and_fit(enter: Callable[..., Page], language: str, width: int) -> None:
    page = enter(language=language, width=width)
    base = page.url.split("?")[0]
    paths = [f"{base}?slot={slot}" for slot in range(1, 11)]
    for path in (*paths, f"{base}/hand-in"):
        page.goto(path)
        check(page)
    page.locator(".dock .btn-primary").click()
    page.wait_for_url("**/result")
    for path in (f"{base}/result", "/exams/front-line"):
        page.goto(path)
        check(page)


def check(page: Page) -> None:
    """No violation of WCAG 2.2 AA that axe finds, and nothing wider than the window."""
    found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]})
    told = [(each["id"], [node["target"] for node in each["nodes"]]) for each in found.response["violations"]]
    assert not told, f"{page.url}: {told}"
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth"), page.url


def test_a_wide_picture_fits_a_phone_wherever_it_stands(enter: Callable[..., Page]) -> None:
    page = enter(width=390)
    wide = "main => main.insertAdjacentHTML('beforeend', '<img width=1200 height=400 alt=\"\">')"
    page.locator("main").evaluate(wide)
    assert page.locator("main img").last.evaluate("img => img.getBoundingClientRect().right <= innerWidth")
