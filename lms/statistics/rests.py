"""How well somebody did in the rest: of tasks that not everybody meets, without the one looked at (pure).

Every answer to a task has a quality from 0 (the least that was open) to 1 (the most). Who takes another way meets other
tasks, easier or harder ones, so that sums say where somebody went rather than how well they did. The additive model
``quality = task + person + error`` takes the tasks out (two-way analysis of variance with missing cells, fitted by turns;
Searle, Linear Models for Unbalanced Data, 1987). A person's rest without one task is the mean of quality minus task over
all others: the item-rest correction (Henrysson, Psychometrika 28, 1963) carried over to plays that branch.
"""

from collections.abc import Sequence

ROUNDS = 4
"""The fit by turns changes nothing to speak of after so many rounds."""

Answer = tuple[int, float]
"""(task, quality)."""


class Rests:
    """The people's rests; ``levels`` are the tasks' parts.

    ``places`` says for each task where it is met: a rest leaves out all tasks of a place. Each task is its own by default.
    """

    __slots__ = ("_answers", "_places", "_sums", "levels")

    def __init__(self, answers: Sequence[Sequence[Answer]], tasks: int, places: Sequence[int] | None = None) -> None:
        self._answers = answers
        self._places = range(tasks) if places is None else places
        self.levels = levels = fitted(answers, tasks)
        self._sums = [sum([quality - levels[task] for task, quality in own]) for own in answers]

    def without(self, person: int, place: int) -> float | None:
        """The rest of a person (by number) without a place; None where nothing is left. 0 is as good as others do."""
        own, more, left, places = self._answers[person], self._sums[person], 0, self._places
        for each, quality in own:
            if places[each] == place:
                more -= quality - self.levels[each]
            else:
                left += 1
        return more / left if left else None


def fitted(answers: Sequence[Sequence[Answer]], tasks: int) -> list[float]:
    """The tasks' part of the additive model: how well people as good as all together do in each."""
    counts, sums = [0] * tasks, [0.0] * tasks
    for own in answers:
        for task, quality in own:
            counts[task] += 1
            sums[task] += quality
    levels = [total / count if count else 0.0 for total, count in zip(sums, counts, strict=True)]
    whole = [(own, len(own), sum([quality for _, quality in own])) for own in answers if own]
    for _ in range(ROUNDS if whole else 0):
        people = [(earned - sum([levels[task] for task, _ in own])) / n for own, n, earned in whole]
        middle = sum(people) / len(people)
        others = [0.0] * tasks
        for (own, _, _), person in zip(whole, people, strict=True):
            more = person - middle
            for task, _ in own:
                others[task] += more
        levels = [
            (total - other) / count if count else 0.0 for total, other, count in zip(sums, others, counts, strict=True)
        ]
    return levels
