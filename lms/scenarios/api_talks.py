"""How the REST API tells a talk: the scene, what was said and heard, what it was worth; each shape and what fills it."""

from datetime import datetime
from fractions import Fraction
from typing import Any

from flask_babel import gettext

from lms.core.api import Answer
from lms.core.locale import language
from lms.core.texts import in_language
from lms.scenarios import review
from lms.scenarios.offers import Offer
from lms.scenarios.plot import Points
from lms.scenarios.queries_plays import PlayView
from lms.scenarios.views_reply_words import ReplyShown


class ShownChoice(Answer):
    """A choice as it was shown in this play."""

    id: str
    text: str


class SceneAnswer(Answer):
    """What the customer says now, and what may be answered."""

    says: str
    cues: list[str]
    asks_emotion: bool
    asks_intensity: bool
    labels: list[str]
    choices: list[ShownChoice]
    typed: bool


class StepAnswer(Answer):
    """A step with the very words that show it, or may show it."""

    title: str
    words: list[str]


class TabooAnswer(Answer):
    """Words that are never said, and better ones."""

    words: str
    instead: str | None


class ReadingAnswer(Answer):
    """A program's opinion of a reply in own words. A step that is not sure is not missing."""

    version: str
    found: list[StepAnswer]
    unsure: list[StepAnswer]
    taboos: list[TabooAnswer]
    doubtful: list[TabooAnswer]
    guards: list[str]


class JudgedAnswer(Answer):
    """What people decided of it: titles of the steps that are there and of those asked for that are not."""

    how: str
    found: list[str]
    absent: list[str]
    taboo: bool
    comments: list[str]


class FeedbackAnswer(Answer):
    """Practice only: what the turn just taken was worth, of the best that was open."""

    points: float
    max_points: float
    feedback: str | None
    taboo: bool
    emotion_right: bool | None


class CriterionAnswer(Answer):
    """Points against the most that any route earns."""

    score: float
    max_score: float
    percent: float | None


class LineAnswer(Answer):
    """A turn that was taken; its worth only once it may be known."""

    turn: int
    says: str
    cues: list[str]
    emotion: str | None
    choice: str | None
    reply: str
    reaction: str | None
    taken_at: datetime
    feedback: FeedbackAnswer | None = None
    reading: ReadingAnswer | None = None
    judged: JudgedAnswer | None = None
    contest: str | None = None


def words_told(text: Any) -> str | None:
    return in_language(text, language()) if text else None


def scene_told(offer: Offer) -> dict[str, Any]:
    return {
        "says": words_told(offer.says),
        "cues": [words_told(cue) for cue in offer.cues],
        "asks_emotion": offer.asks_emotion,
        "asks_intensity": offer.asks_intensity,
        "labels": list(offer.labels),
        "choices": [{"id": choice.id, "text": words_told(choice.text)} for choice in offer.choices],
        "typed": offer.typed,
    }


def feedback_told(turn: review.TurnReview) -> dict[str, Any]:
    return {
        "points": _number(turn.points),
        "max_points": turn.best,
        "feedback": words_told(turn.line.feedback),
        "taboo": turn.line.taboo,
        "emotion_right": turn.is_right,
    }


def reply_told(reply: ReplyShown | None, *only: str) -> dict[str, Any]:
    """What program and people found in a reply in own words; nothing where it may not be known."""
    if reply is None:
        return {}
    machine, people = reply.machine, reply.people
    told = {
        "reading": machine
        and {
            "version": machine.version,
            "found": [{"title": words_told(step.title), "words": step.words} for step in machine.found],
            "unsure": [{"title": words_told(step.title), "words": step.words} for step in machine.unsure],
            "taboos": [{"words": hit.words, "instead": words_told(hit.instead)} for hit in machine.taboos],
            "doubtful": [{"words": hit.words, "instead": words_told(hit.instead)} for hit in machine.doubtful],
            "guards": [guard.translated(gettext) for guard in machine.guards],
        },
        "judged": people
        and {
            "how": people.how,
            "found": [words_told(title) for title in people.found],
            "absent": [words_told(title) for title in people.absent],
            "taboo": people.taboo,
            "comments": people.comments,
        },
        "contest": reply.contest,
    }
    return {name: told[name] for name in only or told}


def transcript_told(view: PlayView, may_know: bool) -> list[dict[str, Any]]:
    reviews = review.turn_reviews(view.compiled.plot, view.states)
    found = []
    for row, turn in zip(view.turns, reviews, strict=True):
        shown = row.offered["choices"]
        line = {
            "turn": row.number,
            "says": words_told(turn.line.says),
            "cues": [words_told(cue) for cue in view.compiled.plot.scenes[row.scene].cues],
            "emotion": row.emotion,
            "choice": str(shown.index(row.choice) + 1) if row.choice in shown else None,
            "reply": row.reply if row.reply is not None else words_told(turn.line.reply),
            "reaction": words_told(turn.line.reaction),
            "taken_at": row.taken_at,
        }
        found.append(line | ({"feedback": feedback_told(turn)} if may_know else {}))
    return found


def result_told(view: PlayView) -> dict[str, Any]:
    """Nothing before the end; without score and verdict while replies wait for a trainer."""
    names = ("ending", "ending_title", "ending_text", "score", "max_score", "percent", "criteria", "passed")
    if not view.is_over:
        return dict.fromkeys(names)
    ending = view.compiled.plot.endings[view.state.ending or ""]
    told = {"ending": ending.key, "ending_title": words_told(ending.title), "ending_text": words_told(ending.text)}
    score = view.score
    if score.passed is None:
        return {**dict.fromkeys(names), **told}
    criteria = {
        name: {
            "score": _number(each.score),
            "max_score": each.max_score,
            "percent": _number(each.percent) if each.percent is not None else None,
        }
        for name, each in score.criteria.items()
    }
    percent = _number(score.percent) if score.percent is not None else None
    return told | {
        "score": _number(score.score),
        "max_score": score.max_score,
        "percent": percent,
        "criteria": criteria,
        "passed": score.passed,
    }


def _number(points: Points) -> int | float:
    return float(points) if isinstance(points, Fraction) and points.denominator != 1 else int(points)
