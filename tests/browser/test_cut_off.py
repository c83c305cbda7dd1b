"""A connection that is cut altogether: one goes on answering, and everything goes off when it is back."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select

from lms.assessment.models import Attempt, Response
from lms.core.database import db, unit_of_work
from lms.identity.models import Person
from tests import factories
from tests import factories_assessment as make

pytestmark = pytest.mark.browser
MINUTE = 60_000


@pytest.fixture
def begun(app: Flask) -> tuple[Person, str]:
    """Somebody, and the address of their running attempt: a number, a line, an essay, an order, two choices."""
    with app.app_context(), unit_of_work():
        kinds = ["number", "short-text", "ordering"]
        essay = make.essay("letter-essay", max_chars=2000)
        make.topic("letters", [*(make.item(f"letter-{kind}", kind) for kind in kinds), essay])
        make.topic("choices", 2)
        make.exam(
            sections=[{"topic": "letters", "draw": 4}, {"topic": "choices", "draw": 2}],
            shuffle={"items": False, "options": True},
            time_limit_minutes=45,
        )
        person = factories.person()
        return person, f"/attempts/{make.attempt(person).id}"


@pytest.fixture
def enter(window_of: Callable[..., Page], begun: tuple[Person, str]) -> Callable[..., Page]:
    """Open a question of the attempt in a browser whose minutes the test lets pass."""

    def open_window(slot: int = 1, **options: Any) -> Page:
        page = window_of(begun[0], **options)
        page.clock.install()
        page.goto(f"{begun[1]}?slot={slot}")
        return page

    return open_window


def kept(page: Page) -> list[str]:
    """The numbers of the questions kept in the tab."""
    found: list[str] = page.evaluate(
        "() => Object.keys(sessionStorage).filter((k) => k.startsWith('question:')).map((k) => k.split('/').at(-1)).sort()"
    )
    return found


def wait_for(page: Page, count: int) -> None:
    """Let half minutes pass until so many questions are kept, each time until the one asked for has come."""
    while (number := len(kept(page))) < count:
        page.clock.fast_forward(31_000)
        for _ in range(200):
            if len(kept(page)) > number:
                break
            page.wait_for_timeout(100)
        else:
            raise AssertionError(f"only {kept(page)} are kept")


def turn(page: Page, words: str = "Next question") -> None:
    page.get_by_role("button", name=words).click()


def here(page: Page, number: int) -> None:
    expect(page.locator("#answer").get_by_text(f"Question {number} of 6")).to_be_visible()


def answers(app: Flask) -> dict[int, Any]:
    with app.app_context():
        rows = db.session.scalars(select(Response).where(Response.is_late.is_(False)).order_by(Response.id))
        return {row.slot: row.answer for row in rows}


def reconnect(page: Page) -> None:
    page.context.set_offline(False)
    page.clock.run_for(4000)


def test_without_a_connection_one_answers_question_after_question(app: Flask, enter: Callable[..., Page]) -> None:
    page = enter()
    wait_for(page, 6)
    page.context.set_offline(True)
    kinds: list[str] = []
    for number in range(1, 7):
        here(page, number)
        form = page.locator("#answer")
        if form.locator("textarea").count():
            form.locator("textarea").fill("We are sorry, and this is what happens next. " * 6)
            expect(form.get_by_text(re.compile("^Now 2"))).to_be_visible()
        elif form.locator("[data-order]").count():
            form.get_by_role("button", name="Keep this order").click()
        elif form.locator("input.form-control").count():
            form.locator("input.form-control").first.fill("48")
        else:
            form.locator(".opt").first.click()
        kinds.append(form.get_attribute("action") or "")
        expect(page.locator("[data-saved]")).to_have_text(re.compile(r"answers? waits? for the connection"))
        if number < 6:
            turn(page)
    assert len(set(kinds)) == 6 and answers(app) == {}
    expect(page.locator(".navi a.answered")).to_have_count(5)
    reconnect(page)
    expect(page.locator("[data-saved]")).to_have_text(re.compile("Saved|Everything is saved"))
    assert sorted(answers(app)) == [1, 2, 3, 4, 5, 6]
    page.reload()
    expect(page.locator(".navi a.answered")).to_have_count(6)


def test_going_back_without_a_connection_shows_what_was_answered(app: Flask, enter: Callable[..., Page]) -> None:
    page = enter(slot=5)
    wait_for(page, 6)
    page.locator(".opt").nth(1).click()
    expect(page.locator("[data-saved]")).to_have_text(re.compile(r"Saved \d"))
    page.context.set_offline(True)
    page.clock.run_for(15_000)
    turn(page)
    here(page, 6)
    page.locator(".opt").nth(0).click()
    expect(page.locator("[data-saved]")).to_have_text(re.compile("1 answer waits"))
    turn(page, "Previous")
    here(page, 5)
    expect(page.locator("#answer .opt input").nth(1)).to_be_checked()
    page.go_back()
    here(page, 6)
    expect(page.locator("#answer .opt input").nth(0)).to_be_checked()
    page.locator(".navi a").nth(4).click()
    here(page, 5)
    page.locator(".opt").nth(2).click()
    expect(page.locator("[data-saved]")).to_have_text(re.compile("2 answers wait"))
    reconnect(page)
    expect(page.locator("[data-saved]")).to_have_text(re.compile("Saved|Everything is saved"))
    assert sorted(answers(app)) == [5, 6]
    page.reload()
    expect(page.locator("#answer .opt input").nth(2)).to_be_checked()


def test_a_question_that_is_not_kept_says_so_and_opens_later(enter: Callable[..., Page]) -> None:
    page = enter(slot=5)
    page.context.set_offline(True)
    page.clock.run_for(15_000)
    turn(page)
    told = page.get_by_text("this page opens when the connection is back")
    expect(told).to_be_visible()
    here(page, 5)
    reconnect(page)
    expect(told).to_be_hidden()
    turn(page)
    here(page, 6)
    expect(page).to_have_url(re.compile("slot=6"))


def test_handing_in_waits_for_the_connection(app: Flask, enter: Callable[..., Page]) -> None:
    page = enter(slot=6)
    page.context.set_offline(True)
    page.locator(".opt").first.click()
    turn(page, "Check and hand in")
    expect(page.get_by_text("this page opens when the connection is back")).to_be_visible()
    with app.app_context():
        assert db.session.scalars(select(Attempt.state)).all() == ["in_progress"]


def test_questions_are_asked_for_slowly_once_and_only_while_the_page_is_in_sight(enter: Callable[..., Page]) -> None:
    page = enter()
    asked: list[str] = []
    page.on(
        "request",
        lambda request: asked.append(request.url) if "?slot=" in request.url and "clock" not in request.url else None,
    )
    page.clock.run_for(19_000)
    page.wait_for_timeout(150)
    assert asked == [] and kept(page) == ["1"]
    wait_for(page, 6)
    page.clock.fast_forward(5 * MINUTE)
    page.wait_for_timeout(150)
    assert [url.split("=")[-1] for url in asked] == ["2", "3", "4", "5", "6"]


def test_kept_questions_go_with_the_attempt_and_with_the_person(app: Flask, enter: Callable[..., Page]) -> None:
    page = enter()
    wait_for(page, 6)
    assert kept(page) == ["1", "2", "3", "4", "5", "6"]
    assert "skey" not in page.evaluate("() => JSON.stringify(sessionStorage)")
    page.goto("/courses")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    page.wait_for_timeout(300)
    assert kept(page) == []
