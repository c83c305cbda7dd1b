"""An item's answers as a table: what was chosen, by whom among the best and the weakest fifth, and is it right (pure)."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from lms.question_bank.item_scores import plain_number, score
from lms.question_bank.items import (
    AnyItem,
    Classify,
    Emotion,
    Judgement,
    Matching,
    Multiple,
    NumberItem,
    OptionsItem,
    Ordering,
    ShortText,
    TrueFalse,
)
from lms.reporting.picks import IN_ORDER, NONE, Pick
from lms.statistics.fifths import FIFTHS, by_fifth, fifth_of

MOST_ROWS = 12
"""Of written answers so many are listed, the most frequent first."""


@dataclass(frozen=True, slots=True)
class AnswerRow:
    """One thing that can be chosen; ``share`` of the points is what it is worth by itself (0-1).

    ``fifths`` says how many of each fifth chose it, the weakest fifth first. ``is_key``: the best one can choose.
    ``is_offered``: it stood there to be chosen, nobody had to write it.
    """

    part: str
    pick: str
    share: float
    is_key: bool
    is_offered: bool
    n: int
    fifths: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class AnswerTable:
    """All rows, in the order of the item; ``fifths`` says how many people each fifth holds, ``n`` how many in all.

    ``has_distractors``: what is not the key is an answer of its own, not a place where an order goes wrong.
    """

    rows: tuple[AnswerRow, ...]
    n: int
    fifths: tuple[int, ...]
    left_out: int = 0
    has_distractors: bool = True

    def parts(self) -> list[str]:
        """The things asked for, in order."""
        return list(dict.fromkeys(row.part for row in self.rows))


def answer_table(item: AnyItem, picks: Mapping[Pick, Mapping[int, int]], people: Mapping[int, int]) -> AnswerTable:
    """The table from counts by total; ``people`` says how many people have each total."""
    fifths = fifth_of(people)
    order = [*_choices(item), *(Pick(part, NONE) for part in _parts(item))]
    written = sorted(picks.keys() - set(order), key=lambda pick: (-sum(picks[pick].values()), pick))
    rows = []
    for pick in [*order, *written[:MOST_ROWS]]:
        counts = picks.get(pick, {})
        share, is_key = _worth(item, pick)
        if pick.pick != NONE or counts:
            n = sum(counts.values())
            offered = pick in order and not isinstance(item, NumberItem)
            rows.append(AnswerRow(pick.part, pick.pick, share, is_key, offered, n, by_fifth(counts, fifths)))
    held = tuple(sum(n for total, n in people.items() if fifths[total] == each) for each in range(FIFTHS))
    left_out = max(len(written) - MOST_ROWS, 0)
    return AnswerTable(tuple(rows), sum(held), held, left_out, not isinstance(item, Ordering))


def _parts(item: AnyItem) -> list[str]:
    return list(item.answer) if isinstance(item, Matching | Classify) else [""]


def _choices(item: AnyItem) -> list[Pick]:
    """Everything that can be chosen, in the order of the item; of written answers the right one."""
    match item:
        case Matching():
            return [Pick(part, pick) for part in item.answer for pick in item.right]
        case Classify():
            return [Pick(part, pick) for part in item.answer for pick in item.categories]
        case Ordering():
            return [Pick("", IN_ORDER), *(Pick("", str(place)) for place in range(1, len(item.answer)))]
        case OptionsItem():
            return [Pick("", key) for key in item.options]
        case Emotion():
            return [Pick("", label) for label in item.labels]
        case TrueFalse():
            return [Pick("", "true"), Pick("", "false")]
        case NumberItem():
            return [Pick("", str(plain_number(item.answer)))]
        case _:
            return []


def _worth(item: AnyItem, pick: Pick) -> tuple[float, bool]:
    """The share of the points that choosing this is worth, and whether nothing is worth more."""
    if pick.pick == NONE:
        return 0.0, False
    match item:
        case Matching() | Classify():
            right = item.answer.get(pick.part) == pick.pick
            return float(right), right
        case Multiple():
            return float(pick.pick in item.answer), pick.pick in item.answer
        case Ordering():
            return float(pick.pick == IN_ORDER), pick.pick == IN_ORDER
        case Judgement():
            worth = item.values.get(pick.pick, Decimal(0))
            return float(worth), worth == max(item.values.values())
        case TrueFalse():
            right = (pick.pick == "true") == item.answer
            return float(right), right
        case NumberItem():
            worth = score(item, _number(pick.pick)) or Decimal(0)
            return float(worth), worth == 1
        case ShortText() | _:
            worth = score(item, pick.pick) or Decimal(0)
            best = max((score(item, label) or Decimal(0) for label in item.labels), default=worth) if isinstance(
                item, Emotion
            ) else Decimal(1)  # fmt: skip
            return float(worth), worth == best and worth > 0


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
