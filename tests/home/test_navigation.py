"""The navigation says where one is: one entry at most, also on the pages below it."""

import re
from collections.abc import Callable
from typing import Any

import pytest

from lms.core.access import Role
from tests import factories_assessment as exams


@pytest.mark.parametrize(
    ("role", "path", "entry"),
    [
        (Role.TRAINER, "/author/items", "Items"),
        (Role.TRAINER, "/author/new-item", "Items"),
        (Role.TRAINER, "/author/new-topic", "Items"),
        (Role.TRAINER, "/author/topics", "Items"),
        (Role.TRAINER, "/author/regradings", "Marking"),
        (Role.TRAINER, "/author/exams/new", "Exams"),
        (Role.ADMIN, "/marking/replies/agreement", "Typed replies"),
        (Role.MANAGER, "/team", "Team"),
        (Role.TRAINER, "/account", None),
    ],
)
def test_one_entry_says_where_one_is(
    books: Callable[[], Any], sign_in: Callable[..., Any], role: Role, path: str, entry: str | None
) -> None:
    with books():
        exams.topic("complaints", 1)
    page = sign_in(role).get(path).get_data(as_text=True)
    here = re.findall(r'aria-current="page">(?:<svg.*?</svg>)?(?:<span>)?([^<]+)<', page)
    assert set(here) <= {entry} and (bool(here) is (entry is not None)), here
