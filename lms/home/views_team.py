"""The manager's pages: the team, one person of it, and giving people something to do."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response

from lms.core import clock
from lms.core.access import has, may, requires, viewer
from lms.core.database import unit_of_work
from lms.core.entered import whole_number
from lms.enrolment import service as enrolment
from lms.home import queries, queries_team
from lms.home import views_cards as cards
from lms.home.forms import AssignForm
from lms.home.greetings import day_at_work
from lms.home.team_rows import CertificateState, TeamRow
from lms.home.views import parts_of

bp = Blueprint("team", __name__, url_prefix="/team")


@bp.get("")
@requires("team.read")
def team() -> str:
    """The people of the team: who is on the way, what is late, who holds what."""
    person, today = viewer(), clock.today()
    department, text = request.args.get("department", ""), request.args.get("q", "")
    found = queries_team.team_page(person, today, department=department, text=text, cursor=request.args.get("cursor"))
    return render_template(
        "home/team.html",
        found=found,
        rows=[_row(row) for row in found.rows],
        departments=queries_team.team_departments(person),
        department=department,
        q=text,
        late=sum(bool(row.late) for row in found.rows),
        missing=sum(row.certificates.state.kind == "not-met" for row in found.rows),
    )


def _row(row: TeamRow) -> dict[str, object]:
    today = clock.today()
    late = [cards.words(one.title, one.key) for one in row.late]
    since = row.late_since
    return {
        "person": row.person, "path": row.path, "done": row.done, "late": late,
        "late_words": cards.days_to(since, today) if since else None,
        "certificate": {"kind": row.certificates.state.kind, "word": certificate_words(row)},
        "exam": row.last_exam,
    }  # fmt: skip


def certificate_words(row: TeamRow) -> str:
    """How somebody stands with what the job role must hold."""
    standing, today = row.certificates, clock.today()
    title = cards.words(standing.title)
    return {
        CertificateState.MISSING: gettext("Missing: %(title)s", title=title),
        CertificateState.EXPIRED: gettext("Expired: %(title)s", title=title),
        CertificateState.EXPIRING: gettext("Expires %(when)s", when=cards.days_to(standing.expires_on or today, today)),
        CertificateState.VALID: gettext("Valid"),
        CertificateState.NOT_REQUIRED: gettext("None required"),
    }[standing.state]


@bp.get("/<int:person_id>")
@requires("team.read")
def member(person_id: int) -> str:
    """One person of the team, as they see their own training, and their exams."""
    person, now, today = queries_team.member(viewer(), person_id), clock.now(), clock.today()
    mine = queries.my_training(person, now, today)
    return render_template(
        "home/member.html",
        person=person,
        day_number=day_at_work(person.hired_on, today),
        exams=queries_team.exams_of(person.id),
        **parts_of(mine, today, own=False),
    )


@bp.route("/assignments", methods=["GET", "POST"])
@unit_of_work
@requires("assign")
def assignments() -> str | Response | tuple[str, int]:
    """Give a course, an exam, a role-play, a path or a certificate to people."""
    form, person = AssignForm(), viewer()
    form.offer(queries_team.assignable_things())
    if request.method == "GET":
        form.what.data = request.args.get("what")
    if request.method == "GET" and has(person, "team.read"):
        asked = map(whole_number, request.args.getlist("person"))
        ids = [number for number in asked if number is not None][: queries_team.PAGE_SIZE]
        chosen = queries_team.chosen_people(person, ids)
        form.people.data = "\n".join(one.employee_number or one.email for one in chosen)
    if form.validate_on_submit():
        people = form.find_people(queries_team.assignable_people(person, form.lines()))
        today = clock.today()
        if form.due_on.data is not None and form.due_on.data < today:
            form.due_on.errors = [gettext("Choose today or a later day.")]
        if not form.errors:
            kind, key = form.chosen()
            for one in people:
                enrolment.assign(
                    one, kind, key, actor=person, now=clock.now(), due_on=form.due_on.data,
                    reason=form.reason.data or "",
                )  # fmt: skip
            flash(
                ngettext(
                    "“%(thing)s” was given to %(num)s person.", "“%(thing)s” was given to %(num)s people.", len(people),
                    thing=form.title(),
                ),
                "success",
            )  # fmt: skip
            return redirect(url_for("team.team") if may("team.read") else url_for("team.assignments"))
    return render_template("home/assignments.html", form=form), 422 if form.errors else 200
