"""What the selects of the editor offer, in the reader's language."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask_babel import gettext

from lms.core.texts import Message, in_language
from lms.question_bank.labels import SKILLS, label_name
from lms.scenarios.definitions import EMOTIONS, FrameworkDefinition
from lms.scenarios.drafts_moves import NEW_ENDING, NEW_SCENE
from lms.scenarios.drafts_shape import value_at
from lms.scenarios.labels import CHANNELS, VARIABLES
from lms.scenarios.scene_map import MapNode, NodeKind, SceneMap

Choices = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Options:
    """Choices of selects as (value, words), and names by key."""

    scenes: Choices
    targets: list[tuple[str, Choices]]
    steps: Choices
    frameworks: Choices
    skills: Choices
    channels: Choices
    criteria: Mapping[str, str]
    variables: Mapping[str, str]
    language: str

    @property
    def step_names(self) -> dict[str, str]:
        return dict(self.steps)

    def worded(self, message: Message) -> Message:
        """The sentence with the titles of the steps, frameworks and criteria that it names by their keys."""
        titles = {"step": self.step_names, "framework": dict(self.frameworks), "key": self.criteria}
        return Message(
            message.template, {name: titles.get(name, {}).get(of, of) for name, of in message.values.items()}
        )

    def feelings(self, labels: list[str]) -> dict[str, str]:
        """The names of emotion labels, by key."""
        return {label: label_name(label, self.language) for label in labels or EMOTIONS}


def options_for(
    body: Mapping[str, Any],
    scene_map: SceneMap,
    framework: FrameworkDefinition | None,
    frameworks: Mapping[str, FrameworkDefinition],
    language: str,
) -> Options:
    """What may be chosen for a draft with this map."""
    scenes = [_target(node) for node in scene_map.nodes if node.kind == NodeKind.SCENE]
    endings = [_target(node) for node in scene_map.nodes if node.kind == NodeKind.ENDING]
    new = [(NEW_SCENE, gettext("A new scene …")), (NEW_ENDING, gettext("A new ending …"))]
    criteria = value_at(body, ("criteria",)) or {}
    return Options(
        scenes=scenes,
        targets=[(gettext("Scenes"), scenes), (gettext("Endings"), endings), (gettext("New"), new)],
        steps=[(step.key, in_language(step.title, language)) for step in framework.steps] if framework else [],
        frameworks=[(key, in_language(each.title, language)) for key, each in frameworks.items()],
        skills=[(key, gettext(name)) for key, name in SKILLS.items()],
        channels=[(key, gettext(channel.name)) for key, channel in CHANNELS.items()],
        criteria={key: in_language(title, language) or key for key, title in criteria.items()},
        variables={key: gettext(name) for key, name in VARIABLES.items()},
        language=language,
    )


def _target(node: MapNode) -> tuple[str, str]:
    title = gettext("(still empty)") if node.title == node.key else node.short
    return node.key, f"{node.number} {title}"
