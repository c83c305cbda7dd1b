"""How many people mark one piece of work."""

import pytest

from lms.core.second_marks import marks_needed


def near(one: int, other: int) -> bool:
    return abs(one - other) <= 1


@pytest.mark.parametrize("marks", [[], [5], [5, 9], [5, 9, 0]])
def test_where_one_marks_no_second_is_asked(marks: list[int]) -> None:
    assert marks_needed(marks, 1, near) == 1


@pytest.mark.parametrize("marks", [[], [5]])
def test_of_two_both_are_waited_for(marks: list[int]) -> None:
    assert marks_needed(marks, 2, near) == 2


@pytest.mark.parametrize("marks", [[5, 6], [6, 5], [5, 6, 0]])
def test_two_who_are_alike_are_enough(marks: list[int]) -> None:
    assert marks_needed(marks, 2, near) == 2


@pytest.mark.parametrize("marks", [[5, 9], [9, 5], [5, 9, 9]])
def test_two_who_differ_need_a_third_and_never_a_fourth(marks: list[int]) -> None:
    assert marks_needed(marks, 2, near) == 3


def test_a_third_that_was_asked_for_is_waited_for() -> None:
    assert marks_needed([5, 6], 3, near) == 3
