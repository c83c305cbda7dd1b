"""Recognising feelings as a measurement: shares, what is taken for what, recall of each feeling, intensity (pure).

Formulas of MEASURES.md 2 and 7. An answer without a label counts as wrong. Intervals take answers as independent; those
of one person hang together a little, so that the true interval is somewhat wider.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

from lms.statistics import panels
from lms.statistics.figures import MINIMUM_N, Figure, known, too_few
from lms.statistics.proportions import Proportion, proportion


@dataclass(frozen=True, slots=True)
class Asked:
    """A question: the right label, how many of its panel chose which, how strong the author says the feeling is."""

    answer: str
    panel: Mapping[str, int]
    intensity: int | None = None


@dataclass(frozen=True, slots=True)
class Given:
    """``n`` answers that said the same: a label (None for none) and how strong the feeling is, where that was said."""

    asked: Asked
    label: str | None
    n: int
    intensity: int | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """One feeling: how often it was right, which labels were given then in the order of ``Confusion.labels``, and its
    recall: the share of its questions whose label was right."""

    answer: str
    n: int
    counts: tuple[int, ...]
    recall: Proportion

    def share(self, place: int) -> float:
        """The share of the row that one label has, 0 to 1."""
        return self.counts[place] / self.n

    def shade(self, place: int) -> int:
        """How dark the cell is, 0 to 4; the number stands in it, too."""
        return -(-4 * self.counts[place] // self.n)


@dataclass(frozen=True, slots=True)
class Confusion:
    """Which label was given (columns, None for none) where which was right (rows)."""

    labels: tuple[str | None, ...]
    rows: tuple[Row, ...]

    @property
    def often_taken(self) -> tuple[str, str, int] | None:
        """The mistake made most often: right answer, label given, how often; None without any."""
        wrong = [
            (count, row.answer, label)
            for row in self.rows
            for label, count in zip(self.labels, row.counts, strict=True)
            if label is not None and label != row.answer and count
        ]
        if not wrong:
            return None
        count, answer, label = max(wrong, key=lambda one: (one[0], one[1], one[2]))
        return answer, label, count


@dataclass(frozen=True, slots=True)
class Recognition:
    """Everything about a set of answers.

    ``strict``: labels that equal the answer. ``proportional``: the mean share of the panel that chose the learner's
    label, over questions with a panel. ``signed`` and ``absolute``: the mean of what learners say of the intensity minus
    what the author says, and of its size, over answers that said it. ``by_author`` answers have no panel behind their
    label; ``left_out`` ones are in no figure, because the panel does not agree or is too small.
    """

    strict: Proportion
    proportional: Figure
    confusion: Confusion
    signed: Figure
    absolute: Figure
    by_author: int
    left_out: int


def recognition(given: Iterable[Given]) -> Recognition:
    """The figures over these answers; under ten, means are withheld."""
    given = list(given)
    fit = [one for one in given if not panels.is_weak(one.asked.panel, one.asked.answer)]
    n = sum(one.n for one in fit)
    right = sum(one.n for one in fit if one.label == one.asked.answer)
    judged = [one for one in fit if any(one.asked.panel.values())]
    felt = [
        (one.intensity - one.asked.intensity, one.n)
        for one in fit
        if one.intensity is not None and one.asked.intensity is not None
    ]
    return Recognition(
        strict=proportion(right, n),
        proportional=_mean([(_panel_share(one), one.n) for one in judged]),
        confusion=_confusion(fit),
        signed=_mean(felt),
        absolute=_mean([(abs(error), count) for error, count in felt]),
        by_author=n - sum(one.n for one in judged),
        left_out=sum(one.n for one in given) - n,
    )


def _panel_share(one: Given) -> Fraction:
    panel = one.asked.panel
    return Fraction(panel.get(one.label or "", 0), sum(panel.values()))


def _mean(values: Sequence[tuple[int | Fraction, int]]) -> Figure:
    n = sum(count for _, count in values)
    if few := too_few(n, MINIMUM_N):
        return few
    return known(n, Fraction(sum(value * count for value, count in values)) / n)


def _confusion(fit: Iterable[Given]) -> Confusion:
    counts: dict[str, dict[str | None, int]] = defaultdict(lambda: defaultdict(int))
    for one in fit:
        counts[one.asked.answer][one.label] += one.n
    given = {label for row in counts.values() for label in row}
    labels: tuple[str | None, ...] = tuple(sorted({label for label in given if label is not None} | set(counts)))
    labels = (*labels, None) if None in given else labels
    return Confusion(labels, tuple(_row(answer, counts[answer], labels) for answer in sorted(counts)))


def _row(answer: str, counts: Mapping[str | None, int], labels: Sequence[str | None]) -> Row:
    n = sum(counts.values())
    return Row(answer, n, tuple(counts.get(label, 0) for label in labels), proportion(counts.get(answer, 0), n))
