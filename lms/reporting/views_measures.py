"""Report pages about role-plays, emotions and who is certified."""


from flask import Blueprint, request
from flask import render_template as render
from flask_babel import gettext

from lms.core import clock, locale
from lms.core.access import requires, viewer
from lms.question_bank.labels import label_name
from lms.reporting import queries, queries_certified, queries_plays, sentences
from lms.reporting import views_words as say
from lms.reporting.rates import EMOTION_TARGET, PASS_TARGET, By, Count, ranked, rate, rates
from lms.reporting.views import period_asked
from lms.statistics.figures import MINIMUM_N

bp = Blueprint("measures", __name__, url_prefix="/reports")


def _version_asked() -> int | None:
    return request.args.get("version", type=int)


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
