"""The bundled library is complete, sound, and in both languages."""

from collections import Counter

import pytest

from lms import config
from lms.library import Known, Library, PackContent, read_library
from lms.question_bank.items import ITEM_TYPES
from lms.scenarios.checks import analyse
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
    assert len(pack.of("course")) >= 4
    assert sum(lesson.kind == "sop" for lesson in lessons) >= 16
    assert len(items) >= 90
    assert {item.type for item in items} == set(ITEM_TYPES)
    assert len(pack.of("exam")) >= 2
    assert sum(len(file.certifications) for file in pack.of("certifications")) >= 2
    assert sum(len(file.paths) for file in pack.of("paths")) >= 2


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
    assert len(scenarios) >= 4
    for scenario in scenarios:
        plot = compile_plot(scenario)
        assert len(plot.scenes) >= 6 and len(plot.endings) >= 3, scenario.scenario
        bounds = analyse(plot).bounds
        assert bounds is not None
        assert float(bounds.total.expected) < 0.5 * bounds.total.max, "a player without a plan earns half of it"
        assert not reaches(bounds.total.min, bounds.total.max, 80)


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
def test_the_longest_and_the_first_option_are_no_clue(pack: PackContent, language: str) -> None:
    singles = [item for topic in pack.of("topic") for item in topic.items if item.type == "single"]
    chance = sum(1 / len(item.options) for item in singles)
    spread = 2 * sum(1 / len(item.options) * (1 - 1 / len(item.options)) for item in singles) ** 0.5
    longest = sum(
        max(item.options, key=lambda key: len(item.options[key][language])) == item.answer for item in singles
    )
    first = sum(next(iter(item.options)) == item.answer for item in singles)
    assert longest <= chance + spread, f"choosing the longest gets {longest} of {len(singles)}"
    assert first <= chance + spread, f"choosing the first gets {first} of {len(singles)}"


def test_no_sentence_of_a_lesson_stands_in_another(pack: PackContent) -> None:
    sentences: Counter[str] = Counter()
    for lesson in pack.lessons:
        separators = "。！？\n" if lesson.language == "zh-Hans" else ".!?\n"
        text = lesson.text
        for separator in separators:
            text = text.replace(separator, "\0")
        sentences.update({part.strip() for part in text.split("\0") if len(part.strip()) > 25})
    assert [sentence for sentence, count in sentences.items() if count > 1] == []
