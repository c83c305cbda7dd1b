"""The one clock. Services take ``now``; only views, jobs and commands ask here what time it is."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from flask import current_app

_frozen: ContextVar[datetime | None] = ContextVar("frozen_clock", default=None)


def now() -> datetime:
    """The present instant, aware, in UTC."""
    return _frozen.get() or datetime.now(UTC)


def timezone() -> ZoneInfo:
    """The organisation's time zone (``LMS_TIMEZONE``)."""
    return ZoneInfo(current_app.config["LMS_TIMEZONE"])


def day_of(instant: datetime) -> date:
    """The calendar day of an instant where the organisation works."""
    return instant.astimezone(timezone()).date()


def today() -> date:
    """The present day where the organisation works."""
    return day_of(now())


@contextmanager
def at(instant: datetime) -> Iterator[None]:
    """Let ``now()`` be ``instant`` inside the block (demo history and tests)."""
    token = _frozen.set(instant)
    try:
        yield
    finally:
        _frozen.reset(token)
