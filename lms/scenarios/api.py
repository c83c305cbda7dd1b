"""Role-plays over the REST API. While an examination runs, nothing leaves that tells what a reply is worth."""

from datetime import datetime
from typing import Any, Literal

from pydantic import Field

from lms.core import clock
from lms.core.access import Scope, viewer
from lms.core.api import Answer, Api, Body
from lms.core.locale import language
from lms.scenarios import queries, queries_plays, review, service
from lms.scenarios.api_talks import (
    CriterionAnswer,
    FeedbackAnswer,
    LineAnswer,
    ReadingAnswer,
    SceneAnswer,
    feedback_told,
    reply_told,
    result_told,
    scene_told,
    transcript_told,
    words_told,
)
from lms.scenarios.views_reply_words import replies_shown

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
    return {"id": view.play.id, "mode": view.play.mode, "turn": view.offer.turn, "scene": scene_told(view.offer)}


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
        answer |= {"turn": view.offer.turn, "scene": scene_told(view.offer)}
    else:
        answer |= {"state": view.state.stage.value, **result_told(view)}
    answer["reaction"] = words_told(view.state.lines[-1].reaction)
    if not view.is_exam:
        answer["feedback"] = feedback_told(review.turn_reviews(view.compiled.plot, view.states)[-1])
        answer |= reply_told(replies_shown(view).get(len(view.turns)), "reading")
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
        "scene": scene_told(view.offer) if view.offer else None,
        "transcript": [line | reply_told(said.get(line["turn"])) for line in transcript_told(view, may_know)],
        "curve": [dict(moment) for moment in view.state.curve] if may_know else None,
        **result_told(view),
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
