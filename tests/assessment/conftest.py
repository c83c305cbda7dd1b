"""Fixtures of the exams' tests."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from lms.core.database import unit_of_work
from lms.identity.models import Person
from tests import factories
from tests import factories_assessment as make


@pytest.fixture
def learner(app: Flask) -> Person:
    with app.app_context(), unit_of_work():
        return factories.person()


@pytest.fixture
def exam(app: Flask) -> Callable[..., None]:
    """``exam(time_limit_minutes=30)`` makes a topic with items and the exam that draws from it."""

    def build(**changes: Any) -> None:
        with app.app_context(), unit_of_work():
            make.topic()
            make.exam(**changes)

    return build
