"""Pages of typed replies that people judge: what waits, one reply (blind), the comparison after it, a correction."""

from datetime import datetime
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from lms.core import clock, marking_queue
from lms.core.access import has, requires, viewer
from lms.core.database import unit_of_work
from lms.core.entered import whole_number
from lms.core.errors import Conflict, Invalid, NotFound
from lms.core.locale import language
from lms.core.texts import N_, Message, in_language
from lms.core.waiting import Work
from lms.scenarios import queries_plays, queries_replies, service_contests, service_reasons, service_replies
from lms.scenarios.queries_replies import Shown
from lms.scenarios.service_replies import Given
from lms.scenarios.views_reply_words import machine_shown

bp = Blueprint("reply_marking", __name__)


def waiting_work(person: Any, now: datetime) -> Work | None:
    """For the page of all that waits for people; None when no reply does."""
    queue = queries_replies.queue(person.id, now)
    if not queue:
        return None
    mine, waiting = sum(one.mine for one in queue), sum(one.waiting for one in queue)
    count = mine if has(person, "mark") else waiting
    one, many = N_("A typed reply is waiting for a mark"), N_("%(num)s typed replies are waiting for a mark")
    return Work(
        title=Message(N_("Typed replies in role-plays")),
        note=Message(N_("names are hidden; what the program is unsure of comes first")),
        said=Message(one) if count == 1 else Message(many, {"num": count}),
        counted=Message(N_("one typed reply")) if count == 1 else Message(N_("%(num)s typed replies"), {"num": count}),
        endpoint="reply_marking.reply_queue",
        waiting=waiting,
        mine=mine,
        oldest=min(one.oldest for one in queue),
    )


@bp.get("/marking/replies")
@requires("marking.read")
def reply_queue() -> str:
    """What waits, by role-play."""
    return render_template("scenarios/reply_queue.html", queue=queries_replies.queue(viewer().id, clock.now()))


@bp.post("/marking/replies")
@unit_of_work
@requires("mark")
def take_reply() -> Response:
    """Take the next reply in a role-play."""
    return _onward(request.form.get("scenario", ""))


def _onward(key: str) -> Response:
    """To the next reply of the same role-play, or back to what waits."""
    following = service_replies.take_next(key, actor=viewer(), now=clock.now())
    if following is None:
        flash(gettext("No further reply of this role-play waits for you."), "info")
        return redirect(url_for("reply_marking.reply_queue"), 303)
    return redirect(url_for("reply_marking.reply_mark", reply_id=following.id), 303)


@bp.get("/marking/replies/<int:reply_id>")
@requires("mark")
def reply_mark(reply_id: int) -> str | Response:
    """One reply in its talk."""
    try:
        return _page(reply_id, MultiDict())
    except NotFound:
        if queries_replies.REPLIES.mark_of(reply_id, viewer().id) is None:
            raise
        return redirect(url_for("reply_marking.reply_compared", reply_id=reply_id))


def _page(reply_id: int, fields: MultiDict[str, str], problem: Message | None = None) -> str:
    found = queries_replies.reply_to_mark(reply_id, viewer().id, clock.now())
    return render_template("scenarios/reply_mark.html", found=found, problem=problem, **_entered(found.shown, fields))


def _entered(shown: Shown, fields: MultiDict[str, str]) -> dict[str, Any]:
    """The reply in its talk and what was entered, for the templates."""
    name = shown.version.definition.customer.name
    return {
        "shown": shown,
        "customer_name": in_language(name, language()) if name else gettext("The customer"),
        "ticked": fields.getlist("step"),
        "taboo": fields.get("taboo", ""),
        "comment": fields.get("comment", ""),
        "why": fields.get("why", ""),
        "most": marking_queue.MOST_COMMENT_CHARACTERS,
        "most_why": service_reasons.MOST_WHY,
        "least_why": service_reasons.LEAST_WHY,
    }


def _given(fields: MultiDict[str, str]) -> Given:
    taboo = {"yes": True, "no": False}.get(fields.get("taboo", ""))
    return Given(frozenset(fields.getlist("step")), taboo, fields.get("comment", ""))


@bp.post("/marking/replies/<int:reply_id>")
@unit_of_work
@requires("mark")
def mark_reply(reply_id: int) -> Response | tuple[str, int]:
    """Keep the mark, then show what the program thinks; what was entered stays where it cannot be kept."""
    fields = request.form
    try:
        service_replies.mark(reply_id, _given(fields), actor=viewer(), now=clock.now())
    except Invalid as error:
        return _page(reply_id, fields, error.message), 422
    except Conflict as error:
        return _lost(reply_id, fields, error.message), 409
    return redirect(url_for("reply_marking.reply_compared", reply_id=reply_id), 303)


def _lost(reply_id: int, fields: MultiDict[str, str], problem: Message) -> str:
    """What a marker had entered for a reply that is no longer theirs."""
    shown = queries_replies.any_reply(reply_id)
    return render_template("scenarios/reply_lost.html", problem=problem, **_entered(shown, fields))


@bp.post("/marking/replies/<int:reply_id>/aside")
@unit_of_work
@requires("mark")
def put_reply_aside(reply_id: int) -> Response:
    """Leave a reply to somebody else, or to later, and take the next."""
    left = service_replies.put_aside(reply_id, actor=viewer(), now=clock.now())
    return _onward(queries_replies.any_reply(left.id).key)


@bp.post("/marking/replies/<int:reply_id>/claim")
@unit_of_work
@requires("mark")
def keep_reply(reply_id: int) -> tuple[str, int]:
    """A sign of life from the page, so that nobody else gets the reply meanwhile."""
    service_replies.keep(reply_id, actor=viewer(), now=clock.now())
    return "", 204


@bp.get("/marking/replies/<int:reply_id>/compared")
@requires("mark")
def reply_compared(reply_id: int) -> str:
    """One's own mark beside what the program made of the reply; for nobody before they marked."""
    found = queries_replies.compared(reply_id, viewer().id)
    titles = {step.key: step.title for step in found.shown.steps}
    asked = [step.key for step in found.shown.steps if step.key in found.shown.asked]
    machine = machine_shown(found.shown.reply, found.reading, asked, titles) if found.reading is not None else None
    return render_template(
        "scenarios/reply_compared.html",
        found=found,
        machine=machine,
        rows=_rows(found),
        **_entered(found.shown, MultiDict()),
    )


def _rows(found: queries_replies.Compared) -> list[dict[str, Any]]:
    """Each step with what the person and the program say; ``differs`` where that is not the same."""
    sure = set(found.reading.found) if found.reading else set()
    unsure = set(found.reading.unsure) if found.reading else set()
    return [
        {
            "title": step.title,
            "asked": step.key in found.shown.asked,
            "mine": step.key in found.mark.steps,
            "machine": "found" if step.key in sure else "unsure" if step.key in unsure else "no",
            "differs": (step.key in found.mark.steps) != (step.key in sure),
        }
        for step in found.shown.steps
    ]


@bp.route("/marking/replies/<int:reply_id>/correction", methods=["GET", "POST"])
@unit_of_work
@requires("mark")
def reply_correction(reply_id: int) -> str | Response | tuple[str, int]:
    """Decide a reply otherwise than before, with a reason."""
    decided = queries_replies.decided_reply(reply_id, viewer().id)
    last = decided.history[-1].found
    held = MultiDict([("taboo", "yes" if last.taboo else "no"), *(("step", step) for step in sorted(last.steps))])
    fields, problem = request.form if request.method == "POST" else held, None
    if request.method == "POST":
        try:
            service_replies.correct(reply_id, _given(fields), fields.get("why", ""), actor=viewer(), now=clock.now())
        except (Invalid, Conflict) as error:
            problem = error.message
        else:
            flash(gettext("Corrected. The learner reads your reason at the result."), "success")
            return redirect(url_for("scenarios.result", play_id=decided.play_id), 303)
    page = render_template(
        "scenarios/reply_correction.html", decided=decided, problem=problem, **_entered(decided.shown, fields)
    )
    return page if problem is None else (page, 422)


@bp.post("/plays/<int:play_id>/contests")
@unit_of_work
@requires("learn")
def contest_reply(play_id: int) -> Response | tuple[str, int]:
    """Say why the program's reading of one's own reply is wrong."""
    turn, why = whole_number(request.form.get("turn", "")) or 0, request.form.get("why", "")
    back = "scenarios.play" if request.form.get("from") == "play" else "scenarios.result"
    try:
        service_contests.contest(play_id, viewer(), turn, why, now=clock.now())
    except Invalid as error:
        return _contest_again(play_id, turn, why, back, error.message), 422
    flash(gettext("Thank you. A trainer will look at it; you will read here what they find."), "success")
    return redirect(url_for(back, play_id=play_id), 303)


def _contest_again(play_id: int, turn: int, why: str, back: str, problem: Message) -> str:
    """What was typed, with what to mend."""
    view = queries_plays.own_play(viewer(), play_id)
    return render_template(
        "scenarios/reply_contest.html",
        play_id=play_id,
        turn=turn,
        reply=view.turns[turn - 1].reply,
        why=why,
        back=back,
        problem=problem,
        most_why=service_reasons.MOST_WHY,
    )
