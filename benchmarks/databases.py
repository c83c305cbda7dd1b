"""Two databases with the same rows: one for the product, one for the bare application."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

from sqlalchemy import create_engine, text
from sqlalchemy.engine import make_url


@dataclass(frozen=True, slots=True)
class Pair:
    """URLs of the product's database and of its copy; ``copy`` makes the copy once the product's is filled.

    Nothing may be connected to the product's database while it is copied.
    """

    product: str
    bare: str
    copy: Callable[[], None]


@contextmanager
def pair(folder: Path, server_url: str | None) -> Iterator[Pair]:
    """Files in the folder, or with a PostgreSQL URL two databases of their own on that server, dropped at the end."""
    if not server_url:
        yield _files(folder)
        return
    name = f"lms_bench_{uuid4().hex[:8]}"
    url = make_url(server_url.replace("postgres://", "postgresql://", 1))
    server = create_engine(url, isolation_level="AUTOCOMMIT")

    def say(statement: str) -> None:
        with server.connect() as connection:
            connection.execute(text(statement))

    say(f"CREATE DATABASE {name}")
    try:
        yield Pair(
            url.set(database=name).render_as_string(hide_password=False),
            url.set(database=f"{name}_bare").render_as_string(hide_password=False),
            lambda: say(f"CREATE DATABASE {name}_bare TEMPLATE {name}"),
        )
    finally:
        say(f"DROP DATABASE IF EXISTS {name}_bare WITH (FORCE)")
        say(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        server.dispose()


def _files(folder: Path) -> Pair:
    product, bare = folder / "product.sqlite3", folder / "bare.sqlite3"

    def copy() -> None:
        connection = sqlite3.connect(product)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.close()
        shutil.copyfile(product, bare)

    return Pair(f"sqlite:///{product}", f"sqlite:///{bare}", copy)
