"""MEASURES.md 5, every pair of state and verb, and what time does."""

from datetime import UTC, datetime, timedelta
from itertools import product

import pytest

from lms.assessment.attempt_states import MOVES, Refused, State, Verb, due, move, takes_answers

ALLOWED = {
    ("in_progress", "submit"): "submitted",
    ("submitted", "marks-in"): "graded",
    ("in_progress", "time-up-submit"): "submitted",
    ("in_progress", "time-up-grace"): "overdue",
    ("overdue", "submit"): "submitted",
    ("overdue", "grace-over"): "abandoned",
    ("in_progress", "time-up-abandon"): "abandoned",
    ("in_progress", "extend"): "in_progress",
    ("overdue", "extend"): "in_progress",
    ("submitted", "set-aside"): "submitted",
    ("submitted", "retry"): "submitted",
    ("in_progress", "void"): "voided",
    ("overdue", "void"): "voided",
    ("submitted", "void"): "voided",
    ("graded", "void"): "voided",
    ("abandoned", "void"): "voided",
    ("voided", "void"): "voided",
}
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.mark.parametrize(("state", "verb"), list(product(State, Verb)))
def test_every_pair_moves_as_written_or_says_why_not(state: State, verb: Verb) -> None:
    following = move(state, verb)
    if (state.value, verb.value) in ALLOWED:
        assert following == ALLOWED[state.value, verb.value]
    else:
        assert isinstance(following, Refused)
        assert str(following.reason)


def test_the_table_holds_nothing_else() -> None:
    assert {(state.value, verb.value): following.value for (state, verb), following in MOVES.items()} == ALLOWED


@pytest.mark.parametrize(
    ("policy", "minutes", "expected"),
    [
        ("auto-submit", 0, ()),
        ("auto-submit", 1, (Verb.TIME_UP_SUBMIT,)),
        ("abandon", 1, (Verb.TIME_UP_ABANDON,)),
        ("grace", 1, (Verb.TIME_UP_GRACE,)),
        ("grace", 5, (Verb.TIME_UP_GRACE,)),
        ("grace", 6, (Verb.TIME_UP_GRACE, Verb.GRACE_OVER)),
    ],
)
def test_time_moves_an_attempt_in_progress_by_its_policy(policy: str, minutes: int, expected: tuple) -> None:
    now, grace = NOON + minutes * MINUTE, NOON + 5 * MINUTE if policy == "grace" else None
    assert due(State.IN_PROGRESS, policy, now, NOON, grace) == expected


def test_an_overdue_attempt_waits_for_the_end_of_its_grace() -> None:
    grace = NOON + 5 * MINUTE
    assert due(State.OVERDUE, "grace", grace, NOON, grace) == ()
    assert due(State.OVERDUE, "grace", grace + MINUTE, NOON, grace) == (Verb.GRACE_OVER,)


@pytest.mark.parametrize("state", [State.SUBMITTED, State.GRADED, State.ABANDONED, State.VOIDED])
def test_time_leaves_what_has_ended_alone(state: State) -> None:
    assert due(state, "auto-submit", NOON + MINUTE, NOON, None) == ()


def test_without_a_deadline_time_does_nothing() -> None:
    assert due(State.IN_PROGRESS, "auto-submit", NOON, None, None) == ()


def test_answers_are_taken_up_to_the_deadline_and_never_in_grace() -> None:
    assert takes_answers(State.IN_PROGRESS, NOON, NOON)
    assert not takes_answers(State.IN_PROGRESS, NOON + timedelta(microseconds=1), NOON)
    assert not takes_answers(State.OVERDUE, NOON, NOON)
    assert takes_answers(State.IN_PROGRESS, NOON, None)
