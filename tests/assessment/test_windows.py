"""Two windows on one question: what one has not seen, it does not overwrite."""

from typing import Any

import pytest
from flask import Flask

from lms.assessment import service
from lms.assessment.service import Window
from lms.core import clock
from lms.core.database import unit_of_work
from lms.identity.models import Person
from tests import factories
from tests import factories_assessment as make


@pytest.fixture
def learner(app: Flask) -> Person:
    with app.app_context(), unit_of_work():
        make.topic()
        make.exam()
        return factories.person()


@pytest.fixture
def save(app: Flask, learner: Person) -> Any:
    with app.app_context(), unit_of_work():
        attempt_id = make.attempt(learner).id

    def put(answer: str, seq: int, writer: str, base: int) -> Any:
        with app.app_context(), unit_of_work():
            fields, window = {"answer": [answer]}, Window(writer, base)
            return service.save_form(attempt_id, learner, 1, fields, seq, now=clock.now(), window=window)

    return put


def test_an_answer_over_what_the_window_knows_is_new(save: Any) -> None:
    assert save("1", 1, "a", 0).is_new
    assert save("2", 2, "b", 1).is_new


def test_a_greater_number_does_not_overwrite_what_the_window_has_not_seen(save: Any) -> None:
    save("1", 1, "a", 0)
    saved = save("2", 50, "b", 0)
    assert (saved.is_new, saved.stands, saved.seq) == (False, False, 1)


def test_a_window_goes_on_after_its_own_answers_whose_reply_was_lost(save: Any) -> None:
    save("1", 1, "a", 0)
    assert save("2", 2, "a", 0).is_new


def test_a_repeated_answer_stands(save: Any) -> None:
    save("1", 1, "a", 0)
    saved = save("1", 1, "a", 0)
    assert (saved.is_new, saved.stands) == (False, True)


def test_the_same_answer_from_two_windows_stands_for_both(save: Any) -> None:
    save("1", 1, "a", 0)
    saved = save("1", 2, "b", 0)
    assert (saved.is_new, saved.stands) == (False, True)


def test_a_page_may_name_its_window_and_nonsense_is_taken_for_no_name(app: Flask, sign_in: Any, learner: Person) -> None:
    page = sign_in(learner)
    path = page.post("/exams/front-line").location
    headers = {"Accept": "application/json"}
    for number, extra in enumerate(({"writer": "a" * 33, "base": "0"}, {"writer": "ä", "base": "0"}, {"writer": "a", "base": "-"}), 1):
        fields = {"answer": str(number), "seq": str(number), **extra}
        facts = page.post(f"{path}/answers/1", data=fields, headers=headers).json
        assert facts["is_new"] and facts["stands"]
