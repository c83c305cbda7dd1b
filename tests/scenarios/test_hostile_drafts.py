"""What no page of ours would send to the editor, and what only a huge role-play brings: never an error of ours."""

import html
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.core import clock
from lms.core.access import Role
from lms.core.database import unit_of_work
from lms.scenarios import replies_scorers, service_drafts
from tests import factories, factories_replies

EDIT, TRY = (f"/author/scenarios/{factories_replies.KEY}/{page}" for page in ("edit", "try"))
SCENES, WAYS = 60, 4


@pytest.fixture
def trainer(app: Flask, sign_in: Callable[..., FlaskClient]) -> FlaskClient:
    with app.app_context(), unit_of_work():
        factories_replies.scenario()
    return sign_in(Role.TRAINER)


def seen(browser: FlaskClient) -> dict[str, str]:
    """The draft and the version that the editor's page shows now."""
    return dict(re.findall(r'name="(number|version)"[^>]*value="(\d*)"', browser.get(EDIT).text))


@pytest.mark.parametrize("scene", ["no-such-scene", "a.b", "new"])
def test_a_scene_that_is_not_there_cannot_be_renamed(trainer: FlaskClient, scene: str) -> None:
    before = trainer.get(f"/author/scenarios/{factories_replies.KEY}/file").text
    sent = {**seen(trainer), "scene": scene, f"scenes.{scene}.key": "another"}
    assert trainer.post(EDIT, data=sent).status_code == 303
    assert trainer.get(f"/author/scenarios/{factories_replies.KEY}/file").text == before


@pytest.mark.parametrize("half", ['["hear-her-out", null, "\\ud800"]', '[null, "\\udfff Good day to you", null]'])
def test_half_a_character_ends_a_trial_before_it(trainer: FlaskClient, half: str) -> None:
    whole = '["hear-her-out", null, "angry"]'
    page = trainer.post(TRY, data={"said": [whole, half], "back": "9"})
    assert page.status_code == 200
    assert [html.unescape(said) for said in re.findall(r'name="said" value="([^"]*)"', page.text)[:1]] == [whole]
    assert "\\ud" not in html.unescape(page.text)


def test_a_draft_can_be_tried_where_the_scorer_is_not_at_hand(
    trainer: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(replies_scorers._chosen, "name", "linear-999")
    said = {"said": ['["hear-her-out", null, "angry"]'], "turn": "2", "reply": factories_replies.BOTH}
    page = trainer.post(TRY, data=said)
    assert page.status_code == 200
    assert factories_replies.BOTH in page.text


def _huge() -> dict[str, Any]:
    """A talk of many scenes with some ways each: 4 to the power of 60 routes."""
    text = {"en": "Hello", "zh-Hans": "您好"}
    scenes = {
        f"scene-{at}": {
            "says": text,
            "choices": {
                f"way-{way}": {
                    "reply": {"en": f"Way {way}", "zh-Hans": f"第{way}种说法"},
                    "points": {"care": way},
                    "goto": f"scene-{at + 1}" if at + 1 < SCENES else "over",
                }
                for way in range(WAYS)
            },
        }
        for at in range(SCENES)
    }
    return {
        "title": text,
        "skill": "complaint-handling",
        "channel": "phone",
        "customer": {"profile": text},
        "criteria": {"care": text},
        "start": "scene-0",
        "scenes": scenes,
        "endings": {"over": {"title": text, "text": text}},
        "pass": {"score": 70},
    }


def test_more_routes_than_a_usual_number_has_digits_are_shown(app: Flask, trainer: FlaskClient) -> None:
    with app.app_context(), unit_of_work():
        service_drafts.begin_draft("huge-talk", _huge(), actor=factories.person(), now=clock.now())
    page = trainer.get("/author/scenarios/huge-talk/routes?draft=1")
    assert page.status_code == 200
    assert f"{WAYS**SCENES:,}" in page.text
