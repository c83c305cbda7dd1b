"""Pages of mentors and trainers: signing off practice, recording who was at a session."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response

from lms.core import clock
from lms.core.access import requires, viewer
from lms.core.database import unit_of_work
from lms.core.errors import Invalid
from lms.core.texts import N_, Message
from lms.enrolment import queries_practice as queries
from lms.enrolment import service_practice as service
from lms.enrolment.forms import AttendanceForm, MarkForm
from lms.enrolment.queries import session as session_in_force
from lms.identity.models import Person

bp = Blueprint("practice", __name__)


@bp.get("/mentoring")
@requires("sign-off.record")
def mentoring() -> str:
    """The mentor's own mentees and how far their checklists are."""
    return render_template("enrolment/mentoring.html", mentees=queries.mentees(viewer()))


@bp.route("/mentoring/<int:person_id>", methods=["GET", "POST"])
@unit_of_work
@requires("sign-off.record")
def mentee(person_id: int) -> str | Response | tuple[str, int]:
    """A mentee's checklists; each observation is noted with its day."""
    form, found = MarkForm(), queries.mentee(viewer(), person_id)
    if form.validate_on_submit():
        try:
            is_complete = service.record_sign_off_mark(
                found.person, form.sign_off.data or "", form.item.data or "", number=form.number.data or 0,
                observed_on=form.observed_on.data, mentor=viewer(), now=clock.now(),
            )  # fmt: skip
        except Invalid as error:
            form.observed_on.errors = [error.message.translated(gettext)]
        else:
            flash(gettext("Checklist complete.") if is_complete else gettext("Noted."), "success")
            return redirect(url_for("practice.mentee", person_id=person_id))
    page = render_template("enrolment/mentee.html", mentee=found, form=form)
    return page, 422 if form.errors else 200


@bp.get("/sessions")
@requires("attendance.record")
def sessions() -> str:
    """All kinds of sessions, with how many wait."""
    return render_template("enrolment/sessions.html", sessions=queries.sessions())


@bp.route("/sessions/<string:key>", methods=["GET", "POST"])
@unit_of_work
@requires("attendance.record")
def session(key: str) -> str | Response | tuple[str, int]:
    """Who waits for a session, and recording who was there."""
    found, form = session_in_force(key), AttendanceForm()
    if form.validate_on_submit():
        try:
            people = _people(form)
            fresh = service.record_attendance(
                key, people, attended_on=form.attended_on.data, actor=viewer(), now=clock.now()
            )
        except Invalid as error:
            field = form.attended_on if "attended_on" in error.errors else form.listed
            field.errors = [error.message.translated(gettext)]
        else:
            flash(ngettext("One person recorded.", "%(num)s people recorded.", len(fresh)), "success")
            return redirect(url_for("practice.session", key=key))
    elif request.method == "GET":
        form.attended_on.data = clock.today()
    wanted = request.args.get("q", "")
    page = render_template(
        "enrolment/session.html", session=found, form=form, q=wanted, waiting=queries.waiting_for(key, wanted),
        most=queries.MOST_WAITING, attendances=queries.attendances(found.id),
        chosen=set(request.form.getlist("person", type=int)),
    )  # fmt: skip
    return page, 422 if form.errors else 200


def _people(form: AttendanceForm) -> list[Person]:
    """Everybody ticked or listed, each once; raises ``Invalid`` naming the lines nobody is known by."""
    ticked = queries.people_by_id(request.form.getlist("person", type=int))
    lines = [line.strip() for line in (form.listed.data or "").splitlines() if line.strip()]
    named = queries.people_named(lines) if lines else {}
    unknown = [line for line in lines if line not in named]
    if unknown:
        values = {"lines": ", ".join(unknown[:10])}
        raise Invalid(Message(N_("Nobody is known by: %(lines)s. Nothing was recorded; mend these lines."), values))
    people = {person.id: person for person in [*ticked, *named.values()]}
    if not people:
        raise Invalid(Message(N_("Tick or list the people who were there.")))
    return list(people.values())
