"""Scenes, replies, endings, criteria and variables of a draft: added, moved, taken away, and renamed with all that names them."""

import copy
import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.core.content import plain
from lms.scenarios.definitions import ScenarioDefinition
from lms.scenarios.drafts_moves import NEW_ENDING, NEW_SCENE, added, duplicated, moved, removed, renamed, why_no_key
from lms.scenarios.drafts_shape import ENDINGS, Part
from lms.scenarios.drafts_submit import submitted
from tests.scenarios.stories import random_story
from tests.scenarios.test_editing import OPENING, small


def test_a_renamed_scene_is_followed_by_targets_the_start_and_conditions() -> None:
    body = small()
    body["scenes"]["opening"]["choices"]["ask-number"]["when"] = (
        "visited(opening) and trust >= 1 or visited( closing-scene )"
    )
    body = renamed(body, ("scenes", "closing-scene"), "end-of-talk").body
    body = renamed(body, ("scenes", "opening"), "start-here").body
    choices = body["scenes"]["start-here"]["choices"]
    assert choices["hear-her-out"]["goto"] == "end-of-talk"
    assert choices["ask-number"]["when"] == "visited(start-here) and trust >= 1 or visited( end-of-talk )"
    assert body["start"] == "start-here"
    assert list(body["scenes"]) == ["start-here", "end-of-talk"]


def test_a_renamed_variable_is_followed_by_effects_and_conditions_but_no_scene_of_that_name_is() -> None:
    body = small()
    body["scenes"]["opening"]["choices"]["ask-number"]["when"] = "trust >= 4 and not visited(trust) and trusting < 2"
    body = renamed(body, ("state", "trust"), "faith").body
    choices = body["scenes"]["opening"]["choices"]
    assert choices["ask-number"]["when"] == "faith >= 4 and not visited(trust) and trusting < 2"
    assert choices["hear-her-out"]["effect"] == {"faith": 2, "anger": -2}
    assert list(body["state"]) == ["faith", "anger"]


def test_a_renamed_criterion_is_followed_by_points_and_cuts() -> None:
    body = {**small(), "pass": {"criteria": {"lscat": 60}}}
    body = renamed(body, ("criteria", "lscat"), "steps").body
    assert body["pass"]["criteria"] == {"steps": 60}
    assert body["scenes"]["opening"]["choices"]["hear-her-out"]["points"] == {"steps": 4}
    assert ScenarioDefinition.model_validate(body)


@pytest.mark.parametrize("key", ["", "Two Words", "a.b", "<script>", "closing-scene", "settled", "k" * 65, "-a", "ä"])
def test_a_scene_cannot_take_every_key(key: str) -> None:
    assert why_no_key(small(), ("scenes", "opening"), key) is not None
    made = submitted(small(), OPENING, {"scenes.opening.key": key, "scenes.opening.says.en": "Typed"})
    assert set(made.refused) == {"scenes.opening.key"}


@given(st.integers(0, 10_000), st.data())
@settings(max_examples=60, deadline=None)
def test_renaming_there_and_back_changes_nothing(seed: int, pick: Any) -> None:
    body = plain(ScenarioDefinition.model_validate(random_story(random.Random(seed))))
    around = pick.draw(st.sampled_from(["scenes", "endings", "criteria", "state"]))
    key = pick.draw(st.sampled_from(list(body[around])))
    there = renamed(body, (around, key), "quite-another").body
    assert ScenarioDefinition.model_validate(there), "a renamed role-play is as sound as before"
    assert renamed(there, (around, "quite-another"), key).body == body


def test_a_reply_may_lead_to_something_new() -> None:
    made = submitted(small(), OPENING, {"scenes.opening.choices.ask-number.goto": NEW_SCENE})
    assert made.part == Part("scene", "scene-1"), "the new scene is shown"
    assert made.body["scenes"]["opening"]["choices"]["ask-number"]["goto"] == "scene-1"
    assert list(made.body["scenes"]) == ["opening", "scene-1", "closing-scene"]
    made = submitted(small(), OPENING, {"scenes.opening.choices.ask-number.goto": NEW_ENDING})
    assert made.part == ENDINGS and "ending-1" in made.body["endings"]


def test_what_a_button_does_comes_with_what_was_typed() -> None:
    fields = {"scenes.opening.says.en": "Typed before", "scenes.opening.choices.ask-number.key": "number-first"}
    made = submitted(small(), OPENING, fields, "duplicate:scenes.opening.choices.ask-number")
    assert made.body["scenes"]["opening"]["says"]["en"] == "Typed before"
    assert list(made.body["scenes"]["opening"]["choices"]) == [
        "hear-her-out",
        "number-first",
        "number-first-2",
        "soothe-her",
    ]


@pytest.mark.parametrize("do", ["", "nonsense", "up", "up:", "remove:scenes", "remove:pass", "add:pass", "down:scenes.opening.emotion",
                                "up:scenes.nowhere", "duplicate:scenes.opening.typed", "remove:scenes.opening.says",
                                "add:scenes.x.choices"])  # fmt: skip
def test_a_button_that_means_nothing_only_saves(do: str) -> None:
    assert submitted(small(), OPENING, {}, do).body == small()


def test_scenes_are_added_moved_copied_and_taken_away() -> None:
    body = added(small(), ("scenes",), "opening").body
    assert list(body["scenes"]) == ["opening", "scene-1", "closing-scene"]
    assert list(moved(body, ("scenes", "scene-1"), 1).body["scenes"]) == ["opening", "closing-scene", "scene-1"]
    assert list(moved(body, ("scenes", "opening"), -1).body["scenes"]) == list(body["scenes"])
    twice = duplicated(body, ("scenes", "opening")).body
    assert twice["scenes"]["opening-2"] == body["scenes"]["opening"]
    twice["scenes"]["opening-2"]["says"]["en"] = "Changed"
    assert body["scenes"]["opening"]["says"]["en"] != "Changed"
    assert "opening" not in removed(body, ("scenes", "opening")).body["scenes"]


def test_points_and_effects_go_with_what_they_are_for() -> None:
    body = removed(removed(small(), ("criteria", "lscat")).body, ("state", "anger")).body
    assert "points" not in body["scenes"]["opening"]["choices"]["hear-her-out"]
    assert body["scenes"]["opening"]["choices"]["hear-her-out"]["effect"] == {"trust": 2}


def test_moves_never_change_the_body_they_are_given() -> None:
    body = small()
    before = copy.deepcopy(body)
    renamed(body, ("scenes", "opening"), "other")
    removed(body, ("scenes", "opening"))
    added(body, ("scenes", "opening", "choices"))
    submitted(body, OPENING, {"scenes.opening.says.en": "x"}, "add:scenes")
    assert body == before
