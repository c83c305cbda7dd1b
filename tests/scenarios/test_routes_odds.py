"""The odds of blind players: exact, against every play counted one by one."""

import random
from collections import defaultdict
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import Any

import pytest

from lms.scenarios.definitions import ScenarioDefinition
from lms.scenarios.graph import Space, explore
from lms.scenarios.plot import compile_plot
from lms.scenarios.routes_chances import Labels, Odds
from lms.scenarios.routes_odds import blind_odds, number_of_routes
from lms.scenarios.routes_seeded import seeded_odds
from lms.scenarios.scoring import ScoreBounds, score_bounds
from tests.scenarios.stories import Route, all_routes, choice, ending, label_credits, plotted, random_story, scene
from tests.scenarios.test_checks import sixty_scenes
from tests.timing import rested_seconds

STORIES = 300
MOST_ROUTES = 3_000


def small_stories() -> Iterator[tuple[dict[str, Any], list[Route]]]:
    rng = random.Random(11)
    found = 0
    while found < STORIES:
        data = random_story(rng)
        routes = []
        for route in all_routes(data):
            routes.append(route)
            if len(routes) > MOST_ROUTES:
                break
        else:
            if any(route.ending is not None for route in routes):
                found += 1
                yield data, routes


def spaced(data: Mapping[str, Any]) -> tuple[Space, ScoreBounds]:
    space = explore(compile_plot(ScenarioDefinition.model_validate(data)))
    return space, score_bounds(space)


def counted(data: Mapping[str, Any], routes: list[Route], bounds: ScoreBounds, labels: Labels) -> Odds:
    """The odds by going through every route with every label it may be given."""
    ends: dict[str | None, dict[Any, Fraction]] = defaultdict(lambda: defaultdict(Fraction))
    passing = Fraction(0)
    for route in routes:
        for felt, share in _felt(data, route, labels).items():
            likely = route.probability * share
            ends[route.ending][route.total + felt] += likely
            points = {**route.points, "emotion": route.points.get("emotion", 0) + felt}
            passing += likely if _passes(data, route, points, bounds) else 0
    return Odds(labels, ends, passing)


def _felt(data: Mapping[str, Any], route: Route, labels: Labels) -> dict[Fraction, Fraction]:
    felt = {Fraction(0): Fraction(1)}
    for turn in route.turns:
        if question := data["scenes"][turn["scene"]].get("emotion"):
            credits = label_credits(question)
            if labels != Labels.RANDOM:
                credits = [max(credits) if labels == Labels.RIGHT else min(credits)]
            after: dict[Fraction, Fraction] = defaultdict(Fraction)
            for points, share in felt.items():
                for credit in credits:
                    after[points + credit] += share / len(credits)
            felt = after
    return felt


def _passes(data: Mapping[str, Any], route: Route, points: Mapping[str, Any], bounds: ScoreBounds) -> bool:
    rule = data["pass"]
    if route.ending is None or data["endings"][route.ending].get("failed"):
        return False
    if route.taboo and rule["taboo"] == "fail":
        return False
    cuts = [(sum(points.values()), bounds.total.max, rule["score"])]
    cuts += [(points.get(name, 0), bounds.criteria[name].max, cut) for name, cut in rule["criteria"].items()]
    return all(earned * 100 >= cut * most for earned, most, cut in cuts)


@pytest.mark.parametrize("labels", Labels)
def test_the_odds_of_random_scenarios_are_those_of_all_their_plays(labels: Labels) -> None:
    passed = 0
    for data, routes in small_stories():
        space, bounds = spaced(data)
        found, simple = blind_odds(space, bounds, labels), counted(data, routes, bounds, labels)
        assert found.plays is None
        assert found.endings == simple.endings
        assert found.passing == simple.passing
        passed += found.passing > 0
    assert passed > STORIES / 10


def test_the_mean_is_the_expected_score_of_the_bounds() -> None:
    for data, _ in small_stories():
        space, bounds = spaced(data)
        odds = blind_odds(space, bounds)
        if None not in odds.endings:
            assert odds.mean == bounds.total.expected


def test_routes_are_counted_as_often_as_there_are() -> None:
    for data, routes in small_stories():
        kept = {
            tuple(
                (turn["scene"], turn.get("choice"), turn.get("taboo") if "steps" in turn else None)
                for turn in route.turns
            )
            for route in routes
            if route.ending is not None
        }
        assert number_of_routes(spaced(data)[0]) == len(kept)


def test_seeded_plays_come_near_the_exact_odds_and_are_the_same_every_time() -> None:
    plot = plotted(
        {
            "one": scene(good=choice("two", points={"lscat": 2}), bad=choice("bad"), emotion={"answer": "sad"}),
            "two": scene(typed={"steps": {"listen": 2, "track": 1}, "criterion": "lscat", "goto": "good"}),
        },
        **{"pass": {"score": 50}},
    )
    space = explore(plot)
    bounds = score_bounds(space)
    exact, seeded = blind_odds(space, bounds), seeded_odds(space, bounds)
    assert (exact.plays, seeded.plays) == (None, 10_000)
    assert abs(float(exact.passing - seeded.passing)) < 0.02
    assert abs(float(exact.share_of("bad") - seeded.share_of("bad"))) < 0.02
    assert seeded == seeded_odds(space, bounds)


def test_a_route_that_says_a_taboo_or_ends_in_failure_does_not_pass() -> None:
    plot = plotted(
        {
            "one": scene(
                kind=choice("good", points={"lscat": 1}),
                rude=choice("good", points={"lscat": 1}, taboo=True),
                gone=choice("bad", points={"lscat": 1}),
                dear=choice("fine", points={"lscat": 1}),
            )
        },
        endings={"good": ending(), "bad": ending(failed=True), "fine": ending()},
    )
    space = explore(plot)
    assert blind_odds(space, score_bounds(space)).passing == Fraction(1, 2)


def test_sixty_scenes_with_three_variables_have_their_odds_in_under_two_seconds() -> None:
    space = explore(sixty_scenes(4))
    bounds = score_bounds(space)
    assert rested_seconds(lambda: blind_odds(space, bounds), 2) < 2
    odds = blind_odds(space, bounds)
    assert sum(odds.totals.values()) == 1
