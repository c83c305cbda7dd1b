"""Forms of a draft: sent unchanged they change nothing; what is changed changes just that."""

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.core.content import digest, dump_yaml, plain
from lms.core.definitions import names
from lms.core.form_fields import MOST_CHARACTERS
from lms.scenarios import definitions, drafts_shape
from lms.scenarios.definitions import ScenarioDefinition
from lms.scenarios.drafts_begun import begun_from, key_of
from lms.scenarios.drafts_files import read, written
from lms.scenarios.drafts_moves import removed
from lms.scenarios.drafts_shape import ENDINGS, GENERAL, Part, is_well_shaped, leaves, tidied, value_at
from lms.scenarios.drafts_submit import submitted
from lms.scenarios.editing import differences, filled, merged, shown
from lms.scenarios.starters import Starter, starters
from tests.factories_scenarios import BUNDLED, SMALL, definition
from tests.scenarios.stories import defined, random_story

OPENING = Part("scene", "opening")


def small() -> dict[str, Any]:
    return plain(definition(SMALL))


def parts(body: dict[str, Any]) -> list[Part]:
    return [GENERAL, ENDINGS, *(Part("scene", key) for key in body["scenes"])]


def as_browsers_send(fields: dict[str, str]) -> dict[str, str]:
    """Line ends of text areas come back as CR LF; fields of one line lose theirs."""
    return {name: words.replace("\n", "\r\n") for name, words in fields.items()}


def through_every_form(body: dict[str, Any]) -> dict[str, Any]:
    for part in parts(body):
        body = submitted(body, part, as_browsers_send(shown(body, part, ("listen",))), steps=("listen",)).body
    return body


# ---- nothing is lost ---------------------------------------------------------------


@pytest.mark.parametrize("path", sorted(BUNDLED.glob("*.yaml")), ids=lambda path: path.stem)
def test_every_bundled_role_play_goes_through_all_forms_unchanged(path: Any) -> None:
    before = definition(path.read_text(encoding="utf-8"))
    body = through_every_form(plain(before))
    after = ScenarioDefinition.model_validate(body)
    assert digest(after) == digest(before)
    assert dump_yaml(after) == dump_yaml(before) == written(body)


WORDS = st.text(st.characters(codec="utf-8", exclude_categories=("Cs", "Cc")), min_size=1, max_size=30).filter(
    str.strip
)
AREA = st.lists(WORDS, min_size=1, max_size=3).map("\n".join)
TEXT = st.one_of(
    AREA.map(lambda words: {"en": words}), st.tuples(AREA, AREA).map(lambda both: {"en": both[0], "zh-Hans": both[1]})
)


@st.composite
def stories(draw: Any) -> dict[str, Any]:
    """A role-play with words of every kind in every kind of field, sound or not."""
    data = random_story(random.Random(draw(st.integers(0, 10_000))))
    for scene in data["scenes"].values():
        scene["says"] = draw(TEXT)
        scene["cues"] = draw(st.lists(TEXT, max_size=3))
        scene["sop"] = draw(st.lists(st.sampled_from(["a/b/c", "d/e/f", "g/h/i"]), unique=True, max_size=3))
        for choice in scene["choices"].values():
            choice["reply"] = draw(TEXT)
            if draw(st.booleans()):
                choice["feedback"] = draw(TEXT)
        if scene.get("typed") is not None:
            scene["typed"]["facts"] = draw(st.lists(TEXT, max_size=3))
    data["title"] = draw(TEXT)
    data["customer"] = {"name": draw(TEXT)}
    return data


@given(stories())
@settings(max_examples=60, deadline=None)
def test_any_role_play_goes_through_all_forms_unchanged(data: dict[str, Any]) -> None:
    before = ScenarioDefinition.model_validate(data)
    after = ScenarioDefinition.model_validate(through_every_form(plain(before)))
    assert dump_yaml(after) == dump_yaml(before)


@given(stories(), st.data())
@settings(max_examples=60, deadline=None)
def test_a_change_of_one_field_changes_that_field_alone(data: dict[str, Any], pick: Any) -> None:
    body = plain(ScenarioDefinition.model_validate(data))
    part = pick.draw(st.sampled_from(parts(body)))
    fields = shown(body, part)
    texts = [leaf for leaf in leaves(body, part) if leaf.kind == drafts_shape.Kind.TEXT]
    leaf = pick.draw(st.sampled_from(texts)) if texts else None
    if leaf is None:
        return
    made = filled(body, part, {**as_browsers_send(fields), f"{leaf.name}.en": "Changed here."})
    assert value_at(made.body, leaf.place)["en"] == "Changed here."
    assert {place[: len(leaf.place)] for place in differences(body, made.body) if place} <= {
        leaf.place[:length] for length in range(1, len(leaf.place) + 1)
    }


def test_the_forms_know_every_field_that_files_have() -> None:
    shapes = {
        definitions.ScenarioDefinition: drafts_shape.SCENARIO,
        definitions.SceneDefinition: drafts_shape.SCENE,
        definitions.ChoiceDefinition: drafts_shape.CHOICE,
        definitions.TypedDefinition: drafts_shape.TYPED,
        definitions.EmotionDefinition: drafts_shape.EMOTION_SHAPE,
        definitions.EndingDefinition: drafts_shape.ENDING,
        definitions.Customer: drafts_shape.SCENARIO["customer"],
        definitions.VariableDefinition: drafts_shape.SCENARIO["state"]["*"],  # type: ignore[index]
        definitions.PassDefinition: drafts_shape.SCENARIO["pass"],
    }
    for model, shape in shapes.items():
        assert set(names(model)) == set(shape), model.__name__


# ---- what is typed ---------------------------------------------------------------


def typed(**fields: str) -> dict[str, str]:
    return {name.replace("__", "."): words for name, words in fields.items()}


def change(body: dict[str, Any], part: Part, **fields: str) -> dict[str, Any]:
    dotted = {name.replace("__", ".").replace("_zh", "zh-Hans"): words for name, words in fields.items()}
    return filled(body, part, dotted, ("listen", "sympathise")).body


def test_a_number_that_is_none_is_kept_as_it_was_typed() -> None:
    body = filled(small(), GENERAL, {"pass.score": "most"}).body
    assert body["pass"]["score"] == "most"
    assert shown(body, GENERAL)["pass.score"] == "most"


def test_full_width_digits_and_signs_are_read() -> None:
    place = "scenes.opening.choices.ask-number"
    body = filled(small(), OPENING, {f"{place}.points.lscat": "２", f"{place}.when": "trust ＞＝ ４"}).body
    choice = body["scenes"]["opening"]["choices"]["ask-number"]
    assert (choice["points"], choice["when"]) == ({"lscat": 2}, "trust >= 4")


def test_an_emptied_field_goes_and_so_does_what_was_only_there_for_it() -> None:
    place = "scenes.opening.choices.ask-number"
    body = filled(
        small(), OPENING, {f"{place}.points.lscat": "", f"{place}.feedback.en": "", f"{place}.feedback.zh-Hans": " "}
    ).body
    assert not {"points", "feedback"} & body["scenes"]["opening"]["choices"]["ask-number"].keys()


def test_a_scene_whose_answer_is_emptied_asks_for_no_feeling() -> None:
    body = filled(small(), OPENING, {"scenes.opening.emotion.answer": ""}).body
    assert "emotion" not in body["scenes"]["opening"]


def test_cues_stand_one_a_line_and_lines_belong_together() -> None:
    cues = {"scenes.opening.cues.en": "Loud\r\nA pause", "scenes.opening.cues.zh-Hans": "声音大\r\n停顿"}
    body = filled(small(), OPENING, cues).body
    assert body["scenes"]["opening"]["cues"] == [
        {"en": "Loud", "zh-Hans": "声音大"},
        {"en": "A pause", "zh-Hans": "停顿"},
    ]


def test_steps_are_picked_and_dropped() -> None:
    body = filled(small(), OPENING, {"scenes.opening.sop.+1": " a/b/c ", "scenes.opening.sop.+2": "d/e/f"}).body
    assert body["scenes"]["opening"]["sop"] == ["a/b/c", "d/e/f"]
    body = filled(body, OPENING, {"scenes.opening.sop.a/b/c": ""}).body
    assert body["scenes"]["opening"]["sop"] == ["d/e/f"]


@pytest.mark.parametrize("words", ["x" * (MOST_CHARACTERS + 1), "a\x00b", "a\x1bb"])
def test_words_that_cannot_be_kept_are_refused_at_their_field(words: str) -> None:
    made = submitted(small(), OPENING, {"scenes.opening.says.en": words})
    assert set(made.refused) == {"scenes.opening.says.en"}


def test_fields_of_other_places_and_unknown_ones_are_not_looked_at() -> None:
    hostile = {
        "scenes.closing-scene.says.en": "Elsewhere",
        "__class__": "x",
        "scenes": "y",
        "scenes.opening": "z",
        "": "w",
    }
    assert filled(small(), OPENING, hostile).body == small()


# ---- two authors ---------------------------------------------------------------


def test_a_form_over_a_newer_draft_keeps_both_authors_words() -> None:
    base = small()
    newer = filled(base, OPENING, {"scenes.opening.says.en": "Theirs", "scenes.opening.cues.en": "Their cue"}).body
    mine = {**shown(base, OPENING), "scenes.opening.says.en": "Mine", "scenes.opening.says.zh-Hans": "我的"}
    met = merged(base, newer, OPENING, as_browsers_send(mine))
    assert met.fields["scenes.opening.says.en"] == "Mine"
    assert met.fields["scenes.opening.says.zh-Hans"] == "我的"
    assert met.fields["scenes.opening.cues.en"] == "Their cue"
    assert met.both == {"scenes.opening.says.en": "Theirs"}
    assert not met.homeless


def test_words_for_a_reply_that_was_taken_away_are_shown_to_be_copied() -> None:
    base, name = small(), "scenes.opening.choices.ask-number.reply.en"
    newer = removed(base, ("scenes", "opening", "choices", "ask-number")).body
    met = merged(base, newer, OPENING, {**shown(base, OPENING), name: "What is your number?"})
    assert met.homeless == {name: "What is your number?"}


# ---- files and beginnings ---------------------------------------------------------


def test_a_file_may_be_broken_but_not_of_another_shape() -> None:
    loose = "scenario: x\ntitle: Only English\nstart: nowhere\nscenes: {a: {says: Hm, choices: {b: {goto: gone}}}}\n"
    found = read("x.yaml", loose, {})
    assert found.body is not None and found.body["title"] == {"en": "Only English"}
    assert {"x.yaml:3: start: There is no scene “nowhere”; name the first scene."} <= {
        str(each) for each in found.problems
    }
    for wrong in (
        "scenes: [a]",
        "scenes: {A B: {}}",
        "colour: red",
        "scenes: {a: {choices: {b: {points: many}}}}",
        "title: 3",
    ):
        found = read("x.yaml", f"scenario: x\n{wrong}\n", {})
        assert found.body is None and found.problems, wrong
        assert all(problem.line for problem in found.problems)


@pytest.mark.parametrize(
    "words", ["", "- a\n- b", "a: b: c", "\x00", "scenario: 5", "scenario: Not A Key\ntitle: x", "x" * 1000, "a: &b c"]
)
def test_a_file_that_is_no_role_play_is_refused_with_reasons(words: str) -> None:
    found = read("x.yaml", words, {})
    assert found.body is None and found.problems


def test_a_broken_draft_comes_back_from_its_file() -> None:
    body = small()
    del body["scenes"]["opening"]["says"]
    body["scenes"]["opening"]["choices"]["ask-number"]["goto"] = "gone"
    body["pass"] = {"score": "most"}
    assert read("x.yaml", written(body), {}).body == body


def test_what_is_null_or_without_a_language_in_a_file_is_made_tidy() -> None:
    data = {"scenario": "x", "framework": None, "title": "T", "scenes": {"a": {"emotion": None, "cues": ["Loud"]}}}
    assert is_well_shaped(data)
    assert tidied(data) == {"scenario": "x", "title": {"en": "T"}, "scenes": {"a": {"cues": [{"en": "Loud"}]}}}


def test_a_new_role_play_has_its_own_title_and_is_for_nobody_yet() -> None:
    body = begun_from(
        {**small(), "status": "pilot", "sites": ["x"]}, {"en": "New"}, {"channel": "chat", "skill": "", "framework": ""}
    )
    assert (body["title"], body["channel"], body["framework"]) == ({"en": "New"}, "chat", "lscat")
    assert not {"status", "sites"} & body.keys()


@pytest.mark.parametrize("starter", starters(), ids=lambda each: each.key)
def test_every_starter_goes_through_all_forms_unchanged(starter: Starter) -> None:
    body = dict(starter.body)
    assert is_well_shaped(body)
    assert through_every_form(body) == body


def test_a_key_is_made_of_the_english_title() -> None:
    assert key_of({"en": "The parcel, again!"}, set()) == "the-parcel-again"
    assert key_of({"en": "The parcel, again!"}, {"the-parcel-again"}) == "the-parcel-again-2"
    assert key_of({"zh-Hans": "包裹"}, {"role-play-1"}) == "role-play-2"


def test_a_definition_that_was_defined_here_is_well_shaped() -> None:
    assert is_well_shaped(plain(defined({"a": {"says": "Hm", "choices": {"b": {"reply": "x", "goto": "good"}}}})))
