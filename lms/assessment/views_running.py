"""The pages of attempts that run (who sits, until when, more time) and of those whose grading failed."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lms.assessment import queries_running, service
from lms.assessment.forms import ExtensionForm
from lms.core import access, clock
from lms.core.access import has, requires, viewer
from lms.core.database import unit_of_work
from lms.core.errors import LmsError

bp = Blueprint("running", __name__)


@bp.get("/author/exams/<exam>/running")
@requires("content.read")
def exam_running(exam: str) -> str:
    """Who sits an exam now, until when, and how far they are."""
    found, now = queries_running.exam(exam), clock.now()
    sittings = queries_running.running(found.id)
    return render_template("assessment/exam_running.html", exam=found, sittings=sittings, now=now)


@bp.route("/author/exams/<exam>/running/<int:attempt_id>", methods=["GET", "POST"])
@unit_of_work
@requires("content.read")
def sitting(exam: str, attempt_id: int) -> str | Response | tuple[str, int]:
    """One attempt: its clock, its history, and more time for it."""
    form, person, found = ExtensionForm(), viewer(), queries_running.sitting(exam, attempt_id)
    if request.method == "POST":
        access.authorise("attempt.extend")
    refused = None
    if form.validate_on_submit():
        try:
            given = service.extend(attempt_id, form.minutes.data, form.reason.data, actor=person, now=clock.now())
        except LmsError as error:
            refused = error.message
        else:
            flash(gettext("%(minutes)s min more. An open page shows it within a minute.", minutes=given.minutes), "success")
            return redirect(url_for("running.sitting", exam=exam, attempt_id=attempt_id), 303)
    now = clock.now()
    page = render_template(
        "assessment/sitting.html", sitting=found, form=form, refused=refused, now=now,
        history=queries_running.history(attempt_id),
        may_extend=found.takes_more_time(now) and found.person_id != person.id and has(person, "attempt.extend"),
    )  # fmt: skip
    return page, 409 if refused else 422 if form.errors else 200


@bp.post("/marking/faults/<int:attempt_id>")
@unit_of_work
@requires("mark")
def retry_grading(attempt_id: int) -> Response:
    """Grade an attempt that was set aside once more."""
    if service.retry_grading(attempt_id, actor=viewer(), now=clock.now()):
        flash(gettext("It is marked now. The learner sees the result as the plan shows it."), "success")
    else:
        flash(gettext("Marking it still fails. Its answers are safe; tell an administrator the fault."), "warning")
    return redirect(url_for("appeals.marking"), 303)
