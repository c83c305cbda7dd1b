"""Looking up job aids; and for those who keep the courses: which there are and which are stale."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lms.core import access, clock, locale
from lms.core.access import requires, viewer
from lms.core.database import unit_of_work
from lms.core.errors import Invalid
from lms.courses import queries_author, queries_job_aids, service
from lms.courses.editing import PARTS, Refusal, form_of, row_count
from lms.courses.forms import ReviewForm

bp = Blueprint("courses", __name__)


@bp.get("/job-aids")
@requires("catalogue.read")
def job_aids() -> str:
    """Every SOP card, and the search over them."""
    wanted = request.args.get("q", "").strip()[:200]
    hits = queries_job_aids.search_job_aids(wanted, locale.language(), viewer()) if wanted else []
    shelf = [] if hits else queries_job_aids.all_job_aids(viewer())
    return render_template("courses/job_aids.html", q=wanted, hits=hits, shelf=shelf)


@bp.get("/author/courses")
@requires("content.read")
def author_courses() -> str:
    """All courses with who keeps them true and until when."""
    return render_template("courses/author_courses.html", courses=queries_author.all_courses(), today=clock.today())


@bp.route("/author/courses/<string:course>", methods=["GET", "POST"])
@unit_of_work
@requires("content.read")
def author_course(course: str) -> str | Response | tuple[str, int]:
    """One course as its keepers see it: versions, lessons, and saying that it was reviewed."""
    row, source = queries_author.course_source(course)
    form = ReviewForm()
    if request.method == "POST":
        access.authorise("content.write")
    if form.validate_on_submit():
        try:
            service.review_course(row, form.review_by.data, source, actor=viewer(), now=clock.now())
        except Invalid as error:
            form.review_by.errors = [error.message.translated(gettext)]
        else:
            flash(gettext("Noted. The course counts as up to date until then."), "success")
            return redirect(url_for("courses.author_course", course=course))
    page = render_template(
        "courses/author_course.html", course=row, source=source, form=form, today=clock.today(),
        versions=queries_author.course_versions(row.id), lessons=queries_author.lesson_versions(row.id),
    )  # fmt: skip
    return page, 422 if form.errors else 200


@bp.route("/author/courses/<string:course>/<string:lesson>", methods=["GET", "POST"])
@unit_of_work
@requires("content.read")
def author_lesson(course: str, lesson: str) -> str | Response | tuple[str, int]:
    """Write a lesson: title, SOP card and prose in both languages; saving makes a new version."""
    row, source = queries_author.course_source(course)
    present, number = queries_author.lesson_to_edit(row, source, lesson)
    fields, refusal = form_of(present, source.prose.get(lesson, {})), None
    if request.method == "POST":
        access.authorise("content.write")
        fields = request.form.to_dict()
        made = service.write_lesson(source, lesson, fields, seen=number, actor=viewer(), now=clock.now())
        if not isinstance(made, Refusal):
            flash(gettext("Saved. Learners see it from now on."), "success")
            return redirect(url_for("courses.author_course", course=course))
        refusal = made
    page = render_template(
        "courses/author_lesson.html", course=row, lesson=present, number=number, fields=fields, refusal=refusal,
        rows={part: row_count(fields, part) for part in PARTS},
    )  # fmt: skip
    return page, 422 if refusal else 200


@bp.post("/author/courses/<string:course>/retire")
@unit_of_work
@requires("content.write")
def retire_course(course: str) -> Response:
    """Take a course out of the catalogue."""
    row, _source = queries_author.course_source(course)
    service.retire_course(row, actor=viewer(), now=clock.now())
    flash(gettext("The course is retired; what people did in it stays."), "success")
    return redirect(url_for("courses.author_courses"))
