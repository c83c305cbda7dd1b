"""Report pages about exams, role-plays, emotions and who is certified."""

from typing import Any

from flask import Blueprint, request
from flask import render_template as render
from flask_babel import gettext

from lms.core import clock, locale
from lms.core.access import requires, viewer
from lms.core.web import percent
from lms.question_bank.labels import label_name
from lms.reporting import queries, queries_certified, queries_items, queries_plays, sentences
from lms.reporting import views_words as say
from lms.reporting.item_figures import CONCERNS, concern, concerns, figures_of
from lms.reporting.rates import EMOTION_TARGET, PASS_TARGET, By, Count, ranked, rate, rates
from lms.reporting.views import period_asked
from lms.statistics.figures import MINIMUM_N

bp = Blueprint("measures", __name__, url_prefix="/reports")


def _version_asked() -> int | None:
    return request.args.get("version", type=int)


@bp.get("/exams/<string:exam>")
@requires("item-statistics.read")
def exam_statistics(exam: str) -> str:
    """An exam as a measurement: how hard, how telling, how reliable; from first attempts."""
    marks = queries_items.marks(exam, _version_asked())
    analysis = figures_of(marks.by_item, marks.places)
    chosen = marks.chosen
    passes = rate(Count(None, None, chosen.passed, chosen.n) if chosen else Count(None, None, 0, 0), PASS_TARGET)
    rows = [
        (name, figures, concern(figures)) for name, figures in zip(marks.names, analysis.figures.items, strict=True)
    ]
    return render(
        "reporting/exam_statistics.html",
        marks=marks,
        totals=analysis.figures.totals,
        by_slot=analysis.by_slot,
        rows=rows,
        concerns=CONCERNS,
        title=_exam_title(say.words(marks.exam.title, exam), analysis.figures, chosen.n if chosen else 0),
        passes=passes,
        interval=say.interval_words(passes.of),
        minimum=MINIMUM_N,
    )


def _exam_title(title: str, figures: Any, n: int) -> str:
    if n < MINIMUM_N:
        return gettext("%(exam)s: not enough data, %(n)s first attempts of at least %(needed)s.",
                       exam=title, n=n, needed=MINIMUM_N)  # fmt: skip
    found = concerns(figures.items)
    alpha = figures.totals.alpha.value
    if alpha is None:
        first = gettext("How reliable %(exam)s is cannot be told.", exam=title)
    elif alpha <= 0:
        first = gettext("%(exam)s does not measure one thing: its questions do not go together.", exam=title)
    else:
        first = gettext("%(exam)s measures with a reliability of %(alpha)s.", exam=title, alpha=percent(alpha / 100))
    second = gettext("%(count)s of %(items)s items ask for a look.", count=found, items=len(figures.items))
    return say.in_a_row(first, second)


@bp.get("/scenarios/<string:scenario>")
@requires("item-statistics.read")
def scenario_statistics(scenario: str) -> str:
    """A role-play as a measurement: which choices are taken in which scene, and how it ends."""
    marks = queries_plays.scenario_marks(scenario, _version_asked())
    chosen = marks.chosen
    passes = rate(Count(None, None, chosen.passed, chosen.n) if chosen else Count(None, None, 0, 0), PASS_TARGET)
    return render(
        "reporting/scenario_statistics.html",
        marks=marks,
        passes=passes,
        interval=say.interval_words(passes.of),
        minimum=MINIMUM_N,
    )


@bp.get("/emotion")
@requires("reports.read")
def emotion() -> str:
    """How well emotions are recognised, by department, and what is taken for what."""
    person, period = viewer(), period_asked()
    found = rates(queries_plays.emotion_counts(person, period), EMOTION_TARGET)
    shown = ranked(found)
    begins = min((say.scale_of(one.of, EMOTION_TARGET) for one in found.groups), default=0.4)
    confusion = queries_plays.confusion(person, period)
    return render(
        "reporting/emotion.html",
        period=period,
        found=found,
        title=say.conclusion(found, "", By.DEPARTMENT, sentences.EMOTION),
        hint=say.say(sentences.too_few(found)),
        rows=[
            say.rate_row(one, say.group_name(By.DEPARTMENT, one.key, one.name), EMOTION_TARGET, begins)
            for one in shown.groups
        ],
        begins=begins,
        confusion=confusion,
        label=lambda key: label_name(key, locale.language()) if key else gettext("no label"),
        target=EMOTION_TARGET,
        is_scoped=queries.department_scope(person) is not None,
    )


@bp.get("/certified")
@requires("reports.read")
def certified() -> str:
    """Of everybody whose job role must hold a certificate: how many do, and who does not."""
    person, today = viewer(), clock.today()
    departments, job_roles = queries_certified.groups(person, today)
    missing, cursor = queries_certified.uncertified(person, today, request.args.get("cursor"))
    whole = queries_certified.whole(person, today)
    return render(
        "reporting/certified.html",
        whole=whole,
        parts=[
            (gettext("By department"), gettext("Department"), departments, gettext("No department")),
            (gettext("By job role"), gettext("Job role"), job_roles, gettext("No job role")),
        ],
        missing=missing,
        next_cursor=cursor,
        today=today,
        is_scoped=queries.department_scope(person) is not None,
    )
