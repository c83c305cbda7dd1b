"""Two authors at one form of the editor: what the second one sees."""

import html
import re
from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.core.access import Role
from lms.core.database import unit_of_work
from lms.scenarios import queries_drafts
from tests import factories_scenarios as sets

EDIT = "/author/scenarios/wet-floor/edit"
SAYS = "scenes.opening.says.en"
GONE = "scenes.opening.choices.ask-number.reply.zh-Hans"


@pytest.fixture
def second(app: Flask, sign_in: Callable[..., FlaskClient]) -> str:
    """The page of whoever saved second, after the first changed what the customer says and took a reply away."""
    with app.app_context(), unit_of_work():
        sets.scenario()
    trainer = sign_in(Role.TRAINER)
    with app.app_context():
        seen = queries_drafts.stand("wet-floor").seen
    page = {"scene": "opening", "number": str(seen.number), "version": str(seen.version_id)}
    first = {**page, SAYS: "Theirs\nin two lines", "do": "remove:scenes.opening.choices.ask-number"}
    assert trainer.post(EDIT, data=first).status_code == 303
    met = trainer.post(EDIT, data={**page, SAYS: "Mine", GONE: "我的", "do": ""})
    assert met.status_code == 409
    return met.get_data(as_text=True)


def told(source: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", source)).split())


def test_the_newer_words_stand_at_the_field_too_and_the_language_is_named(second: str) -> None:
    alert = re.search(r'id="errors".*?id="map"', second, re.S)
    assert alert and "Scene 1, What the customer says, English : saved meanwhile: “Theirs in two lines”" in told(
        alert[0]
    )
    field = re.search(r'data-field="scenes.opening.says".*?data-field="scenes.opening.cues"', second, re.S)
    assert field and "Saved meanwhile in English: “Theirs in two lines”" in told(field[0])
    assert re.search(rf'is-invalid" id="{re.escape(SAYS)}".*?>\nMine</textarea>', field[0], re.S)


def test_what_is_gone_is_named_as_its_author_saw_it(second: str) -> None:
    assert "Scene 1, Reply 2, What the learner says, Chinese 我的" in told(second)


def test_nothing_can_be_published_from_a_page_with_words_that_are_not_saved(second: str) -> None:
    assert "/publish" not in second
