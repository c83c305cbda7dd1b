"""Drawing the paper of an attempt: keeping what it was drawn from, and counting which items it uses."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import literal, select, update
from sqlalchemy.dialects import postgresql, sqlite

from lms.assessment import papers
from lms.assessment.content import Exam as ExamDefinition
from lms.assessment.models import Exam
from lms.assessment.models_plans import ItemUse, PaperPool
from lms.assessment.queries_papers import RULE, balance_of, body_of, stored_paper, worn_items
from lms.assessment.queries_stock import Drawable, Purpose, drawable
from lms.core.database import db
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
        db.session.execute(_insert(PaperPool).values(row).on_conflict_do_nothing())
    return sha256


def count_paper(exam_id: int, places: list[dict[str, Any]]) -> None:
    """Count a paper that was given out, and the items in it; last in its unit of work, for others wait for the rows."""
    ids = [place["item_id"] for place in places]
    rows = select(literal(exam_id), Item.id, literal(1)).where(Item.id.in_(ids)).order_by(Item.id)  # by id: no deadlock
    db.session.flush()
    db.session.execute(
        _insert(ItemUse)
        .from_select(["exam_id", "item_id", "papers"], rows)
        .on_conflict_do_update(index_elements=["exam_id", "item_id"], set_={"papers": ItemUse.papers + 1})
    )
    one_more = update(Exam).where(Exam.id == exam_id).values(papers=Exam.papers + 1)
    db.session.execute(one_more.execution_options(synchronize_session=False))


def _insert(model: Any) -> Any:
    """An INSERT that can say what to do about a row that is there already."""
    dialect = postgresql if db.engine.dialect.name == "postgresql" else sqlite
    return dialect.insert(model)
