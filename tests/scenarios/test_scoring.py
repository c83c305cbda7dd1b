"""Bounds and scores: the worked vector, and five hundred random scenarios against a count of all their routes."""

import random
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import pytest

from lms.scenarios.checks import analyse
from lms.scenarios.definitions import ScenarioDefinition
from lms.scenarios.graph import explore
from lms.scenarios.play_states import Reading, Stage, Turn, replay
from lms.scenarios.plot import Plot, compile_plot
from lms.scenarios.scoring import PlayScore, score_bounds, score_play
from tests.scenarios.stories import Route, all_routes, choice, ending, label_credits, plotted, random_story, scene

SIZE = 500


def played(plot: Plot, *turns: Turn) -> PlayScore:
    return score_play(plot, score_bounds(explore(plot)), replay(plot, turns)[-1])


# --- the vector of MEASURES.md 7: a step worth 8 of 10, or a step worth 2 of 2


def vector() -> Plot:
    return plotted(
        {
            "start": scene(good=choice("long"), bad=choice("short")),
            "long": scene(well=choice("good", points={"lscat": 8}), best=choice("good", points={"lscat": 10})),
            "short": scene(only=choice("good", points={"lscat": 2})),
        }
    )


def test_a_good_play_scores_its_share_of_the_maximum_of_all_routes() -> None:
    assert played(vector(), Turn("good"), Turn("well")).percent == 80


def test_a_bad_short_route_does_not_become_a_hundred_percent() -> None:
    assert played(vector(), Turn("bad"), Turn("only")).percent == 20


def test_the_bounds_of_the_vector() -> None:
    assert score_bounds(explore(vector())).as_json() == {
        "min": 2,
        "max": 10,
        "expected": 5.5,
        "criteria": {
            "lscat": {"min": 2, "max": 10, "expected": 5.5},
            "outcome": {"min": 0, "max": 0, "expected": 0},
        },
        "endings": {"good": {"min": 2, "max": 10}, "bad": {"min": None, "max": None}},
    }


# --- five hundred random scenarios


@dataclass(frozen=True)
class Judged:
    """A random scenario with all its routes, and what each question for a feeling adds to a route."""

    data: dict[str, Any]
    plot: Plot
    routes: list[Route]

    def feelings(self, route: Route) -> list[list[Fraction]]:
        questions = (self.data["scenes"][turn["scene"]].get("emotion") for turn in route.turns)
        return [label_credits(question) for question in questions if question]

    def lowest(self, route: Route, name: str) -> Fraction:
        return route.points.get(name, Fraction(0))  # no label at all earns nothing

    def highest(self, route: Route, name: str) -> Fraction:
        own = route.points.get(name, Fraction(0))
        return own + sum(map(max, self.feelings(route))) if name == "emotion" else own

    def mean(self, route: Route, name: str) -> Fraction:
        own = route.points.get(name, Fraction(0))
        if name != "emotion":
            return own
        return own + sum((sum(credits) / len(credits) for credits in self.feelings(route)), Fraction(0))


def judged(data: dict[str, Any], limit: int) -> Judged | None:
    """None when the scenario has more routes than the limit."""
    routes = []
    for route in all_routes(data):
        routes.append(route)
        if len(routes) > limit:
            return None
    return Judged(data, compile_plot(ScenarioDefinition.model_validate(data)), routes)


def some_judged(seed: int) -> Iterator[Judged]:
    rng = random.Random(seed)
    while True:
        if one := judged(random_story(rng), limit=1500):
            yield one


@pytest.fixture(scope="module")
def sound() -> list[Judged]:
    """Scenarios in which every route ends."""
    found = (one for one in some_judged(2026) if all(route.ending for route in one.routes))
    return [next(found) for _ in range(SIZE)]


def test_the_random_scenarios_are_worth_judging_by(sound: list[Judged]) -> None:
    assert sum(len(one.routes) > 20 for one in sound) > SIZE / 5
    assert sum(any(len(r.turns) > len(one.data["scenes"]) for r in one.routes) for one in sound) > SIZE / 20
    assert sum(any(r.taboo for r in one.routes) for one in sound) > SIZE / 5


def test_minimum_and_maximum_are_those_of_all_routes(sound: list[Judged]) -> None:
    for one in sound:
        bounds, names = score_bounds(explore(one.plot)), one.plot.criteria
        lowest = [sum(one.lowest(route, name) for name in names) for route in one.routes]
        highest = [sum(one.highest(route, name) for name in names) for route in one.routes]
        assert (bounds.total.min, bounds.total.max) == (min(lowest), max(highest)), one.data
        for name in names:
            wanted = (min(one.lowest(r, name) for r in one.routes), max(one.highest(r, name) for r in one.routes))
            assert (bounds.criteria[name].min, bounds.criteria[name].max) == wanted, (name, one.data)
        for key, found in bounds.endings.items():
            own = [place for place, route in enumerate(one.routes) if route.ending == key]
            wanted = (min(lowest[p] for p in own), max(highest[p] for p in own)) if own else (None, None)
            assert (found.min, found.max) == wanted, (key, one.data)


def test_the_expected_score_is_the_mean_of_a_blind_player(sound: list[Judged]) -> None:
    for one in sound:
        bounds = score_bounds(explore(one.plot))
        assert sum(route.probability for route in one.routes) == 1
        for name in one.plot.criteria:
            wanted = sum((route.probability * one.mean(route, name) for route in one.routes), Fraction(0))
            assert bounds.criteria[name].expected == wanted, (name, one.data)
        assert bounds.total.expected == sum(each.expected for each in bounds.criteria.values())


def test_a_passing_route_is_found_exactly_when_there_is_one(sound: list[Judged]) -> None:
    outcomes = set()
    for one in sound:
        bounds, rule = score_bounds(explore(one.plot)), one.data["pass"]
        exists = any(
            not one.data["endings"][route.ending]["failed"]
            and not (route.taboo and rule["taboo"] == "fail")
            and sum(one.highest(route, name) for name in one.plot.criteria) * 100 >= rule["score"] * bounds.total.max
            and all(
                one.highest(route, name) * 100 >= cut * bounds.criteria[name].max
                for name, cut in rule["criteria"].items()
            )
            for route in one.routes
        )
        impossible = [fault for fault in analyse(one.plot).faults if fault.template.startswith("No route can pass")]
        unreached = [
            fault for fault in analyse(one.plot).faults if fault.template.startswith("No route reaches this s")
        ]
        assert bool(impossible) is (not exists and not unreached), one.data
        outcomes.add(exists)
    assert outcomes == {True, False}


def test_a_best_route_earns_the_maximum(sound: list[Judged]) -> None:
    for one in sound:
        found = analyse(one.plot)
        if found.bounds and found.best:
            assert sum(found.best.points) == found.bounds.total.max
            assert found.best.stage == Stage.FINISHED


def test_what_is_unreachable_unused_or_stuck_is_found_exactly() -> None:
    seen = {"stuck": 0, "unused": 0, "unreached": 0}
    scenarios = some_judged(5)
    for _ in range(SIZE):
        one = next(scenarios)
        faults = analyse(one.plot).faults
        stuck = {fault.loc[1] for fault in faults if fault.template.startswith("No reply is open here")}
        unused = [fault.loc[1:] for fault in faults if fault.template.startswith("No route can take this reply")]
        unreached = {fault.loc[1] for fault in faults if fault.template.startswith("No route reaches this")}
        entered = {turn["scene"] for route in one.routes for turn in route.turns} | {one.data["start"]}
        dead_ends = {
            route.turns[-1]["goto"] if route.turns else one.data["start"] for route in one.routes if not route.ending
        }
        entered |= dead_ends
        taken = {(t["scene"], t.get("choice", "typed")) for route in one.routes for t in route.turns}
        assert stuck == dead_ends, one.data
        reached = entered | {route.ending for route in one.routes}
        assert unreached == (one.plot.scenes.keys() | one.plot.endings.keys()) - reached, one.data
        offered = {(key, name) for key in entered for name in one.data["scenes"][key]["choices"]}
        offered |= {(key, "typed") for key in entered if "typed" in one.data["scenes"][key]}
        assert sorted((place[0], place[-1]) for place in unused) == sorted(offered - taken), one.data
        seen = {name: seen[name] + bool(what) for name, what in zip(seen, (stuck, unused, unreached), strict=True)}
    assert min(seen.values()) > 20


# --- a play of any kind never leaves the bounds


def test_no_play_scores_outside_the_bounds(sound: list[Judged]) -> None:
    rng = random.Random(3)
    for one in sound:
        bounds = score_bounds(explore(one.plot))
        for route in rng.sample(one.routes, min(5, len(one.routes))):
            state = replay(one.plot, [as_turn(one, turn, rng) for turn in route.turns])[-1]
            score = score_play(one.plot, bounds, state)
            own = bounds.endings[state.ending or ""]
            assert own.min is not None and own.max is not None
            assert bounds.total.min <= own.min <= score.score <= own.max <= bounds.total.max == score.max_score
            for name, criterion in score.criteria.items():
                assert bounds.criteria[name].min <= criterion.score <= bounds.criteria[name].max
            assert (score.passed, bool(score.reasons)) in ((True, False), (False, True))


def as_turn(one: Judged, turn: Any, rng: random.Random) -> Turn:
    question = one.data["scenes"][turn["scene"]].get("emotion")
    label = rng.choice([None, *question["labels"]]) if question else None
    if "choice" in turn:
        return Turn(choice=turn["choice"], emotion=label)
    reading = Reading(frozenset(turn["steps"]), turn["taboo"])
    return Turn(reply="I see.", emotion=label, heard=reading, marks=reading)


# --- passing


def passable(**fields: Any) -> Plot:
    return plotted(
        {
            "opening": scene(
                listen=choice("facts", points={"lscat": 4}),
                rude=choice("facts", points={"lscat": 4}, taboo=True),
                leave=choice("bad", points={"lscat": 6}),
                emotion={"answer": "angry", "points": 2},
            ),
            "facts": scene(ask=choice("good", points={"lscat": 3}), guess=choice("good", points={"lscat": 2})),
        },
        endings={"good": ending(points={"outcome": 1}), "bad": ending(failed=True, points={"outcome": 4})},
        **fields,
    )


def test_a_play_passes_when_everything_holds() -> None:
    score = played(passable(), Turn("listen", emotion="angry"), Turn("ask"))
    assert (score.score, score.max_score, score.passed, score.reasons) == (10, 12, True, ())


def test_percentages_are_compared_unrounded() -> None:
    plot = passable(**{"pass": {"score": 67, "criteria": {}}})
    score = played(plot, Turn("listen", emotion="sad"), Turn("ask"))
    assert score.percent == Fraction(200, 3)  # 66.67 would round to 67
    assert [str(reason) for reason in score.reasons] == ["The score is 66.6 %; 67 % are needed."]


@pytest.mark.parametrize(
    ("turns", "reason"),
    [
        ((Turn("listen", emotion="sad"), Turn("ask")), "The score is 66.6 %; 80 % are needed."),
        ((Turn("rude", emotion="angry"), Turn("ask")), "Something was said that must never be said."),
        ((Turn("leave", emotion="angry"),), "The talk ended in a way that never passes."),
    ],
)
def test_a_play_that_fails_says_why(turns: tuple[Turn, ...], reason: str) -> None:
    score = played(passable(), *turns)
    assert score.passed is False
    assert [str(each) for each in score.reasons] == [reason]


def test_a_taboo_that_is_allowed_does_not_fail() -> None:
    plot = passable(**{"pass": {"taboo": "allow"}})
    assert played(plot, Turn("rude", emotion="angry"), Turn("ask")).passed is True


def test_a_criterion_below_its_cut_fails() -> None:
    plot = passable(**{"pass": {"score": 50, "criteria": {"emotion": 80}}})
    score = played(plot, Turn("listen"), Turn("ask"))
    assert score.criteria["emotion"].percent == 0
    assert [str(each) for each in score.reasons] == ["The score for “emotion” is 0 %; 80 % are needed."]


def test_nothing_is_decided_before_the_end() -> None:
    score = played(passable(), Turn("listen", emotion="angry"))
    assert (score.score, score.passed, score.reasons) == (6, None, ())


def test_a_panel_gives_its_share_of_the_points() -> None:
    question = {
        "answer": "angry",
        "labels": ["angry", "sad", "calm"],
        "panel": {"angry": 9, "sad": 6},
        "scoring": "panel",
        "points": 2,
    }
    plot = plotted({"opening": scene(go=choice("good"), emotion=question)})
    scores = {label: played(plot, Turn("go", emotion=label)).score for label in ("angry", "sad", "calm", None)}
    assert scores == {"angry": 2, "sad": Fraction(4, 3), "calm": 0, None: 0}
    bounds = score_bounds(explore(plot)).criteria["emotion"]
    assert (bounds.min, bounds.max, bounds.expected) == (0, 2, Fraction(10, 9))


def test_a_typed_reply_counts_from_nothing_found_to_everything() -> None:
    typed = {"steps": {"listen": 2, "sympathize": 3}, "criterion": "lscat", "goto": "good", "goto_taboo": "bad"}
    bounds = score_bounds(explore(plotted({"opening": scene(typed=typed)}))).as_json()
    assert bounds["criteria"]["lscat"] == {"min": 0, "max": 5, "expected": 2.5}
    assert bounds["endings"] == {"good": {"min": 0, "max": 5}, "bad": {"min": 0, "max": 5}}
