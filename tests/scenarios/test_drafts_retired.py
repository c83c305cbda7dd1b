"""Publishing the draft of a retired role-play: asked first; and a trial that asks for the strength of a feeling."""

import html
import re

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from lms.core import audit, clock
from lms.core.database import db, unit_of_work
from lms.scenarios import queries_drafts, service_drafts
from lms.scenarios.drafts_trying import Said, unpacked
from lms.scenarios.models import Scenario, ScenarioVersion
from tests import factories
from tests import factories_scenarios as sets

Browser = FlaskClient
EDIT = "/author/scenarios/wet-floor/edit"
TRY = "/author/scenarios/wet-floor/try"


@pytest.fixture
def retired(app: Flask) -> None:
    """A retired role-play with a draft."""
    with app.app_context(), unit_of_work():
        sets.scenario()
        db.session.scalars(select(Scenario)).one().retired_at = clock.now()
        db.session.flush()
        stand = queries_drafts.stand("wet-floor")
        body = {**stand.body, "title": {"en": "Again", "zh-Hans": "再来"}}
        service_drafts.save_draft(stand, body, stand.seen, actor=factories.person(), now=clock.now())


def hidden(source: str, action: str) -> dict[str, str]:
    form = re.search(rf'<form[^>]*action="[^"]*/{action}".*?</form>', source, re.S)
    assert form
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', form[0]))


def state(app: Flask) -> tuple[bool, int | None, list[str]]:
    with app.app_context():
        row = db.session.scalars(select(Scenario)).one()
        actions = db.session.scalars(select(audit.AuditEntry.action).order_by(audit.AuditEntry.id)).all()
        versions = db.session.scalar(select(func.count()).select_from(ScenarioVersion))
        return row.retired_at is not None, versions, [each for each in actions if each.startswith("scenario.draft.p")]


def test_it_is_asked_in_words_before_a_retired_role_play_comes_back(
    app: Flask, trainer: Browser, retired: None
) -> None:
    source = trainer.get(EDIT).get_data(as_text=True)
    assert "publishing it asks whether it is to come back" in source
    asked = trainer.post("/author/scenarios/wet-floor/publish", data=hidden(source, "publish"))
    assert asked.status_code == 409 and "Bring it back into use?" in asked.get_data(as_text=True)
    assert state(app) == (True, 1, []), "nothing has happened yet"
    again = hidden(asked.get_data(as_text=True), "publish")
    assert trainer.post("/author/scenarios/wet-floor/publish", data=again).status_code == 303
    assert state(app) == (False, 2, ["scenario.draft.publish"])


def test_a_yes_to_an_older_draft_is_none(app: Flask, trainer: Browser, retired: None) -> None:
    asked = trainer.post(
        "/author/scenarios/wet-floor/publish", data=hidden(trainer.get(EDIT).get_data(as_text=True), "publish")
    )
    again = hidden(asked.get_data(as_text=True), "publish")
    with app.app_context(), unit_of_work():
        stand = queries_drafts.stand("wet-floor")
        body = {**stand.body, "title": {"en": "Changed meanwhile", "zh-Hans": "改了"}}
        service_drafts.save_draft(stand, body, stand.seen, actor=factories.person(), now=clock.now())
    assert trainer.post("/author/scenarios/wet-floor/publish", data=again).status_code == 409
    assert state(app)[:2] == (True, 1)


def test_one_in_use_is_published_without_a_question(app: Flask, trainer: Browser, retired: None) -> None:
    with app.app_context(), unit_of_work():
        db.session.scalars(select(Scenario)).one().retired_at = None
    source = trainer.get(EDIT).get_data(as_text=True)
    assert "come back" not in source
    assert trainer.post("/author/scenarios/wet-floor/publish", data=hidden(source, "publish")).status_code == 303


# ---- the strength of a feeling, in a trial --------------------------------------------


def asking(app: Flask, *changes: tuple[str, str]) -> None:
    with app.app_context(), unit_of_work():
        sets.scenario(sets.definition(sets.SMALL, *changes))


def test_a_trial_asks_for_the_strength_where_a_talk_does_and_shows_what_was_meant(app: Flask, trainer: Browser) -> None:
    asking(app, ("answer: angry,", "answer: angry, intensity: 4,"))
    source = trainer.get(TRY).get_data(as_text=True)
    assert "How strong is it?" in source and 'name="intensity" value="5"' in source
    number = re.search(r'name="choice" value="(\d)"(?:(?!name="choice").)*?Tell me from the beginning', source, re.S)
    assert number
    sent = {"turn": "1", "choice": number[1], "emotion": "angry", "intensity": "2", "show": "1"}
    after = html.unescape(trainer.post(TRY, data=sent).get_data(as_text=True))
    assert "Strength: said 2, meant 4" in after and '["hear-her-out", null, "angry", 2]' in after
    left_out = html.unescape(trainer.post(TRY, data={**sent, "intensity": ""}).get_data(as_text=True))
    assert "Strength: said –, meant 4" in left_out
    nonsense = html.unescape(trainer.post(TRY, data={**sent, "intensity": "9"}).get_data(as_text=True))
    assert "Strength: said –, meant 4" in nonsense


def test_a_trial_does_not_ask_for_it_where_a_talk_does_not(app: Flask, trainer: Browser) -> None:
    asking(app)
    assert "How strong is it?" not in trainer.get(TRY).get_data(as_text=True)


@pytest.mark.parametrize("level", ["true", "0", "6", '"3"', "[]", "2.5"])
def test_no_strength_but_one_to_five_travels(level: str) -> None:
    assert unpacked([f'["a", null, "angry", {level}]']) == []
    assert unpacked(['["a", null, "angry", 5]', '["b", null, null]']) == [
        Said("a", None, "angry", 5),
        Said("b", None, None),
    ]
