"""Verification codes survive being read aloud and typed."""

import secrets

import pytest

from lms.certification import codes


def test_a_code_has_fifty_random_bits_in_readable_signs() -> None:
    made = {codes.new_code(secrets.choice) for _ in range(200)}
    assert len(made) == 200
    assert all(len(code) == 10 and set(code) <= set(codes.ALPHABET) for code in made)
    assert len(codes.ALPHABET) == 32 and not set("ILOU") & set(codes.ALPHABET)


@pytest.mark.parametrize("typed", ["7K3MQ4TZ10", "7k3mq-4tz10", " 7K3MQ 4TZIO ", "7k3mq-4tzlo"])
def test_a_code_is_read_however_it_was_typed(typed: str) -> None:
    assert codes.read(typed) == "7K3MQ4TZ10"


@pytest.mark.parametrize("typed", ["", "7K3MQ", "7K3MQ4TZ1U", "7K3MQ4TZ10X", "../../etc/p", "七K3MQ4TZ10"])
def test_what_is_no_code_is_none(typed: str) -> None:
    assert codes.read(typed) is None


def test_a_code_is_shown_in_two_halves() -> None:
    assert codes.shown("7K3MQ4TZ10") == "7K3MQ-4TZ10"
