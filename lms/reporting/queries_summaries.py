"""What attempts add to the summaries: of some attempts row by row, of a whole exam version counted by the database."""

import json
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    BigInteger,
    Column,
    Integer,
    MetaData,
    Numeric,
    Select,
    Table,
    Text,
    and_,
    case,
    cast,
    func,
    literal,
    literal_column,
    select,
    type_coerce,
)
from sqlalchemy.orm import aliased

from lms.assessment.models import Attempt, Grade, Response
from lms.core.database import db
from lms.question_bank import queries as bank
from lms.reporting.models import MILLION, SummaryDue, SummedAttempt
from lms.reporting.picks import picks
from lms.reporting.summaries import Counts, Standing

COUNTED = (Attempt.kind == "exam", Attempt.is_first.is_(True), Attempt.state == "graded")
"""Which attempts statistics take."""


def _millionths(column: Any) -> Any:
    return cast(func.round(type_coerce(column, Numeric) * literal_column(str(MILLION))), BigInteger)


def standing_now() -> Select[Any]:
    """The standings of attempts that statistics take, as they are now; the columns are those of ``SummedAttempt``."""
    last = select(func.max(Grade.id)).where(Grade.attempt_id == Attempt.id).correlate(Attempt).scalar_subquery()
    return select(
        Attempt.id.label("attempt_id"),
        Attempt.exam_version_id,
        Attempt.language,
        _millionths(Attempt.score).label("total"),
        _millionths(Attempt.max_score).label("most"),
        case((Attempt.passed.is_(True), 1), else_=0).label("passed"),
        func.coalesce(last, 0).label("grade_id"),
    ).where(*COUNTED)


def standings(attempt_ids: Collection[int]) -> list[Standing]:
    """How these attempts are to be counted now; those that count for nothing are left out."""
    return [Standing(*row) for row in db.session.execute(standing_now().where(Attempt.id.in_(attempt_ids)))]


def counted(attempt_ids: Collection[int]) -> list[Standing]:
    """How these attempts are counted in the summaries; those that are not are left out."""
    columns = [getattr(SummedAttempt, name) for name in Standing._fields]
    query = select(*columns).where(SummedAttempt.attempt_id.in_(attempt_ids))
    return [Standing(*row) for row in db.session.execute(query)]


def due(limit: int, exam_version_id: int | None = None) -> list[tuple[int, int]]:
    """(row, attempt) of what is to be counted anew, the oldest first; of one exam version or of all."""
    query = select(SummaryDue.id, SummaryDue.attempt_id).order_by(SummaryDue.id).limit(limit)
    if exam_version_id is not None:
        query = query.join(Attempt, Attempt.id == SummaryDue.attempt_id).where(Attempt.exam_version_id == exam_version_id)
    return [(row_id, attempt_id) for row_id, attempt_id in db.session.execute(query)]


# ---- some attempts, row by row ---------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Given:
    item_version_id: int
    points: int
    most: int


def counts_of(attempts: Iterable[Standing]) -> Counts:
    """What these attempts add to the summaries; three statements."""
    by_id = {one.attempt_id: one for one in attempts}
    counts = Counts()
    if not by_id:
        return counts
    grades, answers = _grades(by_id), _answers(by_id)
    items = bank.items({given.item_version_id for given in grades.values()})
    for one in by_id.values():
        counts.count_total(one)
    for (attempt_id, slot), given in grades.items():
        one, item = by_id[attempt_id], items[given.item_version_id]
        counts.count_mark(one, slot, given.item_version_id, given.points, given.most)
        counts.count_picks(one, given.item_version_id, picks(item, answers.get((attempt_id, slot))))
    return counts


def _grades(attempts: Mapping[int, Standing]) -> dict[tuple[int, int], _Given]:
    """The grade that held of each place when the attempt stood so."""
    query = (
        select(Grade.id, Grade.attempt_id, Grade.slot, Grade.item_version_id, Grade.points, Grade.max_points)
        .where(Grade.attempt_id.in_(attempts))
        .order_by(Grade.attempt_id, Grade.slot, Grade.number)
    )
    return {
        (attempt_id, slot): _Given(version_id, _whole(points), _whole(most))
        for grade_id, attempt_id, slot, version_id, points, most in db.session.execute(query)
        if grade_id <= attempts[attempt_id].grade_id
    }


def _whole(points: Decimal) -> int:
    return int(points * MILLION)


def _answers(attempt_ids: Collection[int]) -> dict[tuple[int, int], Any]:
    """The latest answer in time of each place."""
    query = (
        select(Response.attempt_id, Response.slot, Response.answer)
        .where(Response.attempt_id.in_(attempt_ids), Response.is_late.is_(False))
        .order_by(Response.attempt_id, Response.slot, Response.seq)
    )
    return {(attempt_id, slot): answer for attempt_id, slot, answer in db.session.execute(query)}


# ---- a whole exam version, counted by the database ----------------------------------------


STAGED = Table(
    "staged_answers",
    MetaData(),
    Column("item_version_id", Integer),
    Column("language", Text),
    Column("most", BigInteger),
    Column("points", BigInteger),
    Column("total", BigInteger),
    Column("answer", Text),
    Column("n", BigInteger),
    prefixes=["TEMPORARY"],
    postgresql_on_commit="DROP",
)
"""What was given of one exam version, in a table of the rebuild alone: equal answers by people of equal totals are one
row. ``answer`` is JSON, empty where nothing was answered."""

CHOSEN = Table(
    "staged_picks",
    MetaData(),
    Column("item_version_id", Integer),
    Column("answer", Text),
    Column("part", Text),
    Column("pick", Text),
    prefixes=["TEMPORARY"],
    postgresql_on_commit="DROP",
)
"""What each of those answers chose, see picks.py."""


def _held(*columns: Any) -> Select[Any]:
    """Over the grades that hold of counted attempts."""
    later = aliased(Grade)
    replaced = select(later.id).where(
        later.attempt_id == Grade.attempt_id,
        later.slot == Grade.slot,
        later.number > Grade.number,
        later.number > 1,  # follows from the line above; says that few grades are meant, so that they are read first
        later.id <= SummedAttempt.grade_id,
    )
    return (
        select(*columns)
        .select_from(SummedAttempt)
        .join(Grade, and_(Grade.attempt_id == SummedAttempt.attempt_id, Grade.id <= SummedAttempt.grade_id))
        .where(~replaced.exists())
    )


def totals_of(exam_version_id: int) -> Select[Any]:
    """Rows of ``SummedTotal``, from ``SummedAttempt``."""
    key = (SummedAttempt.exam_version_id, SummedAttempt.language, SummedAttempt.most, SummedAttempt.total)
    columns: list[Any] = [*key, func.count().label("n"), func.sum(SummedAttempt.passed).label("passed")]
    return select(*columns).where(SummedAttempt.exam_version_id == exam_version_id).group_by(*key)


def places_of(exam_version_id: int) -> Select[Any]:
    """Rows of ``SummedPlace``, from ``SummedAttempt`` and the grades."""
    key = (SummedAttempt.exam_version_id, Grade.slot, Grade.points)
    raw = _held(*key, func.count().label("n")).where(SummedAttempt.exam_version_id == exam_version_id)
    counted = raw.group_by(*key).subquery()  # before they are rounded: grouping is dear, and there are few points
    c, points = counted.c, _millionths(counted.c.points).label("points")
    return _summed(select(c.exam_version_id, c.slot, points, c.n).subquery())


def staged_of(exam_version_id: int) -> Select[Any]:
    """Rows of ``STAGED``, from ``SummedAttempt``, the grades and the answers."""
    latest = aliased(Response)
    newer = select(latest.id).where(
        latest.attempt_id == Response.attempt_id,
        latest.slot == Response.slot,
        latest.seq > Response.seq,
        latest.is_late.is_(False),
    )
    answers = (
        select(Response.attempt_id, Response.slot, cast(Response.answer, Text).label("answer"))
        .join(SummedAttempt, SummedAttempt.attempt_id == Response.attempt_id)
        .where(SummedAttempt.exam_version_id == exam_version_id, Response.is_late.is_(False), ~newer.exists())
        .subquery()
    )
    given = and_(answers.c.attempt_id == Grade.attempt_id, answers.c.slot == Grade.slot)
    key = (
        Grade.item_version_id, SummedAttempt.language, Grade.max_points, Grade.points, SummedAttempt.total,
        answers.c.answer,
    )  # fmt: skip
    raw = _held(*key, func.count().label("n")).outerjoin(answers, given)
    counted = raw.where(SummedAttempt.exam_version_id == exam_version_id).group_by(*key).subquery()
    c = counted.c
    points = (_millionths(c.max_points), _millionths(c.points))
    return select(c.item_version_id, c.language, *points, c.total, func.coalesce(c.answer, ""), c.n)


def marks_of(exam_version_id: int) -> Select[Any]:
    """Rows of ``SummedMark``, from ``STAGED``."""
    c = STAGED.c
    columns = (c.item_version_id, c.language, c.most, c.points, c.total)
    return select(literal(exam_version_id), *columns, func.sum(c.n)).group_by(*columns)


def chosen() -> Iterator[dict[str, Any]]:
    """Rows of ``CHOSEN``, from ``STAGED``."""
    c = STAGED.c
    given = db.session.execute(select(c.item_version_id, c.answer).distinct()).all()
    items = bank.items({version_id for version_id, _ in given})
    for version_id, answer in given:
        for part, pick in picks(items[version_id], json.loads(answer) if answer else None):
            yield {"item_version_id": version_id, "answer": answer, "part": part, "pick": pick}


def picks_of(exam_version_id: int) -> Select[Any]:
    """Rows of ``SummedPick``, from ``STAGED`` and ``CHOSEN``."""
    same = and_(CHOSEN.c.item_version_id == STAGED.c.item_version_id, CHOSEN.c.answer == STAGED.c.answer)
    key = (STAGED.c.item_version_id, CHOSEN.c.part, CHOSEN.c.pick, STAGED.c.total)
    query = select(literal(exam_version_id), *key, func.sum(STAGED.c.n)).join_from(STAGED, CHOSEN, same)
    return query.group_by(*key)


def _summed(rows: Any) -> Select[Any]:
    """The sum of ``n`` by all other columns."""
    key = [column for column in rows.c if column.name != "n"]
    return select(*key, func.sum(rows.c.n).label("n")).group_by(*key)
