"""The page about one's own role-plays over time: three measures, each with its chart, and what to practise next."""

from typing import Any

from flask import Blueprint, render_template
from flask_babel import gettext

from lms.core import charts, clock
from lms.core.access import requires, viewer
from lms.core.charts import Chart, Series
from lms.core.locale import language
from lms.core.texts import N_, in_language
from lms.core.web import percent
from lms.question_bank.labels import label_name
from lms.scenarios import progress, queries_progress
from lms.scenarios.progress import Measure, PlayFigures, Track
from lms.scenarios.queries_progress import OwnProgress
from lms.statistics.figures import MINIMUM_N
from lms.statistics.proportions import Proportion

bp = Blueprint("progress", __name__)

SHOWN = 12
"""So many plays a chart holds, the newest; a phone has no room for more."""

TITLES = {
    Measure.EMOTION: N_("Recognising emotions"),
    Measure.ORDER: N_("SPIN questions in order"),
    Measure.STEPS: N_("Steps taken"),
}
EXPLAINED = {
    Measure.EMOTION: N_("Of all questions for the customer’s feeling, those whose label was right."),
    Measure.ORDER: N_(
        "Of all pairs of an earlier and a later question, those in the order situation, problem, implication, need-payoff."
    ),
    Measure.STEPS: N_("Of the steps that your way through the talk offered, those you took at least once."),
}
COUNTED = {Measure.EMOTION: N_("questions"), Measure.ORDER: N_("pairs"), Measure.STEPS: N_("steps")}


@bp.get("/me/role-plays")
@requires("learn")
def my_role_plays() -> str:
    """What my role-plays say about me, and which one to practise next."""
    mine = queries_progress.own_progress(viewer(), clock.now())
    return render_template(
        "scenarios/my_role_plays.html",
        mine=mine,
        why=why_next(mine),
        tracks=[_track(track) for track in mine.tracks],
        mistaken=_mistaken(mine),
        shares=lambda play: [_share(play, measure) for measure in Measure],
        titles=[gettext(TITLES[measure]) for measure in Measure],
    )


def why_next(mine: OwnProgress) -> str:
    """Why this one: the measure that is weakest, or least known, and when the talk was last played."""
    track = mine.weakest
    title = gettext(TITLES[track.measure])
    if not track.is_enough:
        first = gettext("“%(measure)s” cannot be told yet: %(n)s of at least %(needed)s %(what)s.",
                        measure=title, n=track.both.n, needed=MINIMUM_N, what=gettext(COUNTED[track.measure]))  # fmt: skip
    else:
        first = gettext("“%(measure)s” is your lowest figure: %(rate)s, n = %(n)s.",
                        measure=title, rate=percent(track.both.rate), n=track.both.n)  # fmt: skip
    if mine.suggestion is None:
        return str(first)
    second = (
        gettext("You have not played this talk yet.")
        if mine.suggestion.last_at is None
        else gettext("You last played this talk on %(day)s.", day=_day(mine.suggestion.last_at))
    )
    return str(gettext("%(first)s %(second)s", first=first, second=second))


def _day(at: Any) -> str:
    return clock.day_of(at).isoformat()


def _track(track: Track) -> dict[str, Any]:
    shown = track.plays[-SHOWN:]
    return {
        "title": gettext(TITLES[track.measure]),
        "explained": gettext(EXPLAINED[track.measure]),
        "rows": [(gettext("Examinations"), _told(track.exam)), (gettext("Practice"), _told(track.practice))],
        "charts": [_chart(track, shown, size) for size in (charts.DESK, charts.PHONE)] if len(shown) > 1 else None,
        "left_out": len(track.plays) - len(shown),
    }


def _told(of: Proportion) -> str:
    """A share with its interval, or why there is none."""
    if of.n < MINIMUM_N or of.low is None:
        return str(gettext("not enough data, %(n)s of at least %(needed)s", n=of.n, needed=MINIMUM_N))
    return str(gettext("%(rate)s, 95 %% interval %(low)s to %(high)s, n = %(n)s",
                       rate=percent(of.rate), low=percent(of.low), high=percent(of.high), n=of.n))  # fmt: skip


def _chart(track: Track, plays: tuple[PlayFigures, ...], size: charts.Size) -> Chart:
    named = [("exam", gettext("examination"), False), ("practice", gettext("practice"), True)]
    series = [
        Series(words, [_value(play, track.measure) if play.mode == mode else None for play in plays],
               tone="teal" if dashed else "them", dashed=dashed)
        for mode, words, dashed in named
        if any(play.mode == mode for play in plays)
    ]  # fmt: skip
    title = gettext(TITLES[track.measure])
    return charts.line_chart(
        series,
        places=[str(number) for number in range(1, len(plays) + 1)],
        levels=[(level, percent(level / 100)) for level in (0.0, 50.0, 100.0)],
        title=title,
        description=gettext("%(measure)s in %(n)s talks, the newest last", measure=title, n=len(plays)),
        place_name=gettext("Talk"),
        size=size,
        written=lambda value: percent(value / 100),
        straight=True,
    )


def _value(play: PlayFigures, measure: Measure) -> float | None:
    share = play.parts[measure].share
    return None if share is None else 100 * share


def _share(play: PlayFigures, measure: Measure) -> str:
    part = play.parts[measure]
    return str(gettext("%(hits)s of %(n)s", hits=part.hits, n=part.n)) if part.n else "–"


def _mistaken(mine: OwnProgress) -> dict[str, Any] | None:
    """The feeling taken for another most often, and how far off the intensity was; None where there is nothing."""
    often = progress.often_mistaken(mine.plays)
    errors = [error for play in mine.plays for error in play.intensity]
    if often is None and len(errors) < MINIMUM_N:
        return None
    named = [label_name(label, language()) for label in often[:2]] if often else None
    return {
        "often": often and {"answer": named and named[0], "label": named and named[1], "n": often[2]},
        "intensity": sum(map(abs, errors)) / len(errors) if len(errors) >= MINIMUM_N else None,
        "n": len(errors),
    }


@bp.app_template_filter("talk_name")
def talk_name(title: Any) -> str:
    """A talk's title in the reader's language."""
    return in_language(title, language())
