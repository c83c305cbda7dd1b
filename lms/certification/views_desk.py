"""Pages of managers and HR: who is certified, and licences on file."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lms.certification import codes, queries, queries_reports, service
from lms.certification.forms import LicenceForm, WithdrawForm
from lms.certification.labels import licence_name
from lms.certification.queries_reports import Show
from lms.certification.views import state_sign
from lms.core import clock
from lms.core.access import requires, viewer
from lms.core.database import unit_of_work
from lms.core.errors import LmsError
from lms.core.locale import language
from lms.core.texts import N_, in_language

bp = Blueprint("certified", __name__, url_prefix="/hr")

ROWS = 50
SHOWS = {
    Show.ALL: N_("all certificates"),
    Show.VALID: N_("valid certificates"),
    Show.SOON: N_("certificates to renew now"),
    Show.EXPIRED: N_("expired certificates"),
    Show.REVOKED: N_("revoked certificates"),
}


@bp.get("/certificates")
@requires("duty.read")
def certified() -> str:
    """Who is certified for their job role, by department, and the certificates themselves."""
    today = clock.today()
    show = Show(request.args["show"]) if request.args.get("show") in set(Show) else Show.ALL
    chosen, text = request.args.get("certification", ""), request.args.get("q", "")
    found = queries_reports.certificate_page(
        viewer(), today, show=show, text=text, certification=chosen, cursor=request.args.get("cursor"), limit=ROWS
    )
    departments = queries_reports.certified_on_duty(viewer(), today)
    return render_template(
        "certification/certified.html",
        departments=departments,
        people=sum(line.people for line in departments),
        certified=sum(line.certified for line in departments),
        found=found,
        options=[("", gettext("all certifications"))]
        + [(rule.key, in_language(rule.definition.title, language())) for rule in queries.rules()],
        shows=[(one.value, gettext(words)) for one, words in SHOWS.items()],
        show=show.value,
        chosen=chosen,
        q=text,
        state_sign=state_sign,
        shown_code=codes.shown,
    )


@bp.get("/licences")
@requires("results.read")
def licences() -> str:
    """Licences on file, newest first, and the form to put one there."""
    return _licences_page(LicenceForm())


def _licences_page(form: LicenceForm) -> str:
    form.offer(queries_reports.licence_keys())
    text = request.args.get("q", "")
    found = queries_reports.licence_page(viewer(), text=text, cursor=request.args.get("cursor"), limit=ROWS)
    return render_template(
        "certification/licences.html",
        found=found,
        form=form,
        withdraw=WithdrawForm(),
        q=text,
        licence_name=licence_name,
    )


@bp.post("/licences")
@unit_of_work
@requires("licence.verify")
def record_licence() -> Response | tuple[str, int]:
    """Put a licence on file that HR has seen."""
    form = LicenceForm()
    form.offer(queries_reports.licence_keys())
    if form.validate_on_submit():
        try:
            person = queries.visible_by_number(viewer(), form.employee_number.data.strip())
            service.record_licence(
                person, form.key.data, form.number.data.strip(), expires_on=form.expires_on.data, actor=viewer(),
                now=clock.now(),
            )  # fmt: skip
        except LmsError as error:
            field = form.expires_on if "expires_on" in error.errors else form.employee_number
            field.errors = [error.message.translated(gettext)]
        else:
            flash(gettext("The licence of %(name)s is on file.", name=person.name), "success")
            return redirect(url_for("certified.licences"))
    return _licences_page(form), 422


@bp.post("/licences/<int:licence_id>/withdrawal")
@unit_of_work
@requires("licence.verify")
def withdraw_licence(licence_id: int) -> Response:
    """Take a licence off the file, with a reason."""
    licence = queries_reports.licence(viewer(), licence_id)
    reason = request.form.get("reason", "")
    service.withdraw_licence(licence, actor=viewer(), reason=reason, now=clock.now())
    flash(gettext("The licence is withdrawn."), "success")
    return redirect(url_for("certified.licences"))
