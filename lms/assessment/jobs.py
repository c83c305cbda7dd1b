"""Background work: closing attempts whose time is up, one job each, and measuring every night how hard items are."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from lms.assessment import queries, service, service_dry_runs, service_facilities, service_regrading
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


def measure_facilities(_payload: Mapping[str, Any], now: datetime) -> None:
    """Bring up to date what share of the points first attempts get for each item."""
    service_facilities.measure(now)


def count_corrections(payload: Mapping[str, Any], _now: datetime) -> service_regrading.Counted | None:
    """What the next one will write, worked out while others go on writing."""
    return service_regrading.count(payload["regrading"])


def regrade(payload: Mapping[str, Any], now: datetime, counted: service_regrading.Counted | None) -> None:
    """Apply an approved regrading of many attempts, or take it back; all or none of it."""
    service_regrading.run(payload["regrading"], now, counted)


def count_step(payload: Mapping[str, Any], now: datetime) -> service_dry_runs.Step | None:
    """Count some attempts more of a dry run."""
    return service_dry_runs.count_step(payload["regrading"], payload["key"], payload["after"], now)


def write_step(payload: Mapping[str, Any], now: datetime, counted: service_dry_runs.Step | None) -> None:
    """Keep what was counted."""
    service_dry_runs.step(payload["regrading"], payload["key"], counted, now)


WORKERS: dict[str, jobs.Worker] = {
    "assessment.sweep": sweep,
    "assessment.close": close,
    service_regrading.JOB: jobs.ReadFirst(count_corrections, regrade),
    service_dry_runs.JOB: jobs.ReadFirst(count_step, write_step),
    "assessment.facilities": measure_facilities,
}
PERIODIC = (
    jobs.Periodic("assessment.sweep", timedelta(minutes=1)),
    jobs.Periodic("assessment.facilities", timedelta(days=1)),
)
