"""A draft is tried before it is published, and all its routes are played."""

import html
import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from lms.core.database import db
from lms.scenarios.models import Play
from tests.scenarios.editor_sent import (
    ADDRESS,
    SAYS,
    Browser,
    page,
    save,
)

pytestmark = pytest.mark.usefixtures("wet_floor")


def try_it(browser: Browser, turns: list[str], **fields: str) -> str:
    data: dict[str, Any] = {"said": turns, "turn": str(len(turns) + 1), **fields}
    return html.unescape(browser.post(f"{ADDRESS}/try", data=data).get_data(as_text=True))


def test_a_draft_is_tried_as_a_learner_sees_it_and_nothing_is_kept(app: Flask, trainer: Browser) -> None:
    save(trainer, **{SAYS: "Said in the draft only"})
    source = html.unescape(page(trainer, f"{ADDRESS}/try"))
    assert "Said in the draft only" in source
    assert "leads to" not in source and "hear-her-out" not in source
    shown = html.unescape(page(trainer, f"{ADDRESS}/try?show=1"))
    assert re.search(r"[Ss]teps[^·<]* 4 · [^<]*leads to closing-scene", shown)
    number = re.search(r'name="choice" value="(\d)"(?:(?!name="choice").)*?Tell me from the beginning', source, re.S)
    assert number
    after = try_it(trainer, [], choice=number[1], emotion="angry")
    assert "And who calls me back?" in after
    assert '["hear-her-out", null, "angry"]' in after, "the turns travel with the page"
    over = try_it(trainer, ['["soothe-her", null, null]'], back="2")
    assert "Would not pass" in over
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Play)) == 0


@pytest.mark.parametrize("turns", [["nonsense"], ['["gone", null, null]'], ['[1, 2, 3]'], ['{"a": 1}'], ["[" * 5000],
                                   ['["hear-her-out", null, "glee"]'],
                                   ['["hear-her-out", "both", null]'], ['[null, "' + "x" * 3000 + '", null]']])  # fmt: skip
def test_a_trial_with_nonsense_begins_again(trainer: Browser, turns: list[str]) -> None:
    response = trainer.post(f"{ADDRESS}/try", data={"said": turns, "back": "9"})
    assert response.status_code in (200, 422)
    assert "The floor is wet again." in response.get_data(as_text=True)


def test_a_draft_that_lacks_something_cannot_be_tried_and_says_what(trainer: Browser) -> None:
    save(trainer, **{SAYS: "", "scenes.opening.says.zh-Hans": ""})
    assert "cannot be played yet" in page(trainer, f"{ADDRESS}/try")


def test_all_routes_of_a_draft_are_played(trainer: Browser) -> None:
    save(trainer, **{"scenes.opening.choices.hear-her-out.points.lscat": "104"})
    of_draft, of_version = (page(trainer, f"{ADDRESS}/routes{query}") for query in ("?draft=1", ""))
    words = [re.sub(r"<[^>]*>", " ", source) for source in (of_draft, of_version)]
    assert [bool(re.search(r"\b110\b", each)) for each in words] == [True, False]
    save(trainer, **{SAYS: "", "scenes.opening.says.zh-Hans": ""})
    response = trainer.get(f"{ADDRESS}/routes?draft=1")
    assert response.headers["Location"].endswith("/author/scenarios/wet-floor/edit#problems")
