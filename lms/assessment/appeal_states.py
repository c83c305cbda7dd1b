"""The states of an appeal against a result, and the moves between them (pure)."""

from enum import StrEnum

from lms.core.texts import N_, Message


class State(StrEnum):
    """Where an appeal stands."""

    OPEN = "open"
    UPHELD = "upheld"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    MOOT = "moot"  # the attempt was declared void: there is nothing left to decide


class Verb(StrEnum):
    """What happens to an appeal."""

    UPHOLD = "uphold"
    REJECT = "reject"
    WITHDRAW = "withdraw"
    DROP = "drop"


MOVES: dict[tuple[State, Verb], State] = {
    (State.OPEN, Verb.UPHOLD): State.UPHELD,
    (State.OPEN, Verb.REJECT): State.REJECTED,
    (State.OPEN, Verb.WITHDRAW): State.WITHDRAWN,
    (State.OPEN, Verb.DROP): State.MOOT,
}

NAMES = {
    State.OPEN: N_("Open appeal"),
    State.UPHELD: N_("Appeal upheld"),
    State.REJECTED: N_("Appeal rejected"),
    State.WITHDRAWN: N_("Appeal withdrawn"),
    State.MOOT: N_("Appeal closed"),
}

CLOSED = N_("This appeal is closed already. Whoever still disagrees can appeal once more, with a new reason.")


def move(state: State, verb: Verb) -> State | Message:
    """The state after ``verb``, or why it cannot happen."""
    return MOVES.get((state, verb)) or Message(CLOSED)
