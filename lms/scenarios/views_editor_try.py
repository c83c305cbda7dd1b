"""A draft played by its author as a learner would see it; nothing of it is kept and nothing counts."""

from typing import Any

from flask import Blueprint, render_template, request
from flask_babel import gettext

from lms.core import locale
from lms.core.access import requires
from lms.core.database import unit_of_work
from lms.core.entered import whole_number
from lms.core.texts import N_, Message, in_language
from lms.scenarios import hearing, queries_drafts, queries_frameworks
from lms.scenarios.definitions import FrameworkDefinition, ScenarioDefinition
from lms.scenarios.drafts_checks import Checked, checked
from lms.scenarios.drafts_trying import Said, Trial, tried, unpacked
from lms.scenarios.labels import CHANNELS, VARIABLES
from lms.scenarios.play_states import Reading
from lms.scenarios.plot import Plot, compile_plot
from lms.scenarios.queries_drafts import Stand
from lms.scenarios.review import turn_reviews
from lms.scenarios.scoring import score_play

bp = Blueprint("scenario_trying", __name__)


@bp.get("/author/scenarios/<string:key>/try")
@requires("content.read")
def try_draft(key: str) -> str | tuple[str, int]:
    """The beginning of a trial."""
    return _trial(queries_drafts.stand(key), [], is_shown=bool(request.args.get("show")))


@bp.post("/author/scenarios/<string:key>/try")
@unit_of_work
@requires("content.read")
def try_turn(key: str) -> str | tuple[str, int]:
    """One more turn, or back to an earlier one."""
    said = unpacked(request.form.getlist("said"))
    back = whole_number(request.form.get("back"))
    if back is not None:
        said = said[: max(back - 1, 0)]
    return _trial(queries_drafts.stand(key), said, is_shown=bool(request.form.get("show")), is_turn=back is None)


def _trial(stand: Stand, said: list[Said], *, is_shown: bool, is_turn: bool = False) -> str | tuple[str, int]:
    frameworks = queries_frameworks.frameworks()
    found = checked(stand.body, frameworks, queries_drafts.sop_steps())
    definition = found.definition
    if definition is None:
        return render_template("scenarios/editor_try.html", stand=stand, trial=None, title=stand.key, found=found)
    plot = compile_plot(definition)
    framework = frameworks.get(definition.framework or "")
    seed = f"{stand.key}:{stand.seen.number}"
    trial = tried(plot, said, seed, lambda scene, words: _heard(definition, framework, scene, words))
    if is_turn and trial.refused is None and (turn := _turn(trial)) is not None:
        trial = tried(plot, [*trial.said, turn], seed, lambda scene, words: _heard(definition, framework, scene, words))
    elif is_turn and trial.refused is None and trial.offer is not None and request.form.get("turn"):
        missing = Message(N_("Choose what you say, then send it."))
        trial = Trial(trial.said, trial.states, trial.offer, missing)
    page = render_template("scenarios/editor_try.html", **_shown(stand, found, definition, plot, trial, is_shown))
    return (page, 422) if trial.refused else page


def _turn(trial: Trial) -> Said | None:
    """What was said now; None for nothing."""
    emotion = (request.form.get("emotion") or "")[:64] or None
    choice = trial.offer.key_of(request.form.get("choice", "")) if trial.offer else None
    reply = (request.form.get("reply") or "").strip()
    level = whole_number(request.form.get("intensity"))
    strength = level if level in range(1, 6) and trial.offer and trial.offer.asks_intensity else None
    if choice is not None:
        return Said(choice, None, emotion, strength)
    return Said(None, reply, emotion, strength) if reply and trial.offer is not None else None


def _heard(definition: ScenarioDefinition, framework: FrameworkDefinition | None, scene: str, words: str) -> Reading:
    return hearing.hear(words, definition.scenes[scene], framework, hearing.in_use()).reaction


def _shown(
    stand: Stand, found: Checked, definition: ScenarioDefinition, plot: Plot, trial: Trial, is_shown: bool
) -> dict[str, Any]:
    language = locale.language()
    name = definition.customer.name
    customer = in_language(name, language) if name else gettext("The customer")
    facts = [(gettext("Who"), definition.customer.profile), (gettext("What happened"), definition.customer.backstory)]
    return {
        "stand": stand,
        "found": found,
        "trial": trial,
        "title": in_language(definition.title, language),
        "definition": definition,
        "plot": plot,
        "customer_name": customer,
        "talk_title": gettext(CHANNELS[definition.channel].talk) % {"name": customer},
        "facts": [(label, in_language(text, language)) for label, text in facts if text],
        "reviews": turn_reviews(plot, trial.states),
        "score": score_play(plot, found.bounds, trial.state) if found.bounds else None,
        "is_shown": is_shown,
        "variables": VARIABLES,
    }
