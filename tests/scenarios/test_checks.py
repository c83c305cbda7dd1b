"""What is looked for in the graph of a scenario: each fault in the smallest story that has it."""

import random
from typing import Any

import pytest

from lms.scenarios.checks import Analysis, analyse
from lms.scenarios.graph import MOST_STATES, TooManyStates, explore
from lms.scenarios.plot import Plot
from tests.scenarios.stories import choice, ending, plotted, scene
from tests.timing import rested_seconds


def said(plot: Plot) -> list[str]:
    """The faults as ``place: sentence``, warnings marked."""
    return [
        f"{'warning ' if fault.severity == 'warning' else ''}{'.'.join(map(str, fault.loc))}: {fault.message}"
        for fault in analyse(plot).faults
    ]


def errors(plot: Plot) -> list[str]:
    return [fault for fault in said(plot) if not fault.startswith("warning")]


def warnings(plot: Plot) -> list[str]:
    return [fault for fault in said(plot) if fault.startswith("warning")]


def chain(length: int, width: int = 2, **fields: Any) -> dict[str, Any]:
    """Scenes one after another; the worst reply first."""
    return {
        f"s{n}": scene(
            **{
                f"c{c}": choice(f"s{n + 1}" if n < length - 1 else "good", points={"lscat": c}, **fields)
                for c in range(width)
            }
        )
        for n in range(length)
    }


# --- errors


def test_a_scene_no_route_reaches() -> None:
    plot = plotted({"one": scene(go=choice("good")), "lost": scene(go=choice("good"))})
    assert errors(plot) == ["scenes.lost: No route reaches this scene; lead to it or take it away."]


def test_a_scene_behind_a_condition_that_never_holds_is_unreachable() -> None:
    plot = plotted(
        {"one": scene(go=choice("good"), up=choice("top", when="trust > 3")), "top": scene(go=choice("good"))},
        state={"trust": {"start": 3}},
    )
    assert errors(plot) == ["scenes.top: No route reaches this scene; lead to it or take it away."]


def test_a_state_without_an_open_reply() -> None:
    plot = plotted(
        {
            "one": scene(kind=choice("two", effect={"trust": 1}), rude=choice("two", taboo=True), out=choice("good")),
            "two": scene(go=choice("good", when="trust >= 4")),
        },
        state={"trust": {"start": 3}},
    )
    assert errors(plot) == [
        "scenes.two: No reply is open here on the route one.rude > two (trust = 3, taboo); add one that always is."
    ]


def test_a_way_back_without_visits_left_is_no_open_reply() -> None:
    plot = plotted({"one": scene(go=choice("two"), out=choice("good")), "two": scene(back=choice("one"))})
    assert errors(plot) == ["scenes.two: No reply is open here on the route one.go > two; add one that always is."]


def test_a_state_from_which_no_ending_is_reached() -> None:
    plot = plotted(
        {
            "one": scene(go=choice("two"), out=choice("good")),
            "two": scene(go=choice("three")),
            "three": scene(back=choice("two")),
        }
    )
    assert errors(plot) == [
        "scenes.three: No reply is open here on the route one.go > two.go > three; add one that always is.",
        "scenes.two: From here no ending can be reached on the route one.go > two.",
    ]


def test_a_circle_is_bounded_by_visits() -> None:
    plot = plotted({"one": scene(again=choice("one"), out=choice("good"), visits=3)})
    assert errors(plot) == []
    assert analyse(plot).states == 4  # one entered once, twice, three times, and the ending


def test_a_typed_reply_must_be_able_to_lead_both_ways() -> None:
    typed = {"steps": {"listen": 1}, "criterion": "lscat", "goto": "good", "goto_taboo": "one"}
    plot = plotted({"one": scene(typed=typed)})
    assert errors(plot) == ["scenes.one: No reply is open here on the route one; add one that always is."]


def test_a_scenario_in_which_nobody_can_pass_for_failure() -> None:
    plot = plotted({"one": scene(rude=choice("good", taboo=True), leave=choice("bad"))})
    assert errors(plot) == ["pass: No route can pass: every one ends in failure or says a taboo."]


def test_a_scenario_in_which_nobody_can_pass_for_points() -> None:
    plot = plotted(
        {"one": scene(steps=choice("good", points={"lscat": 3}), result=choice("good", points={"outcome": 3}))},
        **{"pass": {"score": 0, "criteria": {"lscat": 60, "outcome": 60}}},
    )
    assert errors(plot) == ["pass: No route can pass: none reaches every cut; lower them or give more points."]


def test_each_cut_is_reached_alone_but_only_one_mixture_reaches_both() -> None:
    scenes = {
        f"s{n}": scene(
            steps=choice(f"s{n + 1}" if n < 9 else "good", points={"lscat": 1}),
            result=choice(f"s{n + 1}" if n < 9 else "good", points={"outcome": 1}),
        )
        for n in range(10)
    }
    both = {"score": 0, "criteria": {"lscat": 50, "outcome": 50}}
    assert errors(plotted(scenes, **{"pass": both})) == []
    both["criteria"]["lscat"] = 51
    assert errors(plotted(scenes, **{"pass": both})) == [
        "pass: No route can pass: none reaches every cut; lower them or give more points."
    ]


def doubling(scenes: int, **fields: Any) -> Plot:
    """Every scene adds its own power of two or nothing: the states double from scene to scene."""
    names = [f"s{n}" for n in range(scenes)]
    return plotted(
        {
            name: scene(
                add=choice(after, effect={f"x{place // 9}": 2 ** (place % 9)}), leave=choice(after, points={"lscat": 1})
            )
            for place, (name, after) in enumerate(zip(names, [*names[1:], "good"], strict=True))
        },
        state={"x0": {"start": 0, "max": 511}, "x1": {"start": 0, "max": 511}},
        **fields,
    )


def test_a_space_of_two_hundred_thousand_states_is_refused() -> None:
    assert errors(doubling(18)) == [
        "scenes: The scenario can be in 200000 states or more; use fewer variables, visits or narrower bounds."
    ]
    with pytest.raises(TooManyStates):
        explore(doubling(18))


def test_a_smaller_space_is_not_and_what_no_condition_reads_is_forgotten() -> None:
    assert 2**17 < MOST_STATES < 2**18
    assert errors(doubling(17)) == []
    assert analyse(doubling(17)).states == 18


# --- warnings


def test_a_reply_no_route_can_take() -> None:
    plot = plotted({"one": scene(never=choice("good", when="taboo"), go=choice("good", points={"lscat": 1}))})
    assert warnings(plot)[1:] == [
        "warning scenes.one.choices.never: No route can take this reply; it is never open.",
        "warning criteria.outcome: No route earns a point for “outcome”.",
    ]


def test_a_typed_reply_no_route_can_take_is_said_once() -> None:
    typed = {"steps": {"listen": 1}, "criterion": "outcome", "goto": "good", "goto_taboo": "one"}
    plot = plotted({"one": scene(go=choice("good", points={"lscat": 1}), leave=choice("bad"), typed=typed)})
    assert warnings(plot) == [
        "warning scenes.one.typed: No route can take this reply; it is never open.",
        "warning criteria.outcome: No route earns a point for “outcome”.",
    ]


def test_an_ending_no_route_reaches() -> None:
    plot = plotted({"one": scene(go=choice("good", points={"lscat": 1, "outcome": 1}))})
    assert said(plot) == ["warning endings.bad: No route reaches this ending."]


def test_a_cut_on_points_that_do_not_exist() -> None:
    plot = plotted(
        {"one": scene(go=choice("good", points={"lscat": 1, "outcome": 1}), no=choice("bad"))},
        **{"pass": {"criteria": {"emotion": 80}}},
    )
    assert said(plot) == ["warning pass.criteria.emotion: No route earns a point for “emotion”."]


@pytest.mark.parametrize(("best", "warned"), [(["a", "a"], True), (["a", "b"], False), (["b", "b"], False)])
def test_a_dominant_first_reply(best: list[str], warned: bool) -> None:
    scenes = {}
    for place, right in enumerate(best):
        onward = "good" if place == len(best) - 1 else f"s{place + 1}"
        scenes[f"s{place}"] = scene(
            **{key: choice(onward, points={"lscat": 2 if key == right else 1}) for key in ("a", "b")}
        )
    found = [fault for fault in warnings(plotted(scenes)) if "first" in fault]
    assert found == (
        ["warning scenes: In 2 of 2 scenes the first reply is the best; change the order."] if warned else []
    )


def test_a_longest_reply_that_is_always_right() -> None:
    def replies(onward: str) -> dict[str, Any]:
        short, long = {"en": "No.", "zh-Hans": "不。"}, {"en": "Yes.", "zh-Hans": "是的，当然。"}
        wrong, right = choice(onward), choice(onward, points={"lscat": 1})
        return scene(a=wrong | {"reply": short}, b=right | {"reply": long}, c=wrong | {"reply": short})

    found = warnings(plotted({"one": replies("two"), "two": replies("good")}))
    assert "warning scenes: In 2 of 2 scenes the longest reply is the best; shorten it or lengthen others." in found


def test_equal_replies_give_nothing_away() -> None:
    assert not [
        fault for fault in warnings(plotted({"s0": scene(a=choice("good"), b=choice("good"))})) if "In " in fault
    ]


# --- size


def test_a_long_scenario_needs_no_recursion() -> None:
    found = analyse(plotted(chain(1500)))
    assert found.is_sound
    assert found.bounds is not None and found.bounds.total.max == 1500


def sixty_scenes(seed: int) -> Plot:
    """Sixty scenes with three variables, all of them read by conditions."""
    rng = random.Random(seed)
    scenes = {}
    for n in range(60):
        choices = {}
        for c in range(3):
            target = n + 1 + (rng.randrange(3) if c else 0)
            effect = {name: rng.choice((-1, 0, 1)) for name in ("trust", "anger", "patience")}
            when = rng.choice(("trust >= 4", "anger < 6 or taboo", "patience > 3 and visited(s3)")) if c == 1 else None
            choices[f"c{c}"] = choice(
                f"s{target}" if target < 60 else "good", effect=effect, points={"lscat": rng.randrange(3)}, when=when
            )
        scenes[f"s{n}"] = scene(**choices, emotion={"answer": "sad", "points": 2})
    state = {name: {"start": 5} for name in ("trust", "anger", "patience")}
    return plotted(scenes, state=state, endings={"good": ending(points={"outcome": 3})})


def test_sixty_scenes_with_three_variables_take_under_two_seconds() -> None:
    plot = sixty_scenes(4)
    assert rested_seconds(lambda: analyse(plot), 2) < 2
    found: Analysis = analyse(plot)
    assert found.is_sound and found.states > 20_000
