"""The page of agreement between trainers and the program, and the rules that rest on it."""

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lms.core import clock
from lms.core.access import requires, viewer
from lms.core.database import unit_of_work
from lms.core.entered import whole_number
from lms.core.errors import Invalid
from lms.core.locale import language
from lms.core.texts import Message, in_language
from lms.scenarios import queries_reply_agreement, queries_reply_rules, service_reasons, service_reply_rules
from lms.scenarios.judging import SAMPLE_PERCENT
from lms.scenarios.judging_agreement import LEAST_REPLIES, MARGIN
from lms.scenarios.queries_reply_agreement import Measured
from lms.scenarios.queries_reply_rules import Rule
from lms.scenarios.service_reply_rules import NotMeasured

bp = Blueprint("reply_rules", __name__)


@bp.get("/marking/replies/agreement")
@requires("reply-agreement.read")
def reply_agreement() -> str:
    """Agreement by step for one role-play, and how its replies are judged."""
    return _page(request.args.get("scenario", ""))


def _page(key: str, problem: Message | None = None, fields: Any = None) -> str:
    of = queries_reply_agreement.measured()
    chosen = next((one for one in of if one.key == key), of[0] if of else None)
    found = queries_reply_agreement.agreement(chosen) if chosen is not None else None
    rules = queries_reply_rules.rules()
    titles = {one.id: in_language(one.title, language()) for one in of}
    return render_template(
        "scenarios/reply_agreement.html",
        of=[(one.key, titles[one.id]) for one in of],
        titles=titles,
        chosen=chosen,
        found=found,
        rule=_rule(chosen, rules),
        share=queries_reply_rules.organisation_share(),
        history=queries_reply_rules.history(),
        problem=problem,
        fields=fields or {},
        least=LEAST_REPLIES,
        margin=MARGIN,
        sample=SAMPLE_PERCENT,
        least_why=service_reasons.LEAST_WHY,
        most_why=service_reasons.MOST_WHY,
        is_taboo=queries_reply_agreement.is_taboo,
    )


def _rule(chosen: Measured | None, rules: dict[int, Rule]) -> Rule:
    held = rules.get(chosen.id) if chosen is not None else None
    return held or Rule(double_percent=queries_reply_rules.organisation_share())


@bp.post("/marking/replies/share")
@unit_of_work
@requires("settings.write")
def set_organisation_share() -> Response | tuple[str, int]:
    """Which share of all typed replies two people mark."""
    return _set_share(None)


@bp.post("/marking/replies/<key>/share")
@unit_of_work
@requires("content.write")
def set_scenario_share(key: str) -> Response | tuple[str, int]:
    """The same for one role-play; an empty field gives it back to the organisation's share."""
    return _set_share(key)


def _set_share(key: str | None) -> Response | tuple[str, int]:
    fields = request.form
    entered = fields.get("percent", "").strip()
    percent = None if key is not None and not entered else whole_number(entered)
    try:
        if percent is None and entered:
            percent = -1  # nothing that could be read as a share
        service_reply_rules.set_share(key, percent, fields.get("why", ""), actor=viewer(), now=clock.now())
    except Invalid as error:
        return _page(key or fields.get("scenario", ""), error.message, fields), 422
    flash(gettext("Kept. It holds for replies handed in from now on."), "success")
    return redirect(url_for("reply_rules.reply_agreement", scenario=key or fields.get("scenario", "")), 303)


@bp.post("/marking/replies/<key>/counting")
@unit_of_work
@requires("settings.write")
def set_counting(key: str) -> Response | tuple[str, int]:
    """Let what the program is sure of count without a person, or send everything to people again."""
    if request.form.get("counts") != "yes":
        service_reply_rules.stop_counting(key, actor=viewer(), now=clock.now())
        flash(gettext("From now on people judge every reply of this role-play."), "success")
        return redirect(url_for("reply_rules.reply_agreement", scenario=key), 303)
    try:
        service_reply_rules.let_count(key, request.form.get("why", ""), actor=viewer(), now=clock.now())
    except (Invalid, NotMeasured) as error:
        return _page(key, error.message, request.form), error.status
    flash(gettext("From now on replies that the program is sure of count without a person."), "success")
    return redirect(url_for("reply_rules.reply_agreement", scenario=key), 303)
