"""The REST resources of scenarios: checked like files, computed through, kept as versions, kept from learners."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from lms import config, packs
from lms.core import audit, clock
from lms.core.access import Role, Scope
from lms.core.content import plain
from lms.core.database import db, unit_of_work
from lms.scenarios import sync
from lms.scenarios.models import Scenario, ScenarioVersion
from tests.factories_scenarios import BUNDLED, SECRETS, SMALL, definition, scenario


@pytest.fixture
def author(app: Flask, api: Any) -> Any:
    """A trainer's API, with the small scenario that files brought."""
    with app.app_context(), unit_of_work():
        scenario()
    return api(Role.TRAINER)


def sent() -> dict[str, Any]:
    return plain(definition())


def new(key: str = "dry-floor") -> dict[str, Any]:
    return {**sent(), "scenario": key}


def fields(response: Any) -> dict[str, str]:
    assert response.status_code == 422, response.json
    return {error["field"]: error["message"] for error in response.json["errors"]}


def test_a_scenario_comes_back_as_it_was_sent(author: Any) -> None:
    assert author.post("/scenarios", new()).status_code == 201
    got = author.get("/scenarios/dry-floor").json
    assert got == {**new(), "version": 1}
    assert author.put("/scenarios/dry-floor", got).json["version"] == 1


def test_bundled_scenarios_can_be_sent(app: Flask, author: Any) -> None:
    with app.app_context():
        assert packs.load([config.ROOT], take=None, actor=None, now=clock.now()).report is not None
    for path in sorted(BUNDLED.glob("*.yaml"))[:3]:
        body = plain(definition(path.read_text(encoding="utf-8")))
        assert author.put(f"/scenarios/{path.stem}", body).json["version"] == 1, "the same words change nothing"
        copy = {**body, "scenario": f"another-{path.stem}"}
        assert author.post("/scenarios", copy).status_code == 201
        assert author.get(f"/scenarios/another-{path.stem}").json == {**copy, "version": 1}


def test_a_scene_names_only_steps_that_courses_have(author: Any) -> None:
    body = new()
    first = next(iter(body["scenes"].values()))
    first["sop"] = ["no-such-course/lesson/step"]
    refused = author.post("/scenarios", body)
    assert refused.status_code == 422 and "no-such-course/lesson/step" in refused.text


def test_a_scenario_added_here_can_be_played(author: Any, api: Any) -> None:
    author.post("/scenarios", new())
    started = api().post("/scenarios/dry-floor/plays")
    assert started.status_code == 201
    assert author.get("/scenarios/dry-floor/bounds").json == author.get("/scenarios/wet-floor/bounds").json


def test_a_changed_scenario_is_a_new_version(app: Flask, author: Any) -> None:
    changed = {**sent(), "pass": {"score": 70}}
    assert author.put("/scenarios/wet-floor", changed).json["version"] == 2
    assert author.put("/scenarios/wet-floor", changed).json["version"] == 2
    with app.app_context():
        row = db.session.scalars(select(Scenario)).one()
        assert row.edited_at is not None
        assert len(list(db.session.scalars(select(ScenarioVersion)))) == 2
        actions = select(audit.AuditEntry.action).where(audit.AuditEntry.subject == "scenario:wet-floor")
        assert list(db.session.scalars(actions)) == ["scenario.version", "scenario.version"]


def test_keys_and_versions_are_guarded(author: Any) -> None:
    assert author.post("/scenarios", sent()).status_code == 409
    assert author.put("/scenarios/nobody", new("nobody")).status_code == 404
    assert set(fields(author.put("/scenarios/wet-floor", new()))) == {"scenario"}
    changed = {**sent(), "pass": {"score": 70}}
    author.put("/scenarios/wet-floor", {**changed, "version": 1})
    assert author.put("/scenarios/wet-floor", {**sent(), "version": 1}).status_code == 409
    assert author.put("/scenarios/wet-floor", {**changed, "version": 1}).status_code == 200


def test_every_wrong_field_is_told_and_nothing_changes(author: Any) -> None:
    body = new()
    body["scenes"]["opening"]["choices"]["hear-her-out"]["goto"] = "nowhere"
    body["scenes"]["opening"]["emotion"]["points"] = -1
    told = fields(author.post("/scenarios", {**body, "channel": "pigeon", "stray": 1}))
    assert set(told) == {
        "scenes.opening.choices.hear-her-out.goto", "scenes.opening.emotion.points", "channel", "stray",
    }  # fmt: skip
    assert author.get("/scenarios/dry-floor").status_code == 404


def test_a_scenario_that_fails_its_analysis_is_refused_with_the_reasons(app: Flask, author: Any) -> None:
    body = new()
    body["scenes"]["island"] = {"says": "Hello?", "choices": {"bye": {"reply": "Bye.", "goto": "settled"}}}
    for choice in body["scenes"]["closing-scene"]["choices"].values():
        choice["when"] = "trust >= 11"
    told = fields(author.post("/scenarios", body))
    assert set(told) == {"scenes.island", "scenes.closing-scene"}
    body = new()
    body["pass"] = {"score": 100, "taboo": "fail"}
    body["endings"]["settled"]["failed"] = True
    assert set(fields(author.put("/scenarios/wet-floor", {**body, "scenario": "wet-floor"}))) == {"pass"}
    with app.app_context():
        assert len(list(db.session.scalars(select(ScenarioVersion)))) == 1


def test_a_framework_has_to_be_there_and_to_have_the_steps(author: Any) -> None:
    assert set(fields(author.post("/scenarios", {**new(), "framework": "nothing"}))) == {"framework"}
    body = new()
    body["scenes"]["opening"]["choices"]["ask-number"]["step"] = "dance"
    assert set(fields(author.post("/scenarios", body))) == {"scenes.opening.choices.ask-number.step"}


def test_warnings_are_told(author: Any) -> None:
    saved = author.post("/scenarios", {**new(), "title": "Only English"})
    assert saved.status_code == 201
    told = {warning["field"] for warning in saved.json["warnings"]}
    assert {"title", "framework"} <= told  # not translated; LSCAT has steps nobody performs


def test_a_retired_scenario_comes_back_without_a_new_version(app: Flask, author: Any) -> None:
    with app.app_context(), unit_of_work():
        sync.retire_missing("tests", [], clock.now())
    assert author.get("/scenarios").json["items"] == []
    assert author.put("/scenarios/wet-floor", sent()).json["version"] == 1
    assert [one["key"] for one in author.get("/scenarios").json["items"]] == ["wet-floor"]


def test_the_list_is_paged(author: Any, count_queries: Any) -> None:
    for key in ("a-first", "b-second"):
        author.post("/scenarios", new(key))
    first = author.get("/scenarios?limit=2").json
    assert [(one["key"], one["edited"]) for one in first["items"]] == [("a-first", True), ("b-second", True)]
    with count_queries() as queries:
        rest = author.get(f"/scenarios?limit=2&cursor={first['next']}", headers={"Accept-Language": "zh-CN"}).json
    assert len(queries) <= 8 and rest["next"] is None
    (last,) = rest["items"]
    assert (last["key"], last["title"], last["version"], last["edited"]) == ("wet-floor", "地上的水", 1, False)


def test_files_conflict_with_an_edit(app: Flask, author: Any) -> None:
    def load(found: Any) -> Any:
        with app.app_context(), unit_of_work():
            return sync.sync([found], pack="tests", now=clock.now())

    author.put("/scenarios/wet-floor", {**sent(), "pass": {"score": 70}})
    author.post("/scenarios", new())
    other = definition(SMALL, ("score: 80", "score: 60"))
    assert load(other).conflicts == ["scenario:wet-floor"]
    added = definition(SMALL, ("score: 80", "score: 60"), ("scenario: wet-floor", "scenario: dry-floor"))
    assert load(added).conflicts == ["scenario:dry-floor"]
    assert author.get("/scenarios/wet-floor").json["pass"]["score"] == 70


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.TRAINER, Role.AUDITOR)], ids=str)
def test_nobody_else_reads_scenarios(author: Any, api: Any, role: Role) -> None:
    other = api(role)
    for answer in (
        other.get("/scenarios"),
        other.get("/scenarios/wet-floor"),
        other.post("/scenarios", new()),
        other.put("/scenarios/wet-floor", sent()),
    ):
        assert answer.status_code == 403
        assert not any(secret in answer.text for secret in SECRETS)


def test_an_auditor_reads_and_a_token_needs_the_scope(author: Any, api: Any) -> None:
    auditor = api(Role.AUDITOR)
    assert auditor.get("/scenarios/wet-floor").status_code == 200
    assert auditor.post("/scenarios", new()).status_code == 403
    assert api(Role.TRAINER, scopes=[Scope.LEARN]).get("/scenarios/wet-floor").status_code == 403


def test_openapi_describes_the_scenario(app: Flask) -> None:
    schemas = app.test_client().get("/api/v1/openapi.json").json["components"]["schemas"]
    assert {"scenario", "title", "start", "scenes", "endings"} == set(schemas["NewScenarioBody"]["required"])
    assert "pass" in schemas["ScenarioBody"]["properties"]
