"""How far people agree on the feelings a scenario asks for, for its author (pure)."""

from dataclasses import dataclass

from lms.scenarios.definitions import EmotionDefinition, ScenarioDefinition
from lms.statistics import panels
from lms.statistics.figures import Figure
from lms.statistics.panels import Panel


@dataclass(frozen=True, slots=True)
class Judged:
    """Every question for a feeling by scene, with its panel (None without one), and the agreement over all of them."""

    questions: tuple[tuple[str, EmotionDefinition, Panel | None], ...]
    alpha: Figure


def judged(definition: ScenarioDefinition) -> Judged:
    """The panels of a scenario, in the order of its scenes."""
    asked = [(key, scene.emotion) for key, scene in definition.scenes.items() if scene.emotion is not None]
    found = tuple((key, question, panels.panel_of(question.panel, question.answer)) for key, question in asked)
    return Judged(found, panels.agreement(question.panel for _, question in asked if question.panel))
