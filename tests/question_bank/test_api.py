"""The REST resources of items: what authors send is checked like a file, kept as versions, and kept from learners."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from lms.core import audit, clock, media
from lms.core.access import Role, Scope
from lms.core.database import db, unit_of_work
from lms.question_bank import sync
from lms.question_bank.content import Topic as TopicDefinition
from lms.question_bank.items import item_of
from lms.question_bank.models import Item, ItemSopStep, ItemVersion, Topic
from tests.factories_assessment import topic
from tests.factories_courses import course
from tests.question_bank.samples import TYPES, body, text


@pytest.fixture
def author(app: Flask, api: Any) -> Any:
    """A trainer's API, with one topic of two items."""
    with app.app_context(), unit_of_work():
        topic("complaints", 2)
    return api(Role.TRAINER)


def sent(kind: str = "single", key: str = "item-one", **changes: Any) -> dict[str, Any]:
    return {"topic": "complaints", **body(kind, key, **changes)}


def fields(response: Any) -> dict[str, str]:
    assert response.status_code == 422, response.json
    assert response.mimetype == "application/problem+json"
    return {error["field"]: error["message"] for error in response.json["errors"]}


@pytest.mark.parametrize("kind", TYPES)
def test_an_item_of_every_type_comes_back_as_it_was_sent(author: Any, kind: str) -> None:
    added = author.post("/items", sent(kind))
    assert added.status_code == 201, added.json
    got = author.get("/items/item-one")
    assert got.json == {**sent(kind), "version": 1}
    unchanged = author.put("/items/item-one", got.json)
    assert (unchanged.status_code, unchanged.json["version"], unchanged.json["sha256"]) == (
        200,
        1,
        added.json["sha256"],
    )


def test_a_changed_item_is_a_new_version(app: Flask, author: Any) -> None:
    author.post("/items", sent())
    assert author.put("/items/item-one", sent(answer="gamma")).json["version"] == 2
    assert author.put("/items/item-one", sent(answer="gamma")).json["version"] == 2
    assert author.get("/items/item-one").json["answer"] == "gamma"
    with app.app_context():
        versions = db.session.scalars(select(ItemVersion).join(Item, Item.id == ItemVersion.item_id).where(
            Item.key == "item-one").order_by(ItemVersion.number))  # fmt: skip
        assert [version.body["answer"] for version in versions] == ["beta", "gamma"]
        about = audit.AuditEntry.subject == "item:item-one"
        assert list(db.session.scalars(select(audit.AuditEntry.action).where(about))) == ["item.save", "item.save"]


def test_a_key_is_taken_once(author: Any) -> None:
    assert author.post("/items", sent(key="complaints-1")).status_code == 409
    assert author.put("/items/nobody", sent(key="nobody")).status_code == 404
    assert fields(author.put("/items/complaints-1", sent())) == {
        "key": "The key in the body is not the one in the address; make both the same."
    }


def test_a_change_of_an_older_version_is_refused(author: Any) -> None:
    author.post("/items", sent())
    author.put("/items/item-one", sent(answer="gamma", version=1))
    late = author.put("/items/item-one", sent(answer="delta", version=1))
    assert (late.status_code, late.json["version"]) == (409, 2)
    assert author.put("/items/item-one", sent(answer="gamma", version=1)).status_code == 200  # a repetition
    assert author.put("/items/item-one", sent(answer="delta", version=2)).json["version"] == 3
    assert "version" in fields(author.post("/items", sent(key="item-two", version=1)))


def test_every_wrong_field_is_told(author: Any) -> None:
    wrong = sent(answer="omega", points=0, sop=["No Step"], difficulty="odd", topic="nothing", stray=1)
    told = fields(author.post("/items", wrong))
    assert set(told) == {"points", "sop.0", "difficulty", "topic", "stray"}
    assert "easy, medium, hard" in told["difficulty"]
    assert set(fields(author.post("/items", sent(answer="omega")))) == {"answer"}
    assert set(fields(author.post("/items", sent(type="guess")))) == {"type"}
    assert set(fields(author.post("/items", body("single")))) == {"topic"}
    assert author.post("/items", ["no", "object"]).status_code == 422
    assert author.get("/items?topic=complaints").json["items"][2:] == []


@pytest.mark.parametrize("points", [0, 1000.5, 1e9, 0.0000001])
def test_points_are_such_that_scores_can_be_kept(author: Any, points: float) -> None:
    assert set(fields(author.post("/items", sent(points=points)))) == {"points"}


def test_points_may_be_parts(author: Any) -> None:
    assert author.post("/items", sent(points=0.000001)).status_code == 201
    assert author.get("/items/item-one").json["points"] == 0.000001


def test_what_is_wrong_is_said_in_the_callers_language(author: Any) -> None:
    chinese = author.post("/items", sent(topic="nothing"), headers={"Accept-Language": "zh-CN"})
    assert fields(chinese) == {"topic": "没有主题“nothing”；请先写好，或改正标识。"}


def test_references_lead_somewhere(app: Flask, author: Any) -> None:
    with app.app_context(), unit_of_work():
        course()
    steps = ["greeting", "greeting/hello", "greeting/hello/listen", "greeting/hello/sing", "nowhere/at/all"]
    picture = text("See ![it](media/lost.png).")
    told = fields(author.post("/items", sent(sop=steps, stem=picture)))
    assert set(told) == {"sop.3", "sop.4", "stem.en", "stem.zh-Hans"}
    assert author.post("/items", sent(sop=steps[:3])).status_code == 201
    with app.app_context():
        assert sorted(db.session.scalars(select(ItemSopStep.step))) == steps[:3]


def test_a_picture_stays_the_one_it_was(app: Flask, author: Any) -> None:
    shown = item_of(body("true-false", "seen", stem=text("See ![it](media/card.png).")))
    definition = TopicDefinition.model_construct(topic="pictures", title=text("Pictures"), items=[shown])
    with app.app_context(), unit_of_work():
        now = clock.now()
        for letter in "ab":
            media.keep(letter * 64, "card.png", "image/png", b"x", now)
        sync.sync([definition], pack="tests", now=now, media={"card.png": "a" * 64})
    got = author.get("/items/seen").json
    assert author.put("/items/seen", got).json["version"] == 1
    assert author.put("/items/seen", {**got, "answer": True}).json["version"] == 2
    with app.app_context():
        versions = db.session.scalars(select(ItemVersion).join(Item, Item.id == ItemVersion.item_id))
        assert {version.media["card.png"] for version in versions if version.media} == {"a" * 64}


def test_warnings_do_not_forbid(author: Any) -> None:
    saved = author.post("/items", sent(stem="Only English?", rationale=None) | {"rationale": "Because."})
    assert saved.status_code == 201
    assert {"stem", "rationale"} <= {warning["field"] for warning in saved.json["warnings"]}


def test_an_item_moves_to_another_topic(app: Flask, author: Any) -> None:
    with app.app_context(), unit_of_work():
        topic("praise", 1)
    moved = author.put("/items/complaints-1", {**author.get("/items/complaints-1").json, "topic": "praise"})
    assert (moved.status_code, moved.json["version"]) == (200, 1)
    listed = author.get("/items?topic=praise").json["items"]
    assert [(item["key"], item["edited"]) for item in listed] == [("praise-1", False), ("complaints-1", True)]


def test_a_retired_item_comes_back_with_its_topic(app: Flask, author: Any) -> None:
    with app.app_context(), unit_of_work():
        sync.retire_missing("tests", [], clock.now())
        assert db.session.scalars(select(Topic)).one().retired_at is not None
    kept = author.get("/items/complaints-1").json
    assert author.post("/items", sent(key="complaints-1")).status_code == 409  # a key is never used again
    assert author.put("/items/complaints-1", kept).json["version"] == 1
    assert [item["key"] for item in author.get("/items").json["items"]] == ["complaints-1"]
    with app.app_context():
        assert db.session.scalars(select(Topic)).one().retired_at is None


def test_the_list_is_paged_and_narrowed(author: Any) -> None:
    author.post("/items", sent("number", "counted", skill="spin"))
    first = author.get("/items?limit=2")
    assert [item["key"] for item in first.json["items"]] == ["complaints-1", "complaints-2"]
    assert 'rel="next"' in first.headers["Link"]
    rest = author.get(f"/items?limit=2&cursor={first.json['next']}").json
    assert [item["key"] for item in rest["items"]] == ["counted"] and rest["next"] is None
    for narrowed in ("type=number", "skill=spin", "type=number&topic=complaints"):
        assert [item["key"] for item in author.get(f"/items?{narrowed}").json["items"]] == ["counted"]
    assert author.get("/items?topic=nothing").json["items"] == []
    assert author.get("/items?cursor=WyJhIl0").status_code == 422
    assert author.get("/items?cursor=Wzk5OTk5OTk5OTk5OTk5OTk5OTk5OTksMSwxXQ").status_code == 422  # a place beyond all
    assert author.get("/items?colour=red").status_code == 422


def test_the_list_needs_as_many_statements_for_many_items(app: Flask, author: Any, count_queries: Any) -> None:
    with count_queries() as few:
        author.get("/items")
    with app.app_context(), unit_of_work():
        topic("many", 40)
    with count_queries() as many:
        assert len(author.get("/items").json["items"]) == 42
    assert len(many) == len(few) <= 8


def test_the_same_post_with_its_key_adds_once(author: Any) -> None:
    key = {"Idempotency-Key": "one"}
    first = author.post("/items", sent(), headers=key)
    again = author.post("/items", sent(), headers=key)
    assert (again.status_code, again.json) == (201, first.json)


def test_files_conflict_with_an_edit(app: Flask, author: Any) -> None:
    author.put("/items/complaints-1", {**author.get("/items/complaints-1").json, "difficulty": "hard"})

    def load(**changes: Any) -> Any:
        stored = item_of(body("single", "complaints-1", **changes))
        definition = TopicDefinition.model_construct(topic="complaints", title=text("Complaints"), items=[stored])
        with app.app_context(), unit_of_work():
            return sync.sync([definition], pack="tests", now=clock.now())

    assert load(difficulty="easy").conflicts == ["item:complaints-1"]
    assert author.get("/items/complaints-1").json["difficulty"] == "hard"


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.TRAINER, Role.AUDITOR)], ids=str)
def test_nobody_else_reads_items(author: Any, api: Any, role: Role) -> None:
    other = api(role)
    for answer in (
        other.get("/items"),
        other.get("/items/complaints-1"),
        other.post("/items", sent()),
        other.put("/items/complaints-1", sent()),
    ):
        assert answer.status_code == 403
        assert "answer" not in answer.json


def test_an_auditor_reads_and_a_token_needs_the_scope(author: Any, api: Any) -> None:
    auditor = api(Role.AUDITOR)
    assert auditor.get("/items/complaints-1").status_code == 200
    assert auditor.post("/items", sent()).status_code == 403
    assert api(Role.TRAINER, scopes=[Scope.LEARN]).get("/items/complaints-1").status_code == 403


def test_openapi_describes_the_bodies(app: Flask) -> None:
    described = app.test_client().get("/api/v1/openapi.json").json
    schemas = described["components"]["schemas"]
    post, put = described["paths"]["/items"]["post"], described["paths"]["/items/{key}"]["put"]
    assert post["requestBody"]["content"]["application/json"]["schema"]["$ref"].endswith("/NewItemBody")
    assert put["requestBody"]["content"]["application/json"]["schema"]["$ref"].endswith("/ItemBody")
    kinds = {variant["properties"]["type"]["const"]: variant for variant in schemas["NewItemBody"]["oneOf"]}
    assert sorted(kinds) == sorted(TYPES)
    assert {"topic", "key", "options", "answer"} <= set(kinds["single"]["required"])
    assert lost_references(described) == set()


def lost_references(described: dict[str, Any]) -> set[str]:
    """Names of schemas that something refers to and that are not there."""
    found: set[str] = set()
    waiting: list[Any] = [described]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict):
            waiting.extend(value.values())
            if isinstance(name := value.get("$ref"), str):
                found.add(name.rpartition("/")[2])
        elif isinstance(value, list):
            waiting.extend(value)
    return found - described["components"]["schemas"].keys()
