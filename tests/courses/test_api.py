"""The REST resources of courses."""

from typing import Any

import pytest
from flask import Flask

from lms.core.access import Role, Scope
from lms.core.database import unit_of_work
from tests.factories_courses import course, definition, lesson, text


@pytest.fixture(autouse=True)
def _course(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        course()


def test_the_catalogue_is_paged(app: Flask, api: Any) -> None:
    with app.app_context(), unit_of_work():
        course("second")
        course("third")
    client = api()
    first = client.get("/courses?limit=2").json
    assert [item["key"] for item in first["items"]] == ["greeting", "second"]
    rest = client.get(f"/courses?limit=2&cursor={first['next']}").json
    assert [item["key"] for item in rest["items"]] == ["third"]
    assert rest["next"] is None


def test_a_course_has_its_lessons_with_sop_cards(api: Any) -> None:
    body = api().get("/courses/greeting", headers={"Accept-Language": "zh-CN"}).json
    hello, goodbye = body["lessons"]
    assert hello["sop"]["steps"][0]["action"] == "让客户把话说完。"
    assert hello["sop"]["taboos"][0] == {"phrase": "您别激动。", "instead": "换我也着急。"}
    assert hello["prose"] == "关于hello。"
    assert goodbye["sop"] is None


def test_a_course_has_an_etag(api: Any) -> None:
    client = api()
    tag = client.get("/courses/greeting").headers["ETag"]
    assert client.get("/courses/greeting", headers={"If-None-Match": tag}).status_code == 304


def test_an_unknown_course_is_a_problem(api: Any) -> None:
    answer = api().get("/courses/nothing")
    assert answer.status_code == 404
    assert answer.mimetype == "application/problem+json"


def body_of(key: str = "parting", **changes: Any) -> dict[str, Any]:
    return {**definition(key).model_dump(mode="json", by_alias=True), **changes}


def test_an_author_adds_and_changes_a_course(api: Any) -> None:
    author = api(Role.TRAINER)
    sent = body_of(prose={"hello": {"en": "Words."}})
    assert author.post("/courses", sent).status_code == 201
    assert author.post("/courses", sent).status_code == 409
    assert author.put("/courses/parting", sent).json["version"] == 1
    assert author.put("/courses/parting", body_of(title=text("Farewell"))).json["version"] == 2
    assert author.get("/courses/parting/body").json["title"]["en"] == "Farewell"


def test_a_body_that_is_wrong_changes_nothing(api: Any) -> None:
    author = api(Role.TRAINER)
    assert author.post("/courses", body_of(lessons=[])).status_code == 422
    assert author.post("/courses", body_of(lessons=[lesson("x", kind="nonsense")])).status_code == 422
    assert author.post("/courses", body_of(prose={"nobody": {"en": "x"}})).status_code == 422
    assert author.put("/courses/greeting", body_of("other")).status_code == 422
    assert author.get("/courses/parting").status_code == 404


def test_a_learner_is_no_author(api: Any) -> None:
    assert api().post("/courses", body_of()).status_code == 403
    assert api(Role.TRAINER, scopes=[Scope.LEARN]).post("/courses", body_of()).status_code == 403


def test_prose_left_out_stays(api: Any) -> None:
    author = api(Role.TRAINER)
    author.post("/courses", body_of(prose={"hello": {"en": "Words."}}))
    author.put("/courses/parting", body_of(title=text("Farewell")))
    assert author.get("/courses/parting/body").json["prose"]["hello"] == {"en": "Words."}
