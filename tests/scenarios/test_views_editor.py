"""The editor's pages: drafts apart from what is published, no save lost, everything as plain forms, both ways with files."""

import html
import io
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select
from werkzeug.test import TestResponse

from lms.core import audit, clock
from lms.core.access import Role
from lms.core.content import dump_yaml, plain
from lms.core.database import db, unit_of_work
from lms.scenarios import queries_drafts, service, service_drafts, sync
from lms.scenarios.models import Play, Scenario, ScenarioVersion
from lms.scenarios.models_drafts import ScenarioDraft, ScenarioDraftSave
from tests import factories
from tests import factories_scenarios as sets

Browser = FlaskClient
EDIT = "/author/scenarios/wet-floor/edit"
SAYS = "scenes.opening.says.en"


@pytest.fixture(autouse=True)
def small(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        sets.scenario()


@pytest.fixture
def trainer(sign_in: Callable[..., Browser]) -> Browser:
    return sign_in(Role.TRAINER)


def page(browser: Browser, url: str = EDIT) -> str:
    response = browser.get(url)
    assert response.status_code == 200, response.status
    return response.get_data(as_text=True)


class Form:
    """The fields of the form on a page, as a browser would send them."""

    def __init__(self, source: str, form: str = 'id="part-form"') -> None:
        found = re.search(rf"<form[^>]*{form}.*?</form>", source, re.S)
        assert found, form
        self.fields: dict[str, list[str]] = {}
        for control in re.finditer(r"<(input|textarea|select)\b([^>]*)>(.*?(?=</\1>))?", found[0], re.S):
            self._take(control[1], control[2], control[0])
        for area in re.finditer(r"<textarea\b([^>]*)>\n?(.*?)</textarea>", found[0], re.S):
            self.fields[self._of("name", area[1])] = [html.unescape(area[2]).replace("\n", "\r\n")]
        for select_ in re.finditer(r"<select\b([^>]*)>(.*?)</select>", found[0], re.S):
            chosen = re.search(r'<option value="([^"]*)"[^>]*selected', select_[2]) or re.search(
                r'<option value="([^"]*)"', select_[2]
            )
            self.fields[self._of("name", select_[1])] = [html.unescape(chosen[1]) if chosen else ""]

    def _of(self, attribute: str, tag: str) -> str:
        found = re.search(rf'\b{attribute}="([^"]*)"', tag)
        return html.unescape(found[1]) if found else ""

    def _take(self, kind: str, tag: str, _whole: str) -> None:
        name = self._of("name", tag)
        if kind != "input" or not name or ('type="checkbox"' in tag and "checked" not in tag):
            return
        self.fields.setdefault(name, []).append(self._of("value", tag))

    def __setitem__(self, name: str, words: str) -> None:
        self.fields[name] = [words]

    def send(self, browser: Browser, do: str = "", url: str = EDIT) -> TestResponse:
        return browser.post(url, data={**self.fields, "do": do})


def form(browser: Browser, query: str = "") -> Form:
    return Form(page(browser, EDIT + query))


def save(browser: Browser, query: str = "", do: str = "", **fields: str) -> TestResponse:
    filled = form(browser, query)
    for name, words in fields.items():
        filled[name] = words
    return filled.send(browser, do)


def draft(app: Flask) -> ScenarioDraft | None:
    with app.app_context():
        return queries_drafts.draft_of("wet-floor")


def body(app: Flask) -> dict[str, Any]:
    with app.app_context():
        return queries_drafts.stand("wet-floor").body


def actions(app: Flask) -> list[str]:
    with app.app_context():
        found = db.session.scalars(select(audit.AuditEntry.action).order_by(audit.AuditEntry.id))
        return [action for action in found if action.startswith("scenario.")]


def publish(browser: Browser) -> TestResponse:
    data = Form(page(browser), 'action="[^"]*/publish"').fields
    return browser.post("/author/scenarios/wet-floor/publish", data=data)


# ---- nothing is lost between forms, drafts, versions and files -----------------------


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


def test_a_published_draft_keeps_its_saves_and_its_count(app: Flask, trainer: Browser) -> None:
    for words in ("One", "Two"):
        save(trainer, **{SAYS: words})
    publish(trainer)
    save(trainer, **{SAYS: "Three"})
    found = draft(app)
    assert found is not None and found.number == 3
    with app.app_context():
        kept = db.session.scalars(select(ScenarioDraftSave).order_by(ScenarioDraftSave.number))
        assert [(one.number, one.body["scenes"]["opening"]["says"]["en"]) for one in kept] == [
            (1, "One"),
            (2, "Two"),
            (3, "Three"),
        ]


# ---- what stops publishing -----------------------------------------------------------


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
    assert 'action="/author/scenarios/wet-floor/publish"' not in source
    refused = trainer.post(
        "/author/scenarios/wet-floor/publish", data={"number": "1", "version": form(trainer).fields["version"][0]}
    )
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
        from lms.scenarios.views_editor import _checked

        checked, framework = _checked(stand.body)
        with pytest.raises(service_drafts.Invalid):
            service_drafts.publish_draft(
                stand, stand.seen, checked, framework, actor=factories.person(), now=clock.now()
            )


def test_a_missing_translation_and_a_missing_reason_are_named_but_stop_nothing(trainer: Browser) -> None:
    save(trainer, **{"scenes.opening.says.zh-Hans": "", "scenes.opening.choices.ask-number.feedback.en": "",
                     "scenes.opening.choices.ask-number.feedback.zh-Hans": ""})  # fmt: skip
    source = html.unescape(page(trainer))
    assert "A translation is missing: zh-Hans." in source
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


# ---- two authors, two tabs ----------------------------------------------------------


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
    sent = Form(page(trainer), 'action="[^"]*/publish"').fields
    with app.app_context(), unit_of_work():
        sets.scenario(sets.definition(sets.SMALL.replace("The floor is wet again.", "Loaded again.")))
    refused = trainer.post("/author/scenarios/wet-floor/publish", data=sent)
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


# ---- whole scenes and replies ---------------------------------------------------------


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


def test_what_is_taken_away_comes_back_from_the_earlier_drafts(app: Flask, trainer: Browser) -> None:
    save(trainer, **{SAYS: "Kept"})
    save(trainer, do="remove:scenes.opening")
    assert "opening" not in body(app)["scenes"]
    history = page(trainer, "/author/scenarios/wet-floor/drafts")
    sent = Form(history, 'action="[^"]*/drafts/1/restore"').fields
    assert trainer.post("/author/scenarios/wet-floor/drafts/1/restore", data=sent).status_code == 303
    assert body(app)["scenes"]["opening"]["says"]["en"] == "Kept"
    found = draft(app)
    assert found is not None and found.number == 3
    assert trainer.post("/author/scenarios/wet-floor/drafts/99/restore", data=sent).status_code == 404


def test_a_discarded_draft_comes_back_too(app: Flask, trainer: Browser) -> None:
    save(trainer, **{SAYS: "Kept"})
    sent = Form(page(trainer), 'action="[^"]*/discard"').fields
    assert trainer.post("/author/scenarios/wet-floor/discard", data=sent).status_code == 303
    assert draft(app) is None
    assert actions(app)[-1] == "scenario.draft.discard"
    back = Form(page(trainer, "/author/scenarios/wet-floor/drafts"), 'action="[^"]*/drafts/1/restore"').fields
    assert trainer.post("/author/scenarios/wet-floor/drafts/1/restore", data=back).status_code == 303
    assert body(app)["scenes"]["opening"]["says"]["en"] == "Kept"


def test_a_draft_of_something_never_published_comes_back_as_well(app: Flask, trainer: Browser) -> None:
    trainer.post("/author/scenarios/new", data={"origin": "empty", "title_en": "Rain", "key": "rain"})
    sent = Form(page(trainer, "/author/scenarios/rain/edit"), 'action="[^"]*/discard"').fields
    assert trainer.post("/author/scenarios/rain/discard", data=sent).status_code == 303
    assert trainer.get("/author/scenarios/rain/edit").status_code == 404
    back = Form(page(trainer, "/author/scenarios/rain/drafts"), 'action="[^"]*/drafts/1/restore"').fields
    assert trainer.post("/author/scenarios/rain/drafts/1/restore", data=back).status_code == 303
    assert "Rain" in page(trainer, "/author/scenarios/rain/edit")


# ---- beginnings and files ---------------------------------------------------------------


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
    data = Form(page(trainer, url), 'action="[^"]*/publish"').fields
    assert trainer.post("/author/scenarios/rain/publish", data=data).status_code == 303
    with app.app_context(), unit_of_work():
        play = service.start_play("rain", factories.person(), "exam", now=clock.now(), language="en").play.id
        assert play
    source = page(trainer, "/author/scenarios/rain")
    assert all(words in source for words in ("It rains in.", "Where exactly?", "Buy a bucket.", "Dry"))


def test_a_file_becomes_the_draft_and_what_is_wrong_in_it_is_said_by_line(app: Flask, trainer: Browser) -> None:
    url = "/author/scenarios/wet-floor/import"
    words = page(trainer, "/author/scenarios/wet-floor/file").replace("goto: hung-up", "goto: gone", 1)
    sent = {**Form(page(trainer, url), 'action="[^"]*/import"').fields, "words": words}
    response = trainer.post(url, data=sent)
    assert response.status_code == 200
    assert re.search(
        r"role-play\.yaml:\d+</span>.*?scenes\.opening\.choices\.soothe-her\.goto",
        response.get_data(as_text=True),
        re.S,
    )
    assert body(app)["scenes"]["opening"]["choices"]["soothe-her"]["goto"] == "gone"
    sent = Form(page(trainer, url), 'action="[^"]*/import"').fields
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
    other = {"file": (io.BytesIO(words.encode()), "x.yaml"), **Form(page(trainer), 'id="part-form"').fields}
    refused = trainer.post("/author/scenarios/wet-floor/import", data=other, content_type="multipart/form-data")
    assert refused.status_code == 422, "a file of another key"


@pytest.mark.parametrize(
    "raw", [b"", b"\xff\xfe\x00", b"- " * 5000, b"[" * 3000, b'scenario: "\\ud800"\n', b"x" * 500_000]
)
def test_hostile_files_are_refused_with_a_sentence(trainer: Browser, raw: bytes) -> None:
    sent = {"file": (io.BytesIO(raw), "../../x<y>.yaml")}
    response = trainer.post("/author/scenarios/new/import", data=sent, content_type="multipart/form-data")
    assert response.status_code == 422
    assert "x<y>" not in response.get_data(as_text=True)


# ---- the trial ---------------------------------------------------------------------------


def try_it(browser: Browser, turns: list[str], **fields: str) -> str:
    data: dict[str, Any] = {"said": turns, "turn": str(len(turns) + 1), **fields}
    return html.unescape(browser.post("/author/scenarios/wet-floor/try", data=data).get_data(as_text=True))


def test_a_draft_is_tried_as_a_learner_sees_it_and_nothing_is_kept(app: Flask, trainer: Browser) -> None:
    save(trainer, **{SAYS: "Said in the draft only"})
    source = html.unescape(page(trainer, "/author/scenarios/wet-floor/try"))
    assert "Said in the draft only" in source
    assert "leads to" not in source and "hear-her-out" not in source
    shown = html.unescape(page(trainer, "/author/scenarios/wet-floor/try?show=1"))
    assert "leads to closing-scene" in shown and "lscat 4" in shown
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
    response = trainer.post("/author/scenarios/wet-floor/try", data={"said": turns, "back": "9"})
    assert response.status_code in (200, 422)
    assert "The floor is wet again." in response.get_data(as_text=True)


def test_a_draft_that_lacks_something_cannot_be_tried_and_says_what(trainer: Browser) -> None:
    save(trainer, **{SAYS: "", "scenes.opening.says.zh-Hans": ""})
    assert "cannot be played yet" in page(trainer, "/author/scenarios/wet-floor/try")


def test_all_routes_of_a_draft_are_played(trainer: Browser) -> None:
    save(trainer, **{"scenes.opening.choices.hear-her-out.points.lscat": "104"})
    of_draft, of_version = (page(trainer, f"/author/scenarios/wet-floor/routes{query}") for query in ("?draft=1", ""))
    words = [re.sub(r"<[^>]*>", " ", source) for source in (of_draft, of_version)]
    assert [bool(re.search(r"\b110\b", each)) for each in words] == [True, False]
    save(trainer, **{SAYS: "", "scenes.opening.says.zh-Hans": ""})
    response = trainer.get("/author/scenarios/wet-floor/routes?draft=1")
    assert response.headers["Location"].endswith("/author/scenarios/wet-floor/edit#problems")


# ---- who may, bad input, cost --------------------------------------------------------------


@pytest.mark.parametrize("role", [Role.LEARNER, Role.MENTOR, Role.MANAGER, Role.HR, Role.ADMIN], ids=str)
def test_only_authors_and_auditors_see_drafts(sign_in: Callable[..., Browser], role: Role) -> None:
    browser = sign_in(role)
    for url in (EDIT, "/author/scenarios/new", "/author/scenarios/wet-floor/drafts", "/author/scenarios/wet-floor/file",
                "/author/scenarios/wet-floor/try", "/author/scenarios/wet-floor/import"):  # fmt: skip
        assert browser.get(url).status_code == 403, url


def test_an_auditor_reads_and_changes_nothing(app: Flask, sign_in: Callable[..., Browser]) -> None:
    auditor = sign_in(Role.AUDITOR)
    source = page(auditor)
    assert "The floor is wet again." in source
    assert 'name="do" value="add:' not in source and "save-bar" not in source
    for url in (EDIT, "/author/scenarios/wet-floor/publish", "/author/scenarios/wet-floor/discard", "/author/scenarios/new",
                "/author/scenarios/wet-floor/drafts/1/restore", "/author/scenarios/wet-floor/import"):  # fmt: skip
        assert auditor.post(url, data={SAYS: "x"}).status_code == 403, url
    assert auditor.get("/author/scenarios/new").status_code == 403
    assert draft(app) is None


HOSTILE = "<script>alert(1)</script>{{ 7*7 }}'\";--\u202e\u0000"


def test_hostile_words_are_refused_or_shown_as_words(app: Flask, trainer: Browser) -> None:
    refused = save(trainer, **{SAYS: HOSTILE})
    assert refused.status_code == 422
    source = refused.get_data(as_text=True)
    assert "U+0000" in source and "&lt;script&gt;alert(1)&lt;/script&gt;" in source and "<script>alert" not in source
    words = HOSTILE.replace("\u0000", "")
    assert save(trainer, **{SAYS: words}).status_code == 303
    assert body(app)["scenes"]["opening"]["says"]["en"] == words
    assert "<script>alert" not in page(trainer)
    assert "<script>alert" not in page(trainer, "/author/scenarios/wet-floor/try")


def test_a_text_that_is_too_long_stays_typed(app: Flask, trainer: Browser) -> None:
    refused = save(trainer, **{SAYS: "long " * 3000})
    assert refused.status_code == 422
    assert Form(refused.get_data(as_text=True)).fields[SAYS] == ["long " * 3000]
    assert draft(app) is None


def test_a_draft_has_a_largest_size(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        big = plain(sets.definition())
        big["title"] = {"en": "x" * service_drafts.MOST_BYTES}
        with pytest.raises(service_drafts.Invalid):
            service_drafts.begin_draft("big-one", big, actor=factories.person(), now=clock.now())


@pytest.mark.parametrize(
    "query",
    ["?scene=nowhere", "?scene=" + "x" * 500, "?part=other", "?scene[]=1", "?scene=%00", "?part=general&scene="],
)
def test_an_address_that_names_nothing_shows_the_first_scene(trainer: Browser, query: str) -> None:
    assert page(trainer, EDIT + query)


def test_the_editor_costs_as_many_statements_however_large_the_role_play(
    app: Flask, trainer: Browser, count_queries: Callable[[], Any]
) -> None:
    with app.app_context(), unit_of_work():
        sets.bundled()
    counts = {}
    for key in ("wet-floor", "new-branch-lines"):
        for query in ("", "?part=general", "?part=endings"):
            page(trainer, f"/author/scenarios/{key}/edit{query}")
            with count_queries() as queries:
                page(trainer, f"/author/scenarios/{key}/edit{query}")
            counts[key, query] = len(queries)
    assert len(set(counts.values())) == 1, counts
    assert max(counts.values()) <= 8, counts
    with count_queries() as queries:
        assert save(trainer, **{SAYS: "Counted"}).status_code == 303
    assert len(queries) <= 26, queries  # the page, then the save with its audit entry


def test_the_history_costs_as_many_statements_however_long_it_is(
    trainer: Browser, count_queries: Callable[[], Any]
) -> None:
    counts = []
    for number in range(3):
        save(trainer, **{SAYS: f"Save {number}"})
        with count_queries() as queries:
            page(trainer, "/author/scenarios/wet-floor/drafts")
        counts.append(len(queries))
    assert len(set(counts)) == 1 and counts[0] <= 8, counts
