"""The editor of exam plans as its tests use it: what its form sends, and what is kept of it."""

import re
from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.assessment import queries_authors
from lms.core import audit
from lms.core.content import plain
from lms.core.database import db
from tests import factories_courses as courses
from tests import forms_sent

EDIT = "/author/exams/front-line/edit"
NEW = "/author/exams/new"
STEP = "greeting/hello/name"
LEVELS = ("easy", "medium", "hard")


def sent(page: str) -> dict[str, Any]:
    return forms_sent.fields_of(page, "plan-form")


def shown(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


def step(app: Flask) -> str:
    return f"greeting/hello/{courses.lesson('hello', kind='sop')['sop']['steps'][0]['key']}"


def body(app: Flask, key: str = "front-line") -> dict[str, Any]:
    with app.app_context():
        return plain(queries_authors.authored_exam(key).definition)


def number(app: Flask, key: str = "front-line") -> int:
    with app.app_context():
        return queries_authors.authored_exam(key).number


def actions(app: Flask, key: str = "front-line") -> list[str]:
    with app.app_context():
        query = (
            select(audit.AuditEntry.action)
            .where(audit.AuditEntry.subject == f"exam:{key}")
            .order_by(audit.AuditEntry.id)
        )
        return list(db.session.scalars(query))


def change(page: FlaskClient, address: str = EDIT, **changes: Any) -> Any:
    """Open the form, change some fields, press Save."""
    return page.post(address, data={**sent(page.get(address).text), **changes, "do": ""})


def press(page: FlaskClient, do: str, address: str = EDIT, **changes: Any) -> str:
    """Open the form, change some fields, press another button; the page that follows."""
    answer = page.post(address, data={**sent(page.get(address).text), **changes, "do": do})
    assert answer.status_code == 200
    return str(answer.text)
