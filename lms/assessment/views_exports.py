"""The attempts at an exam: a page of them with filters, and all of them as a file."""

from datetime import date

from flask import Blueprint, Response, render_template, request
from werkzeug.exceptions import NotFound as NoSuchPage

from lms.assessment import queries_exports
from lms.assessment.export import Form, Format
from lms.assessment.queries_exports import Asked
from lms.assessment.views_export_files import Shape, download
from lms.core import clock
from lms.core.access import requires
from lms.core.entered import whole_number
from lms.core.errors import Invalid
from lms.core.texts import N_, Message

bp = Blueprint("exports", __name__, url_prefix="/reports/exams")

A_PAGE = 50


@bp.get("/<string:exam>/attempts")
@requires("attempts.export")
def exam_attempts(exam: str) -> str:
    """The attempts that are over, the latest first, each with the way to its result; and the files."""
    asked = _asked(exam)
    page = queries_exports.page(asked, request.args.get("cursor"), A_PAGE)
    return render_template(
        "assessment/exam_attempts.html",
        exam=asked.exam,
        asked=asked,
        chosen={name: value for name, value in asked.facts.items() if value},
        count=queries_exports.count(asked),
        page=page,
        versions=queries_exports.versions(asked.exam.id),
        departments=queries_exports.departments(),
    )


@bp.get("/<string:exam>/attempts.<string:suffix>")
@requires("attempts.export")
def exam_attempts_file(exam: str, suffix: str) -> Response:
    """All attempts as CSV, XLSX or JSON; ``form`` says what a row is, ``names`` adds names to numbers."""
    if suffix not in set(Format):
        raise NoSuchPage
    form = request.args.get("form", Form.ATTEMPTS.value)
    if form not in set(Form):
        raise Invalid(
            Message(N_("“%(value)s” is not a form of the file; take attempts or responses."), {"value": form})
        )
    shape = Shape(Form(form), Format(suffix), names=request.args.get("names") == "yes")
    return download(_asked(exam), shape, clock.now())


def _asked(exam: str) -> Asked:
    return queries_exports.asked(
        exam, version=_version(), from_on=_day("from"), to_on=_day("to"), department=request.args.get("department")
    )


def _version() -> int | None:
    value = request.args.get("version", "")
    number = whole_number(value)
    if value and not number:
        raise Invalid(Message(N_("“%(value)s” is not the number of a version."), {"value": value}))
    return number


def _day(name: str) -> date | None:
    value = request.args.get(name, "")
    try:
        return date.fromisoformat(value) if value else None
    except ValueError:
        raise Invalid(Message(N_("“%(value)s” is not a day; write it like 2026-11-30."), {"value": value})) from None
