"""Signing in: the door, one-time links, revocation, limits."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.core import clock
from lms.core.access import Role
from lms.core.database import unit_of_work
from lms.identity import service
from lms.identity.models import Person
from tests import factories

PASSWORD = "three green lanterns"


@pytest.fixture
def lin(app: Flask) -> Person:
    with app.app_context(), unit_of_work():
        person = factories.person(email="lin@example.com", name="Lin Xiaoyu", employee_number="000123")
        service.set_password(person, PASSWORD, actor=None, now=clock.now())
        return person


def enter(client: FlaskClient, email: str = "lin@example.com", password: str = PASSWORD, next: str = "") -> Any:
    return client.post("/sign-in", data={"email": email, "password": password, "next": next})


def test_the_right_password_opens_and_leads_back(client: FlaskClient, lin: Person) -> None:
    assert client.get("/account").headers["Location"] == "/sign-in?next=/account"
    assert enter(client, next="/account").headers["Location"] == "/account"
    assert "Lin Xiaoyu" in client.get("/account").text


def test_the_employee_number_opens_too(client: FlaskClient, lin: Person) -> None:
    assert enter(client, email="000123").status_code == 302


@pytest.mark.parametrize(("email", "password"), [("lin@example.com", "wrong"), ("nobody@example.com", PASSWORD)])
def test_a_wrong_name_or_password_says_the_same_and_keeps_the_name(
    client: FlaskClient, lin: Person, email: str, password: str
) -> None:
    response = enter(client, email, password)
    assert response.status_code == 422
    assert "The name or the password is not right" in response.text
    assert f'value="{email}"' in response.text


@pytest.mark.parametrize("target", ["https://evil.example", "//evil.example", "/\\evil.example", "javascript:x"])
def test_nobody_is_led_away(client: FlaskClient, lin: Person, target: str) -> None:
    assert enter(client, next=target).headers["Location"] == "/"


def test_a_link_opens_once_and_only_by_the_button(app: Flask, client: FlaskClient, lin: Person) -> None:
    with app.app_context(), unit_of_work():
        token = service.make_sign_in_link(lin, actor=None, now=clock.now())
    for _ in range(2):  # a mail scanner looks at it
        assert client.get(f"/sign-in/link/{token}").status_code == 200
    assert client.post(f"/sign-in/link/{token}").status_code == 302
    assert client.get("/account").status_code == 200
    other = app.test_client()
    assert other.post(f"/sign-in/link/{token}").status_code == 404


def test_an_old_link_is_closed(app: Flask, client: FlaskClient, lin: Person, later: Callable[..., Any]) -> None:
    with app.app_context(), unit_of_work():
        token = service.make_sign_in_link(lin, actor=None, now=clock.now())
    with later(days=service.LINK_DAYS, minutes=1):
        assert client.post(f"/sign-in/link/{token}").status_code == 404


def test_a_revoked_browser_is_out_at_once(app: Flask, lin: Person) -> None:
    here, there = app.test_client(), app.test_client()
    enter(here), enter(there)
    here.post("/account/sign-ins/revoke", data={})
    assert there.get("/account").status_code == 302
    assert here.get("/account").status_code == 302


def test_signing_out_ends_this_browser_only(app: Flask, lin: Person) -> None:
    here, there = app.test_client(), app.test_client()
    enter(here), enter(there)
    here.post("/sign-out")
    assert here.get("/account").status_code == 302
    assert there.get("/account").status_code == 200


def test_somebody_deactivated_is_out_everywhere(app: Flask, client: FlaskClient, lin: Person, api: Any) -> None:
    enter(client)
    token = api(lin)
    with app.app_context(), unit_of_work():
        service.deactivate_person(service._known("lin@example.com"), actor=None, now=clock.now())
    assert client.get("/account").status_code == 302
    assert token.get("/me").status_code == 401
    assert enter(app.test_client()).status_code == 422


def test_a_session_ends_after_its_hours(client: FlaskClient, lin: Person, later: Callable[..., Any]) -> None:
    enter(client)
    with later(hours=13):
        assert client.get("/account").status_code == 302


def test_a_password_is_changed_and_weak_ones_are_refused(sign_in: Callable[..., FlaskClient], lin: Person) -> None:
    browser = sign_in(lin)
    weak = browser.post("/account", data={"present": PASSWORD, "password": "Lin Xiaoyu 1", "again": "Lin Xiaoyu 1"})
    assert weak.status_code == 422
    differing = browser.post("/account", data={"password": "four blue teapots", "again": "four blue teapot"})
    assert "The two passwords differ" in differing.text
    good = browser.post("/account", data={"present": PASSWORD, "password": "four blue teapots", "again": "four blue teapots"})
    assert good.status_code == 302


def test_the_language_follows_the_person(sign_in: Callable[..., FlaskClient], lin: Person) -> None:
    browser = sign_in(lin)
    browser.post("/language", data={"language": "zh-Hans", "next": "/account"})
    assert 'lang="zh-Hans"' in browser.get("/account").text
    fresh = sign_in(lin)  # another device, whose cookie says English
    assert 'lang="zh-Hans"' in fresh.get("/account").text


@pytest.mark.parametrize(
    ("header", "language"),
    [("zh-CN,zh;q=0.9", "zh-Hans"), ("zh-SG", "zh-Hans"), ("zh", "zh-Hans"), ("fr, zh-Hans;q=0.5", "zh-Hans"), ("de", "en")],
)
def test_the_browser_is_understood(client: FlaskClient, header: str, language: str) -> None:
    assert f'lang="{language}"' in client.get("/sign-in", headers={"Accept-Language": header}).text


def test_a_page_of_ones_own_costs_few_queries(
    sign_in: Callable[..., FlaskClient], count_queries: Callable[..., Any]
) -> None:
    browser = sign_in(Role.LEARNER)
    with count_queries() as queries:
        browser.get("/account")
    assert len(queries) <= 4, queries


def test_a_new_password_signs_out_every_other_browser(app: Flask, client: FlaskClient, lin: Person) -> None:
    elsewhere = app.test_client()
    enter(elsewhere)
    enter(client)
    again = "an entirely different one"
    assert client.post("/account", data={"present": PASSWORD, "password": again, "again": again}).status_code == 302
    assert client.get("/account").status_code == 200
    assert elsewhere.get("/account").status_code == 302


def test_a_found_browser_cannot_take_the_account(sign_in: Callable[..., FlaskClient], lin: Person) -> None:
    browser, again = sign_in(lin), "four blue teapots"
    for present in ("", "wrong guess of mine"):
        refused = browser.post("/account", data={"present": present, "password": again, "again": again})
        assert refused.status_code == 422
        assert "This is not your present password." in refused.text


def test_a_link_lets_a_lost_password_be_replaced(app: Flask, client: FlaskClient, lin: Person) -> None:
    with app.app_context(), unit_of_work():
        token = service.make_sign_in_link(lin, actor=None, now=clock.now())
    client.post(f"/sign-in/link/{token}")
    again = "four blue teapots"
    assert client.post("/account", data={"password": again, "again": again}).status_code == 302
    other = app.test_client()
    assert enter(other, password=again).status_code == 302
