"""The learner's pages: courses, their outline, and lessons."""

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lms.core import clock, locale
from lms.core.access import has, requires, viewer
from lms.core.database import unit_of_work
from lms.courses import queries as courses
from lms.courses.sop import language_of, prose_in
from lms.enrolment import queries, queries_lessons, service_lessons
from lms.enrolment.enrolment_states import StepRef, neighbours, next_lesson
from lms.enrolment.outline import lesson_action, outline, shelves

bp = Blueprint("enrolment", __name__)


@bp.get("/courses")
@requires("catalogue.read")
def catalogue() -> str:
    """All courses a person may take, their own first."""
    person = viewer()
    heads = courses.catalogue(person)
    figures = queries_lessons.enrolled_figures(person.id)
    assigned = queries.assigned_keys(person.id, "course")
    role = queries.job_role_key(person)
    return render_template("enrolment/catalogue.html", shelves=shelves(heads, figures, assigned, role))


@bp.get("/courses/<string:course>")
@requires("catalogue.read")
def course(course: str) -> str:
    """A course: what it is about, its lessons, and the one next step."""
    person = viewer()
    view = courses.course_by_key(course, person)
    progress = queries_lessons.course_progress(person.id, view)
    admission = None if progress.enrolment else queries.admission(person.id, StepRef("course", view.key))
    return render_template(
        "enrolment/course.html",
        course=view,
        progress=progress,
        rows=outline(view, progress),
        next=next_lesson(progress.facts(view)),
        admission=admission,
        blocker=queries.title_of(admission.blocked_by) if admission and admission.blocked_by else None,
        may_learn=has(person, "learn"),
    )


@bp.get("/courses/<string:course>/<string:lesson>")
@requires("catalogue.read")
def lesson(course: str, lesson: str) -> str:
    """A lesson: the SOP card, how it can sound, what never to say, the prose, and the way on.

    With ``?as=completed`` as it was when the person completed it, if it has changed since.
    """
    person = viewer()
    view = courses.course_by_key(course, person)
    shown = view.lesson(lesson)
    progress = queries_lessons.course_progress(person.id, view)
    earlier = queries_lessons.completed_earlier(progress, shown)
    reads_earlier = earlier is not None and request.args.get("as") == "completed"
    if earlier is not None and reads_earlier:
        shown = earlier.lesson
    facts = {one.key: one for one in progress.facts(view)}
    keys = list(facts)
    admission = None if progress.enrolment else queries.admission(person.id, StepRef("course", view.key))
    onward = next_lesson(list(facts.values()), after=lesson)
    before, after = neighbours(keys, lesson)
    return render_template(
        "enrolment/lesson.html",
        course=view,
        lesson=shown,
        prose=prose_in(shown.body, locale.language()),
        prose_language=language_of(shown.body.prose, locale.language()),
        part=keys.index(lesson) + 1,
        earlier=earlier,
        reads_earlier=reads_earlier,
        fact=facts[lesson],
        progress=progress,
        action=lesson_action(facts[lesson], progress.enrolment is not None, admission, view.head, has(person, "learn")),
        before=view.lesson(before) if before else None,
        after=view.lesson(after) if after else None,
        onward=view.lesson(onward.key) if onward and onward.key != lesson else None,
    )


@bp.post("/courses/<string:course>/<string:lesson>/start")
@unit_of_work
@requires("learn")
def start_lesson(course: str, lesson: str) -> Response:
    """Begin a lesson, and with it the course."""
    service_lessons.open_lesson(viewer(), course, lesson, now=clock.now())
    return redirect(url_for("enrolment.lesson", course=course, lesson=lesson))


@bp.post("/courses/<string:course>/<string:lesson>/done")
@unit_of_work
@requires("learn")
def finish_lesson(course: str, lesson: str) -> Response:
    """Mark a lesson done and go on with the next."""
    person = viewer()
    done = service_lessons.complete_lesson(person, course, lesson, actor=person, now=clock.now())
    view = courses.course_by_key(course, person)
    onward = next_lesson(queries_lessons.course_progress(person.id, view).facts(view), after=lesson)
    if onward is not None:
        return redirect(url_for("enrolment.lesson", course=course, lesson=onward.key))
    if done.course_completed_at is not None:
        flash(gettext("That was the last lesson. The course is complete."), "success")
    return redirect(url_for("enrolment.course", course=course))


@bp.post("/courses/<string:course>/<string:lesson>/presence")
@unit_of_work
@requires("learn")
def presence(course: str, lesson: str) -> Response:
    """A sign of life from an open lesson page; our clock measures the time between two of them."""
    is_back = request.form.get("back") == "1"
    seconds = service_lessons.stay_on_lesson(viewer(), course, lesson, now=clock.now(), is_back=is_back)
    return jsonify(seconds=seconds)
