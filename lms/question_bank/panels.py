"""Items for a feeling and the people who judged it: which of them exams may ask (pure)."""

from collections.abc import Iterator

from lms.core.content import Fault
from lms.core.texts import N_
from lms.question_bank.items import AnyItem, Emotion
from lms.statistics import panels
from lms.statistics.panels import Panel, Weakness

PRACTICE_ONLY = {
    Weakness.SMALL: N_(
        "Only %(n)s people judged this feeling; until there are %(least)s, exams do not draw this item."
    ),
    Weakness.SPLIT: N_(
        "Only %(share)s %% of the panel chose the same label; under %(needed)s %% exams do not draw this item."
    ),
}


def panel_on(item: AnyItem) -> Panel | None:
    """What the panel says of an item's answer; None without a panel and for items of other types."""
    return panels.panel_of(item.panel, item.answer) if isinstance(item, Emotion) else None


def is_unfit_for_exams(item: AnyItem) -> bool:
    """Whether only lessons may ask it, because people do not agree on the feeling or too few were asked."""
    return isinstance(item, Emotion) and panels.is_weak(item.panel, item.answer)


def panel_advice(item: AnyItem) -> Iterator[Fault]:
    """The warning that exams pass an item over; that another label leads is said with the rest of its key."""
    panel = panel_on(item)
    if panel is not None and panel.weakness in PRACTICE_ONLY:
        told = panels.reason(panel)
        yield Fault(("panel",), PRACTICE_ONLY[panel.weakness], told.values if told else {}, "warning")
