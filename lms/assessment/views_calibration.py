"""The pages of calibration: rounds, their samples, marking a sample blind, and what each marker came to."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lms.assessment import queries_calibration, service_calibration
from lms.assessment.forms import RoundForm
from lms.assessment.marking_agreement import agreed_percent, line_counts
from lms.assessment.marking_entries import level_words, levels_entered, lines_shown
from lms.assessment.queries_calibration import RoundView, SampleView
from lms.core import clock
from lms.core.access import has, requires, viewer
from lms.core.database import unit_of_work
from lms.core.errors import Invalid, NotFound
from lms.core.locale import language
from lms.core.texts import Message, in_language

bp = Blueprint("calibration", __name__)


def _form() -> RoundForm:
    items = queries_calibration.essay_items()
    return RoundForm().offer(
        [(key, f"{key} · {in_language(stem, language()).splitlines()[0].strip('*# ')[:60]}") for key, stem in items]
    )


@bp.get("/marking/calibration")
@requires("marking.read")
def calibration() -> str:
    """All rounds; a trainer begins a new one here."""
    return _list_page(_form())


def _list_page(form: RoundForm) -> str:
    rounds = queries_calibration.rounds(viewer().id)
    return render_template("assessment/calibration.html", rounds=rounds, form=form if has(viewer(), "mark") else None)


@bp.post("/marking/calibration")
@unit_of_work
@requires("mark")
def make_round() -> Response | tuple[str, int]:
    """Begin a round."""
    form = _form()
    if not form.validate_on_submit():
        return _list_page(form), 422
    made = service_calibration.make_round(
        form.item.data, form.title.data, form.least_percent.data, actor=viewer(), now=clock.now()
    )
    return redirect(url_for("calibration.calibration_round", round_id=made.id), 303)


@bp.get("/marking/calibration/<int:round_id>")
@requires("marking.read")
def calibration_round(round_id: int) -> str:
    """A round: what waits for me, what I came to, and, once they have marked, everybody else."""
    return _round_page(round_id)


def _round_page(round_id: int, fields: Any = None, problem: Message | None = None, missing: Any = ()) -> str:
    person = viewer()
    found = queries_calibration.calibration_round(person.id, round_id)
    item = queries_calibration.round_item(round_id)
    samples = queries_calibration.samples(round_id, person.id)
    shows_all = found.made_by_id == person.id or found.state == "closed" or not has(person, "mark")
    is_maker = found.state == "draft" and found.made_by_id == person.id
    return render_template(
        "assessment/calibration_round.html",
        round=found,
        item=item,
        samples=[_sample(item, one) for one in samples if shows_all or one.own is not None],
        next=_next(found, samples, person),
        markers=[_marker(item, one, found) for one in queries_calibration.marks_by_marker(round_id)],
        is_maker=is_maker,
        lines=lines_shown(item, fields),
        entered=fields or {"answer": _copied(round_id)},
        answers=queries_calibration.marked_answers(round_id) if is_maker else [],
        problem=problem,
        missing=missing,
        least_samples=service_calibration.LEAST_SAMPLES,
    )


def _copied(round_id: int) -> str:
    """The answer asked for as a sample, as it was written."""
    asked = request.args.get("copy", "")
    found = queries_calibration.marked_answers(round_id) if asked else []
    return next((text for each, text in found if str(each) == asked), "")


def _next(found: RoundView, samples: list[SampleView], person: Any) -> SampleView | None:
    """The first sample that waits for this marker."""
    if found.state != "open" or found.made_by_id == person.id or not has(person, "mark"):
        return None
    return next((one for one in samples if one.own is None), None)


def _sample(item: Any, one: SampleView) -> dict[str, Any]:
    agreed, own = level_words(item, one.levels), level_words(item, one.own or {})
    lines = [
        {
            "title": line.title, "agreed": one.levels.get(line.key), "agreed_words": agreed[line.key],
            "own": (one.own or {}).get(line.key), "own_words": own[line.key],
        }
        for line in item.rubric
    ]  # fmt: skip
    return {
        "number": one.number,
        "answer": one.answer,
        "why": one.why,
        "lines": lines,
        "is_marked": one.own is not None,
    }


def _marker(item: Any, one: queries_calibration.MarkerMarks, found: RoundView) -> dict[str, Any]:
    percent = agreed_percent(one.marks)
    differing = [number for number, mark in enumerate(one.marks, 1) if mark.differing]
    return {
        "name": one.name, "percent": percent, "has_passed": percent is not None and percent >= found.least_percent,
        "marked": sum(mark.given is not None for mark in one.marks), "differing": differing,
        "lines": [line_counts(line.key, one.marks) for line in item.rubric],
    }  # fmt: skip


@bp.post("/marking/calibration/<int:round_id>/samples")
@unit_of_work
@requires("mark")
def add_sample(round_id: int) -> Response | tuple[str, int]:
    """Put an agreed sample into the round."""
    fields = request.form.to_dict()
    levels = levels_entered(queries_calibration.round_item(round_id), fields)
    try:
        service_calibration.add_sample(
            round_id, fields.get("answer", ""), levels, fields.get("why", ""), actor=viewer(), now=clock.now()
        )
    except Invalid as error:
        return _round_page(round_id, fields, error.message, error.errors), 422
    return redirect(url_for("calibration.calibration_round", round_id=round_id), 303)


@bp.post("/marking/calibration/<int:round_id>/opening")
@unit_of_work
@requires("mark")
def open_round(round_id: int) -> Response:
    """Let markers begin."""
    service_calibration.open_round(round_id, actor=viewer(), now=clock.now())
    flash(gettext("The round is open. Its samples stay as they are."), "success")
    return redirect(url_for("calibration.calibration_round", round_id=round_id), 303)


@bp.post("/marking/calibration/<int:round_id>/closing")
@unit_of_work
@requires("mark")
def close_round(round_id: int) -> Response:
    """Take no further marks."""
    service_calibration.close_round(round_id, actor=viewer(), now=clock.now())
    flash(gettext("The round is closed. What was passed stays passed."), "success")
    return redirect(url_for("calibration.calibration_round", round_id=round_id), 303)


@bp.get("/marking/calibration/<int:round_id>/samples/<int:number>")
@requires("mark")
def sample(round_id: int, number: int) -> str | Response:
    """One sample to mark, without what was agreed."""
    return _sample_page(round_id, number)


def _sample_page(
    round_id: int, number: int, fields: Any = None, problem: Message | None = None, missing: Any = ()
) -> str | Response:
    person = viewer()
    found = queries_calibration.calibration_round(person.id, round_id)
    one = next((one for one in queries_calibration.samples(round_id, person.id) if one.number == number), None)
    if one is None or found.state == "draft":
        raise NotFound(Message(queries_calibration.NO_ROUND))
    if one.own is not None or found.state == "closed" or found.made_by_id == person.id:
        return redirect(url_for("calibration.calibration_round", round_id=round_id))
    item = queries_calibration.round_item(round_id)
    return render_template(
        "assessment/sample.html", round=found, number=number, answer=one.answer, item=item,
        lines=lines_shown(item, fields), problem=problem, missing=missing,
    )  # fmt: skip


@bp.post("/marking/calibration/<int:round_id>/samples/<int:number>")
@unit_of_work
@requires("mark")
def mark_sample(round_id: int, number: int) -> Response | tuple[str | Response, int]:
    """Keep the mark of a sample, and go on to the next or to what it came to."""
    fields = request.form.to_dict()
    levels = levels_entered(queries_calibration.round_item(round_id), fields)
    try:
        service_calibration.mark_sample(round_id, number, levels, actor=viewer(), now=clock.now())
    except Invalid as error:
        return _sample_page(round_id, number, fields, error.message, error.errors), 422
    found = queries_calibration.calibration_round(viewer().id, round_id)
    following = _next(found, queries_calibration.samples(round_id, viewer().id), viewer())
    if following is None:
        return redirect(url_for("calibration.calibration_round", round_id=round_id), 303)
    return redirect(url_for("calibration.sample", round_id=round_id, number=following.number), 303)
