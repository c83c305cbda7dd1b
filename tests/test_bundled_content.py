"""The bundled library is complete, sound, and in both languages."""

import re
from collections import Counter
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from lms import config
from lms.library import Known, Library, PackContent, read_library
from lms.question_bank.item_writing import right_keys
from lms.question_bank.items import ITEM_TYPES, Judgement, Single
from lms.scenarios.checks import analyse
from lms.scenarios.definitions import EMOTIONS
from lms.scenarios.plot import compile_plot
from lms.scenarios.queries_frameworks import product_frameworks
from lms.scenarios.scoring import reaches


@pytest.fixture(scope="module")
def library() -> Library:
    frameworks = product_frameworks()
    known = Known(keys={"framework": frozenset(frameworks)}, frameworks=frameworks)
    return read_library([config.ROOT / "courses", config.ROOT / "question_bank"], known, strict=True)


@pytest.fixture(scope="module")
def pack(library: Library) -> PackContent:
    return library.packs[0]


def test_nothing_is_wrong_and_nothing_is_warned_of(library: Library) -> None:
    assert [str(problem) for problem in library.problems] == []


def test_there_is_enough_for_real_training(pack: PackContent) -> None:
    lessons = [lesson for course in pack.of("course") for lesson in course.lessons]
    items = [item for topic in pack.of("topic") for item in topic.items]
    skills = Counter(item.skill for item in items)
    assert len(pack.of("course")) >= 12
    assert sum(lesson.kind == "sop" for lesson in lessons) >= 48
    assert len(items) >= 240
    assert skills["emotion-recognition"] >= 50 and skills["spin"] >= 50 and skills["complaint-handling"] >= 80
    assert skills.total() - sum(skills[key] for key in ("emotion-recognition", "spin", "complaint-handling")) >= 60
    assert {item.type for item in items} == set(ITEM_TYPES)


def test_each_job_role_has_a_path_a_certificate_and_a_shorter_renewal(pack: PackContent) -> None:
    exams = {exam.exam: sum(section.asked or 0 for section in exam.sections) for exam in pack.of("exam")}
    paths = {path.role for file in pack.of("paths") for path in file.paths}
    certified = {role: rule for file in pack.of("certifications") for rule in file.certifications for role in rule.roles}
    for role in ("new-hire", "front-line", "technical-support", "manager"):
        assert role in paths and role in certified
        named, shorter = exams_in(certified[role].requires), exams_in(certified[role].recertify)
        assert named and shorter, role
        assert sum(exams[key] for key in shorter) < 0.7 * sum(exams[key] for key in named), role


def exams_in(requirement: Any) -> set[str]:
    """The exams that a requirement names anywhere."""
    plain = requirement.model_dump(mode="json", by_alias=True) if hasattr(requirement, "model_dump") else requirement
    if isinstance(plain, dict):
        own = {plain["exam"]} if isinstance(plain.get("exam"), str) else set()
        return own.union(*(exams_in(value) for key, value in plain.items() if key != "exam"))
    return set().union(*(exams_in(one) for one in plain)) if isinstance(plain, list) else set()


def test_every_lesson_ends_with_a_check(pack: PackContent) -> None:
    assert all(lesson.check for course in pack.of("course") for lesson in course.lessons)


def test_every_sop_step_is_covered_by_an_item(pack: PackContent) -> None:
    covered = {place for topic in pack.of("topic") for item in topic.items for place in item.sop}
    steps = {
        f"{course.course}/{lesson.key}/{step.key}"
        for course in pack.of("course")
        for lesson in course.lessons
        if lesson.sop
        for step in lesson.sop.steps
    }
    assert steps - covered == set()


def test_role_plays_have_scenes_endings_and_no_easy_way(pack: PackContent) -> None:
    scenarios = pack.of("scenario")
    assert len(scenarios) >= 12
    assert {scenario.channel for scenario in scenarios} == {"counter", "phone", "chat", "mail"}
    for scenario in scenarios:
        plot = compile_plot(scenario)
        assert len(plot.scenes) >= 6 and len(plot.endings) >= 3, scenario.scenario
        bounds = analyse(plot).bounds
        assert bounds is not None
        assert float(bounds.total.expected) < 0.5 * bounds.total.max, "a player without a plan earns half of it"
        assert not reaches(bounds.total.min, bounds.total.max, 80)


def test_role_plays_use_every_step_of_their_framework_and_every_emotion(pack: PackContent) -> None:
    frameworks, labels = product_frameworks(), set()
    for scenario in pack.of("scenario"):
        scenes = scenario.scenes.values()
        labels |= {scene.emotion.answer for scene in scenes if scene.emotion}
        steps = {choice.step for scene in scenes for choice in scene.choices.values()} - {None}
        assert steps == {step.key for step in frameworks[scenario.framework].steps}, scenario.scenario
    assert labels == set(EMOTIONS)


def test_every_scene_names_the_steps_it_exercises(pack: PackContent) -> None:
    bare = [(s.scenario, key) for s in pack.of("scenario") for key, scene in s.scenes.items() if not scene.sop]
    assert bare == []


def test_frameworks_have_examples_and_taboos_in_both_languages() -> None:
    for framework in product_frameworks().values():
        assert len(framework.taboos) >= 5
        for step in framework.steps:
            assert len(step.examples) >= 2 and step.description
            assert all(set(text) == {"en", "zh-Hans"} for text in (step.title, step.description, *step.examples))
        assert all(set(t.phrase) == set(t.instead) == {"en", "zh-Hans"} for t in framework.taboos)


GUESSES: dict[str, Callable[[list[str]], list[int]]] = {
    "the first": lambda texts: [0],
    "the last": lambda texts: [len(texts) - 1],
    "the longest": lambda texts: [max(range(len(texts)), key=lambda place: len(texts[place]))],
    "the shortest": lambda texts: [min(range(len(texts)), key=lambda place: len(texts[place]))],
    "any but the longest": lambda texts: [
        place for place in range(len(texts)) if len(texts[place]) < max(map(len, texts))
    ],
}
"""Ways to answer without reading: the places among which somebody then picks blindly."""


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
@pytest.mark.parametrize("guess", GUESSES)
def test_no_way_to_answer_without_reading_beats_chance(pack: PackContent, guess: str, language: str) -> None:
    items = [
        (item, right_keys(item))
        for topic in pack.of("topic")
        for item in topic.items
        if isinstance(item, Single | Judgement)
    ]
    assert len(items) >= 150
    gained, chance, variance = 0.0, 0.0, 0.0
    for item, right in items:
        keys = list(item.options)
        places = GUESSES[guess]([item.options[key][language] for key in keys])
        gained += sum(keys[place] in right for place in places) / len(places) if places else len(right) / len(keys)
        by_luck = len(right) / len(keys)
        chance, variance = chance + by_luck, variance + by_luck * (1 - by_luck)
    assert gained <= chance + 1.96 * variance**0.5, f"choosing {guess} gets {gained:.0f} of {len(items)}"


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
@pytest.mark.parametrize("guess", ["the first", "the last", "the longest", "the shortest"])
def test_no_way_to_talk_without_listening_beats_a_random_player(pack: PackContent, guess: str, language: str) -> None:
    earned, most, chance, scenes = 0.0, 0.0, 0.0, 0
    for scenario in pack.of("scenario"):
        for scene in scenario.scenes.values():
            worth = [sum(choice.points.values()) for choice in scene.choices.values()]
            if len(worth) < 2 or not max(worth):
                continue
            texts = [choice.reply[language] for choice in scene.choices.values()]
            places = GUESSES[guess](texts)
            earned += sum(worth[place] for place in places) / len(places) / max(worth)
            chance += sum(worth) / len(worth) / max(worth)
            most, scenes = most + 1, scenes + 1
    spread = (scenes * 0.25) ** 0.5  # shares lie between 0 and 1: their variance is at most a quarter
    assert scenes >= 90
    assert earned <= chance + 1.96 * spread, f"always saying {guess} earns {earned:.0f} of {most:.0f}, chance {chance:.0f}"


@pytest.mark.parametrize(("language", "ends", "shortest"), [("en", ".!?", 26), ("zh-Hans", "。！？", 13)])
def test_no_sentence_stands_in_two_places(pack: PackContent, language: str, ends: str, shortest: int) -> None:
    places: dict[str, set[str]] = {}
    for place, text in said(pack, language):
        for part in re.split(f"[{ends}\n]", text):
            sentence = part.strip(" “”*>|-#")
            if len(sentence) >= shortest and sentence not in ("Try it today", "今天就练"):
                places.setdefault(sentence, set()).add(place)
    assert {sentence: where for sentence, where in places.items() if len(where) > 1} == {}


def said(pack: PackContent, language: str) -> Iterator[tuple[str, str]]:
    """What lessons, SOP cards, role-plays and reasons of items say, each with the lesson, role-play or item it is in.

    Inside one role-play a sentence may come twice: a choice may stand there under two conditions.
    """
    for file in pack.lessons:
        if file.language == language:
            yield f"{file.course}/{file.lesson}", file.text
    for course in pack.of("course"):
        for lesson in course.lessons:
            for text in texts_in(lesson.sop.model_dump(mode="json")):
                yield f"{course.course}/{lesson.key}", text.get(language, "")
    for scenario in pack.of("scenario"):
        body = scenario.model_dump(mode="json", include={"customer", "scenes", "endings"})
        for text in texts_in(body):
            yield scenario.scenario, text.get(language, "")
    for topic in pack.of("topic"):
        for item in topic.items:
            for text in texts_in(item.model_dump(mode="json", include={"rationale", "feedback", "utterance", "cues"})):
                yield item.key, text.get(language, "")


def texts_in(body: Any) -> Iterator[dict[str, str]]:
    """Every text in both languages, however deep."""
    if isinstance(body, dict) and body and set(body) <= {"en", "zh-Hans"}:
        yield body
    elif isinstance(body, dict | list):
        for value in body.values() if isinstance(body, dict) else body:
            yield from texts_in(value)
