"""What an item's figures and answers ask an author to look at; each flag says its evidence (pure).

A flag is raised only where the 95 % interval bears it, never from the figure alone: of few people nothing is said.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import atanh, sqrt, tanh
from typing import Any

from lms.core.texts import N_, Message
from lms.reporting.item_answers import AnswerRow, AnswerTable
from lms.reporting.picks import NONE
from lms.statistics.figures import Figure
from lms.statistics.items import ItemFigures
from lms.statistics.proportions import Z_95, proportion

LOW_FACILITY, HIGH_FACILITY = 0.3, 0.95
LOW_DISCRIMINATION = 20.0
RARELY = 0.05
LEFT_OPEN = 0.1
LEAST_IN_FIFTHS = 20
"""Fewer people in the best and the weakest fifth together are not compared."""


class Concern(StrEnum):
    """Why an item may need an author; the worst first."""

    KEY = "key"
    BACKWARDS = "backwards"
    LURE = "lure"
    HARD = "hard"
    FLAT = "flat"
    EASY = "easy"
    OPEN = "open"
    IDLE = "idle"


GRAVE = frozenset({Concern.KEY, Concern.BACKWARDS, Concern.LURE, Concern.HARD})

ADVICE = {
    Concern.KEY: N_("The best learners choose %(answer)s: check the key."),
    Concern.BACKWARDS: N_("Those who know more fail it more often: check the key and the wording."),
    Concern.LURE: N_("More of the best than of the weakest choose %(answer)s: something about it is not wrong."),
    Concern.HARD: N_("Very few get it right: taught too little, or worded unclearly."),
    Concern.FLAT: N_("It hardly tells who knows more from who knows less."),
    Concern.EASY: N_("Nearly everybody gets it right: it is too easy to tell anybody apart."),
    Concern.OPEN: N_("Many leave it open: say more clearly what to do, or give more time."),
    Concern.IDLE: N_("Hardly anybody chooses %(answer)s: write a better distractor."),
}
EVIDENCE = {
    Concern.KEY: N_("%(chosen)s of %(n)s in the best fifth chose it, %(right)s chose the key."),
    Concern.BACKWARDS: N_("Discrimination %(low)s to %(high)s (95 %% interval), n = %(n)s."),
    Concern.LURE: N_("%(chosen)s of %(n)s in the best fifth, %(weakest)s of %(weakest_n)s in the weakest."),
    Concern.HARD: N_("Share right %(low)s to %(high)s (95 %% interval), n = %(n)s."),
    Concern.FLAT: N_("Discrimination %(low)s to %(high)s (95 %% interval), n = %(n)s."),
    Concern.EASY: N_("Share right %(low)s to %(high)s (95 %% interval), n = %(n)s."),
    Concern.OPEN: N_("%(chosen)s of %(n)s gave no answer."),
    Concern.IDLE: N_("%(chosen)s of %(n)s chose it."),
}


@dataclass(frozen=True, slots=True)
class Flag:
    """A concern with its evidence; ``answer`` is the row it is about. Shares in the evidence are 0-1 floats."""

    concern: Concern
    values: dict[str, Any]
    answer: AnswerRow | None = None

    @property
    def is_grave(self) -> bool:
        return self.concern in GRAVE

    @property
    def advice(self) -> Message:
        """What to do; the answer's name is put in where it is shown."""
        return Message(ADVICE[self.concern])

    @property
    def evidence(self) -> Message:
        """Why."""
        return Message(EVIDENCE[self.concern], self.values)


def share_interval(facility: Figure) -> tuple[float, float] | None:
    """The 95 % interval of a share right; for part points it is too wide, never too narrow (Wilson)."""
    if facility.value is None:
        return None
    p, n, z = min(max(facility.value, 0.0), 1.0), facility.n, Z_95
    middle = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z * sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / (1 + z * z / n)
    return max(middle - half, 0.0), min(middle + half, 1.0)


def correlation_interval(discrimination: Figure) -> tuple[float, float] | None:
    """The 95 % interval of a discrimination (-1 to 1), after Fisher's transformation."""
    if discrimination.value is None or discrimination.n <= 3:
        return None
    r = min(max(discrimination.value / 100, -0.999999), 0.999999)
    half = Z_95 / sqrt(discrimination.n - 3)
    return tanh(atanh(r) - half), tanh(atanh(r) + half)


def flags_of(item: ItemFigures) -> list[Flag]:
    """What the figures alone say, the worst first."""
    found = []
    tells, right = correlation_interval(item.discrimination), share_interval(item.facility)
    if tells is not None and tells[1] < 0:
        found.append(_between(Concern.BACKWARDS, tells, item.discrimination.n))
    if right is not None and right[1] < LOW_FACILITY:
        found.append(_between(Concern.HARD, right, item.facility.n))
    if tells is not None and tells[1] >= 0 and 100 * tells[1] < LOW_DISCRIMINATION:
        found.append(_between(Concern.FLAT, tells, item.discrimination.n))
    if right is not None and right[0] > HIGH_FACILITY:
        found.append(_between(Concern.EASY, right, item.facility.n))
    return found


def answer_flags(table: AnswerTable) -> list[Flag]:
    """What the answers say, the worst first."""
    return worst_first([flag for row in table.rows for flag in _row_flags(row, table)])


def worst_first(flags: Sequence[Flag]) -> list[Flag]:
    """The flags in the order of their concerns."""
    return sorted(flags, key=lambda flag: list(Concern).index(flag.concern))


def _between(concern: Concern, interval: tuple[float, float], n: int) -> Flag:
    return Flag(concern, {"low": interval[0], "high": interval[1], "n": n})


def _row_flags(row: AnswerRow, table: AnswerTable) -> list[Flag]:
    if row.pick == NONE:
        often = proportion(row.n, table.n)
        is_often = often.low is not None and often.low > LEFT_OPEN
        return [Flag(Concern.OPEN, {"chosen": row.n, "n": table.n}, row)] if is_often else []
    if row.is_key or not table.has_distractors:
        return []
    found = []
    best, weakest = table.fifths[-1], table.fifths[0]
    if best + weakest >= LEAST_IN_FIFTHS and best and weakest:
        right = max((one.fifths[-1] for one in table.rows if one.is_key and one.part == row.part), default=0)
        rather = proportion(row.fifths[-1], row.fifths[-1] + right)
        if row.share == 0 and rather.low is not None and rather.low > 0.5:
            found.append(Flag(Concern.KEY, {"chosen": row.fifths[-1], "n": best, "right": right}, row))
        elif row.share == 0 and _surely_more(row.fifths[-1], best, row.fifths[0], weakest):
            values = {"chosen": row.fifths[-1], "n": best, "weakest": row.fifths[0], "weakest_n": weakest}
            found.append(Flag(Concern.LURE, values, row))
    seldom = proportion(row.n, table.n)
    if row.is_offered and not row.part and seldom.high is not None and seldom.high < RARELY:
        found.append(Flag(Concern.IDLE, {"chosen": row.n, "n": table.n}, row))
    return found


def _surely_more(first: int, first_n: int, second: int, second_n: int) -> bool:
    """Whether the first share is above the second: the interval of the difference (Newcombe, from Wilson's) is above 0."""
    one, two = proportion(first, first_n), proportion(second, second_n)
    if one.rate is None or two.rate is None or one.low is None or two.high is None:
        return False
    return one.rate - two.rate - sqrt((one.rate - one.low) ** 2 + (two.high - two.rate) ** 2) > 0
