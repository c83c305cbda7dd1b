"""What is to be mended in a form, by the field where it is mended."""

from lms.core.definitions import Problem
from lms.core.form_notes import Note, Notes, by_anchor, noted, parts_of
from lms.core.texts import Message


def problem(place: str, words: str, severity: str = "error") -> Problem:
    return Problem("form", 1, place, Message(words), severity)  # type: ignore[arg-type]


def of(*problems: Problem, **refused: str) -> Notes[Note]:
    told = {place: Message(words) for place, words in refused.items()}
    return noted(problems, told, lambda dotted: ".".join(parts_of(dotted)), lambda anchor: [Message(anchor)])


def test_each_field_has_its_own_in_order() -> None:
    found = of(problem("a", "one"), problem("b", "two"), problem("a.en", "three"))
    assert {place: [str(note.finding.message) for note in notes] for place, notes in found.here.items()} == {
        "a": ["one", "three"],
        "b": ["two"],
    }


def test_what_stops_comes_before_what_is_to_be_looked_at() -> None:
    found = of(problem("a", "look", "warning"), problem("b", "mend"))
    assert [note.anchor for note in found.all] == ["b", "a"]
    assert ([note.anchor for note in found.errors], [note.anchor for note in found.warnings]) == (["b"], ["a"])


def test_notes_of_any_kind_are_gathered_by_place() -> None:
    one, two, three = of(problem("a", "1"), problem("b", "2"), problem("c", "3")).all
    assert by_anchor([("x", one), ("y", two), ("x", three)]) == {"x": (one, three), "y": (two,)}
