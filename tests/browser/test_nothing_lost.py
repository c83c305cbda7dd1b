"""Nothing typed is lost: a cut, a reload, a closed tab, a sign-out, another person, two windows, a wrong clock."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, Route, expect
from sqlalchemy import delete, select, update

from lms.assessment import service
from lms.assessment.models import Attempt, Response
from lms.core import clock
from lms.core.access import Role
from lms.core.database import db, unit_of_work
from lms.identity.models import Person, SignIn
from tests import factories
from tests import factories_assessment as make

pytestmark = pytest.mark.browser


@pytest.fixture
def learner(app: Flask) -> Person:
    with app.app_context(), unit_of_work():
        make.topic("letters", [make.item("letter-number", "number"), make.item("letter-line", "short-text")])
        make.topic("choices", 3)
        make.exam(
            sections=[{"topic": "letters", "draw": 2}, {"topic": "choices", "draw": 3}],
            shuffle={"items": False, "options": True},
            show={"answers": "at-once"},
            time_limit_minutes=45,
        )
        return factories.person()


@pytest.fixture
def begun(app: Flask, learner: Person) -> str:
    with app.app_context(), unit_of_work():
        return f"/attempts/{make.attempt(db.session.get_one(Person, learner.id)).id}"


@pytest.fixture
def enter(window_of: Callable[..., Page], learner: Person, begun: str) -> Callable[..., Page]:
    def open_window(slot: int = 2, **options: Any) -> Page:
        page = window_of(learner, **options)
        page.goto(f"{begun}?slot={slot}")
        return page

    return open_window


def cut(page: Page) -> Callable[[], None]:
    """Let no answer through any more, though pages still load; returns what mends it."""

    def drop(route: Route) -> None:
        route.abort()

    page.context.route(re.compile(r"/answers/|/clock\?"), drop)
    return lambda: page.context.unroute(re.compile(r"/answers/|/clock\?"), drop)


def saved(page: Page) -> Any:
    return page.locator("[data-saved]")


def write(page: Page, words: str) -> None:
    page.locator("#answer input.form-control").fill(words)


def held(app: Flask) -> list[Any]:
    with app.app_context():
        rows = db.session.scalars(select(Response.answer).where(Response.is_late.is_(False)).order_by(Response.id))
        return list(rows)


WAITS = re.compile("1 answer waits for the connection")
SAVED = re.compile(r"Saved \d\d:\d\d:\d\d")


def test_what_waits_survives_a_reload_and_sends_itself(app: Flask, enter: Callable[..., Page]) -> None:
    page = enter()
    mend = cut(page)
    write(page, "within a day")
    expect(saved(page)).to_have_text(WAITS)
    page.reload()
    expect(page.locator("#answer input.form-control")).to_have_value("within a day")
    expect(saved(page)).to_have_text(WAITS)
    assert held(app) == []
    mend()
    expect(saved(page)).to_have_text(SAVED)
    assert held(app) == ["within a day"]


def test_what_waits_survives_a_closed_tab_and_goes_from_any_page(app: Flask, enter: Callable[..., Page]) -> None:
    page = enter()
    mend = cut(page)
    write(page, "first")
    expect(saved(page)).to_have_text(WAITS)
    write(page, "second")
    expect(saved(page)).to_have_text(WAITS)
    context = page.context
    page.close(run_before_unload=False)
    mend()
    page = context.new_page()
    page.goto("/exams/front-line")
    expect(page.get_by_text("Answers that waited in this browser have been sent and saved.")).to_be_visible()
    assert held(app) == ["second"]
    page.reload()
    expect(page.get_by_text("Answers that waited")).to_have_count(0)


def test_what_waits_survives_a_sign_out_and_never_goes_as_somebody_else(
    app: Flask, enter: Callable[..., Page], admit: Callable[..., None], learner: Person, begun: str
) -> None:
    page = enter()
    with app.app_context(), unit_of_work():  # signed out elsewhere, or the session is over
        db.session.execute(delete(SignIn))
    write(page, "my own words")
    expect(page).to_have_url(re.compile("/sign-in"))
    with app.app_context(), unit_of_work():
        other = factories.person()
    admit(page.context, other)
    sent: list[str] = []
    page.on("request", lambda request: sent.append(request.url) if "/answers/" in request.url else None)
    page.goto("/exams/front-line")
    expect(page.get_by_text("Ready when you are")).to_be_visible()
    page.wait_for_timeout(700)
    assert sent == [] and held(app) == []
    admit(page.context, learner)
    page.goto(f"{begun}?slot=1")
    expect(saved(page)).to_have_text("Everything is saved")
    assert held(app) == ["my own words"]


def test_half_an_hour_without_a_connection_loses_nothing(app: Flask, enter: Callable[..., Page]) -> None:
    page = enter(slot=3)
    mend = cut(page)
    for slot in (3, 4, 5):
        page.goto(f"{page.url.split('?')[0]}?slot={slot}")
        page.locator(".opt").nth(1).click()
        expect(saved(page)).to_have_text(re.compile("waits? for the connection"))
    expect(saved(page)).to_have_text(re.compile("3 answers wait for the connection"))
    mend()
    expect(saved(page)).to_have_text(re.compile("Saved|Everything is saved"))
    assert len(held(app)) == 3


def test_handing_in_waits_until_everything_is_sent(app: Flask, enter: Callable[..., Page], begun: str) -> None:
    page = enter(slot=3)
    mend = cut(page)
    page.locator(".opt").nth(1).click()
    expect(saved(page)).to_have_text(WAITS)
    page.goto(f"{begun}/hand-in")
    notice = page.get_by_text("Answers that wait in this browser for the connection: 1.")
    expect(notice).to_be_visible()  # what the page sends by itself has failed
    with page.expect_event("requestfailed", lambda request: "/answers/" in request.url):
        page.get_by_role("button", name="Hand in now").click()  # mended sooner, this press would hand in
    expect(notice).to_be_visible()
    with app.app_context():
        assert db.session.scalars(select(Attempt.state)).all() == ["in_progress"]
    mend()
    page.get_by_role("button", name="Hand in now").click()
    expect(page).to_have_url(re.compile("/result"))
    assert len(held(app)) == 1
    with app.app_context():
        assert db.session.scalars(select(Attempt.state)).all() == ["graded"]


def test_what_is_sent_by_itself_shortens_the_list_and_leaves_the_button_alone(
    app: Flask, enter: Callable[..., Page], begun: str
) -> None:
    page = enter(slot=3)
    mend = cut(page)
    page.locator(".opt").nth(1).click()
    expect(saved(page)).to_have_text(WAITS)
    page.goto(f"{begun}/hand-in")
    expect(page.get_by_text("Answers that wait in this browser for the connection: 1.")).to_be_visible()
    expect(page.get_by_role("heading", level=1)).to_have_text("5 questions have no answer yet.")
    page.evaluate("window.sameDocument = true")
    mend()
    expect(page.get_by_role("heading", level=1)).to_have_text("4 questions have no answer yet.")
    expect(page.get_by_text("Answers that wait in this browser")).to_be_hidden()
    assert page.evaluate("window.sameDocument") is True  # a reload would swallow a press that comes at that moment
    page.get_by_role("button", name="Hand in now").click()
    expect(page).to_have_url(re.compile("/result"))
    assert len(held(app)) == 1


def test_the_other_tab_is_told_at_once_and_keeps_its_words(app: Flask, enter: Callable[..., Page]) -> None:
    first = enter()
    write(first, "from the first")
    expect(saved(first)).to_have_text(SAVED)
    second = first.context.new_page()
    second.goto(first.url)
    write(second, "from the second")
    expect(saved(second)).to_have_text(SAVED)
    expect(first.get_by_text("Another window or device has saved a newer answer")).to_be_visible()
    expect(first.locator("#answer input.form-control")).to_have_value("from the first")
    first.get_by_role("button", name="Save this one instead").click()
    expect(saved(first)).to_have_text(SAVED)
    expect(second.get_by_text("Another window or device has saved a newer answer")).to_be_visible()
    second.get_by_role("button", name="Show the newer answer").click()
    expect(second.locator("#answer input.form-control")).to_have_value("from the first")
    assert held(app)[-1] == "from the first"


def test_what_waited_on_one_device_does_not_overwrite_what_another_saved_later(
    app: Flask, enter: Callable[..., Page]
) -> None:
    desk, phone = enter(), enter(width=390)
    mend = cut(desk)
    write(desk, "written offline")
    expect(saved(desk)).to_have_text(WAITS)
    write(phone, "written later")
    expect(saved(phone)).to_have_text(SAVED)
    mend()
    expect(desk.get_by_text("Another window or device has saved a newer answer")).to_be_visible(timeout=8000)
    expect(desk.locator("#answer input.form-control")).to_have_value("written offline")
    assert held(app) == ["written later"]
    desk.reload()
    expect(desk.get_by_text("Another window or device has saved a newer answer")).to_be_visible()
    expect(desk.locator("#answer input.form-control")).to_have_value("written offline")


def test_the_journal_holds_the_form_and_nothing_else(enter: Callable[..., Page]) -> None:
    page = enter(slot=3)
    cut(page)
    page.locator(".opt").nth(1).click()
    expect(saved(page)).to_have_text(WAITS)
    entries = page.evaluate(
        """() => new Promise((resolve) => { indexedDB.open("answers").onsuccess = (event) => {
             event.target.result.transaction("waiting").objectStore("waiting").getAll().onsuccess =
               (found) => resolve(found.target.result); }; })"""
    )
    (entry,) = entries
    assert entry["fields"] == [["answer", "2"]]
    names = {"key", "person", "attempt", "slot", "url", "fields", "seq", "base", "writer", "order", "state", "failed"}
    assert entry.keys() <= names and "skey" not in str(entry)


def test_without_indexeddb_the_answer_is_kept_all_the_same(app: Flask, enter: Callable[..., Page], begun: str) -> None:
    page = enter()
    page.context.add_init_script("Object.defineProperty(window, 'indexedDB', {value: undefined})")
    page.reload()
    mend = cut(page)
    write(page, "kept in the other place")
    expect(saved(page)).to_have_text(WAITS)
    page.reload()
    expect(page.locator("#answer input.form-control")).to_have_value("kept in the other place")
    mend()
    expect(saved(page)).to_have_text(SAVED)
    assert held(app) == ["kept in the other place"]


@pytest.mark.parametrize("years", [-1, 1])
def test_the_clock_of_the_computer_changes_nothing(app: Flask, enter: Callable[..., Page], years: int) -> None:
    page = enter()
    page.context.add_init_script(
        f"""const Real = Date; const shift = {years} * 31536000000;
            window.Date = class extends Real {{ constructor(...a) {{ a.length ? super(...a) : super(Real.now() + shift); }}
            static now() {{ return Real.now() + shift; }} }};"""
    )
    page.reload()
    expect(page.locator("[data-clock]")).to_have_text(re.compile(r"^4[45]:\d\d$"))
    write(page, "on time")
    expect(saved(page)).to_have_text(SAVED)
    with app.app_context():
        (row,) = db.session.scalars(select(Response)).all()
    assert not row.is_late and abs(row.saved_at - clock.now()) < timedelta(minutes=1)


def test_more_time_shows_at_the_next_save_and_on_an_idle_page(app: Flask, enter: Callable[..., Page]) -> None:
    page = enter()
    with app.app_context(), unit_of_work():
        trainer = factories.person(roles=[Role.TRAINER])
        attempt_id = db.session.scalars(select(Attempt.id)).one()
        service.extend(attempt_id, 30, "Fire drill", actor=trainer, now=clock.now())
    write(page, "after the drill")
    expect(page.locator("[data-clock]")).to_have_text(re.compile(r"^7[45]:\d\d$"))
    with app.app_context(), unit_of_work():
        service.extend(attempt_id, 30, "Another", actor=db.session.get_one(Person, trainer.id), now=clock.now())
    page.evaluate("() => dispatchEvent(new Event('online'))")  # what the page also does by itself every 45 seconds
    expect(page.locator("[data-clock]")).to_have_text(re.compile(r"^10[45]:\d\d$"))


def test_an_answer_after_the_time_is_told_to_be_late(app: Flask, enter: Callable[..., Page]) -> None:
    page = enter()
    with app.app_context(), unit_of_work():
        db.session.execute(update(Attempt).values(deadline_at=clock.now() - timedelta(seconds=5)))
    write(page, "too late")
    expect(page.get_by_text("The time was up when this answer arrived. It is kept, but not scored.")).to_be_visible()
    with app.app_context():
        assert [row.is_late for row in db.session.scalars(select(Response))] == [True]


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
def test_on_a_phone_the_unsent_answer_is_told_and_everything_fits(enter: Callable[..., Page], language: str) -> None:
    page = enter(width=390, language=language)
    cut(page)
    write(page, "48")
    expect(saved(page)).to_have_class(re.compile("saved-not"))
    expect(saved(page)).to_be_visible()
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")


def test_who_writes_without_a_pause_is_saved_meanwhile(app: Flask, enter: Callable[..., Page]) -> None:
    page = enter()
    page.clock.install()
    page.reload()
    expect(saved(page)).to_be_visible()
    line = page.locator("#answer input.form-control")
    with page.expect_request(re.compile("/answers/2$")) as sent:
        for _key in range(30):
            line.press("x")
            page.clock.run_for(300)
    assert 0 < (sent.value.post_data or "").count("x") < 30
