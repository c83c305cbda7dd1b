"""Advice on Markdown."""

import pytest

from lms.core.prose import media_names, remarks


@pytest.mark.parametrize(
    "line",
    ["**加粗。**后面", "前面**“引用”**", "说**（重点）**后面", "word**(bold)**", "__加粗。__后面"],
)
def test_emphasis_that_stays_plain_is_remarked(line: str) -> None:
    found = remarks("# Title\n\n" + line)
    assert [(remark.line, remark.fault.severity) for remark in found] == [(3, "warning")]


@pytest.mark.parametrize(
    "line",
    [
        "**加粗**。后面",
        "**加粗。** 后面",
        "**加粗。**",
        "前面，**“引用”**，后面",
        "a **bold** word",
        "`**加粗。**后面`",
    ],
)
def test_emphasis_that_works_is_not(line: str) -> None:
    assert remarks(line) == []


def test_the_remark_names_the_words() -> None:
    assert str(remarks("**加粗。**后面")[0].fault.message) == (
        "“**加粗。**” will not turn bold: move the punctuation out of the asterisks or put a space outside them."
    )


def test_code_blocks_are_left_alone() -> None:
    assert remarks("```\n**加粗。**后面\n```\n~~~\n![](media/a.png)\n~~~") == []


def test_a_picture_needs_words() -> None:
    found = remarks("text\n![ ](media/face.png)\n![A face](media/other.png)")
    assert [(remark.line, remark.fault.severity, remark.fault.values) for remark in found] == [
        (2, "error", {"name": "media/face.png"})
    ]


def test_media_that_a_text_uses_are_found() -> None:
    text = '![A](media/a.png)\n[hear](media/b.mp3 "title")\n[other](https://example.com)\n`![x](media/c.png)`'
    assert list(media_names(text)) == [(1, "a.png"), (2, "b.mp3")]
