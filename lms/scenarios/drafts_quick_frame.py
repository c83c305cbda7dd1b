"""What stands around a conversation in the quick shape: its language, what was chosen beside it, its vocabulary (pure)."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from lms.core.texts import ENGLISH, LANGUAGES, Text, in_language
from lms.scenarios.definitions import FrameworkDefinition
from lms.scenarios.drafts_quick_lines import COMMA, plain_word
from lms.scenarios.drafts_shape import value_at

OUTCOME = "outcome"
OUTCOME_TITLE: Text = {"en": "What the customer gets", "zh-Hans": "事情办成什么样"}
USUAL_STATE: Mapping[str, Mapping[str, int]] = {"trust": {"start": 3}, "anger": {"start": 5}}
VARIABLE_NAMES: Mapping[str, tuple[str, ...]] = {"trust": ("信任",), "anger": ("怒气",)}


@dataclass(frozen=True, slots=True)
class Frame:
    """What stands around a conversation: its language, what was chosen beside it, and the draft it changes (``base``,
    None for a new one). ``lesson`` is course/lesson; ``places`` are the SOP steps that exist."""

    language: str
    framework: FrameworkDefinition | None = None
    chosen: Mapping[str, str] = field(default_factory=dict)
    lesson: str = ""
    places: Collection[str] = ()
    base: Mapping[str, Any] | None = None

    @property
    def criteria(self) -> dict[str, Text]:
        """The criteria of the draft, for a new one those that the framework suggests."""
        if self.base is not None:
            return dict(value_at(self.base, ("criteria",)) or {})
        first = {self.framework.framework: self.framework.title} if self.framework else {}
        return {**first, OUTCOME: OUTCOME_TITLE}

    @property
    def variables(self) -> Collection[str]:
        """What replies may change."""
        return list(value_at(self.base, ("state",)) or {}) if self.base is not None else list(USUAL_STATE)

    @property
    def main(self) -> str | None:
        """The criterion that the mark of a reply counts for: the framework's, else the first."""
        named = value_at(self.base, ("framework",)) if self.base is not None else None
        own = named or (self.framework.framework if self.framework else None)
        return own if own in self.criteria else next(iter(self.criteria), None)

    @property
    def last(self) -> str | None:
        """The criterion that an ending counts for."""
        return OUTCOME if OUTCOME in self.criteria else self.main

    @property
    def step_names(self) -> dict[str, str]:
        """The steps of the framework by each name they go by."""
        return _named((step.key, step.title) for step in (self.framework.steps if self.framework else ()))

    @property
    def steps_told(self) -> str:
        """The titles of the steps, for a sentence."""
        steps = self.framework.steps if self.framework else ()
        return ", ".join(in_language(step.title, self.language) for step in steps)

    def step_word(self, key: str) -> str:
        """How a step is written in the language of the lines: its title where that reads back as the step."""
        steps = self.framework.steps if self.framework else ()
        title = next((in_language(step.title, self.language) for step in steps if step.key == key), key)
        is_plain = self.step_names.get(plain_word(title)) == key and not COMMA.search(title) and title == title.strip()
        return title if is_plain and self.language != ENGLISH else key

    def variable_word(self, key: str) -> str:
        """How what replies change is written in the language of the lines."""
        return key if self.language == ENGLISH else next(iter(VARIABLE_NAMES.get(key, ())), key)

    @property
    def criterion_names(self) -> dict[str, str]:
        """The criteria by each name they go by."""
        return _named(self.criteria.items())

    @property
    def variable_names(self) -> dict[str, str]:
        """What replies may change, by each name it goes by."""
        return {plain_word(word): key for key in self.variables for word in (key, *VARIABLE_NAMES.get(key, ()))}


def _named(entries: Iterable[tuple[str, Text]]) -> dict[str, str]:
    """Keys by each name they go by."""
    return {
        plain_word(name): key
        for key, title in entries
        for name in (key, *(in_language(title, one, one) for one in LANGUAGES))
    }
