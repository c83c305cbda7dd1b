"""What people's marks of a typed reply come to, in which order replies are marked, and what may do without (pure)."""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from lms.core.second_marks import Waiting, marks_needed
from lms.scenarios.play_states import Reading
from lms.scenarios.replies import ReplyReading

SAMPLE_PERCENT = 10
"""Of the replies that the scorer is sure of, so many still go to people where they need not."""


class How(StrEnum):
    """What decided a reply."""

    SINGLE = "single"
    AGREED = "agreed"
    MAJORITY = "majority"
    MACHINE = "machine"
    CORRECTED = "corrected"


class Rank(StrEnum):
    """How urgent a person's look is, by the scorer."""

    GUARDED = "guarded"
    UNSURE = "unsure"
    CONFIDENT = "confident"
    CONTESTED = "contested"


RANKS: Mapping[Rank, int] = {Rank.GUARDED: 0, Rank.UNSURE: 1, Rank.CONFIDENT: 2, Rank.CONTESTED: 3}
"""The order of the queue: what nobody can judge alone comes first, practice (which holds nobody up) last."""


@dataclass(frozen=True, slots=True)
class Settled:
    """What holds of a reply, and what decided it."""

    found: Reading
    how: How


def settle(marks: Sequence[Reading], markers: int, asked: Collection[str]) -> Settled | Waiting:
    """What follows from the marks that are in, in the order they came.

    One marker decides alone. Two decide where they agree on all that counts: the steps the scene asks for, and the
    taboo. Else a third marks, and for each step and the taboo what two of the three say holds.
    """
    needed = marks_needed(marks, markers, lambda one, other: _counting(one, asked) == _counting(other, asked))
    if len(marks) < needed:
        return Waiting(needed)
    if needed == 1:
        return Settled(marks[0], How.SINGLE)
    if needed == 2:
        return Settled(Reading(marks[0].steps & marks[1].steps, marks[0].taboo), How.AGREED)
    three = marks[:3]
    named = frozenset[str]().union(*(mark.steps for mark in three))
    steps = frozenset(step for step in named if sum(step in mark.steps for mark in three) >= 2)
    return Settled(Reading(steps, sum(mark.taboo for mark in three) >= 2), How.MAJORITY)


def _counting(mark: Reading, asked: Collection[str]) -> Reading:
    return Reading(mark.steps & frozenset(asked), mark.taboo)


def rank(reading: ReplyReading | None, asked: Collection[str]) -> Rank:
    """How sure the scorer is of a reply to a scene that asks for these steps; None is no reading at all."""
    if reading is None or reading.guards:
        return Rank.GUARDED
    is_open = reading.to_person or set(reading.unsure) & set(asked)
    return Rank.UNSURE if is_open else Rank.CONFIDENT


def drawn(percent: int, purpose: str, turn_id: int) -> bool:
    """Whether a reply belongs to a share of ``percent`` drawn for a purpose: by a hash, so that nobody picks it and
    the same reply is drawn for ever."""
    digest = hashlib.sha256(f"{purpose}/{turn_id}".encode()).digest()
    return int.from_bytes(digest[:4], "big") % 100 < percent
