"""What enrolment does when people change (their job role brings paths) and when a lesson's check is passed, or not
any more."""

from lms.core import events
from lms.enrolment import service, service_lessons


def person_changed(event: events.PersonChanged) -> None:
    """Give a new or moved person the paths of their job role."""
    if event.what in ("added", "placed", "reactivated"):
        service.follow_job_role(event.person_id, event.at)


def check_passed(event: events.Completed) -> None:
    """Passing a lesson's check ends the lesson: nobody has to press a second button."""
    if event.kind == "check":
        service_lessons.complete_checked_lesson(event.person_id, event.key, event.at)


def check_withdrawn(event: events.CompletionWithdrawn) -> None:
    """A check that does not count as passed any more opens its lesson again."""
    if event.kind == "check":
        service_lessons.reopen_checked_lesson(event.person_id, event.key, reason=event.reason, now=event.at)


LISTENERS = (
    (events.PersonChanged, person_changed),
    (events.Completed, check_passed),
    (events.CompletionWithdrawn, check_withdrawn),
)
