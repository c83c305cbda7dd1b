"""Simulated players: each keeps its habit, and what they come to is said in sentences."""

import random
from fractions import Fraction
from typing import Any

from lms.scenarios.definitions import ScenarioDefinition
from lms.scenarios.graph import explore
from lms.scenarios.plot import Plot, compile_plot
from lms.scenarios.routes_chances import Labels
from lms.scenarios.routes_findings import Weight, findings, shown_percent
from lms.scenarios.routes_played import Habit, Played, play_all
from lms.scenarios.scoring import score_bounds
from tests.scenarios.stories import all_routes, choice, ending, plotted, random_story, scene
from tests.scenarios.test_checks import sixty_scenes
from tests.timing import rested_seconds


def reply(goto: str, english: str, chinese: str, **fields: Any) -> dict[str, Any]:
    return {**choice(goto, **fields), "reply": {"en": english, "zh-Hans": chinese}}


def talk(**fields: Any) -> Plot:
    """The first reply is dear at once and cheap later; the longest English reply is the best."""
    return plotted(
        {
            "one": scene(
                dear=reply("poor", "Now", "现在就办", points={"lscat": 3}),
                kind=reply("rich", "Tell me all of it, please", "您说", points={"lscat": 2}),
                emotion={"answer": "sad", "points": 2},
            ),
            "poor": scene(only=reply("bad", "Bye", "再见")),
            "rich": scene(
                well=reply("good", "I will see to it", "我来办", points={"lscat": 4}),
                rude=reply("good", "No", "不行，真的不行", taboo=True),
            ),
        },
        **fields,
    )


def player(plot: Plot, habit: Habit, labels: Labels = Labels.RIGHT, language: str | None = None) -> Played:
    found = play_all(plot).player(habit, labels, language)
    assert found is not None
    return found


def sentences(plot: Plot) -> list[str]:
    return [f"{finding.weight} {finding.message}" for finding in findings(play_all(plot))]


def test_the_best_player_takes_the_best_route() -> None:
    best = player(talk(), Habit.BEST)
    assert (best.score, best.percent, best.ending, best.passed, best.turns) == (8, 100, "good", True, 2)


def test_the_worst_player_knows_no_feeling_and_takes_the_fewest_points() -> None:
    worst = player(talk(), Habit.WORST, Labels.WRONG)
    assert (worst.score, worst.ending, worst.passed) == (2, "good", False)


def test_the_greedy_player_takes_what_is_dearest_now() -> None:
    greedy = player(talk(), Habit.GREEDY)
    assert (greedy.score, greedy.ending, greedy.passed) == (5, "bad", False)


def test_the_longest_reply_depends_on_the_language() -> None:
    assert player(talk(), Habit.LONGEST, language="en").percent == 100
    chinese = player(talk(), Habit.LONGEST, language="zh-Hans")
    assert (chinese.ending, chinese.percent) == ("bad", Fraction(5 * 100, 8))


def test_wrong_labels_cost_their_points() -> None:
    assert player(talk(), Habit.FIRST).score == 5
    assert player(talk(), Habit.FIRST, Labels.WRONG).score == 3


def test_on_random_scenarios_the_worst_and_the_best_play_lie_on_the_bounds() -> None:
    rng = random.Random(5)
    for _ in range(200):
        data = random_story(rng)
        if any(route.ending is None for route in all_routes(data)):
            continue
        plot = compile_plot(ScenarioDefinition.model_validate(data))
        bounds, played = score_bounds(explore(plot)), play_all(plot)
        assert [played.players[0].score, played.players[1].score] == [bounds.total.max, bounds.total.min]
        assert all(bounds.total.min <= each.score <= bounds.total.max for each in played.players)


def test_the_bars_hold_all_blind_plays() -> None:
    played = play_all(talk())
    bars = played.bars(played.blind)
    assert [bar.low for bar in bars] == list(range(0, 100, 5))
    assert sum(bar.share for bar in bars) == 1
    assert bars[-1].share == Fraction(1, 4) * Fraction(1, 8)


def test_a_longest_reply_that_passes_is_a_fault() -> None:
    found = sentences(talk())
    assert (
        "fault Knowing the feelings and always taking the longest English reply passes, at 100 %: shorten the best."
        in found
    )
    assert not any("Chinese" in sentence for sentence in found)


def test_a_scenario_that_everybody_passes_says_so_first() -> None:
    found = findings(
        play_all(talk(**{"pass": {"score": 0, "taboo": "allow"}}, endings={"good": ending(), "bad": ending()}))
    )
    assert found[0].weight == Weight.FAULT
    assert str(found[0].message).startswith("Everybody passes")


def test_luck_that_passes_too_often_is_a_fault() -> None:
    plot = plotted({"one": scene(a=choice("good", points={"lscat": 1}), b=choice("bad"), c=choice("bad"))})
    assert any(
        sentence.startswith("fault Whoever chooses blindly passes in 33.3 % of plays") for sentence in sentences(plot)
    )


def test_a_sound_scenario_is_praised_for_what_it_withstands() -> None:
    scenes = {
        f"s{n}": scene(
            a=choice(f"s{n + 1}" if n < 5 else "good"),
            b=choice(f"s{n + 1}" if n < 5 else "good", points={"lscat": 1}),
            c=choice(f"s{n + 1}" if n < 5 else "good"),
        )
        for n in range(6)
    }
    found = sentences(plotted(scenes, endings={"good": ending()}))
    assert found[0] == "good Luck does not pass: of blind plays 1.7 % reach the pass line."
    assert found[1].startswith("good No habit passes")


def test_endings_that_nobody_reaches_are_named() -> None:
    assert "note No route reaches the ending “bad”." in sentences(plotted({"one": scene(a=choice("good"))}))


def test_a_share_that_is_not_nothing_never_looks_like_nothing() -> None:
    assert [shown_percent(Fraction(n, 1000)) for n in (0, 5, 100, 99_999)] == ["0", "< 0.1", "0.1", "99.9"]


def test_sixty_scenes_are_played_in_under_three_seconds() -> None:
    plot = sixty_scenes(4)
    assert play_all(plot).blind.plays == 10_000
    assert rested_seconds(lambda: play_all(plot), 3) < 3
