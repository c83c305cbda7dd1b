"""Keeping the summaries: what is due is counted anew, again and again the same; a rebuild gives the same numbers.

Whoever writes summaries holds the one row of ``summary_state``. Grading only notes that an attempt is due, in a row of
its own, so that nobody who hands in waits for anybody else.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from itertools import islice
from typing import Any

from sqlalchemy import bindparam, delete, insert, select, text, update
from sqlalchemy.dialects import postgresql, sqlite

from lms.assessment.models import Attempt
from lms.core.database import db
from lms.reporting import queries_summaries as queries
from lms.reporting.models import (
    SummaryDue,
    SummaryState,
    SummedAttempt,
    SummedMark,
    SummedPick,
    SummedPlace,
    SummedTotal,
)
from lms.reporting.summaries import Counts, Standing

BATCH = 500
ROWS_AT_ONCE = 5000


def note(attempt_ids: Iterable[int]) -> None:
    """These attempts are to be counted anew."""
    if rows := [{"attempt_id": attempt_id} for attempt_id in attempt_ids]:
        db.session.execute(insert(SummaryDue), rows)


def note_all_of(person_id: int, exam_key: str) -> None:
    """All attempts of somebody at an exam are to be counted anew: another one may be the first that stands now."""
    mine = (Attempt.person_id == person_id, Attempt.kind == "exam", Attempt.subject == exam_key)
    note(db.session.scalars(select(Attempt.id).where(*mine)))


def count_due(now: datetime, limit: int = BATCH) -> int:
    """Count anew what is due, the oldest first; returns how many notes were worked on. Idempotent."""
    state = _locked()
    noted = queries.due(limit)
    if not noted:
        return 0
    attempt_ids = {attempt_id for _, attempt_id in noted}
    before, after = queries.counted(attempt_ids), queries.standings(attempt_ids)
    change = queries.counts_of(after).plus(queries.counts_of(before), -1)
    db.session.execute(delete(SummedAttempt).where(SummedAttempt.attempt_id.in_(attempt_ids)))
    _insert(SummedAttempt, (one._asdict() for one in after))
    _apply(change)
    db.session.execute(delete(SummaryDue).where(SummaryDue.id.in_([row_id for row_id, _ in noted])))
    state.changes, state.counted_at = state.changes + 1, now
    return len(noted)


def exam_versions() -> list[int]:
    """The exam versions that have, or had, something to be counted."""
    query = select(Attempt.exam_version_id).where(*queries.COUNTED).union(select(SummedAttempt.exam_version_id))
    return sorted(version_id for (version_id,) in db.session.execute(query) if version_id is not None)


def rebuild(exam_version_id: int, now: datetime) -> int:
    """Throw the summaries of an exam version away and count all of it anew; returns how many attempts it has."""
    state = _locked()
    for table in (SummedTotal, SummedMark, SummedPlace, SummedPick, SummedAttempt):
        db.session.execute(delete(table).where(table.exam_version_id == exam_version_id))
    # One statement says which attempts count and with which grades; all others read what it wrote, so that somebody
    # who hands in meanwhile is counted wholly or not at all.
    standing = queries.standing_now().where(Attempt.exam_version_id == exam_version_id)
    result: Any = db.session.execute(insert(SummedAttempt).from_select(list(Standing._fields), standing))
    _let_the_planner_know()
    with _staged(exam_version_id):
        for table, query in (
            (SummedTotal, queries.totals_of(exam_version_id)),
            (SummedMark, queries.marks_of(exam_version_id)),
            (SummedPlace, queries.places_of(exam_version_id)),
            (SummedPick, queries.picks_of(exam_version_id)),
        ):
            db.session.execute(insert(table).from_select(list(table.__table__.c), query))
    state.changes, state.counted_at = state.changes + 1, now
    return int(result.rowcount)


@contextmanager
def _staged(exam_version_id: int) -> Iterator[None]:
    """Answers counted once, in tables that only this connection sees; a failure takes them along."""
    connection = db.session.connection()
    for table in (queries.STAGED, queries.CHOSEN):
        table.create(connection)
    db.session.execute(insert(queries.STAGED).from_select(list(queries.STAGED.c), queries.staged_of(exam_version_id)))
    _insert(queries.CHOSEN, queries.chosen())
    yield
    for table in (queries.STAGED, queries.CHOSEN):
        table.drop(connection)


def _let_the_planner_know() -> None:
    """PostgreSQL plans for a handful of rows until it has looked at what was just written, and sorts on disk."""
    if db.engine.dialect.name == "postgresql":
        db.session.execute(text("ANALYZE summed_attempts"))
        db.session.execute(text("SET LOCAL work_mem = '64MB'"))
        db.session.execute(text("SET LOCAL jit = off"))


# ---- writing -----------------------------------------------------------------------------


def _locked() -> SummaryState:
    """The one row that all who write summaries lock; made when it is not there yet."""
    row = db.session.get(SummaryState, 1, with_for_update=True, populate_existing=True)
    if row is None:
        db.session.execute(_upsert(SummaryState).values(id=1, changes=0).on_conflict_do_nothing())
        row = db.session.get(SummaryState, 1, with_for_update=True, populate_existing=True)
    assert row is not None
    return row


def _apply(change: Counts) -> None:
    """Add the change to the summaries; rows that come to nothing go."""
    totals = ({**key._asdict(), "n": change.totals[key], "passed": change.passed[key]}
              for key in change.totals.keys() | change.passed.keys())  # fmt: skip
    _add(SummedTotal, totals)
    _add(SummedMark, ({**key._asdict(), "n": n} for key, n in change.marks.items()))
    _add(SummedPlace, ({**key._asdict(), "n": n} for key, n in change.places.items()))
    _add(SummedPick, ({**key._asdict(), "n": n} for key, n in change.picks.items()))


def _upsert(table: Any) -> Any:
    return {"postgresql": postgresql, "sqlite": sqlite}[db.engine.dialect.name].insert(table)


def _insert(table: Any, rows: Iterable[Mapping[str, Any]]) -> None:
    left = iter(rows)
    while batch := list(islice(left, ROWS_AT_ONCE)):
        db.session.execute(insert(table), batch)


def _add(table: Any, rows: Iterable[Mapping[str, Any]]) -> None:
    """Add numbers to rows by their key: what can stand alone is put in or added, the rest is in already."""
    new, known = list[Any](), list[Any]()
    for row in rows:
        (new if row["n"] > 0 and 0 <= row.get("passed", 0) <= row["n"] else known).append(row)
    key = [column.name for column in table.__table__.primary_key]
    numbers = [name for name in ("n", "passed") if name in table.__table__.c]
    if new:
        put = _upsert(table)
        sums = {name: getattr(table, name) + put.excluded[name] for name in numbers}
        db.session.execute(put.on_conflict_do_update(index_elements=key, set_=sums), new)
    if known:
        bound = [{f"key_{name}" if name in key else f"add_{name}": value for name, value in row.items()} for row in known]
        change = update(table.__table__).where(*(table.__table__.c[name] == bindparam(f"key_{name}") for name in key))
        sums = {name: table.__table__.c[name] + bindparam(f"add_{name}") for name in numbers}
        db.session.connection().execute(change.values(sums), bound)
        db.session.execute(delete(table).where(table.n == 0))
