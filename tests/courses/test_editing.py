"""A lesson as a form and back."""

from typing import Any

import pytest
from flask import Flask

from lms.core.access import Role
from lms.core.database import unit_of_work
from lms.courses import queries
from lms.courses.editing import Refusal, form_of, row_count, source_from
from lms.courses.sop import CourseSource, source_digest
from tests import factories
from tests.factories_courses import course, lesson, source


def fields(of: CourseSource, key: str = "hello") -> dict[str, str]:
    found = next(one for one in of.course.lessons if one.key == key)
    return form_of(found, of.prose.get(key, {}))


@pytest.mark.parametrize("key", ["hello", "goodbye"])
def test_an_untouched_form_changes_nothing(key: str) -> None:
    made = source_from(fields(source(), key), key, source())
    assert isinstance(made, CourseSource)
    assert source_digest(made) == source_digest(source())


def test_a_filled_spare_row_is_a_new_step_with_a_key() -> None:
    filled = {**fields(source()), "steps.3.action.en": "Say thank you."}
    made = source_from(filled, "hello", source())
    assert isinstance(made, CourseSource)
    assert made.course.lessons[0].sop is not None
    assert [step.key for step in made.course.lessons[0].sop.steps] == ["listen", "promise", "step-1"]
    assert row_count(filled, "steps") == 6


def test_an_emptied_row_falls_away() -> None:
    emptied = {name: "" if name.startswith("steps.0.") else value for name, value in fields(source()).items()}
    made = source_from(emptied, "hello", source())
    assert isinstance(made, CourseSource)
    assert made.course.lessons[0].sop is not None
    assert [step.key for step in made.course.lessons[0].sop.steps] == ["promise"]


def test_what_is_wrong_is_said_by_place() -> None:
    refused = source_from(
        {**fields(source()), "minutes": "soon", "taboos.0.instead.en": "", "taboos.0.instead.zh-Hans": ""},
        "hello", source(),
    )  # fmt: skip
    assert isinstance(refused, Refusal)
    assert {place for place, _message in refused.problems} == {"minutes", "sop.taboos[0].instead"}


def test_an_author_saves_a_lesson_in_the_browser(app: Flask, sign_in: Any) -> None:
    with app.app_context(), unit_of_work():
        course(lessons=[lesson("hello", kind="sop")])
    client = sign_in(Role.TRAINER)
    assert "Let the customer finish." in client.get("/author/courses/greeting/hello").text
    sent = {**fields(source()), "number": "1", "prose.en": "New\r\nwords."}
    assert client.post("/author/courses/greeting/hello", data={**sent, "minutes": "0"}).status_code == 422
    assert client.post("/author/courses/greeting/hello", data=sent).status_code == 302
    assert client.post("/author/courses/greeting/hello", data=sent).status_code == 409  # opened on version 1
    assert client.get("/author/courses/greeting/nothing").status_code == 404
    with app.app_context(), unit_of_work():
        found = queries.lesson("greeting", "hello", factories.person())
        assert (found.number, found.body.prose["en"]) == (2, "New\nwords.")


def test_an_auditor_does_not_save(app: Flask, sign_in: Any) -> None:
    with app.app_context(), unit_of_work():
        course()
    client = sign_in(Role.AUDITOR)
    assert "Save as a new version" not in client.get("/author/courses/greeting/hello").text
    assert client.post("/author/courses/greeting/hello", data={"number": "1"}).status_code == 403
