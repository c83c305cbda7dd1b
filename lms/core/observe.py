"""Logs, metrics and the health of the house."""

import logging
import sys
from typing import Any

import redis
import structlog
from flask import Blueprint, Flask, Request, Response, current_app, g, has_request_context
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, Counter, Histogram, generate_latest
from sqlalchemy import func, select, text
from sqlalchemy.exc import SQLAlchemyError

from lms.core import access, clock
from lms.core.database import db
from lms.core.jobs import Job

bp = Blueprint("observe", __name__)

REQUESTS = Counter("lms_requests_total", "Requests by endpoint and status", ("endpoint", "method", "status"))
BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10)
SECONDS = Histogram("lms_request_seconds", "Seconds per request", ("endpoint",), buckets=BUCKETS)


def register(app: Flask) -> None:
    """Attach logging, metrics and the health pages."""
    _configure_logging(app.config["LMS_LOG_LEVEL"])
    app.extensions["lms.observe"] = _observe
    app.extensions["lms.gauges"] = []  # (name, what counts it), by the rooms
    app.register_blueprint(bp)


def _configure_logging(level: str) -> None:
    """JSON lines on stderr, each with the request id; stdout stays free for results."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            _with_request_id,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.getLevelName(level.upper())),
        logger_factory=_StderrFactory(),
    )


class _StderrFactory:
    def __call__(self, *_args: Any) -> Any:
        return structlog.PrintLogger(sys.stderr)


def _with_request_id(_logger: Any, _method: str, event: Any) -> Any:
    if has_request_context() and "request_id" in g:
        event["request_id"] = g.request_id
    return event


def _observe(request: Request, response: Response, seconds: float) -> None:
    endpoint = request.endpoint or "none"
    REQUESTS.labels(endpoint, request.method, response.status_code).inc()
    SECONDS.labels(endpoint).observe(seconds)
    structlog.get_logger().debug(
        "request", method=request.method, path=request.path, status=response.status_code, ms=round(seconds * 1000, 1)
    )


@bp.get("/healthz")
@access.requires(access.PUBLIC)
def healthz() -> dict[str, str]:
    """The process answers."""
    return {"status": "ok"}


@bp.get("/readyz")
@access.requires(access.PUBLIC)
def readyz() -> tuple[dict[str, str], int]:
    """The process can do its work: the database answers with the schema it needs, and Redis where it is set."""
    parts = {"database": _database(), "redis": _redis()}
    ready = all(value in ("ok", "not used") for value in parts.values())
    return {"status": "ok" if ready else "not ready", **parts}, 200 if ready else 503


@bp.get("/metrics")
@access.requires(access.PUBLIC)
def metrics() -> Response:
    """Prometheus metrics: requests, seconds, the state of the job queue, and what the rooms count."""
    waiting, oldest, aside = _queue()
    lines = (
        "# TYPE lms_jobs_waiting gauge\n"
        f"lms_jobs_waiting {waiting}\n"
        "# TYPE lms_jobs_oldest_seconds gauge\n"
        f"lms_jobs_oldest_seconds {oldest}\n"
        "# TYPE lms_jobs_set_aside gauge\n"
        f"lms_jobs_set_aside {aside}\n"
    )
    lines += "".join(f"# TYPE {name} gauge\n{name} {gauge()}\n" for name, gauge in current_app.extensions["lms.gauges"])
    return Response(generate_latest(REGISTRY) + lines.encode(), content_type=CONTENT_TYPE_LATEST)


def _database() -> str:
    try:
        db.session.execute(text("SELECT version_num FROM alembic_version")).scalar_one()
    except SQLAlchemyError:
        db.session.rollback()
        return "not reachable or not migrated"
    return "ok"


def _redis() -> str:
    url = current_app.config["LMS_REDIS_URL"]
    if not url:
        return "not used"
    try:
        redis.Redis.from_url(url, socket_timeout=1).ping()
    except redis.RedisError:
        return "not reachable"
    return "ok"


def _queue() -> tuple[int, float, int]:
    """Jobs waiting, age in seconds of the oldest due one, jobs set aside."""
    now = clock.now()
    due = (Job.done_at.is_(None), Job.set_aside_at.is_(None), Job.run_at <= now)
    waiting, oldest = db.session.execute(select(func.count(), func.min(Job.run_at)).where(*due)).one()
    aside = db.session.scalar(select(func.count()).where(Job.set_aside_at.is_not(None), Job.done_at.is_(None))) or 0
    return waiting, (now - oldest).total_seconds() if oldest else 0.0, aside
