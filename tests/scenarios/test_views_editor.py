"""The editor's pages: drafts apart from what is published, and what is still wrong told where it stands."""

import html
import re

import pytest
from flask import Flask
from sqlalchemy import func, select

from lms.core import clock
from lms.core.content import dump_yaml
from lms.core.database import db, unit_of_work
from lms.scenarios import queries_drafts, service, service_drafts, sync
from lms.scenarios.models import Play, Scenario, ScenarioVersion
from lms.scenarios.models_drafts import ScenarioDraft
from lms.scenarios.views_editor import _checked
from tests import factories
from tests import factories_scenarios as sets
from tests.scenarios.editor_sent import (
    ADDRESS,
    EDIT,
    SAYS,
    Browser,
    Form,
    actions,
    body,
    draft,
    form,
    page,
    publish,
    save,
)

pytestmark = pytest.mark.usefixtures("wet_floor")


def test_every_form_of_every_bundled_role_play_sent_unchanged_changes_nothing(app: Flask, trainer: Browser) -> None:
    with app.app_context(), unit_of_work():
        sets.bundled()
        exported = {each.scenario: dump_yaml(each) for each in sync.export()}
    for key, words in exported.items():
        url = f"/author/scenarios/{key}/edit"
        scenes = re.findall(r"scene=([a-z0-9-]+)#part", page(trainer, url))
        for query in ("?part=general", "?part=endings", *(f"?scene={scene}" for scene in dict.fromkeys(scenes))):
            sent = Form(page(trainer, url + query))
            assert sent.send(trainer, url=url).status_code == 303, (key, query)
        assert trainer.get(f"/author/scenarios/{key}/file").get_data(as_text=True) == words
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(ScenarioDraft)) == 0, "no form began a draft"
        assert {each.scenario: dump_yaml(each) for each in sync.export()} == exported


def test_a_draft_that_says_the_same_again_publishes_no_new_version(app: Flask, trainer: Browser) -> None:
    before = form(trainer).fields[SAYS][0]
    save(trainer, **{SAYS: "Changed"})
    save(trainer, **{SAYS: before})
    assert publish(trainer).status_code == 303
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(ScenarioVersion)) == 1
    assert draft(app) is None


def test_a_draft_becomes_a_version_and_plays_under_way_keep_theirs(app: Flask, trainer: Browser) -> None:
    with app.app_context(), unit_of_work():
        play = service.start_play("wet-floor", factories.person(), "exam", now=clock.now(), language="en").play.id
    assert save(trainer, **{SAYS: "The floor is wet, again."}).status_code == 303
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(ScenarioVersion)) == 1, "a draft is no version"
    assert publish(trainer).status_code == 303
    with app.app_context():
        row = db.session.scalars(select(Scenario)).one()
        versions = {each.number: each for each in db.session.scalars(select(ScenarioVersion))}
        assert row.version_id == versions[2].id
        assert versions[2].body["scenes"]["opening"]["says"]["en"] == "The floor is wet, again."
        assert db.session.get_one(Play, play).scenario_version_id == versions[1].id
    assert actions(app)[-3:] == ["scenario.draft.begin", "scenario.version", "scenario.draft.publish"]


def test_scenes_and_replies_are_added_and_the_page_shows_them(app: Flask, trainer: Browser) -> None:
    made = save(trainer, do="add:scenes", **{SAYS: "Typed beside"})
    assert made.headers["Location"].endswith("/edit?scene=scene-1#scenes.scene-1")
    assert body(app)["scenes"]["opening"]["says"]["en"] == "Typed beside"
    made = save(trainer, do="add:scenes.opening.choices")
    assert made.headers["Location"].endswith("#scenes.opening.choices.reply-1")
    assert "scenes.opening.choices.reply-1.reply.en" in form(trainer).fields
    made = save(trainer, do="add:scenes.opening.typed")
    assert "scenes.opening.typed.min_chars" in form(trainer).fields


def test_a_new_scene_is_made_where_a_reply_leads_to_one(trainer: Browser) -> None:
    made = save(trainer, **{"scenes.opening.choices.ask-number.goto": "+scene"})
    assert made.headers["Location"].endswith("/edit?scene=scene-1#part")
    assert form(trainer).fields["scenes.opening.choices.ask-number.goto"] == ["scene-1"]


def test_a_broken_draft_is_saved_but_not_published_and_every_problem_leads_to_its_field(
    app: Flask, trainer: Browser
) -> None:
    target = "scenes.opening.choices.hear-her-out.goto"
    sent = form(trainer)
    sent[target], sent[SAYS], sent["scenes.opening.says.zh-Hans"] = "", "", ""
    assert sent.send(trainer).status_code == 303
    source = page(trainer)
    elsewhere = page(trainer, EDIT + "?part=general")
    for place in ("scenes.opening.says", target):
        assert f'href="#{place}"' in source and f'id="{place}"' in source
        assert f'href="/author/scenarios/wet-floor/edit?scene=opening#{place}"' in elsewhere
    assert re.search(
        rf'id="{re.escape(target)}"[^>]*aria-describedby="{re.escape(target)}-notes" aria-invalid="true"', source
    )
    assert re.search(rf'id="{re.escape(SAYS)}"[^>]*aria-describedby="scenes.opening.says-notes"', source)
    assert "cannot be computed yet" in source
    assert f'action="{ADDRESS}/publish"' not in source
    refused = trainer.post(f"{ADDRESS}/publish", data={"number": "1", "version": form(trainer).fields["version"][0]})
    assert refused.status_code == 422
    assert "cannot be published yet" in refused.get_data(as_text=True)
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(ScenarioVersion)) == 1


@pytest.mark.parametrize(
    ("query", "field", "words", "said"),
    [
        ("?part=general", "framework", "none-such", "There is no framework “none-such”"),
        ("", "scenes.opening.sop.+1", "no/such/step", "No course has the SOP step “no/such/step”"),
        ("", "scenes.opening.choices.hear-her-out.step", "dance", "has no step “dance”"),
        ("", "scenes.opening.choices.hear-her-out.when", "trust >", "Column"),
        ("", "scenes.opening.choices.hear-her-out.points.lscat", "lots", "Write a whole number here"),
        ("?part=general", "pass.score", "200", "at most 100"),
        ("?part=general", "state.trust.start", "99", "lies outside the bounds"),
    ],
)
def test_everything_files_are_checked_for_stops_a_draft(
    app: Flask, trainer: Browser, query: str, field: str, words: str, said: str
) -> None:
    assert save(trainer, query, **{field: words}).status_code == 303
    source = html.unescape(page(trainer, EDIT + query))
    assert said in source
    with app.app_context(), unit_of_work():
        stand = queries_drafts.stand("wet-floor")
        checked, framework = _checked(stand.body)
        with pytest.raises(service_drafts.Invalid):
            service_drafts.publish_draft(
                stand, stand.seen, checked, framework, actor=factories.person(), now=clock.now()
            )


def test_a_missing_translation_and_a_missing_reason_are_named_but_stop_nothing(trainer: Browser) -> None:
    save(trainer, **{"scenes.opening.says.zh-Hans": "", "scenes.opening.choices.ask-number.feedback.en": "",
                     "scenes.opening.choices.ask-number.feedback.zh-Hans": ""})  # fmt: skip
    source = html.unescape(page(trainer))
    assert "The Chinese is missing." in source
    assert "This reply has no reason for the learner" in source
    assert publish(trainer).status_code == 303


def test_what_a_starter_leaves_to_be_written_is_named(trainer: Browser) -> None:
    save(trainer, **{SAYS: "My [product] is broken."})
    assert "Still to be written: [product]" in html.unescape(page(trainer))
    save(trainer, **{SAYS.replace(".en", ".zh-Hans"): "我的[商品]坏了。"})
    assert "Still to be written: [product] / [商品]" in html.unescape(page(trainer))


def test_the_readers_language_comes_first(trainer: Browser) -> None:
    def order(source: str) -> list[str]:
        return re.findall(r'<textarea[^>]*name="scenes\.opening\.says\.([^"]+)"', source)

    assert order(page(trainer)) == ["en", "zh-Hans"]
    trainer.post("/language", data={"language": "zh-Hans"})
    assert order(page(trainer)) == ["zh-Hans", "en"]


def test_a_missing_step_is_named_by_its_title(trainer: Browser) -> None:
    source = html.unescape(page(trainer))
    assert "No reply performs the step “Sympathise”" in source
    assert "“sympathize”" not in source


def test_the_bounds_are_those_of_the_draft(trainer: Browser) -> None:
    save(trainer, **{"scenes.opening.choices.hear-her-out.points.lscat": "104"})
    bounds = re.search(r'id="bounds".*?</section>', page(trainer), re.S)
    assert bounds and re.search(r"In all.*?>\s*110\s*<", bounds[0], re.S), bounds and bounds[0]
