"""The page that plays all routes: its title is the conclusion, its figures stand in a table too, authors alone see it."""

import html
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.core.access import Role
from lms.core.database import unit_of_work
from lms.scenarios.definitions import ScenarioDefinition
from lms.scenarios.views_routes import routes_page
from tests import factories_scenarios as sets
from tests.scenarios.stories import choice, defined, scene

ADDRESS = "/author/scenarios/wet-floor/routes"


@pytest.fixture(autouse=True)
def small(app: Flask) -> ScenarioDefinition:
    with app.app_context(), unit_of_work():
        return sets.scenario()


def page(browser: FlaskClient, url: str = ADDRESS) -> str:
    response = browser.get(url)
    assert response.status_code == 200, response.status
    return html.unescape(response.get_data(as_text=True))


def test_the_conclusion_is_the_title(sign_in: Callable[..., FlaskClient]) -> None:
    shown = page(sign_in(Role.TRAINER))
    assert "<h1>" in shown
    title = shown.split("<h1>", 1)[1].split("</h1>", 1)[0]
    assert "passes" in title
    assert "Takes the longest Chinese reply" in shown
    assert "What a blind player comes to" in shown


def test_it_speaks_chinese(sign_in: Callable[..., FlaskClient]) -> None:
    browser = sign_in(Role.TRAINER)
    browser.post("/language", data={"language": "zh-Hans", "next": ADDRESS})
    shown = page(browser)
    assert "随便选能得多少" in shown
    assert "总选最长的中文回应" in shown


@pytest.mark.parametrize("role", [Role.LEARNER, Role.MANAGER])
def test_who_does_not_write_content_does_not_see_it(sign_in: Callable[..., FlaskClient], role: Role) -> None:
    assert sign_in(role).get(ADDRESS).status_code == 403


def test_a_scenario_that_is_not_there_is_not_found(sign_in: Callable[..., FlaskClient]) -> None:
    assert sign_in(Role.TRAINER).get("/author/scenarios/none/routes").status_code == 404


def test_the_page_costs_few_statements(sign_in: Callable[..., FlaskClient], count_queries: Callable[[], Any]) -> None:
    browser = sign_in(Role.TRAINER)
    page(browser)
    with count_queries() as queries:
        page(browser)
    assert len(queries) <= 4, queries


def test_a_draft_that_is_not_sound_shows_what_to_mend(app: Flask) -> None:
    broken = defined({"one": scene(only=choice("one")), "two": scene(only=choice("good"))})
    with app.test_request_context():
        shown = html.unescape(routes_page("story", broken, is_draft=True))
    assert "The draft cannot be played yet" in shown
    assert "No route reaches this scene" in shown


def test_a_sound_draft_is_played_like_a_published_version(app: Flask) -> None:
    sound = defined({"one": scene(good=choice("good", points={"lscat": 1}), bad=choice("bad"))})
    with app.test_request_context():
        shown = html.unescape(routes_page("story", sound, is_draft=True))
    assert "All routes of the draft" in shown
    assert "Whoever chooses blindly passes in 50 % of plays" in shown
