"""The editor of exam plans: nothing changes that nobody changed, and every field can be changed."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from lms import config, packs
from lms.assessment import service_plans
from lms.assessment.models import Exam, ExamVersion
from lms.assessment.plan_editing_shape import PLAN, SECTION
from lms.core import clock
from lms.core.access import Role
from lms.core.database import db, unit_of_work
from lms.identity.models import Site
from tests import factories_assessment as make
from tests.assessment.plan_forms import EDIT, NEW, actions, body, change, number, press, sent, shown, step
from tests.assessment.test_plan_editing import RICH


def test_every_bundled_plan_sent_unchanged_stays_its_version(app: Flask, sign_in: Callable[..., FlaskClient]) -> None:
    with app.app_context():
        assert packs.load([config.ROOT], take=None, actor=None, now=clock.now()).report is not None
        keys = db.session.scalars(select(Exam.key)).all()
    page = sign_in(Role.TRAINER)
    assert len(keys) >= 9
    for key in keys:
        address = f"/author/exams/{key}/edit"
        answer = page.post(address, data={**sent(page.get(address).text), "do": ""})
        assert answer.status_code == 303, (key, re.findall(r'<li><a href="#([^"]*)"', answer.text))
    with app.app_context():
        assert db.session.scalar(select(func.max(ExamVersion.number))) == 1


def test_a_rich_plan_sent_unchanged_makes_no_version_and_no_entry(app: Flask, trainer: FlaskClient) -> None:
    rich = {**RICH, "before_try": {"2": {"lesson": "greeting/hello"}}, "sections": [
        {"title": make.text("A"), "topic": "complaints", "draw": 4, "cut": 60, "difficulty": {"hard": 1, "easy": 3},
         "cover": {step(app): 1}},
        {"items": ["refunds-2", "refunds-1"], "draw": 1},
    ]}  # fmt: skip
    with app.app_context(), unit_of_work():
        service_plans.save_plan(make.plan(**rich), actor=None, now=clock.now())
    before = actions(app)
    answer = change(trainer)
    assert answer.status_code == 303, shown(answer.text)
    assert "Nothing differs" in trainer.get(answer.headers["Location"]).text
    assert number(app) == 2 and actions(app) == before
    answer = trainer.post(
        NEW, data={**sent(trainer.get(f"{NEW}?from=front-line").text), "key": "copied", "title.en": "C", "do": ""}
    )
    assert answer.status_code == 303, shown(answer.text)
    assert {**body(app, "copied"), "exam": "", "title": ""} == {**body(app), "exam": "", "title": ""}


@pytest.mark.parametrize(
    ("changes", "field", "expected"),
    [
        ({"cut": "72,5"}, "cut", 72.5),
        ({"title.zh-Hans": "新名"}, "title", {"en": "Front Line", "zh-Hans": "新名"}),
        ({"time_limit_minutes": "４５"}, "time_limit_minutes", 45),
        ({"when_time_is_up": "grace", "grace_minutes": "5"}, "when_time_is_up", "grace"),
        ({"attempts": "3"}, "attempts", 3),
        ({"wait_hours": "0"}, "wait_hours", 0),
        ({"before_try.+1.number": "3", "before_try.+1.lesson": "greeting/hello"}, "before_try", {"3": {"lesson": "greeting/hello"}}),
        ({"escalate_after": "2"}, "escalate_after", 2),
        ({"counts": "mean"}, "counts", "mean"),
        ({"shuffle.items": ""}, "shuffle", {"items": False}),
        ({"avoid_seen": ""}, "avoid_seen", False),
        ({"show.score": "never"}, "show", {"score": "never"}),
        ({"marking.markers": "2", "marking.margin": "1.5", "marking.blind": ""}, "marking", {"markers": 2, "margin": 1.5, "blind": False}),
        ({"marking.calibration": "80"}, "marking", {"calibration": 80}),
        ({"balance": "0"}, "balance", 0),
        ({"exposure_cap": "40"}, "exposure_cap", 40),
        ({"opens_at": "2030-01-01T09:00", "closes_at": "2030-01-02T09:00"}, "closes_at", "2030-01-02T09:00"),
        ({"assigned_only": "1"}, "assigned_only", True),
        ({"status": "pilot", "sites.north": "1"}, "sites", ["north"]),
        ({"sections.0.cut": "60"}, "sections", [{"title": make.text("Complaints"), "topic": "complaints", "draw": 4, "cut": 60}]),
        (
            {"sections.0.difficulty.easy": "1", "sections.0.difficulty.hard": "3"}, "sections",
            [{"title": make.text("Complaints"), "topic": "complaints", "draw": 4, "difficulty": {"easy": 1, "hard": 3}}],
        ),
        (
            {"sections.0.topic": "", "sections.0.items": "refunds-1\r\n refunds-3", "sections.0.draw": ""}, "sections",
            [{"title": make.text("Complaints"), "items": ["refunds-1", "refunds-3"]}],
        ),
        (
            {"sections.0.topic": "", "sections.0.sop": "greeting/hello", "sections.0.draw": "2"}, "sections",
            [{"title": make.text("Complaints"), "sop": "greeting/hello", "draw": 2}],
        ),
    ],
)  # fmt: skip
def test_every_field_is_changed_in_the_browser(
    app: Flask, trainer: FlaskClient, changes: dict[str, str], field: str, expected: Any
) -> None:
    with app.app_context(), unit_of_work():
        db.session.add(Site(key="north", name=make.text("North")))
    before, page = body(app), trainer.get(EDIT).text
    assert all(f'name="{name}"' in page for name in changes), "the page has no such field"
    answer = change(trainer, **changes)
    assert answer.status_code == 303, shown(answer.text)
    after = body(app)
    assert after[field] == expected
    touched = {name.split(".")[0] for name in changes}
    assert {name: value for name, value in after.items() if name not in touched} == {
        name: value for name, value in before.items() if name not in touched
    }
    assert number(app) == 2 and actions(app) == ["exam.add", "exam.change"]
    with app.app_context():
        assert db.session.scalars(select(ExamVersion.created_by_id).where(ExamVersion.number == 2)).one() is not None


def test_the_page_has_a_field_for_every_field_of_a_plan(trainer: FlaskClient) -> None:
    page = trainer.get(EDIT).text
    inside = {"sections.0.title", "sections.0.difficulty", "sections.0.cover", "title", "before_try", "sites"}
    for name in {*PLAN, *(f"sections.0.{name}" for name in SECTION)} - inside:
        assert f'name="{name}"' in page, name
    for place in inside - {"sites"}:
        assert f'name="{place}.' in page, place


def test_a_new_exam_is_written_and_can_be_sat(app: Flask, trainer: FlaskClient, api: Any) -> None:
    text = press(
        trainer, "add:sections", NEW, **{"title.en": "Refund exam", "title.zh-Hans": "退款考试", "key": "refund-exam"}
    )
    typed = {
        "sections.0.topic": "refunds", "sections.0.draw": "2", "sections.1.topic": "complaints", "sections.1.draw": "3",
        "sections.1.cover.+1.step": step(app), "sections.1.cover.+1.count": "1", "wait_hours": "0",
    }  # fmt: skip
    answer = trainer.post(NEW, data={**sent(text), **typed, "do": ""})
    assert answer.status_code == 303, shown(answer.text)
    page = shown(trainer.get(answer.headers["Location"]).text)
    assert "Saved as version 1" in page and "Steps of the SOPs" in page and "See a sample paper" in page
    assert "Refund exam: its papers should" in page
    assert body(app, "refund-exam")["sections"][1]["cover"] == {step(app): 1}
    assert actions(app, "refund-exam") == ["exam.add"]
    assert len(api().post("/exams/refund-exam/attempts").json["items"]) == 5
    assert "/author/exams/refund-exam" in trainer.get("/author/exams").text


def test_parts_are_moved_and_taken_away_with_what_was_typed(app: Flask, trainer: FlaskClient) -> None:
    text = press(trainer, "add:sections", **{"title.en": "Typed before"})
    data = {**sent(text), "sections.1.topic": "refunds", "sections.1.draw": "1"}
    text = trainer.post(EDIT, data={**data, "do": "up:sections.1"}).text
    assert sent(text)["keys.sections"] == ["1 0"] and sent(text)["title.en"] == ["Typed before"]
    assert trainer.post(EDIT, data={**sent(text), "do": ""}).status_code == 303
    assert [part["topic"] for part in body(app)["sections"]] == ["refunds", "complaints"]
    text = press(trainer, "remove:sections.1")
    assert trainer.post(EDIT, data={**sent(text), "do": ""}).status_code == 303
    assert [part["topic"] for part in body(app)["sections"]] == ["refunds"] and body(app)["title"][
        "en"
    ] == "Typed before"


def test_only_trainers_write_plans(app: Flask, sign_in: Callable[..., FlaskClient], bank: None) -> None:
    for role in Role:
        page = sign_in(role)
        expected = 200 if role is Role.TRAINER else 403
        assert page.get(EDIT).status_code == page.get(NEW).status_code == expected, role
        for address in (EDIT, NEW):
            assert page.post(address, data={"do": "check"}).status_code == expected, role
        if role is not Role.TRAINER:
            assert page.post("/author/exams/front-line/retire").status_code == 403
            assert page.post("/author/exams/front-line/return").status_code == 403
        if role in (Role.TRAINER, Role.AUDITOR):
            for path, link in (
                ("/author/exams", NEW),
                ("/author/exams/front-line", EDIT),
                ("/author/exams/front-line", "front-line/retire"),
            ):
                assert (link in page.get(path).text) == (role is Role.TRAINER), (role, link)
    assert number(app) == 1


def test_an_unknown_exam_is_not_found(trainer: FlaskClient) -> None:
    for path in ("/author/exams/nobody/edit", f"{NEW}?from=nobody"):
        assert trainer.get(path).status_code == 404
    for path in ("edit", "retire", "return"):
        assert trainer.post(f"/author/exams/nobody/{path}").status_code == 404


def test_the_form_speaks_chinese_with_chinese_first(sign_in: Callable[..., FlaskClient], bank: None) -> None:
    page = sign_in(Role.TRAINER, language="zh-Hans")
    text = page.get(EDIT).text
    assert text.index('name="title.zh-Hans"') < text.index('name="title.en"')
    assert "题库存量" in text and "Pass line" not in text and "Part 1" not in text


def test_the_form_asks_the_database_a_constant_number_of_questions(
    app: Flask, trainer: FlaskClient, count_queries: Any
) -> None:
    counts = []
    for size in (1, 6):
        with app.app_context(), unit_of_work():
            key = f"sized-{size}"
            for part in range(size):
                make.topic(f"{key}-{part}", 4 * size)
            sections = [{"topic": f"{key}-{part}", "draw": 1, "cover": None} for part in range(size)]
            sections[0] = {"sop": "greeting/hello", "draw": 1, "cover": {step(app): 1}}
            make.exam(key, sections=sections, before_try={"2": {"lesson": "greeting/hello"}})
        address = f"/author/exams/{key}/edit"
        trainer.get(address)
        with count_queries() as queries:
            trainer.get(address)
        data = {**sent(trainer.get(address).text), "do": "check"}
        with count_queries() as checked:
            trainer.post(address, data=data)
        counts.append((len(queries), len(checked)))
    assert counts[0] == counts[1] and max(counts[0]) <= 14, counts
