"""The map of an attempt's questions: which has an answer, which is open, where each stands."""

import functools
from collections.abc import Iterator
from typing import Any

from flask import get_template_attribute, url_for
from markupsafe import Markup

from lms.assessment.models import Attempt
from lms.assessment.queries import SavedAnswer
from lms.core.entered import whole_number
from lms.core.locale import language


def slot_asked(asked: str, found: Attempt, saved: dict[int, SavedAnswer]) -> int:
    """The slot asked for, else the first without an answer."""
    if 1 <= (whole_number(asked) or 0) <= len(found.paper):
        return int(asked)
    return next((place["slot"] for place in found.paper if not is_answered(saved.get(place["slot"]))), 1)


def is_answered(held: SavedAnswer | None) -> bool:
    """Whether something stands there; an answer taken back does not."""
    return held is not None and held.answer not in (None, "", [], {})


def entries(count: int, saved: dict[int, SavedAnswer], here: int) -> Iterator[Markup]:
    """The map as it is drawn beside a question; ``here`` is the slot that is open."""
    spoken = language()
    for number in range(1, count + 1):
        yield _entry(spoken, number, is_answered(saved.get(number)), number == here)


@functools.lru_cache(maxsize=4096)
def _entry(_language: str, number: int, answered: bool, here: bool) -> Markup:
    """An entry of the map of questions in the reader's language: drawn once, the page is asked for so often."""
    return Markup(get_template_attribute("assessment/_map.html", "entry")(number, answered, here))


def places(found: Attempt, saved: dict[int, SavedAnswer]) -> list[dict[str, Any]]:
    """Number, address and whether it has an answer, of every question."""
    base = url_for("assessment.attempt", attempt_id=found.id)
    return [
        {"number": n, "url": f"{base}?slot={n}", "answered": is_answered(saved.get(n))}
        for n in range(1, len(found.paper) + 1)
    ]
