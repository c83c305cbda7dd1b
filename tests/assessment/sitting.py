"""An exam sat through the API: what is sent, and what the tables hold then."""

from typing import Any

from flask import Flask
from sqlalchemy import func, select

from lms.assessment.models import Attempt
from lms.core.database import db
from lms.enrolment import queries as enrolment
from lms.identity.models import Person
from tests import factories_assessment as make


def right(call: Any, attempt: dict[str, Any]) -> dict[int, Any]:
    with call.client.application.app_context():
        return make.right_answers(db.session.get_one(Attempt, attempt["id"]))


def rows(app: Flask, query: Any) -> list[Any]:
    with app.app_context():
        return [tuple(row) if len(row) > 1 else row[0] for row in db.session.execute(query)]


def count(app: Flask, table: Any) -> int:
    return int(rows(app, select(func.count(table.id)))[0])


def completed(app: Flask, person: Person) -> list[tuple[str, str]]:
    with app.app_context():
        return [(done.kind, done.key) for done in enrolment.completions(person.id)]


def answer_all(call: Any, attempt: dict[str, Any], how_many: int | None = None) -> None:
    answers = right(call, attempt)
    for slot, answer in list(answers.items())[:how_many]:
        reply = call.put(f"/attempts/{attempt['id']}/responses/{slot}", {"answer": answer, "seq": 1})
        assert reply.status_code == 200, reply.json


def submit(call: Any, attempt: dict[str, Any]) -> Any:
    return call.post(f"/attempts/{attempt['id']}/submission")
