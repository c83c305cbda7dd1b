"""The sweep that closes attempts whose time is up: one job per attempt, so that a broken one stops nobody."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from lms.assessment import queries, service
from lms.core import jobs


def sweep(_payload: Mapping[str, Any], now: datetime) -> None:
    """Promise to close each attempt that is overdue.

    The key holds since when: an attempt that was given more time is promised again. One that cannot be closed is
    promised again every day, and meanwhile its own job alone keeps failing.
    """
    for attempt_id, since in queries.due_attempts(now):
        key = f"assessment.close:{attempt_id}:{since.timestamp():.0f}:{(now - since).days}"
        jobs.enqueue("assessment.close", key, {"attempt": attempt_id})


def close(payload: Mapping[str, Any], now: datetime) -> None:
    """Close one attempt; it may have been handed in meanwhile."""
    service.close_if_due(payload["attempt"], now)


WORKERS = {"assessment.sweep": sweep, "assessment.close": close}
PERIODIC = (jobs.Periodic("assessment.sweep", timedelta(minutes=1)),)
