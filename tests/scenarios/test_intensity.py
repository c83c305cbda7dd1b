"""How strong a feeling is: asked beside its label where the author says it, kept with the turn, worth nothing."""

import re
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from lms.core import clock
from lms.core.access import Role
from lms.core.database import db, unit_of_work
from lms.core.errors import Conflict, Invalid
from lms.scenarios import service
from lms.scenarios.models import Turn
from tests import factories
from tests import factories_scenarios as sets


def asking() -> None:
    sets.scenario(sets.definition(sets.SMALL, ("answer: angry,", "answer: angry, intensity: 4,")))


def take(person: Any, play: int, choice: str = "1", **said: Any) -> Any:
    return service.take_turn(play, person, 1, emotion="angry", choice=choice, now=clock.now(), **said)


def begin(person: Any, mode: str = "exam") -> Any:
    return service.start_play("wet-floor", person, mode, now=clock.now(), language="en")


def test_what_is_said_is_kept_and_changes_no_points(unit: None) -> None:
    asking()
    person = factories.person()
    with_it, without = (take(person, begin(person).play.id, intensity=level) for level in (2, None))
    assert [db.session.scalars(select(Turn.intensity).where(Turn.play_id == one.play.id)).one()
            for one in (with_it, without)] == [2, None]  # fmt: skip


@pytest.mark.parametrize("level", [0, 6, -1])
def test_only_one_to_five_are_taken(unit: None, level: int) -> None:
    asking()
    person = factories.person()
    with pytest.raises(Invalid, match="from 1 to 5"):
        take(person, begin(person).play.id, intensity=level)


def test_where_it_is_not_asked_it_is_refused(unit: None) -> None:
    sets.scenario()
    person = factories.person()
    with pytest.raises(Invalid, match="only where it is asked"):
        take(person, begin(person).play.id, intensity=3)


def test_the_same_turn_with_another_intensity_is_a_second_thought(unit: None) -> None:
    asking()
    person = factories.person()
    play = begin(person).play.id
    take(person, play, intensity=3)
    take(person, play, intensity=3)
    with pytest.raises(Conflict):
        take(person, play, intensity=4)


def test_taking_a_later_turn_back_keeps_it(unit: None) -> None:
    asking()
    person = factories.person()
    view = begin(person, "practice")
    assert view.offer is not None
    first = next(choice.id for choice in view.offer.choices if choice.key == "hear-her-out")
    second = take(person, view.play.id, first, intensity=5)
    service.take_turn(second.play.id, person, 2, choice="1", now=clock.now())
    again = service.go_back(second.play.id, person, 2, now=clock.now())
    assert [turn.intensity for turn in again.turns] == [5]


def test_the_page_asks_for_it_and_it_may_be_left_out(app: Flask, sign_in: Any) -> None:
    with app.app_context(), unit_of_work():
        asking()
    page = sign_in(Role.LEARNER)
    address = page.post("/scenarios/wet-floor/plays", data={"mode": "exam"}).headers["Location"]
    shown = page.get(address).text
    assert "How strong is it?" in shown
    assert shown.count('name="intensity"') == 5
    assert not re.search(r'name="intensity"[^>]*required', shown)
    sent = page.post(f"{address}/turns", data={"turn": "1", "emotion": "angry", "intensity": "3", "choice": "1"})
    assert sent.status_code == 303
    with app.app_context():
        assert db.session.scalars(select(Turn.intensity)).one() == 3


def test_the_api_asks_for_it_and_takes_it(app: Flask, api: Any) -> None:
    with app.app_context(), unit_of_work():
        asking()
    learner = api(Role.LEARNER)
    play = learner.post("/scenarios/wet-floor/plays", {}).json
    assert play["scene"]["asks_intensity"] is True
    said = {"turn": 1, "emotion": "angry", "choice": "1"}
    assert learner.post(f"/plays/{play['id']}/turns", {**said, "intensity": 9}).status_code == 422
    assert learner.post(f"/plays/{play['id']}/turns", {**said, "intensity": 4}).status_code == 200
