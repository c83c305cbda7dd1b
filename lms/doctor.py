"""``flask doctor``: does this installation work, and what is to be done where it does not."""

import shutil
import sys
import tempfile
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import redis
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import current_app
from sqlalchemy import func, select
from sqlalchemy.exc import SQLAlchemyError

from lms import config
from lms.assessment import queries_running
from lms.core import audit, catalogues
from lms.core.database import db
from lms.core.locale import normalised
from lms.identity.models import Person
from lms.scenarios import replies


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at."""

    subject: str
    is_well: bool
    sentence: str


def examine() -> list[Finding]:
    """All findings, in the order in which to mend them."""
    checks = (
        _python,
        _packages,
        _instance,
        _zone,
        _language,
        _replies,
        _database,
        _schema,
        _people,
        _audit,
        _faults,
        _redis,
        _disk,
    )
    findings = []
    for check in checks:
        finding = check()
        if finding is not None:
            findings.append(finding)
    return findings


def _python() -> Finding:
    good = sys.version_info >= (3, 11)
    return Finding("python", good, sys.version.split()[0] + ("" if good else "; install 3.11 or newer"))


def _packages() -> Finding:
    missing = []
    for name in ("flask", "sqlalchemy", "typst", "psycopg", "argon2-cffi", "pylopdf-fonts-zh-cn", "segno"):
        try:
            version(name)
        except PackageNotFoundError:
            missing.append(name)
    return Finding("packages", not missing, "all there" if not missing else f"missing {missing}; run `make setup`")


def _instance() -> Finding:
    folder = Path(current_app.instance_path)
    try:
        with tempfile.TemporaryFile(dir=folder):
            return Finding("instance folder", True, "writable")
    except OSError as error:
        return Finding("instance folder", False, f"{folder} cannot be written: {error.strerror}")


def _zone() -> Finding:
    name = current_app.config["LMS_TIMEZONE"]
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return Finding("LMS_TIMEZONE", False, f"{name!r} is not a time zone; write for example Asia/Shanghai")
    return Finding("LMS_TIMEZONE", True, name)


def _language() -> Finding:
    name, gaps = current_app.config["LMS_LOCALE"], catalogues.merged()
    good = normalised(name) is not None
    return Finding("LMS_LOCALE", good, f"{name}, {len(gaps)} messages in Chinese" if good else "write en or zh-Hans")


def _replies() -> Finding:
    try:
        by = replies.scorer()
    except (LookupError, ValueError) as fault:
        return Finding("LMS_REPLY_SCORER", False, str(fault.args[0]))
    return Finding("LMS_REPLY_SCORER", True, f"typed replies are read by {by.version}")


def _database() -> Finding:
    url = db.engine.url.render_as_string(hide_password=True)
    try:
        with db.engine.connect() as connection:
            connection.exec_driver_sql("SELECT 1")
    except SQLAlchemyError as error:
        return Finding("database", False, f"{url} does not answer: {str(error).splitlines()[0]}")
    return Finding("database", True, url)


def _schema() -> Finding:
    folder = Config()
    folder.set_main_option("script_location", str(config.ROOT / "lms" / "migrations"))
    newest = ScriptDirectory.from_config(folder).get_current_head()
    with db.engine.connect() as connection:
        present = MigrationContext.configure(connection).get_current_revision()
    good = present == newest
    return Finding("schema", good, str(present) if good else f"{present}, needed {newest}; run `flask db upgrade`")


def _people() -> Finding:
    try:
        count = db.session.scalar(select(func.count()).select_from(Person)) or 0
    except SQLAlchemyError:
        db.session.rollback()
        return Finding("people", False, "the table is not there; run `flask db upgrade`")
    hint = "" if count else "; add the first with `flask people add` or run `flask demo`"
    return Finding("people", True, f"{count}{hint}")


def _audit() -> Finding:
    try:
        broken = next(audit.breaks(), None)
    except SQLAlchemyError:
        db.session.rollback()
        return Finding("audit trail", False, "the table is not there; run `flask db upgrade`")
    return Finding("audit trail", broken is None, "the chain holds" if broken is None else broken.reason)


def _faults() -> Finding:
    try:
        count = queries_running.set_aside_count()
    except SQLAlchemyError:
        db.session.rollback()
        return Finding("attempts", False, "the table is not up to date; run `flask db upgrade`")
    told = "; see `flask attempts set-aside`, mend, then `flask attempts retry`"
    return Finding("attempts", count == 0, f"{count} set aside{told if count else ''}")


def _redis() -> Finding:
    url = current_app.config["LMS_REDIS_URL"]
    if not url:
        return Finding("redis", True, "not used; rate limits count per process")
    try:
        redis.Redis.from_url(url, socket_timeout=2).ping()
    except redis.RedisError as error:
        return Finding("redis", False, f"does not answer: {error}")
    return Finding("redis", True, "answers")


def _disk() -> Finding:
    free = shutil.disk_usage(current_app.instance_path).free // 2**20
    return Finding("disk", free > 200, f"{free} MiB free" + ("" if free > 200 else "; make room, answers need it"))
