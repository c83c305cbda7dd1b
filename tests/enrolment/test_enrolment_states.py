"""Pure rules: which step is open, what time counts, when a path is due."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.enrolment.enrolment_states import (
    LessonFacts,
    Standing,
    StepRef,
    StepState,
    blocking_step,
    counted_seconds,
    due_day,
    marks_missing,
    neighbours,
    next_lesson,
    standings,
)

A, B, C = (StepRef("course", key) for key in "abc")
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


def test_in_an_ordered_path_one_step_is_open() -> None:
    assert standings([A, B, C], {A}, ordered=True) == [
        Standing(StepState.DONE), Standing(StepState.OPEN), Standing(StepState.LOCKED, B),
    ]  # fmt: skip


def test_a_step_done_out_of_turn_stays_done() -> None:
    assert [one.state for one in standings([A, B, C], {C}, ordered=True)] == ["open", "locked", "done"]


@given(st.lists(st.sampled_from([A, B, C]), unique=True), st.sets(st.sampled_from([A, B, C])), st.booleans())
def test_every_unfinished_path_has_an_open_step(steps: list[StepRef], done: set[StepRef], ordered: bool) -> None:
    states = [one.state for one in standings(steps, done, ordered=ordered)]
    assert (StepState.OPEN in states) == (not done.issuperset(steps))
    assert (StepState.LOCKED in states) <= ordered


def test_one_path_that_has_it_open_is_enough() -> None:
    assert blocking_step(B, [([A, B], True)], set()) == A
    assert blocking_step(B, [([A, B], True), ([B], True)], set()) is None
    assert blocking_step(B, [([A, B], False)], set()) is None
    assert blocking_step(C, [([A, B], True)], set()) is None


@pytest.mark.parametrize(("gap", "counted"), [(0, 0), (29.9, 29), (60, 60), (60.1, 0), (3600, 0), (-5, 0)])
def test_only_short_gaps_are_learning_time(gap: float, counted: int) -> None:
    assert counted_seconds(NOW, NOW + timedelta(seconds=gap)) == counted


@pytest.mark.parametrize(
    ("hired", "since", "due"),
    [
        (date(2026, 1, 1), None, date(2026, 1, 31)),
        (date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 3)),
        (date(2026, 4, 1), date(2026, 3, 2), date(2026, 5, 1)),
        (None, None, date(2026, 2, 19)),
        (date(2020, 1, 1), None, date(2026, 2, 19)),  # the path is newer than the person
    ],
)
def test_a_path_is_due_after_hire_or_role(hired: date | None, since: date | None, due: date) -> None:
    assert due_day(30, hired, since, date(2026, 1, 20)) == due


def facts(*done: bool) -> list[LessonFacts]:
    return [LessonFacts(str(n), False, is_done, False, False) for n, is_done in enumerate(done)]


def test_the_next_lesson_lies_behind_this_one_or_was_left_out() -> None:
    assert next_lesson(facts(False, True, False), after="1").key == "2"  # type: ignore[union-attr]
    assert next_lesson(facts(False, True, True), after="2").key == "0"  # type: ignore[union-attr]
    assert next_lesson(facts(True, True)) is None


def test_neighbours_at_the_ends() -> None:
    assert neighbours(["a", "b"], "a") == (None, "b")
    assert neighbours(["a", "b"], "b") == ("a", None)


def test_more_marks_than_wanted_do_not_help_other_items() -> None:
    items = [{"key": "x", "times": 2}, {"key": "y", "times": 1}]
    assert marks_missing(items, {"x": 5}) == 1
    assert marks_missing(items, {"x": 2, "y": 1}) == 0
