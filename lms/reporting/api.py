"""Reports over the REST API: pass rates, exams and role-plays as measurements."""

from datetime import date
from typing import Any

from pydantic import Field

from lms.assessment import queries as exams
from lms.core import clock
from lms.core.access import Scope, viewer
from lms.core.api import Answer, Api, Query
from lms.core.errors import Invalid
from lms.core.texts import N_, Message
from lms.reporting import queries, queries_items, queries_play_figures, queries_plays
from lms.reporting import views_words as say
from lms.reporting.api_figures import FigureAnswer, IntervalAnswer, figure_json, figures_json
from lms.reporting.api_plays import FirstPlaysAnswer, first_plays_json
from lms.reporting.item_figures import between_languages, figures_of, verdicts
from lms.reporting.item_flags import flags_of
from lms.reporting.queries import Period
from lms.reporting.rates import PASS_TARGET, By, Count, Rate, rate, rates
from lms.statistics.figures import MINIMUM_N, Figure
from lms.statistics.items import ItemFigures
from lms.statistics.proportions import proportion

api = Api("reporting")


class RateAnswer(Answer):
    """``passed`` of ``n``; rate and interval are null when n is 0. ``verdict``: met, not-met, not-proven, no-data."""

    n: int
    passed: int
    rate: float | None
    interval: IntervalAnswer | None
    verdict: str


class GroupAnswer(RateAnswer):
    """One group; key null for people without a department, a trainer and so on."""

    key: str | None
    name: str


class PassRatesAnswer(RateAnswer):
    """All first finished attempts of the period together, and by group when ``by`` was asked for."""

    certification: str
    from_on: date = Field(alias="from")
    to_on: date = Field(alias="to")
    by: str | None
    target: float
    items: list[GroupAnswer]


class PassRatesQuery(Query):
    """Days are included; without ``from`` all there is. ``target`` is a share, 0-1; ``department`` is a key."""

    from_on: date | None = Field(default=None, alias="from")
    to_on: date | None = Field(default=None, alias="to")
    by: By | None = None
    target: float = Field(default=PASS_TARGET, gt=0, le=1)
    department: str | None = Field(default=None, min_length=1, max_length=200)


@api.get(
    "/certifications/<string:certification>/pass-rates",
    summary="Pass rates of a certification: first finished attempts at the exams it names",
    scope=Scope.REPORT,
    permission="reports.read",
    query=PassRatesQuery,
    returns=PassRatesAnswer,
)
def pass_rates(certification: str, query: PassRatesQuery) -> dict[str, Any]:
    of, person = queries.certification(certification), viewer()
    to_on = query.to_on or clock.today()
    period = Period(query.from_on, to_on) if query.from_on else queries.whole_period(of, person, to_on)
    if period.from_on > period.to_on:
        raise Invalid(Message(N_("The period ends before it begins; change one of the days.")))
    within = queries.department(query.department, person) if query.department else None
    if query.by is None:
        whole, groups = rate(queries.totals(of, period, person, department=within), query.target), []
    else:
        found = rates(queries.counts(of, query.by, period, person, department=within), query.target)
        whole = found.whole
        groups = [_group(query.by, one) for one in found.groups]
    return {
        "certification": of.key,
        "from": period.from_on,
        "to": period.to_on,
        "by": query.by.value if query.by else None,
        "target": query.target,
        **_rate(whole),
        "items": groups,
    }


def _rate(one: Rate) -> dict[str, Any]:
    of = one.of
    interval = {"low": of.low, "high": of.high} if of.low is not None and of.high is not None else None
    return {"n": of.n, "passed": of.passed, "rate": of.rate, "interval": interval, "verdict": one.verdict.value}


def _group(by: By, one: Rate) -> dict[str, Any]:
    return {"key": one.key, "name": say.group_name(by, one.key, one.name), **_rate(one)}


# ---- exams -----------------------------------------------------------------------------


class LanguageAnswer(Answer):
    """English (reference) and Chinese (focal) compared; delta null with a reason, negative: harder in Chinese.

    ``letter``: A little, B some, C much, ? not to be told; ``low`` and ``high`` are the 95 % interval of delta.
    """

    reference_n: int
    focal_n: int
    odds_ratio: float | None
    delta: float | None
    low: float | None
    high: float | None
    letter: str | None
    reason: str | None


class ItemAnswer(Answer):
    """One version of an item: facility 0-1, SD in points, the rest in percent; ``concerns`` the worst first."""

    key: str
    version: int
    type: str
    n: int
    facility: FigureAnswer
    sd: FigureAnswer
    discrimination: FigureAnswer
    efficiency: FigureAnswer
    effective_weight: FigureAnswer
    concerns: list[str]
    language: LanguageAnswer


class VerdictsAnswer(Answer):
    """Shares (0-1): who reaches the cut, who would get the same verdict twice, and by chance alone; see kappa."""

    cut: float
    passing: float
    same: FigureAnswer
    by_chance: float | None
    kappa: float | None


class TotalsAnswer(Answer):
    """The totals: points, but alpha and error ratio in percent."""

    n: int
    mean: FigureAnswer
    median: FigureAnswer
    sd: FigureAnswer
    skewness: FigureAnswer
    kurtosis: FigureAnswer
    alpha: FigureAnswer
    error_ratio: FigureAnswer
    sem: FigureAnswer


class ExamStatisticsAnswer(RateAnswer):
    """First graded attempts on one version of an exam; ``waiting`` results are in no figure yet."""

    exam: str
    version: int | None
    waiting: int
    totals: TotalsAnswer
    verdicts: VerdictsAnswer | None
    items: list[ItemAnswer]


class StatisticsQuery(Query):
    """``version`` defaults to the newest with results; a figure from fewer than ``minimum_n`` is withheld."""

    version: int | None = Field(default=None, ge=1)
    minimum_n: int = Field(default=MINIMUM_N, ge=1)


ITEM_FIGURES = ("facility", "sd", "discrimination", "efficiency", "effective_weight")
TOTAL_FIGURES = ("mean", "median", "sd", "skewness", "kurtosis", "alpha", "error_ratio", "sem")


@api.get(
    "/exams/<string:exam>/statistics",
    summary="Item and test statistics of an exam, from first attempts",
    scope=Scope.REPORT,
    permission="item-statistics.read",
    query=StatisticsQuery,
    returns=ExamStatisticsAnswer,
)
def exam_statistics(exam: str, query: StatisticsQuery) -> dict[str, Any]:
    marks = queries_items.marks(exam, query.version)
    figures = figures_of(marks.by_item, marks.places, minimum_n=query.minimum_n).figures
    chosen = marks.chosen
    whole = rate(Count(None, None, chosen.passed, chosen.n) if chosen else Count(None, None, 0, 0), PASS_TARGET)
    return {
        "exam": marks.exam.key,
        "version": chosen.number if chosen else None,
        **_rate(whole),
        "waiting": marks.waiting,
        "totals": {"n": figures.totals.n, **figures_json(figures.totals, TOTAL_FIGURES)},
        "verdicts": _verdicts(marks, figures.totals.alpha, query.minimum_n),
        "items": [_item(asked, item) for asked, item in zip(marks.items, figures.items, strict=True)],
    }


def _item(asked: queries_items.ItemMarks, item: ItemFigures) -> dict[str, Any]:
    name, one = asked.name, between_languages(asked.by_language, asked.most)
    return {
        "key": name.key,
        "version": name.version,
        "type": name.type,
        "n": item.n,
        **figures_json(item, ITEM_FIGURES),
        "concerns": [flag.concern.value for flag in flags_of(item)],
        "language": {
            "reference_n": one.reference, "focal_n": one.focal, "odds_ratio": one.odds_ratio, "delta": one.delta,
            "low": one.low, "high": one.high, "letter": one.letter.value if one.letter else None,
            "reason": say.say(one.reason) or None,
        },
    }  # fmt: skip


def _verdicts(marks: queries_items.ExamMarks, alpha: Figure, minimum_n: int) -> dict[str, Any] | None:
    if marks.chosen is None or not marks.chosen.n:
        return None
    cut = float(exams.plan(marks.chosen.id).definition.cut) / 100
    found = verdicts(marks.shares, cut, alpha, minimum_n=minimum_n)
    is_told = found.same.value is not None
    return {
        "cut": cut,
        "passing": found.passing,
        "same": figure_json(found.same),
        "by_chance": found.by_chance if is_told else None,
        "kappa": found.kappa if is_told else None,
    }


# ---- role-plays --------------------------------------------------------------------------


class ChoiceAnswer(Answer):
    """How often a choice was taken of the times its scene was met; key null for typed replies."""

    key: str | None
    n: int
    rate: float


class EmotionAnswer(Answer):
    """Strict: the label equals the answer. Proportional: the mean share of the panel that chose the label."""

    n: int
    right: int
    strict: float | None
    interval: IntervalAnswer | None
    panel_n: int
    proportional: float | None


class SceneAnswer(Answer):
    """One scene; ``emotion`` is null where it asks for none."""

    key: str
    n: int
    choices: list[ChoiceAnswer]
    emotion: EmotionAnswer | None


class EndingAnswer(Answer):
    """How often it ended so."""

    key: str
    n: int


class ScenarioStatisticsAnswer(RateAnswer):
    """Finished exam-mode plays on one version of a role-play, everybody's every one; ``mean_percent`` is 0-100.

    ``first_plays`` are the figures from everybody's first one, as statistics want them.
    """

    scenario: str
    version: int | None
    mean_percent: float | None
    scenes: list[SceneAnswer]
    endings: list[EndingAnswer]
    first_plays: FirstPlaysAnswer | None


class ScenarioQuery(Query):
    """``version`` defaults to the newest with results; of first plays, a figure from fewer than ``minimum_n`` is withheld."""

    version: int | None = Field(default=None, ge=1)
    minimum_n: int = Field(default=MINIMUM_N, ge=1)


@api.get(
    "/scenarios/<string:scenario>/statistics",
    summary="Statistics of a role-play, from exam-mode plays",
    scope=Scope.REPORT,
    permission="item-statistics.read",
    query=ScenarioQuery,
    returns=ScenarioStatisticsAnswer,
)
def scenario_statistics(scenario: str, query: ScenarioQuery) -> dict[str, Any]:
    marks = queries_plays.scenario_marks(scenario, query.version)
    number = marks.chosen.number if marks.chosen else None
    plays = queries_play_figures.first_plays(scenario, number, clock.now(), minimum_n=query.minimum_n)
    chosen = marks.chosen
    whole = rate(Count(None, None, chosen.passed, chosen.n) if chosen else Count(None, None, 0, 0), PASS_TARGET)
    return {
        "scenario": marks.scenario.key,
        "version": chosen.number if chosen else None,
        **_rate(whole),
        "mean_percent": chosen.percent if chosen else None,
        "scenes": [_scene(scene) for scene in marks.scenes],
        "endings": [{"key": key, "n": n} for key, _title, n in marks.endings],
        "first_plays": first_plays_json(plays),
    }


def _scene(scene: queries_plays.SceneCount) -> dict[str, Any]:
    choices = [{"key": one.key, "n": one.n, "rate": one.share} for one in scene.choices]
    return {"key": scene.key, "n": scene.n, "choices": choices, "emotion": _emotion(scene)}


def _emotion(scene: queries_plays.SceneCount) -> dict[str, Any] | None:
    if not scene.asked:
        return None
    of = proportion(scene.right, scene.asked)
    return {
        "n": of.n,
        "right": of.passed,
        "strict": of.rate,
        "interval": {"low": of.low, "high": of.high},
        "panel_n": scene.panel_n,
        "proportional": scene.panel,
    }
