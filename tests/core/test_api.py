"""The API base: tokens, scopes, strict bodies, problems, paging, idempotency, ETags, OpenAPI."""

import re
from collections.abc import Callable
from typing import Any

from flask import Flask

from lms.core.access import Role, Scope

PERSON = {"email": "new@example.com", "name": "Lin Xiaoyu", "employee_number": "000123"}


def test_a_call_without_a_token_is_401(client: Any) -> None:
    response = client.get("/api/v1/me")
    assert response.status_code == 401
    assert response.mimetype == "application/problem+json"
    assert response.headers["WWW-Authenticate"] == "Bearer"


def test_a_token_may_do_no_more_than_its_scopes(api: Callable[..., Any]) -> None:
    response = api(Role.ADMIN, scopes=[Scope.LEARN]).get("/people")
    assert response.status_code == 403
    assert "admin" in response.json["detail"]


def test_a_token_may_do_no_more_than_its_person(api: Callable[..., Any]) -> None:
    assert api(Role.LEARNER, scopes=list(Scope)).get("/people").status_code == 403


def test_a_person_is_added_and_the_number_stays_text(api: Callable[..., Any]) -> None:
    admin = api(Role.ADMIN)
    created = admin.post("/people", json=PERSON)
    assert created.status_code == 201
    assert created.json["employee_number"] == "000123"
    assert admin.get(f"/people/{created.json['id']}").json["name"] == "Lin Xiaoyu"


def test_the_same_person_twice_is_a_conflict(api: Callable[..., Any]) -> None:
    admin = api(Role.ADMIN)
    admin.post("/people", json=PERSON)
    assert admin.post("/people", json=PERSON).status_code == 409


def test_an_unknown_field_and_a_wrong_type_are_named(api: Callable[..., Any]) -> None:
    response = api(Role.ADMIN).post("/people", json={**PERSON, "name": 7, "shoe_size": 43})
    assert response.status_code == 422
    assert {error["field"] for error in response.json["errors"]} == {"name", "shoe_size"}


def test_a_body_that_is_no_json_is_refused_plainly(api: Callable[..., Any]) -> None:
    admin = api(Role.ADMIN)
    response = admin.client.post("/api/v1/people", headers=admin.headers, data="name=x")
    assert response.status_code == 400
    response = admin.client.post(
        "/api/v1/people", headers=admin.headers, data="{", content_type="application/json"
    )
    assert response.status_code == 422


def test_a_repeated_idempotency_key_gets_the_first_answer(api: Callable[..., Any]) -> None:
    admin = api(Role.ADMIN)
    key = {"Idempotency-Key": "import-2026-11-21"}
    first = admin.post("/people", json=PERSON, headers=key)
    again = admin.post("/people", json=PERSON, headers=key)
    assert (again.status_code, again.json) == (201, first.json)
    other = admin.post("/people", json={**PERSON, "email": "other@example.com"}, headers=key)
    assert other.status_code == 409


def test_lists_come_in_pages(api: Callable[..., Any]) -> None:
    admin = api(Role.ADMIN)
    for number in range(5):
        admin.post("/people", json={"email": f"p{number}@example.com", "name": "Same Name"})
    seen, path = [], "/people?limit=2"
    while path:
        response = admin.get(path)
        seen += [person["id"] for person in response.json["items"]]
        path = f"/people?limit=2&cursor={response.json['next']}" if response.json["next"] else ""
        assert ("Link" in response.headers) == bool(path)
    assert len(seen) == len(set(seen)) == 6


def test_a_foreign_cursor_is_refused(api: Callable[..., Any]) -> None:
    admin = api(Role.ADMIN)
    assert admin.get("/people?cursor=nonsense").status_code == 422
    assert admin.get("/people?limit=501").status_code == 422


def test_an_unchanged_object_is_304(api: Callable[..., Any]) -> None:
    learner = api(Role.LEARNER)
    etag = learner.get("/me").headers["ETag"]
    assert learner.get("/me", headers={"If-None-Match": etag}).status_code == 304


def test_unknown_paths_and_methods_are_problems_too(api: Callable[..., Any]) -> None:
    learner = api(Role.LEARNER)
    assert learner.get("/nothing").mimetype == "application/problem+json"
    response = learner.delete("/me")
    assert response.status_code == 405
    assert "GET" in response.headers["Allow"]


def test_a_number_beyond_every_column_is_refused(api: Callable[..., Any]) -> None:
    response = api(Role.LEARNER).get("/attempts/99999999999999999999999")
    assert response.status_code == 422
    assert response.mimetype == "application/problem+json"


def test_the_description_is_openapi_31(app: Flask, client: Any) -> None:
    document = client.get("/api/v1/openapi.json").json
    assert document["openapi"].startswith("3.1")
    described = {path for path in document["paths"]}
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/api/v1/") and rule.endpoint != "describe_api":
            path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule.removeprefix("/api/v1"))
            assert path in described


def test_the_way_on_keeps_the_search_whatever_its_letters(api: Callable[..., Any]) -> None:
    admin = api(Role.ADMIN)
    for number in range(3):
        admin.post("/people", json={"email": f"n{number}@example.com", "name": f"林小雨 & {number}\u00e9"})
    first = admin.get("/people?limit=2&q=%E6%9E%97%E5%B0%8F%E9%9B%A8+%26")
    link = re.fullmatch(r'<http://localhost/api/v1(/[^>]+)>; rel="next"', first.headers["Link"])
    assert link is not None and link[1].isascii()
    assert [person["name"] for person in admin.get(link[1]).json["items"]] == ["林小雨 & 2é"]


def test_a_line_end_in_a_search_makes_no_header(api: Callable[..., Any]) -> None:
    admin = api(Role.ADMIN)
    admin.post("/people", json=PERSON)
    response = admin.get("/people?limit=1&q=@%0d%0a")
    assert response.status_code == 200
    assert "\n" not in response.headers["Link"]
