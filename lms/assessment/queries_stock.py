"""What papers of one plan are drawn from, made once per process and made anew when the bank says something else.

Reading a pool, laying out its places, finding the target and the digest costs more than drawing a paper. All of it
follows from the plan's version and from few columns of the items, the *mark* of the pool, which the database puts
together in one statement at every start: what is remembered is used only under the very same mark. So there is nothing
to be told of a change, whichever process made it, and a unit of work that fails leaves nothing wrong behind.
"""

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from flask import current_app
from sqlalchemy import ColumnElement, Select, String, bindparam, cast, exists, func, null, select

from lms.assessment import papers
from lms.assessment.content import Exam as ExamDefinition
from lms.assessment.content import sources_of
from lms.assessment.models_plans import ItemFacility, ItemUse, PaperPool
from lms.assessment.queries_papers import Pool, body_of, digest_of, pool_of
from lms.core.database import db, is_writing, when_undone
from lms.question_bank import queries as bank

MOST = 200
"""Plans whose stock is remembered; with more, all is made anew."""

_NAME = "lms.stocks"


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a paper is for: a version of an exam that has drawn so many papers before, or of a lesson whose check
    (``about``) it is."""

    version_id: int
    exam_id: int | None = None
    papers: int = 0
    about: str | None = None


@dataclass(frozen=True, slots=True)
class Stock:
    """A pool, the mark it was read under, the supply it gives the plan, and its digest; ``pool.uses`` is not current."""

    mark: str
    pool: Pool
    ids: frozenset[int]
    found: papers.Supply | papers.Shortage
    sha256: str


@dataclass(frozen=True, slots=True)
class Drawable:
    """A stock as it is now: whether its pool is kept already, and by item the papers of the exam it stood in, which
    are read only where the plan has a cap."""

    stock: Stock
    is_kept: bool
    uses: Mapping[int, int]


def drawable(plan: ExamDefinition, purpose: Purpose) -> Drawable:
    """What a paper of the plan is drawn from at this moment; one statement unless the bank has changed."""
    known: dict[tuple[int, str | None], Stock] = current_app.extensions.setdefault(_NAME, {})
    name = (purpose.version_id, purpose.about)
    stock = known.get(name)
    row = _read(plan, purpose, stock)
    if stock is None or stock.mark != row.mark:
        stock = _made(plan, purpose, row.mark)
        row = _read(plan, purpose, stock)
        if row.mark == stock.mark:  # else the bank changed while it was read
            if len(known) >= MOST:
                known.clear()
            known[name] = stock
            if is_writing():  # the version may never have been: SQLite gives ids away again after a rollback
                when_undone(functools.partial(_forget, known, name))
    return Drawable(stock, row.is_kept, _uses(row.uses, stock))


def _forget(known: dict[tuple[int, str | None], Stock], name: tuple[int, str | None]) -> None:
    known.pop(name, None)


def _read(plan: ExamDefinition, purpose: Purpose, stock: Stock | None) -> Any:
    counts_uses = plan.exposure_cap is not None and purpose.papers > 0
    values = {"sha256": stock.sha256 if stock else "", "exam_id": purpose.exam_id}
    return db.session.execute(_statement(_names(plan), counts_uses), values).one()


def _made(plan: ExamDefinition, purpose: Purpose, mark: str) -> Stock:
    pool = pool_of(plan, purpose.exam_id, with_steps=purpose.about is not None)
    found = papers.supply(plan.sections, pool.items, worth=pool.worth, about=purpose.about)
    ids = frozenset(item.item_id for item in pool.items)
    return Stock(mark, pool, ids, found, digest_of(body_of(pool)))


def _uses(text: str | None, stock: Stock) -> dict[int, int]:
    pairs = (pair.split(":") for pair in (text or "").split(",") if pair)
    uses = {int(item_id): int(used) for item_id, used in pairs}
    return {item_id: used for item_id, used in uses.items() if item_id in stock.ids}


# ---- the statement --------------------------------------------------------------------

Names = tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]


def _names(plan: ExamDefinition) -> Names:
    sources = sources_of(plan)
    return tuple(sources["topics"]), tuple(sources["sop"]), tuple(sources["keys"])


@functools.lru_cache(MOST)
def _statement(names: Names, counts_uses: bool) -> Select[*tuple[Any, ...]]:
    """The mark of the pool; whether the pool remembered is kept; the exam's uses as "item:papers,…"."""
    topics, sop, keys = names
    item = bank.pool_query(topics=topics, sop=sop, keys=keys).subquery()
    line = _joined(":", item.c.id, item.c.version_id, item.c.topic, item.c.position, item.c.type, item.c.difficulty)
    measured = func.coalesce(_joined(":", ItemFacility.n, ItemFacility.mean), "")
    mark = (
        select(func.aggregate_strings(line + ":" + measured, ","))
        .select_from(item)
        .outerjoin(ItemFacility, ItemFacility.item_version_id == item.c.version_id)
    )
    used: Any = select(func.aggregate_strings(_joined(":", ItemUse.item_id, ItemUse.papers), ",")).where(
        ItemUse.exam_id == bindparam("exam_id")
    )
    is_kept = exists().where(PaperPool.sha256 == bindparam("sha256"))
    return select(
        func.coalesce(mark.scalar_subquery(), "").label("mark"),
        is_kept.label("is_kept"),
        (used.scalar_subquery() if counts_uses else null()).label("uses"),
    )


def _joined(between: str, *columns: Any) -> ColumnElement[str]:
    texts = [cast(column, String) for column in columns]
    return functools.reduce(lambda left, right: left + between + right, texts)
