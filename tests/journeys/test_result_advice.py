"""After a failed exam the result names lessons worth reading again, and nothing of the answers."""

import re
from collections.abc import Callable
from typing import Any

from flask import Flask

from lms import config, packs
from lms.core import clock
from lms.core.access import Role
from lms.core.database import unit_of_work
from tests import factories


def test_a_failed_exam_leads_back_to_lessons(
    app: Flask, sign_in: Callable[..., Any], count_queries: Callable[..., Any]
) -> None:
    with app.app_context():
        packs.load([config.ROOT], take=None, actor=None, now=clock.now())
        with unit_of_work():
            person = factories.person(roles=[Role.LEARNER])
    browser = sign_in(person)
    attempt = browser.post("/exams/onboarding-exam").headers["Location"].split("?")[0]
    result = browser.post(f"{attempt}/hand-in").headers["Location"]
    browser.get(result)  # bodies are read once per process
    with count_queries() as queries:
        page = browser.get(result).text
    assert "Not passed yet." in page
    assert "Worth reading again" in page
    assert re.search(r'href="/courses/[a-z-]+/[a-z0-9-]+', page.split("Worth reading again")[1])
    assert "The right answers and the reasons are shown once you have passed." in page
    assert len(queries) <= 10, queries
