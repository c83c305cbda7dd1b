"""The pages of an exam with CSRF protection as in real life: no form works without its token, and all work with it."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from lms.assessment.models import Attempt
from lms.core.database import db, unit_of_work
from lms.identity.models import Person
from tests import factories
from tests import factories_assessment as make


@pytest.fixture
def learner(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Person:
    """Somebody with an exam to sit, in a house that checks tokens."""
    with app.app_context(), unit_of_work():
        make.topic()
        make.exam()
        person = factories.person()
    monkeypatch.setitem(app.config, "WTF_CSRF_ENABLED", True)
    return person


def token_of(page: str) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page)
    assert found, "no token on the page"
    return found[1]


def test_an_exam_is_sat_from_door_to_result_with_the_tokens_of_its_pages(
    app: Flask, sign_in: Callable[..., Any], learner: Person
) -> None:
    browser, door = sign_in(learner), "/exams/front-line"
    begun = browser.post(door, data={"csrf_token": token_of(browser.get(door).text)})
    assert begun.status_code == 303
    address = begun.headers["Location"]
    question = browser.get(address).text
    saved = browser.post(f"{address}/answers/1", data={"csrf_token": token_of(question), "answer": "1", "go": "hand-in"})
    assert saved.status_code == 303 and saved.headers["Location"].endswith("/hand-in")
    script = browser.post(
        f"{address}/answers/2",
        data={"answer": "1", "seq": "1"},
        headers={"X-CSRFToken": browser.get(f"{address}/clock").json["csrf"], "Accept": "application/json"},
    )
    assert script.status_code == 200
    last = browser.get(f"{address}/hand-in").text
    assert browser.post(f"{address}/hand-in", data={"csrf_token": token_of(last)}).status_code == 303
    assert browser.get(f"{address}/result").status_code == 200
    with app.app_context():
        assert db.session.query(Attempt.state).scalar() == "graded"


def test_without_a_token_nothing_of_an_exam_is_changed(
    app: Flask, sign_in: Callable[..., Any], learner: Person
) -> None:
    browser = sign_in(learner)
    assert browser.post("/exams/front-line").status_code == 400
    with app.app_context(), unit_of_work():
        assert db.session.query(Attempt).count() == 0
        attempt = make.attempt(learner)
    address = f"/attempts/{attempt.id}"
    for path, data in [("/answers/1", {"answer": "1", "seq": "1"}), ("/hand-in", {}), ("/answers/1", {"csrf_token": "made up"})]:
        refused = browser.post(address + path, data=data)
        assert refused.status_code == 400 and "again" in refused.text
    with app.app_context():
        assert db.session.query(Attempt.state).scalar() == "in_progress"
