"""The pages of sitting an exam: one question a page, handing in, the result."""

from datetime import datetime

from flask import Blueprint, flash, jsonify, redirect, render_template, request, url_for
from flask_babel import gettext
from flask_wtf.csrf import generate_csrf
from markupsafe import Markup
from werkzeug.wrappers import Response

from lms.assessment import (
    queries,
    queries_appeals,
    queries_doors,
    queries_marking,
    queries_results,
    queries_running,
    queries_versions,
    service,
)
from lms.assessment import views_question_map as question_map
from lms.assessment.api import too_late
from lms.assessment.attempt_states import State
from lms.assessment.forms import AppealForm, VoidForm
from lms.assessment.models import Attempt
from lms.assessment.queries_doors import Shut
from lms.core import clock
from lms.core.access import has, requires, viewer
from lms.core.database import unit_of_work
from lms.core.entered import whole_number
from lms.core.errors import Invalid, LmsError
from lms.core.locale import language
from lms.core.web import clock_time, wants_json
from lms.question_bank import payloads
from lms.question_bank import queries as bank

bp = Blueprint("assessment", __name__)


# ---- the questions --------------------------------------------------------------


def _current(attempt_id: int, now: datetime) -> Attempt:
    """My attempt as it stands; one whose time is up is closed first, in a unit of work of its own."""
    found = queries.own_attempt(viewer(), attempt_id)
    if service.is_due(found, now):
        with unit_of_work():
            service.close_if_due(attempt_id, now)
        found = queries.own_attempt(viewer(), attempt_id)
    return found


@bp.get("/attempts/<int:attempt_id>")
@requires("learn")
def attempt(attempt_id: int) -> str | Response:
    """One question, the map of all, the clock."""
    now = clock.now()
    found = _current(attempt_id, now)
    if found.state == State.OVERDUE:
        return redirect(url_for("assessment.hand_in", attempt_id=attempt_id))
    if found.state != State.IN_PROGRESS:
        return redirect(url_for("assessment.result", attempt_id=attempt_id))
    saved = queries.saved_answers(attempt_id)
    slot = question_map.slot_asked(request.args.get("slot", ""), found, saved)
    place = found.paper[slot - 1]
    stored = bank.stored_items([place["item_version_id"]])[place["item_version_id"]]
    held = saved.get(slot)
    return render_template(
        "assessment/attempt.html",
        attempt=found,
        title=queries.plan_of(found).definition.title,
        question=payloads.question(place, stored.definition, stored.media, language()),
        answer=payloads.answer_shown(place, stored.definition, held.answer) if held else None,
        held=held,
        last_saved_at=max((each.saved_at for each in saved.values()), default=None),
        slot=slot,
        entries=Markup("").join(question_map.entries(len(found.paper), saved, slot)),
        answered=sum(map(question_map.is_answered, saved.values())),
        count=len(found.paper),
        left=_seconds_left(found.deadline_at, now),
    )


def _seconds_left(deadline_at: datetime | None, now: datetime) -> int | None:
    return None if deadline_at is None else max(0, int((deadline_at - now).total_seconds()))


@bp.post("/attempts/<int:attempt_id>/answers/<int:slot>")
@unit_of_work
@requires("learn")
def save_answer(attempt_id: int, slot: int) -> Response:
    """Keep the answer of the form; a script gets the facts as JSON, a browser the next page."""
    now, fields = clock.now(), request.form.to_dict(flat=False)
    try:
        saved = service.save_form(attempt_id, viewer(), slot, fields, _seq("seq"), now=now, window=_window())
    except Invalid as error:
        if wants_json():
            raise
        flash(error.message.translated(gettext), "error")
        return redirect(url_for("assessment.attempt", attempt_id=attempt_id, slot=slot), 303)
    if isinstance(saved, service.Late):
        return _told_late(saved, attempt_id)
    if not wants_json():
        return redirect(_onward(attempt_id, saved), 303)
    facts = {
        "seq": saved.seq,
        "is_new": saved.is_new,
        "stands": saved.stands,
        "saved": gettext("Saved %(time)s", time=clock_time(saved.saved_at)),
        "left": _seconds_left(saved.deadline_at, now),
    }
    return jsonify(facts)


def _seq(name: str) -> int | None:
    sent = request.form.get(name, "")
    return int(sent) if sent.isascii() and sent.isdigit() and len(sent) < 16 else None


def _window() -> service.Window | None:
    """Which open page the answer was typed into and what that had seen, if it says so."""
    writer, base = request.form.get("writer", ""), _seq("base")
    is_named = 0 < len(writer) <= 32 and writer.isascii() and writer.isalnum()
    return service.Window(writer, base) if is_named and base is not None else None


def _told_late(late: service.Late, attempt_id: int) -> Response:
    if wants_json():
        return too_late(late)
    flash(late.reason.translated(gettext), "warning")
    return redirect(url_for("assessment.attempt", attempt_id=attempt_id), 303)


def _onward(attempt_id: int, saved: service.Saved) -> str:
    """Where the pressed button leads: the next question, the one before, or handing in."""
    go = request.form.get("go", "next")
    following = saved.slot - 1 if go == "back" else saved.slot + 1
    if go == "hand-in" or following > saved.slots:
        return url_for("assessment.hand_in", attempt_id=attempt_id)
    return url_for("assessment.attempt", attempt_id=attempt_id, slot=max(1, following))


@bp.get("/attempts/<int:attempt_id>/clock")
@requires("learn")
def attempt_clock(attempt_id: int) -> Response:
    """How much time is left by the server's clock, for a page that stays open; and what holds for its question."""
    now = clock.now()
    found = queries.own_attempt(viewer(), attempt_id)
    ends_at = found.grace_ends_at if found.state == State.OVERDUE else found.deadline_at
    slot = whole_number(request.args.get("slot"))
    held = queries.latest_answer(attempt_id, slot) if slot else None
    return jsonify(
        {
            "state": found.state,
            "left": _seconds_left(ends_at, now),
            "seq": held.seq if held else 0,
            "saved": gettext("Saved %(time)s", time=clock_time(held.saved_at)) if held else None,
            "csrf": generate_csrf(),
        }
    )


# ---- the end --------------------------------------------------------------------


@bp.get("/attempts/<int:attempt_id>/hand-in")
@requires("learn")
def hand_in(attempt_id: int) -> str | Response:
    """What has no answer yet, and the button to hand in."""
    now = clock.now()
    found = _current(attempt_id, now)
    if found.state not in (State.IN_PROGRESS, State.OVERDUE):
        return redirect(url_for("assessment.result", attempt_id=attempt_id))
    answers = queries.saved_answers(attempt_id)
    slots = question_map.places(found, answers)
    is_overdue = found.state == State.OVERDUE
    return render_template(
        "assessment/hand_in.html",
        attempt=found,
        title=queries.plan_of(found).definition.title,
        slots=slots,
        unanswered=[slot for slot in slots if not slot["answered"]],
        short=queries_marking.short_texts(found.paper, answers),
        left=_seconds_left(found.grace_ends_at if is_overdue else found.deadline_at, now),
        is_overdue=is_overdue,
    )


@bp.post("/attempts/<int:attempt_id>/hand-in")
@unit_of_work
@requires("learn")
def submit(attempt_id: int) -> Response:
    """Hand in; once more does nothing more."""
    service.submit(attempt_id, viewer(), now=clock.now())
    return redirect(url_for("assessment.result", attempt_id=attempt_id), 303)


@bp.get("/attempts/<int:attempt_id>/result")
@requires("self")
def result(attempt_id: int) -> str | Response:
    """Score, parts, and the reasons, as far as the plan shows them now."""
    person, now = viewer(), clock.now()
    view = queries_results.result(person, attempt_id, now=now, language=language())
    is_own = view.attempt.person_id == person.id
    if is_own and view.state in (State.IN_PROGRESS, State.OVERDUE):
        return redirect(url_for("assessment.attempt", attempt_id=attempt_id))
    return render_template(
        "assessment/result.html",
        view=view,
        attempt=view.attempt,
        is_own=is_own,
        name=None if is_own else queries.name_of(view.attempt.person_id),
        again=_again(view.attempt),
        next_try=_next_try(view, now) if is_own else None,
        void_reason=queries_running.void_reason(attempt_id) if view.state == State.VOIDED else None,
        versions=queries_versions.plan_versions(view.attempt),
        unmarked=queries_marking.waiting_of(attempt_id) if view.state == State.SUBMITTED else 0,
        reread=queries_results.to_reread(view) if is_own else [],
        appeals=queries_appeals.appeals_of(attempt_id) if view.attempt.kind == "exam" else [],
        appeal_form=_appeal_form(view) if is_own else None,
        form=VoidForm() if not is_own and has(person, "attempt.void") and view.state != State.VOIDED else None,
    )


def _appeal_form(view: queries_results.ResultView) -> AppealForm | None:
    """Only what was shown can be disagreed with."""
    is_told = view.attempt.kind == "exam" and view.state == State.GRADED and view.passed is not None
    return AppealForm().offer(len(view.attempt.paper)) if is_told else None


def _next_try(view: queries_results.ResultView, now: datetime) -> Shut | None:
    """After an exam that was failed or given up: what keeps from the next try, if something does."""
    is_failed = view.state == State.ABANDONED or (view.state == State.GRADED and view.passed is False)
    if view.attempt.kind != "exam" or not is_failed:
        return None
    return queries_doors.shut_after(viewer(), view.attempt, now)


def _again(found: Attempt) -> str:
    """Where one goes to try again or to go on."""
    if found.kind == "exam":
        return url_for("exam_door.exam", exam=found.subject)
    return f"{request.script_root}/courses/{found.subject}"


@bp.post("/attempts/<int:attempt_id>/void")
@unit_of_work
@requires("attempt.void")
def void_attempt(attempt_id: int) -> Response:
    """Declare somebody's attempt void, with a reason."""
    form = VoidForm()
    if not form.validate_on_submit():
        raise LmsError(form.problem())
    service.void(attempt_id, form.reason.data, actor=viewer(), now=clock.now())
    flash(gettext("The attempt is void. It neither counts nor uses up a try."), "success")
    return redirect(url_for("assessment.result", attempt_id=attempt_id), 303)
