"""The whole chain through the REST API alone: from the new hire's first call to the scores in the HR file."""

import csv
import io
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from flask import Flask

from lms import config, packs
from lms.core import clock
from lms.core.access import Role, Scope
from lms.core.database import unit_of_work
from lms.core.texts import in_language
from lms.identity import queries, service
from tests.conftest import ApiClient
from tests.journeys import knowing

LANGUAGE = "en"


@pytest.fixture
def content(app: Flask) -> None:
    with app.app_context():
        loaded = packs.load([config.ROOT], take=None, actor=None, now=clock.now())
        assert loaded.report is not None


def token_of(app: Flask, email: str, *scopes: Scope) -> ApiClient:
    with app.app_context(), unit_of_work():
        person = queries.person_by_email(email)
        assert person is not None
        token = service.issue_token(person, scopes, days=1, actor=None, now=clock.now())
    return ApiClient(app.test_client(), token)


def ok(response: Any, status: int = 200) -> Any:
    assert response.status_code == status, (response.status_code, response.json)
    return response.json


def answer_all(learner: ApiClient, attempt: dict[str, Any], wrong: int = 0) -> dict[str, Any]:
    """Answer everything, the first ``wrong`` slots not at all, and submit twice."""
    for question in attempt["items"][wrong:]:
        raw = knowing.right_answer(question, LANGUAGE)
        saved = ok(learner.put(f"/attempts/{attempt['id']}/responses/{question['slot']}", {"answer": raw, "seq": 1}))
        assert (saved["slot"], saved["seq"]) == (question["slot"], 1)
    result = ok(learner.post(f"/attempts/{attempt['id']}/submission"))
    assert ok(learner.post(f"/attempts/{attempt['id']}/submission")) == result
    return dict(result)


def study(learner: ApiClient, course: str) -> None:
    for lesson in ok(learner.get(f"/courses/{course}"))["lessons"]:
        path = f"/me/lessons/{course}/{lesson['key']}"
        assert learner.put(path).status_code == 409  # the check comes first
        check = ok(learner.post(f"{path}/attempts"), 201)
        assert answer_all(learner, check)["passed"] is True
        ok(learner.put(path))


def play(learner: ApiClient, scenario: str) -> dict[str, Any]:
    """A best route, found by the words of the replies."""
    plot, best = knowing.best_play(scenario)
    shown = ok(learner.post(f"/scenarios/{scenario}/plays", {"mode": "exam"}), 201)
    for line in best.lines:
        choices = plot.scenes[line.scene].choices
        words = in_language(choices[str(line.turn.choice)].reply, LANGUAGE)
        choice = next(each["id"] for each in shown["scene"]["choices"] if each["text"] == words)
        body = {"turn": shown["turn"], "choice": choice}
        if shown["scene"]["asks_emotion"]:
            body["emotion"] = line.turn.emotion
        play_id = shown["id"]
        shown = ok(learner.post(f"/plays/{play_id}/turns", body))
        assert ok(learner.post(f"/plays/{play_id}/turns", body)) == shown
    return dict(shown)


def test_from_the_first_lesson_to_the_performance_file(
    app: Flask, content: None, api: Callable[..., ApiClient]
) -> None:
    admin, hr = api(Role.ADMIN), api(Role.HR)
    today = clock.now().date()
    hired = today - timedelta(days=3)
    ok(
        admin.post(
            "/people",
            {
                "email": "lin@example.com", "name": "林小雨", "employee_number": "000123", "roles": ["learner"],
                "job_role": "new-hire", "department": "hotline", "site": "shanghai", "hired_on": hired.isoformat(),
            },
        ),
        201,
    )  # fmt: skip
    learner = token_of(app, "lin@example.com", Scope.LEARN)
    me = ok(learner.get("/me"))
    assert (me["employee_number"], me["job_role"]) == ("000123", "new-hire")
    tasks = ok(learner.get("/me/tasks"))["items"]
    assert tasks and tasks[0]["kind"] == "course"

    for course in ("contact-skills", "reception-and-communication", "service-standards", "ethics-and-data-protection"):
        study(learner, course)

    exam = ok(learner.post("/exams/onboarding-exam/attempts"), 201)
    assert ok(learner.post("/exams/onboarding-exam/attempts"))["id"] == exam["id"]  # the open one, again
    assert ok(learner.get(f"/attempts/{exam['id']}"))["items"][0]["answer"] is None
    result = answer_all(learner, exam, wrong=1)
    lost = exam["items"][0]["points"]
    assert result["score"] == result["max_score"] - lost
    assert result["percent"] == pytest.approx(100 * result["score"] / result["max_score"])
    assert result["passed"] is True

    assert ok(learner.get("/me/certificates"))["items"] == []
    study(learner, "emotion-recognition")
    study(learner, "complaint-handling")
    played = play(learner, "late-delivery")
    assert played["passed"] is True
    assert played["score"] == played["max_score"]

    (certificate,) = ok(learner.get("/me/certificates"))["items"]
    assert certificate["certification"] == "service-basics"
    verified = app.test_client().get(f"/verify/{certificate['code']}")
    assert verified.status_code == 200 and "林小雨" in verified.text

    ok(
        hr.post(
            "/quality-scores",
            {
                "scores": [
                    {
                        "employee_number": "000123", "source": "call-quality", "observed_on": today.isoformat(),
                        "score": 17, "max_score": 20, "reference": "call-1",
                    }
                ]
            },
        ),
        201,
    )  # fmt: skip
    cycle = {
        "key": "2026-h2", "title": "Second half", "missing": "reweigh",
        "starts_on": date(today.year, 1, 1).isoformat(), "ends_on": date(today.year, 12, 31).isoformat(),
        "components": [
            {"kind": "exam", "of": "onboarding-exam", "weight": 50},
            {"kind": "scenario", "of": "late-delivery", "weight": 30},
            {"kind": "call-quality", "weight": 20},
        ],
    }  # fmt: skip
    ok(hr.post("/review-cycles", cycle), 201)
    frozen = ok(hr.post("/review-cycles/2026-h2/revisions"), 201)
    assert frozen["revision"] == 1
    records = ok(hr.get("/review-cycles/2026-h2/records?revision=1"))["items"]
    record = next(each for each in records if each["employee_number"] == "000123")
    scores = {part["kind"]: part["score"] for part in record["components"]}
    assert scores == {"exam": pytest.approx(result["percent"]), "scenario": 100, "call-quality": 85}
    assert record["composite"] == pytest.approx(0.5 * result["percent"] + 0.3 * 100 + 0.2 * 85)

    exported = hr.get("/review-cycles/2026-h2/export?format=csv&revision=1")
    rows = list(csv.reader(io.StringIO(exported.get_data().decode("utf-8-sig"))))
    assert any("000123" in row or "'000123" in row for row in rows)
    feed = ok(hr.get("/results"))["items"]
    kinds = {row["kind"] for row in feed}
    assert {"exam", "scenario", "course", "certification"} <= kinds
    rates = ok(hr.get("/certifications/service-basics/pass-rates?by=department"))
    assert (rates["n"], rates["passed"]) == (1, 1)
    duty = ok(hr.get("/duty?employee_number=000123"))
    assert duty["allowed"] is True
