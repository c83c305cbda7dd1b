"""Whether the scorer agrees with trainers as well as trainers agree with each other, step by step (pure).

Cohen's kappa (MEASURES.md 4) of "the step is there" on the same replies.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from lms.core.texts import N_, Message
from lms.scenarios.play_states import Reading
from lms.statistics.agreement import ONE_CATEGORY, cohen_kappa, cross_table
from lms.statistics.figures import MINIMUM_N, Figure, too_few

TABOO = "taboo"
"""Stands beside the steps: whether something was said that is never said."""

LEAST_REPLIES = 300
MARGIN = 0.05
EXACT = 1e-9
BOTH = (True, False)


@dataclass(frozen=True, slots=True)
class Judged:
    """A reply with the first one or two marks of trainers, and what the scorer believed before they marked."""

    marks: tuple[Reading, ...]
    machine: Reading

    @property
    def is_double(self) -> bool:
        return len(self.marks) >= 2


@dataclass(frozen=True, slots=True)
class StepAgreement:
    """Agreement on one step (or the taboo): trainer with trainer, and scorer with trainers on the same replies and on
    all replies marked. ``n`` of each figure counts replies."""

    step: str
    people: Figure
    machine: Figure
    machine_on_all: Figure

    def as_json(self) -> dict[str, Any]:
        """For the record of a decision that rests on it."""
        return {
            "people": self.people.value,
            "machine": self.machine.value,
            "n": self.people.n,
        }


def by_step(steps: Iterable[str], replies: Sequence[Judged], *, minimum_n: int = MINIMUM_N) -> list[StepAgreement]:
    """Agreement on every step and, last, on the taboo.

    The scorer meets both marks of a reply; a third mark never enters, it exists because two differed.
    """
    double = [reply for reply in replies if reply.is_double]
    return [
        StepAgreement(
            step,
            _kappa([(_has(r.marks[0], step), _has(r.marks[1], step)) for r in double], len(double), minimum_n),
            _kappa(
                [(_has(m, step), _has(r.machine, step)) for r in double for m in r.marks[:2]], len(double), minimum_n
            ),
            _kappa([(_has(r.marks[0], step), _has(r.machine, step)) for r in replies], len(replies), minimum_n),
        )
        for step in (*steps, TABOO)
    ]


def _has(reading: Reading, step: str) -> bool:
    return reading.taboo if step == TABOO else step in reading.steps


def _kappa(pairs: Sequence[tuple[bool, bool]], n: int, minimum_n: int) -> Figure:
    table = cross_table([first for first, _ in pairs], [second for _, second in pairs], BOTH)
    few = too_few(n, minimum_n, least=1)
    found = few or cohen_kappa(table, minimum_n=0)
    return Figure(found.value, n, found.reason)


@dataclass(frozen=True, slots=True)
class Shortfall:
    """Why the scorer may not decide yet; ``step`` is None where it is for want of replies."""

    step: str | None
    reason: Message


FEW = N_("%(n)s replies of this role-play were marked by two people; %(needed)s are needed.")
BELOW = N_(
    "Trainers agree with each other at κ %(people)s, the scorer with them at κ %(machine)s; %(needed)s is needed."
)


def shortfalls(agreement: Sequence[StepAgreement], doubles: int) -> list[Shortfall]:
    """What keeps confident replies from counting without a person; empty when nothing does.

    Where all trainers and the scorer said the same of every reply (mostly: no taboo was ever said) there is nothing
    to tell apart, and nothing against it.
    """
    found = []
    if doubles < LEAST_REPLIES:
        found.append(Shortfall(None, Message(FEW, {"n": doubles, "needed": LEAST_REPLIES})))
    for one in agreement:
        if reason := _too_low(one):
            found.append(Shortfall(one.step, reason))
    return found


def _too_low(one: StepAgreement) -> Message | None:
    people, machine = one.people, one.machine
    if people.value is None and machine.value is None:
        return None if people.reason == machine.reason == Message(ONE_CATEGORY) else people.reason
    if people.value is None or machine.value is None:
        return people.reason or machine.reason
    if machine.value >= people.value - MARGIN - EXACT:
        return None
    needed = people.value - MARGIN
    return Message(
        BELOW, {"people": f"{people.value:.3f}", "machine": f"{machine.value:.3f}", "needed": f"{needed:.3f}"}
    )
