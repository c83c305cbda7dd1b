"""Panels: people who said which feeling they hear, and whether they agree enough to call it right (pure).

A label is right because people say so. A panel that agrees too little, or is too small to tell agreement from luck,
makes a fine occasion to practise and talk, and no exam question.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from lms.core.texts import N_, Message
from lms.statistics.agreement import Level, krippendorff_alpha
from lms.statistics.figures import Figure
from lms.statistics.proportions import Proportion, proportion

LEAST_SHARE = Fraction(3, 5)
"""So much of a panel has to choose the same label: a majority no other label can come near."""

LEAST_PEOPLE = 7
"""From so many people on, raters who pick blindly among eight labels reach ``LEAST_SHARE`` for one of them in under one
case of a hundred: 8 · P(Binomial(n, 1/8) >= 0.6 n) is 0.024 for six people, at most 0.0098 for seven and more."""

LEAST_QUESTIONS = 5
"""Under so many questions the agreement over all of them is not told."""


class Weakness(StrEnum):
    """Why exams do not ask a question for a feeling."""

    OTHER = "other"
    SMALL = "small"
    SPLIT = "split"


@dataclass(frozen=True, slots=True)
class Panel:
    """A panel's judgement: ``n`` people, the label most of them chose, its share with a 95 % interval; ``weakness`` is
    None where exams may ask."""

    n: int
    label: str
    share: Proportion
    weakness: Weakness | None


def panel_of(counts: Mapping[str, int] | None, answer: str) -> Panel | None:
    """What counts by label say of the answer; None without anybody. Of labels chosen equally often the answer leads."""
    n = sum((counts or {}).values())
    if not counts or not n:
        return None
    label = max(counts, key=lambda one: (counts[one], one == answer))
    return Panel(n, label, proportion(counts[label], n), _weakness(n, counts[label], label == answer))


def _weakness(n: int, most: int, is_answer: bool) -> Weakness | None:
    if not is_answer:
        return Weakness.OTHER
    if n < LEAST_PEOPLE:
        return Weakness.SMALL
    return Weakness.SPLIT if Fraction(most, n) < LEAST_SHARE else None


def is_weak(counts: Mapping[str, int] | None, answer: str) -> bool:
    """Whether exams refuse the question; without a panel the author's word stands."""
    panel = panel_of(counts, answer)
    return panel is not None and panel.weakness is not None


_REASONS = {
    Weakness.OTHER: N_("The panel chose another label more often than the answer."),
    Weakness.SMALL: N_("Only %(n)s people judged this feeling; an exam needs at least %(least)s."),
    Weakness.SPLIT: N_("Only %(share)s %% of the panel chose the same label; an exam needs at least %(needed)s %%."),
}


def reason(panel: Panel) -> Message | None:
    """Why exams do not ask it, in a sentence; None where they may. A share is cut, not rounded up to what is needed."""
    if panel.weakness is None:
        return None
    values = {
        "n": panel.n, "least": LEAST_PEOPLE, "share": 100 * panel.share.passed // panel.n,
        "needed": int(100 * LEAST_SHARE),
    }  # fmt: skip
    return Message(_REASONS[panel.weakness], values)


def agreement(panels: Iterable[Mapping[str, int]]) -> Figure:
    """Krippendorff's nominal alpha over the panels of several questions; n counts questions.

    Counts do not tell who chose what, and alpha does not ask: the people of a question are interchangeable.
    """
    columns = [[label for label, count in counts.items() for _ in range(count)] for counts in panels]
    most = max(map(len, columns), default=0)
    rows = zip(*(column + [None] * (most - len(column)) for column in columns), strict=True)
    return krippendorff_alpha(list(rows), Level.NOMINAL, minimum_n=LEAST_QUESTIONS)
