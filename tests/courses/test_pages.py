"""Pages of courses: job aids and course care."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from flask import Flask

from lms.core import clock
from lms.core.access import Role
from lms.core.database import db, unit_of_work
from lms.courses.models import Course
from tests.factories_courses import course


@pytest.fixture(autouse=True)
def _course(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        course(review_by="2020-01-01")


def test_job_aids_are_browsed_and_searched(sign_in: Any, count_queries: Any) -> None:
    client = sign_in()
    assert "Hello" in client.get("/job-aids").text
    with count_queries() as statements:
        page = client.get("/job-aids?q=说完", headers={"Accept-Language": "zh-CN"})
    assert "让客户<" not in page.text
    assert "/courses/greeting/hello" in page.text
    assert len(statements) <= 8


def test_a_search_without_hits_offers_all_cards(sign_in: Any) -> None:
    page = sign_in().get("/job-aids?q=zzzz<script>")
    assert "/courses/greeting/hello" in page.text
    assert "zzzz<script>" not in page.text


def test_a_stale_course_is_reviewed(sign_in: Any, app: Flask) -> None:
    client = sign_in(Role.TRAINER)
    assert "One course is past its review day" in client.get("/author/courses").text
    ahead = clock.now() + timedelta(days=365)
    assert client.post("/author/courses/greeting", data={"review_by": "2020-02-01"}).status_code == 422
    assert client.post("/author/courses/greeting", data={"review_by": f"{ahead:%Y-%m-%d}"}).status_code == 302
    assert "No course is past its review day" in client.get("/author/courses").text
    assert f"{ahead.day} {ahead:%b %Y}" in client.get("/author/courses/greeting").text


def test_an_auditor_reads_but_does_not_review(sign_in: Any) -> None:
    client = sign_in(Role.AUDITOR)
    assert "I have reviewed it" not in client.get("/author/courses/greeting").text
    assert client.post("/author/courses/greeting", data={"review_by": "2099-01-01"}).status_code == 403


def test_a_retired_course_leaves_the_catalogue(sign_in: Any, app: Flask) -> None:
    client = sign_in(Role.TRAINER)
    assert client.post("/author/courses/greeting/retire").status_code == 302
    assert client.get("/courses/greeting").status_code == 404
    with app.app_context():
        assert db.session.query(Course).one().retired_at is not None


def test_a_review_by_today_is_too_late_where_the_organisation_works(sign_in: Any) -> None:
    client = sign_in(Role.TRAINER)
    with clock.at(datetime(2026, 3, 31, 16, 30, tzinfo=UTC)):  # the first of April in Shanghai
        page = client.post("/author/courses/greeting", data={"review_by": "2026-04-01"})
    assert page.status_code == 422
