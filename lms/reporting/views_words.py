"""What reports say, in words: names of groups, sentences, charts, rows for the templates."""

from collections.abc import Sequence
from typing import Any

from flask_babel import format_date, get_locale, gettext

from lms.core import charts, locale
from lms.core.control_chart import ControlPoint, Names, control_chart
from lms.core.texts import Message, in_language
from lms.core.web import percent
from lms.reporting import sentences
from lms.reporting.rates import By, Count, Month, Rate, Rates, month_chart
from lms.statistics.proportions import Proportion, Verdict


def words(text: Any, default: str = "") -> str:
    """A text in the reader's language."""
    return in_language(text, locale.language()) or default


def month_name(month: Month, *, short: bool = False) -> str:
    """A month: "November 2026", "2026年11月"; short "Nov", "11月"."""
    english = str(get_locale()) == "en"
    if short:
        return str(format_date(month.begins_on, "MMM" if english else "M月"))
    return str(format_date(month.begins_on, "MMMM y" if english else "y年M月"))


def group_name(by: By, key: str | None, name: Any) -> str:
    """What a group is called on a page."""
    if by is By.MONTH:
        return month_name(name)
    if key is None:
        return {
            By.DEPARTMENT: gettext("No department"), By.SITE: gettext("No site"),
            By.JOB_ROLE: gettext("No job role"), By.TRAINER: gettext("No trainer"),
        }.get(by, "–")  # fmt: skip
    if by is By.TRAINER:
        return str(name)
    if by is By.VERSION:
        return gettext("%(exam)s, version %(number)s", exam=words(name, key), number=key.rpartition("/")[2])
    return words(name, key)


def joined(names: Sequence[str]) -> str:
    """A list of names in a sentence."""
    return gettext(", ").join(names)


def say(message: Message | None) -> str:
    """A sentence in the reader's language."""
    return message.translated(gettext) if message is not None else ""


def conclusion(found: Rates, title: str, by: By, templates: dict[Verdict, str] = sentences.WHOLE) -> str:
    """The page's title: what the figures say, in one or two sentences."""
    parts = sentences.conclusion(
        found, title, lambda one: group_name(by, one.key, one.name), percent, joined, templates
    )
    return in_a_row(*(say(part) for part in parts))


def in_a_row(first: str, second: str = "") -> str:
    """Two sentences, one after the other, as the language spaces them; either may be empty."""
    return gettext("%(first)s %(second)s", first=first, second=second) if first and second else first or second


def scale_of(of: Proportion, target: float) -> float:
    """Where the scale of a whisker begins, so that all of it is seen."""
    low = min(target, 1.0 if of.low is None else of.low)
    return max(begin for begin in (0.0, 0.2, 0.4) if begin <= low)


def rate_row(one: Rate, name: str, target: float, begins: float, url: str | None = None) -> dict[str, Any]:
    """A row of a table of rates."""
    of = one.of
    return {
        "name": name, "url": url, "n": of.n, "passed": of.passed, "rate": of.rate, "verdict": one.verdict.value,
        "interval": interval_words(of), "whisker": whisker(of, one.verdict, target, begins),
    }  # fmt: skip


def interval_words(of: Proportion) -> str:
    """The interval in whole percent: "83–96 %"."""
    if of.low is None or of.high is None:
        return "–"
    return f"{100 * of.low:.0f}–{percent(of.high)}"


def whisker(of: Proportion, verdict: Verdict, target: float, begins: float = 0.0) -> charts.Whisker | None:
    """A rate with its interval, drawn; None without data."""
    if of.rate is None or of.low is None or of.high is None:
        return None
    spoken = gettext("%(rate)s, 95 %% interval %(low)s to %(high)s", rate=percent(of.rate, 1), low=percent(of.low),
                     high=percent(of.high))  # fmt: skip
    return charts.dot_and_whisker(
        of.rate, (of.low, of.high), target=target, verdict=verdict.value, description=spoken, scale=(begins, 1.0)
    )


def month_pictures(counts: Sequence[Count], target: float) -> dict[str, Any]:
    """The p-chart for desk and phone with what it says; without limits only the reason."""
    chart = month_chart(counts)
    if chart.reason is not None or chart.centre.value is None:
        return {"reason": say(chart.reason), "sentence": "", "broad": None, "narrow": None}
    shown = [(count, point) for count, point in zip(counts, chart.points, strict=True) if point.value is not None]
    unusual = [month_name(count.name) for count, point in shown if point.signals]
    sentence = say(sentences.unusual_months(unusual, joined))
    points = [_point(count, point) for count, point in shown]
    names = Names(
        gettext("Month"), gettext("Pass rate"), gettext("mean %(rate)s", rate=percent(chart.centre.value)),
        gettext("target %(rate)s", rate=percent(target)), gettext("lower limit"), gettext("upper limit"),
    )  # fmt: skip
    drawn = {
        "centre": chart.centre.value, "target": target, "names": names, "title": gettext("Pass rate by month"),
        "description": sentence, "written": percent,
    }  # fmt: skip
    narrow = control_chart(points[-9:], size=charts.PHONE, **drawn)
    return {"reason": "", "sentence": sentence, "broad": control_chart(points, **drawn), "narrow": narrow}


def _point(count: Count, point: Any) -> ControlPoint:
    notes = (month_name(count.name), gettext("%(passed)s of %(n)s passed", passed=count.passed, n=count.n))
    return ControlPoint(
        month_name(count.name, short=True), point.value, point.drawn_lower, point.drawn_upper, bool(point.signals),
        notes if point.signals else (),
    )  # fmt: skip
