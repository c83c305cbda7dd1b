"""Items, exams and attempts for tests; each must be called inside a unit of work."""

from typing import Any

from lms.assessment import service, service_plans
from lms.assessment.content import Exam as ExamDefinition
from lms.assessment.models import Attempt, Exam
from lms.core import clock
from lms.question_bank import sync
from lms.question_bank.content import Topic
from lms.question_bank.items import item_of


def text(english: str, chinese: str = "") -> dict[str, str]:
    """A text in both languages."""
    return {"en": english, "zh-Hans": chinese or f"{english}（中文）"}


def texts(**words: str) -> dict[str, dict[str, str]]:
    return {key: text(shown) for key, shown in words.items()}


OPTIONS = texts(skeyalpha="First way", skeybeta="Second way", skeygamma="Third way", skeydelta="Fourth way")
"""Keys that nothing else contains, so that a leaked one is found by its letters."""

BODIES: dict[str, dict[str, Any]] = {
    "single": {"options": OPTIONS, "answer": "skeybeta", "feedback": {"skeyalpha": text("Too early.")}},
    "true-false": {"answer": False},
    "multiple": {"options": OPTIONS, "answer": ["skeyalpha", "skeygamma"], "scoring": "partial"},
    "ordering": {"options": OPTIONS, "answer": ["skeygamma", "skeyalpha", "skeydelta", "skeybeta"], "scoring": "pairs"},
    "matching": {
        "left": texts(skeylone="One", skeyltwo="Two"),
        "right": texts(skeyrone="Uno", skeyrtwo="Due", skeyrthree="Tre"),
        "answer": {"skeylone": "skeyrone", "skeyltwo": "skeyrtwo"},
    },
    "classify": {
        "categories": texts(skeysituation="Facts", skeyproblem="Pains"),
        "statements": texts(skeysone="How many?", skeystwo="What annoys you?", skeysthree="Since when?"),
        "answer": {"skeysone": "skeysituation", "skeystwo": "skeyproblem", "skeysthree": "skeysituation"},
    },
    "judgement": {
        "options": OPTIONS,
        "values": {"skeyalpha": 1, "skeybeta": 0.5, "skeygamma": 0, "skeydelta": 0.25},
    },
    "emotion": {
        "utterance": text("Again nobody called me!"),
        "cues": [text("Speaks faster and faster")],
        "answer": "angry",
        "panel": {"angry": 8, "impatient": 4},
        "scoring": "panel",
    },
    "number": {"answer": 24, "tolerance": 0},
    "short-text": {"accepted": [text("twentyfour hours")]},
}
"""A sound item of every type that is scored by itself."""


def item(key: str, kind: str = "single", **changes: Any) -> dict[str, Any]:
    """The body of an item as its file states it."""
    common = {"key": key, "type": kind, "stem": text(f"What fits {key}?"), "rationale": text("Because it does.")}
    return {**common, **BODIES[kind], **changes}


def essay(key: str = "written-1", **changes: Any) -> dict[str, Any]:
    """The body of an essay with a rubric of two lines, 0–2 and 0–4 points; worth 6."""
    lines = {"tone": (0, 1, 2), "facts": (0, 2, 4)}
    rubric = [
        {
            "key": line,
            "title": text(line.title()),
            "levels": [{"points": points, "description": text(f"{line} worth {points}")} for points in levels],
        }
        for line, levels in lines.items()
    ]
    common = {"key": key, "type": "essay", "stem": text(f"Write about {key}."), "rationale": text("Because it does.")}
    return {**common, "rubric": rubric, "points": 6, "min_chars": 20, "max_chars": 400, **changes}


def topic(key: str = "complaints", items: Any = 6, pack: str = "tests") -> None:
    """A topic with so many single-choice items, or with these bodies."""
    bodies = [item(f"{key}-{number}") for number in range(1, items + 1)] if isinstance(items, int) else items
    definition = Topic.model_construct(topic=key, title=text(key.title()), items=[item_of(body) for body in bodies])
    sync.sync([definition], pack=pack, now=clock.now())


def every_type(key: str = "every-type") -> None:
    """A topic with one item of every scored type."""
    topic(key, [item(f"{key}-{kind}", kind) for kind in BODIES])


def plan(key: str = "front-line", **changes: Any) -> ExamDefinition:
    """A plan that draws four items of the topic complaints, without clock, limit or waiting."""
    body = {
        "exam": key,
        "title": text(key.replace("-", " ").title()),
        "sections": [{"title": text("Complaints"), "topic": "complaints", "draw": 4}],
        "wait_hours": 0,
        **changes,
    }
    return ExamDefinition.model_validate(body)


def exam(key: str = "front-line", **changes: Any) -> Exam:
    """An exam in the database; its topics must be there before it is sat."""
    return service_plans.write_plan(plan(key, **changes), None, pack="tests", actor=None, now=clock.now())


def attempt(person: Any, key: str = "front-line") -> Attempt:
    """An attempt just begun."""
    return service.start_attempt(key, person, now=clock.now(), language="en").attempt


def right_answers(attempt: Attempt) -> dict[int, Any]:
    """For each slot the answer in shown numbers that earns all points."""
    from lms.question_bank import payloads
    from lms.question_bank import queries as bank

    items = bank.items(place["item_version_id"] for place in attempt.paper)
    return {
        place["slot"]: payloads.explanation(place, items[place["item_version_id"]], "en")["right_answer"]
        for place in attempt.paper
    }
