"""What a play tells its learner: turns against the best, the headline, the mood, advice; and analyses kept as JSON."""

import json

import pytest

from lms.scenarios import review
from lms.scenarios.analysis_json import from_json, to_json
from lms.scenarios.checks import analyse
from lms.scenarios.play_states import PlayState, Turn, replay
from lms.scenarios.plot import compile_plot
from lms.scenarios.queries_frameworks import product_frameworks
from lms.scenarios.scoring import PlayScore, score_play
from tests import factories_scenarios as sets

DEFINITION = sets.definition()
PLOT = compile_plot(DEFINITION)
ANALYSIS = analyse(PLOT)

BEST = [Turn("hear-her-out", emotion="angry"), Turn("name-and-time")]
WEAK = [Turn("ask-number", emotion="sad"), Turn("soon-enough")]


def played(turns: list[Turn]) -> tuple[PlayState, ...]:
    return replay(PLOT, turns)


def scored(turns: list[Turn]) -> PlayScore:
    assert ANALYSIS.bounds is not None
    return score_play(PLOT, ANALYSIS.bounds, played(turns)[-1])


def cost(turns: list[Turn]) -> str:
    return str(review.what_it_cost(review.turn_reviews(PLOT, played(turns)), scored(turns), taboo_fails=True))


def test_each_turn_stands_against_the_best_that_was_open() -> None:
    first, second = review.turn_reviews(PLOT, played(WEAK))
    assert (first.points, first.best, first.lost) == (2, 6, 4)
    assert (first.is_right, first.partly, first.is_good) == (False, True, False)
    assert (second.points, second.best, second.is_right) == (0, 3, None)
    assert all(turn.is_good for turn in review.turn_reviews(PLOT, played(BEST)))


@pytest.mark.parametrize(
    ("turns", "sentence"),
    [
        (BEST, "No point was left behind."),
        ([Turn("hear-her-out"), Turn("name-and-time")], "One turn cost you 2 points."),
        ([Turn("hear-her-out", emotion="sad"), Turn("name-and-time")], "One turn cost you one point."),
        (WEAK, "Turn 1 cost you most: 4 points."),
        ([Turn("soothe-her", emotion="angry")], "What must never be said was said in turn 1."),
    ],
)
def test_the_headline_says_what_it_cost(turns: list[Turn], sentence: str) -> None:
    assert cost(turns) == sentence


def test_the_mood_rises_with_trust_and_falls_with_anger() -> None:
    curve = review.curve(PLOT, played(BEST)[-1])
    assert curve is not None
    assert curve.mood == (35.0, 55.0, 65.0)
    assert curve.values == {"trust": (3, 5, 6), "anger": (6, 4, 3)}


@pytest.mark.parametrize(
    ("mood", "dip", "sentence"),
    [
        ((20.0, 40.0, 60.0), None, "Ms Wang grew calmer from turn to turn."),
        ((20.0, 60.0, 50.0), 2, "After turn 2 the mood fell; in the end Ms Wang was calmer."),
        ((40.0, 10.0, 5.0), 1, "After turn 1 the mood fell most, and Ms Wang left no calmer than before."),
        ((40.0, 40.0), None, "The mood of Ms Wang did not change."),
    ],
)
def test_the_mood_in_one_sentence(mood: tuple[float, ...], dip: int | None, sentence: str) -> None:
    assert review.deepest_dip(mood) == dip
    assert str(review.mood_sentence(mood, "Ms Wang")) == sentence


def test_a_criterion_under_its_cut_comes_first() -> None:
    assert review.weakest(scored(BEST)) is None
    assert review.weakest(scored(WEAK)) == "lscat"
    assert review.weakest(scored([Turn("hear-her-out"), Turn("name-and-time")])) == "emotion"


def test_steps_left_out_are_those_the_scenario_asks_for() -> None:
    steps = product_frameworks()["lscat"].steps
    left = review.steps_left_out(DEFINITION, steps, played(WEAK)[-1])
    assert [step.key for step in left] == ["listen", "track"]
    assert review.steps_left_out(DEFINITION, steps, played(BEST)[-1]) == []


@pytest.mark.parametrize("made", [sets.definition, sets.with_typed_reply])
def test_an_analysis_survives_json(made: object) -> None:
    analysis = analyse(compile_plot(made()))  # type: ignore[operator]
    known = from_json(json.loads(json.dumps(to_json(analysis))))
    assert (known.bounds, known.states) == (analysis.bounds, analysis.states)
    assert analysis.best is not None
    assert known.best == tuple(line.turn for line in analysis.best.lines)
    assert len(known.warnings) == len(analysis.faults)
