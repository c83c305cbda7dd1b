"""Routes: the one that passes is shown move by move, the best one as a finished play."""

import pytest

from lms.scenarios.graph import explore
from lms.scenarios.play_states import Stage
from lms.scenarios.plot import Plot
from lms.scenarios.routes import TooManyTries, best_route, passing_route
from lms.scenarios.scoring import score_bounds, score_play
from tests.scenarios.stories import choice, ending, plotted, scene


def two_ways() -> Plot:
    """The most points lie behind a failed ending; the way that passes earns less."""
    typed = {"steps": {"listen": 2}, "criterion": "lscat", "min_chars": 4, "goto": "good", "goto_taboo": "bad"}
    return plotted(
        {
            "one": scene(
                shout=choice("bad", points={"lscat": 5}, effect={"trust": -3}),
                ask=choice("two", points={"lscat": 3}, effect={"trust": 2}),
                emotion={"answer": "sad", "points": 1},
            ),
            "two": scene(typed=typed),
        },
        state={"trust": {"start": 3}},
        endings={"good": ending(), "bad": ending(failed=True, points={"outcome": 1})},
        **{"pass": {"score": 70}},
    )


def test_a_passing_route_is_shown_move_by_move() -> None:
    space = explore(two_ways())
    route = passing_route(space, score_bounds(space))
    assert route is not None
    assert [(outcome.scene, outcome.option.key, outcome.way.taboo) for outcome in route] == [
        ("one", "ask", False),
        ("two", None, False),
    ]


def test_the_best_route_has_the_most_points_even_where_it_fails() -> None:
    space = explore(two_ways())
    best = best_route(space)
    score = score_play(two_ways(), score_bounds(space), best)
    assert (best.ending, score.score, score.max_score, score.passed) == ("bad", 7, 7, False)
    assert best.curve == ({"trust": 3}, {"trust": 0})


def test_of_equally_good_routes_the_best_is_one_that_passes() -> None:
    plot = plotted(
        {
            "one": scene(
                rude=choice("good", points={"lscat": 2}, taboo=True),
                leave=choice("bad", points={"lscat": 2}),
                kind=choice("good", points={"lscat": 2}),
            )
        }
    )
    best = best_route(explore(plot))
    assert (best.stage, best.lines[0].turn.choice) == (Stage.FINISHED, "kind")


def test_the_best_route_through_a_typed_reply_finds_every_step() -> None:
    plot = plotted({"one": scene(typed={"steps": {"listen": 2, "track": 1}, "criterion": "lscat", "goto": "good"})})
    best = best_route(explore(plot))
    assert (best.stage, sum(best.points), best.taboo_said) == (Stage.FINISHED, 3, False)


def test_a_search_that_grows_too_large_says_so() -> None:
    space = explore(two_ways())
    with pytest.raises(TooManyTries):
        passing_route(space, score_bounds(space), most_tries=1)
