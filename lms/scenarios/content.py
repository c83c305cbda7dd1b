"""Scenario and framework files: what they define, what they refer to, and what is wrong in them (pure)."""

from collections.abc import Iterator, Mapping

from lms.core.definitions import Definition, Document, Problem, Reference
from lms.scenarios.checks import analyse, framework_faults
from lms.scenarios.checks_panels import panel_faults
from lms.scenarios.definitions import FrameworkDefinition, ScenarioDefinition
from lms.scenarios.plot import compile_plot

SCHEMAS: dict[str, type[Definition]] = {"scenario": ScenarioDefinition, "framework": FrameworkDefinition}


def references(definition: ScenarioDefinition | FrameworkDefinition) -> Iterator[Reference]:
    """What the definition names in other files: the scenario's framework, its skill, the SOP steps of its scenes."""
    if isinstance(definition, ScenarioDefinition):
        if definition.framework is not None:
            yield Reference("framework", definition.framework, ("framework",))
        if definition.skill is not None:
            yield Reference("skill", definition.skill, ("skill",))
        for key, scene in definition.scenes.items():
            for index, place in enumerate(scene.sop):
                yield Reference("sop", place, ("scenes", key, "sop", index))


def check(
    definition: ScenarioDefinition | FrameworkDefinition,
    document: Document,
    frameworks: Mapping[str, FrameworkDefinition] | None = None,
) -> list[Problem]:
    """Every problem beyond the fields, errors and warnings, by line.

    ``frameworks`` by key, those inside the product included; without its own framework a scenario's steps are not
    looked at (that it is there at all is for whoever resolves ``references``).
    """
    if isinstance(definition, FrameworkDefinition):
        return []
    faults = [*analyse(compile_plot(definition)).faults, *panel_faults(definition)]
    framework = (frameworks or {}).get(definition.framework or "")
    if framework is not None:
        faults += framework_faults(definition, framework)
    return sorted(document.located(faults), key=lambda problem: problem.line)
