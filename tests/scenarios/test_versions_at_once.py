"""Authors at one role-play in the same moment: one is kept, the others are told, nobody's work is written over."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from lms.core import clock
from lms.core.database import unit_of_work
from lms.core.errors import Conflict
from lms.identity.models import Person
from lms.scenarios import queries_bodies, queries_drafts, queries_frameworks, service_versions
from lms.scenarios.definitions import ScenarioDefinition
from tests import factories
from tests import factories_scenarios as make
from tests.conftest import THREADS

Run = Callable[[Callable[[int], Any]], list[Any]]


@pytest.fixture
def author(app: Flask) -> Person:
    with app.app_context(), unit_of_work():
        make.bundled()
        return factories.person()


def renamed(number: int, key: str = "late-delivery") -> ScenarioDefinition:
    found = queries_bodies.stored_scenario("late-delivery").definition
    return found.model_copy(update={"scenario": key, "title": {"en": f"Title {number}", "zh-Hans": f"标题{number}"}})


def test_of_those_who_add_a_role_play_with_one_key_one_is_kept(app: Flask, at_once: Run, author: Person) -> None:
    def add(number: int) -> str:
        fresh = renamed(number, "fresh")
        framework = queries_frameworks.framework(fresh.framework)
        try:
            service_versions.add_scenario(fresh, framework, actor=author, now=clock.now())
        except Conflict:
            return "told"
        return "kept"

    outcomes = Counter(at_once(add))
    with app.app_context():
        assert outcomes.pop("kept") == 1 and queries_bodies.stored_scenario("fresh").number == 1
    assert set(outcomes) == {"told"}


@pytest.mark.parametrize("way", ["api", "editor"])
def test_who_waited_for_a_role_play_finds_the_version_that_came_meanwhile(
    app: Flask, at_once: Run, author: Person, way: str
) -> None:
    with app.app_context():
        changes = [renamed(number) for number in range(THREADS)]

    def change(number: int) -> int | None:
        if way == "api":
            found: int | None = queries_bodies.stored_scenario("late-delivery", lock=True).number
        else:
            found = queries_drafts.stand("late-delivery", lock=True).version
        fresh = changes[number]
        framework = queries_frameworks.framework(fresh.framework)
        service_versions.save_scenario(fresh, framework, actor=author, now=clock.now())
        return found

    found = at_once(change)
    assert sorted(found) == list(range(1, len(found) + 1))
