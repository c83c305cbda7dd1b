"""A completion may be somebody's last requirement: then the certificate is issued in the same transaction."""

from lms.certification import queries, service
from lms.certification.requirements import Leaf, leaf_kind
from lms.core import events


def completed(event: events.Completed) -> None:
    """Look at the certifications that mention what was completed, and at no others."""
    rules = queries.rules_mentioning(Leaf(leaf_kind(event.kind), event.key))
    if rules:
        service.award(event.person_id, rules, now=event.at)


LISTENERS = ((events.Completed, completed),)
