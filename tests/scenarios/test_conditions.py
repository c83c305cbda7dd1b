"""The language of ``when``: what it means, how it binds, and what it says about mistakes."""

import random
import re

import pytest

from lms.scenarios.conditions import ConditionError, parse
from tests.timing import rested_seconds

VARIABLES = ("trust", "anger-level", "not-sure", "and-then", "x2")
SCENES = ("facts", "or-else", "visited")


def any_condition(rng: random.Random, depth: int = 4) -> str:
    """A random condition with random brackets and spaces."""
    kind = rng.choice(("compare", "taboo", "visited", "not", "and", "or", "brackets")) if depth else "compare"
    space = rng.choice((" ", "  "))
    if kind == "compare":
        sign = rng.choice((">=", "<=", ">", "<", "==", "!="))
        gap = rng.choice(("", " "))
        return f"{rng.choice(VARIABLES)}{gap}{sign}{gap}{rng.randint(-3, 9)}"
    if kind == "taboo":
        return "taboo"
    if kind == "visited":
        return f"visited({rng.choice(SCENES)})" if rng.random() < 0.5 else f"visited ( {rng.choice(SCENES)} )"
    if kind == "not":
        return f"not{space}{any_condition(rng, depth - 1)}"
    if kind == "brackets":
        return f"({any_condition(rng, depth - 1)})"
    return f"{any_condition(rng, depth - 1)}{space}{kind}{space}{any_condition(rng, depth - 1)}"


def as_python(condition: str) -> str:
    """The same condition for Python, whose not, and, or bind alike."""
    text = re.sub(r"visited *\( *([a-z-]+) *\)", r"('\1' in entered)", condition)
    text = re.sub(r"\b(trust|anger-level|not-sure|and-then|x2)(?= *[<>=!])", r"values['\1']", text)
    return re.sub(r"\btaboo\b", "said", text)


def test_it_means_what_the_same_words_mean_in_python() -> None:
    rng = random.Random(7)
    for _ in range(1500):
        text = any_condition(rng)
        values = {name: rng.randint(-3, 9) for name in VARIABLES}
        said, entered = rng.random() < 0.5, frozenset(scene for scene in SCENES if rng.random() < 0.5)
        wanted = eval(as_python(text), {"values": values, "said": said, "entered": entered})
        assert parse(text).holds(values, said, entered) is wanted, text


@pytest.mark.parametrize(
    ("text", "trust", "taboo", "wanted"),
    [
        ("not taboo and trust > 5", 3, True, False),
        ("taboo or trust > 5 and trust > 7", 6, True, True),
        ("taboo or trust > 5 and trust > 7", 6, False, False),
        ("not (taboo or trust > 5)", 3, False, True),
        ("not not taboo", 0, True, True),
        ("trust >= -2", -2, False, True),
        ("trust != 3", 3, False, False),
    ],
)
def test_not_binds_before_and_before_or(text: str, trust: int, taboo: bool, wanted: bool) -> None:
    assert parse(text).holds({"trust": trust}, taboo, frozenset()) is wanted


def test_a_hyphen_belongs_to_the_name() -> None:
    condition = parse("anger-level > 2 and visited(call-back)")
    assert condition.variables == {"anger-level"}
    assert condition.scenes == {"call-back"}


@pytest.mark.parametrize(
    ("text", "column", "said"),
    [
        ("", 1, "the condition ends too early"),
        ("   ", 1, "the condition ends too early"),
        ("trust", 6, "the condition ends too early"),
        ("trust >= 4 and", 15, "the condition ends too early"),
        ("trust = 4", 7, "write == to ask"),
        ("trust >= four", 10, "a whole number is expected here, not “four”"),
        ("trust >= 4.5", 11, "“.” has no meaning here"),
        ("trust 4", 7, "one of >= <= > < == != is expected after “trust”, not “4”"),
        ("Trust >= 4", 1, "“T” has no meaning here"),
        ("trust >= 4 && taboo", 12, "“&” has no meaning here"),
        ("trust >= 4 taboo", 12, "“and”, “or” or the end is expected here, not “taboo”"),
        ("(taboo", 1, "this bracket is never closed"),
        ("(taboo))", 8, "this bracket was never opened"),
        ("and taboo", 1, "a condition is expected here, not “and”"),
        ("taboo or or taboo", 10, "a condition is expected here, not “or”"),
        ("visited facts", 9, "“(” is expected here, as in visited(scene), not “facts”"),
        ("visited()", 9, "the key of a scene is expected here, not “)”"),
        ("visited(facts", 14, "the condition ends too early"),
        ("taboo >= 1", 7, "“and”, “or” or the end is expected here, not “>=”"),
        ("trust > 1 > 0", 11, "“and”, “or” or the end is expected here, not “>”"),
    ],
)
def test_a_mistake_is_named_with_its_column(text: str, column: int, said: str) -> None:
    with pytest.raises(ConditionError) as error:
        parse(text)
    assert error.value.column == column
    assert str(error.value.message).startswith(f"Column {column}: {said}")


def test_any_text_is_read_or_refused_within_its_columns() -> None:
    rng = random.Random(11)
    words = ("trust", ">=", "4", "(", ")", "and", "or", "not", "taboo", "visited", "-", "=", " ", "\n", "&", "信任")
    for _ in range(3000):
        text = "".join(rng.choice(words) for _ in range(rng.randint(0, 9)))
        try:
            parse(text)
        except ConditionError as error:
            assert 1 <= error.column <= len(text) + 1, text


def test_depth_costs_no_stack_and_no_time() -> None:
    text = "(" * 20_000 + "not " * 20_001 + "taboo" + ")" * 20_000
    assert parse(text).holds({}, False, frozenset()) is True
    assert rested_seconds(lambda: parse(text), 2) < 2
