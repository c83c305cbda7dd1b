"""Authors at one exam or one item in the same moment: one is kept, the others are told, nobody's work is written over."""

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from lms.assessment import queries_authors, service_plans
from lms.assessment.content import Exam as ExamDefinition
from lms.core import clock
from lms.core.content import plain
from lms.core.database import unit_of_work
from lms.core.errors import Conflict
from lms.identity.models import Person
from lms.question_bank import queries as bank
from lms.question_bank import service as items
from lms.question_bank.items import AnyItem, item_of
from tests import factories
from tests import factories_assessment as make

Run = Callable[[Callable[[int], Any]], list[Any]]


@pytest.fixture
def author(app: Flask) -> Person:
    with app.app_context(), unit_of_work():
        make.topic()
        make.exam()
        return factories.person()


def plan(title: str, key: str) -> ExamDefinition:
    body = plain(queries_authors.authored_exam("front-line").definition)
    return ExamDefinition.model_validate({**body, "exam": key, "title": {"en": title}})


def question(words: str, key: str) -> AnyItem:
    return item_of({**make.item(key), "stem": {"en": words}})


def told(function: Callable[[], Any]) -> str:
    try:
        function()
    except Conflict:
        return "told"
    return "kept"


def test_of_those_who_add_an_exam_with_one_key_one_is_kept(app: Flask, at_once: Run, author: Person) -> None:
    def add(number: int) -> str:
        return told(lambda: service_plans.add_plan(plan(f"Title {number}", "fresh"), actor=author, now=clock.now()))

    outcomes = Counter(at_once(add))
    with app.app_context():
        assert outcomes.pop("kept") == 1 and queries_authors.authored_exam("fresh").number == 1
    assert set(outcomes) == {"told"}


def test_of_those_who_add_an_item_with_one_key_one_is_kept(app: Flask, at_once: Run, author: Person) -> None:
    def add(number: int) -> str:
        fresh = question(f"Words {number}", "fresh")
        return told(lambda: items.add_item("complaints", fresh, actor=author, now=clock.now()))

    outcomes = Counter(at_once(add))
    with app.app_context():
        assert outcomes.pop("kept") == 1 and bank.authored_item("fresh").stored.number == 1
    assert set(outcomes) == {"told"}


def test_who_waited_for_an_exam_finds_the_version_that_came_meanwhile(at_once: Run, author: Person) -> None:
    def change(number: int) -> int:
        found = queries_authors.authored_exam("front-line", lock=True).number
        service_plans.save_plan(plan(f"Title {number}", "front-line"), actor=author, now=clock.now())
        return found

    found = at_once(change)
    assert sorted(found) == list(range(1, len(found) + 1))


def test_who_waited_for_an_item_finds_the_version_that_came_meanwhile(at_once: Run, author: Person) -> None:
    def change(number: int) -> int:
        found = bank.authored_item("complaints-1", lock=True).stored.number
        words = question(f"Words {number}", "complaints-1")
        items.save_item("complaints", words, actor=author, now=clock.now())
        return found

    found = at_once(change)
    assert sorted(found) == list(range(1, len(found) + 1))
