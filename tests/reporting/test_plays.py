"""Pages and call about role-plays: first plays only, ways, fifths, times, those who left, several role-plays together."""

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask

from lms.core import clock
from lms.core.access import Role
from lms.core.database import db
from lms.identity.models import Person
from lms.reporting.play_reliability import conclusion, together
from lms.reporting.queries_play_figures import first_plays
from lms.scenarios.models import Play, Turn
from lms.scenarios.models_replies import ReplyDecision, WrittenReply
from tests import factories
from tests import factories_reporting as rows
from tests import factories_scenarios as scenarios

Books = Callable[[], Any]

GOOD = (("opening", "angry", "hear-her-out"), ("closing-scene", None, "name-and-time"))
POOR = (("opening", "sad", "ask-number"), ("closing-scene", None, "soon-enough"))
MIXED = (("opening", "angry", "ask-number"), ("closing-scene", None, "name-and-time"))
MUTE = (("opening", None, "soothe-her"),)


@pytest.fixture
def floor(books: Books) -> None:
    """The wet floor, not played yet."""
    with books():
        scenarios.scenario()


def play(labels: Any, *, times: int = 1, percent: int = 50, person: Person | None = None, **changes: Any) -> Play:
    """Exam plays of people of their own, or of this person; inside a unit of work."""
    scenario = rows.scenario_row("wet-floor")
    for _ in range(times):
        row = rows.play(
            person or factories.person(), scenario, labels=labels, percent=percent, passed=percent >= 80, **changes
        )
    return row


def first(api: Callable[..., Any], query: str = "") -> dict[str, Any]:
    return dict(api(Role.TRAINER).get(f"/scenarios/wet-floor/statistics{query}").get_json()["first_plays"])


# ---- whose plays ----------------------------------------------------------------------------


def test_only_the_first_play_of_a_person_is_a_measurement(floor: None, books: Books, api: Callable[..., Any]) -> None:
    with books():
        someone = factories.person()
        play(POOR, percent=30, person=someone)
        play(GOOD, percent=100, person=someone)
        play(GOOD, percent=90)
        play(GOOD, percent=90, mode="practice")
    found = first(api, "?minimum_n=1")
    assert (found["n"], found["passed"], found["mean"]["value"]) == (2, 1, 60.0)
    assert found["histogram"] == [0, 0, 0, 1, 0, 0, 0, 0, 0, 1]
    whole = api(Role.TRAINER).get("/scenarios/wet-floor/statistics").get_json()
    assert whole["n"] == 3, "the older figures still count every finished exam play"


def test_a_first_play_that_waits_for_marks_keeps_its_place(floor: None, books: Books, api: Callable[..., Any]) -> None:
    with books():
        someone = factories.person()
        waits = play(POOR, person=someone)
        waits.state, waits.passed = "marking", None
        play(GOOD, percent=100, person=someone)
    found = first(api)
    assert (found["n"], found["waiting"]) == (0, 1)


def test_who_left_is_told_from_who_is_still_talking(floor: None, books: Books, api: Callable[..., Any]) -> None:
    with books():
        play(GOOD, times=3)
        for days in (3, 0):
            left = play(GOOD[:1], at=clock.now() - timedelta(days=days))
            left.state, left.finished_at, left.passed, left.ending, left.percent = "in_progress", None, None, None, None
    found = first(api)
    assert found["left"] == 1
    assert [scene["left"] for scene in found["scenes"]] == [0, 1]


def test_a_later_version_has_its_own_figures(floor: None, books: Books, api: Callable[..., Any]) -> None:
    with books():
        play(GOOD, times=2)
        scenarios.scenario(scenarios.definition(scenarios.SMALL, ("points: {lscat: 4}", "points: {lscat: 5}")))
    assert first(api)["n"] == 2, "nobody has played the new one: the one with plays is shown"
    with books():
        play(POOR)
    assert first(api)["n"] == 1 and first(api, "?version=1")["n"] == 2
    assert api(Role.TRAINER).get("/scenarios/wet-floor/statistics?version=7").status_code == 404


# ---- scenes and replies ------------------------------------------------------------------------


def test_scenes_and_replies_are_counted_with_their_discrimination(
    floor: None, books: Books, api: Callable[..., Any]
) -> None:
    with books():
        play(GOOD, times=10, percent=100)
        play(POOR, times=10, percent=10)
        play(MUTE, times=5, percent=0, ending="hung-up")
    opening, closing = first(api)["scenes"]
    assert (opening["plays"], closing["plays"]) == (25, 20)
    taken = {one["key"]: (one["offered"], one["taken"], one["rate"], one["points"]) for one in opening["choices"]}
    assert taken == {"hear-her-out": (25, 10, 0.4, 4), "ask-number": (25, 10, 0.4, 1), "soothe-her": (25, 5, 0.2, 0)}
    by_key = {one["key"]: one for one in opening["choices"]}
    assert by_key["hear-her-out"]["discrimination"]["value"] == pytest.approx(100)
    assert by_key["ask-number"]["discrimination"] == {"value": pytest.approx(-100), "n": 20, "reason": None}
    assert by_key["soothe-her"]["discrimination"]["value"] is None, "who hung up did nothing else"
    assert [one["taken"] for one in by_key["hear-her-out"]["fifths"]] == [0, 0, 0, 10, 0]


def test_a_reply_not_on_offer_was_not_passed_over(books: Books, api: Callable[..., Any]) -> None:
    with books():
        scenarios.scenario(
            scenarios.definition(
                scenarios.SMALL, ("      soon-enough:\n", "      soon-enough:\n        when: trust < 4\n")
            )
        )
        play(GOOD, times=6)
        play(POOR, times=4)
        for turn in db.session.query(Turn).filter(Turn.scene == "closing-scene"):
            trusted = turn.choice == "name-and-time"
            turn.offered = {
                "choices": ["name-and-time"] if trusted else ["soon-enough", "name-and-time"],
                "typed": False,
            }
    closing = first(api)["scenes"][1]
    assert {one["key"]: (one["offered"], one["taken"]) for one in closing["choices"]} == {
        "name-and-time": (10, 6), "soon-enough": (4, 4),
    }  # fmt: skip


def test_turns_take_their_time_and_breaks_are_left_out(floor: None, books: Books, api: Callable[..., Any]) -> None:
    with books():
        play(GOOD, times=4)
        for turn, seconds in zip(
            db.session.query(Turn).filter(Turn.scene == "opening"), (10, 20, 40, 9000), strict=True
        ):
            turn.taken_at = turn.offered_at + timedelta(seconds=seconds)
    assert first(api)["scenes"][0]["seconds"] == {"n": 3, "low": 10, "median": 20, "high": 40}


def test_a_typed_reply_counts_with_what_people_decided(books: Books, app: Flask) -> None:
    with books():
        scenarios.scenario(scenarios.with_typed_reply())
        for place, steps in enumerate([["track"], [], None]):
            row = play(GOOD[:1] if place else POOR[:1])
            turn = Turn(
                play_id=row.id, number=2, scene="closing-scene", offered={"choices": [], "typed": True}, reply="I do, at noon.",
                heard={"steps": [], "taboo": False}, offered_at=row.started_at, taken_at=row.started_at, fingerprint="f",
            )  # fmt: skip
            db.session.add(turn)
            db.session.flush()
            if steps is not None:
                _decided(row, turn, steps)
    with app.app_context():
        plays = first_plays("wet-floor", None, clock.now(), minimum_n=1)
    assert plays.figures is not None
    (typed,) = plays.figures.scene("closing-scene").choices
    assert (typed.key, typed.offered, typed.taken, typed.points) == (None, 3, 3, 1.5)


def _decided(row: Play, turn: Turn, steps: list[str]) -> None:
    now = clock.now()
    reply = WrittenReply(
        turn_id=turn.id, play_id=row.id, scenario_id=row.scenario_id, person_id=row.person_id, number=2, purpose="exam",
        rank=1, handed_in_at=now, marks_needed=1, marks_in=1, settled_at=now, how="single",
    )  # fmt: skip
    db.session.add(reply)
    db.session.flush()
    for number, found in enumerate(([], steps), 1):
        db.session.add(
            ReplyDecision(
                reply_id=reply.id,
                number=number,
                steps=found,
                taboo=False,
                how="single" if number == 1 else "corrected",
                reason="" if number == 1 else "Seen again.",
                decided_at=now,
            )
        )


# ---- pages ---------------------------------------------------------------------------------------


def test_the_page_says_what_to_look_at_and_draws_the_ways(
    floor: None, books: Books, sign_in: Callable[..., Any], api: Callable[..., Any]
) -> None:
    with books():
        play(MIXED, times=60, percent=60)
        play(POOR, times=20, percent=20)
        play(GOOD, times=20, percent=100)
        play((GOOD[0], POOR[1]), times=60, percent=60)
    flags = first(api)["flags"]
    assert (flags[0]["concern"], flags[0]["scene"]) == ("key", "opening")
    page = sign_in(Role.TRAINER).get("/reports/scenarios/wet-floor").get_data(as_text=True)
    assert "Those who play better elsewhere choose “Your number, please.”, though it is worth less" in page
    assert "Its 80 takers did better elsewhere than the 80 others" not in page
    assert "Its 80 takers did better elsewhere than the 80 who took a reply worth more" in page
    assert 'class="scene-map"' in page and 'id="scene-opening"' in page and 'href="#scene-closing-scene"' in page
    assert "60 of 80" in page or "80 of" in page
    chinese = sign_in(Role.TRAINER, language="zh-Hans").get("/reports/scenarios/wet-floor").get_data(as_text=True)
    assert "在其余场景表现更好的人选“请报一下号码。”" in chinese


def test_a_role_play_that_nobody_took_says_so(floor: None, sign_in: Callable[..., Any]) -> None:
    page = sign_in(Role.AUDITOR).get("/reports/scenarios/wet-floor").get_data(as_text=True)
    assert "Nobody has taken The wet floor as an exam yet." in page and "No plays yet" in page
    assert sign_in(Role.AUDITOR).get("/reports/scenarios/ghost").status_code == 404
    assert sign_in(Role.AUDITOR).get("/reports/scenarios/wet-floor?version=x").status_code == 200


def test_pages_of_role_plays_are_for_trainers_and_auditors(floor: None, sign_in: Callable[..., Any]) -> None:
    for path in ("/reports/scenarios", "/reports/scenarios/wet-floor"):
        for role in (Role.TRAINER, Role.AUDITOR):
            assert sign_in(role).get(path).status_code == 200
        for role in (Role.LEARNER, Role.MANAGER, Role.HR, Role.ADMIN, Role.MENTOR):
            assert sign_in(role).get(path).status_code == 403


def test_a_page_costs_the_same_for_any_number_of_plays(
    floor: None, books: Books, sign_in: Callable[..., Any], api: Callable[..., Any], count_queries: Callable[[], Any]
) -> None:
    trainer, caller = sign_in(Role.TRAINER), api(Role.TRAINER)
    asked: list[Callable[[], Any]] = [
        lambda: trainer.get("/reports/scenarios/wet-floor"),
        lambda: trainer.get("/reports/scenarios"),
        lambda: caller.get("/scenarios/wet-floor/statistics"),
    ]
    spent = []
    for _ in range(3):
        with books():
            play(GOOD, times=5)
            play(POOR, times=7)
        for ask in asked:
            with count_queries() as statements:
                assert ask().status_code == 200
            spent.append(len(statements))
    assert spent[3:6] == spent[6:9] and max(spent[3:]) <= 13, spent


# ---- several role-plays ---------------------------------------------------------------------------


def test_several_role_plays_are_put_together_by_person(books: Books, sign_in: Callable[..., Any]) -> None:
    with books():
        for found in scenarios.bundled()[:1]:
            assert found
        scenarios.scenario()
        other = rows.scenario_row("late-delivery")
        for number in range(40):
            person = factories.person()
            score = 40 + number
            play(GOOD, percent=score, person=person)
            rows.play(person, other, percent=min(score + 10 + number % 3, 100))
        play(GOOD, percent=90)
    page = sign_in(Role.TRAINER).get("/reports/scenarios").get_data(as_text=True)
    assert "One role-play tells people apart with a reliability of" in page and "1 reach 0.70." in page
    assert "The wet floor" in page and ">40</dd>" in page


def test_the_conclusion_claims_no_more_than_the_interval() -> None:
    assert "cannot be told yet" in conclusion(together([{"a": 1.0, "b": 2.0}] * 5), 30).template
    alternating = [{"a": float(n % 2), "b": float(n // 2 % 2)} for n in range(40)]
    assert "is not proven" in conclusion(together(alternating), 30).template
    opposed = [{"a": float(n), "b": -float(n)} for n in range(40)]
    assert "do not go together" in conclusion(together(opposed), 30).template
    agreed = together([{"a": float(n), "b": float(n + n % 7)} for n in range(40)])
    assert agreed.needed[0].plays == 1 and agreed.of_usual is not None
    assert agreed.others["a"].value == pytest.approx(99, abs=2)


def test_scores_are_percent_of_the_best_route_unrounded(floor: None, books: Books, api: Callable[..., Any]) -> None:
    with books():
        for _ in range(12):
            play(GOOD).percent = Decimal("66.666667")
    assert first(api)["mean"]["value"] == pytest.approx(66.666667)
    assert first(api)["sd"]["value"] == pytest.approx(0, abs=1e-6)


def test_no_rate_stands_where_one_play_would_make_it(books: Books, floor: None, sign_in: Callable[..., Any]) -> None:
    with books():
        play(GOOD, percent=100)
    page = sign_in(Role.TRAINER).get("/reports/scenarios/wet-floor").get_data(as_text=True)
    assert "Not enough data: 1 of at least 10." in page
    assert "100.0\u202f%" not in page
    listed = sign_in(Role.TRAINER).get("/reports/scenarios").get_data(as_text=True)
    assert "1 of at least 10" in listed and "100\u202f%" not in listed
