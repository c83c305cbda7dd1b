"""Report pages: the three targets, and pass rates."""

from datetime import date
from typing import Any

from flask import Blueprint, Response, request, url_for
from flask import render_template as render
from flask_babel import gettext

from lms.core import clock
from lms.core.access import has, requires, viewer
from lms.core.errors import Invalid
from lms.core.exports import CSV_TYPE, csv_pieces
from lms.core.texts import N_, Message
from lms.core.web import percent
from lms.reporting import queries, queries_certified, queries_emotions, queries_items, queries_plays, sentences
from lms.reporting import views_words as say
from lms.reporting.queries import Period
from lms.reporting.rates import (
    BY_HEADS,
    BY_TITLES,
    BY_WORDS,
    EMOTION_TARGET,
    PASS_TARGET,
    TARGETS,
    By,
    Count,
    months_back,
    ranked,
    rate,
    rates,
)
from lms.statistics.proportions import Verdict

bp = Blueprint("reporting", __name__, url_prefix="/reports")


def period_asked(months: int = 11) -> Period:
    """The period of the address; default the months so far and ``months`` before this one. Bad days: ``Invalid``."""
    today = clock.today()
    from_on = _day("from") or months_back(today, months)
    to_on = _day("to") or today
    if from_on > to_on:
        raise Invalid(Message(N_("The period ends before it begins; change one of the days.")))
    return Period(from_on, to_on)


def _day(name: str) -> date | None:
    value = request.args.get(name, "")
    if not value:
        return None
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise Invalid(Message(N_("“%(value)s” is not a day; write it like 2026-11-30."), {"value": value})) from None


# ---- overview ---------------------------------------------------------------------------


@bp.get("")
@requires("reports.read")
def overview() -> str:
    """The three targets of the service standard as sentences, and the way to each report."""
    person, today, period = viewer(), clock.today(), period_asked()
    passes = rate(queries.totals(None, period, person), PASS_TARGET)
    emotions = rate(queries_emotions.emotion_total(person, period), EMOTION_TARGET)
    counted = queries.by_certification(period, person)
    listed = [
        (one, rate(counted.get(one.id, Count(None, None, 0, 0)), PASS_TARGET)) for one in queries.certifications()
    ]
    begins = min((say.scale_of(one.of, PASS_TARGET) for _, one in listed), default=0.4)
    may_see_items = has(person, "item-statistics.read")
    return render(
        "reporting/overview.html",
        period=period,
        certified=queries_certified.whole(person, today),
        passes=passes,
        emotions=emotions,
        target_sentence=_target_sentence,
        rows=[_certification_row(one, found, begins) for one, found in listed],
        begins=begins,
        exams=queries_items.exams() if may_see_items else [],
        scenarios=queries_plays.scenario_list() if may_see_items else [],
        is_scoped=queries.department_scope(person) is not None,
        interval=say.interval_words,
        pass_target=PASS_TARGET,
        emotion_target=EMOTION_TARGET,
    )


def _target_sentence(kind: str, found: Any, target: float) -> str:
    """One of the two sampled targets as a sentence."""
    templates = sentences.EMOTION if kind == "emotion" else OVERALL
    values = {"rate": percent(found.of.rate, 1), "target": percent(target)}
    return say.say(Message(templates[found.verdict], values))


OVERALL = {
    Verdict.MET: N_("Exams are passed at %(rate)s on first attempts, which meets the %(target)s target."),
    Verdict.NOT_MET: N_("Exams are passed at %(rate)s on first attempts; the %(target)s target is not met."),
    Verdict.NOT_PROVEN: N_("Exams are passed at %(rate)s on first attempts; the %(target)s target is not proven."),
    Verdict.NO_DATA: N_("Nobody has finished a first attempt at an exam in this time."),
}


def _certification_row(one: Any, found: Any, begins: float) -> dict[str, Any]:
    return {"key": one.key, **say.rate_row(found, say.words(one.title, one.key), PASS_TARGET, begins)}


# ---- pass rates ---------------------------------------------------------------------------


@bp.get("/pass-rates")
@requires("reports.read")
def pass_rates() -> str:
    """Pass rates of a certification by whatever the sentence says, with intervals, verdicts and a control chart."""
    person, asked = viewer(), _Asked()
    counts = asked.counts(asked.by, person)
    by_month = counts if asked.by is By.MONTH else asked.counts(By.MONTH, person)
    if asked.by is By.DEPARTMENT and asked.department is None:
        idle = queries.idle_departments(asked.certification, person, [one.key for one in counts if one.key])
        counts = [*counts, *(Count(one.key, one.name, 0, 0) for one in idle)]
    found = rates(counts, asked.target)
    shown = found if asked.by is By.MONTH else ranked(found)
    begins = min((say.scale_of(one.of, asked.target) for one in found.groups), default=0.4)
    names = [(one, say.group_name(asked.by, one.key, one.name), asked.url_of(one)) for one in shown.groups]
    pictures = say.month_pictures(by_month, asked.target)
    return render(
        "reporting/pass_rates.html",
        asked=asked,
        found=found,
        title=say.conclusion(found, asked.title, asked.by),
        hint=say.in_a_row(say.say(sentences.too_few(found)), pictures["sentence"]),
        counts=[(kind, len(found.having(Verdict(kind)))) for kind in ("met", "not-proven", "not-met", "no-data")],
        rows=[say.rate_row(one, name, asked.target, begins, url) for one, name, url in names],
        begins=begins,
        department_options=asked.department_options(person),
        pictures=pictures,
        is_scoped=queries.department_scope(person) is not None,
    )


@bp.get("/pass-rates.csv")
@requires("reports.read")
def pass_rates_csv() -> Response:
    """The same as a file."""
    person, asked = viewer(), _Asked()
    found = rates(asked.counts(asked.by, person), asked.target)
    columns = [
        "certification", "department", "from", "to", "by", "key", "name", "n", "passed", "rate", "low", "high", "target", "verdict",
    ]  # fmt: skip
    key = asked.certification.key if asked.certification else "all"
    within = asked.department.key if asked.department else "all"
    head = [key, within, asked.period.from_on.isoformat(), asked.period.to_on.isoformat(), asked.by.value]
    rows = [
        [
            *head, one.key, say.group_name(asked.by, one.key, one.name) if one is not found.whole else gettext("All"),
            one.of.n, one.of.passed, one.of.rate, one.of.low, one.of.high, asked.target, one.verdict.value,
        ]
        for one in (*found.groups, found.whole)
    ]  # fmt: skip
    name = f"pass-rates-{key}-{f'{within}-' if asked.department else ''}{asked.by.value}-{asked.period.to_on.isoformat()}.csv"
    response = Response(csv_pieces(columns, rows), mimetype=CSV_TYPE)
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


class _Asked:
    """What the address asks for; anything unknown falls back to the usual, but an unknown department is ``NotFound``."""

    def __init__(self) -> None:
        self.known = queries.certifications()
        wanted = request.args.get("certification", "")
        by_key = {one.key: one for one in self.known}
        first = self.known[0] if self.known else None
        self.certification = None if wanted == "all" else by_key.get(wanted, first)
        self.by = By(value) if (value := request.args.get("by", "")) in set(By) else By.DEPARTMENT
        self.period = period_asked()
        key = request.args.get("department", "")
        self.department = queries.department(key, viewer()) if key else None
        target = request.args.get("target", type=float)
        self.target = target / 100 if target is not None and 0 < target <= 100 else PASS_TARGET

    @property
    def title(self) -> str:
        """What the report is about."""
        title = say.words(self.certification.title) if self.certification else gettext("All exams")
        if self.department is None:
            return title
        name = say.words(self.department.name, self.department.key)
        return gettext("%(title)s in %(department)s", title=title, department=name)

    def counts(self, by: By, person: Any) -> list[Count]:
        """What is asked for, by some dimension."""
        return queries.counts(self.certification, by, self.period, person, department=self.department)

    def url_of(self, one: Any) -> str | None:
        """Where a department's own months are shown, from its row in the table of departments."""
        if self.by is not By.DEPARTMENT or not one.key or self.department is not None:
            return None
        return url_for("reporting.pass_rates", **{**self.arguments, "by": By.MONTH.value, "department": one.key})

    def department_options(self, person: Any) -> list[tuple[str, str]]:
        """All departments, or one; the chosen one is there even where the list was cut."""
        listed = {one.key: say.words(one.name, one.key) for one in queries.departments(person)}
        if self.department is not None:
            listed[self.department.key] = say.words(self.department.name, self.department.key)
        return [("", gettext("all departments")), *listed.items()]

    @property
    def certification_options(self) -> list[tuple[str, str]]:
        return [*((one.key, say.words(one.title, one.key)) for one in self.known), ("all", gettext("all exams"))]

    @property
    def by_options(self) -> list[tuple[str, str]]:
        return [(by.value, gettext(BY_WORDS[by])) for by in By]

    @property
    def target_options(self) -> list[tuple[str, str]]:
        wanted = sorted({*TARGETS, self.target})
        return [(f"{100 * value:g}", percent(value, 0 if round(100 * value, 6) % 1 == 0 else 1)) for value in wanted]

    @property
    def by_title(self) -> str:
        return gettext(BY_TITLES[self.by])

    @property
    def by_head(self) -> str:
        return gettext(BY_HEADS[self.by])

    @property
    def arguments(self) -> dict[str, str]:
        """The same again, for links."""
        within = {"department": self.department.key} if self.department else {}
        return {
            "certification": self.certification.key if self.certification else "all", "by": self.by.value,
            "from": self.period.from_on.isoformat(), "to": self.period.to_on.isoformat(),
            "target": f"{100 * self.target:g}", **within,
        }  # fmt: skip
