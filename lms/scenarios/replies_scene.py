"""What the scenario's own facts and options add to a sentence's odds (pure)."""

from lms.scenarios.replies_likeness import share_of
from lms.scenarios.replies_limits import Limits
from lms.scenarios.replies_reading import ReplyContext


def hints_of(sentence: str, context: ReplyContext, language: str, limits: Limits) -> dict[str, float]:
    """Log-odds to add: facts speak for ``clarify`` where something is asked, options for ``advise``."""
    hints = {}
    asks = sentence.rstrip().endswith(("?", "？"))
    if asks and _speaks_of(sentence, context.facts, language, limits):
        hints["clarify"] = limits.scene_fact
    if _speaks_of(sentence, context.options, language, limits):
        hints["advise"] = limits.scene_option
    return hints


def _speaks_of(sentence: str, texts: tuple[str, ...], language: str, limits: Limits) -> bool:
    return any(share_of(text, sentence, language) >= limits.scene_enough for text in texts)
