"""Devices are called by the words people know."""

import pytest

from lms.identity.browsers import browser_words

WEBKIT = "AppleWebKit/537.36 (KHTML, like Gecko)"


@pytest.mark.parametrize(
    ("header", "words"),
    [
        (f"Mozilla/5.0 (X11; Linux x86_64) {WEBKIT} Chrome/140.0 Safari/537.36", "Chrome · Linux"),
        (f"Mozilla/5.0 (Windows NT 10.0; Win64) {WEBKIT} Chrome/140.0 Safari/537.36 Edg/140.0", "Edge · Windows"),
        (f"Mozilla/5.0 (Linux; Android 14; V2318A) {WEBKIT} Chrome/130.0 MicroMessenger/8.0", "WeChat · Android"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) Version/18.0 Safari/604.1", "Safari · iPhone"),
        ("training-terminal/" + "9" * 80, ("training-terminal/" + "9" * 80)[:60]),
        ("", ""),
    ],
)
def test_a_device_is_called_by_its_program_and_system(header: str, words: str) -> None:
    assert browser_words(header) == words
