"""Which attempts complete an exam or a check, by what its plan counts: each judged as it stood when it ended (pure)."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from lms.assessment import grading


@dataclass(frozen=True, slots=True)
class Sat:
    """One attempt of somebody's, in the order they were begun; ``percent`` None while it has no result that holds."""

    number: int
    percent: Decimal | None
    passed: bool


def met(attempts: Sequence[Sat], counts: grading.Counts, cut: Decimal) -> Iterator[tuple[Sat, bool]]:
    """Each attempt with whether, at its end, it completed the exam.

    With "best" it has to pass itself; else what counts among the results up to it has to. So the same results give the
    same completions, in whichever order they were corrected.
    """
    so_far: list[tuple[Decimal, bool]] = []
    for attempt in attempts:
        if attempt.percent is None:
            yield attempt, False
            continue
        so_far.append((attempt.percent, attempt.passed))
        yield attempt, attempt.passed if counts == "best" else grading.passes(so_far, counts, cut)
