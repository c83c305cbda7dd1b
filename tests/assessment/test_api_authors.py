"""The REST resources of exam plans: checked like files, kept as versions, never more than the bank holds."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from lms.assessment import sync
from lms.assessment.content import Exam as ExamDefinition
from lms.assessment.models import Attempt, Exam
from lms.core import audit, clock
from lms.core.access import Role, Scope
from lms.core.content import plain
from lms.core.database import db, unit_of_work
from lms.core.texts import in_language
from tests.factories_assessment import exam, item, plan, topic
from tests.factories_courses import course


@pytest.fixture
def author(app: Flask, api: Any) -> Any:
    """A trainer's API, with six items to draw from and one exam that files brought."""
    with app.app_context(), unit_of_work():
        topic("complaints", 6)
        sync.sync([plan()], pack="tests", now=clock.now())
    return api(Role.TRAINER)


def sent(key: str = "renewal", **changes: Any) -> dict[str, Any]:
    return {**plain(plan(key)), **changes}


def fields(response: Any) -> dict[str, str]:
    assert response.status_code == 422, response.json
    return {error["field"]: error["message"] for error in response.json["errors"]}


def test_a_plan_comes_back_as_it_was_sent(author: Any) -> None:
    rich = sent(
        cut=75.5, time_limit_minutes=45, attempts=3, wait_hours=0.5, opens_at="2030-01-01T09:00+08:00",
        show={"score": "never"}, status="pilot", sites=["north"], shuffle={"items": False},
    )  # fmt: skip
    assert author.post("/exams", rich).status_code == 201
    got = author.get("/exams/renewal").json
    assert got == {**rich, "version": 1}
    assert author.put("/exams/renewal", got).json["version"] == 1


def test_an_exam_added_here_can_be_sat(author: Any, api: Any) -> None:
    assert author.post("/exams", sent()).status_code == 201
    assert len(api().post("/exams/renewal/attempts").json["items"]) == 4


def test_a_changed_plan_is_a_new_version_and_attempts_keep_theirs(app: Flask, author: Any, api: Any) -> None:
    learner = api()
    attempt = learner.post("/exams/front-line/attempts").json
    assert author.put("/exams/front-line", sent("front-line", cut=60)).json["version"] == 2
    assert author.put("/exams/front-line", sent("front-line", cut=60)).json["version"] == 2
    assert learner.get(f"/attempts/{attempt['id']}").status_code == 200
    with app.app_context():
        row, begun = db.session.scalars(select(Exam)).one(), db.session.scalars(select(Attempt)).one()
        assert row.edited_at is not None and begun.exam_version_id != row.version_id
        about = audit.AuditEntry.subject == "exam:front-line"
        verbs = select(audit.AuditEntry.action).where(about).order_by(audit.AuditEntry.id)
        assert list(db.session.scalars(verbs)) == ["exam.add", "exam.change"]


def test_keys_and_versions_are_guarded(author: Any) -> None:
    assert author.post("/exams", sent("front-line")).status_code == 409
    assert author.put("/exams/nobody", sent("nobody")).status_code == 404
    assert set(fields(author.put("/exams/front-line", sent("other")))) == {"exam"}
    author.put("/exams/front-line", sent("front-line", cut=60, version=1))
    assert author.put("/exams/front-line", sent("front-line", cut=70, version=1)).status_code == 409
    assert author.put("/exams/front-line", sent("front-line", cut=60, version=1)).status_code == 200


def test_every_wrong_field_is_told_and_nothing_changes(author: Any) -> None:
    sections = [{"topic": "complaints", "items": ["complaints-1"]}, {"draw": "two", "topic": "complaints"}]
    told = fields(author.post("/exams", sent(sections=sections, cut=101, counts="worst", stray=1)))
    assert set(told) == {"sections.0.items", "sections.1.draw", "cut", "counts", "stray"}
    assert author.get("/exams/renewal").status_code == 404


def test_a_plan_draws_from_what_is_there(app: Flask, author: Any) -> None:
    with app.app_context(), unit_of_work():
        course()
    sections = [
        {"topic": "nothing", "draw": 1},
        {"sop": "greeting/hello/sing", "draw": 1},
        {"items": ["complaints-1", "lost"]},
        {"sop": "greeting/hello", "draw": 1},
    ]
    told = fields(author.post("/exams", sent(sections=sections)))
    assert set(told) == {"sections.0.topic", "sections.1.sop", "sections.2.items.1", "sections.3.draw"}
    assert told["sections.3.draw"] == "This asks for 1 items, but there are only 0."


def test_a_lesson_before_a_try_is_one_that_is_there(app: Flask, author: Any) -> None:
    with app.app_context(), unit_of_work():
        course()
    assert author.post("/exams", sent(before_try={"2": {"lesson": "greeting/hello"}})).status_code == 201
    told = fields(author.post("/exams", sent("other", before_try={"2": {"lesson": "greeting/lost"}})))
    assert set(told) == {"before_try.2.lesson"}


def test_a_plan_that_asks_for_more_than_the_bank_holds_is_refused(app: Flask, author: Any) -> None:
    with app.app_context(), unit_of_work():
        essay = {"rubric": [{"key": "tone", "title": "Tone", "levels": [{"points": 1}]}]}
        topic("written", [{"key": "essay-one", "type": "essay", "stem": "Write.", **essay}, item("written-2")])
    many = {"topic": "complaints", "draw": 7}
    assert set(fields(author.post("/exams", sent(sections=[many])))) == {"sections.0.draw"}
    hard = {"topic": "complaints", "difficulty": {"hard": 1, "medium": 2}}
    assert set(fields(author.post("/exams", sent(sections=[hard])))) == {"sections.0.difficulty.hard"}
    both = [{"topic": "complaints", "draw": 4}, {"topic": "complaints", "draw": 3}]
    assert set(fields(author.post("/exams", sent(sections=both)))) == {"sections.1"}
    written = {"topic": "written", "draw": 3}  # an essay is drawn like any other
    assert fields(author.post("/exams", sent(sections=[written])))["sections.0.draw"].endswith("there are only 2.")
    assert author.post("/exams", sent(sections=[{"topic": "complaints", "draw": 6}])).status_code == 201


def test_a_retired_exam_comes_back_without_a_new_version(app: Flask, author: Any) -> None:
    with app.app_context(), unit_of_work():
        sync.retire_missing("tests", [], clock.now())
    assert author.get("/exams").json["items"] == []
    assert author.put("/exams/front-line", sent("front-line")).json["version"] == 1
    assert [one["key"] for one in author.get("/exams").json["items"]] == ["front-line"]


def test_the_list_is_paged(app: Flask, author: Any, count_queries: Any) -> None:
    with app.app_context(), unit_of_work():
        for key in ("a-first", "b-second"):
            exam(key)
    first = author.get("/exams?limit=2").json
    assert [one["key"] for one in first["items"]] == ["a-first", "b-second"]
    with count_queries() as queries:
        rest = author.get(f"/exams?limit=2&cursor={first['next']}", headers={"Accept-Language": "zh-CN"}).json
    assert len(queries) <= 8 and rest["next"] is None
    (last,) = rest["items"]
    assert (last["key"], last["version"], last["edited"]) == ("front-line", 1, False)
    assert last["title"] == in_language(plan().title, "zh-Hans")


def test_files_conflict_with_an_edit(app: Flask, author: Any) -> None:
    def load(definition: ExamDefinition) -> Any:
        with app.app_context(), unit_of_work():
            return sync.sync([definition], pack="tests", now=clock.now())

    author.put("/exams/front-line", sent("front-line", cut=60))
    assert load(plan(cut=90)).conflicts == ["exam:front-line"]
    assert load(plan()).unchanged == ["exam:front-line"]  # the file that was loaded last: the edit stands
    assert author.get("/exams/front-line").json["cut"] == 60
    assert load(plan(cut=60)).unchanged == ["exam:front-line"]
    assert load(plan(cut=90)).changed == ["exam:front-line"]


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.TRAINER, Role.AUDITOR)], ids=str)
def test_nobody_else_reads_plans(author: Any, api: Any, role: Role) -> None:
    other = api(role)
    assert other.get("/exams").status_code == other.get("/exams/front-line").status_code == 403
    assert other.post("/exams", sent()).status_code == 403
    assert other.put("/exams/front-line", sent("front-line")).status_code == 403


def test_an_auditor_reads_and_a_token_needs_the_scope(author: Any, api: Any) -> None:
    auditor = api(Role.AUDITOR)
    assert auditor.get("/exams/front-line").status_code == 200
    assert auditor.post("/exams", sent()).status_code == 403
    assert api(Role.TRAINER, scopes=[Scope.LEARN, Scope.REPORT]).get("/exams").status_code == 403


def test_openapi_describes_the_plan(app: Flask) -> None:
    schemas = app.test_client().get("/api/v1/openapi.json").json["components"]["schemas"]
    assert {"exam", "title", "sections"} == set(schemas["NewExamBody"]["required"])
    assert "version" in schemas["ExamBody"]["properties"] and "version" not in schemas["NewExamBody"]["properties"]
