"""The editor of exam plans: newer versions, running attempts, exams taken out of use and back."""

from typing import Any

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.assessment.models import Attempt, Exam
from lms.core.database import db, unit_of_work
from tests import factories
from tests import factories_assessment as make
from tests.assessment.plan_forms import EDIT, actions, body, change, number, sent, shown


def test_a_newer_version_keeps_what_was_typed_and_shows_what_changed(app: Flask, trainer: FlaskClient) -> None:
    opened = sent(trainer.get(EDIT).text)
    assert change(trainer, **{"title.en": "Their title", "cut": "70", "sections.0.draw": "6"}).status_code == 303
    answer = trainer.post(EDIT, data={**opened, "title.en": "My title", "attempts": "2", "do": ""})
    assert answer.status_code == 409
    fields = sent(answer.text)
    assert (fields["title.en"], fields["cut"], fields["attempts"]) == (["My title"], ["70"], ["2"])
    assert "saved meanwhile: “Their title”" in shown(answer.text) and number(app) == 2
    assert "Version 2 was saved by somebody else after you opened version 1." in shown(answer.text)
    assert trainer.post(EDIT, data={**fields, "do": ""}).status_code == 303
    after = body(app)
    assert (after["title"]["en"], after["cut"], after["attempts"], after["sections"][0]["draw"]) == (
        "My title",
        70,
        2,
        6,
    )


def test_a_button_pressed_over_a_newer_version_does_not_overwrite_it_afterwards(
    app: Flask, trainer: FlaskClient
) -> None:
    opened = sent(trainer.get(EDIT).text)
    assert change(trainer, cut="70").status_code == 303
    text = trainer.post(EDIT, data={**opened, "do": "check"}).text
    answer = trainer.post(EDIT, data={**sent(text), "attempts": "2", "do": ""})
    assert answer.status_code == 409 and sent(answer.text)["cut"] == ["70"] and body(app)["cut"] == 70


def test_who_sends_what_is_in_force_already_is_not_stopped(app: Flask, trainer: FlaskClient) -> None:
    opened = sent(trainer.get(EDIT).text)
    assert change(trainer, cut="70").status_code == 303
    assert trainer.post(EDIT, data={**opened, "cut": "70", "do": ""}).status_code == 303 and number(app) == 2


def test_running_attempts_keep_the_version_they_began_with_and_the_page_says_so(
    app: Flask, trainer: FlaskClient
) -> None:
    with app.app_context(), unit_of_work():
        make.attempt(factories.person())
    text = shown(trainer.get(EDIT).text)
    assert "One attempt is under way. It keeps version 1" in text and "keep the version they began with" in text
    answer = change(trainer, cut="70")
    assert "Attempts under way keep the version they began with" in trainer.get(answer.headers["Location"]).text
    with app.app_context():
        begun, exam = db.session.scalars(select(Attempt)).one(), db.session.scalars(select(Exam)).one()
        assert begun.exam_version_id != exam.version_id


def test_an_exam_is_retired_and_brought_back(app: Flask, trainer: FlaskClient, api: Any) -> None:
    page = "/author/exams/front-line"
    assert f"{page}/retire" in trainer.get(page).text
    assert trainer.post(f"{page}/retire").status_code == 303
    assert trainer.post(f"{page}/retire").status_code == 303
    assert api().post("/exams/front-line/attempts").status_code == 404
    text = trainer.get(page).text
    assert "This exam is retired" in text and f"{page}/return" in text and f"{page}/retire" not in text
    assert trainer.post(f"{page}/return").status_code == 303
    assert api().post("/exams/front-line/attempts").status_code == 201
    trainer.post(f"{page}/retire")
    assert "Saving puts it in use again" in trainer.get(EDIT).text
    answer = change(trainer)
    assert "The exam is in use again" in trainer.get(answer.headers["Location"]).text
    assert actions(app) == ["exam.add", "exam.retire", "exam.return", "exam.retire", "exam.return"] and number(app) == 1
