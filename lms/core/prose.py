"""What authors should know about their Markdown: emphasis that fails, pictures without words (pure)."""

import re
import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass

from lms.core.definition_errors import Fault
from lms.core.texts import N_

STRONG = re.compile(r"(?P<mark>\*\*|__)(?=\S)(?P<inner>.+?)(?P=mark)")
PICTURE = re.compile(r"!\[(?P<alt>[^\]]*)\]\((?P<target>[^)\s]+)[^)]*\)")
LINK = re.compile(r"!?\[[^\]]*\]\((?P<target>media/[^)\s]+)[^)]*\)")
FENCE = re.compile(r" {0,3}(```|~~~)")
CODE = re.compile(r"(`+)(?!`).+?(?<!`)\1(?!`)")


@dataclass(frozen=True, slots=True)
class Remark:
    """Something about one line of a Markdown text, counted from 1; the fault's place is empty."""

    line: int
    fault: Fault


def remarks(markdown: str) -> list[Remark]:
    """What is wrong in a Markdown text, by line."""
    return [Remark(number, fault) for number, line in _prose_lines(markdown) for fault in _line_faults(line)]


def media_names(markdown: str) -> Iterator[tuple[int, str]]:
    """The files of ``media/`` that a Markdown text shows or links to, each with its line."""
    for number, line in _prose_lines(markdown):
        for found in LINK.finditer(line):
            yield number, found["target"].removeprefix("media/")


def _prose_lines(markdown: str) -> Iterator[tuple[int, str]]:
    """The lines outside fenced code, with code spans blanked."""
    fence = ""
    for number, line in enumerate(markdown.split("\n"), 1):
        if opened := FENCE.match(line):
            if fence in ("", opened[1]):
                fence = "" if fence else opened[1]
        elif not fence:
            yield number, CODE.sub(lambda code: "`" * len(code[0]), line)


def _line_faults(line: str) -> Iterator[Fault]:
    for found in STRONG.finditer(line):
        if _stays_plain(line, found):
            yield Fault(
                (),
                N_(
                    "“%(words)s” will not turn bold: move the punctuation out of the asterisks or put a space "
                    "outside them."
                ),
                {"words": found[0]},
                "warning",
            )
    for found in PICTURE.finditer(line):
        if not found["alt"].strip():
            unseen = N_("The picture “%(name)s” has no words for those who cannot see it; write them in its brackets.")
            yield Fault((), unseen, {"name": found["target"]})


def _stays_plain(line: str, strong: re.Match[str]) -> bool:
    """CommonMark: emphasis neither opens before punctuation after a letter nor closes after punctuation before one."""
    before, after = line[: strong.start()][-1:], line[strong.end() :][:1]
    inner = strong["inner"]
    return (_is_letter(before) and _is_mark(inner[0])) or (_is_mark(inner[-1]) and _is_letter(after))


def _is_mark(character: str) -> bool:
    return unicodedata.category(character)[0] in "PS"


def _is_letter(character: str) -> bool:
    return character != "" and not character.isspace() and not _is_mark(character)
