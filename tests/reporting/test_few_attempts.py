"""Statistics of an exam that nobody, one person or two people have sat: sentences instead of figures, never an error."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from lms.assessment import service
from lms.core import clock
from lms.core.access import Role
from lms.core.database import db, unit_of_work
from lms.question_bank.models import Item
from tests import factories
from tests import factories_assessment as make


@pytest.mark.parametrize("sat", [0, 1, 2])
def test_pages_of_an_exam_with_hardly_any_attempts_say_so(
    app: Flask, sign_in: Callable[..., Any], api: Callable[..., Any], sat: int
) -> None:
    with app.app_context(), unit_of_work():
        make.topic()
        make.exam()
        keys = list(db.session.scalars(select(Item.key)))
        for _ in range(sat):
            person = factories.person()
            attempt = make.attempt(person)
            for slot, answer in make.right_answers(attempt).items():
                service.save_response(attempt.id, person, slot, answer, 1, now=clock.now())
            service.submit(attempt.id, person, now=clock.now())
    trainer = sign_in(Role.TRAINER)
    page = trainer.get("/reports/exams/front-line")
    assert page.status_code == 200
    words = page.text.partition("<main")[2]
    assert "nan" not in words.lower().split() and "None" not in words
    assert any(said in words for said in ("Nobody", "No attempt", "no attempt", "at least", "too few", "Too few", "needed"))
    assert trainer.get("/reports/exams/front-line.csv").status_code == 200
    assert trainer.get("/reports/exams/front-line/attempts").status_code == 200
    told = api(Role.TRAINER).get("/exams/front-line/statistics")
    assert told.status_code == 200
    shown = [trainer.get(f"/reports/exams/front-line/items/{key}") for key in keys]
    assert {page.status_code for page in shown} <= ({404} if sat == 0 else {200, 404})
    assert sum(page.status_code == 200 for page in shown) >= (4 if sat else 0)
    assert all("None" not in page.text.partition("<main")[2] for page in shown)
