"""Every route states its permission, is typed, commits where it writes, and is refused to whoever lacks the right."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from werkzeug.routing import Rule

from lms.core.access import PERMISSIONS, PUBLIC, Role

LIBRARY = {"static", "bootstrap.static"}
VALUES = {"int": "987654321", "string": "no-such-thing", "default": "no-such-thing", "path": "no/such"}


def rules(app: Flask) -> list[Rule]:
    return [rule for rule in app.url_map.iter_rules() if rule.endpoint not in LIBRARY]


def test_every_route_states_its_permission(app: Flask) -> None:
    for rule in rules(app):
        view: Any = app.view_functions[rule.endpoint]
        requirement = getattr(view, "requirement", None)
        assert requirement is not None, f"{rule}: add @requires(...)"
        assert requirement.permission == PUBLIC or requirement.permission in PERMISSIONS


def test_every_writing_route_is_a_unit_of_work(app: Flask) -> None:
    for rule in rules(app):
        if (rule.methods or set()) & {"POST", "PUT", "PATCH", "DELETE"}:
            view = app.view_functions[rule.endpoint]
            assert getattr(view, "unit_of_work", False), f"{rule}: add @unit_of_work above @requires"


def address(rule: Rule) -> str:
    url = rule.rule
    for argument in rule.arguments:
        converter = type(rule._converters[argument]).__name__
        value = VALUES["int"] if converter == "IntegerConverter" else VALUES["default"]
        for form in (f"<int:{argument}>", f"<string:{argument}>", f"<path:{argument}>", f"<{argument}>"):
            url = url.replace(form, value)
    return url


@pytest.mark.parametrize("role", [*Role, None], ids=str)
def test_each_role_gets_what_the_table_says(
    app: Flask, sign_in: Callable[..., Any], api: Callable[..., Any], role: Role | None
) -> None:
    page = sign_in(role) if role else app.test_client()
    call = api(role) if role else None
    for rule in sorted(rules(app), key=str):
        if rule.endpoint in {"identity.sign_out", "identity.revoke_sign_ins", "observe.readyz"}:
            continue  # would sign this browser out, or says 503 on a schema without migrations; see their own tests
        permission = app.view_functions[rule.endpoint].requirement.permission  # type: ignore[attr-defined]
        for method in sorted((rule.methods or set()) - {"OPTIONS", "HEAD"}):
            url = address(rule)
            if rule.rule.startswith("/api/") and permission != PUBLIC:
                headers = call.headers if call else {}
                response = app.test_client().open(
                    url, method=method, headers=headers, json={} if method != "GET" else None
                )
                expected = 401 if role is None else 403
            else:
                response = page.open(url, method=method)
                expected = 302 if role is None else 403
            allowed = permission == PUBLIC or (role is not None and role in PERMISSIONS[permission])
            assert response.status_code < 500, f"{method} {url} as {role}: {response.status_code}"
            if allowed:
                assert response.status_code not in (401, 403), f"{method} {url} as {role} was refused"
            else:
                assert response.status_code == expected, f"{method} {url} as {role}: {response.status_code}"
                if role is None and expected == 302:
                    assert "/sign-in" in response.headers["Location"]
