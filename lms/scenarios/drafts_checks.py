"""Everything that can be said of a draft before it is published: problems, what to look at, exact bounds (pure)."""

import functools
import json
import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from lms.core.content import Document, Problem, Severity, validate
from lms.core.definition_errors import Fault
from lms.core.texts import N_, Message
from lms.scenarios.checks import Analysis, analyse, framework_faults
from lms.scenarios.checks_panels import panel_faults
from lms.scenarios.content import references
from lms.scenarios.definitions import ChoiceDefinition, FrameworkDefinition, ScenarioDefinition
from lms.scenarios.drafts_shape import Place, value_at
from lms.scenarios.plot import compile_plot
from lms.scenarios.scoring import ScoreBounds
from lms.scenarios.starters import placeholders

LOST = {
    "framework": N_("There is no framework “%(key)s”; write it or correct the key."),
    "sop": N_("No course has the SOP step “%(key)s”; write it as course/lesson/step."),
}
"""What to say of a reference that leads nowhere, by its kind; other kinds name nothing that has to be there."""


@dataclass(frozen=True, slots=True)
class Finding:
    """Something to mend (``error``: it stops publishing) or to look at (``warning``), and where in the body."""

    place: Place
    message: Message
    severity: Severity


@dataclass(frozen=True, slots=True)
class Checked:
    """What is known of a draft. ``definition`` is None while a field stops it from being read; ``bounds`` and ``best``
    (the scene and the choice of every turn of a best route) are None and empty while it cannot be played."""

    findings: tuple[Finding, ...]
    definition: ScenarioDefinition | None
    bounds: ScoreBounds | None
    best: tuple[tuple[str, str], ...]
    states: int | None

    @property
    def errors(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.severity == "error")

    @property
    def warnings(self) -> tuple[Finding, ...]:
        return tuple(finding for finding in self.findings if finding.severity == "warning")

    @property
    def is_sound(self) -> bool:
        """Whether it may be published."""
        return not self.errors


def checked(
    body: Mapping[str, Any], frameworks: Mapping[str, FrameworkDefinition], known_sop: Collection[str]
) -> Checked:
    """Look at a draft with all that files are checked with; the same draft is computed through once in a process."""
    named = value_at(body, ("framework",))
    framework = frameworks.get(named) if isinstance(named, str) else None
    words = json.dumps(body, ensure_ascii=False)
    scenes = value_at(body, ("scenes",)) or {}
    places = {place for scene in scenes.values() for place in scene.get("sop") or ()}
    return _checked(words, framework.model_dump_json() if framework else None, frozenset(places - set(known_sop)))


@functools.lru_cache(maxsize=64)
def _checked(words: str, framework_words: str | None, lost_sop: frozenset[str]) -> Checked:
    body = json.loads(words)
    framework = FrameworkDefinition.model_validate_json(framework_words) if framework_words else None
    definition, problems = validate(ScenarioDefinition, Document("draft", body))
    findings = [_finding(problem) for problem in problems]
    analysis = analyse(compile_plot(definition)) if definition else None
    faults: list[Fault] = list(analysis.faults) if analysis else []
    if definition:
        faults += panel_faults(definition)
        faults += framework_faults(definition, framework) if framework else ()
        faults += _lost(definition, framework, lost_sop)
        faults += [*_unexplained(definition), *_alike(definition)]
    faults += _unwritten(body)
    findings += [Finding(tuple(map(str, fault.loc)), fault.message, fault.severity) for fault in faults]
    findings.sort(key=lambda finding: (finding.severity, _order(body, finding.place)))
    is_sound = analysis is not None and analysis.bounds is not None
    return Checked(
        tuple(findings),
        definition,
        analysis.bounds if analysis and is_sound else None,
        _picks(analysis) if analysis and is_sound else (),
        analysis.states if analysis else None,
    )


def _finding(problem: Problem) -> Finding:
    place = tuple(part for part in re.split(r"[.\[\]]+", problem.field) if part)
    return Finding(place, problem.message, problem.severity)


def _picks(analysis: Analysis) -> tuple[tuple[str, str], ...]:
    lines = analysis.best.lines if analysis.best else ()
    typed = {True: ":taboo", False: ":typed"}
    return tuple((line.scene, line.turn.choice or typed[line.turn.heard.taboo]) for line in lines)


def _order(body: Mapping[str, Any], place: Place) -> tuple[int, ...]:
    """Where a place stands in the body, so that findings come in the order of the forms."""
    found = []
    here: Any = body
    for key in place:
        keys = list(here) if isinstance(here, Mapping) else []
        found.append(keys.index(key) if key in keys else len(keys))
        here = here.get(key) if isinstance(here, Mapping) else None
    return tuple(found)


def _lost(
    definition: ScenarioDefinition, framework: FrameworkDefinition | None, lost_sop: frozenset[str]
) -> Iterator[Fault]:
    for reference in references(definition):
        is_lost = reference.key in lost_sop if reference.kind == "sop" else framework is None
        if reference.kind in LOST and is_lost:
            yield Fault(reference.loc, LOST[reference.kind], {"key": reference.key})


def _unexplained(definition: ScenarioDefinition) -> Iterator[Fault]:
    for key, scene in definition.scenes.items():
        for name, choice in scene.choices.items():
            if choice.feedback is None:
                message = N_("This reply has no reason for the learner; say what it does and why.")
                yield Fault(("scenes", key, "choices", name, "feedback"), message, {}, "warning")


def _alike(definition: ScenarioDefinition) -> Iterator[Fault]:
    """Scenes in which it makes no difference what one says."""
    for key, scene in definition.scenes.items():
        if len(scene.choices) > 1 and len({_does(choice) for choice in scene.choices.values()}) == 1:
            message = N_("It makes no difference what the learner says here; let the replies differ in something.")
            yield Fault(("scenes", key), message, {}, "warning")


def _does(choice: ChoiceDefinition) -> tuple[Any, ...]:
    points = sorted((name, worth) for name, worth in choice.points.items() if worth)
    effect = sorted((name, by) for name, by in choice.effect.items() if by)
    return choice.goto, choice.when, choice.taboo, choice.step, tuple(points), tuple(effect)


def _unwritten(body: Mapping[str, Any]) -> Iterator[Fault]:
    """Words that a starter left to be written: once for each field, the first of each language."""
    left: dict[Place, dict[str | None, str]] = {}
    for each in placeholders(body):
        left.setdefault(each.place, {}).setdefault(each.language, f"[{each.words}]")
    for place, words in left.items():
        message = N_("Still to be written: %(words)s")
        yield Fault(place, message, {"words": " / ".join(words.values())}, "warning")
