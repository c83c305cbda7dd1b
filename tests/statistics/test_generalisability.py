"""Reliability over tasks that not everybody did, against simulated truth."""

from random import Random

import pytest

from lms.statistics.generalisability import of_several, reliability, tasks_for


def scores(truth: float, persons: int, seed: str) -> list[dict[str, float]]:
    """People of whom ``truth`` of the variance is themselves; each does one to four of eight tasks, easy and hard ones."""
    rng = Random(seed)
    tasks = {f"task-{number}": rng.gauss(70, 8) for number in range(8)}
    rows = []
    for _ in range(persons):
        person = rng.gauss(0, 1) * truth**0.5
        done = rng.sample(sorted(tasks), rng.choice((1, 2, 3, 4)))
        rows.append({task: tasks[task] + 15 * (person + rng.gauss(0, 1) * (1 - truth) ** 0.5) for task in done})
    return rows


@pytest.mark.parametrize("truth", [0.0, 0.2, 0.35, 0.6])
def test_the_truth_comes_out(truth: float) -> None:
    found = reliability(scores(truth, 4000, f"large {truth}"))
    assert found.one.value == pytest.approx(truth, abs=0.03)
    assert found.one.n < 4000 == found.persons and found.tasks == 8


@pytest.mark.parametrize("truth", [0.2, 0.5])
def test_the_interval_holds_the_truth_about_as_often_as_it_says(truth: float) -> None:
    found = [reliability(scores(truth, 150, f"{truth} {number}")) for number in range(200)]
    assert sum((one.low or 0) <= truth <= (one.high or 0) for one in found) / 200 >= 0.9


def test_complete_scores_give_the_intraclass_correlation() -> None:
    rows = [{"a": 1.0, "b": 1.0}, {"a": 2.0, "b": 2.0}, {"a": 3.0, "b": 3.0}]
    assert reliability(rows, least=3).one.value == pytest.approx(1.0)
    rows = [{"a": 1.0, "b": 3.0}, {"a": 2.0, "b": 2.0}, {"a": 3.0, "b": 1.0}]
    found = reliability(rows, least=3)
    assert found.one.value == pytest.approx(-1.0) and found.pairs == 3


def test_a_harder_task_makes_nobody_unreliable() -> None:
    rows = [{"easy": score + 40, "hard": score} for score in (10.0, 20.0, 30.0, 40.0)]
    assert reliability(rows, least=3).one.value == pytest.approx(1.0)


def test_few_people_and_equal_people_give_a_reason() -> None:
    assert reliability(scores(0.5, 20, "few")).one.value is None
    assert reliability([{"a": 5.0, "b": 5.0}] * 40).one.reason is not None
    assert reliability([]).one.n == 0


def test_how_many_tasks_a_reliability_takes() -> None:
    assert (tasks_for(0.35, 0.7), tasks_for(0.35, 0.8)) == (5, 8)
    assert of_several(0.35, 4) < 0.7 <= of_several(0.35, 5)
    assert tasks_for(0.7, 0.7) == 1 and tasks_for(1.0, 0.8) == 1
    assert tasks_for(0.0, 0.7) is None and tasks_for(None, 0.7) is None and tasks_for(0.01, 0.8) is None
