"""How migrations run: safe for SQLite's batch mode, transactional on both databases.

A batch migration copies a table and drops the old one; with foreign keys on, that drop would delete every child row
through its cascade. So on SQLite foreign keys are off (and that is committed) before, checked after, and the file is
backed up first.
"""

import sqlite3
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from alembic import context
from alembic.autogenerate.api import AutogenContext
from alembic.runtime.migration import MigrationContext
from flask import current_app
from sqlalchemy import Connection, inspect

from lms.core.database import db

target = db.metadata


def render_item(kind: str, item: Any, autogen_context: AutogenContext) -> str | bool:
    """Write our column types in plain SQLAlchemy, so that a migration does not depend on today's code."""
    if kind != "type":
        return False
    if type(item).__name__ == "Instant":
        return "sa.DateTime(timezone=True)"
    if type(item).__name__ == "Exact":
        return 'sa.Numeric(12, 6).with_variant(sa.Double(), "sqlite")'
    if type(item).__name__ == "JSON" and item._variant_mapping:
        autogen_context.imports.add("from sqlalchemy.dialects import postgresql")
        return 'sa.JSON().with_variant(postgresql.JSONB(), "postgresql")'
    return False


def run_offline() -> None:
    """Print the SQL."""
    context.configure(
        url=current_app.config["SQLALCHEMY_DATABASE_URI"], target_metadata=target, literal_binds=True,
        render_as_batch=True, render_item=render_item,
    )
    with context.begin_transaction():
        context.run_migrations()


def run_online() -> None:
    """Migrate the configured database."""
    with db.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            _migrate_sqlite(connection)
        else:
            _migrate(connection)


def _migrate(connection: Connection) -> None:
    context.configure(
        connection=connection, target_metadata=target, render_as_batch=True, render_item=render_item,
        compare_type=True, process_revision_directives=_skip_empty,
    )
    with context.begin_transaction():
        context.run_migrations()
    connection.commit()


def _migrate_sqlite(connection: Connection) -> None:
    _back_up(connection)
    raw = connection.connection.dbapi_connection
    connection.rollback()
    raw.execute("PRAGMA foreign_keys=OFF")
    try:
        _migrate(connection)
        broken = raw.execute("PRAGMA foreign_key_check").fetchall()
        if broken:
            raise RuntimeError(f"the migration left rows without their parent: {broken[:5]}; restore the backup")
    finally:
        raw.execute("PRAGMA foreign_keys=ON")


def _back_up(connection: Connection) -> None:
    """Copy the database file beside itself before anything is changed, if it holds tables."""
    file = connection.engine.url.database
    if not file or file == ":memory:" or not inspect(connection).get_table_names():
        return
    connection.rollback()
    with connection.begin():
        at = MigrationContext.configure(connection).get_current_heads()
    if set(at) == set(context.script.get_heads()):
        return  # nothing to migrate, nothing to back up
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%SZ")
    target_file = Path(file).with_name(f"{Path(file).name}.before-migration-{stamp}")
    with sqlite3.connect(file) as source, sqlite3.connect(target_file) as copy:
        source.backup(copy)


def _skip_empty(_context: Any, _revision: Any, directives: list[Any]) -> None:
    if directives and getattr(context.config.cmd_opts, "autogenerate", False) and directives[0].upgrade_ops.is_empty():
        directives[:] = []


if context.is_offline_mode():
    run_offline()
else:
    run_online()
