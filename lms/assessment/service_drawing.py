"""Drawing the paper of an attempt: keeping what it was drawn from, and counting which items it uses."""

import functools
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, bindparam, literal, select, update

from lms.assessment import papers
from lms.assessment.content import Exam as ExamDefinition
from lms.assessment.models import Exam
from lms.assessment.models_plans import ItemUse, PaperPool
from lms.assessment.queries_papers import RULE, balance_of, body_of, stored_paper, worn_items
from lms.assessment.queries_stock import Drawable, Purpose, drawable
from lms.core.database import db, inserting
from lms.core.errors import Conflict
from lms.core.texts import N_, Message
from lms.question_bank.models import Item


@dataclass(frozen=True, slots=True)
class DrawnPaper:
    """A paper as it is kept with an attempt, and what it was drawn with."""

    places: list[dict[str, Any]]
    drawing: dict[str, Any]


def draw_paper(
    plan: ExamDefinition, purpose: Purpose, seed: int, seen: Collection[int], *, now: datetime
) -> DrawnPaper:
    """Draw a paper; the same seed, pool and avoided items give the same again. Raises ``Conflict`` on a shortage."""
    about, held = purpose.about, drawable(plan, purpose)
    stock = held.stock
    if isinstance(stock.found, papers.Shortage):
        raise Conflict(_shortage(stock.found))
    known = sorted(stock.ids.intersection(seen))
    worn = worn_items(plan, held.uses, purpose.papers)
    drawn = papers.paper(
        stock.found, seed=seed, avoid=papers.Avoid(frozenset(known), frozenset(worn)), about=about,
        balance=balance_of(plan, about), shuffle=plan.shuffle.items,
    )  # fmt: skip
    places = stored_paper(drawn, stock.pool.definitions, seed, shuffle_options=plan.shuffle.options)
    return DrawnPaper(places, {"rule": RULE, "pool": _kept(held, now), "seen": known, "worn": worn, "about": about})


def _shortage(found: papers.Shortage) -> Message:
    values = {"section": found.section + 1, "wanted": found.wanted, "available": found.available}
    return Message(
        N_(
            "This exam cannot be drawn: part %(section)s asks for %(wanted)s questions and only "
            "%(available)s can be had. Tell the trainer who owns it."
        ),
        values,
    )


def _kept(held: Drawable, now: datetime) -> str:
    """Keep the pool if it is new; its digest."""
    sha256 = held.stock.sha256
    if not held.is_kept:
        row = {"sha256": sha256, "body": body_of(held.stock.pool), "first_used_at": now}
        db.session.execute(inserting(PaperPool, db.engine.dialect.name).values(row).on_conflict_do_nothing())
    return sha256


def count_paper(exam_id: int, places: list[dict[str, Any]]) -> None:
    """Count a paper that was given out, and the items in it; last in its unit of work, for others wait for the rows."""
    values = {"of_exam": exam_id, "items": [place["item_id"] for place in places]}
    db.session.flush()
    connection = db.session.connection()
    connection.execute(_count_items(connection.dialect.name), values)
    connection.execute(_COUNT_PAPER, values)


_COUNT_PAPER = update(Exam.__table__).where(Exam.id == bindparam("of_exam")).values(papers=Exam.papers + 1)  # type: ignore[arg-type]


@functools.cache
def _count_items(dialect: str) -> Any:
    """The statement, put together once; by id, so that two papers never wait for each other."""
    rows = (
        select(bindparam("of_exam", type_=Integer), Item.id, literal(1))
        .where(Item.id.in_(bindparam("items", expanding=True)))
        .order_by(Item.id)
    )
    return (
        inserting(ItemUse.__table__, dialect)
        .from_select(["exam_id", "item_id", "papers"], rows)
        .on_conflict_do_update(index_elements=["exam_id", "item_id"], set_={"papers": ItemUse.papers + 1})
    )
