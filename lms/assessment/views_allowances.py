"""The pages of extra time: who has it in every exam, granting and withdrawing it."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lms.assessment import queries_allowances, service_allowances
from lms.assessment.forms import FindPersonForm, GrantForm
from lms.core import access, clock
from lms.core.access import has, requires, viewer
from lms.core.database import unit_of_work
from lms.core.errors import Invalid, LmsError
from lms.core.texts import Message

bp = Blueprint("allowances", __name__)


@bp.route("/allowances", methods=["GET", "POST"])
@unit_of_work
@requires("allowance.read")
def allowances() -> str | Response | tuple[str, int]:
    """All allowances that hold or will hold, and the way to one person's."""
    form = FindPersonForm()
    if form.validate_on_submit():
        found = queries_allowances.person_called(form.person.data)
        if found is not None:
            return redirect(url_for("allowances.person", person_id=found.id), 303)
        form.person.errors = [gettext("Nobody active has this employee number or address.")]
    today = clock.today()
    page = render_template(
        "assessment/allowances.html", form=form, allowances=queries_allowances.in_force(today), today=today
    )
    return page, 422 if form.errors else 200


@bp.route("/allowances/<int:person_id>", methods=["GET", "POST"])
@unit_of_work
@requires("allowance.read")
def person(person_id: int) -> str | Response | tuple[str, int]:
    """One person's allowances, and a new one."""
    whose, actor = queries_allowances.person(person_id), viewer()
    form = GrantForm(from_on=clock.today())
    if request.method == "POST":
        access.authorise("allowance.write")
    refused = None
    if form.validate_on_submit():
        try:
            service_allowances.grant_allowance(person_id, _grant(form), actor=actor, now=clock.now())
        except LmsError as error:
            refused = _shown_at_fields(form, error)
        else:
            flash(gettext("Granted. It holds for every exam begun from the first day on."), "success")
            return redirect(url_for("allowances.person", person_id=person_id), 303)
    page = render_template(
        "assessment/allowances_of.html", person=whose, form=form, refused=refused, today=clock.today(),
        allowances=queries_allowances.of_person(person_id),
        may_write=has(actor, "allowance.write") and actor.id != person_id,
    )  # fmt: skip
    return page, 409 if refused else 422 if form.errors else 200


def _grant(form: GrantForm) -> service_allowances.Grant:
    percent, minutes = (form.amount.data, None) if form.unit.data == "percent" else (None, form.amount.data)
    return service_allowances.Grant(percent, minutes, form.from_on.data, form.until_on.data, form.reason.data)


def _shown_at_fields(form: GrantForm, error: LmsError) -> Message | None:
    """Put what was refused beside its fields; what has no field is returned."""
    if not isinstance(error, Invalid):
        return error.message
    for name, message in error.errors.items():
        if name in form:
            form[name].errors = [message.translated(gettext)]
    return None if form.errors else error.message


@bp.post("/allowances/<int:person_id>/<int:allowance_id>/withdrawal")
@unit_of_work
@requires("allowance.write")
def withdraw(person_id: int, allowance_id: int) -> Response:
    """Let it hold for no further exam."""
    allowance = service_allowances.withdraw_allowance(allowance_id, actor=viewer(), now=clock.now())
    flash(gettext("Withdrawn. Attempts already begun keep their time."), "success")
    return redirect(url_for("allowances.person", person_id=allowance.person_id), 303)
