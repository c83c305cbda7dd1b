"""The map: every scene has its place, every line its way, and whatever is broken is drawn and said."""

import copy
import html
import random
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask, render_template_string

from lms.scenarios.definitions import ScenarioDefinition
from lms.scenarios.map_layout import lay_out
from lms.scenarios.map_order import NODE_WIDTH
from lms.scenarios.scene_map import TYPED, MapEdge, MapNode, NodeKind, SceneMap, scene_map
from lms.scenarios.starters import starters
from tests.scenarios.stories import choice, defined, ending, random_story, scene, story
from tests.timing import rested_seconds

PAGE = """{% from 'scenarios/_map.html' import scene_map, scene_list %}
{% macro href(key) %}/scene/{{ key }}{% endmacro %}{{ scene_map(map, href) }}{{ scene_list(map, href) }}"""


def drawn(body: Any, **more: Any) -> SceneMap:
    return scene_map(body, language="en", **more)


def node(found: SceneMap, key: str) -> MapNode:
    return next(each for each in found.nodes if each.key == key)


def edge(found: SceneMap, origin: str, target: str) -> MapEdge:
    return next(each for each in found.edges if (each.origin, each.target) == (origin, target))


def rendered(app: Flask, found: SceneMap) -> str:
    with app.test_request_context():
        return html.unescape(render_template_string(PAGE, map=found))


def small() -> dict[str, Any]:
    return story(
        {
            "one": scene(kind=choice("two"), short=choice("two"), rude=choice("bad", taboo=True)),
            "two": scene(well=choice("good"), again=choice("one"), more=choice("two"), visits=2),
            "apart": scene(go=choice("two")),
        }
    )


def big(seed: int) -> dict[str, Any]:
    """Sixty scenes, some leading back, some to endings, some to nothing."""
    rng = random.Random(seed)
    scenes = {}
    for n in range(60):
        targets = [f"s{min(59, n + rng.randint(1, 4))}", f"s{max(0, n - rng.randint(0, 5))}", "good", "bad", "nowhere"]
        picks = rng.choices(targets, weights=[12, 1, 1, 1, 1], k=3)
        scenes[f"s{n}"] = scene(**{f"c{place}": choice(target) for place, target in enumerate(picks)})
    return story(scenes)


# --- where things lie


def test_lines_lead_down_unless_they_lead_back() -> None:
    found = drawn(small())
    assert node(found, "one").y < node(found, "two").y < node(found, "good").y
    assert not edge(found, "one", "two").is_aside
    assert edge(found, "two", "one").is_aside and edge(found, "two", "two").is_aside


def test_endings_lie_in_the_last_row() -> None:
    found = drawn(small())
    assert node(found, "good").y == node(found, "bad").y


def test_what_the_first_scene_does_not_lead_to_lies_apart_below() -> None:
    found = drawn(small())
    assert [each.key for each in found.nodes if each.is_unreachable] == ["apart"]
    assert found.unreached_y is not None
    assert node(found, "good").y < found.unreached_y < node(found, "apart").y


def test_a_part_that_lost_its_way_in_keeps_its_own_order() -> None:
    body = story({"one": scene(go=choice("bad")), "two": scene(go=choice("three")), "three": scene(go=choice("good"))})
    found = drawn(body)
    assert node(found, "two").y < node(found, "three").y < node(found, "good").y
    assert node(found, "good").is_unreachable and not node(found, "bad").is_unreachable


def test_lines_that_need_not_cross_do_not() -> None:
    lines = [("s", "a"), ("s", "b"), ("a", "d"), ("b", "c"), ("c", "x"), ("d", "y")]
    spots = lay_out(["s", "a", "b", "c", "d", "x", "y"], lines, "s", ()).spots
    assert (spots["a"].x < spots["b"].x) == (spots["d"].x < spots["c"].x) == (spots["y"].x < spots["x"].x)


def test_a_long_line_passes_beside_the_scenes_between() -> None:
    found = drawn(
        story({"a": scene(x=choice("b"), y=choice("bad")), "b": scene(x=choice("c")), "c": scene(x=choice("good"))})
    )
    assert edge(found, "a", "bad").path.count("v56") == 2
    assert edge(found, "a", "b").path.count("v56") == 0


def layouts() -> Iterator[SceneMap]:
    rng = random.Random(7)
    for _ in range(150):
        yield drawn(random_story(rng))
    for seed in range(5):
        yield drawn(big(seed))
    for starter in starters():
        yield drawn(starter.body)


def test_no_boxes_touch_and_all_lie_on_the_map() -> None:
    for found in layouts():
        for place, one in enumerate(found.nodes):
            assert one.x >= 0 and one.y >= 0 and one.x + one.w <= found.width and one.y + one.h <= found.height
            for other in found.nodes[place + 1 :]:
                assert abs(one.x - other.x) >= NODE_WIDTH or abs(one.y - other.y) >= one.h, (one.key, other.key)


def test_every_reply_has_its_line_and_every_line_is_drawn_once() -> None:
    for found in layouts():
        lines = {(each.origin, each.target): each for each in found.edges}
        assert len(lines) == len(found.edges)
        leads = {(each.key, lead.choice, lead.target) for each in found.nodes for lead in each.leads}
        assert leads == {(each.origin, choice, each.target) for each in found.edges for choice in each.choices}


def test_unreachable_is_what_no_walk_reaches() -> None:
    for found in layouts():
        reached, waiting = set(), [next(each.key for each in found.nodes if each.is_start)]
        while waiting:
            here = waiting.pop()
            reached.add(here)
            waiting += [lead.target for lead in node(found, here).leads if lead.target not in reached]
        assert {each.key for each in found.nodes if not each.is_unreachable} == reached


def test_the_same_body_gives_the_same_map() -> None:
    assert drawn(big(1)) == drawn(big(1))


@pytest.mark.parametrize("seed", range(3))
def test_sixty_scenes_are_drawn_in_a_tenth_of_a_second(seed: int) -> None:
    body = big(seed)
    assert rested_seconds(lambda: drawn(body), 0.1) < 0.1


# --- what is broken


def test_a_target_that_does_not_exist_is_a_ghost_that_opens_where_it_is_named() -> None:
    body = small()
    body["scenes"]["two"]["choices"]["well"]["goto"] = "nowhere"
    found = drawn(body)
    ghost = node(found, "nowhere")
    assert (ghost.kind, ghost.number, ghost.mend, ghost.arriving) == (NodeKind.MISSING, None, "two", 1)
    assert edge(found, "two", "nowhere").is_broken
    assert found.broken == 1


def test_a_reply_without_a_target_leads_to_a_ghost_of_its_own() -> None:
    body = small()
    del body["scenes"]["two"]["choices"]["well"]["goto"]
    assert edge(drawn(body), "two", "").is_broken


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"scenes": 3, "endings": []},
        {"scenes": {"a": None, "b": []}},
        {"scenes": {"a": {"choices": {"x": None, "y": {"goto": ["q"]}, "z": {"goto": 3}}, "typed": 4, "says": 5}}},
        {"start": ["a"], "scenes": {"a": {}}, "endings": {"a": {}, "b": {"title": 7}}},
        {"endings": {"only": {}}},
        {"scenes": {1: {}, "a": {"choices": {2: {}}}}},
    ],
)
def test_nothing_is_too_broken_to_be_drawn(body: Any, app: Flask) -> None:
    rendered(app, drawn(body))


def test_a_body_with_anything_torn_out_is_still_drawn() -> None:
    rng = random.Random(3)
    for _ in range(300):
        body = copy.deepcopy(dict(rng.choice(starters()).body))
        for _ in range(rng.randint(1, 4)):
            _tear(rng, body)
        drawn(body)


def _tear(rng: random.Random, value: Any) -> None:
    while isinstance(value, dict) and value:
        key = rng.choice(list(value))
        if rng.random() < 0.3 or not isinstance(value[key], dict):
            value[key] = rng.choice((None, 3, "torn", [], {}, [{}], True))
            return
        value = value[key]


# --- what is said


def test_a_definition_is_drawn_like_its_body() -> None:
    assert drawn(ScenarioDefinition.model_validate(small())) == drawn(ScenarioDefinition.model_validate(small()))
    assert [each.key for each in drawn(defined({"one": scene(a=choice("good"))})).nodes] == ["one", "good", "bad"]


def test_titles_are_in_the_language_asked_for_and_cut_to_their_box() -> None:
    body = story({"one": {**scene(a=choice("good")), "says": {"en": "A" * 60, "zh-Hans": "客" * 60}}})
    english, chinese = drawn(body), scene_map(body, language="zh-Hans")
    assert node(english, "one").title == "A" * 60
    assert node(english, "one").short.endswith("…") and len(node(english, "one").short) < 20
    assert node(chinese, "one").short.startswith("客客") and len(node(chinese, "one").short) <= 12


def test_replies_that_lead_to_the_same_scene_share_a_line() -> None:
    found = edge(drawn(small()), "one", "two")
    assert (found.choices, found.label) == (("kind", "short"), "To two / To two")


def test_lines_are_named_by_how_their_replies_begin_and_by_the_key_where_nothing_is_written() -> None:
    long = {
        **choice("good"),
        "reply": {"en": "Tell me from the very beginning what happened", "zh-Hans": "您从头跟我说"},
    }
    body = story({"one": scene(hear=long, empty={"goto": "bad"})})
    assert edge(drawn(body), "one", "good").label == "Tell me from the very b…"
    assert edge(scene_map(body, language="zh-Hans"), "one", "good").label == "您从头跟我说"
    assert edge(drawn(body), "one", "bad").label == "empty"
    many = story({"one": scene(**{f"r{number}": choice("good") for number in range(5)})})
    assert edge(drawn(many), "one", "good").label == "To good / To good / To good / …"


def test_the_best_route_is_thick() -> None:
    found = drawn(small(), best=[("one", "kind"), ("two", "well")])
    assert [(each.origin, each.target) for each in found.edges if each.is_best] == [("one", "two"), ("two", "good")]
    assert edge(found, "one", "two").width > edge(found, "one", "bad").width


def test_flows_give_lines_their_width_and_scenes_their_visits() -> None:
    flows = {("one", "kind"): 30, ("one", "short"): 10, ("one", "rude"): 10, ("two", "well"): 40}
    found = drawn(small(), flows=flows)
    assert (edge(found, "one", "two").flow, edge(found, "two", "one").flow) == (40, 0)
    assert edge(found, "one", "two").width > edge(found, "one", "bad").width > edge(found, "two", "one").width
    assert (node(found, "one").visits, node(found, "two").visits, node(found, "two").share) == (50, 40, 0.8)


def test_who_stays_in_a_scene_or_comes_back_to_the_first_is_not_counted_as_new() -> None:
    flows = {("one", "kind"): 12, ("two", "again"): 2, ("two", "more"): 5, ("two", "well"): 10}
    found = drawn(small(), flows=flows)
    assert (node(found, "one").visits, node(found, "two").visits) == (10, 12)


def test_visits_that_are_told_stand_even_where_plays_come_back() -> None:
    flows = {("one", "kind"): 12, ("two", "again"): 6, ("two", "well"): 10}
    found = drawn(small(), flows=flows, visits={"one": 12, "two": 12, "good": 10, "bad": 2})
    assert [(node(found, key).visits, node(found, key).share) for key in ("one", "two")] == [(12, 1.0), (12, 1.0)]
    assert (node(found, "good").visits, edge(found, "two", "one").flow) == (10, 6)


def test_a_typed_reply_is_a_line_for_each_of_its_ways() -> None:
    typed = {"steps": {"listen": 2}, "criterion": "lscat", "goto": "good", "goto_taboo": "bad"}
    found = drawn(story({"one": scene(typed=typed)}), flows={("one", TYPED): 3})
    assert node(found, "one").replies == 1
    assert (edge(found, "one", "good").flow, edge(found, "one", "bad").flow) == (3, 0)


# --- on the page


def test_scenes_are_links_and_the_selected_one_says_so(app: Flask) -> None:
    shown = rendered(app, drawn(small(), selected="two", problems={"one": 2}))
    assert 'href="/scene/one"' in shown and 'href="/scene/good"' in shown
    assert shown.count('aria-current="true"') == 1
    assert "3 replies; the first scene; 2 problems" in shown
    assert 'class="alarm"' in shown


def test_what_is_broken_stands_there_in_words(app: Flask) -> None:
    body = small()
    body["scenes"]["two"]["choices"]["well"]["goto"] = "nowhere"
    del body["scenes"]["one"]["choices"]["kind"]["goto"]
    shown = rendered(app, drawn(body))
    assert "“nowhere”, which does not exist" in shown
    assert "nothing yet: choose where it leads" in shown
    assert "2 replies lead nowhere" in shown
    assert "not reached from the first scene" in shown


def test_the_list_says_where_each_reply_leads(app: Flask) -> None:
    shown = rendered(app, drawn(small(), best=[("one", "kind")]))
    listed = shown.split("Where each reply leads", 1)[1]
    assert listed.count("leads to") == 7
    assert "best route" in listed


def test_a_scene_that_leads_nowhere_yet_says_so(app: Flask) -> None:
    assert "no reply yet" in rendered(app, drawn({"scenes": {"one": {"says": "Hm"}}}))


def test_words_of_authors_are_escaped(app: Flask) -> None:
    body = story(
        {"one": {**scene(a=choice("good")), "says": "<script>x</script>"}}, endings={"good": ending(title="<b>")}
    )
    with app.test_request_context():
        shown = render_template_string(PAGE, map=drawn(body))
    assert "<script>" not in shown and "<b>" not in shown.replace('<b class="coral">', "")
