"""A learner's own role-plays over time: three measures by hand, what to practise next, and who sees it."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask

from lms.core import clock
from lms.core.access import Role
from lms.core.database import unit_of_work
from lms.scenarios import progress, queries_progress, service
from lms.scenarios.definitions import FrameworkDefinition
from lms.scenarios.play_states import Reading, Turn, begin, take
from lms.scenarios.plot import compile_plot
from lms.scenarios.progress import Candidate, Measure, Part, PlayFigures, by_need, tracks
from lms.scenarios.queries_frameworks import product_frameworks
from tests import factories
from tests import factories_scenarios as sets

SPIN = product_frameworks()["spin"]
LSCAT = product_frameworks()["lscat"]
DAY = clock.now()


def asked(*steps: str) -> Any:
    """A talk in which these SPIN questions are asked, one in each scene."""
    scenes = {
        f"s{number}": {
            "says": "Well?",
            "choices": {
                "ask": {
                    "reply": "?",
                    **({"step": step} if step else {}),
                    "goto": f"s{number + 1}" if number < len(steps) else "end",
                }
            },
        }
        for number, step in enumerate(steps, 1)
    }
    body = {
        "scenario": "x",
        "title": "X",
        "framework": "spin",
        "start": "s1",
        "scenes": scenes,
        "endings": {"end": {"title": "End"}},
    }
    plot = compile_plot(sets.ScenarioDefinition.model_validate(body))
    states: list[Any] = [begin(plot)]
    for _ in steps:
        states.append(take(plot, states[-1], Turn("ask")))
    return plot, states


@pytest.mark.parametrize(
    ("steps", "hits", "n"),
    [
        (("situation", "problem", "implication", "need-payoff"), 6, 6),
        (("need-payoff", "implication", "problem", "situation"), 0, 6),
        (("situation", "implication", "problem"), 2, 3),
        (("problem", "problem", "situation"), 0, 2),  # two of one kind are a tie
        (("situation", "", "problem"), 1, 1),  # what performs no step stands in no pair
        (("situation",), 0, 0),
    ],
)
def test_the_order_of_spin_is_the_share_of_pairs_in_order(steps: tuple[str, ...], hits: int, n: int) -> None:
    _, states = asked(*steps)
    assert progress.order_part(SPIN, states[-1]) == Part(hits, n)


def small(*turns: tuple[str, str | None]) -> Any:
    plot = compile_plot(sets.definition())
    states: list[Any] = [begin(plot)]
    for choice, emotion in turns:
        states.append(take(plot, states[-1], Turn(choice, None, emotion)))
    return plot, states


def test_steps_are_counted_of_those_the_way_offered() -> None:
    assert progress.steps_part(LSCAT, *small(("hear-her-out", "angry"), ("soon-enough", None))) == Part(1, 2)
    # she hangs up before anybody could have tracked anything
    assert progress.steps_part(LSCAT, *small(("soothe-her", "angry"))) == Part(0, 1)


def test_what_is_heard_in_a_typed_reply_is_a_step_taken() -> None:
    plot = compile_plot(sets.with_typed_reply())
    heard = Reading(frozenset({"track"}), False)
    states: list[Any] = [begin(plot)]
    states.append(take(plot, states[-1], Turn("hear-her-out", None, "angry")))
    states.append(take(plot, states[-1], Turn(None, "I call you at noon.", None, heard, heard)))
    assert progress.steps_part(LSCAT, plot, states) == Part(2, 2)


def test_feelings_are_right_wrong_or_not_named() -> None:
    right, wrong, mute = (small(("ask-number", label), ("soon-enough", None)) for label in ("angry", "sad", None))
    assert [progress.emotion_part(plot, states[-1]).hits for plot, states in (right, wrong, mute)] == [1, 0, 0]
    assert [dict(progress.mistakes(plot, states[-1])) for plot, states in (right, wrong, mute)] == [
        {}, {("angry", "sad"): 1}, {},
    ]  # fmt: skip


def test_a_question_on_which_people_do_not_agree_is_not_counted() -> None:
    split = sets.definition(sets.SMALL, ("panel: {angry: 8, sad: 4}", "panel: {angry: 8, sad: 6}"))
    plot = compile_plot(split)
    state = take(plot, begin(plot), Turn("ask-number", None, "sad"))
    assert progress.emotion_part(plot, state) == Part(0, 0)  # type: ignore[arg-type]


def play(mode: str = "practice", mistakes: Any = None, **parts: tuple[int, int]) -> PlayFigures:
    whole = {measure: Part(*parts.get(measure.value, (0, 0))) for measure in Measure}
    return PlayFigures(1, "x", {"en": "X"}, mode, DAY, whole, mistakes or {}, ())


def test_examinations_and_practice_are_told_apart_and_the_weakest_of_both_is_found() -> None:
    found = tracks([play("exam", emotion=(8, 10), steps=(9, 10)), play(emotion=(1, 4), order=(12, 12), steps=(4, 5))])
    _, order, steps = found
    assert [(one.exam.passed, one.exam.n, one.practice.passed, one.practice.n) for one in found] == [
        (8, 10, 1, 4), (0, 0, 12, 12), (9, 10, 4, 5),
    ]  # fmt: skip
    assert [one.measure for one in by_need(found)] == [Measure.EMOTION, Measure.STEPS, Measure.ORDER]
    assert len(order.plays) == 1 and len(steps.plays) == 2


def test_what_cannot_be_told_yet_comes_before_what_is_weak() -> None:
    found = by_need(tracks([play(emotion=(1, 20), order=(3, 9), steps=(2, 12))]))
    assert [one.measure for one in found] == [Measure.ORDER, Measure.EMOTION, Measure.STEPS]


def test_a_mistake_made_once_is_chance() -> None:
    assert progress.often_mistaken([play(mistakes={("angry", "sad"): 1})]) is None
    assert progress.often_mistaken([]) is None
    assert progress.often_mistaken([play(mistakes={("angry", "sad"): 1}) for _ in range(3)]) == ("angry", "sad", 3)


def candidate(key: str, days: int | None, framework: str | None = "lscat", questions: int = 1) -> Candidate:
    return Candidate(key, {"en": key}, framework, questions, None if days is None else DAY - timedelta(days=days))


@pytest.mark.parametrize(
    ("measure", "candidates", "chosen"),
    [
        (Measure.STEPS, [candidate("old", 90), candidate("new", None), candidate("other", None, "spin")], "new"),
        (Measure.STEPS, [candidate("a", 30), candidate("b", 60), candidate("c", 2)], "b"),
        (Measure.STEPS, [candidate("a", 3), candidate("b", 2)], "a"),  # all were played lately: the longest ago
        (Measure.ORDER, [candidate("a", None), candidate("b", 1, "spin")], "b"),
        (Measure.EMOTION, [candidate("a", None, questions=2), candidate("b", None, None, 8)], "b"),
        (Measure.EMOTION, [candidate("a", None, questions=0)], None),
    ],
)
def test_the_next_practice_trains_the_measure_and_was_not_played_lately(
    measure: Measure, candidates: list[Candidate], chosen: str | None
) -> None:
    found = progress.next_practice(candidates, measure, DAY)
    assert (found.key if found else None) == chosen


# ---- the page and the call -----------------------------------------------------------------


def played(person: Any, mode: str, *turns: tuple[str, str | None]) -> None:
    view = service.start_play("wet-floor", person, mode, now=clock.now(), language="en")
    for number, (key, emotion) in enumerate(turns, 1):
        assert view.offer is not None
        shown = next(choice.id for choice in view.offer.choices if choice.key == key)
        view = service.take_turn(view.play.id, person, number, emotion=emotion, choice=shown, now=clock.now())


GOOD = (("hear-her-out", "angry"), ("name-and-time", None))
POOR = (("ask-number", "sad"), ("soon-enough", None))


def words(page: Any) -> str:
    reply = page.get("/me/role-plays")
    assert reply.status_code == 200
    return " ".join(re.sub(r"<[^>]+>", " ", reply.text).split())


def test_whoever_has_not_played_is_led_to_a_first_talk(app: Flask, sign_in: Callable[..., Any]) -> None:
    page = sign_in(Role.LEARNER)
    assert "No talk is finished yet" in words(page)
    with app.app_context(), unit_of_work():
        sets.scenario()
    text = words(page)
    assert "Practise next: The wet floor" in text
    assert (
        "“Recognising emotions” cannot be told yet: 0 of at least 10 questions. You have not played this talk yet."
        in text
    )


def test_the_page_tells_three_measures_and_what_is_mistaken(app: Flask, sign_in: Callable[..., Any]) -> None:
    with app.app_context(), unit_of_work():
        sets.scenario()
        person = factories.person(roles=[Role.LEARNER])
        for _ in range(8):
            played(person, "exam", *GOOD)
        for _ in range(3):
            played(person, "exam", *POOR)
        played(person, "practice", *POOR)
    text = words(sign_in(person))
    assert "73 %, 95 % interval 43 % to 90 %, n = 11" in text
    assert "not enough data, 1 of at least 10" in text
    assert "You took “Angry” for “Sad” 4 times." in text
    assert "73 %, 95 % interval 52 % to 87 %, n = 22" in text, "16 of 22 steps"
    assert "“Recognising emotions” is your lowest figure: 67 %, n = 12. You last played this talk on 20" in text


def test_only_ones_own_talks_are_told(app: Flask, sign_in: Callable[..., Any]) -> None:
    with app.app_context(), unit_of_work():
        sets.scenario()
        played(factories.person(), "exam", *GOOD)
    assert "No talk is finished yet" in words(sign_in(Role.LEARNER))
    assert sign_in(Role.AUDITOR).get("/me/role-plays").status_code == 403
    assert "/me/role-plays" in sign_in(Role.LEARNER).get("/").text


def test_the_call_tells_the_same(app: Flask, api: Callable[..., Any]) -> None:
    with app.app_context(), unit_of_work():
        sets.scenario()
        person = factories.person(roles=[Role.LEARNER])
        played(person, "practice", *GOOD)
    told = api(person).get("/me/role-plays").json
    assert [one["measure"] for one in told["measures"]] == ["emotion", "order", "steps"]
    assert told["measures"][2]["practice"] == {"n": 2, "hits": 2, "rate": None, "low": None, "high": None}
    assert told["talks"][0]["measures"] == {"emotion": {"hits": 1, "n": 1}, "steps": {"hits": 2, "n": 2}}
    assert told["next_practice"]["measure"] == "emotion", "SPIN is less known, and nothing here trains it"


def test_the_page_costs_the_same_for_any_number_of_talks(
    app: Flask, sign_in: Callable[..., Any], count_queries: Callable[[], Any]
) -> None:
    with app.app_context(), unit_of_work():
        sets.scenario()
        person = factories.person(roles=[Role.LEARNER])
        played(person, "exam", *GOOD)
    page, spent = sign_in(person), []
    page.get("/me/role-plays")
    for _ in range(2):
        with count_queries() as statements:
            page.get("/me/role-plays")
        spent.append(len(statements))
        with app.app_context(), unit_of_work():
            for _ in range(6):
                played(person, "practice", *POOR)
    assert spent[0] == spent[1] <= 12, spent


def test_measures_follow_the_framework(in_app: None) -> None:
    plot, states = small(*GOOD)
    own = FrameworkDefinition.model_validate(
        {"framework": "least", "title": "LEAST", "steps": [{"key": "listen", "title": "L"}]}
    )
    assert progress.parts(own, plot, states)[Measure.STEPS] == Part(1, 1)
    assert progress.parts(None, plot, states)[Measure.STEPS] == Part()
    assert progress.parts(SPIN, plot, states)[Measure.STEPS] == Part()
    assert queries_progress.MOST == 40
