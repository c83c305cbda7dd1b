"""Pass rates as measurements: groups with their intervals, verdicts and the months they are drawn over (pure)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any

from lms.core.texts import N_
from lms.statistics.control_charts import Chart, Sample, p_baseline, p_chart
from lms.statistics.proportions import Proportion, Verdict, proportion, verdict

PASS_TARGET = 0.9
EMOTION_TARGET = 0.8
TARGETS = (0.7, 0.75, 0.8, 0.85, 0.9, 0.95)
MOST_MONTHS = 60


class By(StrEnum):
    """What pass rates are told by."""

    DEPARTMENT = "department"
    SITE = "site"
    JOB_ROLE = "job-role"
    MONTH = "month"
    TRAINER = "trainer"
    VERSION = "version"


BY_WORDS = {
    By.DEPARTMENT: N_("department"),
    By.SITE: N_("site"),
    By.JOB_ROLE: N_("job role"),
    By.MONTH: N_("month"),
    By.TRAINER: N_("trainer"),
    By.VERSION: N_("exam version"),
}
BY_TITLES = {
    By.DEPARTMENT: N_("By department"),
    By.SITE: N_("By site"),
    By.JOB_ROLE: N_("By job role"),
    By.MONTH: N_("By month"),
    By.TRAINER: N_("By trainer"),
    By.VERSION: N_("By exam version"),
}
BY_HEADS = {
    By.DEPARTMENT: N_("Department"),
    By.SITE: N_("Site"),
    By.JOB_ROLE: N_("Job role"),
    By.MONTH: N_("Month"),
    By.TRAINER: N_("Trainer"),
    By.VERSION: N_("Exam version"),
}


@dataclass(frozen=True, slots=True)
class Count:
    """``passed`` of ``n`` in one group; key and name None for those without one (no department, no trainer)."""

    key: str | None
    name: Any
    passed: int
    n: int


@dataclass(frozen=True, slots=True)
class Rate:
    """A group's rate with its Wilson interval and what it says about the target."""

    key: str | None
    name: Any
    of: Proportion
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Rates:
    """All groups together, and each by itself."""

    whole: Rate
    groups: tuple[Rate, ...]
    target: float

    def having(self, wanted: Verdict) -> list[Rate]:
        """The groups with one verdict."""
        return [one for one in self.groups if one.verdict is wanted]


def rate(count: Count, target: float) -> Rate:
    """One count against the target (0-1)."""
    of = proportion(count.passed, count.n)
    return Rate(count.key, count.name, of, verdict(of, target))


def rates(counts: Iterable[Count], target: float) -> Rates:
    """The groups in the order given, and their sum."""
    counts = list(counts)
    whole = Count(None, None, sum(one.passed for one in counts), sum(one.n for one in counts))
    return Rates(rate(whole, target), tuple(rate(one, target) for one in counts), target)


def ranked(found: Rates) -> Rates:
    """The same with proven groups first, then by rate; those without attempts come last."""
    order = (Verdict.MET, Verdict.NOT_PROVEN, Verdict.NOT_MET, Verdict.NO_DATA)
    groups = sorted(
        found.groups, key=lambda one: (order.index(one.verdict), -(one.of.rate or 0), -one.of.n, str(one.key))
    )
    return Rates(found.whole, tuple(groups), found.target)


# ---- months ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Month:
    """A calendar month."""

    year: int
    month: int

    @property
    def key(self) -> str:
        """As the API names it: "2026-11"."""
        return f"{self.year:04d}-{self.month:02d}"

    @property
    def begins_on(self) -> date:
        return date(self.year, self.month, 1)

    @property
    def following(self) -> "Month":
        return Month(self.year + self.month // 12, self.month % 12 + 1)


def months(from_on: date, to_on: date) -> list[Month]:
    """The months from one day to another, both included; the newest ``MOST_MONTHS`` of them."""
    found, month = [], Month(from_on.year, from_on.month)
    while month.begins_on <= to_on:
        found.append(month)
        month = month.following
    return found[-MOST_MONTHS:]


def months_back(today: date, number: int) -> date:
    """The first day of the month that lies ``number`` months before this one."""
    index = today.year * 12 + today.month - 1 - number
    return date(index // 12, index % 12 + 1, 1)


def month_chart(counts: Sequence[Count]) -> Chart:
    """The p-chart of counts by month, in order of time: limits from the mean of the months shown."""
    samples = [Sample(one.passed, one.n) for one in counts]
    return p_chart(samples, p_baseline(samples))
