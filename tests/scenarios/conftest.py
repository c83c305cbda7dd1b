"""Fixtures of the role-plays' tests."""

from collections.abc import Callable

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.core.access import Role
from lms.core.database import unit_of_work
from tests import factories_scenarios as sets


@pytest.fixture
def wet_floor(app: Flask) -> None:
    """A small role-play that is published, with the key "wet-floor"."""
    with app.app_context(), unit_of_work():
        sets.scenario()


@pytest.fixture
def trainer(sign_in: Callable[..., FlaskClient]) -> FlaskClient:
    return sign_in(Role.TRAINER)
