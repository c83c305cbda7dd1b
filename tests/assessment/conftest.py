"""Fixtures of the exams' tests."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.assessment import sync
from lms.core import clock
from lms.core.access import Role
from lms.core.database import unit_of_work
from lms.identity.models import Person
from tests import factories
from tests import factories_assessment as make
from tests import factories_courses as courses
from tests.assessment.plan_forms import LEVELS


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


@pytest.fixture
def bank(app: Flask) -> None:
    """A course, two topics and an exam, as the editor of plans finds them."""
    with app.app_context(), unit_of_work():
        courses.course()
        step = f"greeting/hello/{courses.lesson('hello', kind='sop')['sop']['steps'][0]['key']}"
        bodies = [
            make.item(f"complaints-{n}", difficulty=LEVELS[n % 3], sop=[step] if n < 3 else []) for n in range(1, 13)
        ]
        make.topic("complaints", bodies)
        make.topic("refunds", 3)
        sync.sync([make.plan(wait_hours=24)], pack="tests", now=clock.now())


@pytest.fixture
def trainer(sign_in: Callable[..., FlaskClient], bank: None) -> FlaskClient:
    """The browser of a trainer who finds that bank."""
    return sign_in(Role.TRAINER)
