"""The whole chain in a real browser: a new hire's phone from the first sign-in to the certificate, then HR's desk."""

import csv
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from playwright.sync_api import Page, expect
from sqlalchemy import select

from lms import config, packs
from lms.core import clock
from lms.core.access import Role
from lms.core.database import db, unit_of_work
from lms.core.texts import in_language
from lms.hr.models import Result
from lms.identity import service
from lms.identity.models import Person
from tests import factories
from tests.conftest import ApiClient
from tests.journeys import knowing

pytestmark = pytest.mark.browser

LANGUAGE = "zh-Hans"
MOST_PAGES = 400


@pytest.fixture
def lin(app: Flask) -> tuple[Person, str]:
    """A new hire with a one-time link, in an organisation with the bundled content."""
    with app.app_context():
        assert packs.load([config.ROOT], take=None, actor=None, now=clock.now()).report is not None
        with unit_of_work():
            person = factories.person(
                name="林小雨", email="lin@example.com", employee_number="000123", job_role="new-hire",
                department="hotline", site="shanghai", language=LANGUAGE,
                hired_on=clock.today() - timedelta(days=3),
            )
            return person, service.make_sign_in_link(person, actor=None, now=clock.now())


class Learner:
    """Somebody on a phone who does whatever is the next step, knowing every answer."""

    def __init__(self, page: Page, api: ApiClient) -> None:
        self.page, self.api = page, api
        self.visited: list[str] = []

    def go_on_until(self, done: Callable[[], bool]) -> None:
        """From my training, take the next step again and again."""
        for _ in range(MOST_PAGES):
            path = re.sub(r"^https?://[^/]+", "", self.page.url)
            self.visited.append(path)
            if re.match(r"^/attempts/\d+/result", path) or re.match(r"^/plays/\d+/result", path):
                if done():
                    return
                self.page.goto("/")
            elif re.match(r"^/attempts/\d+(\?|$)", path):
                self.answer(path)
            elif re.match(r"^/attempts/\d+/", path):
                with self.page.expect_navigation():
                    self.page.locator(".dock button.btn-primary").click()
            elif re.match(r"^/plays/\d+$", path):
                self.say_something(int(path.rsplit("/", 1)[1]))
            elif re.match(r"^/scenarios/[\w-]+$", path):
                self.page.locator("form:has(input[value=exam]) button").click()
            elif re.match(r"^/courses/[\w-]+/[\w-]+$", path):
                self.study()
            else:
                self.page.locator(".next .btn-coach").first.click()
            self.page.wait_for_load_state()
        raise AssertionError(self.visited[-10:])

    def study(self) -> None:
        """Do what the lesson's dock offers; when it is done, back to my training."""
        button = self.page.locator(".dock form button.btn-primary")
        if button.count():
            button.first.click()
        else:
            self.page.goto("/")

    def answer(self, path: str) -> None:
        attempt_id, _, slot = path.removeprefix("/attempts/").partition("?slot=")
        shown = self.api.get(f"/attempts/{attempt_id}").json["items"]
        number = int(slot) if slot else int(self.page.locator(".exam").get_attribute("data-slot") or 1)
        question = shown[number - 1]
        self.fill(question, knowing.right_answer(question, LANGUAGE))
        expect(self.page.locator(".saved").first).to_contain_text(re.compile(r"\d\d:\d\d:\d\d"))
        with self.page.expect_navigation():  # the answer is sent first, then the page moves on
            self.page.locator("[data-next]").click()

    def fill(self, question: dict[str, Any], answer: Any) -> None:
        form = self.page.locator("#answer")
        match question["type"]:
            case "single" | "judgement" | "emotion":
                form.locator(f'[name=answer][value="{answer}"]').check(force=True)
            case "true-false":
                form.locator(f"[name=answer][value={'true' if answer else 'false'}]").check(force=True)
            case "multiple":
                for one in answer:
                    form.locator(f'[name=answer][value="{one}"]').check(force=True)
            case "ordering":
                self.put_in_order(form, answer)
            case "matching" | "classify":
                for left, right in answer.items():
                    form.locator(f'[name="pair-{left}"]').select_option(right)
            case "number":
                form.locator("[name=answer]").fill(f"{answer:g}")
                form.locator("[name=answer]").blur()
            case _:
                form.locator("[name=answer]").fill(str(answer))
                form.locator("[name=answer]").blur()

    def put_in_order(self, form: Any, answer: list[str]) -> None:
        """Move each line up to its place with the buttons, as a person does."""
        for place, option in enumerate(answer):
            for _ in range(len(answer)):
                names = form.locator(".q-place select").evaluate_all("rows => rows.map(row => row.name)")
                if names.index(f"place-{option}") == place:
                    break
                row = form.locator(f'.q-place:has([name="place-{option}"])')
                row.get_by_role("button").first.click()

    def say_something(self, play_id: int) -> None:
        """One turn along a best route, found by the words on the page."""
        playing = self.api.get(f"/plays/{play_id}").json
        plot, best = knowing.best_play(playing["scenario"])
        line = best.lines[playing["turn"] - 1]
        words = in_language(plot.scenes[line.scene].choices[str(line.turn.choice)].reply, LANGUAGE)
        choice = next(each["id"] for each in playing["scene"]["choices"] if each["text"] == words)
        form = self.page.locator("#reply")
        if playing["scene"]["asks_emotion"]:
            form.locator(f'[name=emotion][value="{line.turn.emotion}"]').check(force=True)
        form.locator(f'[name=choice][value="{choice}"]').check(force=True)
        with self.page.expect_response(lambda response: response.request.method == "POST"):
            self.page.locator(".dock button.btn-primary").click()
        turn = playing["turn"] + 1
        self.page.wait_for_function(
            "turn => !location.pathname.match(/^\\/plays\\/\\d+$/)"
            " || document.querySelector('#reply input[name=turn]')?.value == turn",
            arg=turn,
        )


def test_from_the_first_sign_in_to_the_hr_file(
    app: Flask,
    lin: tuple[Person, str],
    visitor: Callable[..., Page],
    api: Callable[..., ApiClient],
    tmp_path: Any,
) -> None:
    person, token = lin
    phone = visitor(LANGUAGE, width=390)
    problems: list[str] = []
    phone.on("pageerror", lambda error: problems.append(str(error)))
    phone.on("console", lambda entry: problems.append(entry.text) if entry.type == "error" else None)

    phone.goto(f"/sign-in/link/{token}")
    phone.locator("main button").click()
    phone.locator("[name=password]").fill("三盏绿灯笼挂门前真好看")
    phone.locator("[name=again]").fill("三盏绿灯笼挂门前真好看")
    phone.locator("form:has([name=again]) button").click()
    phone.goto("/")
    expect(phone.locator("h1")).to_contain_text("小雨")

    learner = Learner(phone, api(person))
    learner.go_on_until(lambda: bool(learner.api.get("/me/certificates").json["items"]))
    (certificate,) = learner.api.get("/me/certificates").json["items"]
    phone.goto("/certificates")
    expect(phone.locator("main")).to_contain_text("服务基础认证")
    phone.goto(f"/certificates/{certificate['code']}")
    expect(phone.locator("main")).to_contain_text("林小雨")
    pdf = phone.request.get(f"/certificates/{certificate['code']}.pdf")
    assert pdf.ok and pdf.body().startswith(b"%PDF")
    stranger = visitor("en")
    stranger.goto(f"/verify/{certificate['code']}")
    expect(stranger.locator("main")).to_contain_text("林小雨")
    assert problems == []

    with app.app_context():
        results = {row.of_key: row for row in db.session.scalars(select(Result).where(Result.person_id == person.id))}
    assert results["onboarding-exam"].percent == 100
    assert results["late-delivery"].percent == 100

    desk = visitor("en")
    sign_in_at_the_desk(app, desk)
    today = clock.now().date()
    cycle = {
        "key": "journey", "title": {"en": "Journey", "zh-Hans": "旅程"}, "missing": "reweigh",
        "starts_on": f"{today.year}-01-01", "ends_on": f"{today.year}-12-31",
        "components": [
            {"kind": "exam", "of": "onboarding-exam", "weight": 60},
            {"kind": "scenario", "of": "late-delivery", "weight": 40},
        ],
    }  # fmt: skip
    assert api(Role.HR).post("/review-cycles", cycle).status_code == 201
    desk.goto("/hr/reviews/journey")
    expect(desk.locator("main")).to_contain_text("林小雨")
    expect(desk.locator("tr", has_text="林小雨")).to_contain_text("100")
    desk.locator("form[action$=revisions] button, button:has-text('Freeze')").first.click()
    desk.wait_for_load_state()
    hr = api(Role.HR)
    exported = hr.get("/review-cycles/journey/export?format=csv&revision=1").get_data().decode("utf-8-sig")
    (row,) = [row for row in csv.reader(exported.splitlines()) if "林小雨" in row]
    assert [float(cell) for cell in row if re.fullmatch(r"100(\.0+)?", cell)].count(100.0) >= 3, row


def sign_in_at_the_desk(app: Flask, desk: Page) -> None:
    """HR signs in with a password."""
    with app.app_context(), unit_of_work():
        chen = factories.person(roles=[Role.HR], email="chen@example.com", name="陈莉", language="en")
        service.set_password(chen, "seven quiet harbours", actor=None, now=clock.now())
    desk.goto("/sign-in")
    desk.locator("[name=email]").fill("chen@example.com")
    desk.locator("[name=password]").fill("seven quiet harbours")
    desk.locator("main button").click()
    desk.wait_for_load_state()
