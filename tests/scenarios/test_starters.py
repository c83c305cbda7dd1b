"""Starters: sound, bilingual, giving nothing away, and ready to be made one's own."""

from collections.abc import Iterator
from typing import Any

import pytest

from lms.core.content import read_yaml, validate
from lms.core.texts import LANGUAGES
from lms.core.yaml_files import dump_yaml
from lms.scenarios.checks import Analysis, analyse, framework_faults
from lms.scenarios.definitions import ScenarioDefinition
from lms.scenarios.drafts_begun import begun_from
from lms.scenarios.plot import compile_plot
from lms.scenarios.queries_frameworks import product_frameworks
from lms.scenarios.routes_chances import Labels
from lms.scenarios.routes_findings import Weight, findings
from lms.scenarios.routes_played import Habit, play_all
from lms.scenarios.starters import PLACEHOLDER, Starter, placeholders, starters

FULL = [starter for starter in starters() if starter.key != "empty"]
TITLE = {"en": "Mine", "zh-Hans": "我的"}


def named(starter: Starter) -> str:
    return starter.key


def definition(starter: Starter) -> ScenarioDefinition:
    return ScenarioDefinition.model_validate(starter.body)


def analysed(starter: Starter) -> Analysis:
    return analyse(compile_plot(definition(starter)))


def texts(value: Any) -> Iterator[dict[str, str]]:
    if isinstance(value, dict):
        if set(value) & set(LANGUAGES):
            yield value
        else:
            for inner in value.values():
                yield from texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from texts(inner)


def test_there_is_one_for_each_trouble_and_an_empty_one_first() -> None:
    assert [starter.key for starter in starters()] == [
        "empty",
        "refund",
        "delay",
        "outage",
        "privacy",
        "boundary",
        "vip",
        "elderly",
    ]


@pytest.mark.parametrize("starter", starters(), ids=named)
def test_each_is_sound_and_without_a_warning(starter: Starter) -> None:
    found = analysed(starter)
    assert found.is_sound
    assert not found.faults
    framework = product_frameworks().get(definition(starter).framework or "")
    assert framework is None or not list(framework_faults(definition(starter), framework))


@pytest.mark.parametrize("starter", starters(), ids=named)
def test_each_text_is_in_both_languages(starter: Starter) -> None:
    found = [*texts(starter.body), starter.title, starter.summary]
    assert len(found) > 10
    for text in found:
        assert set(text) == set(LANGUAGES), text
        assert all(words.strip() for words in text.values()), text


@pytest.mark.parametrize("starter", starters(), ids=named)
def test_each_passes_by_its_best_route_and_not_by_its_worst(starter: Starter) -> None:
    played = play_all(compile_plot(definition(starter)))
    best, worst = played.player(Habit.BEST, Labels.RIGHT), played.player(Habit.WORST, Labels.WRONG)
    assert best and best.passed and best.percent == 100
    assert worst and not worst.passed


@pytest.mark.parametrize("starter", FULL, ids=named)
def test_no_luck_and_no_habit_passes(starter: Starter) -> None:
    played = play_all(compile_plot(definition(starter)))
    assert played.percent(played.blind.mean) < 50
    assert [finding.message for finding in findings(played) if finding.weight == Weight.FAULT] == []


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("starter", FULL, ids=named)
def test_neither_length_nor_place_gives_the_best_reply_away(starter: Starter, language: str) -> None:
    scenes = list(definition(starter).scenes.values())
    ranks, places = [], []
    for scene in scenes:
        choices = [choice for key, choice in scene.choices.items() if not key.endswith("-doubted")]
        best = max(choices, key=lambda choice: sum(choice.points.values()))
        by_length = sorted(choices, key=lambda choice: len(choice.reply[language]))
        ranks.append(by_length.index(best))
        places.append(choices.index(best))
    for found in (ranks, places):
        assert max(found.count(rank) for rank in set(found)) <= 3, found


@pytest.mark.parametrize("starter", FULL, ids=named)
def test_each_holds_what_a_role_play_is_made_of(starter: Starter) -> None:
    scenario = definition(starter)
    choices = [choice for scene in scenario.scenes.values() for choice in scene.choices.values()]
    assert 5 <= len(scenario.scenes) <= 7
    assert 2 <= len(scenario.endings) <= 3
    assert any(ending.failed for ending in scenario.endings.values())
    assert set(scenario.state) == {"trust", "anger"}
    assert sum(scene.emotion is not None for scene in scenario.scenes.values()) >= 2
    assert any(choice.taboo for choice in choices)
    assert all(choice.feedback for choice in choices)
    assert {choice.step for choice in choices} >= {"listen", "sympathize", "clarify", "advise", "track"}


@pytest.mark.parametrize("starter", starters(), ids=named)
def test_each_has_places_for_own_facts_and_the_same_in_both_languages(starter: Starter) -> None:
    assert len(placeholders(starter.body)) >= 4
    for text in texts(starter.body):
        counts = {language: len(PLACEHOLDER.findall(words)) for language, words in text.items()}
        assert len(set(counts.values())) == 1, text


def test_the_empty_one_is_the_least_a_scenario_needs() -> None:
    scenario = definition(starters()[0])
    assert [len(scene.choices) for scene in scenario.scenes.values()] == [2]
    assert len(scenario.endings) == 2


@pytest.mark.parametrize("starter", starters(), ids=named)
def test_a_new_scenario_begins_as_its_starter_and_goes_through_a_file_unchanged(starter: Starter) -> None:
    body = begun_from(starter.body, TITLE, {}) | {"scenario": "my-own"}
    assert (body["scenario"], body["title"]) == ("my-own", TITLE)
    written = dump_yaml(ScenarioDefinition.model_validate(body))
    document, problems = read_yaml("my-own.yaml", written)
    assert document is not None and not problems
    again, more = validate(ScenarioDefinition, document)
    assert again is not None and not more
    assert dump_yaml(again) == written


def test_what_is_made_of_a_starter_leaves_the_starter_alone() -> None:
    starter = starters()[1]
    body = begun_from(starter.body, TITLE, {})
    body["scenes"]["opening"]["says"]["en"] = "Changed"
    assert "Changed" not in str(starter.body)


def test_placeholders_say_where_they_stand() -> None:
    body = {"scenes": {"one": {"says": {"en": "Where is [product]?", "zh-Hans": "[产品]呢？"}, "cues": ["a [b]"]}}}
    assert [(each.place, each.language, each.words) for each in placeholders(body)] == [
        (("scenes", "one", "says"), "en", "product"),
        (("scenes", "one", "says"), "zh-Hans", "产品"),
        (("scenes", "one", "cues", "0"), None, "b"),
    ]


def test_a_link_is_no_placeholder_and_a_broken_body_no_obstacle() -> None:
    assert placeholders({"says": "[here](https://example.com)", "n": 3, "x": None, 4: ["[a]"]})[0].words == "a"
