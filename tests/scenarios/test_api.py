"""Role-plays over the API: the contract's shapes, repeats and conflicts, and nothing told before its time."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from lms.core.access import Role, Scope
from lms.core.database import unit_of_work
from lms.scenarios.definitions import ScenarioDefinition
from tests import factories_scenarios as sets
from tests.conftest import ApiClient

Bodies = list[dict[str, Any]]


@pytest.fixture(autouse=True)
def small(app: Flask) -> ScenarioDefinition:
    with app.app_context(), unit_of_work():
        return sets.scenario()


@pytest.fixture
def learner(api: Callable[..., ApiClient]) -> ApiClient:
    return api(Role.LEARNER)


def number_of(scene: dict[str, Any], text: str) -> str:
    return str(next(choice["id"] for choice in scene["choices"] if choice["text"].startswith(text)))


def begin(learner: ApiClient, **body: str) -> dict[str, Any]:
    response = learner.post("/scenarios/wet-floor/plays", body)
    assert response.status_code == 201
    return dict(response.json)


def say(learner: ApiClient, play: int, turn: int, scene: dict[str, Any], text: str, **more: str) -> Any:
    return learner.post(f"/plays/{play}/turns", {"turn": turn, "choice": number_of(scene, text), **more})


def test_a_play_begins_with_its_first_scene(learner: ApiClient) -> None:
    play = begin(learner)
    assert (play["turn"], play["mode"]) == (1, "exam")
    scene = play["scene"]
    assert (scene["says"], scene["cues"], scene["typed"]) == ("The floor is wet again.", ["Loud"], False)
    assert scene["asks_emotion"] is True
    assert scene["labels"][0] == "angry"
    assert [choice["id"] for choice in scene["choices"]] == ["1", "2", "3"]


def test_a_whole_examination(learner: ApiClient) -> None:
    play = begin(learner)
    second = say(learner, play["id"], 1, play["scene"], "Tell me", emotion="angry")
    assert second.status_code == 200
    assert (second.json["id"], second.json["turn"], second.json["scene"]["asks_emotion"]) == (play["id"], 2, False)
    end = say(learner, play["id"], 2, second.json["scene"], "I do")
    assert end.json == {
        "id": play["id"],
        "state": "finished",
        "ending": "settled",
        "ending_title": "A dry kitchen",
        "ending_text": None,
        "score": 10,
        "max_score": 10,
        "percent": 100,
        "criteria": {
            "lscat": {"score": 8, "max_score": 8, "percent": 100},
            "emotion": {"score": 2, "max_score": 2, "percent": 100},
        },
        "passed": True,
        "reaction": None,
    }


def test_a_fraction_of_the_panel_stays_unrounded(learner: ApiClient) -> None:
    play = begin(learner)
    second = say(learner, play["id"], 1, play["scene"], "Your number", emotion="sad").json
    end = say(learner, play["id"], 2, second["scene"], "I do").json
    assert (end["score"], end["percent"], end["passed"]) == (6, 60, False)
    assert end["criteria"]["lscat"]["percent"] == 62.5


def test_repeating_a_turn_gives_the_same_and_another_body_a_conflict(learner: ApiClient) -> None:
    play = begin(learner)
    body = {"turn": 1, "emotion": "sad", "choice": "1"}
    first = learner.post(f"/plays/{play['id']}/turns", body)
    again = learner.post(f"/plays/{play['id']}/turns", body)
    other = learner.post(f"/plays/{play['id']}/turns", {**body, "choice": "2"})
    assert (first.status_code, again.status_code, other.status_code) == (200, 200, 409)
    assert first.json == again.json
    assert other.mimetype == "application/problem+json"


def test_the_last_turn_may_be_repeated_too(learner: ApiClient) -> None:
    play = begin(learner)
    end = say(learner, play["id"], 1, play["scene"], "Please calm")
    assert (end.json["state"], end.json["ending"], end.json["passed"]) == ("finished", "hung-up", False)
    assert say(learner, play["id"], 1, play["scene"], "Please calm").json == end.json


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({"turn": 1, "choice": "7"}, 422),
        ({"turn": 1}, 422),
        ({"turn": 1, "choice": "1", "reply": "both"}, 422),
        ({"turn": 1, "choice": 1}, 422),
        ({"turn": 1, "choice": "1", "points": 100}, 422),
        ({"turn": 2, "choice": "1"}, 409),
    ],
)
def test_what_cannot_be_said_is_refused(learner: ApiClient, body: dict[str, Any], status: int) -> None:
    play = begin(learner)
    assert learner.post(f"/plays/{play['id']}/turns", body).status_code == status


def test_an_examination_tells_nothing_before_its_end(learner: ApiClient) -> None:
    play = begin(learner)
    second = say(learner, play["id"], 1, play["scene"], "Your number", emotion="sad").json
    halfway = learner.get(f"/plays/{play['id']}").json
    for payload in (play, second, halfway):
        text = json.dumps(payload)
        assert not [secret for secret in sets.SECRETS if secret in text]
        assert '"points"' not in text
    assert (halfway["curve"], halfway["score"], halfway["state"], halfway["turn"]) == (None, None, "in_progress", 2)
    assert "feedback" not in second
    assert "feedback" not in halfway["transcript"][0]


def test_practice_tells_at_once_what_a_turn_was_worth(learner: ApiClient) -> None:
    play = begin(learner, mode="practice")
    second = say(learner, play["id"], 1, play["scene"], "Your number", emotion="sad").json
    assert second["feedback"] == {
        "points": 2,
        "max_points": 6,
        "feedback": "Too early.",
        "taboo": False,
        "emotion_right": False,
    }
    halfway = learner.get(f"/plays/{play['id']}").json
    assert halfway["curve"] == [{"trust": 3, "anger": 6}, {"trust": 3, "anger": 7}]
    assert "hear-her-out" not in json.dumps(halfway)


def test_a_finished_play_can_be_read_with_its_reasons(learner: ApiClient) -> None:
    play = begin(learner)
    second = say(learner, play["id"], 1, play["scene"], "Tell me", emotion="angry").json
    say(learner, play["id"], 2, second["scene"], "Somebody")
    whole = learner.get(f"/plays/{play['id']}").json
    assert (whole["score"], whole["scenario"], whole["version"], whole["scene"]) == (7, "wet-floor", 1, None)
    assert [line["feedback"]["points"] for line in whole["transcript"]] == [6, 0]
    assert [line["reply"] for line in whole["transcript"]] == ["Tell me from the beginning.", "Somebody will."]
    assert whole["curve"][-1] == {"trust": 5, "anger": 4}


def test_somebody_elses_play_is_not_there(learner: ApiClient, api: Callable[..., ApiClient]) -> None:
    play = begin(learner)
    other = api(Role.LEARNER)
    assert other.get(f"/plays/{play['id']}").status_code == 404
    assert other.post(f"/plays/{play['id']}/turns", {"turn": 1, "choice": "1"}).status_code == 404
    assert learner.post("/scenarios/no-such/plays", {}).status_code == 404


def test_an_idempotency_key_starts_one_play_only(learner: ApiClient) -> None:
    headers = {"Idempotency-Key": "start-1"}
    first = learner.post("/scenarios/wet-floor/plays", {}, headers=headers)
    again = learner.post("/scenarios/wet-floor/plays", {}, headers=headers)
    assert (first.json["id"], again.status_code) == (again.json["id"], 201)
    assert begin(learner)["id"] != first.json["id"]


def test_the_bounds_are_exact(api: Callable[..., ApiClient]) -> None:
    bounds = api(Role.TRAINER).get("/scenarios/wet-floor/bounds").json
    assert (bounds["min"], bounds["max"]) == (0, 10)
    emotion = (1 + 0.5) * 2 / 8
    assert bounds["expected"] == pytest.approx(emotion + 5 / 3 + 2 / 3 * (1 + 1.5))
    assert bounds["criteria"]["emotion"] == {"min": 0, "max": 2, "expected": emotion}
    assert bounds["endings"] == {"settled": {"min": 1 + 1, "max": 10}, "hung-up": {"min": 0, "max": 2}}


def test_learners_never_see_bounds(learner: ApiClient, api: Callable[..., ApiClient]) -> None:
    assert learner.get("/scenarios/wet-floor/bounds").status_code == 403
    assert api(Role.TRAINER, [Scope.LEARN]).get("/scenarios/wet-floor/bounds").status_code == 403


def test_texts_come_in_the_callers_language(learner: ApiClient) -> None:
    response = learner.post("/scenarios/wet-floor/plays", {}, headers={"Accept-Language": "zh-CN"})
    assert response.json["scene"]["says"] == "地上又是水。"


def test_a_turn_costs_few_statements(learner: ApiClient, count_queries: Callable[[], Any]) -> None:
    play = begin(learner)
    with count_queries() as queries:
        second = say(learner, play["id"], 1, play["scene"], "Tell me", emotion="angry")
    assert second.status_code == 200
    assert len(queries) <= 5, queries
    with count_queries() as queries:
        learner.get(f"/plays/{play['id']}")
    assert len(queries) <= 3, queries


def test_typed_replies_wait_for_a_trainer(app: Flask, learner: ApiClient) -> None:
    with app.app_context(), unit_of_work():
        sets.scenario(sets.with_typed_reply())
    play = begin(learner)
    second = say(learner, play["id"], 1, play["scene"], "Tell me", emotion="angry").json
    assert (second["scene"]["typed"], second["scene"]["choices"]) == (True, [])
    short = learner.post(f"/plays/{play['id']}/turns", {"turn": 2, "reply": "Yes"})
    assert short.status_code == 422
    end = learner.post(f"/plays/{play['id']}/turns", {"turn": 2, "reply": "I will ring you at noon."}).json
    assert (end["state"], end["ending"], end["score"], end["passed"]) == ("marking", "settled", None, None)
