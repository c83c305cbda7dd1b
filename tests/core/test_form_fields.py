"""Forms that stand for content: numbers as people type them, entries that move, two who write at once, notes once."""

from decimal import Decimal

import pytest

from lms.core.definitions import Problem
from lms.core.form_fields import (
    MOST_CHARACTERS,
    brought_over,
    keys_of,
    lines_in,
    moved,
    number_in,
    own,
    text_in,
    too_long,
    typed,
    without,
)
from lms.core.form_notes import noted, parts_of
from lms.core.texts import Message


@pytest.mark.parametrize(
    ("words", "number"),
    [("2", 2), (" 2.0 ", 2), ("0,5", Decimal("0.5")), ("１２", 12), ("\u22122", -2), ("", None), ("1e5", None), ("1,2,3", None)],
)
def test_numbers_are_read_as_people_type_them(words: str, number: object) -> None:
    refused: dict[str, Message] = {}
    assert number_in({"points": words}, "points", refused) == number
    assert bool(refused) == (number is None and words != "")


def test_of_a_hidden_field_and_a_box_the_box_wins() -> None:
    assert typed({"blind": ["", "1"], "do": ["add"]}, ("do",)) == {"blind": "1"}


def test_texts_and_lines_leave_out_what_is_empty() -> None:
    assert text_in({"title.en": "A", "title.zh-Hans": " "}, "title") == {"en": "A"}
    assert text_in({"title.en": " "}, "title") is None
    assert lines_in("a\r\n\r\n b ") == ["a", "b"]


def test_a_field_of_a_like_name_is_not_its_own() -> None:
    fields = {"cut": "80", "cut.en": "x", "cuts": "1", "keys.cut": "a", "empty": " "}
    assert set(own(fields, "cut")) == {"cut", "cut.en", "keys.cut"} and not own(fields, "empty")


def test_entries_move_and_go_with_all_that_is_theirs() -> None:
    fields = {"keys.parts": "0 1 1 ?! 2", "parts.1.title.en": "B", "parts.10.title.en": "K", "keys.parts.1": "a", "about.1": "x"}
    assert keys_of(fields, "parts") == ["0", "1", "2"]
    assert keys_of(moved(fields, "parts", "2", -1), "parts") == ["0", "2", "1"]
    assert keys_of(moved(fields, "parts", "0", -1), "parts") == ["0", "1", "2"]
    assert without(fields, "parts", "1", ("about.1",)) == {"keys.parts": "0 2", "parts.10.title.en": "K"}


def test_what_is_too_long_is_said_of_its_field() -> None:
    assert set(too_long({"a": "x" * MOST_CHARACTERS, "b": "x" * (MOST_CHARACTERS + 1)})) == {"b"}


def test_what_was_not_touched_shows_the_newer_words() -> None:
    met = brought_over(
        {"a": "1", "b": "1", "c": "x\ny"}, {"a": "2", "b": "2", "c": "x\ny", "d": "new"},
        {"a": "1", "b": "3", "c": "x\r\ny"},
    )  # fmt: skip
    assert met.fields == {"a": "2", "b": "3", "c": "x\ny", "d": "new"} and met.both == {"b": "2"}


def test_what_cannot_be_read_says_it_alone_and_nothing_is_said_twice() -> None:
    problems = [Problem("x", 1, place, Message(said)) for place, said in (("a", "A"), ("b.en", "B"), ("b.zh-Hans", "B"))]
    notes = noted(problems, {"a": Message("Unread")}, lambda dotted: dotted[0], lambda anchor: [Message(anchor)])
    assert [(note.anchor, str(note.finding.message)) for note in notes.all] == [("a", "Unread"), ("b", "B")]
    assert notes.errors == notes.all and set(notes.here) == {"a", "b"} and not notes.warnings


def test_the_place_of_a_problem_is_told_without_its_language() -> None:
    assert parts_of("sections[0].title.zh-Hans") == ["sections", "0", "title"] and parts_of("") == []
