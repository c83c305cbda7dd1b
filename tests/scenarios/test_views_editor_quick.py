"""The page for writing quickly, and the page of the other language: nothing lost, nothing else changed."""

import copy
import html
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import func, select

from lms.core import audit
from lms.core.access import Role
from lms.core.content import plain
from lms.core.database import db, unit_of_work
from lms.scenarios import queries_drafts
from lms.scenarios.drafts_language import missing_words, translated
from lms.scenarios.models_drafts import ScenarioDraft, ScenarioDraftSave
from lms.scenarios.queries_frameworks import product_frameworks
from lms.scenarios.views_editor_quick_shown import example, lesson_for
from tests import factories_scenarios as sets

Browser = FlaskClient
NEW = "/author/scenarios/new/quick"
QUICK = "/author/scenarios/wet-floor/quick"
LANGUAGE = "/author/scenarios/wet-floor/language"

pytestmark = pytest.mark.usefixtures("wet_floor")


def box(source: str) -> str:
    found = re.search(r'<textarea[^>]*id="words"[^>]*>\n(.*?)</textarea>', source, re.S)
    assert found
    return html.unescape(found[1])


def hidden(source: str) -> dict[str, str]:
    return {
        name: html.unescape(words)
        for name, words in re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)"', source)
    }


def told(source: str) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", source)).split())


def body(app: Flask, key: str = "wet-floor") -> dict[str, Any]:
    with app.app_context():
        return queries_drafts.stand(key).body


def drafts(app: Flask) -> int:
    with app.app_context():
        return db.session.scalar(select(func.count()).select_from(ScenarioDraft)) or 0


def sent(words: str, do: str = "draft", **more: str) -> dict[str, str]:
    return {
        "words": words,
        "language": "en",
        "channel": "chat",
        "framework": "lscat",
        "skill": "spin",
        "do": do,
        **more,
    }


# ---- a new one ------------------------------------------------------------------------


def test_a_talk_is_looked_at_and_made_a_draft_that_the_editor_opens(app: Flask, trainer: Browser) -> None:
    looked = trainer.post(NEW, data=sent(example("en"), "look"))
    assert looked.status_code == 200 and drafts(app) == 0
    assert 'class="scene-map"' in looked.get_data(as_text=True)
    assert "lack the other language" in told(looked.get_data(as_text=True))
    made = trainer.post(NEW, data=sent(example("en").replace("\n", "\r\n")))
    assert made.status_code == 303 and made.location.endswith("/author/scenarios/the-parcel-that-never-came/edit")
    draft = body(app, "the-parcel-that-never-came")
    assert (draft["channel"], draft["framework"], draft["skill"]) == ("chat", "lscat", "spin")
    assert trainer.get(made.location).status_code == 200
    with app.app_context():
        actions = db.session.scalars(select(audit.AuditEntry.action)).all()
        assert "scenario.draft.begin" in actions


@pytest.mark.parametrize("do", ["draft", "look"])
def test_a_bad_line_makes_no_draft_and_everything_stays_typed(app: Flask, trainer: Browser, do: str) -> None:
    words = example("en").replace("? angry 4", "? cross 4").replace("-> leaves", "-> nowhere", 1)
    answer = trainer.post(NEW, data=sent(words, do))
    source = answer.get_data(as_text=True)
    assert answer.status_code == (422 if do == "draft" else 200)
    assert box(source) == words and drafts(app) == 0
    assert 'data-line="9"' in source and "“cross 4” is no feeling" in told(source)
    assert 'data-line="15"' in source and "called “nowhere”" in told(source)
    assert '<option selected value="chat">' in source, "what was chosen stays chosen"


def test_the_example_is_put_into_an_empty_box_only(trainer: Browser) -> None:
    filled = trainer.post(NEW, data=sent("", "example"))
    assert box(filled.get_data(as_text=True)) == example("en")
    kept = trainer.post(NEW, data=sent("My own words", "example"))
    assert kept.status_code == 422 and box(kept.get_data(as_text=True)) == "My own words"
    assert "nothing was put over them" in told(kept.get_data(as_text=True))


def test_the_first_lesson_that_teaches_the_whole_framework_is_chosen() -> None:
    lscat = product_frameworks()["lscat"]
    steps = [step.key for step in lscat.steps]
    places = {
        "care": {}, "care/half": {}, "care/half/listen": {}, "care/whole": {}, **{f"care/whole/{step}": {} for step in steps},
    }  # fmt: skip
    assert lesson_for(lscat, places) == "care/whole"
    assert lesson_for(lscat, {"care": {}, "care/half": {}, "care/half/listen": {}}) == ""


def test_what_a_new_one_usually_has_is_chosen(trainer: Browser) -> None:
    page = trainer.get(NEW).get_data(as_text=True)
    for value in ("lscat", "phone", "complaint-handling"):
        assert f'<option selected value="{value}">' in page


@pytest.mark.parametrize("words", ["x" * 200_001, "\x00", "# " + "a" * 5000, "=" * 999, "-> \n@\n" * 50])
def test_hostile_lines_are_refused_with_a_sentence(app: Flask, trainer: Browser, words: str) -> None:
    assert trainer.post(NEW, data=sent(words)).status_code in (303, 422)


def test_what_is_typed_is_shown_as_words(trainer: Browser) -> None:
    source = trainer.post(NEW, data=sent("<script>x</script>\n# <b>a</b>\n</textarea><i>\n- hm -> <u>")).get_data(
        as_text=True
    )
    assert "<script>x" not in source and "<b>a" not in source and "</textarea><i>" not in source and "<u>" not in source


# ---- a draft as lines -----------------------------------------------------------------


def test_lines_sent_unchanged_change_nothing(app: Flask, trainer: Browser) -> None:
    for language in ("en", "zh-Hans"):
        source = trainer.get(f"{QUICK}?language={language}").get_data(as_text=True)
        answer = trainer.post(QUICK, data={**hidden(source), "words": box(source).replace("\n", "\r\n"), "do": "draft"})
        assert answer.status_code == 303 and drafts(app) == 0


def test_a_line_that_is_changed_changes_its_place_alone(app: Flask, trainer: Browser) -> None:
    before = copy.deepcopy(body(app))
    source = trainer.get(f"{QUICK}?language=en").get_data(as_text=True)
    words = box(source).replace("She is heard.", "She is heard at last.")
    looked = told(trainer.post(QUICK, data={**hidden(source), "words": words, "do": "look"}).get_data(as_text=True))
    assert "What changes in the draft" in looked and "Reply 1, Reason for the learner" in looked and drafts(app) == 0
    assert trainer.post(QUICK, data={**hidden(source), "words": words, "do": "draft"}).status_code == 303
    before["scenes"]["opening"]["choices"]["hear-her-out"]["feedback"]["en"] = "She is heard at last."
    assert body(app) == before


def test_what_is_taken_away_is_named_before(trainer: Browser) -> None:
    source = trainer.get(f"{QUICK}?language=en").get_data(as_text=True)
    words = re.sub(r"\+1 Your number.*?\n\* Too early\.\n", "", box(source), flags=re.S)
    looked = told(trainer.post(QUICK, data={**hidden(source), "words": words, "do": "look"}).get_data(as_text=True))
    assert "Taken away, with all that the lines do not show of it: Scene 1, Reply 2" in looked


def test_a_bad_line_of_a_draft_saves_nothing(app: Flask, trainer: Browser) -> None:
    source = trainer.get(f"{QUICK}?language=en").get_data(as_text=True)
    words = box(source).replace("? Angry", "? Cross")
    answer = trainer.post(QUICK, data={**hidden(source), "words": words, "do": "draft"})
    assert answer.status_code == 422 and drafts(app) == 0 and box(answer.get_data(as_text=True)) == words


def test_two_authors_of_lines_lose_nothing(app: Flask, trainer: Browser) -> None:
    source = trainer.get(f"{QUICK}?language=en").get_data(as_text=True)
    first = box(source).replace("She is heard.", "Theirs.").replace("Too early.", "Theirs too.")
    assert trainer.post(QUICK, data={**hidden(source), "words": first, "do": "draft"}).status_code == 303
    second = box(source).replace("She is heard.", "Mine.").replace("Loud", "Very loud")
    met = trainer.post(QUICK, data={**hidden(source), "words": second, "do": "draft"})
    again = met.get_data(as_text=True)
    assert met.status_code == 409 and "Both of you changed this" in told(again)
    assert "Mine." in box(again) and "Theirs too." in box(again) and "(Very loud)" in box(again)
    assert body(app)["scenes"]["opening"]["choices"]["hear-her-out"]["feedback"]["en"] == "Theirs."
    assert trainer.post(QUICK, data={**hidden(again), "words": box(again), "do": "draft"}).status_code == 303
    opening = body(app)["scenes"]["opening"]
    assert opening["choices"]["hear-her-out"]["feedback"]["en"] == "Mine." and opening["cues"][0]["en"] == "Very loud"
    assert opening["choices"]["ask-number"]["feedback"]["en"] == "Theirs too."


# ---- the other language ---------------------------------------------------------------


def without_chinese(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: without_chinese(inner) for key, inner in value.items() if key != "zh-Hans"}
    return [without_chinese(inner) for inner in value] if isinstance(value, list) else value


def english_only(app: Flask, trainer: Browser) -> None:
    with app.app_context(), unit_of_work():
        stand = queries_drafts.stand("wet-floor")
        db.session.add(
            ScenarioDraft(key="wet-floor", body=without_chinese(stand.body), base_version_id=stand.seen.version_id, number=1,
                          saved_at=sets.clock.now(), saved_by_id=None)
        )  # fmt: skip
        draft = stand.seen
        db.session.add(
            ScenarioDraftSave(key="wet-floor", number=1, verb="begun", body=without_chinese(stand.body),
                              base_version_id=draft.version_id, saved_at=sets.clock.now(), saved_by_id=None)
        )  # fmt: skip


def test_only_what_is_missing_is_asked_for_and_it_is_the_language_that_lacks_more(app: Flask, trainer: Browser) -> None:
    english_only(app, trainer)
    source = trainer.get(LANGUAGE).get_data(as_text=True)
    names = re.findall(r'<textarea[^>]* name="([^"]+)"', source)
    assert names[:2] == ["title.zh-Hans", "customer.name.zh-Hans"] and len(names) == len(set(names))
    assert all(name.endswith(".zh-Hans") for name in names) and "The floor is wet again." in source
    filled = trainer.post(LANGUAGE, data={**hidden(source), "title.zh-Hans": "地上的水"})
    assert filled.status_code == 303
    assert 'name="title.zh-Hans"' not in trainer.get(LANGUAGE).get_data(as_text=True)
    assert body(app)["title"] == {"en": "The wet floor", "zh-Hans": "地上的水"}


def test_every_place_that_lacks_words_is_asked_for_and_filling_them_all_leaves_none() -> None:
    for found in (sets.definition(), sets.with_typed_reply()):
        whole = plain(found)
        bare = without_chinese(whole)
        missing = missing_words(bare, "zh-Hans")
        assert not missing_words(whole, "zh-Hans") and not missing_words(bare, "en")
        typed = {each.name: "\n".join("词" for _ in each.given.split("\n")) for each in missing}
        made = translated(bare, typed, "zh-Hans")
        assert not missing_words(made.body, "zh-Hans")
        assert without_chinese(made.body) == bare, "the language that was there stays as it was"


def test_a_field_of_the_other_language_is_not_taken(app: Flask, trainer: Browser) -> None:
    english_only(app, trainer)
    source = trainer.get(LANGUAGE).get_data(as_text=True)
    trainer.post(LANGUAGE, data={**hidden(source), "title.en": "Another", "scenario": "x", "pass.score": "1"})
    assert body(app)["title"] == {"en": "The wet floor"} and "score" not in body(app)["pass"]


def test_two_who_translate_at_once_lose_nothing(app: Flask, trainer: Browser) -> None:
    english_only(app, trainer)
    source = trainer.get(LANGUAGE).get_data(as_text=True)
    trainer.post(LANGUAGE, data={**hidden(source), "title.zh-Hans": "他们写的"})
    met = trainer.post(LANGUAGE, data={**hidden(source), "title.zh-Hans": "我写的", "customer.name.zh-Hans": "王女士"})
    again = html.unescape(met.get_data(as_text=True))
    assert met.status_code == 409
    assert "我写的" in again and "他们写的" in again and ">\n王女士</textarea>" in again
    assert body(app)["title"]["zh-Hans"] == "他们写的"
    last = trainer.post(LANGUAGE, data={**hidden(again), "customer.name.zh-Hans": "王女士"})
    assert last.status_code == 303 and body(app)["customer"]["name"]["zh-Hans"] == "王女士"


def test_words_that_cannot_be_kept_are_refused_and_stay_typed(app: Flask, trainer: Browser) -> None:
    english_only(app, trainer)
    source = trainer.get(LANGUAGE).get_data(as_text=True)
    answer = trainer.post(
        LANGUAGE, data={**hidden(source), "title.zh-Hans": "词" * 10_001, "customer.name.zh-Hans": "王"}
    )
    assert answer.status_code == 422 and "词" * 10_001 in answer.get_data(as_text=True)
    assert "too long" in told(answer.get_data(as_text=True)) and "zh-Hans" not in body(app)["customer"]["name"]


# ---- who, and how much ----------------------------------------------------------------


@pytest.mark.parametrize("role", [role for role in Role if role not in (Role.TRAINER, Role.AUDITOR)], ids=str)
def test_only_authors_and_auditors_see_the_pages(sign_in: Callable[..., Browser], role: Role) -> None:
    browser = sign_in(role)
    assert [browser.get(url).status_code for url in (NEW, QUICK, LANGUAGE)] == [403] * 3
    assert [browser.post(url, data=sent("# a")).status_code for url in (NEW, QUICK, LANGUAGE)] == [403] * 3


def test_an_auditor_reads_and_changes_nothing(app: Flask, sign_in: Callable[..., Browser]) -> None:
    auditor = sign_in(Role.AUDITOR)
    assert [auditor.get(url).status_code for url in (NEW, QUICK, LANGUAGE)] == [403, 200, 200]
    assert "Keep it in the draft" not in auditor.get(QUICK).get_data(as_text=True)
    assert [auditor.post(url, data=sent("# a")).status_code for url in (NEW, QUICK, LANGUAGE)] == [403] * 3


@pytest.mark.parametrize("url", [QUICK, LANGUAGE])
def test_the_pages_cost_as_many_statements_however_large_the_role_play(
    app: Flask, trainer: Browser, url: str, count_queries: Callable[..., Any]
) -> None:
    with app.app_context(), unit_of_work():
        sets.bundled()
    counts = []
    for key in ("wet-floor", "new-branch-lines"):
        address = url.replace("wet-floor", key)
        trainer.get(address)
        with count_queries() as queries:
            assert trainer.get(address).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 12


def test_steps_are_told_by_their_titles(trainer: Browser) -> None:
    source = told(trainer.post(NEW, data=sent(example("en"), "look")).get_data(as_text=True))
    assert "“Sympathise”" in source and "“sympathize”" not in source.split("How the lines are written")[0]
