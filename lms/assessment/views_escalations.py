"""The page on which a trainer notes what was agreed with somebody who keeps failing an exam."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lms.assessment import queries_authors, queries_tries, service_escalations
from lms.assessment.forms import AgreementForm
from lms.core import access, clock
from lms.core.access import has, requires, viewer
from lms.core.database import unit_of_work
from lms.core.errors import LmsError

bp = Blueprint("escalations", __name__)


@bp.route("/marking/escalations/<int:escalation_id>", methods=["GET", "POST"])
@unit_of_work
@requires("marking.read")
def escalation(escalation_id: int) -> str | Response | tuple[str, int]:
    """One case: the learner's tries, what was agreed before, and what is agreed now."""
    form, person = AgreementForm(), viewer()
    found = queries_tries.escalation(escalation_id)
    if request.method == "POST":
        access.authorise("mark")
    has_limit = queries_authors.authored_exam(found.exam).definition.attempts is not None
    if not has_limit:
        del form.extra_tries
    refused = None
    if form.validate_on_submit():
        extra_tries = form.extra_tries.data if has_limit else 0
        try:
            service_escalations.settle(escalation_id, form.agreed.data, extra_tries, actor=person, now=clock.now())
        except LmsError as error:
            refused = error.message
        else:
            flash(gettext("Noted. The learner reads it at the exam."), "success")
            return redirect(url_for("appeals.marking"), 303)
    page = render_template(
        "assessment/escalation.html", case=found, form=form, refused=refused, has_limit=has_limit,
        tries=queries_tries.tries_of(found.person_id, found.exam),
        history=queries_tries.escalations_of(found.person_id, found.exam_id),
        may_settle=has(person, "mark") and found.person_id != person.id,
    )  # fmt: skip
    return page, 409 if refused else 422 if form.errors else 200
