"""Agreement of markers with each other and with agreed samples."""

from decimal import Decimal

import pytest

from lms.assessment.marking_agreement import GivenMark, SampleMark, agreed_percent, by_line, by_marker, line_counts

LEVELS = {"tone": [Decimal(0), Decimal(1), Decimal(2)]}


def pairs(*points: tuple[int, int]) -> list[GivenMark]:
    """For each pair what marker 1 and marker 2 gave one answer."""
    return [
        GivenMark(essay, marker, {"tone": Decimal(given)})
        for essay, both in enumerate(points, 1)
        for marker, given in enumerate(both, 1)
    ]


def test_alike_is_the_share_of_pairs_with_the_same_level() -> None:
    (line,) = by_line(["tone"], pairs((0, 0), (1, 1), (2, 1), (2, 2)), minimum_n=2)
    assert (line.alike, line.n, line.share.value) == (3, 4, 0.75)
    assert line.alpha.n == 4 and line.alpha.value is not None and 0.5 < line.alpha.value < 1


def test_full_agreement_is_one_and_one_level_only_says_nothing() -> None:
    (full,) = by_line(["tone"], pairs((0, 0), (1, 1), (2, 2)), minimum_n=2)
    assert full.alpha.value == 1
    (same,) = by_line(["tone"], pairs((1, 1), (1, 1)), minimum_n=2)
    assert same.alpha.value is None and same.alpha.reason is not None


def test_too_few_pairs_give_no_figure_but_their_n() -> None:
    (line,) = by_line(["tone"], pairs((0, 0), (1, 1)))
    assert (line.alpha.value, line.alpha.n, line.n) == (None, 2, 2)
    assert (line.share.value, line.share.n) == (None, 2)
    assert by_line(["tone"], [])[0].n == 0 and by_marker(LEVELS, []) == []


def test_leniency_is_the_mean_difference_from_the_other_marker() -> None:
    first, second = by_marker(LEVELS, pairs((2, 1), (2, 2), (1, 0), (1, 1)), minimum_n=2)
    assert (first.marker_id, first.n, first.leniency.value) == (1, 4, 0.5)
    assert second.leniency.value == -0.5
    assert first.kappas["tone"].value == pytest.approx(second.kappas["tone"].value)
    assert by_marker(LEVELS, pairs((2, 1)))[0].leniency.value is None


def test_agreement_with_samples_counts_lines_and_waits_for_all_of_them() -> None:
    agreed = {"tone": "1", "facts": "2"}
    marks = [SampleMark(agreed, {"tone": "1", "facts": "2"}), SampleMark(agreed, {"tone": "0", "facts": "2"})]
    assert agreed_percent(marks) == 75
    assert (marks[0].differing, marks[1].differing) == ([], ["tone"])
    assert (line_counts("tone", marks), line_counts("facts", marks)) == ((1, 2), (2, 2))
    unfinished = [*marks, SampleMark(agreed, None)]
    assert agreed_percent(unfinished) is None and agreed_percent([]) is None
    assert line_counts("tone", unfinished) == (1, 2)
