"""Pass rates, months and sentences without a database; numbers computed by hand."""

from datetime import date

import pytest

from lms.core.texts import Message
from lms.reporting.rates import Count, Month, Rates, month_chart, months, months_back, ranked, rates
from lms.reporting.sentences import conclusion, too_few, unusual_months
from lms.statistics.proportions import Verdict


def found(*groups: tuple[str, int, int], target: float = 0.8) -> Rates:
    return rates([Count(name, name, passed, n) for name, passed, n in groups], target)


def test_a_rate_carries_its_wilson_interval() -> None:
    one = found(("hotline", 27, 30)).groups[0]
    assert (one.of.rate, one.of.low, one.of.high) == pytest.approx((0.9, 0.7438, 0.9654), abs=5e-5)
    assert one.verdict is Verdict.NOT_PROVEN


def test_the_whole_is_the_sum_of_its_groups() -> None:
    whole = found(("hotline", 270, 300), ("counter", 9, 10), ("desk", 0, 0)).whole
    assert (whole.of.passed, whole.of.n, whole.verdict) == (279, 310, Verdict.MET)


def test_proven_groups_come_first_and_empty_ones_last() -> None:
    shown = ranked(found(("few", 9, 10), ("none", 0, 0), ("bad", 30, 60), ("good", 95, 100)))
    assert [one.key for one in shown.groups] == ["good", "few", "bad", "none"]


def test_months_are_whole_and_across_the_year() -> None:
    assert [one.key for one in months(date(2026, 11, 19), date(2027, 2, 1))] == [
        "2026-11", "2026-12", "2027-01", "2027-02",
    ]  # fmt: skip
    assert months_back(date(2026, 11, 30), 11) == date(2025, 12, 1)
    assert months(date(2026, 12, 2), date(2026, 12, 1)) == [Month(2026, 12)]


def test_a_month_beyond_its_limits_signals() -> None:
    passed, n = (27, 23, 36, 18, 32, 20, 26), (30, 25, 40, 20, 35, 30, 28)
    counts = [Count(str(place), None, x, of) for place, (x, of) in enumerate(zip(passed, n, strict=True))]
    chart = month_chart(counts)
    assert chart.centre.value == pytest.approx(0.875)
    assert chart.points[5].lower == pytest.approx(0.6939, abs=5e-5)
    assert chart.signals == (5,)


def say(result: Rates) -> str:
    sentences = conclusion(
        result, "Level 1", lambda one: str(one.name), lambda share: f"{100 * (share or 0):.0f} %", ", ".join
    )
    return " ".join(str(sentence) for sentence in sentences)


def test_the_title_says_who_differs() -> None:
    result = found(("Hotline", 290, 320), ("Counter East", 33, 53))
    assert say(result) == "Level 1 passes at 87 % and meets the 80 % target. Counter East, at 62 %, does not."


def test_the_title_counts_many_who_differ() -> None:
    result = found(("Hotline", 950, 1000), ("A", 10, 30), ("B", 9, 30), ("C", 8, 30), ("D", 7, 30))
    assert say(result).endswith("4 do not: D, C, B ….")


def test_a_missed_target_names_who_reaches_it() -> None:
    result = found(("Hotline", 95, 100), ("Counter", 21, 100))
    assert say(result) == "Level 1 passes at 58 % and does not meet the 80 % target. Hotline, at 95 %, does."


def test_nothing_is_concluded_from_nothing() -> None:
    assert say(found()) == "Nobody finished a first attempt for Level 1 in this time."


def test_few_attempts_are_said_to_be_few() -> None:
    assert str(too_few(found(("a", 9, 10), ("b", 12, 15), ("c", 1, 9)))) == (
        "2 look fine but have too few attempts to say so."
    )
    assert too_few(found(("c", 1, 9))) is None


def test_unusual_months_are_named() -> None:
    assert unusual_months([], ", ".join) == Message("All months lie within their limits.")
    assert str(unusual_months(["May"], ", ".join)).startswith("May was unusual")
