"""Report pages about exams and their items as measurements, and the items as a file."""

from functools import partial
from typing import Any

from flask import Blueprint, Response, request, url_for
from flask import render_template as render
from flask_babel import gettext

from lms.assessment import queries as exams
from lms.core.access import requires
from lms.core.exports import CSV_TYPE, csv_pieces
from lms.core.web import percent
from lms.question_bank import queries as bank
from lms.reporting import queries_items
from lms.reporting import views_items_words as item_words
from lms.reporting import views_words as say
from lms.reporting.item_answers import answer_table
from lms.reporting.item_figures import Analysis, between_languages, figures_of, verdicts
from lms.reporting.item_flags import answer_flags, flags_of, worst_first
from lms.reporting.queries_items import ExamMarks
from lms.reporting.rates import PASS_TARGET, Count, rate
from lms.reporting.scatter import BROAD, NARROW, Spot, scatter
from lms.statistics.differences import Class
from lms.statistics.figures import MINIMUM_N
from lms.statistics.item_sums import ExamSummary
from lms.statistics.items import analyse

bp = Blueprint("item_measures", __name__, url_prefix="/reports")

TOLD = (Class.SOME, Class.MUCH)


def _asked(name: str) -> int | None:
    return request.args.get(name, type=int)


@bp.get("/exams/<string:exam>")
@requires("item-statistics.read")
def exam_statistics(exam: str) -> str:
    """An exam as a measurement: how hard, how telling, how reliable; from first attempts."""
    marks = queries_items.marks(exam, _asked("version"))
    analysis = figures_of(marks.by_item, marks.places)
    chosen = marks.chosen
    passes = rate(Count(None, None, chosen.passed, chosen.n) if chosen else Count(None, None, 0, 0), PASS_TARGET)
    rows = [(item.name, figures, flags_of(figures)) for item, figures in _pairs(marks, analysis)]
    differing = [(item, between_languages(item.by_language, item.most)) for item in marks.items]
    spots = [spot for name, figures, flags in rows if (spot := _spot(exam, marks, name, figures, flags)) is not None]
    across, upwards = gettext("Share right"), gettext("Discrimination")
    return render(
        "reporting/exam_statistics.html",
        marks=marks,
        totals=analysis.figures.totals,
        by_slot=analysis.by_slot,
        rows=rows,
        flag=item_words.flag_line,
        item_url=partial(_item_url, exam),
        pictures=tuple(scatter(spots, across, upwards, size, written=percent) for size in (BROAD, NARROW)) if spots else None,
        verdicts=_verdicts(marks, analysis),
        compared=sum(one.letter is not None for _, one in differing),
        differing=[(item.name, one) for item, one in differing if one.letter in TOLD],
        differs=item_words.difference_sentence,
        delta=item_words.delta_words,
        title=_exam_title(say.words(marks.exam.title, exam), analysis, sum(bool(flags) for *_, flags in rows)),
        passes=passes,
        interval=say.interval_words(passes.of),
        minimum=MINIMUM_N,
    )


def _pairs(marks: ExamMarks, analysis: Analysis) -> list[tuple[Any, Any]]:
    return list(zip(marks.items, analysis.figures.items, strict=True))


def _verdicts(marks: ExamMarks, analysis: Analysis) -> dict[str, Any] | None:
    """What is told about sitting twice, with the plan's cut; None without attempts."""
    if marks.chosen is None or not marks.chosen.n:
        return None
    plan = exams.plan(marks.chosen.id).definition
    found = verdicts(marks.shares, float(plan.cut) / 100, analysis.figures.totals.alpha)
    has_more_cuts = any(section.cut is not None for section in plan.sections)
    return {"found": found, "cut": float(plan.cut) / 100, "has_section_cuts": has_more_cuts}


def _spot(exam: str, marks: ExamMarks, name: Any, figures: Any, flags: Any) -> Spot | None:
    facility, tells = figures.facility.value, figures.discrimination.value
    if facility is None or tells is None or marks.chosen is None:
        return None
    words = gettext(
        "%(item)s: share right %(facility)s, discrimination %(tells)s, n = %(n)s",
        item=name.key, facility=percent(facility), tells=percent(tells / 100), n=figures.n,
    )  # fmt: skip
    kind = ("grave" if flags[0].is_grave else "mild") if flags else "fine"
    return Spot(words, _item_url(exam, name, marks.chosen.number), facility, tells / 100, kind)


def _item_url(exam: str, name: Any, version: int) -> str:
    return url_for(".item_statistics", exam=exam, item=name.key, version=version, item_version=name.version)


def _exam_title(title: str, analysis: Analysis, flagged: int) -> str:
    totals, items = analysis.figures.totals, analysis.figures.items
    if totals.n < MINIMUM_N:
        return str(gettext("%(exam)s: not enough data, %(n)s first attempts of at least %(needed)s.",
                           exam=title, n=totals.n, needed=MINIMUM_N))  # fmt: skip
    alpha = totals.alpha.value
    if alpha is None:
        first = gettext("How reliable %(exam)s is cannot be told.", exam=title)
    elif alpha <= 0:
        first = gettext("%(exam)s does not measure one thing: its questions do not go together.", exam=title)
    else:
        first = gettext("%(exam)s measures with a reliability of %(alpha)s.", exam=title, alpha=percent(alpha / 100))
    return say.in_a_row(first, _flagged_words(flagged, sum(one.n >= MINIMUM_N for one in items), len(items)))


def _flagged_words(flagged: int, judged: int, items: int) -> str:
    """How many items ask for a look; an item that nobody can judge yet is not counted as sound."""
    if judged == items:
        return str(gettext("%(count)s of %(items)s items ask for a look.", count=flagged, items=items))
    return str(gettext("%(count)s of the %(judged)s items with enough answers ask for a look; %(few)s have too few.",
                       count=flagged, judged=judged, few=items - judged))  # fmt: skip


# ---- one item ------------------------------------------------------------------------------


@bp.get("/exams/<string:exam>/items/<string:item>")
@requires("item-statistics.read")
def item_statistics(exam: str, item: str) -> str:
    """One item: its figures, who chose what, and what that asks an author to look at."""
    found = queries_items.answers(exam, item, _asked("version"), _asked("item_version"))
    summary = found.marks.summary
    figures = analyse(ExamSummary((summary,), {})).items[0]
    definition = bank.item(found.marks.name.version_id)
    people = _people(found.marks.cells)
    table = answer_table(definition, found.picks, people)
    is_told = table.n >= MINIMUM_N
    flags = worst_first([*answer_flags(table), *flags_of(figures)]) if is_told else []
    return render(
        "reporting/item_statistics.html",
        found=found,
        definition=definition,
        figures=figures,
        table=table,
        table_n=table.n,
        groups=item_words.groups(definition, table),
        fifth_heads=item_words.fifth_heads(),
        is_told=is_told,
        flags=[(flag, item_words.advice(flag, definition), item_words.evidence(flag)) for flag in flags],
        difference=between_languages(found.marks.by_language, found.marks.most),
        differs=item_words.difference_sentence,
        delta=item_words.delta_words,
        title=item_words.item_title(item, figures, flags, definition, is_told),
        minimum=MINIMUM_N,
    )


def _people(cells: Any) -> dict[int, int]:
    found: dict[int, int] = {}
    for (points, rest), n in cells.items():
        found[points + rest] = found.get(points + rest, 0) + n
    return found


# ---- the items as a file ----------------------------------------------------------------------


COLUMNS = [
    "exam", "exam_version", "item", "item_version", "type", "n", "facility", "sd", "discrimination", "efficiency",
    "effective_weight", "concerns", "language_n_en", "language_n_zh", "language_delta", "language_low", "language_high",
    "language_class",
]  # fmt: skip


@bp.get("/exams/<string:exam>.csv")
@requires("item-statistics.read")
def exam_statistics_csv(exam: str) -> Response:
    """The table of items as a file; what is withheld is empty."""
    marks = queries_items.marks(exam, _asked("version"))
    analysis = figures_of(marks.by_item, marks.places)
    number = marks.chosen.number if marks.chosen else None
    rows = []
    for item, figures in _pairs(marks, analysis):
        one, name = between_languages(item.by_language, item.most), item.name
        values = (figures.facility, figures.sd, figures.discrimination, figures.efficiency, figures.effective_weight)
        rows.append([
            marks.exam.key, number, name.key, name.version, name.type, figures.n, *(value.value for value in values),
            " ".join(flag.concern.value for flag in flags_of(figures)), one.reference, one.focal, one.delta, one.low,
            one.high, one.letter.value if one.letter else None,
        ])  # fmt: skip
    response = Response(csv_pieces(COLUMNS, rows), mimetype=CSV_TYPE)
    response.headers["Content-Disposition"] = f'attachment; filename="items-{marks.exam.key}-{number or 0}.csv"'
    return response
