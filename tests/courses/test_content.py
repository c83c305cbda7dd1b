"""Course files."""

from typing import Any

import pytest

from lms.core.content import Document, LessonFile, MediaFile, dump_yaml, read_yaml, validate
from lms.courses.content import SCHEMAS, Course, check_draws, check_files, defines, references

GOOD = """course: complaint-handling
title:
  en: Handling complaints
  zh-Hans: 投诉处理
owner: service-training@example.com
review_by: 2027-06-30
roles:
  - new-hire
lessons:
  - key: lscat
    title:
      en: LSCAT
      zh-Hans: 五步法
    minutes: 14
    sop:
      steps:
        - key: listen
          action:
            en: Hear the whole story.
            zh-Hans: 听完整个经过。
      scripts:
        - en: Please tell me from the beginning.
          zh-Hans: 您从头说。
      taboos:
        - phrase:
            en: Calm down.
            zh-Hans: 您别激动。
          instead:
            en: I would be annoyed as well.
            zh-Hans: 换我也窝火。
    check:
      topic: lscat
      draw: 2
  - key: a-case
    title:
      en: A case
      zh-Hans: 案例
    kind: case
"""


def course(text: str = GOOD) -> tuple[Document, Course]:
    document, problems = read_yaml("courses/complaint-handling/course.yaml", text)
    assert document and not problems
    definition, problems = validate(Course, document)
    assert definition, [str(problem) for problem in problems]
    return document, definition


def problems_of(text: str) -> list[str]:
    document, problems = read_yaml("course.yaml", text)
    assert document
    return [str(problem) for problem in problems + validate(Course, document)[1]]


def lesson_file(lesson: str, language: str, text: str = "Words.") -> LessonFile:
    path = f"courses/complaint-handling/lessons/{lesson}.{language}.md"
    return LessonFile(path, "complaint-handling", lesson, language, text)


ALL_PROSE = [lesson_file(lesson, language) for lesson in ("lscat", "a-case") for language in ("en", "zh-Hans")]


def test_a_course_in_the_fixed_style_is_written_as_it_was_read() -> None:
    assert dump_yaml(course()[1]) == GOOD


def test_a_lesson_without_kind_is_told_by_its_card() -> None:
    _, definition = course(GOOD.replace("    kind: case\n", ""))
    assert [lesson.kind for lesson in definition.lessons] == ["sop", "reading"]


def test_what_is_left_out_has_the_documented_default() -> None:
    _, definition = course(GOOD.replace("      draw: 2\n", "").replace("    minutes: 14\n", ""))
    check = definition.lessons[0].check
    assert (definition.lessons[0].minutes, check and check.draw, definition.status) == (12, 3, "live")


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("kind: case", "kind: sop", "34: lessons[1].sop: A lesson of kind sop needs its steps, scripts and taboos; "
         "add them."),
        ("minutes: 14", "kind: case", "15: lessons[0].sop: Only a lesson of kind sop has an SOP card; change the kind "
         "or take this away."),
        ("a-case", "lscat", "34: lessons[1].key: “lscat” stands here a second time; every one must differ."),
        ("draw: 2", "draw: 0", "33: lessons[0].check.draw: Write a number that is at least 1."),
        ("draw: 2", "draw: two", "33: lessons[0].check.draw: Write a whole number here, without quotes."),
        ("roles:", "status: pilot\nroles:", "1: sites: A pilot needs the sites that try it; add them."),
        ("roles:", "sites: [north]\nroles:", "7: sites: Sites belong to a pilot; add “status: pilot” or take them "
         "away."),
    ],
)  # fmt: skip
def test_what_does_not_fit_together_is_said_with_its_line(old: str, new: str, problem: str) -> None:
    assert problems_of(GOOD.replace(old, new, 1)) == [f"course.yaml:{problem}"]


def test_all_three_lists_of_a_card_are_needed() -> None:
    data: dict[str, Any] = {
        "course": "c",
        "title": {"en": "C", "zh-Hans": "课"},
        "lessons": [{"key": "l", "title": {"en": "L", "zh-Hans": "节"}, "sop": {"steps": [], "scripts": []}}],
    }
    _, problems = validate(Course, Document("course.yaml", data))
    assert [str(problem) for problem in problems] == [
        "course.yaml:1: lessons[0].sop.steps: Give at least 1 here.",
        "course.yaml:1: lessons[0].sop.scripts: Give at least 1 here.",
        "course.yaml:1: lessons[0].sop.taboos: This is required; add it.",
    ]


def test_a_course_refers_to_the_topics_of_its_checks() -> None:
    assert [(r.kind, r.key, r.loc) for r in references(course()[1])] == [
        ("topic", "lscat", ("lessons", 0, "check", "topic"))
    ]


def test_a_course_defines_the_places_that_items_cover() -> None:
    assert list(defines(course()[1])) == [
        "complaint-handling",
        "complaint-handling/lscat",
        "complaint-handling/lscat/listen",
        "complaint-handling/a-case",
    ]


def test_a_check_cannot_draw_more_than_its_topic_holds() -> None:
    document, definition = course()
    assert list(check_draws(definition, {"lscat": 2})) == []
    assert [str(problem) for problem in document.located(check_draws(definition, {"lscat": 1}))] == [
        "courses/complaint-handling/course.yaml:33: lessons[0].check.draw: The topic “lscat” holds only 1 items; "
        "draw fewer or write more."
    ]


def test_sound_files_raise_no_problem() -> None:
    assert check_files(*course(), ALL_PROSE) == []


def test_missing_prose_warns_and_with_strict_errs() -> None:
    document, definition = course()
    files = [lesson_file("lscat", "en")]
    place = "courses/complaint-handling/course.yaml"
    found = check_files(document, definition, files)
    assert [str(problem) for problem in found] == [
        f"{place}:10: lessons[0]: The lesson's prose is missing in: zh-Hans.",
        f"{place}:34: lessons[1]: The lesson has no prose; write lessons/a-case.en.md.",
    ]
    assert {problem.severity for problem in found} == {"warning"}
    assert {problem.severity for problem in check_files(document, definition, files, strict=True)} == {"error"}


def test_lesson_files_are_checked_by_line() -> None:
    text = "# 倾听\n\n**加粗。**后面\n![A face](media/face.png) ![](media/other.png)\n"
    files = [*ALL_PROSE[:-1], lesson_file("a-case", "zh-Hans", text), lesson_file("gone", "en")]
    media = [
        MediaFile("courses/complaint-handling/media/face.png", "complaint-handling", "face.png", "image/png", 9, "")
    ]
    place = "courses/complaint-handling/lessons"
    assert [f"{problem.severity} {problem}" for problem in check_files(*course(), files, media)] == [
        f"warning {place}/a-case.zh-Hans.md:3: “**加粗。**” will not turn bold: move the punctuation out of the asterisks "
        "or put a space outside them.",
        f"error {place}/a-case.zh-Hans.md:4: The picture “media/other.png” has no words for those who cannot see it; "
        "write them in its brackets.",
        f"error {place}/a-case.zh-Hans.md:4: There is no file media/other.png in this course; add it.",
        f"error {place}/gone.en.md:1: The course “complaint-handling” has no lesson “gone”; rename or delete this.",
    ]


def test_a_course_stands_in_the_folder_of_its_name() -> None:
    document, definition = course(GOOD.replace("course: complaint-handling", "course: complaints"))
    assert [str(problem) for problem in check_files(document, definition, ALL_PROSE)] == [
        "courses/complaint-handling/course.yaml:1: course: The course stands in the folder “complaint-handling”; give "
        "both one name."
    ]


def test_the_schema_is_there_for_editors() -> None:
    assert SCHEMAS["course"].model_json_schema(by_alias=True)["required"] == ["course", "title", "lessons"]
