"""How pages write days."""

from datetime import UTC, date, datetime

import pytest
from flask import Flask

from lms.core import clock
from lms.core.web import short_day

NOW = datetime(2026, 11, 22, 4, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "this_year", "another"), [("en", "19 Nov", "19 Nov 2025"), ("zh-Hans", "11月19日", "2025年11月19日")]
)
def test_a_short_day_says_its_year_unless_it_is_this_one(app: Flask, language: str, this_year: str, another: str) -> None:
    with app.test_request_context(headers={"Accept-Language": language}), clock.at(NOW):
        assert short_day(date(2026, 11, 19)) == this_year
        assert short_day(date(2025, 11, 19)) == another
