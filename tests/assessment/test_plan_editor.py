"""The editor of exam plans: nothing changes that nobody changed, what the bank holds is told, no typed word is lost."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from lms.assessment import queries_authors, service_plans, sync
from lms.assessment.content import Exam as ExamDefinition
from lms.assessment.models import Attempt, Exam, ExamVersion
from lms.assessment.plan_editing_shape import PLAN, SECTION
from lms.core import audit, clock
from lms.core.access import Role
from lms.core.content import plain, read_pack, validate
from lms.core.database import db, unit_of_work
from lms.identity.models import Site
from tests import factories, forms_sent
from tests import factories_assessment as make
from tests import factories_courses as courses
from tests.assessment.test_plan_editing import RICH

ROOT = Path(__file__).resolve().parents[2]
EDIT = "/author/exams/front-line/edit"
NEW = "/author/exams/new"
STEP = "greeting/hello/name"
LEVELS = ("easy", "medium", "hard")


def sent(page: str) -> dict[str, Any]:
    return forms_sent.fields_of(page, "plan-form")


def shown(page: str) -> str:
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page))


@pytest.fixture
def bank(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        courses.course()
        step = f"greeting/hello/{courses.lesson('hello', kind='sop')['sop']['steps'][0]['key']}"
        bodies = [
            make.item(f"complaints-{n}", difficulty=LEVELS[n % 3], sop=[step] if n < 3 else []) for n in range(1, 13)
        ]
        make.topic("complaints", bodies)
        make.topic("refunds", 3)
        sync.sync([make.plan(wait_hours=24)], pack="tests", now=clock.now())


@pytest.fixture
def trainer(sign_in: Callable[..., FlaskClient], bank: None) -> FlaskClient:
    return sign_in(Role.TRAINER)


def step(app: Flask) -> str:
    return f"greeting/hello/{courses.lesson('hello', kind='sop')['sop']['steps'][0]['key']}"


def body(app: Flask, key: str = "front-line") -> dict[str, Any]:
    with app.app_context():
        return plain(queries_authors.authored_exam(key).definition)


def number(app: Flask, key: str = "front-line") -> int:
    with app.app_context():
        return queries_authors.authored_exam(key).number


def actions(app: Flask, key: str = "front-line") -> list[str]:
    with app.app_context():
        query = (
            select(audit.AuditEntry.action)
            .where(audit.AuditEntry.subject == f"exam:{key}")
            .order_by(audit.AuditEntry.id)
        )
        return list(db.session.scalars(query))


def change(page: FlaskClient, address: str = EDIT, **changes: Any) -> Any:
    """Open the form, change some fields, press Save."""
    return page.post(address, data={**sent(page.get(address).text), **changes, "do": ""})


def press(page: FlaskClient, do: str, address: str = EDIT, **changes: Any) -> str:
    """Open the form, change some fields, press another button; the page that follows."""
    answer = page.post(address, data={**sent(page.get(address).text), **changes, "do": do})
    assert answer.status_code == 200
    return str(answer.text)


# ---- nothing is lost ------------------------------------------------------------------------


def test_every_bundled_plan_sent_unchanged_stays_its_version(app: Flask, sign_in: Callable[..., FlaskClient]) -> None:
    plans = [validate(ExamDefinition, document)[0] for document in read_pack(ROOT).documents["exam"]]
    with app.app_context(), unit_of_work():
        sync.sync([plan for plan in plans if plan], pack="bundled", now=clock.now())
    page = sign_in(Role.TRAINER)
    assert len(plans) >= 9
    for plan in plans:
        assert plan is not None
        address = f"/author/exams/{plan.exam}/edit"
        answer = page.post(address, data={**sent(page.get(address).text), "do": ""})
        # the bank is not loaded here, so that what is sent to be saved is refused for what it draws from only
        errors = re.findall(r'<li><a href="#(sections[^"]*)"', answer.text) if answer.status_code == 422 else []
        assert errors and all(re.fullmatch(r"sections\.\d+\.(topic|sop|items)", error) for error in errors), answer.text
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


# ---- what is to be mended ---------------------------------------------------------------------


def test_what_the_bank_holds_is_told_beside_what_is_asked(app: Flask, trainer: FlaskClient) -> None:
    wish = {f"sections.0.cover.{step(app)}": "1"}
    text = shown(press(trainer, "check", **{"sections.0.draw": "5", **wish}))
    assert (
        text.count("Asks for 5; the bank holds 12") == 2
        and text.count("Easy 4 , Medium 4 , Hard 4") + text.count("Easy 4, Medium 4, Hard 4") == 2
    )
    assert f"{step(app)} 2" in text and "5 questions in a paper" in text and "Nothing to mend" in text
    text = shown(press(trainer, "check", **{"sections.0.topic": ""}))
    assert "Say where the items come from." in text and "how many questions: not clear yet" in text
    assert body(app)["sections"][0]["draw"] == 4 and number(app) == 1


@pytest.mark.parametrize(
    ("changes", "at", "said"),
    [
        ({"sections.0.draw": "13"}, "sections.0.draw", "This asks for 13 items, but there are only 12."),
        ({"sections.0.difficulty.easy": "5", "sections.0.draw": "5"}, "sections.0.difficulty.easy", "but there are only 4"),
        ({"sections.0.topic": "lost"}, "sections.0.topic", "There is no topic “lost”"),
        ({"sections.0.topic": ""}, "sections.0", "choose a topic, name an SOP place, or list items"),
        ({"sections.0.items": "refunds-1"}, "sections.0.items", "keep the topic, the SOP place or the list"),
        ({"sections.0.topic": "", "sections.0.items": "lost-1", "sections.0.draw": ""}, "sections.0.items", "There is no item “lost-1”"),
        ({"sections.0.cover.a/b/c": "1"}, "sections.0.cover.a/b/c", "No course has the SOP step “a/b/c”"),
        ({"sections.0.cover.+1.step": "Greet them"}, "sections.0.cover.+1.step", "Write course/lesson/step here"),
        ({"cut": "101"}, "cut", "Write a percentage from 0 to 100."),
        ({"cut": "most"}, "cut", "Write a number here, as in 2 or 0.5."),
        ({"attempts": "0"}, "attempts", "Write a number that is at least 1."),
        ({"when_time_is_up": "grace"}, "when_time_is_up", "Say how many minutes of grace there are."),
        ({"show.answers": "after-close"}, "show", "Without a closing time this would never be shown"),
        ({"opens_at": "tomorrow"}, "opens_at", "Write a day and a time here"),
        ({"status": "pilot"}, "sites", "A pilot needs the sites"),
        ({"before_try.2": "greeting/lost"}, "before_try.2", "No course has the SOP step “greeting/lost”"),
        ({"title.en": "", "title.zh-Hans": ""}, "title", "The text is empty; write it."),
        ({"keys.sections": ""}, "sections", "An exam has at least one part; add one."),
    ],
)  # fmt: skip
def test_bad_input_is_said_at_its_field_and_nothing_typed_is_lost(
    app: Flask, trainer: FlaskClient, changes: dict[str, str], at: str, said: str
) -> None:
    data = {**sent(trainer.get(EDIT).text), "escalate_after": "7", **changes, "do": ""}
    answer = trainer.post(EDIT, data=data)
    assert answer.status_code == 422 and "Nothing was saved" in answer.text
    fields = sent(answer.text)
    assert {name: fields[name] for name in changes if name in fields} == {
        name: [words.replace("\n", "\r\n")] for name, words in changes.items() if name in fields
    }
    assert fields["escalate_after"] == ["7"]
    notes = re.search(rf'id="{re.escape(at)}-notes">(.*?)</ul>', answer.text, re.S)
    assert notes and said in shown(notes[1]), shown(answer.text)
    links = re.findall(r'<li><a href="#([^"]+)"', answer.text)
    assert at in links and all(f'id="{link}"' in answer.text for link in links), links
    assert number(app) == 1 and body(app).get("escalate_after") is None


def test_what_lacks_is_told_of_other_parts_too_while_the_plan_cannot_be_read(trainer: FlaskClient) -> None:
    text = press(trainer, "add:sections")
    data = {
        **sent(text),
        "sections.1.topic": "refunds",
        "sections.1.draw": "9",
        "cut": "500",
        "title.en": "",
        "title.zh-Hans": "",
    }
    text = trainer.post(EDIT, data={**data, "do": "check"}).text
    assert re.search(r'id="sections.1.draw-notes">.*?asks for 9 items, but there are only 3', text, re.S)
    text = trainer.post(EDIT, data={**data, "sections.0.draw": "x", "do": "check"}).text
    assert re.search(r'id="sections.1.draw-notes">.*?asks for 9 items, but there are only 3', text, re.S)


def test_a_new_form_is_silent_until_it_is_asked(trainer: FlaskClient) -> None:
    assert "field-error" not in trainer.get(NEW).text and "field-error" not in press(trainer, "add:sections", NEW)
    text = press(trainer, "check", NEW)
    assert "field-error" in text and "Give the exam a key" in text
    answer = change(trainer, NEW, escalate_after="3")
    assert answer.status_code == 422 and sent(answer.text)["escalate_after"] == ["3"]


@pytest.mark.parametrize(
    ("key", "said"),
    [
        ("front-line", "is taken"),
        ("Not a key", "is not a key"),
        ("new", "is the address of this page"),
        ("x" * 70, "too long"),
    ],
)
def test_a_key_that_cannot_be_is_refused(trainer: FlaskClient, key: str, said: str) -> None:
    typed = {"key": key, "title.en": "T", "sections.0.topic": "refunds"}
    answer = change(trainer, NEW, **typed)
    assert answer.status_code == 422
    assert re.search(rf'id="key-notes">.*?{said}', answer.text, re.S)


@pytest.mark.parametrize(
    "hostile",
    [
        {"keys.sections": "0 0 9 ../x <b>"}, {"before_try.x": "a/b", "before_try.": "y"}, {"sites.<b>": "1"},
        {"sections.0.cover.<script>": "1"}, {"sections.0.cover.": "2"}, {"version": "-1"}, {"version": "x" * 50},
        {"do": "remove:sections.99"}, {"do": "up:"}, {"cut": "9" * 40}, {"title.en": "\x00"}, {"sections.0.draw": "1" * 15},
        {"marking.markers": "7"}, {"status": "secret"}, {"show.score": "<i>"}, {"title.en": "x" * 20_000},
        {"sections.0.items": "\n".join(["a"] * 500)}, {"before_try.+1.number": "²"}, {"sections.0.difficulty.easy": "-1"},
        {"opens_at": "2030-13-45T99:99"}, {"counts": ""},
    ],
)  # fmt: skip
def test_forged_forms_are_answered_and_change_nothing(
    app: Flask, trainer: FlaskClient, hostile: dict[str, str]
) -> None:
    answer = trainer.post(EDIT, data={"do": "", **sent(trainer.get(EDIT).text), **hostile})
    assert answer.status_code in (200, 303, 409, 422)
    assert "<script>" not in answer.text.split('id="plan-form"')[-1] and body(app)["title"]["en"] == "Front Line"
    assert trainer.post(EDIT, data={}).status_code in (303, 409)
    assert body(app)["sections"][0]["topic"] == "complaints"


# ---- versions --------------------------------------------------------------------------------


def test_a_newer_version_keeps_what_was_typed_and_shows_what_changed(app: Flask, trainer: FlaskClient) -> None:
    opened = sent(trainer.get(EDIT).text)
    assert change(trainer, **{"title.en": "Their title", "cut": "70", "sections.0.draw": "6"}).status_code == 303
    answer = trainer.post(EDIT, data={**opened, "title.en": "My title", "attempts": "2", "do": ""})
    assert answer.status_code == 409
    fields = sent(answer.text)
    assert (fields["title.en"], fields["cut"], fields["attempts"]) == (["My title"], ["70"], ["2"])
    assert "saved meanwhile: “Their title”" in shown(answer.text) and number(app) == 2
    assert trainer.post(EDIT, data={**fields, "do": ""}).status_code == 303
    after = body(app)
    assert (after["title"]["en"], after["cut"], after["attempts"], after["sections"][0]["draw"]) == (
        "My title",
        70,
        2,
        6,
    )


def test_a_button_pressed_over_a_newer_version_does_not_overwrite_it_afterwards(
    app: Flask, trainer: FlaskClient
) -> None:
    opened = sent(trainer.get(EDIT).text)
    assert change(trainer, cut="70").status_code == 303
    text = trainer.post(EDIT, data={**opened, "do": "check"}).text
    answer = trainer.post(EDIT, data={**sent(text), "attempts": "2", "do": ""})
    assert answer.status_code == 409 and sent(answer.text)["cut"] == ["70"] and body(app)["cut"] == 70


def test_who_sends_what_is_in_force_already_is_not_stopped(app: Flask, trainer: FlaskClient) -> None:
    opened = sent(trainer.get(EDIT).text)
    assert change(trainer, cut="70").status_code == 303
    assert trainer.post(EDIT, data={**opened, "cut": "70", "do": ""}).status_code == 303 and number(app) == 2


def test_running_attempts_keep_the_version_they_began_with_and_the_page_says_so(
    app: Flask, trainer: FlaskClient
) -> None:
    with app.app_context(), unit_of_work():
        make.attempt(factories.person())
    text = shown(trainer.get(EDIT).text)
    assert "One attempt is under way. It keeps version 1" in text and "keep the version they began with" in text
    answer = change(trainer, cut="70")
    assert "Attempts under way keep the version they began with" in trainer.get(answer.headers["Location"]).text
    with app.app_context():
        begun, exam = db.session.scalars(select(Attempt)).one(), db.session.scalars(select(Exam)).one()
        assert begun.exam_version_id != exam.version_id


def test_an_exam_is_retired_and_brought_back(app: Flask, trainer: FlaskClient, api: Any) -> None:
    page = "/author/exams/front-line"
    assert f"{page}/retire" in trainer.get(page).text
    assert trainer.post(f"{page}/retire").status_code == 303
    assert trainer.post(f"{page}/retire").status_code == 303
    assert api().post("/exams/front-line/attempts").status_code == 404
    text = trainer.get(page).text
    assert "This exam is retired" in text and f"{page}/return" in text and f"{page}/retire" not in text
    assert trainer.post(f"{page}/return").status_code == 303
    assert api().post("/exams/front-line/attempts").status_code == 201
    trainer.post(f"{page}/retire")
    assert "Saving puts it in use again" in trainer.get(EDIT).text
    answer = change(trainer)
    assert "The exam is in use again" in trainer.get(answer.headers["Location"]).text
    assert actions(app) == ["exam.add", "exam.retire", "exam.return", "exam.retire", "exam.return"] and number(app) == 1


# ---- who may, and at what cost ------------------------------------------------------------------


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
