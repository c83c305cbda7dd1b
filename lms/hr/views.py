"""HR's pages: review cycles, performance records, revisions, workplace scores."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lms.core import clock
from lms.core.access import requires, viewer
from lms.core.database import unit_of_work
from lms.core.entered import whole_number
from lms.core.errors import Invalid, LmsError
from lms.core.table_files import read_rows
from lms.core.texts import N_, Message
from lms.hr import quality, queries, queries_records, service, service_freezing
from lms.hr import views_records as shown
from lms.hr.export import Format
from lms.hr.forms import CycleForm, ScoresForm
from lms.hr.models import ReviewCycle, Revision
from lms.hr.performance import WORKPLACE
from lms.hr.queries_evidence import period_of
from lms.hr.views_export import download

bp = Blueprint("hr", __name__, url_prefix="/hr")


@bp.get("/reviews")
@requires("reviews.read")
def reviews() -> str:
    """All review cycles."""
    return render_template("hr/reviews.html", cycles=queries.cycles(), today=clock.today())


@bp.route("/reviews/new", methods=["GET", "POST"])
@unit_of_work
@requires("reviews.write")
def new_review() -> str | Response | tuple[str, int]:
    """Open a review cycle."""
    form, refusals = CycleForm(), []
    if form.validate_on_submit():
        try:
            cycle = service.open_cycle(form.wanted(), actor=viewer(), now=clock.now())
        except LmsError as error:
            refusals = form.show(error)
        else:
            flash(gettext("The review cycle is open."), "success")
            return redirect(url_for("hr.review", key=cycle.key))
    page = render_template("hr/new_review.html", form=form, refusals=refusals, measurable=queries.measurable())
    return page, 422 if form.errors or refusals else 200


@bp.get("/reviews/<key>")
@requires("reviews.read")
def review(key: str) -> str:
    """A cycle: its people's numbers, weights and revisions; ``?revision=`` shows a frozen one."""
    now, asked = clock.now(), request.args
    cycle = queries.cycle_by_key(key)
    frozen = _frozen(cycle)
    text, standing = asked.get("q", ""), asked.get("standing", "")
    page = queries_records.records_page(cycle, frozen, now, text=text, standing=standing, cursor=asked.get("cursor"))
    return render_template(
        "hr/review.html",
        cycle=cycle,
        frozen=frozen,
        page=page,
        people=shown.lines(page.rows, queries.department_names(row.values["department"] for row in page.rows)),
        columns=shown.columns(cycle.components),
        weights=shown.weights(cycle.components, queries.titles(cycle.components)),
        revisions=queries.revisions(cycle),
        period=period_of(cycle, now),
        standings=shown.standings(),
        is_filtered=bool(text or standing),
        scale_from=shown.scale_of(row.values["composite"] for row in page.rows),
    )


def _frozen(cycle: ReviewCycle) -> Revision | None:
    """The revision the address names, if any."""
    asked = request.args.get("revision", "")
    number = whole_number(asked)
    if asked and number is None:
        raise Invalid(Message(N_("A revision is a number.")))
    return queries.revision(cycle, number) if number is not None else None


@bp.get("/reviews/<key>/people/<int:person_id>")
@requires("reviews.read")
def person_record(key: str, person_id: int) -> str:
    """One person's record: where each number comes from."""
    now = clock.now()
    cycle = queries.cycle_by_key(key)
    frozen = _frozen(cycle)
    values = queries_records.record_of(cycle, frozen, person_id, now)
    titles = queries.titles([*cycle.components, *shown.named_in(values)])
    return render_template(
        "hr/person_record.html",
        cycle=cycle,
        frozen=frozen,
        person_id=person_id,
        values=values,
        parts=shown.parts(values, titles, cycle.missing),
        evidence_words=shown.evidence_words,
        composite=shown.composite_text(values["composite"]),
        standing=shown.standing(values),
        days=shown.days(values),
        reasons=shown.reasons(values, titles),
        department=queries.department_names([values["department"]]).get(values["department"] or ""),
        job_role=queries.job_role_title(values["job_role"]),
        earlier=queries_records.frozen_standings(cycle, person_id),
    )


@bp.post("/reviews/<key>/revisions")
@unit_of_work
@requires("reviews.write")
def freeze(key: str) -> Response:
    """Freeze the cycle as it stands."""
    cycle, expected = queries.cycle_by_key(key), whole_number(request.form.get("revision"))
    revision = service_freezing.freeze_revision(cycle, actor=viewer(), now=clock.now(), expected=expected)
    flash(gettext("Revision %(number)s is frozen.", number=revision.number), "success")
    return redirect(url_for("hr.revision", key=key, number=revision.number))


@bp.get("/reviews/<key>/revisions/<int:number>")
@requires("reviews.read")
def revision(key: str, number: int) -> str:
    """A revision's checksum, reckoned again from what is stored."""
    cycle = queries.cycle_by_key(key)
    frozen = queries.revision(cycle, number)
    computed = queries_records.computed_checksum(frozen)
    return render_template("hr/revision.html", cycle=cycle, frozen=frozen, computed=computed)


@bp.get("/reviews/<key>/export")
@requires("reviews.read")
def export(key: str) -> Response:
    """The records as a file."""
    cycle, asked = queries.cycle_by_key(key), request.args.get("format", Format.XLSX.value)
    if asked not in set(Format):
        raise Invalid(Message(N_("Choose CSV, XLSX or JSON.")))
    return download(cycle, _frozen(cycle), Format(asked), clock.now())


@bp.get("/quality-scores")
@requires("results.read")
def quality_scores() -> str:
    """Workplace scores, the newest first."""
    asked: Any = request.args.get("source", "")
    source = asked if asked in set(WORKPLACE) else ""
    found = queries.quality_scores(source=source, cursor=request.args.get("cursor"), limit=50)
    return render_template("hr/quality_scores.html", found=found, source=source, kinds=shown.kind_titles())


@bp.route("/quality-scores/import", methods=["GET", "POST"])
@requires("quality-scores.write")
def import_scores() -> str | Response | tuple[str, int]:
    """Import a file of scores: first what would happen, then the change."""
    form, plan = ScoresForm(), None
    if form.validate_on_submit():
        try:
            rows = read_rows(form.file.data.filename or "", form.file.data.read(), quality.COLUMNS, quality.REQUIRED)
            with unit_of_work():
                plan = service.import_quality_scores(rows, apply=form.apply.data, actor=viewer(), now=clock.now())
        except LmsError as error:
            form.file.errors = [error.message.translated(gettext)]
    if plan is not None and form.apply.data and not plan.errors:
        flash(shown.outcome(plan.outcome), "success")
        return redirect(url_for("hr.quality_scores"))
    outcome = shown.outcome(plan.outcome) if plan else ""
    page = render_template("hr/import_scores.html", form=form, plan=plan, outcome=outcome)
    return page, 422 if form.errors or (plan is not None and plan.errors) else 200


import_scores.unit_of_work = True  # type: ignore[attr-defined]  # only around the change: reading the file takes long
