"""What I hold, and the duty gate, over the REST API."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from lms.certification import service
from lms.core import clock
from lms.core.access import Role, Scope
from lms.core.database import unit_of_work
from lms.identity.models import Person
from tests import factories
from tests.factories_certification import certificate, certification, completed

START = datetime(2026, 3, 10, 4, tzinfo=UTC)
Api = Callable[..., Any]


@pytest.fixture(autouse=True)
def _in_march() -> Iterator[None]:
    with clock.at(START):
        yield


@pytest.fixture
def agent(app: Flask) -> Person:
    """A front-line agent without any certificate, where one is asked for."""
    with app.app_context(), unit_of_work():
        certification(roles=["front-line"])
        return factories.person(job_role="front-line", department="calls")


def earn(app: Flask, person: Person, at: datetime = START) -> str:
    with app.app_context(), unit_of_work():
        return certificate(person, at=at).code


def test_i_see_what_i_hold(app: Flask, api: Api, agent: Person) -> None:
    code = earn(app, agent)
    answer = api(agent).get("/me/certificates")
    [item] = answer.json["items"]
    assert item["code"] == code and item["state"] == "valid" and item["days_left"] == 365
    assert (item["certification"], item["title"]) == ("front-line", "Front Line")
    assert (item["expires_on"], item["window_opens_on"]) == ("2027-03-10", "2027-01-10")
    assert item["verify_url"].endswith(f"/verify/{code}")
    assert answer.json["next"] is None


def test_the_list_has_pages_and_only_mine(app: Flask, api: Api, agent: Person) -> None:
    earn(app, agent)
    with app.app_context(), unit_of_work():
        certification("second")
        certificate(agent, "second")
        certificate(factories.person(), "second")
    first = api(agent).get("/me/certificates?limit=1").json
    assert [item["certification"] for item in first["items"]] == ["front-line"]
    rest = api(agent).get(f"/me/certificates?limit=1&cursor={first['next']}").json
    assert [item["certification"] for item in rest["items"]] == ["second"] and rest["next"] is None


def test_duty_says_no_with_the_reason(api: Api, agent: Person) -> None:
    answer = api(Role.HR).get(f"/duty?employee_number={agent.employee_number}").json
    assert answer == {
        "allowed": False,
        "reasons": ["“Front Line” is not held."],
        "certifications": [{"certification": "front-line", "state": "missing", "expires_on": None}],
    }


def test_duty_says_yes_while_it_holds_and_through_the_last_day(app: Flask, api: Api, agent: Person) -> None:
    earn(app, agent)
    client, number = api(Role.HR), agent.employee_number
    for at, allowed in (("2026-03-10", True), ("2027-03-10", True), ("2027-03-11", False), ("2026-03-09", False)):
        assert client.get(f"/duty?employee_number={number}&at={at}").json["allowed"] is allowed, at
    later = client.get(f"/duty?employee_number={number}&at=2027-03-11").json
    assert later["reasons"] == ["“Front Line” ran out on 2027-03-10."]
    assert later["certifications"][0] == {"certification": "front-line", "state": "expired", "expires_on": "2027-03-10"}


def test_duty_knows_instants_as_of_then(app: Flask, api: Api, agent: Person) -> None:
    with app.app_context(), unit_of_work():
        issued, hr = certificate(agent), factories.person(roles=[Role.HR])
        service.revoke(issued, "front-line", actor=hr, reason="Copied", now=START + timedelta(hours=2))
    client, number = api(Role.HR), agent.employee_number
    assert client.get(f"/duty?employee_number={number}&at=2026-03-10T05:00:00Z").json["allowed"] is True
    assert client.get(f"/duty?employee_number={number}&at=2026-03-10T13:00:00%2B08:00").json["allowed"] is True
    assert client.get(f"/duty?employee_number={number}&at=2026-03-10T13:00:00+08:00").json["allowed"] is True
    revoked = client.get(f"/duty?employee_number={number}&at=2026-03-10T06:00:00Z").json
    assert revoked["allowed"] is False and revoked["certifications"][0]["state"] == "revoked"


def test_duty_for_one_certification_whatever_the_role(app: Flask, api: Api, agent: Person) -> None:
    with app.app_context(), unit_of_work():
        certification("food")
        certificate(agent, "food")
    client, number = api(Role.HR), agent.employee_number
    assert client.get(f"/duty?employee_number={number}&certification=food").json["allowed"] is True
    assert client.get(f"/duty?employee_number={number}").json["allowed"] is False
    assert client.get(f"/duty?employee_number={number}&certification=none").status_code == 404


def test_who_must_hold_nothing_may_work_and_who_left_may_not(app: Flask, api: Api) -> None:
    with app.app_context(), unit_of_work():
        person, gone = factories.person(), factories.person()
        gone.deactivated_at = START
    client = api(Role.HR)
    assert client.get(f"/duty?employee_number={person.employee_number}").json == {
        "allowed": True, "reasons": [], "certifications": [],
    }  # fmt: skip
    left = client.get(f"/duty?employee_number={gone.employee_number}").json
    assert left["allowed"] is False and left["reasons"] == ["This person is no longer active."]


def test_a_licence_that_ran_out_takes_somebody_off_duty(app: Flask, api: Api) -> None:
    with app.app_context(), unit_of_work():
        certification("cook", roles=["cook"], requires={"all": [{"exam": "cook-exam"}, {"licence": "food"}]})
        person, hr = factories.person(job_role="cook"), factories.person(roles=[Role.HR])
        service.record_licence(person, "food", "1", expires_on=date(2026, 6, 1), actor=hr, now=START)
        completed(person, "exam", "cook-exam")
    client = api(Role.HR)
    assert client.get(f"/duty?employee_number={person.employee_number}&at=2026-06-01").json["allowed"] is True
    after = client.get(f"/duty?employee_number={person.employee_number}&at=2026-06-02").json
    assert after["allowed"] is False and "“food”" in after["reasons"][0]
    assert after["certifications"][0]["state"] == "valid"


def test_reasons_are_in_the_callers_language(app: Flask, api: Api, agent: Person) -> None:
    with app.app_context(), unit_of_work():
        hr = factories.person(roles=[Role.HR], language="zh-Hans")
    [reason] = api(hr).get(f"/duty?employee_number={agent.employee_number}").json["reasons"]
    assert reason == "未持有“front-line认证”。"


def test_managers_ask_about_their_team_only(app: Flask, api: Api, agent: Person) -> None:
    with app.app_context(), unit_of_work():
        own = factories.person(roles=[Role.MANAGER], department="calls")
        other = factories.person(roles=[Role.MANAGER], department="shop")
    path = f"/duty?employee_number={agent.employee_number}"
    assert api(own).get(path).status_code == 200
    assert api(other).get(path).status_code == 404


@pytest.mark.parametrize(
    ("role", "scopes", "status"),
    [
        (Role.LEARNER, [Scope.REPORT], 403),
        (Role.TRAINER, [Scope.REPORT], 403),
        (Role.HR, [Scope.LEARN], 403),
        (Role.HR, [Scope.REPORT], 200),
        (Role.AUDITOR, [Scope.REPORT], 200),
    ],
)
def test_duty_needs_scope_and_role(api: Api, agent: Person, role: Role, scopes: list[Scope], status: int) -> None:
    assert api(role, scopes).get(f"/duty?employee_number={agent.employee_number}").status_code == status


@pytest.mark.parametrize("at", ["yesterday", "2026-13-01", "2026-03-10T25:00", "9999-12-31"])
def test_a_wrong_instant_is_refused_with_its_field(api: Api, agent: Person, at: str) -> None:
    answer = api(Role.HR).get(f"/duty?employee_number={agent.employee_number}&at={at}")
    assert answer.status_code == 422 and answer.json["errors"][0]["field"] == "at"


def test_unknown_numbers_and_missing_ones(api: Api) -> None:
    assert api(Role.HR).get("/duty?employee_number=999999").status_code == 404
    assert api(Role.HR).get("/duty").status_code == 422


def test_queries_are_few_and_constant(app: Flask, api: Api, agent: Person, count_queries: Any) -> None:
    earn(app, agent)
    mine, desk = api(agent), api(Role.HR)
    with count_queries() as made:
        mine.get("/me/certificates")
    assert len(made) <= 2
    with count_queries() as made:
        desk.get(f"/duty?employee_number={agent.employee_number}")
    assert len(made) <= 6
