"""Reading answers out of form fields."""

from typing import Any

import pytest

from lms.question_bank.form_answers import Unreadable, read


@pytest.mark.parametrize(
    ("kind", "fields", "answer"),
    [
        ("single", {"answer": ["2"]}, "2"),
        ("single", {}, None),
        ("judgement", {"answer": ["1"]}, "1"),
        ("true-false", {"answer": ["true"]}, True),
        ("true-false", {"answer": ["false"]}, False),
        ("true-false", {"answer": ["maybe"]}, None),
        ("multiple", {"answer": ["1", "3"]}, ["1", "3"]),
        ("multiple", {}, None),
        ("ordering", {"place-1": ["2"], "place-2": ["1"], "go": ["next"]}, ["2", "1"]),
        ("ordering", {"place-1": ["10"], "place-2": ["9"]}, ["2", "1"]),
        ("ordering", {"place-1": [""], "place-2": [""]}, None),
        ("matching", {"pair-1": ["2"], "pair-2": [""]}, {"1": "2"}),
        ("classify", {"pair-1": [""]}, None),
        ("emotion", {"answer": ["angry"]}, "angry"),
        ("number", {"answer": ["２４"]}, 24),
        ("number", {"answer": [" -2,5 "]}, -2.5),
        ("number", {"answer": [""]}, None),
        ("short-text", {"answer": ["24 hours"]}, "24 hours"),
        ("short-text", {"answer": [""]}, None),
    ],
)
def test_fields_become_an_answer(kind: str, fields: Any, answer: Any) -> None:
    assert read(kind, fields) == answer


@pytest.mark.parametrize(
    ("kind", "fields"),
    [
        ("number", {"answer": ["many"]}),
        ("number", {"answer": ["nan"]}),
        ("number", {"answer": ["inf"]}),
        ("number", {"answer": ["1,000,000"]}),
        ("ordering", {"place-1": ["1"], "place-2": ["1"]}),
        ("ordering", {"place-1": ["first"]}),
    ],
)
def test_what_cannot_be_read_says_why(kind: str, fields: Any) -> None:
    found = read(kind, fields)
    assert isinstance(found, Unreadable) and str(found.reason)
