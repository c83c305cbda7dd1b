"""The bare application: one Flask view per request, with the same SQL by hand over a raw connection, and nothing else."""

import sqlite3
from collections.abc import Callable, Sequence
from typing import Any

import psycopg
from argon2 import PasswordHasher
from flask import Flask, Response, request
from sqlalchemy.engine import make_url

from benchmarks.recording import Step, Verb

PRAGMAS = ("journal_mode=WAL", "foreign_keys=ON", "busy_timeout=15000", "synchronous=FULL")


class Bare:
    """A Flask application on a copy of the product's database; ``script`` is what its views are to do next."""

    def __init__(self, database_url: str, rules: Sequence[tuple[str, str]]) -> None:
        self.connection = connect(database_url)
        self.hasher = PasswordHasher()
        self.script: Sequence[Step] = ()
        self.body, self.status, self.headers = b"", 200, list[tuple[str, str]]()
        self.password_hash: str | None = None
        self.app = Flask("bare", static_folder=None)
        for number, (method, rule) in enumerate(rules):
            self.app.add_url_rule(rule, f"view_{number}", self._view(), methods=[method])

    def expect(
        self, script: Sequence[Step], status: int, headers: list[tuple[str, str]], size: int, password_hash: str | None
    ) -> None:
        """Prepare for one request: the SQL to do, and the answer to give, as large as the product's."""
        self.script, self.status, self.body, self.password_hash = script, status, b"x" * size, password_hash
        self.headers = [("Content-Type", "text/html; charset=utf-8")]
        self.headers += [(name, value) for name, value in headers if name not in ("Content-Type", "Content-Length")]

    def close(self) -> None:
        """Leave the database."""
        self.connection.close()

    def _view(self) -> Callable[..., Response]:
        def view(**_url: Any) -> Response:
            if request.is_json:
                request.get_json(silent=True)
            elif self.password_hash is not None:
                self.hasher.verify(self.password_hash, request.form["password"])
            elif request.method == "POST":
                request.form.get("csrf_token")
            self._replay()
            return Response(self.body, self.status, self.headers)

        return view

    def _replay(self) -> None:
        cursor = self.connection.cursor()
        for step in self.script:
            match step.verb:
                case Verb.RUN:
                    cursor.execute(step.statement, step.parameters)
                    if cursor.description:
                        cursor.fetchall()
                case Verb.RUN_MANY:
                    cursor.executemany(step.statement, step.parameters)
                case Verb.COMMIT:
                    self.connection.commit()
                case Verb.ROLLBACK:
                    self.connection.rollback()
        cursor.close()


def connect(database_url: str) -> Any:
    """A raw connection of the driver the product uses, with the same settings."""
    url = make_url(database_url)
    if url.get_backend_name() == "sqlite":
        connection = sqlite3.connect(str(url.database), isolation_level=None, check_same_thread=False)
        for pragma in PRAGMAS:
            connection.execute(f"PRAGMA {pragma}")
        return connection
    return psycopg.connect(url.set(drivername="postgresql").render_as_string(hide_password=False))
