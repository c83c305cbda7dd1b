"""The administrator's pages about people: list, add, change, import, tokens."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lms.core import clock
from lms.core.access import Scope, authorise, requires, viewer
from lms.core.database import take_back, unit_of_work
from lms.core.errors import LmsError
from lms.identity import queries, service
from lms.identity.cli import sign_in_address
from lms.identity.forms import ImportForm, PersonForm, TokenForm
from lms.identity.import_plan import Plan
from lms.identity.models import Person
from lms.identity.people_files import read_table
from lms.identity.service_import import import_people as carry_out

bp = Blueprint("people", __name__, url_prefix="/admin")


@bp.get("/people")
@requires("people.read")
def people() -> str:
    """Everybody, by name, a page at a time."""
    found = queries.people_page(
        viewer(),
        text=request.args.get("q", ""),
        cursor=request.args.get("cursor"),
        limit=50,
        with_former=request.args.get("former") == "1",
    )
    return render_template("identity/people.html", found=found, q=request.args.get("q", ""))


@bp.route("/people/new", methods=["GET", "POST"])
@unit_of_work
@requires("people.write")
def new_person() -> str | Response | tuple[str, int]:
    """Add somebody and show their one-time link."""
    form = PersonForm()
    form.offer(queries.departments(), queries.sites(), queries.job_roles())
    if form.validate_on_submit():
        now = clock.now()
        try:
            person = service.add_person(
                email=form.email.data,
                name=form.name.data,
                roles=form.chosen_roles(),
                now=now,
                actor=viewer(),
                employee_number=form.employee_number.data,
                placement=form.placement(),
                hired_on=form.hired_on.data,
            )
        except LmsError as error:
            take_back()
            form.show(error)
        else:
            token = service.make_sign_in_link(person, actor=viewer(), now=now)
            flash(
                gettext(
                    "%(name)s was added. Send them this link; it works once, for 7 days: %(link)s",
                    name=person.name,
                    link=sign_in_address(token),
                ),
                "success",
            )
            return redirect(url_for("people.person", person_id=person.id))
    return render_template("identity/new_person.html", form=form), 422 if form.errors else 200


@bp.route("/people/<int:person_id>", methods=["GET", "POST"])
@unit_of_work
@requires("people.read")
def person(person_id: int) -> str | Response | tuple[str, int]:
    """One person: who they are, where they work, what they may do."""
    someone = queries.visible_person(viewer(), person_id)
    form = PersonForm(data=PersonForm.facts(someone))
    form.offer(queries.departments(), queries.sites(), queries.job_roles())
    if request.method == "POST" and _save(form, someone):
        flash(gettext("Saved."), "success")
        return redirect(url_for("people.person", person_id=person_id))
    if form.errors:
        someone = queries.visible_person(viewer(), person_id)
    return render_template("identity/person.html", form=form, person=someone), 422 if form.errors else 200


def _save(form: PersonForm, someone: Person) -> bool:
    """Store the form; False leaves what is wrong in the form."""
    from_table = viewer()
    authorise("people.write")
    if not form.validate_on_submit():
        return False
    now = clock.now()
    try:
        service.change_person(
            someone,
            name=form.name.data,
            email=form.email.data,
            employee_number=form.employee_number.data,
            hired_on=form.hired_on.data,
            actor=from_table,
            now=now,
        )
        service.set_roles(someone, form.chosen_roles(), actor=from_table, now=now)
        service.place_person(someone, form.placement(), actor=from_table, now=now)
    except LmsError as error:
        take_back()
        form.show(error)
        return False
    return True


@bp.post("/people/<int:person_id>/link")
@unit_of_work
@requires("people.write")
def make_link(person_id: int) -> Response:
    """Make a new one-time link for somebody who cannot sign in."""
    someone = queries.visible_person(viewer(), person_id)
    token = service.make_sign_in_link(someone, actor=viewer(), now=clock.now())
    flash(
        gettext(
            "Send this link to %(name)s; it works once, for 7 days: %(link)s",
            name=someone.name,
            link=sign_in_address(token),
        ),
        "success",
    )
    return redirect(url_for("people.person", person_id=person_id))


@bp.post("/people/<int:person_id>/deactivation")
@unit_of_work
@requires("people.write")
def deactivate(person_id: int) -> Response:
    """Let somebody go, or take them back."""
    someone = queries.visible_person(viewer(), person_id)
    if someone.deactivated_at is None:
        service.deactivate_person(someone, actor=viewer(), now=clock.now())
        flash(gettext("%(name)s is signed out everywhere and cannot sign in any more.", name=someone.name), "success")
    else:
        service.reactivate_person(someone, actor=viewer(), now=clock.now())
        flash(gettext("%(name)s may sign in again.", name=someone.name), "success")
    return redirect(url_for("people.person", person_id=person_id))


@bp.route("/people/import", methods=["GET", "POST"])
@requires("people.write")
def import_people() -> str | Response | tuple[str, int]:
    """Import a file: first what would change, then the change."""
    form, plan = ImportForm(), None
    if form.validate_on_submit():
        try:
            rows = read_table(form.file.data.filename or "", form.file.data.read())
            with unit_of_work():
                plan = carry_out(rows, apply=form.apply.data, actor=viewer(), now=clock.now())
        except LmsError as error:
            form.file.errors = [error.message.translated(gettext)]
    if plan is not None and form.apply.data and not plan.errors:
        flash(gettext("%(count)s people were imported.", count=len(plan.wanted)), "success")
        return redirect(url_for("people.people"))
    status = 422 if form.errors or _has_errors(plan) else 200
    return render_template("identity/import_people.html", form=form, plan=plan), status


import_people.unit_of_work = True  # type: ignore[attr-defined]  # only around the change: reading the file takes long


def _has_errors(plan: Plan | None) -> bool:
    return plan is not None and bool(plan.errors)


@bp.route("/tokens", methods=["GET", "POST"])
@unit_of_work
@requires("settings.write")
def tokens() -> str | tuple[str, int]:
    """API tokens: issue, see, end."""
    form, issued = TokenForm(), None
    if form.validate_on_submit():
        someone = queries.person_by_email(form.email.data)
        if someone is None:
            form.email.errors = [gettext("There is no person with this address.")]
        else:
            issued = service.issue_token(
                someone,
                [Scope(scope) for scope in form.scopes.data],
                days=form.days.data,
                actor=viewer(),
                now=clock.now(),
                name=form.name.data or "",
            )
    page = render_template("identity/tokens.html", form=form, issued=issued, tokens=queries.live_tokens(clock.now()))
    return page, 422 if form.errors else 200


@bp.post("/tokens/<int:token_id>/revocation")
@unit_of_work
@requires("settings.write")
def revoke_token(token_id: int) -> Response:
    """End a token at once."""
    service.revoke_token(token_id, actor=viewer(), now=clock.now())
    flash(gettext("The token does not work any more."), "success")
    return redirect(url_for("people.tokens"))


@bp.get("/audit")
@requires("audit.read")
def audit_trail() -> str:
    """The audit trail, newest first."""
    found = queries.audit_page(text=request.args.get("q", ""), cursor=request.args.get("cursor"), limit=100)
    return render_template("identity/audit_trail.html", found=found, q=request.args.get("q", ""))
