"""A completion may be somebody's last requirement: then the certificate is issued in the same transaction; one that is
withdrawn takes the certificates with it that do not stand without it."""

from lms.certification import queries, queries_consequences, service, service_withdrawals
from lms.certification.requirements import Leaf, leaf_kind
from lms.core import events


def completed(event: events.Completed) -> None:
    """Look at the certifications that mention what was completed, and at no others; none mentions a lesson's check."""
    if event.kind == "check":
        return
    leaf = Leaf(leaf_kind(event.kind), event.key)
    if event.again:
        service_withdrawals.restore_founded(event.person_id, leaf, now=event.known_at)
    rules = queries.rules_mentioning(leaf)
    if rules:
        service.award(event.person_id, rules, now=event.known_at)


def completion_withdrawn(event: events.CompletionWithdrawn) -> None:
    """Look at the certificates that were founded on what does not hold any more."""
    leaf = Leaf(leaf_kind(event.kind), event.key)
    service_withdrawals.withdraw_unfounded(event.person_id, leaf, reason=event.reason, now=event.at)


def consequences_asked(event: events.ConsequencesAsked) -> None:
    """Say which certificates would be issued, and which revoked."""
    event.found.extend(queries_consequences.of_changes(event.changes, event.now))


LISTENERS = (
    (events.Completed, completed),
    (events.CompletionWithdrawn, completion_withdrawn),
    (events.ConsequencesAsked, consequences_asked),
)
