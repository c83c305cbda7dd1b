"""Words: texts in several languages, and messages that are translated where they are shown (pure)."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

ENGLISH = "en"
CHINESE = "zh-Hans"
LANGUAGES = (ENGLISH, CHINESE)

Text = Mapping[str, str]
"""A text by language: ``{"en": …, "zh-Hans": …}``; at least one language is there."""


def N_(message: str) -> str:
    """Mark a message for the catalogues without translating it now."""
    return message


@dataclass(frozen=True, slots=True)
class Message:
    """A sentence for a person: a template with ``%(name)s`` places, translated where it is shown."""

    template: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        return self.template % self.values if self.values else self.template

    def translated(self, gettext: Callable[[str], str]) -> str:
        """The sentence in the language ``gettext`` speaks."""
        template = gettext(self.template)
        return template % self.values if self.values else template


def in_language(text: Text | None, language: str, default: str = ENGLISH) -> str:
    """The text in ``language``, else in ``default``, else in any language; "" for no text."""
    if not text:
        return ""
    return text.get(language) or text.get(default) or next(iter(text.values()), "")
