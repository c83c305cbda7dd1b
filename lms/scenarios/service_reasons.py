"""Reasons that people must give: for contesting a reading, correcting a decision, changing a rule."""

from lms.core.errors import Invalid
from lms.core.texts import N_, Message

LEAST_WHY, MOST_WHY = 10, 500
"""Characters."""


def stated_reason(words: str) -> str:
    """The reason without blanks around it; raises ``Invalid`` for one too short or too long."""
    words = words.strip()
    if not LEAST_WHY <= len(words) <= MOST_WHY:
        said = Message(N_("Say why, in %(least)s to %(most)s characters."), {"least": LEAST_WHY, "most": MOST_WHY})
        raise Invalid(said, errors={"why": said})
    return words
