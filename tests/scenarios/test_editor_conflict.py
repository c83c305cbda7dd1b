"""Two authors, or two tabs, at one form of the editor: no save is lost, and the second one sees what was saved meanwhile."""

import html
import re

import pytest
from flask import Flask

from lms.core.database import unit_of_work
from lms.scenarios import queries_drafts
from tests import factories_scenarios as sets
from tests.forms_sent import fields_of
from tests.scenarios.editor_sent import (
    ADDRESS,
    EDIT,
    SAYS,
    Browser,
    Form,
    body,
    draft,
    form,
    page,
    publish,
    save,
)

pytestmark = pytest.mark.usefixtures("wet_floor")
GONE = "scenes.opening.choices.ask-number.reply.zh-Hans"


@pytest.fixture
def second(app: Flask, trainer: Browser) -> str:
    """The page of whoever saved second, after the first changed what the customer says and took a reply away."""
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


def test_a_second_save_of_the_same_page_keeps_both_and_says_so(app: Flask, trainer: Browser) -> None:
    first, second = form(trainer), form(trainer)
    first[SAYS], first["scenes.opening.cues.en"] = "From the first tab", "Their cue"
    second[SAYS], second["scenes.opening.says.zh-Hans"] = "From the second tab", "第二页"
    assert first.send(trainer).status_code == 303
    refused = second.send(trainer)
    assert refused.status_code == 409
    source = html.unescape(refused.get_data(as_text=True))
    assert "saved meanwhile: “From the first tab”" in source
    assert body(app)["scenes"]["opening"]["says"]["en"] == "From the first tab"
    again = Form(refused.get_data(as_text=True))
    assert again.fields[SAYS] == ["From the second tab"]
    assert again.fields["scenes.opening.cues.en"] == ["Their cue"], "what was not touched here shows what is newest"
    assert again.send(trainer).status_code == 303
    says = body(app)["scenes"]["opening"]
    assert says["says"] == {"en": "From the second tab", "zh-Hans": "第二页"}
    assert says["cues"][0]["en"] == "Their cue"


def test_what_was_typed_into_a_scene_that_is_gone_can_be_copied(trainer: Browser) -> None:
    late = form(trainer, "?scene=closing-scene")
    late["scenes.closing-scene.says.en"] = "Typed too late"
    save(trainer, do="remove:scenes.closing-scene", query="?scene=closing-scene")
    refused = late.send(trainer)
    assert refused.status_code == 409
    assert "Typed too late" in refused.get_data(as_text=True)


def test_the_first_save_of_two_pages_without_a_draft_wins_once(app: Flask, trainer: Browser) -> None:
    one, other = form(trainer), form(trainer, "?part=general")
    one[SAYS], other["title.en"] = "One", "Other"
    assert [one.send(trainer).status_code, other.send(trainer).status_code] == [303, 409]
    assert body(app)["title"]["en"] != "Other"


def test_a_version_published_meanwhile_is_not_overwritten_unseen(app: Flask, trainer: Browser) -> None:
    save(trainer, **{SAYS: "Mine"})
    sent = fields_of(page(trainer), "publish")
    with app.app_context(), unit_of_work():
        sets.scenario(sets.definition(sets.SMALL.replace("The floor is wet again.", "Loaded again.")))
    refused = trainer.post(f"{ADDRESS}/publish", data=sent)
    assert refused.status_code == 409
    assert "came into force after this draft was begun" in refused.get_data(as_text=True)
    assert publish(trainer).status_code == 303, "having seen it, the author decides"


@pytest.mark.parametrize(
    "sent", [{}, {"number": "x"}, {"number": "-1"}, {"number": "999999999999"}, {"number": "7", "version": "8"}]
)
def test_a_form_without_a_sound_number_saves_nothing_and_keeps_what_was_typed(
    app: Flask, trainer: Browser, sent: dict[str, str]
) -> None:
    response = trainer.post(EDIT, data={"scene": "opening", SAYS: "Typed", **sent})
    assert response.status_code == 409
    assert "Typed" in response.get_data(as_text=True)
    assert draft(app) is None
