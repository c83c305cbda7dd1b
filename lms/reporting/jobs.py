"""The job that counts new and changed results into the summaries."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from lms.core import jobs
from lms.reporting import service_summaries as summaries

COUNT = "reporting.count"


def count(_payload: Mapping[str, Any], now: datetime) -> None:
    """Count anew what is due; where more is due than one job does, another is promised."""
    if summaries.count_due(now) == summaries.BATCH:
        jobs.enqueue(COUNT, f"{COUNT}:more:{now.isoformat()}", {}, run_at=now)


WORKERS = {COUNT: count}
PERIODIC = (jobs.Periodic(COUNT, timedelta(minutes=1)),)
