"""Writing scenarios and frameworks: a changed body makes a new version, computed through once."""

from datetime import datetime
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.exc import IntegrityError

from lms.core import audit
from lms.core.authored import TAKEN, by_field
from lms.core.content import Document, digest
from lms.core.database import db, savepoint
from lms.core.errors import Conflict, Invalid
from lms.core.texts import Message
from lms.scenarios.analysis_json import to_json
from lms.scenarios.checks import analyse, framework_faults
from lms.scenarios.checks_panels import panel_faults
from lms.scenarios.definitions import FrameworkDefinition, ScenarioDefinition
from lms.scenarios.models import Framework, FrameworkVersion, Scenario, ScenarioVersion, SceneSopStep
from lms.scenarios.plot import compile_plot


def add_scenario(
    definition: ScenarioDefinition, framework: FrameworkDefinition | None, *, actor: Any, now: datetime
) -> Scenario:
    """Keep a new scenario; raises ``Conflict`` for a key that is taken, or was in this moment, else as saving does."""
    try:
        with savepoint():
            return write_scenario(definition, None, framework, pack=None, actor=actor, now=now, loaded=False)
    except IntegrityError as error:
        raise Conflict(Message(TAKEN, {"key": definition.scenario})) from error


def save_scenario(
    definition: ScenarioDefinition, framework: FrameworkDefinition | None, *, actor: Any, now: datetime
) -> Scenario:
    """Keep a scenario as edited in the browser or sent to the API; the same again changes nothing, but a retired
    scenario is in use again. Raises ``Invalid`` for one that cannot be played, with every reason."""
    row = db.session.scalar(select(Scenario).where(Scenario.key == definition.scenario))
    if row is None or row.sha256 != digest(definition):
        pack = row.pack if row else None
        return write_scenario(definition, row, framework, pack=pack, actor=actor, now=now, loaded=False)
    if row.retired_at is not None:
        row.retired_at, row.edited_at = None, now
        audit.record("scenario.return", f"scenario:{row.key}", actor=actor, now=now)
    return row


def write_scenario(
    definition: ScenarioDefinition,
    row: Scenario | None,
    framework: FrameworkDefinition | None,
    *,
    pack: str | None,
    actor: Any,
    now: datetime,
    loaded: bool,
) -> Scenario:
    """Make the definition the current version of a scenario, new or known (``row``).

    ``loaded`` tells files from the browser. Raises ``Invalid`` for one that cannot be played, with every reason.
    """
    sha256 = digest(definition)
    analysis = _computed(definition, framework)
    if row is None:
        row = Scenario(key=definition.scenario, sha256=sha256)
        db.session.add(row)
    _describe(row, definition, pack)
    row.sha256, row.retired_at = sha256, None
    row.loaded_sha256, row.edited_at = (sha256, None) if loaded else (row.loaded_sha256, now)
    db.session.flush()
    last = db.session.scalar(select(func.max(ScenarioVersion.number)).where(ScenarioVersion.scenario_id == row.id))
    version = ScenarioVersion(
        scenario_id=row.id,
        number=(last or 0) + 1,
        body=definition.model_dump(mode="json", by_alias=True),
        analysis=analysis,
        sha256=sha256,
        created_at=now,
        created_by_id=getattr(actor, "id", None),
    )
    db.session.add(version)
    db.session.flush()
    row.version_id = version.id
    _state_steps(row, definition)
    audit.record("scenario.version", f"scenario:{row.key}", actor=actor, now=now, version=version.number)
    return row


def _state_steps(row: Scenario, definition: ScenarioDefinition) -> None:
    """Write down which SOP steps the scenes exercise now."""
    db.session.execute(delete(SceneSopStep).where(SceneSopStep.scenario_id == row.id))
    db.session.add_all(
        SceneSopStep(scenario_id=row.id, scene=key, step=place)
        for key, scene in definition.scenes.items()
        for place in scene.sop
    )


def _computed(definition: ScenarioDefinition, framework: FrameworkDefinition | None) -> dict[str, Any]:
    analysis = analyse(compile_plot(definition))
    faults = (*panel_faults(definition), *(framework_faults(definition, framework) if framework else ()))
    errors = [fault for fault in (*analysis.faults, *faults) if fault.severity == "error"]
    if errors:
        raise Invalid(errors[0].message, errors=by_field(Document("body", None).located(errors)))
    return to_json(analysis, faults)


def _describe(row: Scenario, definition: ScenarioDefinition, pack: str | None) -> None:
    row.pack = pack
    row.title = dict(definition.title)
    row.skill = definition.skill
    row.framework = definition.framework
    row.channel = definition.channel
    row.status = definition.status
    row.sites = list(definition.sites)
    row.assigned_only = definition.assigned_only


def write_framework(
    definition: FrameworkDefinition, row: Framework | None, *, pack: str | None, actor: Any, now: datetime, loaded: bool
) -> Framework:
    """Make the definition the current version of a framework, new or known (``row``)."""
    sha256 = digest(definition)
    if row is None:
        row = Framework(key=definition.framework, sha256=sha256)
        db.session.add(row)
    row.pack, row.title, row.sha256, row.retired_at = pack, dict(definition.title), sha256, None
    row.loaded_sha256, row.edited_at = (sha256, None) if loaded else (row.loaded_sha256, now)
    db.session.flush()
    last = db.session.scalar(select(func.max(FrameworkVersion.number)).where(FrameworkVersion.framework_id == row.id))
    version = FrameworkVersion(
        framework_id=row.id,
        number=(last or 0) + 1,
        body=definition.model_dump(mode="json", by_alias=True),
        sha256=sha256,
        created_at=now,
        created_by_id=getattr(actor, "id", None),
    )
    db.session.add(version)
    db.session.flush()
    row.version_id = version.id
    audit.record("framework.version", f"framework:{row.key}", actor=actor, now=now, version=version.number)
    return row
