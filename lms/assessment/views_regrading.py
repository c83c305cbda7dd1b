"""The pages of regrading: a dry run of an item, what it would change, and the decision of a second person."""

from collections.abc import Callable, Iterator
from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, stream_with_context, url_for
from flask_babel import gettext, ngettext
from werkzeug.wrappers import Response as AnyResponse

from lms.assessment import queries_regrading as reads
from lms.assessment import regrading_states, service_regrading
from lms.assessment.forms import RegradingDecisionForm, RegradingForm
from lms.assessment.models_regrading import Regrading
from lms.assessment.queries_regrading import RegradingView
from lms.assessment.regrading import RULE_NAMES, Rule
from lms.assessment.regrading_states import State
from lms.assessment.service_regrading import Wanted
from lms.core import access, clock, jobs
from lms.core.access import requires, viewer
from lms.core.api import decode_cursor, encode_cursor
from lms.core.database import take_back, unit_of_work
from lms.core.entered import whole_number
from lms.core.errors import Invalid, LmsError, NotFound
from lms.core.exports import CSV_TYPE, csv_pieces
from lms.core.texts import N_, Message

bp = Blueprint("regrading", __name__)
PAGE = 50

SHOWN = {
    "changed": N_("changed results"),
    "gained": N_("fail to pass"),
    "lost": N_("pass to fail"),
    "kept": N_("passes kept"),
    "all": N_("all results"),
}
TOUCHED: dict[str, Callable[[int], str]] = {
    "certificate-issued": lambda n: ngettext("issued to one person", "issued to %(num)s people", n),
    "certificate-revoked": lambda n: ngettext("taken from one person", "taken from %(num)s people", n),
    "results": lambda n: ngettext("one person’s results", "results of %(num)s people", n),
    "draft": lambda n: ngettext("the numbers of one person", "the numbers of %(num)s people", n),
    "revision": lambda n: ngettext(
        "names a result of one person; it stays as it is", "names results of %(num)s people; it stays as it is", n
    ),
}


@bp.get("/author/regradings")
@requires("marking.read")
def regradings() -> str:
    """The newest regradings, of one item or of all."""
    item = request.args.get("item", "")[:80]
    return render_template(
        "assessment/regradings.html", regradings=reads.regradings(item), names=regrading_states.NAMES, item=item
    )


@bp.route("/author/items/<item>/regrading", methods=["GET", "POST"])
@unit_of_work
@requires("regrade.propose")
def regrade_item(item: str) -> str | AnyResponse | tuple[str, int]:
    """Choose which answers to grade again and by what; the dry run follows."""
    versions = reads.versions_of(item)
    form = RegradingForm().offer([(one.id, _version_words(one)) for one in versions])
    if request.method == "GET":
        _preset(form, versions)
    refused = None
    if form.validate_on_submit():
        try:
            found = service_regrading.dry_run(_wanted(item, form), actor=viewer(), now=clock.now())
            return redirect(url_for(".regrading", regrading_id=found.id), 303)
        except Invalid as error:
            take_back()
            refused = error.message
    page = render_template(
        "assessment/regrade_item.html", item=item, form=form, versions=versions, refused=refused,
        regradings=reads.regradings(item, limit=10), names=regrading_states.NAMES,
    )  # fmt: skip
    return page, 422 if refused or form.errors else 200


def _wanted(item: str, form: RegradingForm) -> Wanted:
    rule = Rule(form.rule.data)
    to_version = None if rule is Rule.FULL else form.to_version.data
    keeps_passes = bool(form.keeps_passes and form.keeps_passes.data)
    return Wanted(item, form.from_version.data, to_version, rule, keeps_passes, form.reason.data)


def _version_words(version: reads.VersionMet) -> str:
    words = gettext("version %(number)s", number=version.number)
    met = ngettext("%(num)s attempt", "%(num)s attempts", version.attempts)
    parts = [words, met, gettext("in use")] if version.is_current else [words, met]
    return " · ".join(parts)


def _preset(form: RegradingForm, versions: list[reads.VersionMet]) -> None:
    """From the version asked for, or the one before the present one, to the one in use or the next best; the only
    version there is can give full marks and nothing else."""
    asked = whole_number(request.args.get("from", ""))
    known = [one.id for one in versions]
    current = next((one.id for one in versions if one.is_current), known[0])
    older = next((one.id for one in versions if not one.is_current and one.attempts), known[-1])
    form.from_version.data = asked if asked in known else older
    if len(known) == 1:
        form.rule.data = Rule.FULL.value
        return
    others = [current, *known]
    form.to_version.data = next(one for one in others if one != form.from_version.data)


# ---- one regrading ----------------------------------------------------------------


@bp.get("/author/regradings/<int:regrading_id>")
@requires("marking.read")
def regrading(regrading_id: int) -> str:
    """What would change, or has changed, and what can be decided."""
    return _page(reads.regrading(regrading_id), RegradingDecisionForm())


def _page(found: RegradingView, form: RegradingDecisionForm, refused: Message | None = None) -> str:
    show = request.args.get("show", "")
    show = show if show in SHOWN else "changed" if found.row.figures["changed"] else "all"
    cursor = decode_cursor(request.args.get("cursor"), int)
    lines = reads.line_page(found.row.id, show, after=cursor[0] if cursor else 0, limit=PAGE)
    fate = jobs.fate(found.row.job_key) if reads.is_worked_on(found.row) else None
    following = None
    if len(lines) > PAGE:
        following = url_for(
            ".regrading", regrading_id=found.row.id, show=show, cursor=encode_cursor(lines[PAGE - 1].line.id)
        )
    return render_template(
        "assessment/regrading.html", found=found, reg=found.row, lines=lines[:PAGE], next_url=following, show=show,
        titles=reads.subject_titles(lines),
        first_url=url_for(".regrading", regrading_id=found.row.id, show=show) if cursor else None, shown=SHOWN,
        touched=[(one, TOUCHED[one["kind"]](one["people"])) for one in found.row.touched], names=regrading_states.NAMES,
        rules=RULE_NAMES, form=form, refused=refused, fate=fate, can=_can(found, fate),
        is_running=reads.is_worked_on(found.row), is_counting=reads.is_counting(found.row),
    )  # fmt: skip


def _can(found: RegradingView, fate: jobs.Fate | None) -> set[str]:
    """The verbs that the viewer may use now."""
    person, state, row = viewer(), found.state, found.row
    may_propose, may_decide = access.has(person, "regrade.propose"), access.has(person, "regrade.approve")
    is_own, verbs = row.proposed_by_id == person.id, set()
    is_concerned = reads.concerns(row.id, person)
    if may_propose and state is State.DRAFT and row.figures["changed"] and not is_concerned:
        verbs.add("propose")
    if may_propose and state in (State.DRAFT, State.STALE) and not reads.is_counting(row):
        verbs.add("count")
    if may_propose and not is_concerned and reads.is_worked_on(row):
        if fate is not None and fate.has_failed:
            verbs.add("retry")
        if not reads.is_counting(row):
            verbs.add("give-up")
    if may_propose and is_own and state in (State.DRAFT, State.PROPOSED, State.STALE):
        verbs.add("withdraw")
    if may_decide and not is_own and not is_concerned:
        if state is State.PROPOSED:
            verbs |= {"approve", "reject"}
        if state is State.APPLIED and row.undone_by_id is None:
            verbs.add("undo")
    return verbs


@bp.post("/author/regradings/<int:regrading_id>/proposal")
@unit_of_work
@requires("regrade.propose")
def proposal(regrading_id: int) -> AnyResponse | tuple[str, int]:
    """Propose a dry run, do it again, or take it back; try failed work again, or give it up, with a reason."""
    verbs: dict[str, Callable[..., Regrading]] = {
        "propose": service_regrading.propose,
        "count": service_regrading.count_again,
        "withdraw": service_regrading.withdraw,
    }
    with_reason: dict[str, Callable[..., Regrading]] = {
        "retry": service_regrading.retry,
        "give-up": service_regrading.give_up,
    }
    asked, words = request.form.get("verb", ""), request.form.get("words", "")
    reads.regrading(regrading_id)
    if (verb := verbs.get(asked)) is not None:
        return _done(regrading_id, lambda: verb(regrading_id, actor=viewer(), now=clock.now()))
    if (reasoned := with_reason.get(asked)) is not None:
        return _done(regrading_id, lambda: reasoned(regrading_id, words, actor=viewer(), now=clock.now()))
    raise NotFound(Message(reads.NO_REGRADING))


@bp.post("/author/regradings/<int:regrading_id>/decision")
@unit_of_work
@requires("regrade.approve")
def decision(regrading_id: int) -> AnyResponse | tuple[str, int]:
    """Approve, reject or undo."""
    verbs: dict[str, Callable[..., Regrading]] = {
        "approve": service_regrading.approve,
        "reject": service_regrading.reject,
        "undo": service_regrading.undo,
    }
    verb = verbs.get(request.form.get("verb", ""))
    reads.regrading(regrading_id)
    if verb is None:
        raise NotFound(Message(reads.NO_REGRADING))
    words = request.form.get("words", "")
    return _done(regrading_id, lambda: verb(regrading_id, words, actor=viewer(), now=clock.now()))


def _done(regrading_id: int, act: Callable[[], Regrading]) -> AnyResponse | tuple[str, int]:
    """Do it and say what became of it, or show the page again with what stands against it and what was typed."""
    try:
        found = act()
    except LmsError as error:
        take_back()
        return _page(reads.regrading(regrading_id), RegradingDecisionForm(), error.message), error.status
    flash(*_told(State(found.state), is_worked_on=reads.is_worked_on(found)))
    return redirect(url_for(".regrading", regrading_id=regrading_id), 303)


def _told(state: State, *, is_worked_on: bool) -> tuple[str, str]:
    if is_worked_on and state is not State.APPROVED:
        return gettext("This is being done in the background. The page says how far it is."), "success"
    told = {
        State.DRAFT: gettext("The dry run is up to date. Nothing has changed yet."),
        State.PROPOSED: gettext("Proposed. A second trainer finds it under Marking."),
        State.STALE: gettext("Results changed since the dry run, so nothing was applied. Do the dry run again."),
        State.APPROVED: gettext("Approved. Many attempts are concerned; they are graded again in the background."),
        State.APPLIED: gettext("Done. The results, and what follows from them, are changed."),
        State.REJECTED: gettext("Rejected. Nothing was changed."),
        State.WITHDRAWN: gettext("Withdrawn. Nothing was changed."),
        State.UNDONE: gettext("Undone. The results are what they were before."),
    }
    return told[state], "warning" if state is State.STALE else "success"


# ---- as a file ----------------------------------------------------------------------


@bp.get("/author/regradings/<int:regrading_id>/lines.csv")
@requires("marking.read")
def regrading_lines(regrading_id: int) -> Response:
    """Every line as CSV, streamed."""
    found = reads.regrading(regrading_id)
    columns = [
        "attempt", "employee_number", "name", "exam", "question", "outcome", "option_gone", "old_points", "new_points",
        "max_points", "old_score", "new_score", "max_score", "old_percent", "new_percent", "old_passed", "new_passed",
    ]  # fmt: skip
    response = Response(stream_with_context(csv_pieces(columns, _cells(found.row.id))), mimetype=CSV_TYPE)
    response.headers["Content-Disposition"] = f'attachment; filename="regrading-{found.row.id}.csv"'
    return response


def _cells(regrading_id: int) -> Iterator[list[Any]]:
    for one in reads.all_lines(regrading_id):
        line = one.line
        yield [
            line.attempt_id, one.employee_number, one.name, one.subject, line.slot, line.outcome, line.is_gone,
            line.old_share * line.max_points, line.new_share * line.max_points, line.max_points, line.old_score,
            line.new_score, line.max_score, line.old_percent, line.new_percent, line.old_passed, line.new_passed,
        ]  # fmt: skip
