"""Whether somebody may start an exam: tries, further tries, waiting, and the lesson between two tries."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from lms.assessment.attempt_states import State
from lms.assessment.content import Exam
from lms.assessment.openings import (
    Earlier,
    Help,
    LessonFirst,
    MayNotStart,
    MayStart,
    Opening,
    lesson_first,
    may_start,
)

NOW = datetime(2026, 11, 22, 9, tzinfo=UTC)
OPEN = Opening(None, None, False)


def plan(**fields: Any) -> Exam:
    title = {"en": "E", "zh-Hans": "考"}
    body = {"exam": "e", "title": title, "sections": [{"topic": "t", "draw": 1}], "wait_hours": 0, **fields}
    return Exam.model_validate(body)


def tried(count: int, state: State = State.GRADED, passed: bool = False) -> list[Earlier]:
    return [Earlier(n, state, NOW - timedelta(hours=10 * (count - n) + 1), passed) for n in range(1, count + 1)]


@given(st.integers(1, 5), st.integers(0, 4), st.integers(0, 9))
def test_further_tries_come_on_top_of_those_of_the_plan(attempts: int, extra: int, taken: int) -> None:
    decision = may_start(plan(attempts=attempts), OPEN, tried(taken), NOW, Help(extra_tries=extra))
    if taken < attempts + extra:
        assert decision == MayStart(attempts + extra - taken)
    else:
        assert isinstance(decision, MayNotStart) and decision.reason.values == {"count": attempts + extra}


def test_who_used_all_tries_is_told_when_a_trainer_knows() -> None:
    alone = may_start(plan(attempts=1), OPEN, tried(1), NOW)
    told = may_start(plan(attempts=1), OPEN, tried(1), NOW, Help(is_escalated=True))
    assert isinstance(alone, MayNotStart) and "Ask your trainer" in str(alone.reason)
    assert isinstance(told, MayNotStart) and "Your trainer has been told" in str(told.reason)


RULES = {"before_try": {3: {"lesson": "course/lesson"}}}


def test_a_lesson_stands_before_the_try_it_is_named_for_and_no_other() -> None:
    assert [lesson_first(plan(**RULES), tried(taken)) is not None for taken in range(5)] == [False, False, True, False, False]
    first = lesson_first(plan(**RULES), tried(2))
    assert first == LessonFirst("course/lesson", NOW - timedelta(hours=1))


def test_voided_attempts_move_no_lesson_and_a_pass_needs_none() -> None:
    voided = [*tried(2), Earlier(3, State.VOIDED, NOW, False)]
    assert lesson_first(plan(**RULES), voided) is not None
    assert lesson_first(plan(**RULES), [*tried(1), Earlier(2, State.VOIDED, NOW, False)]) is None
    assert lesson_first(plan(**RULES), tried(2, passed=True)) is None


def test_an_unread_lesson_is_said_before_the_waiting_time() -> None:
    decision = may_start(plan(wait_hours=24, **RULES), OPEN, tried(2), NOW, Help(lesson="course/lesson"))
    assert isinstance(decision, MayNotStart)
    assert decision.lesson == "course/lesson" and decision.opens_at is None
    waiting = may_start(plan(wait_hours=24, **RULES), OPEN, tried(2), NOW)
    assert isinstance(waiting, MayNotStart) and waiting.opens_at == NOW + timedelta(hours=23)


def test_no_next_try_while_one_that_may_decide_is_being_marked() -> None:
    """By what counts, and how the tries before it went: whether a third try waits for the marks of the second."""
    for counts, first_passed, waits in [
        ("best", False, True), ("best", True, False), ("first", False, False), ("last", True, True), ("mean", True, True),
    ]:  # fmt: skip
        tries = [*tried(1, passed=first_passed), Earlier(2, State.SUBMITTED, NOW - timedelta(hours=1))]
        decision = may_start(plan(counts=counts), OPEN, tries, NOW)
        assert isinstance(decision, MayNotStart) == waits
        if isinstance(decision, MayNotStart):
            assert "still being marked" in str(decision.reason) and decision.reason.values == {"number": 2}


def test_the_first_try_is_waited_for_where_the_first_counts() -> None:
    decision = may_start(plan(counts="first"), OPEN, tried(1, State.SUBMITTED), NOW)
    assert isinstance(decision, MayNotStart)


def test_marks_come_before_the_lesson_that_a_failed_try_would_ask_for() -> None:
    decision = may_start(plan(), OPEN, tried(1, State.SUBMITTED), NOW, Help(lesson="c/l"))
    assert isinstance(decision, MayNotStart) and decision.lesson is None
