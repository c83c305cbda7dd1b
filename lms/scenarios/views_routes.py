"""The page that plays all routes of a scenario: what luck and habits come to, before any learner does."""

from dataclasses import dataclass

from flask import Blueprint, redirect, render_template, request, url_for
from werkzeug.wrappers import Response

from lms.core.access import requires
from lms.core.content import Document, validate
from lms.scenarios import queries_author, queries_drafts
from lms.scenarios.checks import analyse
from lms.scenarios.definitions import ScenarioDefinition
from lms.scenarios.plot import compile_plot
from lms.scenarios.routes_findings import findings
from lms.scenarios.routes_played import Habit, Played, RoutesPlayed, play_all

bp = Blueprint("scenario_routes", __name__)


@dataclass(frozen=True, slots=True)
class HabitRow:
    """A habit with its two plays: every feeling recognised, and none (None where that player is not asked)."""

    habit: Habit
    language: str | None
    plays: tuple[Played | None, Played | None]


@bp.get("/author/scenarios/<key>/routes")
@requires("content.read")
def scenario_routes(key: str) -> str | Response:
    """The published version, or with ``?draft=1`` the draft, played by everybody who knows nothing but a habit."""
    if request.args.get("draft") and (draft := queries_drafts.draft_of(key)) is not None:
        definition, _ = validate(ScenarioDefinition, Document("draft", draft.body))
        if definition is None:
            return redirect(url_for("scenario_editing.edit", key=key, _anchor="problems"))
        return routes_page(key, definition, is_draft=True)
    authored = queries_author.authored_scenario(key)
    return routes_page(key, authored.compiled.definition)


def routes_page(key: str, definition: ScenarioDefinition, *, is_draft: bool = False) -> str:
    """The page for a published version or a draft; a draft that is not sound yet shows what to mend first."""
    plot = compile_plot(definition)
    faults = [fault for fault in analyse(plot).faults if fault.severity == "error"] if is_draft else []
    played = None if faults else play_all(plot)
    return render_template(
        "scenarios/routes.html",
        key=key,
        definition=definition,
        is_draft=is_draft,
        faults=faults,
        played=played,
        findings=findings(played) if played else (),
        habits=_habit_rows(played) if played else (),
    )


def _habit_rows(played: RoutesPlayed) -> list[HabitRow]:
    """One row for each habit, in the order of play."""
    rows: dict[tuple[Habit, str | None], list[Played | None]] = {}
    for each in played.players:
        row = rows.setdefault((each.habit, each.language), [None, None])
        row[each.labels == "wrong"] = each
    return [HabitRow(habit, language, (right, wrong)) for (habit, language), (right, wrong) in rows.items()]
