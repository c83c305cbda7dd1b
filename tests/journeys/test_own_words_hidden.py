"""In the middle of an examination with own words and a feeling's strength, nothing tells what was heard or is right."""

import re
from collections.abc import Callable, Mapping
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms import config, packs
from lms.core import clock
from lms.core.access import Role, Scope
from lms.core.database import db, unit_of_work
from lms.core.texts import LANGUAGES
from lms.scenarios import hearing
from lms.scenarios.models import Turn
from tests import factories
from tests.conftest import ApiClient
from tests.journeys import knowing, secrets

TYPED, INTENSE = "software-trial", "broken-watch"
WORDS = {
    "en": "And what happens if the orders go out late, what does that cost you?",
    "zh-Hans": "要是单子发晚了，会给您带来什么损失？",
}
SCENE = {"says", "cues", "asks_emotion", "asks_intensity", "labels", "choices", "typed"}
LINE = {"turn", "says", "cues", "emotion", "choice", "reply", "reaction", "taken_at"}
PLAY = {"id", "scenario", "version", "mode", "state", "started_at", "turn", "scene", "transcript"}
"""All that is told in the middle; whatever else a call may tell stays null."""


@pytest.fixture(params=LANGUAGES)
def learner(
    request: pytest.FixtureRequest, app: Flask, sign_in: Callable[..., FlaskClient], api: Callable[..., ApiClient]
) -> tuple[FlaskClient, ApiClient, str]:
    with app.app_context():
        packs.load([config.ROOT / "courses", config.ROOT / "question_bank"], take=None, actor=None, now=clock.now())
        with unit_of_work():
            person = factories.person(roles=[Role.LEARNER], language=request.param)
    return sign_in(person, language=request.param), api(person, scopes=[Scope.LEARN]), request.param


def say(caller: ApiClient, play: dict[str, Any], language: str, line: Any, plot: Any, **also: Any) -> dict[str, Any]:
    """One turn of the best route."""
    scene, words = play["scene"], plot.scenes[line.scene].choices[line.turn.choice].reply[language]
    said = {"turn": play["turn"], "choice": next(one["id"] for one in scene["choices"] if one["text"] == words), **also}
    if scene["asks_emotion"]:
        said["emotion"] = scene["labels"][0]
    answer: dict[str, Any] = caller.post(f"/plays/{play['id']}/turns", said).json
    return answer


def told_in(answer: Mapping[str, Any]) -> set[str]:
    """The names of what is said; a nought or a "no" is something said."""
    return {name for name, value in answer.items() if value is not None}


def check_middle(play: dict[str, Any]) -> None:
    assert told_in(play) == PLAY
    assert told_in(play["scene"]) == SCENE
    assert all(told_in(line) <= LINE for line in play["transcript"])


def heard_in(app: Flask, play_id: int) -> str:
    """What the scorer made of the typed reply, as it is kept."""
    with app.app_context():
        (heard,) = db.session.scalars(select(Turn.heard).where(Turn.play_id == play_id, Turn.reply.is_not(None)))
    reading = hearing.reading_kept(heard)
    assert reading is not None and reading.findings, "there is nothing to hide unless something was heard"
    return reading.version


def test_what_was_heard_in_own_words_stays_hidden_until_the_end(
    app: Flask, learner: tuple[FlaskClient, ApiClient, str]
) -> None:
    browser, caller, language = learner
    hidden = secrets.gather(knowing.bundled())
    plot, best = knowing.best_play(TYPED)
    play = caller.post(f"/scenarios/{TYPED}/plays").json
    lines = iter(best.lines)
    while not play["scene"]["typed"]:
        play = say(caller, play, language, next(lines), plot)
    answer = caller.post(f"/plays/{play['id']}/turns", {"turn": play["turn"], "reply": WORDS[language]})
    assert answer.status_code == 200
    assert answer.json["scene"] is not None, "the talk goes on"
    version = heard_in(app, play["id"])
    again = caller.get(f"/plays/{play['id']}")
    for told in (answer, again):
        assert hidden.leaks(told.text, is_json=True) == []
        assert version not in told.text
    assert told_in(answer.json) <= {"id", "turn", "scene", "reaction"}
    check_middle(again.json)
    page = browser.get(f"/plays/{play['id']}").text
    assert WORDS[language] in page.replace("&#39;", "'")
    assert hidden.leaks(page, is_json=False) == []
    assert version not in page
    assert "<mark" not in page


def test_how_strong_a_feeling_is_stays_hidden(learner: tuple[FlaskClient, ApiClient, str]) -> None:
    browser, caller, language = learner
    hidden = secrets.gather(knowing.bundled())
    plot, best = knowing.best_play(INTENSE)
    play = caller.post(f"/scenarios/{INTENSE}/plays").json
    lines = iter(best.lines)
    while not play["scene"]["asks_intensity"]:
        play = say(caller, play, language, next(lines), plot)
    before = caller.get(f"/plays/{play['id']}")
    levels = re.findall(r'<input[^>]*name="intensity"[^>]*>', browser.get(f"/plays/{play['id']}").text)
    assert len(levels) == 5 and len({re.sub(r"\d", "", level) for level in levels}) == 1, "no level stands out"
    answer = caller.client.post(
        f"/api/v1/plays/{play['id']}/turns",
        headers=caller.headers,
        json={"turn": play["turn"], "emotion": play["scene"]["labels"][0], "intensity": 6, "choice": "1"},
    )
    assert answer.status_code == 422
    after = say(caller, play, language, next(lines), plot, intensity=1)
    assert after["turn"] == play["turn"] + 1
    assert told_in(play["scene"]) == SCENE and play["scene"]["asks_intensity"] is True
    now = caller.get(f"/plays/{play['id']}")
    for told in (before, now):
        assert hidden.leaks(told.text, is_json=True) == []
        check_middle(told.json)
    assert hidden.leaks(browser.get(f"/plays/{play['id']}").text, is_json=False) == []
