"""The editor of items: nothing changes that nobody changed, every type can be written, no typed word is lost."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from lms import config, packs
from lms.core import audit, clock
from lms.core.access import Role
from lms.core.content import plain
from lms.core.database import db, unit_of_work
from lms.core.form_fields import LINE_END
from lms.question_bank import queries, service, sync
from lms.question_bank.items import item_of
from lms.question_bank.models import Item, ItemVersion
from tests import factories
from tests import factories_assessment as make
from tests.assessment import test_regrading as regrades
from tests.forms_sent import fields_of, sent

KINDS = [*make.BODIES, "essay"]


@pytest.fixture
def bank(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        make.every_type()
        make.topic("written", [make.essay("every-type-essay")])
        make.topic("complaints", 3)


@pytest.fixture
def trainer(sign_in: Callable[..., FlaskClient], bank: None) -> FlaskClient:
    return sign_in(Role.TRAINER)


def address(key: str) -> str:
    return f"/author/items/{key}/edit"


def body(app: Flask, key: str) -> dict[str, Any]:
    with app.app_context():
        return plain(queries.authored_item(key).stored.definition)


def number(app: Flask, key: str) -> int:
    with app.app_context():
        return queries.authored_item(key).stored.number


def change(page: FlaskClient, key: str, **changes: Any) -> Any:
    """Open the form, change some fields, press Save."""
    return page.post(address(key), data={**sent(page.get(address(key)).text), **changes, "do": ""})


def press(page: FlaskClient, key: str, do: str, **changes: Any) -> str:
    """Open the form, change some fields, press another button; the page that follows."""
    answer = page.post(address(key), data={**sent(page.get(address(key)).text), **changes, "do": do})
    assert answer.status_code == 200
    return str(answer.text)


def test_every_bundled_item_sent_unchanged_stays_its_version(app: Flask, sign_in: Callable[..., FlaskClient]) -> None:
    with app.app_context():
        assert packs.load([config.ROOT], take=None, actor=None, now=clock.now()).report is not None
        keys = db.session.scalars(select(Item.key)).all()
    page = sign_in(Role.TRAINER)
    assert len(keys) > 480
    for key in keys:
        fields = fields_of(page.get(address(key)).text)
        fields.pop("sop.+1", None)
        answer = page.post(address(key), data={**fields, "do": ""})
        assert answer.status_code == 303, (key, re.findall(r'<li><span class="sign sign-not-met.*?</li>', answer.text, re.S))
    with app.app_context():
        assert db.session.scalar(select(func.max(ItemVersion.number))) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_a_form_sent_unchanged_makes_no_version_and_no_entry(app: Flask, trainer: FlaskClient, kind: str) -> None:
    answer = change(trainer, f"every-type-{kind}")
    assert answer.status_code == 303
    assert "Nothing differs" in trainer.get(answer.headers["Location"]).text
    assert number(app, f"every-type-{kind}") == 1
    with app.app_context():
        assert "item.save" not in db.session.scalars(select(audit.AuditEntry.action)).all()


@pytest.mark.parametrize(
    ("kind", "changes", "field", "expected"),
    [
        ("single", {"answer": "skeyalpha"}, "answer", "skeyalpha"),
        ("true-false", {"answer": "true"}, "answer", True),
        ("multiple", {"answer.skeybeta": "1"}, "answer", ["skeyalpha", "skeygamma", "skeybeta"]),
        (
            "ordering",
            {"answer.skeygamma": "2", "answer.skeyalpha": "1"},
            "answer",
            ["skeyalpha", "skeygamma", "skeydelta", "skeybeta"],
        ),
        ("matching", {"answer.skeylone": "skeyrthree"}, "answer", {"skeylone": "skeyrthree", "skeyltwo": "skeyrtwo"}),
        (
            "classify",
            {"answer.skeystwo": "skeysituation"},
            "answer",
            dict.fromkeys(("skeysone", "skeystwo", "skeysthree"), "skeysituation"),
        ),
        (
            "judgement",
            {"values.skeybeta": "0,75"},
            "values",
            {"skeyalpha": 1, "skeybeta": 0.75, "skeygamma": 0, "skeydelta": 0.25},
        ),
        ("emotion", {"panel.sad": "２"}, "panel", {"angry": 8, "impatient": 4, "sad": 2}),
        ("number", {"answer": "24.5"}, "answer", 24.5),
        (
            "short-text",
            {"accepted.en": "twentyfour hours\r\none day", "accepted.zh-Hans": "twentyfour hours（中文）\r\n一天"},
            "accepted",
            [make.text("twentyfour hours"), make.text("one day", "一天")],
        ),
        ("essay", {"max_chars": "500"}, "max_chars", 500),
    ],
)
def test_each_type_is_corrected_in_the_browser(
    app: Flask, trainer: FlaskClient, kind: str, changes: dict[str, str], field: str, expected: Any
) -> None:
    key = f"every-type-{kind}"
    before = body(app, key)
    answer = change(trainer, key, **changes)
    assert answer.status_code == 303, answer.text
    assert body(app, key) == {**before, field: expected}
    assert number(app, key) == 2
    with app.app_context():
        entry = db.session.scalars(select(audit.AuditEntry).where(audit.AuditEntry.action == "item.save")).one()
        assert entry.subject == f"item:{key}"


@pytest.mark.parametrize("kind", KINDS)
def test_a_new_item_of_each_type_is_written(app: Flask, trainer: FlaskClient, kind: str) -> None:
    text = trainer.get(f"/author/new-item?type={kind}&topic=complaints").text
    assert fields_of(text)["key"] == ["complaints-004"]
    with app.app_context():
        shape = {name: words for name, words in fields_of(trainer.get(address(f"every-type-{kind}")).text).items()}
    made = {**shape, **{name: fields_of(text)[name] for name in ("key", "topic", "version", "type")}, "do": ""}
    answer = trainer.post("/author/new-item", data=made)
    assert answer.status_code == 303, answer.text
    copied = body(app, "complaints-004")
    assert {**copied, "key": ""} == {**body(app, f"every-type-{kind}"), "key": ""}
    assert "As learners see it" in trainer.get(answer.headers["Location"]).text


@pytest.mark.parametrize("kind", KINDS)
def test_an_empty_new_form_says_what_to_do_and_keeps_what_was_typed(trainer: FlaskClient, kind: str) -> None:
    text = trainer.get(f"/author/new-item?type={kind}&topic=complaints").text
    answer = trainer.post("/author/new-item", data={**sent(text), "rationale.en": "Because I say so", "do": ""})
    assert answer.status_code == 422
    assert "Nothing was saved" in answer.text and "Because I say so" in answer.text
    links = re.findall(r'<li><a href="#([^"]+)"', answer.text)
    assert links and all(f'id="{link}"' in answer.text for link in links), links


def test_bad_input_is_said_at_its_field_and_nothing_typed_is_lost(app: Flask, trainer: FlaskClient) -> None:
    typed = {"points": "many", "options.skeyalpha.en": "", "options.skeyalpha.zh-Hans": "", "stem.en": "Which <one>?"}
    answer = change(trainer, "every-type-single", **typed)
    assert answer.status_code == 422
    fields = fields_of(answer.text)
    assert fields["points"] == ["many"] and fields["stem.en"] == ["Which <one>?"]
    assert re.search(r'id="points-notes">.*?Write a number here, as in 2 or 0.5', answer.text, re.S)
    assert re.search(r'id="options.skeyalpha-notes">.*?The text is empty', answer.text, re.S)
    assert number(app, "every-type-single") == 1


def test_an_order_with_one_place_twice_is_refused(trainer: FlaskClient) -> None:
    answer = change(trainer, "every-type-ordering", **{"answer.skeygamma": "2"})
    assert answer.status_code == 422 and "Give each line a place of its own, from 1 to 4" in answer.text


def test_options_are_added_taken_away_and_moved_with_what_was_typed(app: Flask, trainer: FlaskClient) -> None:
    key = "every-type-single"
    text = press(trainer, key, "add:options", **{"stem.en": "Typed before?"})
    assert fields_of(text)["keys.options"] == ["skeyalpha skeybeta skeygamma skeydelta a"]
    assert fields_of(text)["stem.en"] == ["Typed before?"]
    text = trainer.post(address(key), data={**sent(text), "do": "remove:options.skeyalpha"}).text
    text = trainer.post(address(key), data={**sent(text), "do": "up:options.skeygamma"}).text
    fields = {**sent(text), "options.a.en": "Fifth", "options.a.zh-Hans": "第五", "do": ""}
    assert trainer.post(address(key), data=fields).status_code == 303
    after = body(app, key)
    assert list(after["options"]) == ["skeygamma", "skeybeta", "skeydelta", "a"]
    assert "feedback" not in after and after["answer"] == "skeybeta" and after["stem"]["en"] == "Typed before?"


def test_taking_the_right_option_away_asks_for_another(trainer: FlaskClient) -> None:
    text = press(trainer, "every-type-single", "remove:options.skeybeta")
    answer = trainer.post(address("every-type-single"), data={**sent(text), "do": ""})
    assert answer.status_code == 422 and "Say what is right." in answer.text


def test_rubric_lines_and_levels_are_added_and_taken_away(app: Flask, trainer: FlaskClient) -> None:
    key = "every-type-essay"
    text = press(trainer, key, "add:rubric")
    for do in ("add:rubric.tone", "remove:rubric.facts.0", "up:rubric.facts"):
        text = trainer.post(address(key), data={**sent(text), "do": do}).text
    fields = {
        **sent(text), "rubric.line-1.title.en": "Close", "rubric.line-1.title.zh-Hans": "结尾", "rubric.tone.3.points": "3",
        **{f"rubric.line-1.{level}.points": str(level) for level in range(3)}, "do": "",
    }  # fmt: skip
    answer = trainer.post(address(key), data=fields)
    assert answer.status_code == 303, answer.text
    rubric = body(app, key)["rubric"]
    assert [line["key"] for line in rubric] == ["facts", "tone", "line-1"]
    assert [[level["points"] for level in line["levels"]] for line in rubric] == [[2, 4], [0, 1, 2, 3], [0, 1, 2]]


def test_a_newer_version_keeps_what_was_typed_and_shows_what_changed(app: Flask, trainer: FlaskClient) -> None:
    key = "every-type-single"
    opened = sent(trainer.get(address(key)).text)
    assert change(trainer, key, **{"stem.en": "Their words?", "points": "3"}).status_code == 303
    answer = trainer.post(address(key), data={**opened, "stem.en": "My words?", "answer": "skeygamma", "do": ""})
    assert answer.status_code == 409
    fields = fields_of(answer.text)
    assert fields["stem.en"] == ["My words?"] and fields["answer"] == ["skeygamma"] and fields["points"] == ["3"]
    assert "Their words?" in answer.text and number(app, key) == 2
    assert trainer.post(address(key), data={**fields, "do": ""}).status_code == 303
    after = body(app, key)
    assert (after["stem"]["en"], after["answer"], after["points"], number(app, key)) == ("My words?", "skeygamma", 3, 3)


def test_a_changed_key_leads_to_grading_the_attempts_again(app: Flask, sign_in: Callable[..., FlaskClient]) -> None:
    with app.app_context(), unit_of_work():
        regrades.a_wrong_item()
        regrades.sit(factories.person(), "skeyalpha")
    page, other, shown = sign_in(Role.TRAINER), sign_in(Role.TRAINER), "/author/items/wrong-1"
    assert change(page, "wrong-1", **{"rationale.en": "Other reasons."}).status_code == 303
    assert "Attempts were graded by another key" not in page.get(shown).text
    assert change(page, "wrong-1", answer="skeyalpha").status_code == 303
    text = page.get(shown).text
    assert "1 attempt was graded on version 1, whose right answer differs." in text
    link = re.search(r'href="([^"]*/regrading\?from=(\d+))"', text)
    assert link and "version 1 · 1 attempt" in page.get(link[1]).text
    with app.app_context():
        to = queries.authored_item("wrong-1").stored.version_id
    wanted = {"from_version": link[2], "to_version": to, "rule": "new-key", "reason": regrades.REASON}
    made = page.post("/author/items/wrong-1/regrading", data=wanted).headers["Location"]
    assert page.post(f"{made}/proposal", data={"verb": "propose"}).status_code == 303
    assert other.post(f"{made}/decision", data={"verb": "approve"}).status_code == 303
    assert "Attempts were graded by another key" not in page.get(shown).text


def test_what_the_form_does_not_show_stays(app: Flask, trainer: FlaskClient) -> None:
    key = "complaints-tricky"
    lines = {"en": "First\nsecond", "zh-Hans": "一\n二"}
    tricky = make.item(key, "emotion", cues=[lines, {"en": "Only English"}], labels=["angry", "impatient", "sad"])
    with app.app_context(), unit_of_work():
        service.save_item("complaints", item_of(tricky), actor=None, now=clock.now())
    fields = fields_of(trainer.get(address(key)).text)
    assert fields["cues.en"] == [f"First{LINE_END}second\r\nOnly English"]
    assert change(trainer, key).status_code == 303 and number(app, key) == 1
    assert change(trainer, key, intensity="4").status_code == 303
    assert body(app, key) == {**body(app, key), "cues": [lines, {"en": "Only English"}], "intensity": 4}


def test_an_item_moves_to_another_topic_and_a_retired_one_comes_back(app: Flask, trainer: FlaskClient) -> None:
    key = "complaints-1"
    with app.app_context(), unit_of_work():
        sync.retire_missing("tests", [], clock.now() + timedelta(hours=1))
    assert "This item is retired" in trainer.get(address(key)).text
    assert change(trainer, key, topic="every-type").status_code == 303
    with app.app_context():
        found = queries.authored_item(key)
        assert (found.topic, found.is_retired, found.stored.number) == ("every-type", False, 1)
    assert change(trainer, key, topic="no-such").status_code == 422


def test_a_taken_key_and_an_unknown_type_are_refused(trainer: FlaskClient) -> None:
    text = trainer.get("/author/new-item?type=number&topic=complaints").text
    made = {**sent(text), "key": "every-type-number", "stem.en": "How many?", "answer": "3", "do": ""}
    answer = trainer.post("/author/new-item", data=made)
    assert answer.status_code == 422 and "is taken" in answer.text
    assert trainer.post("/author/new-item", data={"type": "riddle"}).status_code == 404
    assert "Choose how it is answered" in trainer.get("/author/new-item?type=riddle").text


def test_wording_that_gives_answers_away_is_said_but_saved(trainer: FlaskClient) -> None:
    typed = {"options.skeyalpha.en": "Never answer", "options.skeygamma.en": "All of the above"}
    text = press(trainer, "every-type-single", "preview", **typed)
    assert "gives a wrong option away" in text and "write the options out" in text
    assert change(trainer, "every-type-single", **typed).status_code == 303


@pytest.mark.parametrize("kind", KINDS)
def test_the_preview_draws_what_is_typed(trainer: FlaskClient, kind: str) -> None:
    text = press(trainer, f"every-type-{kind}", "preview", **{"stem.en": "A **typed** question?"})
    preview = text.split('id="preview"')[1].split("</section>")[0]
    assert "<strong>typed</strong>" in preview


def test_only_trainers_edit(sign_in: Callable[..., FlaskClient], bank: None) -> None:
    for role in Role:
        page = sign_in(role)
        expected = 200 if role is Role.TRAINER else 403
        assert page.get(address("every-type-single")).status_code == expected
        assert page.get("/author/new-item").status_code == expected
        listed = page.get("/author/items")
        assert ("/author/new-item" in listed.text) == (role is Role.TRAINER)


def test_an_unknown_item_is_not_found(trainer: FlaskClient) -> None:
    assert trainer.get(address("no-such")).status_code == 404
    assert trainer.post(address("no-such")).status_code == 404


def test_the_form_asks_the_database_a_constant_number_of_questions(trainer: FlaskClient, count_queries: Any) -> None:
    counts = {}
    for kind in KINDS:
        trainer.get(address(f"every-type-{kind}"))
        with count_queries() as queries_run:
            trainer.get(address(f"every-type-{kind}"))
        counts[kind] = len(queries_run)
    assert max(counts.values()) <= 8, counts


def test_a_button_pressed_over_a_newer_version_does_not_overwrite_it_afterwards(
    app: Flask, trainer: FlaskClient
) -> None:
    key = "every-type-single"
    opened = sent(trainer.get(address(key)).text)
    assert change(trainer, key, **{"stem.en": "Their words?"}).status_code == 303
    text = trainer.post(address(key), data={**opened, "do": "preview"}).text
    assert trainer.post(address(key), data={**sent(text), "do": ""}).status_code == 409
    assert body(app, key)["stem"]["en"] == "Their words?"
