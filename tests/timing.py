"""CPU seconds as a machine at rest needs them, so that a bound in a test speaks of the code and not of the neighbours.

A busy or slow machine makes everything slow alike. A fixed piece of work is timed beside what is measured, and the
result is divided by how much slower than usual that piece was. What earlier tests left in memory is kept out of the
garbage collector's rounds.
"""

import gc
import time
from collections.abc import Callable

USUAL = 0.05
"""CPU seconds that the fixed piece of work takes on a machine of two cores at rest."""


def _fixed_work() -> int:
    counts: dict[tuple[int, int], int] = {}
    for number in range(450_000):
        place = (number % 97, number % 89)
        counts[place] = counts.get(place, 0) + number % 7
    return sum(counts.values())


def _cpu_seconds(work: Callable[[], object]) -> float:
    began = time.process_time()
    work()
    return time.process_time() - began


def rested_seconds(work: Callable[[], object], enough: float = 0.0, rounds: int = 3) -> float:
    """CPU seconds of ``work`` on a machine at rest: the best of ``rounds``, each judged by the fixed work around it.

    No further round is run once one was under ``enough`` seconds.
    """
    gc.collect()
    gc.freeze()
    try:
        best = float("inf")
        for _ in range(rounds):
            before = _cpu_seconds(_fixed_work)
            taken = _cpu_seconds(work)
            slowness = max(1.0, (before + _cpu_seconds(_fixed_work)) / 2 / USUAL)
            best = min(best, taken / slowness)
            if best < enough:
                break
        return best
    finally:
        gc.unfreeze()
