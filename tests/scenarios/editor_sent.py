"""The editor of role-plays as its tests use it: pages, what their forms send, and what is kept of it."""

from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select
from werkzeug.test import TestResponse

from lms.core import audit
from lms.core.database import db
from lms.scenarios import queries_drafts
from lms.scenarios.models_drafts import ScenarioDraft
from tests.forms_sent import fields_of

Browser = FlaskClient
ADDRESS = "/author/scenarios/wet-floor"
EDIT = f"{ADDRESS}/edit"
SAYS = "scenes.opening.says.en"


def page(browser: Browser, url: str = EDIT) -> str:
    response = browser.get(url)
    assert response.status_code == 200, response.status
    return response.get_data(as_text=True)


class Form:
    """The form of a scene, of the general part or of the endings, to be filled and sent."""

    def __init__(self, source: str) -> None:
        self.fields = fields_of(source, "part-form")

    def __setitem__(self, name: str, words: str) -> None:
        self.fields[name] = [words]

    def send(self, browser: Browser, do: str = "", url: str = EDIT) -> TestResponse:
        return browser.post(url, data={**self.fields, "do": do})


def form(browser: Browser, query: str = "") -> Form:
    return Form(page(browser, EDIT + query))


def save(browser: Browser, query: str = "", do: str = "", **fields: str) -> TestResponse:
    filled = form(browser, query)
    for name, words in fields.items():
        filled[name] = words
    return filled.send(browser, do)


def publish(browser: Browser) -> TestResponse:
    return browser.post(f"{ADDRESS}/publish", data=fields_of(page(browser), "publish"))


def draft(app: Flask) -> ScenarioDraft | None:
    with app.app_context():
        return queries_drafts.draft_of("wet-floor")


def body(app: Flask) -> dict[str, Any]:
    with app.app_context():
        return queries_drafts.stand("wet-floor").body


def actions(app: Flask) -> list[str]:
    with app.app_context():
        found = db.session.scalars(select(audit.AuditEntry.action).order_by(audit.AuditEntry.id))
        return [action for action in found if action.startswith("scenario.")]
