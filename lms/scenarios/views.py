"""Pages of role-plays: choose one, read the briefing, play it turn by turn."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from flask import Blueprint, redirect, render_template, url_for
from flask_babel import gettext
from werkzeug.wrappers import Response

from lms.core import clock
from lms.core.access import requires, viewer
from lms.core.charts import Bar, progress
from lms.core.database import unit_of_work
from lms.core.errors import Conflict, Invalid, NotFound
from lms.core.locale import language
from lms.core.texts import N_, Message, in_language
from lms.question_bank.labels import SKILLS, label_name, skill_name
from lms.scenarios import queries, queries_plays, queries_reply_rules, review, service
from lms.scenarios.forms import BackForm, StartForm, TurnForm
from lms.scenarios.labels import CHANNELS
from lms.scenarios.queries import Card, Compiled
from lms.scenarios.queries_plays import PlayView
from lms.scenarios.service_handing_over import asked_in
from lms.scenarios.views_reply_words import ReplyShown, replies_shown
from lms.scenarios.views_result import result_parts, title_of

bp = Blueprint("scenarios", __name__)


@bp.app_template_filter("feeling")
def feeling(label: str) -> str:
    """An emotion label in the reader's language."""
    return label_name(label, language())


@bp.app_template_filter("skill_title")
def skill_title(key: str) -> str:
    """A skill's name in the reader's language."""
    return gettext(SKILLS[key]) if key in SKILLS else skill_name(key)


@bp.get("/scenarios")
@requires("catalogue.read")
def scenarios() -> str:
    """Everything that can be practised."""
    return render_template("scenarios/scenarios.html", cards=queries.catalogue(viewer()), channels=CHANNELS)


@bp.get("/scenarios/<key>")
@requires("catalogue.read")
def scenario(key: str) -> str:
    """The briefing: who calls, what is asked, what passes."""
    card = queries.card(key, viewer())
    return render_template(
        "scenarios/scenario.html",
        card=card,
        **_about(card.compiled),
        passing=_passing(card.compiled),
        typed=_typed(card),
    )


def _typed(card: Card) -> str:
    """Who judges own words in an examination: nobody where none are asked for, else people or people and program."""
    if not any(scene.typed for scene in card.compiled.plot.scenes.values()):
        return ""
    rule = queries_reply_rules.rule_of(card.scenario.id)
    return "program" if rule.confident_counts and not rule.is_stale else "people"


@bp.post("/scenarios/<key>/plays")
@unit_of_work
@requires("learn")
def start_play(key: str) -> Response:
    """Begin, or go on with what was begun: a double click is one play."""
    form = StartForm()
    view = service.start_play(
        key, viewer(), form.mode.data or "practice", now=clock.now(), language=language(), go_on=True
    )
    return redirect(url_for("scenarios.play", play_id=view.play.id), 303)


@bp.get("/plays/<int:play_id>")
@requires("self")
def play(play_id: int) -> str | Response:
    """The talk: what the customer said last, and what one may answer."""
    view = queries_plays.own_play(viewer(), play_id)
    if view.is_over:
        return redirect(url_for("scenarios.result", play_id=play_id))
    return _player(view, TurnForm(formdata=None))


@bp.post("/plays/<int:play_id>/turns")
@unit_of_work
@requires("learn")
def take_turn(play_id: int) -> str | Response | tuple[str, int]:
    """One turn; without JavaScript the page simply comes again with the next one."""
    form = TurnForm()
    if not form.validate():
        return _again(play_id, form, gettext("Choose what you say, then send it."), 422)
    said = {"choice": form.choice.data or None, "reply": (form.reply.data or "").strip() or None}
    if said["choice"]:
        said["reply"] = None  # the chosen reply is what was said; a draft beside it was not
    try:
        view = service.take_turn(
            play_id,
            viewer(),
            form.turn.data,
            emotion=form.emotion.data or None,
            intensity=form.intensity.data,
            now=clock.now(),
            **said,
        )
    except (Conflict, Invalid) as error:
        return _again(play_id, form, error.message.translated(gettext), error.status)
    endpoint = "scenarios.result" if view.is_over else "scenarios.play"
    return redirect(url_for(endpoint, play_id=play_id), 303)


def _again(play_id: int, form: TurnForm, sentence: str, status: int) -> Response | tuple[str, int]:
    view = queries_plays.own_play(viewer(), play_id)
    if view.is_over:
        return redirect(url_for("scenarios.result", play_id=play_id), 303)
    if form.turn.data != view.state.turn:
        form = TurnForm(formdata=None)  # what was chosen belongs to a turn gone by
    return _player(view, form, sentence), status


@bp.post("/plays/<int:play_id>/back")
@unit_of_work
@requires("learn")
def go_back(play_id: int) -> Response:
    """Practice: say something else in an earlier turn."""
    form = BackForm()
    if not form.validate():
        raise Invalid(Message(N_("Choose the turn to take back.")))
    view = service.go_back(play_id, viewer(), form.turn.data, now=clock.now())
    return redirect(url_for("scenarios.play", play_id=view.play.id), 303)


@bp.post("/plays/<int:play_id>/again")
@unit_of_work
@requires("learn")
def begin_again(play_id: int) -> Response:
    """Practice from the beginning."""
    view = service.begin_again(play_id, viewer(), now=clock.now(), language=language())
    return redirect(url_for("scenarios.play", play_id=view.play.id), 303)


@bp.get("/plays/<int:play_id>/result")
@requires("self")
def result(play_id: int) -> str | Response:
    """What came of it, and why."""
    view = queries_plays.readable_play(viewer(), play_id)
    is_mine = view.play.person_id == viewer().id
    if not view.is_over:
        if not is_mine:
            raise NotFound(Message(queries_plays.NO_PLAY))
        return redirect(url_for("scenarios.play", play_id=play_id))
    suggestion = queries.to_practise_next(viewer(), view.play, view.compiled.definition.skill) if is_mine else None
    parts, said = result_parts(view, customer_name(view.compiled), viewer()), replies_shown(view)
    _claim_nothing(view, parts["advice"], said)
    return render_template(
        "scenarios/result.html",
        view=view,
        is_mine=is_mine,
        player=None if is_mine else queries_plays.player_name(view.play),
        place=queries_plays.place_of(view.play),
        suggestion=suggestion,
        talk=talk(view),
        said=said,
        **_about(view.compiled),
        **parts,
    )


def _claim_nothing(view: PlayView, advice: dict[str, Any] | None, said: Mapping[int, ReplyShown]) -> None:
    """Take steps out of "left out" that only a program did not see: it overlooks some."""
    undecided = {
        step
        for turn in view.turns
        if turn.number in said and said[turn.number].people is None
        for step in asked_in(view, turn)
    }
    if advice is not None:
        advice["steps"] = [step for step in advice["steps"] if step.key not in undecided]


# ---- what the templates get ---------------------------------------------------------


def customer_name(version: Compiled) -> str:
    """The customer's name, or what to call somebody without one."""
    name = version.definition.customer.name
    return in_language(name, language()) if name else gettext("The customer")


def _about(version: Compiled) -> dict[str, Any]:
    """The customer's card and what the talk is called."""
    customer, name = version.definition.customer, customer_name(version)
    facts = [(gettext("Who"), customer.profile), (gettext("What happened"), customer.backstory)]
    channel = CHANNELS[version.definition.channel]
    return {
        "definition": version.definition,
        "customer_name": name,
        "facts": [(label, in_language(text, language())) for label, text in facts if text],
        "channel": channel,
        "talk_title": gettext(channel.talk) % {"name": name},
    }


def _passing(version: Compiled) -> list[str]:
    """The pass rule in sentences."""
    rule, lines = version.plot.passing, []
    lines.append(gettext("At least %(cut)s %% of the points of the best route", cut=rule.score))
    for name, cut in rule.criteria.items():
        title = title_of(version, name)
        lines.append(gettext("%(criterion)s: at least %(cut)s %%", criterion=title, cut=cut))
    if rule.taboo_fails:
        lines.append(gettext("Nothing said that must never be said"))
    return lines


def _player(view: PlayView, form: TurnForm, sentence: str = "") -> str:
    offer = view.offer
    assert offer is not None
    is_practice = not view.is_exam
    reviews = review.turn_reviews(view.compiled.plot, view.states) if is_practice else []
    return render_template(
        "scenarios/play.html",
        view=view,
        offer=offer,
        form=form,
        sentence=sentence,
        talk=talk(view),
        last=reviews[-1] if reviews else None,
        said=replies_shown(view) if is_practice else {},
        bar=_bar(view),
        seconds=_elapsed(view, clock.now()),
        **_about(view.compiled),
    )


def _bar(view: PlayView) -> Bar:
    """How far the talk has come, measured by a good one; a longer talk stays just before the end."""
    turn, about = view.state.turn, view.compiled.about_turns
    words = (
        gettext("Turn %(now)s of about %(total)s", now=turn, total=about)
        if turn <= about
        else gettext("Turn %(now)s", now=turn)
    )
    return progress("", min(turn, about), about + 1, text=words)


def talk(view: PlayView) -> list[dict[str, Any]]:
    """Who said what so far, the customer's present words last; ``at`` is minutes and seconds since the start."""
    spoken: list[dict[str, Any]] = []
    reaction = None
    for row, line in zip(view.turns, view.state.lines, strict=True):
        spoken.append(_theirs(view, reaction, line.says, row.offered_at, row.scene))
        spoken.append({"who": "you", "words": [line.reply], "at": _clock(view, row.taken_at), "cues": ()})
        reaction = line.reaction
    taken_at = view.turns[-1].taken_at if view.turns else view.play.started_at
    if view.offer is not None:
        spoken.append(_theirs(view, reaction, view.offer.says, taken_at, view.offer.scene))
    elif reaction:
        spoken.append({"who": "them", "words": [reaction], "at": _clock(view, taken_at), "cues": ()})
    return spoken


def _theirs(view: PlayView, reaction: Any, says: Any, at: datetime, scene: str) -> dict[str, Any]:
    words = [text for text in (reaction, says) if text]
    return {"who": "them", "words": words, "at": _clock(view, at), "cues": view.compiled.plot.scenes[scene].cues}


def _elapsed(view: PlayView, at: datetime) -> int | None:
    """Seconds since the talk began; None for a talk that was left lying for more than an hour."""
    began = view.turns[0].offered_at if view.turns else view.play.started_at
    seconds = int((at - began).total_seconds())
    return seconds if 0 <= seconds < 3600 else None


def _clock(view: PlayView, at: datetime) -> str | None:
    seconds = _elapsed(view, at)
    return None if seconds is None else f"{seconds // 60:02}:{seconds % 60:02}"
