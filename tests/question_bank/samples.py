"""Items for the tests of this room: a sound one of every type, to be changed by the test."""

from typing import Any

from lms.core.content import Document, validate
from lms.question_bank.content import Topic
from lms.question_bank.items import AnyItem, item_of


def text(words: str) -> dict[str, str]:
    return {"en": words, "zh-Hans": f"{words}（中）"}


def texts(**words: str) -> dict[str, dict[str, str]]:
    return {key: text(shown) for key, shown in words.items()}


OPTIONS = texts(alpha="First way", beta="Second way", gamma="Third way", delta="Fourth way")

BODIES: dict[str, dict[str, Any]] = {
    "single": {"options": OPTIONS, "answer": "beta"},
    "true-false": {"answer": False},
    "multiple": {"options": OPTIONS, "answer": ["alpha", "gamma"], "scoring": "partial"},
    "ordering": {"options": OPTIONS, "answer": ["gamma", "alpha", "delta", "beta"], "scoring": "pairs"},
    "matching": {
        "left": texts(lone="One", ltwo="Two"),
        "right": texts(rone="Uno", rtwo="Due", rthree="Tre"),
        "answer": {"lone": "rone", "ltwo": "rtwo"},
    },
    "classify": {
        "categories": texts(situation="Facts", problem="Pains"),
        "statements": texts(sone="How many?", stwo="What annoys you?", sthree="Since when?"),
        "answer": {"sone": "situation", "stwo": "problem", "sthree": "situation"},
    },
    "judgement": {"options": OPTIONS, "values": {"alpha": 1, "beta": 0.5, "gamma": 0, "delta": 0.25}},
    "emotion": {
        "utterance": text("Again nobody called me!"),
        "cues": [text("Speaks faster and faster")],
        "answer": "angry",
        "panel": {"angry": 8, "impatient": 4},
        "scoring": "panel",
    },
    "number": {"answer": 2.5, "tolerance": 0.5},
    "short-text": {"accepted": [{"en": "24 hours", "zh-Hans": "24小时"}, {"en": "One day", "zh-Hans": "一天"}]},
    "essay": {
        "rubric": [
            {"key": "tone", "title": text("Tone"), "levels": [{"points": 0}, {"points": 2}]},
            {"key": "facts", "title": text("Facts"), "levels": [{"points": 0}, {"points": 1}, {"points": 2}]},
        ],
        "min_chars": 20,
        "max_chars": 400,
    },
}
TYPES = list(BODIES)
SCORED_TYPES = [kind for kind in TYPES if kind != "essay"]


def body(kind: str, key: str = "item-one", **changes: Any) -> dict[str, Any]:
    common = {"key": key, "type": kind, "stem": text("What fits?"), "rationale": text("Because it does.")}
    return {**common, **BODIES[kind], **changes}


def item(kind: str, **changes: Any) -> AnyItem:
    return item_of(body(kind, **changes))


def topic_data(*bodies: dict[str, Any]) -> dict[str, Any]:
    return {"topic": "lscat", "title": text("Complaints"), "items": list(bodies)}


def topic(*bodies: dict[str, Any]) -> Topic:
    definition, problems = validate(Topic, Document("question_bank/lscat.yaml", topic_data(*bodies)))
    assert definition, [str(problem) for problem in problems]
    return definition


def problems_of(*bodies: dict[str, Any]) -> list[str]:
    """The problems of a topic with these items, without path and line."""
    _, problems = validate(Topic, Document("t", topic_data(*bodies)))
    return [str(problem).removeprefix("t:1: items[0].") for problem in problems]
