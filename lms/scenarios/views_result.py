"""What the result page of a role-play shows, put together: headline, bars, the mood's chart, advice."""

from dataclasses import replace
from typing import Any

from flask_babel import gettext

from lms.core import charts
from lms.core.chart_shapes import Table
from lms.core.charts import Bar, Chart, Series
from lms.core.locale import language
from lms.core.texts import Message, in_language
from lms.core.web import number, percent
from lms.courses.queries_steps import sop_places
from lms.scenarios import review
from lms.scenarios.labels import VARIABLES
from lms.scenarios.outline import EMOTION
from lms.scenarios.play_states import Stage
from lms.scenarios.practise_next import Gap, gaps
from lms.scenarios.queries import Compiled
from lms.scenarios.queries_frameworks import framework
from lms.scenarios.queries_plays import PlayView
from lms.scenarios.scoring import PlayScore

QUOTED = {"en": 18, "zh-Hans": 8}
"""How many characters of a reply stand at the chart's dip."""

ROOM_FOR_WORDS = 20.0
"""The mood above which words fit under a point of the chart; lower down they would lie on the line."""


def result_parts(view: PlayView, name: str, viewer: Any) -> dict[str, Any]:
    """Everything of the page but the frame; without scores while typed replies wait for a trainer."""
    plot, score = view.compiled.plot, view.score
    is_marked = view.state.stage is Stage.FINISHED
    reviews = review.turn_reviews(plot, view.states)
    ending = plot.endings[view.state.ending or ""]
    cost = review.what_it_cost(reviews, score, taboo_fails=plot.passing.taboo_fails)
    return {
        "is_marked": is_marked,
        "reviews": reviews,
        "ending": ending,
        "headline": _headline(in_language(ending.title, language()), cost if is_marked else None),
        "score": score,
        "share": None if score.percent is None else float(score.percent) / 100,
        "bar": _score_bar(view, score),
        "criteria": _criteria(view.compiled, score),
        "reasons": [_reason(view.compiled, message) for message in score.reasons],
        "mood": _mood(view, name, reviews),
        "advice": _advice(view, score, reviews, viewer) if is_marked else None,
    }


def _headline(ending: str, cost: Message | None) -> str:
    ending = ending.rstrip(".。!！")
    if cost is None:
        return ending
    return str(gettext("%(ending)s. %(cost)s", ending=ending, cost=cost.translated(gettext)))


def _score_bar(view: PlayView, score: PlayScore) -> Bar:
    line = view.compiled.plot.passing.score * score.max_score / 100
    tone = "teal" if score.passed else "alarm"
    return charts.progress("", float(score.score), score.max_score, tone=tone, line=line)


def _criteria(version: Compiled, score: PlayScore) -> list[Bar]:
    """Attained of attainable, with the criterion's own pass line."""
    bars = []
    for name, each in score.criteria.items():
        if not each.max_score:
            continue
        line = None if each.cut is None else each.cut * each.max_score / 100
        low = line is not None and float(each.score) < line
        text = f"{number(float(each.score))} / {each.max_score}"
        title = title_of(version, name)
        bars.append(
            charts.progress(
                title, float(each.score), each.max_score, text=text, tone="alarm" if low else "teal", line=line
            )
        )
    return bars


def title_of(version: Compiled, name: str) -> str:
    """A criterion's title in the reader's language."""
    title = review.criterion_title(version.definition, name)
    return title.translated(gettext) if isinstance(title, Message) else in_language(title, language())


def _reason(version: Compiled, message: Message) -> str:
    """Why it did not pass, with the criterion's title in place of its key."""
    values = dict(message.values)
    if "criterion" in values:
        values["criterion"] = title_of(version, str(values["criterion"]))
    return Message(message.template, values).translated(gettext)


# ---- the mood -------------------------------------------------------------------------


def _mood(view: PlayView, name: str, reviews: list[review.TurnReview]) -> dict[str, Any] | None:
    """The chart of this talk against the best route, in both sizes, with its sentence."""
    mine = review.curve(view.compiled.plot, view.state)
    best = review.curve(view.compiled.plot, view.compiled.best)
    if mine is None or best is None:
        return None
    title = gettext("How %(name)s felt", name=name)
    sentence = review.mood_sentence(mine.mood, name).translated(gettext)
    pictures = [_picture(mine, best, title, sentence, reviews, size) for size in (charts.HALF, charts.PHONE)]
    return {"title": title, "sentence": sentence, "charts": pictures}


def _picture(
    mine: review.Curve,
    best: review.Curve,
    title: str,
    sentence: str,
    reviews: list[review.TurnReview],
    size: charts.Size,
) -> Chart:
    length = max(len(mine.mood), len(best.mood))
    series = [
        Series(gettext("your talk"), _padded(mine.mood, length)),
        Series(gettext("best route"), _padded(best.mood, length), tone="teal", dashed=True),
    ]
    places = [gettext("start"), *(str(turn) for turn in range(1, length))]
    dip = review.deepest_dip(mine.mood)
    has_room = dip and mine.mood[dip] > ROOM_FOR_WORDS and size is not charts.PHONE
    levels = [(0.0, gettext("upset")), (50.0, gettext("uneasy")), (100.0, gettext("calm"))]
    chart = charts.line_chart(
        series,
        places=places,
        levels=levels,
        title=title,
        description=sentence,
        place_name=gettext("Turn"),
        note=(dip, _quoted(reviews[dip - 1]) if has_room else "") if dip else None,
        size=size,
    )
    return replace(chart, table=_numbers(mine, best, places))


def _padded(values: tuple[float, ...], length: int) -> list[float | None]:
    return [*values, *([None] * (length - len(values)))]


def _quoted(turn: review.TurnReview) -> str:
    reply = turn.line.reply
    words = reply if isinstance(reply, str) else in_language(reply, language())
    most = QUOTED.get(language(), 18)
    if len(words) <= most:
        return str(gettext("“%(words)s”", words=words))
    short = words[:most]
    short = short.rsplit(" ", 1)[0] if " " in short else short
    return str(gettext("“%(words)s”", words=short.rstrip(",.，。、 ") + "…"))


def _numbers(mine: review.Curve, best: review.Curve, places: list[str]) -> Table:
    """The variables themselves, turn by turn: this talk beside the best route."""
    heads = [gettext("Turn")]
    columns: list[list[str]] = []
    for variable in mine.values:
        word = gettext(VARIABLES[variable]) if variable in VARIABLES else variable.replace("-", " ").capitalize()
        heads += [gettext("%(what)s, you", what=word), gettext("%(what)s, best", what=word)]
        columns += [_column(mine.values[variable], len(places)), _column(best.values[variable], len(places))]
    rows = tuple((place, *(column[index] for column in columns)) for index, place in enumerate(places))
    return Table(tuple(heads), rows)


def _column(values: tuple[int, ...], length: int) -> list[str]:
    return [*(str(value) for value in values), *(["–"] * (length - len(values)))]


# ---- advice ---------------------------------------------------------------------------


def _advice(view: PlayView, score: PlayScore, reviews: list[review.TurnReview], viewer: Any) -> dict[str, Any]:
    """What to work on: the weakest criterion, the SOP steps where points were lost, the framework's steps left out."""
    name = review.weakest(score)
    known = framework(view.compiled.definition.framework)
    steps = review.steps_left_out(view.compiled.definition, known.steps, view.state) if known else []
    sentence = ""
    if name is not None:
        each = score.criteria[name]
        title = title_of(view.compiled, name)
        sentence = gettext("Work on this first: %(criterion)s, %(share)s so far.", criterion=title, share=_share(each))
    lessons = _lessons(view, reviews, viewer)
    return {"sentence": sentence, "is_emotion": name == EMOTION, "steps": steps, "lessons": lessons}


def _lessons(view: PlayView, reviews: list[review.TurnReview], viewer: Any) -> list[dict[str, str]]:
    """The SOP steps to read again, with what their absence cost; those that no course has any more are passed over."""
    found = gaps(view.compiled.definition, reviews)
    places = sop_places([gap.place for gap in found], viewer)
    return [
        {
            "action": in_language(places[gap.place].action, language()),
            "lesson": in_language(places[gap.place].lesson, language()),
            "address": places[gap.place].address,
            "why": _cost(gap),
        }
        for gap in found
        if gap.place in places
    ]


def _cost(gap: Gap) -> str:
    points = number(float(gap.lost))
    if len(gap.turns) == 1 and gap.lost == 1:
        return str(gettext("Turn %(turn)s: one point lost", turn=gap.turns[0]))
    if len(gap.turns) == 1:
        return str(gettext("Turn %(turn)s: %(points)s points lost", turn=gap.turns[0], points=points))
    turns = gettext(", ").join(map(str, gap.turns))
    return str(gettext("Turns %(turns)s: %(points)s points lost", turns=turns, points=points))


def _share(criterion: Any) -> str:
    return percent(float(criterion.percent or 0) / 100)
