"""The REST resources of scenarios, for authors: the list, and each scenario as its file holds it."""

from collections.abc import Callable, Iterator
from typing import Any, Literal

from lms.core import authored, clock, locale
from lms.core.access import Scope, viewer
from lms.core.api import Answer, Api, PageQuery, decode_cursor, encode_cursor, page
from lms.core.authored import Change, FileBody, NewOne, Saved
from lms.core.content import Fault, Problem, digest, plain
from lms.core.texts import in_language
from lms.question_bank.queries_places import known_places
from lms.scenarios import queries_bodies as queries
from lms.scenarios import queries_frameworks, service_versions
from lms.scenarios.analysis_json import from_json
from lms.scenarios.checks import analyse
from lms.scenarios.checks_panels import panel_faults
from lms.scenarios.content import references
from lms.scenarios.definitions import ScenarioDefinition
from lms.scenarios.models import Scenario
from lms.scenarios.plot import compile_plot

api = Api("scenario_authoring")


class NewScenarioBody(FileBody):
    """A scenario as its file holds it."""

    described = (ScenarioDefinition,)


class ScenarioBody(FileBody):
    """A scenario as its file holds it, and its version."""

    described = (ScenarioDefinition,)
    beside = Change


class ScenarioHead(Answer):
    """A scenario in the list; ``edited`` tells that it was changed here since its file was last loaded."""

    key: str
    title: str
    skill: str | None
    framework: str | None
    channel: str
    status: Literal["live", "pilot"]
    assigned_only: bool
    version: int
    edited: bool


class ScenarioList(Answer):
    """A page of scenarios."""

    items: list[ScenarioHead]
    next: str | None


@api.get(
    "/scenarios", summary="The scenarios in use", scope=Scope.AUTHOR, permission="content.read", query=PageQuery,
    returns=ScenarioList,
)  # fmt: skip
def scenarios(query: PageQuery) -> dict[str, Any]:
    """By key."""
    after = decode_cursor(query.cursor, str)
    rows = queries.scenarios_by_key(after=after[0] if after else "", limit=query.limit + 1)
    return page(rows, query.limit, _head, lambda row: encode_cursor(row[0].key))


@api.get(
    "/scenarios/<string:scenario>", summary="A scenario as its file holds it", scope=Scope.AUTHOR,
    permission="content.read", returns=ScenarioBody,
)  # fmt: skip
def scenario(scenario: str) -> dict[str, Any]:
    """All languages, with what every reply is worth; in use or retired."""
    found = queries.stored_scenario(scenario)
    return {**plain(found.definition), "version": found.number}


@api.post(
    "/scenarios", summary="Add a scenario", scope=Scope.AUTHOR, permission="content.write", body=NewScenarioBody,
    returns=Saved, status=201, other={409: "the key is taken"},
)  # fmt: skip
def add_scenario(body: NewScenarioBody) -> dict[str, Any]:
    """The body of a scenario, in JSON; one that cannot be played to an end, or not be passed, is refused."""
    sent = authored.read(body, NewOne, authored.reader(ScenarioDefinition), lambda found, _: _faults(found))
    authored.must_be_free(sent.definition.scenario, queries.is_scenario_known(sent.definition.scenario))
    return _save(sent, service_versions.add_scenario)


@api.put(
    "/scenarios/<string:scenario>", summary="Change a scenario", scope=Scope.AUTHOR, permission="content.write",
    body=ScenarioBody, returns=Saved, other={409: "another version is in force by now"},
)  # fmt: skip
def change_scenario(scenario: str, body: ScenarioBody) -> dict[str, Any]:
    """A changed body makes a new version, for plays begun from now on; the same body changes nothing."""
    present = queries.stored_scenario(scenario, lock=True)
    sent = authored.read(body, Change, authored.reader(ScenarioDefinition), lambda found, _: _faults(found))
    authored.must_match(sent.definition.scenario, scenario, "scenario")
    if digest(sent.definition) != present.scenario.sha256:
        authored.must_be_current(sent.beside, present.number)
    return _save(sent, service_versions.save_scenario)


def _faults(definition: ScenarioDefinition | None) -> Iterator[Fault]:
    """Without its framework the scenario is not written, so that what else is wrong is looked for here."""
    if definition is None:
        return
    named = list(references(definition))
    known = {
        "framework": set(queries_frameworks.frameworks()),
        "sop": known_places({one.key for one in named if one.kind == "sop"}),
    }
    lost = [one for one in named if one.kind in known and one.key not in known[one.kind]]
    yield from map(authored.missing, lost)
    if any(one.kind == "framework" for one in lost):
        yield from (*analyse(compile_plot(definition)).faults, *panel_faults(definition))


def _save(sent: authored.Sent[ScenarioDefinition, Any], keep: Callable[..., Scenario]) -> dict[str, Any]:
    framework = queries_frameworks.framework(sent.definition.framework)
    row = keep(sent.definition, framework, actor=viewer(), now=clock.now())
    version = queries.version_in_force(row)
    found = [Problem("body", 1, each.place, each.message, "warning") for each in from_json(version.analysis).warnings]
    return authored.saved(row.key, version.number, version.sha256, [*sent.warnings, *found])


def _head(entry: tuple[Scenario, int]) -> dict[str, Any]:
    row, number = entry
    return {
        "key": row.key, "title": in_language(row.title, locale.language()), "skill": row.skill,
        "framework": row.framework, "channel": row.channel, "status": row.status,
        "assigned_only": row.assigned_only, "version": number, "edited": row.edited_at is not None,
    }  # fmt: skip
