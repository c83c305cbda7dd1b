"""What the steps of an organisation's own framework mean, by the words of their keys and titles (pure)."""

import re

from lms.core.texts import in_language
from lms.scenarios.definitions import FrameworkStep
from lms.scenarios.replies_limits import Limits


def meaning_of(step: FrameworkStep, limits: Limits) -> str | None:
    """The meaning of a step that the scorer knows something about; None for any other."""
    name = f"{step.key} {in_language(step.title, 'en')} {in_language(step.title, 'zh-Hans')}".lower()
    return next((meaning for meaning, words in limits.meanings if re.search(words, name)), None)
