"""Fixtures: an application on a fresh schema, emptied after every test; people who are signed in; query counts.

The suite runs on SQLite, and on PostgreSQL when ``LMS_TEST_DATABASE_URL`` is set.
"""

import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import HealthCheck, settings
from sqlalchemy import create_engine, event, text
from sqlalchemy.engine import make_url

from lms import create_app
from lms.core import clock
from lms.core.access import Role, Scope
from lms.core.database import db, unit_of_work
from lms.identity import service
from lms.identity.models import Person
from tests import factories

# The same examples on every run, so that a change is judged by what it changed; LMS_TEST_RANDOM=1 looks for new ones.
settings.register_profile("suite", deadline=None, derandomize=True, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("random", settings.get_profile("suite"), derandomize=False)
settings.load_profile("random" if os.environ.get("LMS_TEST_RANDOM") else "suite")

THREADS = 6


def _database_url(folder: Path, worker: str) -> str:
    """The database of this test process: a file of its own, or a PostgreSQL database per xdist worker."""
    base = os.environ.get("LMS_TEST_DATABASE_URL")
    if not base:
        return f"sqlite:///{folder / 'test.sqlite3'}"
    if worker == "master":
        return base
    url = make_url(base)
    own = url.set(database=f"{url.database}_{worker}")
    server = create_engine(url, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f'DROP DATABASE IF EXISTS "{own.database}" WITH (FORCE)'))
        connection.execute(text(f'CREATE DATABASE "{own.database}"'))
    server.dispose()
    return own.render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory, worker_id: str = "master") -> Iterator[Flask]:
    """The application with all tables."""
    folder = tmp_path_factory.mktemp("instance")
    worker = os.environ.get("PYTEST_XDIST_WORKER", "master")
    environ = {
        "LMS_DATABASE_URL": _database_url(folder, worker),
        "LMS_SECRET_KEY": "for-tests-only",
        "LMS_INSTANCE": str(folder),
        "LMS_ARGON2_MEMORY_KIB": "8",
        "LMS_RATE_LIMITS": "off",
        "LMS_LOG_LEVEL": "critical",
    }
    app = create_app({"TESTING": True, "WTF_CSRF_ENABLED": False}, environ)
    with app.app_context():
        if db.engine.dialect.name == "postgresql":
            with db.engine.begin() as connection:
                connection.execute(text("DROP SCHEMA public CASCADE; CREATE SCHEMA public"))
        db.create_all()
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


@pytest.fixture(autouse=True)
def _emptied(request: pytest.FixtureRequest) -> Iterator[None]:
    """After a test that used the application, every table is empty again."""
    yield
    if "app" not in request.fixturenames:
        return
    app: Flask = request.getfixturevalue("app")
    with app.app_context():
        db.session.remove()
        empty_tables()


def empty_tables() -> None:
    """Delete all rows of all tables, whatever refers to what."""
    postgres = db.engine.dialect.name == "postgresql"
    with db.engine.connect() as connection:
        if not postgres:
            connection.connection.dbapi_connection.execute("PRAGMA foreign_keys=OFF")
        if postgres:
            connection.execute(text("SET session_replication_role = replica"))
        for table in reversed(db.metadata.sorted_tables):
            connection.execute(table.delete())
        if postgres:
            connection.execute(text("SET session_replication_role = DEFAULT"))
        connection.commit()
        if not postgres:
            connection.connection.dbapi_connection.execute("PRAGMA foreign_keys=ON")


@pytest.fixture
def context(app: Flask) -> Iterator[None]:
    """An application context for tests of services and queries."""
    with app.app_context():
        yield


@pytest.fixture
def in_app(context: None) -> None:
    """The same under a name that the browser plugin does not use."""


@pytest.fixture
def unit(context: None) -> Iterator[None]:
    """A unit of work around the whole test, committed at its end."""
    with unit_of_work():
        yield


@pytest.fixture
def at_once(app: Flask) -> Callable[..., list[Any]]:
    """Run a function in so many threads that all begin together, each in a unit of work of its own."""

    def run(function: Callable[[int], Any]) -> list[Any]:
        ready = threading.Barrier(THREADS)

        def work(number: int) -> Any:
            with app.app_context():
                ready.wait()
                with unit_of_work():
                    return function(number)

        with ThreadPoolExecutor(THREADS) as pool:
            return list(pool.map(work, range(THREADS)))

    return run


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    """Somebody's browser, signed out."""
    return app.test_client()


@pytest.fixture
def sign_in(app: Flask) -> Callable[..., FlaskClient]:
    """A browser signed in as the person, or as a new person with the given roles: ``sign_in(Role.HR)``."""

    def make(*who: Any, language: str = "en") -> FlaskClient:
        client = app.test_client()
        with app.app_context(), unit_of_work():
            first = who[0] if who else Role.LEARNER
            person = db.session.get(Person, first.id) if isinstance(first, Person) else factories.person(roles=who or (first,))
            assert person is not None
            token = service.sign_in(person, now=clock.now())
        with client.session_transaction() as session:
            session["_user_id"] = token
            session["_fresh"] = True
        client.set_cookie("language", language)
        return client

    return make


class ApiClient:
    """The REST API as one person with one token."""

    def __init__(self, client: FlaskClient, token: str) -> None:
        self.client, self.headers = client, {"Authorization": f"Bearer {token}"}

    def get(self, path: str, **kwargs: Any) -> Any:
        return self._call("get", path, **kwargs)

    def post(self, path: str, json: Any = None, **kwargs: Any) -> Any:
        return self._call("post", path, json={} if json is None else json, **kwargs)

    def put(self, path: str, json: Any = None, **kwargs: Any) -> Any:
        return self._call("put", path, json={} if json is None else json, **kwargs)

    def delete(self, path: str, **kwargs: Any) -> Any:
        return self._call("delete", path, **kwargs)

    def _call(self, method: str, path: str, headers: dict[str, str] | None = None, **kwargs: Any) -> Any:
        return getattr(self.client, method)(f"/api/v1{path}", headers={**self.headers, **(headers or {})}, **kwargs)


@pytest.fixture
def api(app: Flask) -> Callable[..., ApiClient]:
    """The API as the person, or as a new person with a role: ``api(Role.HR, scopes=[Scope.HR])``; default all scopes."""

    def make(who: Person | Role = Role.LEARNER, scopes: Any = tuple(Scope)) -> ApiClient:
        with app.app_context(), unit_of_work():
            person = db.session.get(Person, who.id) if isinstance(who, Person) else factories.person(roles=[who])
            assert person is not None
            token = service.issue_token(person, scopes, days=1, actor=None, now=clock.now())
        return ApiClient(app.test_client(), token)

    return make


@pytest.fixture
def count_queries(app: Flask) -> Callable[[], Any]:
    """``with count_queries() as queries: …; assert len(queries) <= 8`` — statements, without BEGIN and COMMIT."""

    @contextmanager
    def counting() -> Iterator[list[str]]:
        statements: list[str] = []

        def note(_connection: Any, _cursor: Any, statement: str, *_rest: Any) -> None:
            if not statement.startswith(("BEGIN", "COMMIT", "ROLLBACK", "SAVEPOINT", "RELEASE")):
                statements.append(statement)

        with app.app_context():
            engine = db.engine
        event.listen(engine, "before_cursor_execute", note)
        try:
            yield statements
        finally:
            event.remove(engine, "before_cursor_execute", note)

    return counting


@pytest.fixture
def later() -> Callable[..., Any]:
    """``with later(hours=2): …`` lets the server's clock stand that much later."""

    def travel(**amount: float) -> Any:
        return clock.at(clock.now() + timedelta(**amount))

    return travel
