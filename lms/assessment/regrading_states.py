"""The states of a regrading, and the moves between them (pure)."""

from enum import StrEnum

from lms.core.texts import N_, Message


class State(StrEnum):
    """Where a regrading stands."""

    DRAFT = "draft"
    PROPOSED = "proposed"
    STALE = "stale"
    APPROVED = "approved"
    APPLIED = "applied"
    REJECTED = "rejected"
    WITHDRAWN = "withdrawn"
    UNDONE = "undone"


class Verb(StrEnum):
    """What happens to a regrading."""

    COUNT = "count"  # the dry run once more
    PROPOSE = "propose"
    FIND_STALE = "find-stale"  # attempts or grades changed since the dry run
    APPROVE = "approve"
    APPLY = "apply"
    REJECT = "reject"
    WITHDRAW = "withdraw"
    UNDO = "undo"
    GIVE_UP = "give-up"  # what was approved could not be applied, or is not wanted any more


MOVES: dict[tuple[State, Verb], State] = {
    (State.DRAFT, Verb.COUNT): State.DRAFT,
    (State.STALE, Verb.COUNT): State.DRAFT,
    (State.DRAFT, Verb.PROPOSE): State.PROPOSED,
    (State.PROPOSED, Verb.APPROVE): State.APPROVED,
    (State.PROPOSED, Verb.REJECT): State.REJECTED,
    (State.PROPOSED, Verb.FIND_STALE): State.STALE,
    (State.APPROVED, Verb.FIND_STALE): State.STALE,
    (State.APPROVED, Verb.APPLY): State.APPLIED,
    (State.APPROVED, Verb.GIVE_UP): State.WITHDRAWN,
    (State.APPLIED, Verb.UNDO): State.UNDONE,
    (State.DRAFT, Verb.WITHDRAW): State.WITHDRAWN,
    (State.PROPOSED, Verb.WITHDRAW): State.WITHDRAWN,
    (State.STALE, Verb.WITHDRAW): State.WITHDRAWN,
}

NAMES = {
    State.DRAFT: N_("Dry run"),
    State.PROPOSED: N_("Waits for a second person"),
    State.STALE: N_("Out of date"),
    State.APPROVED: N_("Approved, being applied"),
    State.APPLIED: N_("Applied"),
    State.REJECTED: N_("Rejected"),
    State.WITHDRAWN: N_("Withdrawn"),
    State.UNDONE: N_("Undone"),
}

REFUSALS = {
    State.DRAFT: N_("This is a dry run; it has not been proposed."),
    State.PROPOSED: N_("This regrading waits for a second person."),
    State.STALE: N_("Results changed since the dry run. Do the dry run again."),
    State.APPROVED: N_("This regrading is approved and being applied."),
    State.APPLIED: N_("This regrading is applied already."),
    State.REJECTED: N_("This regrading was rejected."),
    State.WITHDRAWN: N_("This regrading was withdrawn."),
    State.UNDONE: N_("This regrading was undone."),
}


def move(state: State, verb: Verb) -> State | Message:
    """The state after ``verb``, or why it cannot happen."""
    return MOVES.get((state, verb)) or Message(REFUSALS[state])
