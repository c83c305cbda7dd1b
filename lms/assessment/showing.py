"""When a learner sees the score and the right answers of an attempt (pure)."""

from datetime import datetime

from lms.assessment.content import Showing


def is_shown(showing: Showing, *, has_passed: bool, closes_at: datetime | None, now: datetime) -> bool:
    """Whether the plan lets the learner see it now.

    ``has_passed`` is whether they passed this exam in any attempt; without a closing time "after-close" never comes.
    """
    match showing:
        case "at-once":
            return True
        case "after-pass":
            return has_passed
        case "after-close":
            return closes_at is not None and now >= closes_at
        case "never":
            return False
