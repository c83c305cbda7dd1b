"""Numbers and paths as addresses and forms bring them."""

from typing import Any

import pytest

from lms.core.access import Role
from lms.core.api import decode_cursor, encode_cursor
from lms.core.entered import own_path, whole_number
from lms.core.errors import Invalid


@pytest.mark.parametrize(("text", "number"), [("0", 0), ("17", 17), ("007", 7), ("999999999", 999_999_999)])
def test_plain_digits_are_a_number(text: str, number: int) -> None:
    assert whole_number(text) == number


@pytest.mark.parametrize("text", [None, "", "-1", "1.5", "²", "٣", "１", " 1", "9" * 10, "9" * 5000])
def test_anything_else_is_none(text: str | None) -> None:
    assert whole_number(text) is None


@pytest.mark.parametrize("path", ["/", "/courses/first?slot=2", "/job-aids?q=退款"])
def test_a_path_of_our_own_is_gone_to(path: str) -> None:
    assert own_path(path) == path


@pytest.mark.parametrize(
    "target", [None, "", "courses", "//evil.example", "/\\evil.example", "/\t/evil.example", "/\n/evil.example", "https://x"]
)
def test_a_way_out_is_refused(target: str | None) -> None:
    assert own_path(target) is None


@pytest.mark.parametrize("target", ["//evil.example/", "/\t/evil.example/", "/\\evil.example/"])
def test_switching_the_language_leads_nowhere_else(client: Any, target: str) -> None:
    response = client.post("/language", data={"language": "en", "next": target})
    assert response.headers["Location"] == "/"


def test_a_cursor_of_this_list_is_read() -> None:
    assert decode_cursor(encode_cursor("林晓雨", 7), str, int) == ["林晓雨", 7]


@pytest.mark.parametrize(
    "cursor",
    [
        encode_cursor(7), encode_cursor("a"), encode_cursor("a", "b"), encode_cursor(7, "a"), encode_cursor("\ud800", 7),
        "中", "!", "bnVsbA", "W3RydWUsIDFd", "W1tb" * 900,
    ],
)  # fmt: skip
def test_a_cursor_of_another_list_is_refused(cursor: str) -> None:
    with pytest.raises(Invalid):
        decode_cursor(cursor, str, int)


@pytest.mark.parametrize("day", ["0001-01-01T00:00:00%2B14:00", "9999-12-31T23:59:59-14:00"])
def test_an_instant_out_of_the_calendar_is_told(api: Any, day: str) -> None:
    assert api(Role.HR).get(f"/results?updated_since={day}").status_code == 422
