"""Starters: small complete role-plays to begin a new one from, with places for the author's own facts (pure)."""

import functools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.resources import files
from typing import Any

from lms.core.content import read_yaml, validate
from lms.core.definitions import plain
from lms.core.texts import CHINESE, ENGLISH, LANGUAGES, Text
from lms.scenarios.definitions import ScenarioDefinition

PLACEHOLDER = re.compile(r"\[([^\[\]\n]{1,60})\](?!\()")
"""Words in square brackets, such as [product]; a link of Markdown is none."""


def _text(english: str, chinese: str) -> Text:
    return {ENGLISH: english, CHINESE: chinese}


SUMMARIES: Mapping[str, Text] = {
    "empty": _text(
        "One scene, two replies, two endings: everything else is yours.", "一个场景、两个回应、两个结局，其余由您来写。"
    ),
    "refund": _text(
        "The return period is over, the customer was turned away once: an honest no, and two ways that remain.",
        "退货期已过，客户又被拒绝过一次：办不到的直说，还有两条路可走。",
    ),
    "delay": _text(
        "A delivery is late, and an event hangs on it: find the hour that matters, then two ways to keep it.",
        "货迟迟不到，客户等着办事：先问清最晚几点，再给赶得上的办法。",
    ),
    "outage": _text(
        "The service is down and nobody can promise when it returns: a way around, and news at fixed hours.",
        "服务中断，谁也说不准几点恢复：先给替代办法，再按钟点报信。",
    ),
    "privacy": _text(
        "A stranger knows the customer's address: take the fear seriously, blame nobody, protect at once.",
        "陌生人知道客户住哪儿：把害怕当回事，不急着撇清，当场先保护。",
    ),
    "boundary": _text(
        "A request that the rules forbid: keep the boundary, find the wish behind it, offer what is possible.",
        "要求不合规定：守住边界，听出背后的愿望，给办得到的。",
    ),
    "vip": _text(
        "A regular of many years wants to leave: what hurts is not the price, it is not being known.",
        "多年的老客户要走：伤人的不是价钱，是没人认得她。",
    ),
    "elderly": _text(
        "An old lady cannot do it on the telephone: slowly, in her own words, without making her small.",
        "老人家不会用手机办：慢慢来，用她的话说，不让她难堪。",
    ),
}
"""What each starter practises, in the order in which they are offered; the names are those of the files."""


@dataclass(frozen=True, slots=True)
class Starter:
    """A role-play to begin from; ``body`` is what a scenario file holds."""

    key: str
    title: Text
    summary: Text
    body: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Placeholder:
    """Words an author has still to replace: where in the body, in which language, without their brackets."""

    place: tuple[str, ...]
    language: str | None
    words: str


@functools.cache
def starters() -> tuple[Starter, ...]:
    """All starters, the empty one first; read from the product's own files once."""
    folder = files("lms.scenarios") / "starters"
    return tuple(
        _starter(key, summary, (folder / f"{key}.yaml").read_text(encoding="utf-8"))
        for key, summary in SUMMARIES.items()
    )


def placeholders(body: Any) -> tuple[Placeholder, ...]:
    """Every placeholder in a body, sound or broken, in the order of the file."""
    return tuple(_placeholders(body, ()))


def _starter(key: str, summary: Text, content: str) -> Starter:
    document, problems = read_yaml(f"{key}.yaml", content)
    definition, more = validate(ScenarioDefinition, document) if document else (None, [])
    if definition is None:
        raise ValueError("; ".join(str(problem) for problem in (*problems, *more)))
    return Starter(key, definition.title, summary, plain(definition))


def _placeholders(value: Any, place: tuple[str, ...]) -> Iterator[Placeholder]:
    if isinstance(value, str):
        language = place[-1] if place and place[-1] in LANGUAGES else None
        for found in PLACEHOLDER.finditer(value):
            yield Placeholder(place[:-1] if language else place, language, found[1])
    elif isinstance(value, Mapping):
        for key, inner in value.items():
            yield from _placeholders(inner, (*place, str(key)))
    elif isinstance(value, list | tuple):
        for number, inner in enumerate(value):
            yield from _placeholders(inner, (*place, str(number)))
