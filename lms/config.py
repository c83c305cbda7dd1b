"""Settings, read once from the environment; every variable is documented in docs/administrators.md."""

import os
import secrets
from collections.abc import Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

ROOT = Path(__file__).resolve().parent.parent


def settings(environ: Mapping[str, str], instance: Path) -> dict[str, Any]:
    """Flask configuration from the environment; raises ``RuntimeError`` with a sentence when it cannot work."""
    database_url = environ.get("LMS_DATABASE_URL") or f"sqlite:///{instance / 'lms.sqlite3'}"
    if database_url.startswith("postgres://"):
        database_url = "postgresql://" + database_url.removeprefix("postgres://")
    _check_zone(environ.get("LMS_TIMEZONE", "Asia/Shanghai"))
    base_url = environ.get("LMS_BASE_URL", "").rstrip("/")
    secure = base_url.startswith("https://")
    return {
        "SECRET_KEY": _secret_key(environ, instance, database_url),
        "SQLALCHEMY_DATABASE_URI": database_url,
        "SQLALCHEMY_ENGINE_OPTIONS": _engine_options(database_url, environ),
        "LMS_REDIS_URL": environ.get("LMS_REDIS_URL", ""),
        "LMS_BASE_URL": base_url,
        "LMS_TIMEZONE": environ.get("LMS_TIMEZONE", "Asia/Shanghai"),
        "LMS_LOCALE": environ.get("LMS_LOCALE", "en"),
        "LMS_REPLY_SCORER": environ.get("LMS_REPLY_SCORER", "linear"),
        "LMS_FONT_PATH": environ.get("LMS_FONT_PATH", ""),
        "LMS_ORGANISATION": environ.get("LMS_ORGANISATION", ""),
        "LMS_SESSION_HOURS": int(environ.get("LMS_SESSION_HOURS", "12")),
        "LMS_PROXIES": int(environ.get("LMS_PROXIES", "0")),
        "LMS_LOG_LEVEL": environ.get("LMS_LOG_LEVEL", "info"),
        "LMS_ARGON2_MEMORY_KIB": int(environ.get("LMS_ARGON2_MEMORY_KIB", str(19 * 1024))),
        "RATELIMIT_STORAGE_URI": environ.get("LMS_REDIS_URL") or "memory://",
        "RATELIMIT_ENABLED": environ.get("LMS_RATE_LIMITS", "on") != "off",
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "SESSION_COOKIE_SECURE": secure,
        "SESSION_COOKIE_NAME": "__Host-session" if secure else "session",
        "REMEMBER_COOKIE_DURATION": timedelta(0),
        "PREFERRED_URL_SCHEME": "https" if secure else "http",
        "MAX_CONTENT_LENGTH": 12 * 1024 * 1024,
        "WTF_CSRF_TIME_LIMIT": None,
        "WTF_CSRF_SSL_STRICT": False,
        "BOOTSTRAP_SERVE_LOCAL": True,
        "JSON_SORT_KEYS": False,
    }


def _check_zone(name: str) -> None:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise RuntimeError(f"LMS_TIMEZONE is {name!r}, which is no time zone; write for example Asia/Shanghai.") from None


def _engine_options(database_url: str, environ: Mapping[str, str]) -> dict[str, Any]:
    if database_url.startswith("sqlite"):
        return {"connect_args": {"timeout": 15}}
    return {
        "pool_size": int(environ.get("LMS_POOL_SIZE", "10")),
        "max_overflow": 10,
        "pool_pre_ping": True,
        "pool_timeout": 15,
    }


def _secret_key(environ: Mapping[str, str], instance: Path, database_url: str) -> str:
    if key := environ.get("LMS_SECRET_KEY"):
        return key
    if not database_url.startswith("sqlite"):
        raise RuntimeError("Set LMS_SECRET_KEY: several hosts on PostgreSQL must share one secret key.")
    file = instance / "secret-key"
    if not file.exists():
        instance.mkdir(parents=True, exist_ok=True)
        try:
            handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        except FileExistsError:
            return file.read_text()
        with os.fdopen(handle, "w") as stream:
            stream.write(secrets.token_urlsafe(48))
    return file.read_text()
