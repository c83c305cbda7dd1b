"""Sitting an exam through the API."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from lms.assessment.models import Attempt, AttemptEvent, Grade, Response
from lms.core import clock, jobs
from lms.core.access import Role, Scope
from lms.core.database import db, unit_of_work
from lms.enrolment import queries as enrolment
from lms.identity.models import Person
from tests import factories
from tests import factories_assessment as make


@pytest.fixture
def learner(app: Flask) -> Person:
    with app.app_context(), unit_of_work():
        return factories.person()


@pytest.fixture
def exam(app: Flask) -> Callable[..., None]:
    def build(**changes: Any) -> None:
        with app.app_context(), unit_of_work():
            make.topic()
            make.exam(**changes)

    return build


def right(call: Any, attempt: dict[str, Any]) -> dict[int, Any]:
    with call.client.application.app_context():
        return make.right_answers(db.session.get_one(Attempt, attempt["id"]))


def rows(app: Flask, query: Any) -> list[Any]:
    with app.app_context():
        return [tuple(row) if len(row) > 1 else row[0] for row in db.session.execute(query)]


def count(app: Flask, table: Any) -> int:
    return int(rows(app, select(func.count(table.id)))[0])


def completed(app: Flask, person: Person) -> list[tuple[str, str]]:
    with app.app_context():
        return [(done.kind, done.key) for done in enrolment.completions(person.id)]


def answer_all(call: Any, attempt: dict[str, Any], how_many: int | None = None) -> None:
    answers = right(call, attempt)
    for slot, answer in list(answers.items())[:how_many]:
        reply = call.put(f"/attempts/{attempt['id']}/responses/{slot}", {"answer": answer, "seq": 1})
        assert reply.status_code == 200, reply.json


def submit(call: Any, attempt: dict[str, Any]) -> Any:
    return call.post(f"/attempts/{attempt['id']}/submission")


def test_an_attempt_is_begun_answered_and_passed(app: Flask, api: Any, learner: Person, exam: Any) -> None:
    exam()
    call = api(learner)
    began = call.post("/exams/front-line/attempts")
    assert began.status_code == 201
    attempt = began.json
    assert attempt["state"] == "in_progress" and attempt["deadline_at"] is None
    assert [item["slot"] for item in attempt["items"]] == [1, 2, 3, 4]
    assert set(attempt["items"][0]) == {"slot", "type", "stem", "points", "options"}
    assert [option["id"] for option in attempt["items"][0]["options"]] == ["1", "2", "3", "4"]
    answer_all(call, attempt)
    result = submit(call, attempt)
    assert result.status_code == 200
    assert (result.json["state"], result.json["score"], result.json["max_score"]) == ("graded", 4, 4)
    assert result.json["percent"] == 100 and result.json["passed"] is True
    assert result.json["sections"] == [
        {"title": "Complaints", "score": 4, "max_score": 4, "percent": 100, "cut": None, "passed": True}
    ]
    assert result.json["items"][0]["rationale"] == "Because it does."
    assert completed(app, learner) == [("exam", "front-line")]


def test_an_open_attempt_is_returned_again(api: Any, learner: Person, exam: Any) -> None:
    exam()
    call = api(learner)
    first = call.post("/exams/front-line/attempts")
    again = call.post("/exams/front-line/attempts")
    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json["id"] == again.json["id"]
    assert [item["stem"] for item in first.json["items"]] == [item["stem"] for item in again.json["items"]]


def test_resuming_elsewhere_shows_what_was_saved(api: Any, learner: Person, exam: Any) -> None:
    exam()
    attempt = api(learner).post("/exams/front-line/attempts").json
    path = f"/attempts/{attempt['id']}"
    api(learner).put(f"{path}/responses/2", {"answer": "3", "seq": 7})
    found = api(learner).get(path).json
    assert [(item["answer"], item["seq"]) for item in found["items"]] == [(None, 0), ("3", 7), (None, 0), (None, 0)]


def test_a_repeated_or_older_seq_changes_nothing(app: Flask, api: Any, learner: Person, exam: Any) -> None:
    exam()
    call = api(learner)
    attempt = call.post("/exams/front-line/attempts").json
    path = f"/attempts/{attempt['id']}/responses/1"
    saved = call.put(path, {"answer": "2", "seq": 5})
    assert set(saved.json) == {"slot", "seq", "saved_at"}
    with clock.at(clock.now() + timedelta(seconds=9)):
        for seq in (5, 4, 0):
            repeated = call.put(path, {"answer": "3", "seq": seq})
            assert repeated.status_code == 200 and repeated.json == saved.json
    assert call.get(f"/attempts/{attempt['id']}").json["items"][0]["answer"] == "2"
    assert call.put(path, {"answer": "3", "seq": 6}).json["seq"] == 6
    assert call.get(f"/attempts/{attempt['id']}").json["items"][0]["answer"] == "3"
    assert count(app, Response) == 2


def test_a_late_answer_is_kept_and_never_scored(app: Flask, api: Any, learner: Person, exam: Any, later: Any) -> None:
    exam(time_limit_minutes=30)
    call = api(learner)
    attempt = call.post("/exams/front-line/attempts").json
    answers = right(call, attempt)
    path = f"/attempts/{attempt['id']}/responses"
    call.put(f"{path}/1", {"answer": answers[1], "seq": 1})
    with later(minutes=31):
        late = call.put(f"{path}/2", {"answer": answers[2], "seq": 1})
        assert late.status_code == 409 and late.json["recorded"] == "late"
        assert late.mimetype == "application/problem+json"
        again = call.put(f"{path}/2", {"answer": answers[2], "seq": 1})
        assert again.status_code == 409 and again.json["recorded"] == "late"
        repeated = call.put(f"{path}/1", {"answer": answers[1], "seq": 1})
        assert repeated.status_code == 200  # it was in time
        result = submit(call, attempt).json
    assert result["score"] == 1
    kept = rows(app, select(Response.slot, Response.is_late).order_by(Response.slot))
    assert kept == [(1, False), (2, True)]


def test_an_answer_after_handing_in_is_late_too(api: Any, learner: Person, exam: Any) -> None:
    exam()
    call = api(learner)
    attempt = call.post("/exams/front-line/attempts").json
    before = submit(call, attempt).json
    late = call.put(f"/attempts/{attempt['id']}/responses/1", {"answer": right(call, attempt)[1], "seq": 1})
    assert late.status_code == 409 and late.json["recorded"] == "late"
    assert submit(call, attempt).json == before


def test_handing_in_again_returns_the_same_and_grades_once(app: Flask, api: Any, learner: Person, exam: Any) -> None:
    exam()
    call = api(learner)
    attempt = call.post("/exams/front-line/attempts").json
    answer_all(call, attempt, 3)
    first, second = submit(call, attempt), submit(call, attempt)
    assert first.status_code == second.status_code == 200
    assert first.json == second.json
    assert count(app, Grade) == 4


def test_time_up_hands_in_what_was_saved(app: Flask, api: Any, learner: Person, exam: Any, later: Any) -> None:
    exam(time_limit_minutes=30, cut=50)
    call = api(learner)
    attempt = call.post("/exams/front-line/attempts").json
    answer_all(call, attempt, 2)
    with later(minutes=40):
        assert call.get(f"/attempts/{attempt['id']}").json["state"] == "graded"
    ((finished_at, deadline_at, score, passed),) = rows(
        app, select(Attempt.finished_at, Attempt.deadline_at, Attempt.score, Attempt.passed)
    )
    assert finished_at == deadline_at and (score, passed) == (2, True)
    assert rows(app, select(AttemptEvent.verb).order_by(AttemptEvent.id)) == ["time-up-submit", "marks-in"]


def test_in_grace_one_may_hand_in_but_not_answer(api: Any, learner: Person, exam: Any, later: Any) -> None:
    exam(time_limit_minutes=30, when_time_is_up="grace", grace_minutes=10)
    call = api(learner)
    attempt = call.post("/exams/front-line/attempts").json
    answer_all(call, attempt, 1)
    with later(minutes=35):
        assert call.get(f"/attempts/{attempt['id']}").json["state"] == "overdue"
        late = call.put(f"/attempts/{attempt['id']}/responses/2", {"answer": right(call, attempt)[2], "seq": 1})
        assert late.json["recorded"] == "late"
        result = submit(call, attempt)
    assert (result.json["state"], result.json["score"]) == ("graded", 1)


def test_after_the_grace_an_attempt_is_abandoned(api: Any, learner: Person, exam: Any, later: Any) -> None:
    exam(time_limit_minutes=30, when_time_is_up="grace", grace_minutes=10)
    call = api(learner)
    attempt = call.post("/exams/front-line/attempts").json
    with later(minutes=41):
        result = submit(call, attempt)
        assert result.status_code == 409 and call.get(f"/attempts/{attempt['id']}").json["state"] == "abandoned"


def test_abandoning_by_policy_keeps_no_score(app: Flask, api: Any, learner: Person, exam: Any, later: Any) -> None:
    exam(time_limit_minutes=30, when_time_is_up="abandon")
    call = api(learner)
    attempt = call.post("/exams/front-line/attempts").json
    answer_all(call, attempt)
    with later(minutes=31):
        assert submit(call, attempt).status_code == 409
    assert count(app, Grade) == 0


def test_the_sweep_closes_what_is_overdue_and_a_broken_attempt_stops_nobody(
    app: Flask, api: Any, exam: Any, later: Any
) -> None:
    exam(time_limit_minutes=30)
    begun = [api().post("/exams/front-line/attempts").json["id"] for _ in range(3)]
    with app.app_context(), unit_of_work():
        broken = db.session.get_one(Attempt, begun[0])
        broken.paper = [{**place, "item_version_id": 999_999} for place in broken.paper]
    with later(minutes=31), app.app_context():
        jobs.run_due()
    states = dict(rows(app, select(Attempt.id, Attempt.state)))
    assert [states[attempt_id] for attempt_id in begun] == ["submitted", "graded", "graded"]


def test_attempts_are_limited_and_wait_for_each_other(api: Any, learner: Person, exam: Any, later: Any) -> None:
    exam(attempts=2, wait_hours=24)
    call = api(learner)
    submit(call, call.post("/exams/front-line/attempts").json)
    refused = call.post("/exams/front-line/attempts")
    assert refused.status_code == 409 and "24 hours" in refused.json["detail"] and refused.json["opens_at"]
    with later(hours=25):
        call = api(learner)
        second = call.post("/exams/front-line/attempts")
        assert second.status_code == 201
        submit(call, second.json)
    with later(hours=60):
        third = api(learner).post("/exams/front-line/attempts")
        assert third.status_code == 409 and third.json["opens_at"] is None


def test_seen_items_are_avoided(api: Any, learner: Person, exam: Any) -> None:
    exam(sections=[{"topic": "complaints", "draw": 3}])
    call = api(learner)
    first = call.post("/exams/front-line/attempts").json
    submit(call, first)
    second = call.post("/exams/front-line/attempts").json
    assert not {item["stem"] for item in first["items"]} & {item["stem"] for item in second["items"]}


def test_an_exam_opens_and_closes(api: Any, learner: Person, exam: Any) -> None:
    now = clock.now()
    exam(opens_at=now + timedelta(hours=1), closes_at=now + timedelta(hours=2), time_limit_minutes=45)
    call = api(learner)
    assert call.post("/exams/front-line/attempts").status_code == 409
    with clock.at(now + timedelta(minutes=90)):
        begun = call.post("/exams/front-line/attempts")
        assert begun.status_code == 201
        assert begun.json["deadline_at"] == (now + timedelta(hours=2)).isoformat().replace("+00:00", "Z")
    with clock.at(now + timedelta(hours=3)):
        assert call.post("/exams/front-line/attempts").status_code == 409


def test_a_pilot_is_for_its_sites(app: Flask, api: Any, exam: Any) -> None:
    exam(status="pilot", sites=["north"])
    with app.app_context(), unit_of_work():
        inside, outside = factories.person(site="north"), factories.person(site="south")
    assert api(outside).post("/exams/front-line/attempts").status_code == 404
    assert api(inside).post("/exams/front-line/attempts").status_code == 201


def test_a_reserved_exam_is_for_whom_it_was_assigned(app: Flask, api: Any, learner: Person, exam: Any) -> None:
    from lms.enrolment import service as enrolment_service

    exam(assigned_only=True)
    call = api(learner)
    assert call.post("/exams/front-line/attempts").status_code == 409
    with app.app_context(), unit_of_work():
        enrolment_service.assign(learner, "exam", "front-line", actor=None, now=clock.now())
    assert call.post("/exams/front-line/attempts").status_code == 201


def test_nobody_reaches_the_attempt_of_another(api: Any, learner: Person, exam: Any) -> None:
    exam()
    attempt = api(learner).post("/exams/front-line/attempts").json
    other = api()
    assert other.get(f"/attempts/{attempt['id']}").status_code == 404
    assert other.put(f"/attempts/{attempt['id']}/responses/1", {"answer": "1", "seq": 1}).status_code == 404
    assert submit(other, attempt).status_code == 404
    assert api(Role.TRAINER).put(f"/attempts/{attempt['id']}/responses/1", {"answer": "1", "seq": 1}).status_code == 404


@pytest.mark.parametrize("answer", ["9", "skeybeta", 2, ["1"], {"1": "2"}, True])
def test_an_answer_that_was_not_shown_is_refused(api: Any, learner: Person, exam: Any, answer: Any) -> None:
    exam()
    call = api(learner)
    attempt = call.post("/exams/front-line/attempts").json
    reply = call.put(f"/attempts/{attempt['id']}/responses/1", {"answer": answer, "seq": 1})
    assert reply.status_code == 422


def test_an_unknown_slot_is_not_there(api: Any, learner: Person, exam: Any) -> None:
    exam()
    call = api(learner)
    attempt = call.post("/exams/front-line/attempts").json
    for slot in (0, 5):
        assert call.put(f"/attempts/{attempt['id']}/responses/{slot}", {"answer": "1", "seq": 1}).status_code == 404


def test_payloads_hold_no_key_weight_or_right_answer(api: Any, learner: Person, app: Flask) -> None:
    with app.app_context(), unit_of_work():
        make.every_type()
        make.exam(sections=[{"topic": "every-type", "draw": 10}], show={"score": "at-once", "answers": "never"})
    call = api(learner)
    began = call.post("/exams/front-line/attempts")
    answer_all(call, began.json)
    again = call.get(f"/attempts/{began.json['id']}")
    done = submit(call, began.json)
    assert {item["type"] for item in began.json["items"]} == set(make.BODIES)
    for reply in (began, again, done):
        words = json.dumps(reply.json, ensure_ascii=False)
        for leak in ("skey", "answer_key", "values", "panel", "tolerance", "right_answer", "Because"):
            assert leak not in words, f"{leak} in {words}"
    assert "twentyfour" not in json.dumps(began.json)
    assert done.json["percent"] == 100 and "items" not in done.json


def test_even_the_explained_result_speaks_in_numbers(api: Any, learner: Person, app: Flask) -> None:
    with app.app_context(), unit_of_work():
        make.every_type()
        make.exam(sections=[{"topic": "every-type", "draw": 10}], show={"answers": "at-once"})
    call = api(learner)
    began = call.post("/exams/front-line/attempts").json
    answer_all(call, began, 3)
    items = submit(call, began).json["items"]
    answers = right(call, began)
    assert {item["slot"]: item["right_answer"] for item in items} == answers
    assert "skey" not in json.dumps(items)


@pytest.mark.parametrize(
    ("show", "share", "seen"),
    [
        ({"score": "at-once", "answers": "after-pass"}, 4, (True, True)),
        ({"score": "at-once", "answers": "after-pass"}, 1, (True, False)),
        ({"score": "after-pass", "answers": "never"}, 1, (False, False)),
        ({"score": "never", "answers": "never"}, 4, (False, False)),
    ],
)
def test_the_plan_says_what_is_shown(api: Any, learner: Person, exam: Any, show: Any, share: int, seen: Any) -> None:
    exam(show=show)
    call = api(learner)
    attempt = call.post("/exams/front-line/attempts").json
    answer_all(call, attempt, share)
    result = submit(call, attempt).json
    assert ((result["score"] is not None), ("items" in result)) == seen
    assert (result["percent"] is not None, bool(result["sections"])) == (seen[0], seen[0])


def test_after_close_waits_for_the_closing_time(api: Any, learner: Person, exam: Any, later: Any) -> None:
    exam(show={"score": "after-close", "answers": "after-close"}, closes_at=clock.now() + timedelta(hours=2))
    call = api(learner)
    attempt = call.post("/exams/front-line/attempts").json
    result = submit(call, attempt).json
    assert result["score"] is None and result["passed"] is None
    with later(hours=3):
        assert submit(call, attempt).json["score"] == 0


def test_a_section_cut_can_fail_a_good_total(api: Any, learner: Person, app: Flask) -> None:
    with app.app_context(), unit_of_work():
        make.topic("complaints", 4)
        make.topic("spin", 1)
        sections = [{"topic": "complaints", "draw": 4}, {"topic": "spin", "draw": 1, "cut": 80}]
        make.exam(sections=sections, shuffle={"items": False, "options": True}, cut=80)
    call = api(learner)
    attempt = call.post("/exams/front-line/attempts").json
    answer_all(call, attempt, 4)
    result = submit(call, attempt).json
    assert (result["percent"], result["passed"]) == (80, False)
    assert [section["passed"] for section in result["sections"]] == [True, False]
    assert completed(app, learner) == []


def test_a_token_without_the_scope_is_refused(api: Any, learner: Person, exam: Any) -> None:
    exam()
    assert api(learner, scopes=[Scope.REPORT]).post("/exams/front-line/attempts").status_code == 403


def test_queries_are_few_and_constant(api: Any, learner: Person, exam: Any, count_queries: Any) -> None:
    exam(sections=[{"topic": "complaints", "draw": 6}])
    call = api(learner)
    warm = api()
    submit(warm, warm.post("/exams/front-line/attempts").json)
    with count_queries() as starting:
        attempt = call.post("/exams/front-line/attempts").json
    answers = right(call, attempt)
    path = f"/attempts/{attempt['id']}"
    with count_queries() as saving:
        call.put(f"{path}/responses/1", {"answer": answers[1], "seq": 1})
    with count_queries() as repeating:
        call.put(f"{path}/responses/1", {"answer": answers[1], "seq": 1})
    with count_queries() as reading:
        call.get(path)
    answer_all(call, attempt)
    with count_queries() as submitting:
        submit(call, attempt)
    counts = [len(each) for each in (starting, saving, repeating, reading, submitting)]
    assert counts[0] <= 10 and counts[1] <= 3 and counts[2] <= 4 and counts[3] <= 3, counts
    assert counts[4] <= 17, "\n".join(line[:150].replace("\n", " ") for line in submitting)
