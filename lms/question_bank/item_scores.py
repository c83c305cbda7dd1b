"""What an answer to an item earns, by type (pure).

Answers are in keys and fit into JSON: text, true or false, a number, a list of keys, or a map of keys; ``None`` is
no answer.
"""

from collections.abc import Mapping
from decimal import Decimal

from lms.question_bank.items import (
    AnyItem,
    Classify,
    Emotion,
    Essay,
    Judgement,
    Matching,
    Multiple,
    NumberItem,
    Ordering,
    ShortText,
    Single,
    TrueFalse,
)
from lms.question_bank.short_answers import same_words

Answer = str | bool | int | float | list[str] | dict[str, str] | None


def plain_number(value: Decimal) -> int | float:
    """A number as JSON holds it: whole where it is whole."""
    return int(value) if value == value.to_integral_value() else float(value)


def right_answer(item: AnyItem) -> Answer:
    """An answer that scores the most: the best option of a judgement; none for an essay."""
    match item:
        case Judgement():
            return max(item.values, key=lambda key: item.values[key])
        case Emotion() if item.scoring == "panel":
            return max(item.labels, key=lambda label: item.panel.get(label, 0))
        case NumberItem():
            return plain_number(item.answer)
        case ShortText():
            return next(iter(item.accepted[0].values()))
        case Essay():
            return None
        case _:
            return item.answer


def score(item: AnyItem, answer: Answer) -> Decimal | None:
    """The share of the points, from 0 to 1, that an answer in keys earns; ``None`` when people mark it."""
    if isinstance(item, Essay):
        return Decimal(0) if answer is None or answer == "" else None
    match item, answer:
        case ((Single() | TrueFalse()), _):
            return Decimal(answer is not None and answer == item.answer)
        case Multiple(), list():
            return _score_multiple(item, set(answer))
        case Ordering(), list():
            return _score_ordering(item, answer)
        case ((Matching() | Classify()), dict()):
            right = sum(answer.get(source) == target for source, target in item.answer.items())
            return Decimal(right) / len(item.answer)
        case Judgement(), str():
            return item.values.get(answer, Decimal(0))
        case Emotion(), str():
            return _score_emotion(item, answer)
        case NumberItem(), int() | float():
            return Decimal(abs(Decimal(str(answer)) - item.answer) <= item.tolerance)
        case ShortText(), str():
            texts = [words for accepted in item.accepted for words in accepted.values()]
            return Decimal(any(same_words(answer, words, exact=item.match == "exact") for words in texts))
        case _:
            return Decimal(0)


def _score_multiple(item: Multiple, picks: set[str]) -> Decimal:
    """All or nothing, or max(0, right picks / right options - wrong picks / wrong options)."""
    right = set(item.answer)
    if item.scoring == "all-or-nothing":
        return Decimal(picks == right)
    wrong = len(item.options) - len(right)
    if not wrong:
        return Decimal(len(picks & right)) / len(right)
    earned = Decimal(len(picks & right) * wrong - len(picks - right) * len(right))
    return max(Decimal(0), earned / (len(right) * wrong))


def _score_ordering(item: Ordering, picks: list[str]) -> Decimal:
    """Exact, or the share of the n(n-1)/2 pairs that stand in the right order."""
    if item.scoring == "exact":
        return Decimal(picks == item.answer)
    place = {key: number for number, key in enumerate(picks)}
    count = len(item.answer)
    pairs = [(item.answer[a], item.answer[b]) for a in range(count) for b in range(a + 1, count)]
    right = sum(a in place and b in place and place[a] < place[b] for a, b in pairs)
    return Decimal(right) / len(pairs)


def _score_emotion(item: Emotion, label: str) -> Decimal:
    """Strict: the answer's label; by the panel: its picks over the largest count."""
    if item.scoring == "panel":
        return Decimal(item.panel.get(label, 0)) / max(item.panel.values())
    return Decimal(label == item.answer)


def rubric_share(item: Essay, points: Mapping[str, Decimal]) -> Decimal:
    """The share an essay earns by the points given for each rubric line, over the most the rubric gives.

    Raises ``ValueError`` when a line is left out or given points that are none of its levels.
    """
    levels = {line.key: [level.points for level in line.levels] for line in item.rubric}
    if points.keys() != levels.keys() or any(given not in levels[key] for key, given in points.items()):
        raise ValueError("every rubric line needs the points of one of its levels")
    return sum(points.values(), Decimal(0)) / sum((max(line) for line in levels.values()), Decimal(0))
