"""Migrations: they lead to the schema of the models on both databases, and lose no row on the way."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import flask_migrate
import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from flask import Flask
from sqlalchemy import create_engine, inspect, select, text
from sqlalchemy.engine import make_url

from lms import config, create_app
from lms.core import clock
from lms.core.database import db, unit_of_work
from lms.identity import service
from lms.identity.models import Person, SignIn
from tests import factories

MIGRATIONS = config.ROOT / "lms" / "migrations"


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Flask]:
    """An application on a database without any table."""
    base = os.environ.get("LMS_TEST_DATABASE_URL")
    if base:
        own = make_url(base).set(database="lms_test_migrations_" + os.environ.get("PYTEST_XDIST_WORKER", "0"))
        server = create_engine(base, isolation_level="AUTOCOMMIT")
        with server.connect() as connection:
            connection.execute(text(f'DROP DATABASE IF EXISTS "{own.database}" WITH (FORCE)'))
            connection.execute(text(f'CREATE DATABASE "{own.database}"'))
        server.dispose()
        url = own.render_as_string(hide_password=False)
    else:
        url = f"sqlite:///{tmp_path / 'fresh.sqlite3'}"
    environ = {"LMS_DATABASE_URL": url, "LMS_SECRET_KEY": "x", "LMS_INSTANCE": str(tmp_path), "LMS_LOG_LEVEL": "critical",
               "LMS_ARGON2_MEMORY_KIB": "8"}  # fmt: skip
    app = create_app({"TESTING": True}, environ)
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()


def test_the_migrations_make_the_models_schema(fresh: Flask) -> None:
    flask_migrate.upgrade(directory=str(MIGRATIONS))
    with db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, db.metadata) == []
    names = {name for name in inspect(db.engine).get_table_names() if name != "alembic_version"}
    assert names == set(db.metadata.tables)


def test_an_empty_database_becomes_ready(fresh: Flask) -> None:
    client = fresh.test_client()
    assert client.get("/readyz").status_code == 503
    flask_migrate.upgrade(directory=str(MIGRATIONS))
    assert client.get("/readyz").json["database"] == "ok"


def test_changing_a_parent_table_keeps_its_children(fresh: Flask, tmp_path: Path) -> None:
    """On SQLite a batch migration drops and renames the parent: with foreign keys on, its children would go too."""
    folder = tmp_path / "migrations"
    shutil.copytree(MIGRATIONS, folder, ignore=shutil.ignore_patterns("__pycache__"))
    flask_migrate.upgrade(directory=str(folder))
    head = db.session.scalar(text("SELECT version_num FROM alembic_version"))
    with unit_of_work():
        person = factories.person()
        service.sign_in(person, now=clock.now())
    db.session.remove()
    (folder / "versions" / "next.py").write_text(
        "import sqlalchemy as sa\nfrom alembic import op\n"
        f"revision = 'next'\ndown_revision = {head!r}\n"
        "def upgrade():\n"
        "    with op.batch_alter_table('people', recreate='always' if op.get_bind().dialect.name == 'sqlite' else 'auto')"
        " as batch:\n"
        "        batch.alter_column('name', type_=sa.String(300), existing_type=sa.String(120))\n"
        "def downgrade():\n    pass\n"
    )
    flask_migrate.upgrade(directory=str(folder))
    assert db.session.scalars(select(Person.id)).all() == [person.id]
    assert db.session.scalars(select(SignIn.person_id)).all() == [person.id]
    if db.engine.dialect.name == "sqlite":
        assert list(tmp_path.glob("fresh.sqlite3.before-migration-*")), "the file is backed up before it is changed"
