"""Rests: how well somebody did without a task, whatever tasks they met."""

from random import Random

import pytest

from lms.statistics.rests import Rests


def test_without_missing_answers_the_rest_is_the_mean_over_the_other_tasks() -> None:
    marks = [(1.0, 0.5, 0.0), (0.0, 0.5, 1.0), (1.0, 1.0, 0.5), (0.0, 0.0, 0.5)]
    rests = Rests([list(enumerate(own)) for own in marks], 3)
    assert rests.levels == pytest.approx([0.5, 0.5, 0.5])
    assert rests.without(0, 0) == pytest.approx((0.5 + 0.0) / 2 - 0.5)
    assert rests.without(2, 1) == pytest.approx((1.0 + 0.5) / 2 - 0.5)


def test_who_is_led_to_hard_tasks_is_not_worse_for_it() -> None:
    """Half of the people, chosen by lot, meet a hard task instead of an easy one: their rests are alike."""
    rng = Random("ways")
    answers = []
    for person in range(2000):
        able = rng.gauss(0, 0.1)
        common = (0, 0.5 + able + rng.gauss(0, 0.1))
        other = (1, 0.2 + able + rng.gauss(0, 0.1)) if person % 2 else (2, 0.8 + able + rng.gauss(0, 0.1))
        answers.append([common, other])
    rests = Rests(answers, 3)
    means = [sum(rests.without(person, 0) or 0.0 for person in range(side, 2000, 2)) / 1000 for side in (0, 1)]
    assert means[0] == pytest.approx(means[1], abs=0.02)
    raw = [sum(answers[person][1][1] for person in range(side, 2000, 2)) / 1000 for side in (0, 1)]
    assert raw[0] - raw[1] > 0.5, "the marks themselves say where people went"


def test_levels_of_tasks_that_only_able_people_reach_are_those_of_all_people() -> None:
    """The able go on to a second task: its level is told as if all had met it."""
    rng = Random("able")
    answers = []
    for _ in range(3000):
        able = rng.gauss(0, 0.2)
        own = [(task, 0.5 + able + rng.gauss(0, 0.05)) for task in (0, 1, 2)]
        if able > 0:
            own.append((3, 0.5 + able + rng.gauss(0, 0.05)))
        answers.append(own)
    found = Rests(answers, 4)
    assert found.levels[3] == pytest.approx(0.5, abs=0.03)


def test_who_did_nothing_else_has_no_rest_and_a_task_met_twice_is_left_out_twice() -> None:
    rests = Rests([[(0, 1.0)], [(0, 0.0), (0, 1.0), (1, 1.0)], []], 2)
    assert rests.without(0, 0) is None and rests.without(2, 0) is None
    assert rests.without(1, 0) == pytest.approx(1.0 - rests.levels[1])
