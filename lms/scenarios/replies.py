"""Reading a typed reply: which steps of a framework it takes, by which words, and how sure that is (pure).

The scorer is a numbered file of ``reply_models``; the same reply, context and version give the same reading for
ever, on every machine. ROLEPLAY: "found" can be believed, "missing" cannot.
"""

from lms.scenarios.replies_engine import judge
from lms.scenarios.replies_reading import (
    Evidence,
    Finding,
    Guard,
    ReplyContext,
    ReplyReading,
    TabooHit,
    from_json,
    to_json,
)
from lms.scenarios.replies_scorers import Scorer, choose, scorer, versions

__all__ = [
    "Evidence",
    "Finding",
    "Guard",
    "ReplyContext",
    "ReplyReading",
    "Scorer",
    "TabooHit",
    "choose",
    "from_json",
    "read_reply",
    "scorer",
    "to_json",
    "versions",
]


def read_reply(text: str, context: ReplyContext, scorer: Scorer) -> ReplyReading:
    """The steps and taboos of ``text``, each with the words that show it, and why a person should look."""
    return judge(text, context, scorer).reading
