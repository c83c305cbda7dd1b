"""My training, the team and the reports in a real browser: checked by axe, on a phone too; the filters work."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from flask import Flask
from playwright.sync_api import Page, expect

from lms.core import clock
from lms.core.access import Role
from lms.core.database import unit_of_work
from lms.identity.models import Person
from tests import factories
from tests import factories_assessment as exams
from tests import factories_certification as certifications
from tests import factories_courses as courses
from tests import factories_enrolment as paths
from tests import factories_reporting as rows
from tests import factories_scenarios as scenarios

pytestmark = pytest.mark.browser
LABELS = (("opening", "angry", "hear-her-out"), ("closing-scene", None, "name-and-time"))
PAGES = {
    "learner": ["/", "/how-it-is-measured"],
    "manager": ["/", "/team", "/team/assignments", "/reports/pass-rates", "/reports/certified"],
    "trainer": ["/reports", "/reports/emotion", "/reports/exams/front-line-exam", "/reports/scenarios", "/reports/scenarios/wet-floor"],
}


@pytest.fixture
def people(app: Flask) -> dict[str, Person]:
    """A learner on a path, a manager with a team that has sat exams, and a trainer."""
    with app.app_context(), unit_of_work():
        courses.course("greeting")
        scenarios.scenario()
        exam = exams.exam("front-line-exam")
        paths.path([{"course": "greeting"}, {"scenario": "wet-floor"}, {"exam": "front-line-exam"}])
        certifications.certification("front-line", roles=["new-hire"])
        learner = factories.person(department="service/hotline", job_role="new-hire", hired_on=clock.today())
        rows.certificate(learner, "front-line", expires_on=clock.today() + timedelta(days=30))
        for months in range(6):
            at = rows.noon(clock.today() - timedelta(days=30 * months))
            for one in rows.group(exam, 8, 9, department="service/hotline", at=at):
                rows.play(one, rows.scenario_row("wet-floor"), labels=LABELS, at=at)
        return {
            "learner": learner,
            "manager": factories.person(roles=[Role.MANAGER], department="service"),
            "trainer": factories.person(roles=[Role.TRAINER]),
        }


@pytest.fixture
def enter(window_of: Callable[..., Page], people: dict[str, Person]) -> Callable[[str, str, int], Page]:
    """Open a browser window in which one of the people is signed in."""

    def open_window(who: str, language: str = "en", width: int = 1280) -> Page:
        return window_of(people[who], language=language, width=width)

    return open_window


@pytest.mark.parametrize(("language", "width"), [("en", 1280), ("zh-Hans", 390)])
@pytest.mark.parametrize("who", list(PAGES))
def test_the_pages_keep_nobody_out(enter: Callable[..., Page], who: str, language: str, width: int) -> None:
    page = enter(who, language, width)
    for path in PAGES[who]:
        page.goto(path)
        for summary in page.locator("main details > summary").all():
            if summary.is_visible():
                summary.click()
        page.evaluate("() => scrollTo(0, 0)")  # else the top bar may cover half a button
        found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa", "wcag21aa", "wcag22aa"]})
        told = [(each["id"], [node["target"] for node in each["nodes"]]) for each in found.response["violations"]]
        assert not told, f"{path}: {told}"
        assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth"), path


def test_the_filters_read_as_a_sentence_and_can_be_changed(enter: Callable[..., Page]) -> None:
    page = enter("manager")
    page.goto("/reports/pass-rates")
    page.get_by_label("Group by").select_option("month")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("heading", name="By month", exact=True)).to_be_visible()
    assert "by=month" in page.url
    with page.expect_download() as download:
        page.get_by_role("link", name="Download CSV").click()
    assert download.value.suggested_filename.endswith(".csv")


def test_the_chosen_people_are_given_something(enter: Callable[..., Page]) -> None:
    page = enter("manager")
    page.goto("/team")
    page.get_by_role("checkbox").first.check()
    page.get_by_role("button", name="Assign something to the chosen").click()
    expect(page.get_by_label("For whom")).not_to_be_empty()
    page.get_by_label("What to assign").select_option("course:greeting")
    page.get_by_role("button", name="Assign").click()
    expect(page.get_by_text("was given to 1 person.")).to_be_visible()
