"""The states of an attempt, the moves between them, and what time does to it (pure)."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Literal

from lms.core.texts import N_, Message


class State(StrEnum):
    """Where an attempt stands."""

    IN_PROGRESS = "in_progress"
    OVERDUE = "overdue"
    SUBMITTED = "submitted"
    GRADED = "graded"
    ABANDONED = "abandoned"
    VOIDED = "voided"


class Verb(StrEnum):
    """What happens to an attempt."""

    SUBMIT = "submit"
    TIME_UP_SUBMIT = "time-up-submit"  # deadline, policy auto-submit
    TIME_UP_GRACE = "time-up-grace"  # deadline, policy grace
    TIME_UP_ABANDON = "time-up-abandon"  # deadline, policy abandon
    GRACE_OVER = "grace-over"
    MARKS_IN = "marks-in"
    EXTEND = "extend"  # a trainer gives more time
    SET_ASIDE = "set-aside"  # the grading raised an error
    RETRY = "retry"  # and is tried once more
    VOID = "void"


Policy = Literal["auto-submit", "grace", "abandon"]

MOVES: dict[tuple[State, Verb], State] = {
    (State.IN_PROGRESS, Verb.SUBMIT): State.SUBMITTED,
    (State.SUBMITTED, Verb.MARKS_IN): State.GRADED,
    (State.IN_PROGRESS, Verb.TIME_UP_SUBMIT): State.SUBMITTED,
    (State.IN_PROGRESS, Verb.TIME_UP_GRACE): State.OVERDUE,
    (State.OVERDUE, Verb.SUBMIT): State.SUBMITTED,
    (State.OVERDUE, Verb.GRACE_OVER): State.ABANDONED,
    (State.IN_PROGRESS, Verb.TIME_UP_ABANDON): State.ABANDONED,
    (State.IN_PROGRESS, Verb.EXTEND): State.IN_PROGRESS,
    (State.OVERDUE, Verb.EXTEND): State.IN_PROGRESS,
    (State.SUBMITTED, Verb.SET_ASIDE): State.SUBMITTED,
    (State.SUBMITTED, Verb.RETRY): State.SUBMITTED,
    **{(state, Verb.VOID): State.VOIDED for state in State},
}

OPEN = frozenset({State.IN_PROGRESS, State.OVERDUE})
"""States in which a learner can still hand in."""

SENTENCES = {
    State.IN_PROGRESS: N_("This attempt is still being worked on."),
    State.OVERDUE: N_("The time of this attempt is up; it can only be handed in."),
    State.SUBMITTED: N_("This attempt was handed in and is being marked."),
    State.GRADED: N_("This attempt is finished."),
    State.ABANDONED: N_("This attempt ended without being handed in in time."),
    State.VOIDED: N_("A trainer declared this attempt void."),
}


@dataclass(frozen=True, slots=True)
class Refused:
    """The move does not exist from here, and why."""

    reason: Message


def move(state: State, verb: Verb) -> State | Refused:
    """The state after ``verb``, or why it cannot happen now (MEASURES.md 5)."""
    following = MOVES.get((state, verb))
    return following if following is not None else Refused(Message(SENTENCES[state]))


_TIME_UP: dict[Policy, Verb] = {
    "auto-submit": Verb.TIME_UP_SUBMIT,
    "grace": Verb.TIME_UP_GRACE,
    "abandon": Verb.TIME_UP_ABANDON,
}


def due(
    state: State, policy: Policy, now: datetime, deadline_at: datetime | None, grace_ends_at: datetime | None
) -> tuple[Verb, ...]:
    """What time alone makes of an open attempt, in order; the deadline itself is still in time.

    ``grace_ends_at`` is None unless the policy is grace. Nobody looking for long may make two moves due at once.
    """
    verbs: list[Verb] = []
    if state == State.IN_PROGRESS and deadline_at is not None and now > deadline_at:
        verbs.append(_TIME_UP[policy])
    is_overdue = state == State.OVERDUE or verbs == [Verb.TIME_UP_GRACE]
    if is_overdue and grace_ends_at is not None and now > grace_ends_at:
        verbs.append(Verb.GRACE_OVER)
    return tuple(verbs)


def takes_answers(state: State, now: datetime, deadline_at: datetime | None) -> bool:
    """Whether an answer that arrives now is scored; grace allows handing in, not answering."""
    return state == State.IN_PROGRESS and (deadline_at is None or now <= deadline_at)
