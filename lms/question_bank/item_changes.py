"""What differs between two versions of an item, as a trainer or a learner is told (pure)."""

from collections.abc import Mapping

from lms.core.content import plain
from lms.core.texts import N_
from lms.question_bank.items import AnyItem

ASIDE = frozenset({"key", "skill", "difficulty", "sop", "source", "tags"})
"""Where an item belongs; learners and scores do not see it."""
ANSWERS = frozenset({"answer", "values", "panel", "accepted", "tolerance", "scoring", "match", "labels"})
"""What decides how an answer scores."""

NAMES = {
    "stem": N_("the question"),
    "options": N_("the options"),
    "key": N_("the right answer"),
    "points": N_("the points"),
    "rationale": N_("the reasons"),
    "parts": N_("its other parts"),
}


def changes(
    before: AnyItem, after: AnyItem, media_before: Mapping[str, str], media_after: Mapping[str, str]
) -> list[str]:
    """Which of ``NAMES`` differ, in their order; empty when learners meet the same question and score alike.

    ``media_…`` are the content hashes of the files that each names.
    """
    one, other = plain(before), plain(after)
    differing = {name for name in {*one, *other} - ASIDE if one.get(name) != other.get(name)}
    told = {_name(field) for field in differing} | ({"parts"} if media_before != media_after else set())
    return [name for name in NAMES if name in told]


def _name(field: str) -> str:
    if field in ANSWERS:
        return "key"
    if field in ("rationale", "feedback"):
        return "rationale"
    if field in ("options", "left", "right", "statements", "categories"):
        return "options"
    return field if field in NAMES else "parts"
