"""Drawing the paper of an attempt: keeping what it was drawn from, and counting which items it uses."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.dialects import postgresql, sqlite

from lms.assessment import papers
from lms.assessment.content import Exam as ExamDefinition
from lms.assessment.models import Exam
from lms.assessment.models_plans import ItemUse, PaperPool
from lms.assessment.queries_papers import (
    RULE,
    Pool,
    balance_of,
    body_of,
    digest_of,
    is_kept,
    pool_of,
    stored_paper,
    worn_items,
)
from lms.core.database import db
from lms.core.errors import Conflict
from lms.core.texts import N_, Message


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a paper is for: an exam that has drawn so many papers before, or the check of a lesson (``about``)."""

    exam_id: int | None = None
    papers: int = 0
    about: str | None = None


@dataclass(frozen=True, slots=True)
class DrawnPaper:
    """A paper as it is kept with an attempt, and what it was drawn with."""

    places: list[dict[str, Any]]
    drawing: dict[str, Any]


def draw_paper(
    plan: ExamDefinition, purpose: Purpose, seed: int, seen: Collection[int], *, now: datetime
) -> DrawnPaper:
    """Draw a paper; the same seed, pool and avoided items give the same again. Raises ``Conflict`` on a shortage."""
    about = purpose.about
    pool = pool_of(plan, purpose.exam_id, with_steps=about is not None)
    found = papers.supply(plan.sections, pool.items, worth=pool.worth, about=about)
    if isinstance(found, papers.Shortage):
        raise Conflict(_shortage(found))
    ids = {item.item_id for item in pool.items}
    known = sorted(ids.intersection(seen))
    worn = worn_items(plan, pool, purpose.papers)
    drawn = papers.paper(
        found, seed=seed, avoid=papers.Avoid(frozenset(known), frozenset(worn)), about=about,
        balance=balance_of(plan, about), shuffle=plan.shuffle.items,
    )  # fmt: skip
    places = stored_paper(drawn, pool.definitions, seed, shuffle_options=plan.shuffle.options)
    return DrawnPaper(places, {"rule": RULE, "pool": _kept(pool, now), "seen": known, "worn": worn, "about": about})


def _shortage(found: papers.Shortage) -> Message:
    values = {"section": found.section + 1, "wanted": found.wanted, "available": found.available}
    return Message(
        N_(
            "This exam cannot be drawn: part %(section)s asks for %(wanted)s questions and only "
            "%(available)s can be had. Tell the trainer who owns it."
        ),
        values,
    )


def _kept(pool: Pool, now: datetime) -> str:
    """Keep the pool if it is new; its digest."""
    body = body_of(pool)
    sha256 = digest_of(body)
    if not is_kept(sha256):
        row = {"sha256": sha256, "body": body, "first_used_at": now}
        db.session.execute(_insert(PaperPool).values(row).on_conflict_do_nothing())
    return sha256


def count_paper(exam_id: int, places: list[dict[str, Any]]) -> None:
    """Count a paper that was given out, and the items in it; last in its unit of work, for others wait for the rows."""
    rows = [{"exam_id": exam_id, "item_id": item_id, "papers": 1} for item_id in sorted(p["item_id"] for p in places)]
    db.session.flush()
    db.session.execute(
        _insert(ItemUse)
        .values(rows)
        .on_conflict_do_update(index_elements=["exam_id", "item_id"], set_={"papers": ItemUse.papers + 1})
    )
    one_more = update(Exam).where(Exam.id == exam_id).values(papers=Exam.papers + 1)
    db.session.execute(one_more.execution_options(synchronize_session=False))


def _insert(model: Any) -> Any:
    """An INSERT that can say what to do about a row that is there already."""
    dialect = postgresql if db.engine.dialect.name == "postgresql" else sqlite
    return dialect.insert(model)
