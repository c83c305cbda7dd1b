"""Pages for authors: what each scenario measures, and what should be mended."""

from flask import Blueprint, render_template

from lms.core import locale
from lms.core.access import requires
from lms.core.texts import Message, in_language
from lms.scenarios import queries_author, queries_frameworks
from lms.scenarios.definitions import FrameworkDefinition
from lms.scenarios.judged_feelings import judged
from lms.scenarios.labels import CHANNELS, VARIABLES
from lms.scenarios.queries_drafts import draft_of
from lms.statistics import panels

bp = Blueprint("scenario_authoring", __name__)


@bp.get("/author/scenarios")
@requires("content.read")
def author_scenarios() -> str:
    """Every scenario with its exact bounds and its warnings."""
    return render_template(
        "scenarios/author_scenarios.html",
        rows=queries_author.authored_scenarios(),
        drafts=queries_author.drafts(),
        channels=CHANNELS,
    )


@bp.get("/author/scenarios/<key>")
@requires("content.read")
def author_scenario(key: str) -> str:
    """One scenario, to read: scenes, choices, what they are worth and where they lead."""
    authored = queries_author.authored_scenario(key)
    framework = queries_frameworks.framework(authored.scenario.framework)
    return render_template(
        "scenarios/author_scenario.html",
        entry=authored,
        framework=framework,
        steps={step.key: in_language(step.title, locale.language()) for step in framework.steps} if framework else {},
        judged=judged(authored.compiled.definition),
        panel_reason=panels.reason,
        draft=draft_of(key),
        channel=CHANNELS[authored.scenario.channel],
        titled=titled,
        variables=VARIABLES,
    )


def titled(message: Message, framework: FrameworkDefinition | None) -> Message:
    """The warning with the titles of the framework and its step where it names their keys, as the editor says it."""
    if framework is None:
        return message
    titles = {
        "framework": {framework.framework: framework.title},
        "step": {one.key: one.title for one in framework.steps},
    }
    words = {
        name: in_language(found[key], locale.language())
        for name, found in titles.items()
        if (key := message.values.get(name)) in found
    }
    return Message(message.template, {**message.values, **words})
