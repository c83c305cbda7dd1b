"""Fixtures of the home's tests."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
from flask import Flask

from lms.core.database import unit_of_work


@pytest.fixture
def books(app: Flask) -> Callable[[], AbstractContextManager[None]]:
    """``with books(): …`` writes rows in a context and a unit of work of its own, so that browsers see them."""

    @contextmanager
    def writing() -> Iterator[None]:
        with app.app_context(), unit_of_work():
            yield

    return writing
