"""Report pages about role-plays: one as a measurement, and what they measure together."""

from flask import Blueprint, request
from flask import render_template as render

from lms.core import clock
from lms.core.access import requires
from lms.reporting import queries_play_figures
from lms.reporting import views_plays_words as play_words
from lms.reporting import views_words as say
from lms.reporting.play_figures import spread
from lms.reporting.play_flags import flags_of
from lms.reporting.play_reliability import conclusion, together, written
from lms.statistics.figures import MINIMUM_N
from lms.statistics.generalisability import LEAST_PERSONS, MOST_TASKS
from lms.statistics.proportions import proportion

bp = Blueprint("play_measures", __name__, url_prefix="/reports")


@bp.get("/scenarios/<string:scenario>")
@requires("item-statistics.read")
def scenario_statistics(scenario: str) -> str:
    """A role-play as a measurement: who goes which way, which replies tell people apart, what its author should look at."""
    plays = queries_play_figures.first_plays(scenario, request.args.get("version", type=int), clock.now())
    figures, definition = plays.figures, plays.compiled.definition if plays.compiled else None
    is_told = plays.n >= MINIMUM_N
    flags = flags_of(figures, play_words.lengths(definition)) if figures and definition and is_told else []
    return render(
        "reporting/scenario_statistics.html",
        plays=plays,
        figures=figures,
        is_told=is_told,
        title=play_words.scenario_title(plays, flags, is_told),
        flags=[(flag, play_words.advice(flag, definition), play_words.evidence(flag)) for flag in flags],
        **play_words.shown(plays, flags),
        interval=say.interval_words(figures.passing) if figures else "",
        minimum=MINIMUM_N,
    )


@bp.get("/scenarios")
@requires("item-statistics.read")
def scenario_reliability() -> str:
    """What role-plays measure together: how reliably they tell people apart, and how many it takes."""
    listed, people = queries_play_figures.scores()
    found = together(people)
    return render(
        "reporting/scenario_reliability.html",
        found=found,
        title=say.say(conclusion(found, LEAST_PERSONS)),
        rows=[(one, proportion(one.passed, one.n), spread(one.percents), found.others.get(one.key)) for one in listed],
        interval=say.interval_words,
        written=written,
        most=MOST_TASKS,
        minimum=MINIMUM_N,
    )
