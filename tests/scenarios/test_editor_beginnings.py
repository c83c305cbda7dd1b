"""How a role-play is begun in the browser: empty, as a copy, from a file, which becomes a draft."""

import io
import re

import pytest
from flask import Flask
from sqlalchemy import func, select

from lms.core import clock
from lms.core.content import dump_yaml
from lms.core.database import db, unit_of_work
from lms.scenarios import queries_drafts, service
from lms.scenarios.models_drafts import ScenarioDraft, ScenarioDraftSave
from tests import factories
from tests import factories_scenarios as sets
from tests.forms_sent import fields_of
from tests.scenarios.editor_sent import ADDRESS, Browser, Form, actions, body, page

pytestmark = pytest.mark.usefixtures("wet_floor")


def test_a_new_role_play_is_begun_empty_or_as_a_copy(app: Flask, trainer: Browser) -> None:
    made = trainer.post(
        "/author/scenarios/new", data={"origin": "empty", "title_en": "Rain in the hall", "channel": "chat"}
    )
    assert made.headers["Location"].endswith("/author/scenarios/rain-in-the-hall/edit?part=general")
    made = trainer.post(
        "/author/scenarios/new",
        data={"origin": "copied", "copied": "wet-floor", "key": "dry-floor", "title_zh": "干的地"},
    )
    assert made.status_code == 303
    with app.app_context():
        copy = queries_drafts.stand("dry-floor")
        original = queries_drafts.stand("wet-floor").body
        assert copy.version is None and copy.body == {
            **original,
            "scenario": "dry-floor",
            "title": {"zh-Hans": "干的地"},
        }
    assert actions(app)[-2:] == ["scenario.draft.begin"] * 2
    assert "rain-in-the-hall" in page(trainer, "/author/scenarios")


@pytest.mark.parametrize("key", ["wet-floor", "new", "Two Words", "<b>", "a" * 65, "../x", "ä"])
def test_a_key_that_cannot_be_used_is_refused_and_everything_stays_typed(
    app: Flask, trainer: Browser, key: str
) -> None:
    response = trainer.post("/author/scenarios/new", data={"origin": "empty", "title_en": "Rain <i>", "key": key})
    assert response.status_code == 422
    source = response.get_data(as_text=True)
    assert "Rain &lt;i&gt;" in source and "is-invalid" in source
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(ScenarioDraft)) == 0


def test_a_new_role_play_is_written_from_nothing_and_played(app: Flask, trainer: Browser) -> None:
    trainer.post("/author/scenarios/new", data={"origin": "empty", "title_en": "Rain", "title_zh": "雨", "key": "rain"})
    url = "/author/scenarios/rain/edit"
    sent = Form(page(trainer, url))
    place = "scenes.opening.choices"
    for name, words in {
        "scenes.opening.says": "It rains in.", f"{place}.best.reply": "Where exactly?", f"{place}.other.reply": "Buy a bucket.",
        f"{place}.best.feedback": "You ask.", f"{place}.other.feedback": "You mock.",
    }.items():  # fmt: skip
        assert f"{name}.en" in sent.fields
        sent[f"{name}.en"], sent[f"{name}.zh-Hans"] = words, f"{words}（中）"
    sent[f"{place}.best.goto"], sent[f"{place}.other.goto"], sent[f"{place}.best.points.outcome"] = "good", "bad", "5"
    assert sent.send(trainer, url=url).status_code == 303
    sent = Form(page(trainer, url + "?part=endings"))
    for key, words in (("good", "Dry"), ("bad", "Wet")):
        sent[f"endings.{key}.title.en"], sent[f"endings.{key}.title.zh-Hans"] = words, f"{words}（中）"
    sent.send(trainer, url=url)
    data = fields_of(page(trainer, url), "publish")
    assert trainer.post("/author/scenarios/rain/publish", data=data).status_code == 303
    with app.app_context(), unit_of_work():
        play = service.start_play("rain", factories.person(), "exam", now=clock.now(), language="en").play.id
        assert play
    source = page(trainer, "/author/scenarios/rain")
    assert all(words in source for words in ("It rains in.", "Where exactly?", "Buy a bucket.", "Dry"))


def test_a_file_becomes_the_draft_and_what_is_wrong_in_it_is_said_by_line(app: Flask, trainer: Browser) -> None:
    url = f"{ADDRESS}/import"
    words = page(trainer, f"{ADDRESS}/file").replace("goto: hung-up", "goto: gone", 1)
    sent = {**fields_of(page(trainer, url), "import"), "words": words}
    response = trainer.post(url, data=sent)
    assert response.status_code == 200
    assert re.search(
        r"role-play\.yaml:\d+</span>.*?scenes\.opening\.choices\.soothe-her\.goto",
        response.get_data(as_text=True),
        re.S,
    )
    assert body(app)["scenes"]["opening"]["choices"]["soothe-her"]["goto"] == "gone"
    sent = fields_of(page(trainer, url), "import")
    refused = trainer.post(url, data={**sent, "words": "scenario: wet-floor\nscenes: [a]\n<b>: 1\n"})
    assert refused.status_code == 422
    source = refused.get_data(as_text=True)
    assert "role-play.yaml:2" in source and "&lt;b&gt;: 1" in source, "problems by line, and the words stay"
    with app.app_context():
        verbs = db.session.scalars(select(ScenarioDraftSave.verb).order_by(ScenarioDraftSave.number))
        assert list(verbs) == ["imported"]


def test_a_file_may_be_sent_and_be_of_something_new(app: Flask, trainer: Browser) -> None:
    with app.app_context():
        words = dump_yaml(sets.definition()).replace("scenario: wet-floor", "scenario: dry-floor")
    sent = {"file": (io.BytesIO(b"\xef\xbb\xbf" + words.replace("\n", "\r\n").encode()), "dry.yaml")}
    response = trainer.post("/author/scenarios/new/import", data=sent, content_type="multipart/form-data")
    assert response.status_code in (200, 303)
    assert trainer.get("/author/scenarios/dry-floor/file").get_data(as_text=True) == words
    other = {"file": (io.BytesIO(words.encode()), "x.yaml"), **Form(page(trainer)).fields}
    refused = trainer.post(f"{ADDRESS}/import", data=other, content_type="multipart/form-data")
    assert refused.status_code == 422, "a file of another key"


@pytest.mark.parametrize(
    "raw", [b"", b"\xff\xfe\x00", b"- " * 5000, b"[" * 3000, b'scenario: "\\ud800"\n', b"x" * 500_000]
)
def test_hostile_files_are_refused_with_a_sentence(trainer: Browser, raw: bytes) -> None:
    sent = {"file": (io.BytesIO(raw), "../../x<y>.yaml")}
    response = trainer.post("/author/scenarios/new/import", data=sent, content_type="multipart/form-data")
    assert response.status_code == 422
    assert "x<y>" not in response.get_data(as_text=True)
