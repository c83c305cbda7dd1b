"""The REST resources of courses."""

from typing import Any

import pytest
from flask import Flask

from lms.core import clock
from lms.core.access import Role, Scope
from lms.core.database import unit_of_work
from lms.courses.sync import sync
from tests.factories_assessment import item, topic
from tests.factories_courses import course, definition, lesson, source, text


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


def told(response: Any) -> set[str]:
    assert response.status_code == 422, response.json
    return {error["field"] for error in response.json["errors"]}


def test_every_wrong_field_of_a_body_is_told(api: Any) -> None:
    author = api(Role.TRAINER)
    wrong = body_of(lessons=[lesson("hello", minutes=0), lesson("hello", kind="nonsense")], stray=1)
    assert told(author.post("/courses", wrong)) == {"lessons.0.minutes", "lessons.1.kind", "lessons.1.key", "stray"}
    prose = {"hello": {"en": " ", "zh-Hans": "![](media/lost.png)"}, "nobody": {"en": "a\u0000b"}}
    assert told(author.post("/courses", body_of(prose=prose))) == {
        "prose.hello.en", "prose.hello.zh-Hans", "prose.nobody", "prose.nobody.en",
    }  # fmt: skip


def test_a_check_draws_from_a_topic_that_holds_enough(app: Flask, api: Any) -> None:
    with app.app_context(), unit_of_work():
        essay = {"key": "e", "type": "essay", "stem": "Write.", "rubric": [{"key": "k", "title": "T", "levels": [{"points": 1}]}]}
        topic("greetings", [item("g-1"), item("g-2"), essay])
    author = api(Role.TRAINER)

    def with_check(**check: Any) -> Any:
        return author.post("/courses", body_of(lessons=[lesson("hello", check=check)]))

    assert told(with_check(topic="nothing")) == {"lessons.0.check.topic"}
    assert told(with_check(topic="greetings", draw=3)) == {"lessons.0.check.draw"}
    assert with_check(topic="greetings", draw=2).status_code == 201


def test_a_body_goes_round_and_tells_what_lacks(api: Any) -> None:
    author = api(Role.TRAINER)
    got = author.get("/courses/greeting/body").json
    again = author.put("/courses/greeting", got).json
    assert (again["version"], again["warnings"]) == (1, [])
    assert author.get("/courses/greeting/body").json == got
    saved = author.put("/courses/greeting", {**got, "title": "Only English"}).json
    assert (saved["version"], [warning["field"] for warning in saved["warnings"]]) == (2, ["title"])


def test_files_conflict_with_an_edit_through_the_api(app: Flask, api: Any) -> None:
    author = api(Role.TRAINER)
    author.put("/courses/greeting", {**author.get("/courses/greeting/body").json, "title": text("Edited")})
    with app.app_context(), unit_of_work():
        report = sync([source("greeting", title=text("From files"))], pack="tests", now=clock.now())
    assert report.conflicts == ["course:greeting"]
    assert author.get("/courses/greeting/body").json["title"]["en"] == "Edited"


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.TRAINER, Role.AUDITOR)], ids=str)
def test_nobody_else_reads_bodies(api: Any, role: Role) -> None:
    other = api(role)
    assert other.get("/courses/greeting/body").status_code == 403
    assert other.put("/courses/greeting", body_of("greeting")).status_code == 403
    assert api(Role.AUDITOR).put("/courses/greeting", body_of("greeting")).status_code == 403
