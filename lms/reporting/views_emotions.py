"""The report page on recognising feelings: shares against the target, what is taken for what, intensity."""

from typing import Any

from flask import Blueprint, request
from flask import render_template as render
from flask_babel import gettext

from lms.core import locale
from lms.core.access import requires, viewer
from lms.core.errors import NotFound
from lms.core.texts import N_, Message
from lms.question_bank.labels import label_name
from lms.reporting import queries, queries_emotions, sentences
from lms.reporting import views_words as say
from lms.reporting.emotion_figures import Recognition
from lms.reporting.queries_emotions import Filters
from lms.reporting.rates import EMOTION_TARGET, By, Count, Rate, ranked, rate, rates
from lms.reporting.views import period_asked
from lms.statistics.proportions import verdict

bp = Blueprint("emotions", __name__, url_prefix="/reports")


@bp.get("/emotion")
@requires("reports.read")
def emotion() -> str:
    """How well emotions are recognised, by department, by feeling, and what is taken for what."""
    person, filters = viewer(), _filters_asked()
    found = rates(queries_emotions.emotion_counts(person, filters), EMOTION_TARGET)
    shown = ranked(found)
    begins = min((say.scale_of(one.of, EMOTION_TARGET) for one in found.groups), default=0.4)
    is_scoped = queries.department_scope(person) is not None
    exams = None if is_scoped or filters.department or filters.scenario else queries_emotions.in_exams()
    return render(
        "reporting/emotion.html",
        filters=filters,
        departments=_departments(person, filters),
        scenarios=_scenarios(filters),
        found=found,
        title=say.conclusion(found, "", By.DEPARTMENT, sentences.EMOTION),
        hint=say.say(sentences.too_few(found)),
        rows=[_row(one, say.group_name(By.DEPARTMENT, one.key, one.name), begins) for one in shown.groups],
        begins=begins,
        parts=_parts(queries_emotions.in_role_plays(person, filters), exams),
        label=_label,
        target=EMOTION_TARGET,
        is_scoped=is_scoped,
    )


def _filters_asked() -> Filters:
    """What the address asks for; an unknown department or scenario is ``NotFound``, a bad day ``Invalid``."""
    department, scenario = request.args.get("department", ""), request.args.get("scenario", "")
    known = {one.key: one for one in queries_emotions.scenario_choices()} if scenario else {}
    if scenario and scenario not in known:
        raise NotFound(Message(N_("There is no role-play with the key “%(key)s”."), {"key": scenario}))
    return Filters(
        period_asked(), queries.department(department, viewer()) if department else None, known.get(scenario)
    )


def _departments(person: Any, filters: Filters) -> list[tuple[str, str]]:
    listed = {one.key: say.words(one.name, one.key) for one in queries.departments(person)}
    if filters.department is not None:
        listed[filters.department.key] = say.words(filters.department.name, filters.department.key)
    return [("", gettext("all departments")), *listed.items()]


def _scenarios(filters: Filters) -> list[tuple[str, str]]:
    listed = [(one.key, say.words(one.title, one.key)) for one in queries_emotions.scenario_choices()]
    return [("", gettext("all role-plays")), *listed]


def _parts(plays: Recognition, exams: Recognition | None) -> list[dict[str, Any]]:
    """The figures of role-plays and, where they can be told, of exams; without answers neither."""
    listed = [("plays", plays), ("exams", exams)]
    return [_part(kind, found) for kind, found in listed if found is not None and (found.strict.n or found.left_out)]


def _part(kind: str, found: Recognition) -> dict[str, Any]:
    recalls = [rate(Count(row.answer, None, row.recall.passed, row.n), EMOTION_TARGET) for row in found.confusion.rows]
    begins = min((say.scale_of(one.of, EMOTION_TARGET) for one in recalls), default=0.4)
    often = found.confusion.often_taken
    return {
        "kind": kind, "found": found, "begins": begins,
        "verdict": verdict(found.strict, EMOTION_TARGET).value,
        "interval": say.interval_words(found.strict),
        "recalls": [_row(one, _label(one.key), begins) for one in recalls],
        "often": often and {"answer": _label(often[0]), "label": _label(often[1]), "n": often[2]},
    }  # fmt: skip


def _row(one: Rate, name: str, begins: float) -> dict[str, Any]:
    return say.rate_row(one, name, EMOTION_TARGET, begins)


def _label(key: str | None) -> str:
    return label_name(key, locale.language()) if key else gettext("no label")
