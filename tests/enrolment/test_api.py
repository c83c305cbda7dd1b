"""The REST call of studying."""

from typing import Any

import pytest
from flask import Flask

from lms.core.access import Role, Scope
from lms.core.database import unit_of_work
from tests.factories_courses import course, lesson


@pytest.fixture(autouse=True)
def _courses(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        course()
        course("checked", lessons=[lesson("one", check={"topic": "manners"})])
        course("closed", assigned_only=True)


def test_completing_enrols_and_repeating_gives_the_same(api: Any) -> None:
    client = api()
    first = client.put("/me/lessons/greeting/hello")
    assert first.status_code == 200
    assert (first.json["state"], first.json["seconds"], first.json["course_completed_at"]) == ("done", 0, None)
    assert client.put("/me/lessons/greeting/hello").json == first.json
    assert client.put("/me/lessons/greeting/goodbye").json["course_completed_at"].endswith("Z")


def test_an_unpassed_check_is_a_conflict(api: Any) -> None:
    answer = api().put("/me/lessons/checked/one")
    assert answer.status_code == 409
    assert answer.json["waits_for"] == {"kind": "check", "key": "checked/one"}


def test_what_is_not_there_is_not_found(api: Any) -> None:
    client = api()
    assert client.put("/me/lessons/greeting/nothing").status_code == 404
    assert client.put("/me/lessons/nothing/hello").status_code == 404


def test_what_is_not_open_is_refused(api: Any) -> None:
    assert api().put("/me/lessons/closed/hello").status_code == 403
    assert api(Role.AUDITOR).put("/me/lessons/greeting/hello").status_code == 403
    assert api(scopes=[Scope.HR]).put("/me/lessons/greeting/hello").status_code == 403
