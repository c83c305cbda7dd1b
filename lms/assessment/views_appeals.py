"""The pages of appeals: raising one at a result, and deciding those that wait."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lms.assessment import (
    queries,
    queries_appeals,
    queries_marking,
    queries_regrading,
    queries_results,
    queries_running,
    queries_tries,
    regrading_states,
    service_appeals,
)
from lms.assessment.appeal_states import Verb
from lms.assessment.forms import AppealForm, DecisionForm
from lms.assessment.views_marking_headline import headline
from lms.core import access, clock, waiting
from lms.core.access import has, requires, viewer
from lms.core.database import unit_of_work
from lms.core.errors import LmsError
from lms.core.locale import language
from lms.core.texts import in_language
from lms.question_bank import queries as bank

bp = Blueprint("appeals", __name__)


@bp.post("/attempts/<int:attempt_id>/appeals")
@unit_of_work
@requires("self")
def raise_appeal(attempt_id: int) -> Response | tuple[str, int]:
    """Object to a result of one's own."""
    person = viewer()
    found = queries.own_attempt(person, attempt_id)
    form = AppealForm().offer(len(found.paper))
    if not form.validate_on_submit():
        view = queries_results.result(person, attempt_id, now=clock.now(), language=language())
        page = render_template(
            "assessment/result.html", view=view, attempt=view.attempt, is_own=True, name=None, form=None, reread=[],
            again=url_for("exam_door.exam", exam=found.subject), appeals=queries_appeals.appeals_of(attempt_id),
            appeal_form=form,
        )  # fmt: skip
        return page, 422
    service_appeals.raise_appeal(
        attempt_id, form.slot.data, form.reason.data, actor=person, now=clock.now()
    )  # fmt: skip
    flash(gettext("Your appeal is with the trainers. The answer will stand here."), "success")
    return redirect(url_for("assessment.result", attempt_id=attempt_id), 303)


@bp.post("/attempts/<int:attempt_id>/appeals/<int:appeal_id>/withdrawal")
@unit_of_work
@requires("self")
def withdraw_appeal(attempt_id: int, appeal_id: int) -> Response:
    """Take one's own appeal back."""
    service_appeals.withdraw_appeal(appeal_id, actor=viewer(), now=clock.now())
    flash(gettext("Your appeal is withdrawn."), "success")
    return redirect(url_for("assessment.result", attempt_id=attempt_id), 303)


@bp.get("/marking")
@requires("marking.read")
def marking() -> str:
    """What waits for a person's judgement, the oldest first."""
    filtered, now, marks = request.args.get("exam", ""), clock.now(), access.may("mark")
    groups = queries_marking.queue(viewer().id, now)
    queue = [one for one in groups if filtered in ("", one.exam)]
    answers = sum(one.mine if marks else one.waiting for one in groups)
    appeals, talks = queries_appeals.waiting_appeals(), queries_tries.waiting_escalations()
    elsewhere = waiting.work_for(viewer(), now)
    return render_template(
        "assessment/marking.html",
        headline=headline(answers, len(appeals), len(talks), elsewhere, for_you=marks),
        queue=queue,
        filtered=filtered,
        exams=[("", gettext("all exams")), *{one.exam: in_language(one.title, language()) for one in groups}.items()],
        speed=queries_marking.hours_until_marked(now),
        waiting=appeals,
        decided=queries_appeals.decided_appeals(),
        escalations=talks,
        faults=queries_running.set_aside(),
        regradings=queries_regrading.waiting_regradings(),
        regrading_names=regrading_states.NAMES,
        elsewhere=elsewhere,
    )


@bp.route("/marking/appeals/<int:appeal_id>", methods=["GET", "POST"])
@unit_of_work
@requires("marking.read")
def appeal(appeal_id: int) -> str | Response | tuple[str, int]:
    """One appeal with the question it is about, and the decision."""
    form, person = DecisionForm(), viewer()
    found = queries_appeals.appeal(appeal_id)
    if request.method == "POST":
        access.authorise("mark")
    refused = None
    if form.validate_on_submit():
        try:
            service_appeals.decide_appeal(
                appeal_id, Verb(form.verdict.data), form.answer.data, actor=person, now=clock.now()
            )
        except LmsError as error:
            refused = error.message
        else:
            flash(gettext("Decided. The learner reads your reason at the result."), "success")
            return redirect(url_for("appeals.marking"), 303)
    view = queries_results.result(person, found.attempt_id, now=clock.now(), language=language())
    place = view.attempt.paper[found.slot - 1] if found.slot else None
    page = render_template(
        "assessment/appeal.html", appeal=found, form=form, refused=refused,
        item_key=bank.item(place["item_version_id"]).key if place else None,
        item_version=place["item_version_id"] if place else None,
        question=next((one for one in view.questions if one.seen["slot"] == found.slot), None),
        may_decide=has(person, "mark") and found.person_id != person.id,
    )  # fmt: skip
    return page, 409 if refused else 422 if form.errors else 200
