"""What to practise next: the SOP steps of the scenes that cost most, at most three, with what they cost."""

import re
from typing import Any

import pytest
from flask import Flask

from lms.core.access import Role
from lms.core.database import unit_of_work
from lms.courses.queries_steps import sop_places
from lms.scenarios.definitions import ScenarioDefinition
from lms.scenarios.play_states import Turn, begin, take
from lms.scenarios.plot import compile_plot
from lms.scenarios.practise_next import Gap, gaps
from lms.scenarios.review import turn_reviews
from tests import factories
from tests import factories_courses as courses
from tests import factories_scenarios as sets

STEPS = "[greeting/hello/promise, greeting/hello/listen]"
LINKED = (
    ("    emotion: {answer", f"    sop: {STEPS}\n    emotion: {{answer"),
    ("    choices:\n      name-and-time", "    sop: [greeting/goodbye]\n    choices:\n      name-and-time"),
)


def linked() -> ScenarioDefinition:
    return sets.definition(sets.SMALL, *LINKED)


def played(*turns: tuple[str, str | None]) -> list[Gap]:
    definition = linked()
    plot = compile_plot(definition)
    states: list[Any] = [begin(plot)]
    for choice, emotion in turns:
        states.append(take(plot, states[-1], Turn(choice, None, emotion)))
    return gaps(definition, turn_reviews(plot, states))


def test_what_cost_most_comes_first_with_its_points_and_turn() -> None:
    # the first scene: 1 of 4 points for the reply, 1 of 2 for the feeling; the second: 0 of 3
    first, second, third = played(("ask-number", "sad"), ("soon-enough", None))
    assert (first.place, first.lost, first.turns) == ("greeting/hello/listen", 4, (1,))
    assert (second.place, second.lost, second.turns) == ("greeting/goodbye", 3, (2,))
    assert third.place == "greeting/hello/promise", (
        "a further place of the costly scene comes after those that fit better"
    )


def test_the_step_a_better_reply_performs_stands_for_its_scene() -> None:
    assert [gap.place for gap in played(("ask-number", "angry"), ("name-and-time", None))] == [
        "greeting/hello/listen", "greeting/hello/promise",
    ]  # fmt: skip


def test_a_later_turn_that_cost_more_comes_before_an_earlier_one() -> None:
    # 1 of 2 points for the feeling in the first turn, 0 of 3 for the reply in the second
    found = played(("hear-her-out", "sad"), ("soon-enough", None))
    assert [(gap.place, gap.lost) for gap in found[:2]] == [("greeting/goodbye", 3), ("greeting/hello/promise", 1)]


def test_where_nothing_was_lost_nothing_is_to_be_practised() -> None:
    assert played(("hear-her-out", "angry"), ("name-and-time", None)) == []


@pytest.mark.parametrize("mode", ["exam", "practice"])
def test_the_result_leads_to_the_card_of_the_step(app: Flask, sign_in: Any, mode: str) -> None:
    with app.app_context(), unit_of_work():
        courses.course("greeting")
        sets.scenario(linked())
    page = sign_in(Role.LEARNER)
    address = page.post("/scenarios/wet-floor/plays", data={"mode": mode}).headers["Location"]
    shown = page.get(address).text
    number = re.search(r'name="choice" value="(\d)"[^>]*>(?:(?!name="choice").)*?Your number', shown, re.S)
    assert number is not None
    page.post(f"{address}/turns", data={"turn": "1", "emotion": "angry", "choice": number[1]})
    shown = page.get(address).text
    number = re.search(r'name="choice" value="(\d)"[^>]*>(?:(?!name="choice").)*?Somebody will', shown, re.S)
    assert number is not None
    page.post(f"{address}/turns", data={"turn": "2", "choice": number[1]})
    result = page.get(f"{address}/result").text
    assert "What to practise next" in result
    assert "Turn 1: 3 points lost" in result
    assert 'href="/courses/greeting/hello#step-listen">Let the customer finish.</a>' in result
    assert 'href="/courses/greeting/goodbye">Goodbye</a>' in result
    with app.app_context(), unit_of_work():
        courses.course("farewell")  # another course changes nothing
    assert "Farewell" not in page.get(f"{address}/result").text


def test_a_lessons_card_can_be_led_to_step_by_step(app: Flask, sign_in: Any) -> None:
    with app.app_context(), unit_of_work():
        courses.course("greeting")
    page = sign_in(Role.LEARNER)
    page.post("/courses/greeting/enrol")
    assert 'id="step-listen"' in page.get("/courses/greeting/hello", follow_redirects=True).text


def test_steps_of_a_course_that_is_gone_are_passed_over(app: Flask, in_app: None) -> None:
    with unit_of_work():
        person = factories.person()
        courses.course("greeting")
    wanted = ["greeting/hello/listen", "greeting/hello/ghost", "ghost/a/b", "greeting"]
    found = sop_places(wanted, person)
    assert {place: one.address for place, one in found.items()} == {
        "greeting/hello/listen": "/courses/greeting/hello#step-listen", "greeting": "/courses/greeting",
    }  # fmt: skip
    assert sop_places([], person) == {}
