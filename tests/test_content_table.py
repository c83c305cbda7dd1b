"""The table of what the library teaches and where: its lessons exist, and say the figures that it promises."""

import re

import pytest

from lms import config
from lms.library import Known, PackContent, read_library
from lms.scenarios.queries_frameworks import product_frameworks
from tests.test_bundled_content import texts_in

ROW = re.compile(r"^\| (?P<fact>[^|]+) \|(?P<figure>[^|]*)\| (?P<lessons>[^|]+) \|$")


def rows() -> list[tuple[str, str, list[str]]]:
    text = (config.ROOT / "docs" / "content.md").read_text(encoding="utf-8")
    found = [match for line in text.splitlines() if (match := ROW.match(line)) and match["fact"] not in ("Fact", "---")]
    return [(m["fact"], m["figure"].strip(), [one.strip() for one in m["lessons"].split(",")]) for m in found]


@pytest.fixture(scope="module")
def pack() -> PackContent:
    frameworks = product_frameworks()
    known = Known(keys={"framework": frozenset(frameworks)}, frameworks=frameworks)
    return read_library([config.ROOT / "courses", config.ROOT / "question_bank"], known).packs[0]


def words(pack: PackContent, language: str) -> dict[str, str]:
    """Everything a lesson says in a language, by "course/lesson"."""
    said = {f"{file.course}/{file.lesson}": file.text for file in pack.lessons if file.language == language}
    for course in pack.of("course"):
        for lesson in course.lessons:
            card = " ".join(text.get(language, "") for text in texts_in(lesson.sop.model_dump(mode="json")))
            said[f"{course.course}/{lesson.key}"] += " " + card
    return said


def test_every_lesson_of_the_library_stands_in_the_table(pack: PackContent) -> None:
    assert len(rows()) >= 60
    named = {lesson for _, _, lessons in rows() for lesson in lessons}
    assert named == set(words(pack, "en"))


@pytest.mark.parametrize("language", ["en", "zh-Hans"])
def test_every_figure_is_said_where_the_table_says(pack: PackContent, language: str) -> None:
    said = words(pack, language)
    for fact, figure, lessons in rows():
        if figure:
            wanted = re.compile(r"(?<![\d.])" + re.escape(figure).replace(r"\ ", r"\s*") + r"(?!\d)")
            missing = [lesson for lesson in lessons if not wanted.search(said[lesson])]
            assert missing != lessons, f"{fact}: no lesson says {figure} in {language}"
