"""Replies that say what the framework never says, and are not marked so (pure)."""

from collections.abc import Iterator

from lms.core.definition_errors import Fault
from lms.core.texts import N_, Text
from lms.scenarios.definitions import FrameworkDefinition, ScenarioDefinition
from lms.scenarios.replies_likeness import bare
from lms.scenarios.replies_taboos import without_quotations

LEAST_SIGNS = {"zh-Hans": 4, "en": 8}
"""Shorter phrases stand in too many innocent sentences."""


def taboo_faults(scenario: ScenarioDefinition, framework: FrameworkDefinition) -> Iterator[Fault]:
    """A warning for every reply that holds a taboo phrase word for word, quotations aside, without ``taboo: true``."""
    for key, scene in scenario.scenes.items():
        for name, choice in scene.choices.items():
            phrase = None if choice.taboo else _held(choice.reply, framework)
            if phrase is not None:
                message = N_(
                    "“%(phrase)s” is a taboo of the framework; mark the reply with taboo, or say it otherwise."
                )
                yield Fault(("scenes", key, "choices", name, "reply"), message, {"phrase": phrase}, "warning")


def _held(reply: Text, framework: FrameworkDefinition) -> str | None:
    for taboo in framework.taboos:
        for language, least in LEAST_SIGNS.items():
            phrase = taboo.phrase.get(language, "")
            if len(bare(phrase)) >= least and bare(phrase) in bare(without_quotations(reply.get(language, ""))):
                return phrase
    return None
