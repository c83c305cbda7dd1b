"""The pages of marking: one answer with its rubric, blind; and how far markers agree."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lms.assessment import queries_agreement, queries_marking, service_marking
from lms.assessment.marking_entries import comments_entered, levels_entered, lines_shown
from lms.core import charts, clock, marking_queue
from lms.core.access import requires, viewer
from lms.core.database import unit_of_work
from lms.core.entered import whole_number
from lms.core.errors import Conflict, Invalid, NotAllowed, NotFound
from lms.core.locale import language
from lms.core.texts import Message, in_language
from lms.core.web import percent
from lms.statistics.proportions import proportion

bp = Blueprint("marking", __name__)


@bp.post("/marking/essays")
@unit_of_work
@requires("mark")
def take_essay() -> Response:
    """Take the next answer to an item in an exam."""
    exam_id, item_id = (whole_number(request.form.get(name, "")) for name in ("exam", "item"))
    if exam_id is None or item_id is None:
        raise NotFound(Message(queries_marking.NO_ESSAY))
    return _onward(exam_id, item_id)


def _onward(exam_id: int, item_id: int) -> Response:
    """To the next answer of the same question, or back to what waits."""
    following = service_marking.take_next(exam_id, item_id, actor=viewer(), now=clock.now())
    if following is None:
        flash(gettext("No further answer to this question waits for you."), "info")
        return redirect(url_for("appeals.marking"), 303)
    return redirect(url_for("marking.essay", essay_id=following.id), 303)


@bp.get("/marking/essays/<int:essay_id>")
@requires("mark")
def essay(essay_id: int) -> str | Response:
    """One answer with its rubric."""
    try:
        return _page(essay_id)
    except NotFound:
        if queries_marking.ESSAYS.mark_of(essay_id, viewer().id) is None:
            raise
        flash(gettext("You have marked this answer."), "info")
        return redirect(url_for("appeals.marking"))


def _page(essay_id: int, fields: Any = None, problem: Message | None = None, missing: Any = ()) -> str:
    found = queries_marking.essay_to_mark(essay_id, viewer().id, clock.now(), language())
    return render_template(
        "assessment/essay.html",
        essay=found,
        lines=lines_shown(found.item, fields),
        comment=(fields or {}).get("comment", ""),
        problem=problem,
        missing=missing,
        most=marking_queue.MOST_COMMENT_CHARACTERS,
    )


@bp.post("/marking/essays/<int:essay_id>")
@unit_of_work
@requires("mark")
def mark_essay(essay_id: int) -> Response | tuple[str, int]:
    """Keep the mark and go on to the next answer; what was typed stays where it cannot be kept."""
    fields = request.form.to_dict()
    item = queries_marking.item_of(essay_id)
    given = service_marking.Given(
        levels_entered(item, fields), comments_entered(item, fields), fields.get("comment", "")
    )
    try:
        marked = service_marking.mark(essay_id, given, actor=viewer(), now=clock.now())
    except Invalid as error:
        return _page(essay_id, fields, error.message, error.errors), 422
    except Conflict as error:
        return _page_of_lost(error.message, item, fields), 409
    except NotAllowed as error:  # a calibration round was asked for meanwhile, or the role was taken
        return _page_of_lost(error.message, item, fields), 403
    flash(gettext("Marked."), "success")
    if fields.get("go") == "stop":
        return redirect(url_for("appeals.marking"), 303)
    return _onward(marked.exam_id, marked.item_id)


def _page_of_lost(problem: Message, item: Any, fields: dict[str, str]) -> str:
    """What a marker had entered for an answer that is no longer theirs."""
    return render_template(
        "assessment/essay_lost.html",
        problem=problem,
        lines=lines_shown(item, fields),
        comment=fields.get("comment", ""),
    )


@bp.post("/marking/essays/<int:essay_id>/aside")
@unit_of_work
@requires("mark")
def put_aside(essay_id: int) -> Response:
    """Leave an answer to somebody else, or to later, and take the next."""
    left = service_marking.put_aside(essay_id, actor=viewer(), now=clock.now())
    return _onward(left.exam_id, left.item_id)


@bp.post("/marking/essays/<int:essay_id>/claim")
@unit_of_work
@requires("mark")
def keep_essay(essay_id: int) -> tuple[str, int]:
    """A sign of life from the page, so that nobody else gets the answer meanwhile."""
    service_marking.keep(essay_id, actor=viewer(), now=clock.now())
    return "", 204


@bp.get("/marking/agreement")
@requires("marking.read")
def agreement() -> str:
    """How far those who marked the same answers agree, by rubric line and by marker."""
    items = queries_agreement.items_marked_twice()
    asked = request.args.get("item", "")
    chosen = next((one for one in items if one.key == asked), items[0] if items else None)
    found = queries_agreement.agreement(chosen) if chosen is not None else None
    return render_template(
        "assessment/agreement.html",
        items=[(one.key, one.key) for one in items],
        chosen=chosen,
        found=found,
        whiskers=[_whisker(row) for row in found.lines] if found is not None else [],
    )


def _whisker(row: queries_agreement.LineRow) -> charts.Whisker | None:
    """The share of pairs marked alike, with its interval; none while there are too few of them."""
    if row.found.share.value is None:
        return None
    of = proportion(row.found.alike, row.found.n)
    if of.rate is None or of.low is None or of.high is None:
        return None
    spoken = gettext(
        "%(line)s: %(rate)s marked alike, 95 %% interval %(low)s to %(high)s",
        line=in_language(row.title, language()), rate=percent(of.rate), low=percent(of.low), high=percent(of.high),
    )  # fmt: skip
    return charts.dot_and_whisker(of.rate, (of.low, of.high), target=None, verdict="not-proven", description=spoken)
