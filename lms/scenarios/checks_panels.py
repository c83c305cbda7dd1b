"""Whether people agree on the feelings a scenario asks for: an examination may ask nothing else (pure)."""

from collections.abc import Iterator

from lms.core.definition_errors import Fault
from lms.core.texts import N_
from lms.scenarios.definitions import ScenarioDefinition
from lms.statistics import panels

REFUSED = {
    panels.Weakness.OTHER: N_(
        "The panel chose another label more often than the answer; correct the answer, or let the question give 0 points."
    ),
    panels.Weakness.SMALL: N_(
        "Only %(n)s people judged this feeling, and every role-play can be an exam: ask at least %(least)s, or let the"
        " question give 0 points."
    ),
    panels.Weakness.SPLIT: N_(
        "Only %(share)s %% of the panel chose the same label, an exam needs %(needed)s %%: make the words or cues clearer"
        " and ask again, or let the question give 0 points."
    ),
}
UNCOUNTED = N_("The panel of this question is too small or does not agree: the answers do not count in the reports.")


def panel_faults(scenario: ScenarioDefinition) -> Iterator[Fault]:
    """A question that gives points and whose panel is weak is an error; one that gives none is worth a warning."""
    for key, scene in scenario.scenes.items():
        question = scene.emotion
        panel = panels.panel_of(question.panel, question.answer) if question else None
        if question is None or panel is None or panel.weakness is None:
            continue
        place = ("scenes", key, "emotion", "panel")
        if question.points:
            told = panels.reason(panel)
            yield Fault(place, REFUSED[panel.weakness], told.values if told else {})
        else:
            yield Fault(place, UNCOUNTED, {}, "warning")
