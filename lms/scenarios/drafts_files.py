"""A draft from the words of a file, and a draft as the words of a file (pure)."""

from dataclasses import dataclass
from typing import Any

from lms.core.content import Document, Problem, dump_yaml, read_yaml, validate
from lms.core.texts import N_, Message
from lms.core.yaml_files import dump_plain
from lms.scenarios.content import check
from lms.scenarios.definitions import FrameworkDefinition, ScenarioDefinition
from lms.scenarios.drafts_shape import SCENARIO, is_key, is_well_shaped, tidied

OTHER_KEY = N_("The file is of the role-play “%(key)s”; this draft is of “%(own)s”. Change the key in the file.")


@dataclass(frozen=True, slots=True)
class Read:
    """What a file holds: a body, or None where forms could not show it; and every problem by line."""

    body: dict[str, Any] | None
    problems: tuple[Problem, ...]

    @property
    def key(self) -> str:
        return str((self.body or {}).get("scenario", ""))


def read(path: str, words: str, frameworks: dict[str, FrameworkDefinition], own_key: str | None = None) -> Read:
    """Read the words of a scenario file; ``own_key`` is the key it has to be of, if there is one."""
    document, problems = read_yaml(path, words.removeprefix("\ufeff").replace("\r\n", "\n"))
    if document is None:
        return Read(None, tuple(problems))
    is_spelled = not problems
    definition, found = validate(ScenarioDefinition, document)
    found += check(definition, document, frameworks) if definition else []
    problems = sorted([*problems, *found], key=lambda problem: (problem.line, problem.severity))
    data = document.data
    if not is_spelled or not isinstance(data, dict) or not is_well_shaped(data):
        return Read(None, tuple(problems))
    key = data.get("scenario")
    if not isinstance(key, str) or not is_key(key):
        return Read(None, tuple(problems))
    if own_key is not None and key != own_key:
        other = document.problem(("scenario",), Message(OTHER_KEY, {"key": key, "own": own_key}))
        return Read(None, (other, *problems))
    return Read(tidied(data), tuple(problems))


def written(body: dict[str, Any]) -> str:
    """A draft as a file: a sound one exactly as an export writes it."""
    definition, _ = validate(ScenarioDefinition, Document("draft", body))
    if definition is not None:
        return dump_yaml(definition)
    return dump_plain({key: body[key] for key in SCENARIO if key in body})
