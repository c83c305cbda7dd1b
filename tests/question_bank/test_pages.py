"""The authors' pages: the list, and one item drawn and scored by the exam's own code."""

from typing import Any

import pytest
from flask import Flask

from lms.core.access import Role
from lms.core.database import unit_of_work
from tests import factories_assessment as make


@pytest.fixture
def bank(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        make.every_type()
        make.topic("complaints", 70)


def test_the_list_is_narrowed_and_paged(sign_in: Any, bank: None, count_queries: Any) -> None:
    page = sign_in(Role.TRAINER)
    with count_queries() as queries:
        text = page.get("/author/items").text
    assert len(queries) <= 6
    assert "80 items, 2 topics" in text and text.count("table-stack") == 1
    assert "cursor=" in text
    narrowed = page.get("/author/items?topic=every-type&type=emotion").text
    assert "every-type-emotion" in narrowed and "every-type-single" not in narrowed
    following = text.split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    assert "complaints-70" in page.get(following).text
    assert "No item fits" in page.get("/author/items?text=nowhere").text
    assert page.get("/author/items?cursor=nonsense").status_code == 422


@pytest.mark.parametrize("kind", list(make.BODIES))
def test_every_type_is_drawn(sign_in: Any, bank: None, kind: str) -> None:
    text = sign_in(Role.TRAINER).get(f"/author/items/every-type-{kind}").text
    assert "As learners see it" in text and "Because it does." in text


@pytest.mark.parametrize(
    ("path", "earned"),
    [
        ("every-type-true-false?answer=false", "100"),
        ("every-type-true-false?answer=true", "0"),
        ("every-type-number?answer=２４", "100"),
        ("every-type-emotion?answer=impatient", "50"),
        ("every-type-short-text?answer=Twentyfour+Hours", "100"),
    ],
)
def test_a_tried_answer_earns_what_it_would_in_the_exam(sign_in: Any, bank: None, path: str, earned: str) -> None:
    text = sign_in(Role.TRAINER).get(f"/author/items/{path}").text
    assert f"This answer earns {earned}\u202f% of the points." in text


def test_what_cannot_be_read_is_said(sign_in: Any, bank: None) -> None:
    page = sign_in(Role.TRAINER)
    assert "is not a number" in page.get("/author/items/every-type-number?answer=many").text
    assert "Choose one of the options shown." in page.get("/author/items/every-type-single?answer=9").text
    assert page.get("/author/items/no-such-item").status_code == 404


def test_learners_never_get_there(sign_in: Any, bank: None) -> None:
    page = sign_in()
    assert page.get("/author/items").status_code == 403
    assert page.get("/author/items/every-type-single").status_code == 403


def test_an_item_leads_to_its_topic_and_to_the_next_one_there(sign_in: Any, bank: None) -> None:
    page = sign_in(Role.TRAINER).get("/author/items/complaints-1").text
    assert "/author/items?topic=complaints" in page and "/author/new-item?topic=complaints" in page
    read = sign_in(Role.AUDITOR).get("/author/items/complaints-1").text
    assert "/author/items?topic=complaints" in read and "/author/new-item" not in read
