"""Pages for authors: what each scenario measures, and what should be mended."""

from flask import Blueprint, render_template

from lms.core.access import requires
from lms.scenarios import queries_author, queries_frameworks
from lms.scenarios.labels import CHANNELS

bp = Blueprint("scenario_authoring", __name__)


@bp.get("/author/scenarios")
@requires("content.read")
def author_scenarios() -> str:
    """Every scenario with its exact bounds and its warnings."""
    return render_template(
        "scenarios/author_scenarios.html", rows=queries_author.authored_scenarios(), channels=CHANNELS
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
        channel=CHANNELS[authored.scenario.channel],
    )
