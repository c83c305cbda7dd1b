"""Extra time, extensions, regradings and essay marks over the REST API."""

from typing import Any

from flask import Flask

from lms.core import clock
from lms.core.access import Role
from lms.core.database import unit_of_work
from lms.identity.models import Person
from tests import factories
from tests import factories_assessment as make
from tests.assessment.test_regrading import REASON, a_wrong_item, correct, sit
from tests.factories_marking import essay_of, handed_in, marked, marker

TODAY = clock.now().date().isoformat()


def test_hr_grants_extra_time_and_withdraws_it(api: Any, learner: Person) -> None:
    hr = api(Role.HR)
    body = {"person_id": learner.id, "percent": 25, "from_on": TODAY, "reason": "Dyslexia, certified."}
    made = hr.post("/allowances", json=body)
    assert made.status_code == 201 and made.json["standing"] == "holds" and made.json["percent"] == 25
    assert [one["id"] for one in hr.get("/allowances").json["items"]] == [made.json["id"]]
    assert hr.get(f"/allowances?person={learner.id}").json["items"] == [made.json]
    done = hr.post(f"/allowances/{made.json['id']}/withdrawal")
    assert done.json["standing"] == "withdrawn"
    assert hr.post(f"/allowances/{made.json['id']}/withdrawal").status_code == 409
    assert hr.get("/allowances").json["items"] == []


def test_what_cannot_be_granted_is_said_by_field(api: Any, learner: Person) -> None:
    hr, today = api(Role.HR), TODAY
    both = hr.post(
        "/allowances", json={"person_id": learner.id, "percent": 5, "minutes": 5, "from_on": today, "reason": "Because."}
    )
    assert both.status_code == 422 and both.json["errors"][0]["field"] == "amount"
    assert hr.get("/allowances?person=4711").status_code == 404
    assert hr.post("/allowances/4711/withdrawal").status_code == 404
    assert hr.post("/allowances", json={"person_id": 4711, "percent": 5, "from_on": today, "reason": "x"}).status_code == 404


def test_a_trainer_extends_a_running_attempt(app: Flask, api: Any, learner: Person) -> None:
    with app.app_context(), unit_of_work():
        make.topic()
        make.exam(time_limit_minutes=30)
        attempt = make.attempt(learner)
    trainer, address = api(Role.TRAINER), f"/attempts/{attempt.id}/extensions"
    made = trainer.post(address, json={"minutes": 10, "reason": "The fire alarm rang."})
    assert made.status_code == 201 and made.json["deadline_at"] > made.json["deadline_before"]
    assert trainer.post(address, json={"minutes": 0, "reason": "The fire alarm rang."}).status_code == 422
    assert api(learner).post(address, json={"minutes": 10, "reason": "I want more."}).status_code == 403


def test_two_trainers_regrade_and_undo_it(app: Flask, api: Any) -> None:
    with app.app_context(), unit_of_work():
        a_wrong_item()
        sit(factories.person(), "skeyalpha")
        correct()
    one, other = api(Role.TRAINER), api(Role.TRAINER)
    body = {"from_version": 1, "to_version": 2, "rule": "new-key", "reason": REASON}
    wrong = one.post("/items/wrong-1/regradings", json={**body, "from_version": 9})
    assert wrong.status_code == 422 and wrong.json["errors"][0]["field"] == "from_version"
    made = one.post("/items/wrong-1/regradings", json=body)
    assert made.status_code == 201 and (made.json["state"], made.json["figures"]["changed"]) == ("draft", 1)
    address = f"/regradings/{made.json['id']}"
    assert one.post(f"{address}/proposal").json["state"] == "proposed"
    assert one.post(f"{address}/approval", json={"words": ""}).status_code == 403
    assert other.post(f"{address}/rejection", json={"words": "no"}).status_code == 422
    assert other.post(f"{address}/approval", json={}).json["state"] == "applied"
    assert one.post(f"{address}/withdrawal").status_code == 409
    assert other.post(f"{address}/retry", json={"words": "Try it once more."}).status_code == 409
    assert other.post(f"{address}/undoing", json={"words": "The old key was right."}).json["state"] == "undone"
    assert [found["state"] for found in api(Role.AUDITOR).get("/regradings?item=wrong-1").json["items"]] == ["undone"]
    assert api(Role.AUDITOR).get(address).json["undone_at"] is not None
    assert one.post("/items/nothing/regradings", json=body).status_code == 404


def test_a_result_holds_the_marks_of_people_line_by_line(app: Flask, api: Any) -> None:
    with app.app_context(), unit_of_work():
        make.topic("written", [make.essay("written-1"), make.item("plain-1")])
        shown = {"score": "at-once", "answers": "at-once"}
        make.exam("written-exam", sections=[{"topic": "written", "draw": 2}], cut=60, show=shown)
        learner = factories.person()
        attempt = handed_in(person=learner)
        marked(essay_of(attempt), 1, 2, marker())
    items = api(learner).post(f"/attempts/{attempt.id}/submission").json.get("items")
    [marks] = [item["marks"] for item in items if "marks" in item]
    assert [(line["score"], line["max_score"]) for line in marks[0]["lines"]] == [(1, 2), (2, 4)]
    assert marks[0]["lines"][0]["comment"] == "Warm."
