"""How reliably scores of different tasks tell the same people apart, when not everybody did every task (pure).

Persons × tasks with one score a cell and cells missing: a score is the task's mean, the person, and the rest. The person's
part of the variance, which is the reliability of one task, is the intraclass correlation over all pairs of tasks that
one person did (Fisher's, generalised to unequal numbers; Shrout and Fleiss, Psychological Bulletin 86, 1979; Brennan,
Generalizability Theory, 2001). The means of k tasks have k·r / (1 + (k - 1)·r) (Spearman and Brown, 1910).
The interval is that of a ratio of two means over persons (linearisation; Cochran, Sampling Techniques, 1977) after
Fisher's transformation, so that persons, not pairs, count as independent.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import atanh, ceil, sqrt, tanh

from lms.core.texts import N_
from lms.statistics.figures import Figure, known, too_few, unknown
from lms.statistics.proportions import Z_95

LEAST_PERSONS = 30
"""Fewer people who did two tasks tell nothing: the interval would hold everything."""
MOST_TASKS = 100
"""More tasks than this are no answer to "how many"."""

NO_SPREAD = N_("Everybody did equally well, so nothing tells people apart.")


@dataclass(frozen=True, slots=True)
class Reliability:
    """Of one task (-1 to 1) with its 95 % interval; ``one.n`` are people who did two tasks or more, in ``pairs`` pairs."""

    one: Figure
    low: float | None
    high: float | None
    pairs: int
    persons: int
    tasks: int


def reliability(scores: Iterable[Mapping[str, float]], *, least: int = LEAST_PERSONS) -> Reliability:
    """From one mapping a person, task to score. Tasks done by one person only are left out."""
    rows = list(scores)
    means = _means(rows)
    parts = [_parts([value - means[task] for task, value in row.items() if task in means]) for row in rows]
    several = [part for part in parts if part[2]]
    together, apart = sum(a for a, _, _ in several), sum(b for _, b, _ in several)
    n = len(several)

    def found(one: Figure, low: float | None = None, high: float | None = None) -> Reliability:
        return Reliability(one, low, high, sum(pairs for _, _, pairs in several), len(rows), len(means))

    if (few := too_few(n, least, least=3)) is not None:
        return found(few)
    if apart < 1e-12:
        return found(unknown(n, NO_SPREAD))
    r = together / apart
    error = sqrt(sum((a - r * b) ** 2 for a, b, _ in several) * n / (n - 1)) / apart
    inside = min(max(r, -0.999999), 0.999999)
    half = Z_95 * error / (1 - inside * inside)
    return found(known(n, r), tanh(atanh(inside) - half), tanh(atanh(inside) + half))


def of_several(one: float, tasks: float) -> float:
    """The reliability of the mean of so many tasks, from that of one."""
    return tasks * one / (1 + (tasks - 1) * one)


def tasks_for(one: float | None, wanted: float) -> int | None:
    """How many tasks reach the reliability ``wanted`` (0-1); None where one tells nothing, or more than 100 were needed."""
    if one is None or one <= 0:
        return None
    if one >= 1:
        return 1
    needed = ceil(wanted * (1 - one) / (one * (1 - wanted)) - 1e-9)
    return max(needed, 1) if needed <= MOST_TASKS else None


def _means(rows: Iterable[Mapping[str, float]]) -> dict[str, float]:
    by_task: dict[str, list[float]] = defaultdict(list)
    for row in rows:
        for task, value in row.items():
            by_task[task].append(value)
    return {task: sum(values) / len(values) for task, values in by_task.items() if len(values) > 1}


def _parts(differences: list[float]) -> tuple[float, float, int]:
    """A person's (sum of products over pairs, sum over pairs of the mean of both squares, number of pairs)."""
    m = len(differences)
    squares = sum(one * one for one in differences)
    return (sum(differences) ** 2 - squares) / 2, (m - 1) * squares / 2 if m else 0.0, m * (m - 1) // 2
