"""The database: naming convention, column types, the SQLite recipe and ``unit_of_work``."""

import copy
import functools
import sqlite3
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any, ParamSpec, TypeVar, overload

from flask import has_request_context, request
from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import JSON, DateTime, Double, Engine, MetaData, Numeric, TypeDecorator, event, inspect, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import DeclarativeBase, registry

P = ParamSpec("P")
R = TypeVar("R")

NAMING = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
    "pk": "pk_%(table_name)s",
}


class Instant(TypeDecorator[datetime]):
    """An aware instant in UTC; SQLite keeps it as text without a zone, PostgreSQL as timestamptz."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("an instant needs a time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Any) -> datetime | None:
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Document = JSON().with_variant(JSONB(), "postgresql")
"""A JSON column whose key order does not matter."""

Verbatim = JSON()
"""A JSON column that gives back what was put in, key order included, on both databases."""


class Exact(TypeDecorator[Decimal]):
    """A decimal number to six places: NUMERIC on PostgreSQL; on SQLite a REAL, which holds twelve digits exactly."""

    impl = Numeric(12, 6)
    cache_ok = True

    def load_dialect_impl(self, dialect: Any) -> Any:
        return dialect.type_descriptor(Double() if dialect.name == "sqlite" else Numeric(12, 6))

    def process_bind_param(self, value: Any, dialect: Any) -> Any:
        if value is None:
            return None
        exact = Decimal(value).quantize(_MILLIONTH)
        return float(exact) if dialect.name == "sqlite" else exact

    def process_result_value(self, value: Any, dialect: Any) -> Decimal | None:
        if value is None:
            return None
        return (value if isinstance(value, Decimal) else Decimal(repr(value))).quantize(_MILLIONTH)


_MILLIONTH = Decimal("0.000001")


class Base(DeclarativeBase):
    """Base of all tables."""

    registry = registry(
        metadata=MetaData(naming_convention=NAMING),
        type_annotation_map={datetime: Instant, dict[str, Any]: Document, list[Any]: Document, list[str]: Document},
    )


db = SQLAlchemy(model_class=Base, session_options={"expire_on_commit": False, "autoflush": True})

if TYPE_CHECKING:
    Model = Base
else:
    Model = db.Model

_writing: ContextVar[bool] = ContextVar("unit_of_work", default=False)


@event.listens_for(Engine, "connect")
def _prepare_sqlite(connection: Any, _record: Any) -> None:
    if not isinstance(connection, sqlite3.Connection):
        return
    connection.isolation_level = None  # we say BEGIN ourselves
    for pragma in ("journal_mode=WAL", "foreign_keys=ON", "busy_timeout=15000", "synchronous=FULL"):
        connection.execute(f"PRAGMA {pragma}")


@event.listens_for(Engine, "begin")
def _begin(connection: Any) -> None:
    """A reader that turns writer fails at once with "busy": a unit of work begins as a writer."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("BEGIN IMMEDIATE" if _writing.get() else "BEGIN")


def inserting(table: Any, dialect: str) -> Any:
    """An INSERT of this dialect ("sqlite", "postgresql") that can say what to do about a row that is there already."""
    return (postgresql if dialect == "postgresql" else sqlite).insert(table)


def is_writing() -> bool:
    """Whether a unit of work is open here."""
    return _writing.get()


@contextmanager
def _unit() -> Iterator[None]:
    if _writing.get():  # an inner unit joins the outer one
        yield
        return
    session = db.session
    if session.new or session.dirty or session.deleted:
        raise RuntimeError("rows were changed outside a unit of work")
    session.commit()  # ends the read transaction; nothing is expired
    token = _writing.set(True)
    try:
        yield
        for finish in list(unit_notes().pop("before_commit", {}).values()):
            finish()
        session.commit()
    except BaseException:
        session.rollback()
        _undo(session.info.pop("unit", {}))
        raise
    finally:
        _writing.reset(token)
    for nudge in session.info.pop("unit", {}).get("after_commit", []):
        nudge()


@contextmanager
def savepoint() -> Iterator[None]:
    """A part of the unit of work that may fail alone: its rows, and what it noted for the end, are then taken back."""
    notes = unit_notes()
    before = {name: copy.copy(noted) for name, noted in notes.items()}
    try:
        with db.session.begin_nested():
            yield
    except BaseException:
        _undo(notes, besides=before.get("undone", ()))
        notes.clear()
        notes.update(before)
        raise


def take_back() -> None:
    """Undo what the present unit of work has done so far, for a view that shows its form again instead of raising."""
    db.session.rollback()
    _undo(db.session.info.pop("unit", {}))


def unit_notes() -> dict[str, Any]:
    """What the present unit of work remembers until it ends, whichever way."""
    notes: dict[str, Any] = db.session.info.setdefault("unit", {})
    return notes


@overload
def unit_of_work(function: Callable[P, R]) -> Callable[P, R]: ...
@overload
def unit_of_work() -> AbstractContextManager[None]: ...
def unit_of_work(function: Callable[P, R] | None = None) -> Callable[P, R] | AbstractContextManager[None]:
    """Commit once at the end, or roll back on any error; as a decorator of a view or as a ``with`` block.

    Nothing else in the house commits. A unit inside a unit joins it.
    """
    if function is None:
        return _unit()

    @functools.wraps(function)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        if has_request_context() and request.method in ("GET", "HEAD", "OPTIONS"):
            return function(*args, **kwargs)  # reads never write
        with _unit():
            return function(*args, **kwargs)

    wrapper.unit_of_work = True  # type: ignore[attr-defined]
    return wrapper


def write_rows(table: type[Any], rows: Sequence[Mapping[str, Any]]) -> None:
    """UPDATE many rows by ``id`` in one go; each row names the same columns. What the session holds of them is read
    anew when it is next looked at."""
    db.session.flush()
    db.session.execute(update(table), rows)
    changed = {row["id"] for row in rows}
    for held in db.session.identity_map.values():
        if isinstance(held, table) and inspect(held).identity[0] in changed:
            db.session.expire(held)


def before_commit(name: str, finish: Callable[[], None]) -> None:
    """Run ``finish`` once, just before the present unit of work commits; a second call under ``name`` is dropped."""
    unit_notes().setdefault("before_commit", {}).setdefault(name, finish)


def when_undone(forget: Callable[[], None]) -> None:
    """Run ``forget`` if what the present unit of work has done so far is rolled back: for what was kept of it outside
    the database."""
    unit_notes().setdefault("undone", []).append(forget)


def _undo(notes: dict[str, Any], besides: Collection[Callable[[], None]] = ()) -> None:
    for forget in notes.get("undone", ()):
        if forget not in besides:
            forget()


def after_commit(nudge: Callable[[], None]) -> None:
    """Run ``nudge`` after the present unit of work has committed; it must not matter if it never runs."""
    unit_notes().setdefault("after_commit", []).append(nudge)
