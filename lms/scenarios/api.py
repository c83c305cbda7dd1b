"""Role-plays over the REST API. While an examination runs, nothing leaves that tells what a reply is worth."""

from datetime import datetime
from fractions import Fraction
from typing import Any, Literal

from flask_babel import gettext
from pydantic import Field

from lms.core import clock
from lms.core.access import Scope, viewer
from lms.core.api import Answer, Api, Body
from lms.core.locale import language
from lms.core.texts import in_language
from lms.scenarios import queries, queries_plays, review, service
from lms.scenarios.offers import Offer
from lms.scenarios.plot import Points
from lms.scenarios.queries_plays import PlayView
from lms.scenarios.views_reply_words import ReplyShown, replies_shown

api = Api("scenarios")


class StartBody(Body):
    """Only an examination counts."""

    mode: Literal["exam", "practice"] = "exam"


class TurnBody(Body):
    """What is said in a turn: ``choice`` is the id shown, or ``reply`` in own words.

    ``intensity`` says how strong the feeling is, where that is asked.
    """

    turn: int = Field(ge=1)
    emotion: str | None = Field(default=None, max_length=64)
    intensity: int | None = Field(default=None, ge=1, le=service.MOST_INTENSE)
    choice: str | None = Field(default=None, max_length=8)
    reply: str | None = Field(default=None, max_length=service.MOST_REPLY)


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


class Started(Answer):
    """A play that has begun."""

    id: int
    mode: str
    turn: int
    scene: SceneAnswer


class TurnAnswer(Answer):
    """The next scene, or how the play ended; score and verdict are null while typed replies wait for a trainer."""

    id: int
    turn: int | None = None
    scene: SceneAnswer | None = None
    reaction: str | None = None
    feedback: FeedbackAnswer | None = None
    reading: ReadingAnswer | None = None
    state: str | None = None
    ending: str | None = None
    ending_title: str | None = None
    ending_text: str | None = None
    score: float | None = None
    max_score: float | None = None
    percent: float | None = None
    criteria: dict[str, CriterionAnswer] | None = None
    passed: bool | None = None


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


class PlayAnswer(Answer):
    """A whole play of one's own; ``curve`` holds the customer's state at the start and after every turn."""

    id: int
    scenario: str
    version: int
    mode: str
    state: str
    started_at: datetime
    finished_at: datetime | None
    turn: int | None
    scene: SceneAnswer | None
    transcript: list[LineAnswer]
    curve: list[dict[str, int]] | None
    ending: str | None
    ending_title: str | None
    ending_text: str | None
    score: float | None
    max_score: float | None
    percent: float | None
    criteria: dict[str, CriterionAnswer] | None
    passed: bool | None


class BoundsAnswer(Answer):
    """Least, most and the blind player's mean, in points."""

    min: int
    max: int
    expected: float


class EndingBoundsAnswer(Answer):
    """Null where no route leads to the ending."""

    min: int | None
    max: int | None


class ScenarioBounds(BoundsAnswer):
    """The exact bounds of a scenario's current version."""

    criteria: dict[str, BoundsAnswer]
    endings: dict[str, EndingBoundsAnswer]


@api.post(
    "/scenarios/<scenario>/plays",
    summary="Start a role-play",
    scope=Scope.LEARN,
    permission="learn",
    body=StartBody,
    returns=Started,
    status=201,
    other={404: "No such scenario", 409: "An earlier step comes first"},
)
def start_play(scenario: str, body: StartBody) -> dict[str, Any]:
    view = service.start_play(scenario, viewer(), body.mode, now=clock.now(), language=language())
    assert view.offer is not None
    return {"id": view.play.id, "mode": view.play.mode, "turn": view.offer.turn, "scene": _scene(view.offer)}


@api.post(
    "/plays/<int:play_id>/turns",
    summary="Say something in a role-play",
    scope=Scope.LEARN,
    permission="learn",
    body=TurnBody,
    returns=TurnAnswer,
    other={404: "No such play of yours", 409: "Answered otherwise, or not due", 422: "Not offered here"},
)
def take_turn(play_id: int, body: TurnBody) -> dict[str, Any]:
    view = service.take_turn(
        play_id, viewer(), body.turn, emotion=body.emotion, intensity=body.intensity, choice=body.choice,
        reply=body.reply, now=clock.now(),
    )
    answer: dict[str, Any] = {"id": play_id}
    if view.offer is not None:
        answer |= {"turn": view.offer.turn, "scene": _scene(view.offer)}
    else:
        answer |= {"state": view.state.stage.value, **_result(view)}
    answer["reaction"] = _words(view.state.lines[-1].reaction)
    if not view.is_exam:
        answer["feedback"] = _feedback(review.turn_reviews(view.compiled.plot, view.states)[-1])
        answer |= _said(replies_shown(view).get(len(view.turns)), "reading")
    return answer


@api.get(
    "/plays/<int:play_id>",
    summary="A role-play of one's own",
    scope=Scope.LEARN,
    permission="self",
    returns=PlayAnswer,
    other={404: "No such play of yours"},
)
def play(play_id: int) -> dict[str, Any]:
    view = queries_plays.own_play(viewer(), play_id)
    row, may_know = view.play, view.is_over or not view.is_exam
    said = replies_shown(view)
    return {
        "id": row.id,
        "scenario": view.scenario_key,
        "version": view.compiled.number,
        "mode": row.mode,
        "state": view.state.stage.value,
        "started_at": row.started_at,
        "finished_at": row.finished_at,
        "turn": view.offer.turn if view.offer else None,
        "scene": _scene(view.offer) if view.offer else None,
        "transcript": [line | _said(said.get(line["turn"])) for line in _transcript(view, may_know)],
        "curve": [dict(moment) for moment in view.state.curve] if may_know else None,
        **_result(view),
    }


@api.get(
    "/scenarios/<scenario>/bounds",
    summary="Between which scores every play of a scenario lies",
    scope=Scope.AUTHOR,
    permission="content.read",
    returns=ScenarioBounds,
    other={404: "No such scenario"},
)
def bounds(scenario: str) -> dict[str, Any]:
    row = queries.scenario_by_key(scenario, viewer())
    return queries.compiled(row.version_id or 0).known.bounds.as_json()


def _words(text: Any) -> str | None:
    return in_language(text, language()) if text else None


def _scene(offer: Offer) -> dict[str, Any]:
    return {
        "says": _words(offer.says),
        "cues": [_words(cue) for cue in offer.cues],
        "asks_emotion": offer.asks_emotion,
        "asks_intensity": offer.asks_intensity,
        "labels": list(offer.labels),
        "choices": [{"id": choice.id, "text": _words(choice.text)} for choice in offer.choices],
        "typed": offer.typed,
    }


def _feedback(turn: review.TurnReview) -> dict[str, Any]:
    return {
        "points": _number(turn.points),
        "max_points": turn.best,
        "feedback": _words(turn.line.feedback),
        "taboo": turn.line.taboo,
        "emotion_right": turn.is_right,
    }


def _said(reply: ReplyShown | None, *only: str) -> dict[str, Any]:
    """What program and people found in a reply in own words; nothing where it may not be known."""
    if reply is None:
        return {}
    machine, people = reply.machine, reply.people
    told = {
        "reading": machine
        and {
            "version": machine.version,
            "found": [{"title": _words(step.title), "words": step.words} for step in machine.found],
            "unsure": [{"title": _words(step.title), "words": step.words} for step in machine.unsure],
            "taboos": [{"words": hit.words, "instead": _words(hit.instead)} for hit in machine.taboos],
            "doubtful": [{"words": hit.words, "instead": _words(hit.instead)} for hit in machine.doubtful],
            "guards": [guard.translated(gettext) for guard in machine.guards],
        },
        "judged": people
        and {
            "how": people.how,
            "found": [_words(title) for title in people.found],
            "absent": [_words(title) for title in people.absent],
            "taboo": people.taboo,
            "comments": people.comments,
        },
        "contest": reply.contest,
    }
    return {name: told[name] for name in only or told}


def _transcript(view: PlayView, may_know: bool) -> list[dict[str, Any]]:
    reviews = review.turn_reviews(view.compiled.plot, view.states)
    found = []
    for row, turn in zip(view.turns, reviews, strict=True):
        shown = row.offered["choices"]
        line = {
            "turn": row.number,
            "says": _words(turn.line.says),
            "cues": [_words(cue) for cue in view.compiled.plot.scenes[row.scene].cues],
            "emotion": row.emotion,
            "choice": str(shown.index(row.choice) + 1) if row.choice in shown else None,
            "reply": row.reply if row.reply is not None else _words(turn.line.reply),
            "reaction": _words(turn.line.reaction),
            "taken_at": row.taken_at,
        }
        found.append(line | ({"feedback": _feedback(turn)} if may_know else {}))
    return found


def _result(view: PlayView) -> dict[str, Any]:
    """Nothing before the end; without score and verdict while replies wait for a trainer."""
    names = ("ending", "ending_title", "ending_text", "score", "max_score", "percent", "criteria", "passed")
    if not view.is_over:
        return dict.fromkeys(names)
    ending = view.compiled.plot.endings[view.state.ending or ""]
    told = {"ending": ending.key, "ending_title": _words(ending.title), "ending_text": _words(ending.text)}
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
