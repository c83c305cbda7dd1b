"""Which SOP steps are examined: by items, by scenes, by nothing."""

from collections.abc import Callable
from typing import Any

from lms.core.access import Role
from lms.reporting.coverage import CoveringItem, CoveringScene, Place, by_lesson, covered, tallies
from tests import factories_assessment as exams
from tests import factories_courses as courses
from tests import factories_scenarios as scenarios

TITLE = {"en": "Title"}


def place(lesson: str, step: str) -> Place:
    return Place(f"course/{lesson}/{step}", "course", TITLE, lesson, TITLE, {"en": step})


def test_a_wider_place_counts_for_every_step_in_it_and_nothing_counts_twice() -> None:
    steps = [place("one", "greet"), place("one", "ask"), place("two", "close")]
    item, wide = CoveringItem("item-1", "easy"), CoveringItem("item-2", "hard")
    scene = CoveringScene("late", TITLE, "opening")
    items = [("course/one/greet", item), ("course/one", wide), ("course/one", item)]
    found = covered(steps, items, [("course/two/close", scene)])
    assert [set(one.items) for one in found] == [{item, wide}, {item, wide}, set()]
    assert [len(one.items) for one in found] == [2, 2, 0]
    assert [list(one.scenes) for one in found] == [[], [], [scene]]
    assert not any(one.is_bare for one in found)
    assert [len(own) for own in by_lesson(found)] == [2, 1]
    (tally,) = tallies(found)
    assert (tally.steps, tally.by_items, tally.by_scenes, tally.bare) == (3, 2, 1, 0)


def test_a_place_that_only_begins_alike_is_another() -> None:
    found = covered([place("one", "ask")], [("course/one/ask-again", CoveringItem("item-1", "easy"))], [])
    assert found[0].is_bare


def test_the_page_names_bare_steps_and_links_to_what_covers_the_others(
    books: Callable[[], Any], sign_in: Callable[..., Any], count_queries: Callable[..., Any]
) -> None:
    with books():
        courses.course("complaints")
        exams.topic("complaints", [exams.item("complaints-1", sop=["complaints/hello/listen"])])
        exercised = ("    cues: [{en: \"Loud\"", "    sop: [complaints/hello/listen]\n    cues: [{en: \"Loud\"")
        scenarios.scenario(scenarios.definition(scenarios.SMALL, exercised))
    browser = sign_in(Role.TRAINER)
    page = browser.get("/reports/sop-coverage").text
    assert "examined by nothing" in page
    with count_queries() as few:
        page = browser.get("/reports/sop-coverage?course=complaints").text
    assert "/author/items/complaints-1" in page and "/author/scenarios/wet-floor" in page
    assert len(few) <= 8
    assert browser.get("/reports/sop-coverage?course=nothing").status_code == 404
