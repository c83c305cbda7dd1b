"""What this process remembers of versions, and forgets with a unit of work that failed."""

from typing import Any

import pytest

from lms.core import clock
from lms.core.database import savepoint, take_back, unit_of_work
from lms.question_bank import queries, service
from lms.question_bank.items import item_of
from tests import factories_assessment as make

ALPHA, DELTA = "skeyalpha", "skeydelta"


def saved(answer: str) -> int:
    """A new version of the item with this key."""
    body = make.item("t-1", answer=answer, feedback={})
    version: Any = service.save_item("t", item_of(body), actor=None, now=clock.now())
    assert queries.item(version).answer == answer
    return int(version)


@pytest.fixture
def stock(in_app: None) -> None:
    with unit_of_work():
        make.topic("t", [make.item("t-1")])


def test_a_version_of_a_failed_unit_is_forgotten(stock: None) -> None:
    with pytest.raises(RuntimeError), unit_of_work():
        saved(ALPHA)
        raise RuntimeError
    with unit_of_work():
        saved(DELTA)


def test_a_version_that_was_taken_back_is_forgotten(stock: None) -> None:
    with unit_of_work():
        saved(ALPHA)
        take_back()
        saved(DELTA)


def test_a_version_of_a_failed_part_is_forgotten_and_what_was_before_is_kept(stock: None) -> None:
    with unit_of_work():
        with pytest.raises(RuntimeError), savepoint():
            saved(ALPHA)
            raise RuntimeError
        saved(DELTA)
