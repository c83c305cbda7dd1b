"""What a learner gets to see of an attempt, as the API sends it and the pages draw it: never a key (pure)."""

from collections.abc import Mapping
from typing import Any

from lms.core.texts import in_language
from lms.question_bank import item_types
from lms.question_bank.item_scores import right_answer
from lms.question_bank.items import AnyItem, Emotion
from lms.question_bank.media_links import linked


def question(place: Mapping[str, Any], item: AnyItem, media: Mapping[str, str], language: str) -> dict[str, Any]:
    """One question of a paper: ``slot, type, stem, points`` and what its type shows, everything numbered."""
    order = item_types.Shown.from_json(place["shown"])
    seen = {"slot": place["slot"], **item_types.public(order, item, language)}
    if media:
        seen["stem"] = linked(seen["stem"], media)
        if isinstance(item, Emotion):
            for field, name in (("image", item.image), ("audio", item.audio)):
                if field in seen and name is not None and name in media:
                    seen[field]["url"] = f"/media/{media[name]}"
    return seen


def answer_shown(place: Mapping[str, Any], item: AnyItem, answer: Any) -> Any:
    """A stored answer in the numbers its learner saw; None stays None."""
    if answer is None:
        return None
    return item_types.write_answer(item, item_types.Shown.from_json(place["shown"]), answer)


def explanation(
    place: Mapping[str, Any], item: AnyItem, language: str, media: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """Why: the ``right_answer`` in numbers, the ``rationale``, and ``feedback`` by what can be picked; with the pictures of
    ``media`` (file name to SHA-256)."""
    order = item_types.Shown.from_json(place["shown"])
    right = right_answer(item)
    return {
        "right_answer": None if right is None else item_types.write_answer(item, order, right),
        "rationale": linked(in_language(item.rationale, language), media or {}),
        "feedback": {
            order.number("options", key) if "options" in order.order else key: linked(
                in_language(text, language), media or {}
            )
            for key, text in item.feedback.items()
        },
    }
