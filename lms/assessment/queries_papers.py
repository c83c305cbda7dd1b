"""Reads of what papers are drawn from: worth and use of items, kept pools, and drawing a paper once more."""

import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from random import Random
from typing import Any

from sqlalchemy import or_, select

from lms.assessment import papers, queries
from lms.assessment.balancing import Worth, expected_percent, expected_share
from lms.assessment.content import Exam as ExamDefinition
from lms.assessment.content import sources_of
from lms.assessment.models import Attempt
from lms.assessment.models_plans import ItemFacility, ItemUse, PaperPool
from lms.core.database import db
from lms.core.texts import N_, Message
from lms.question_bank import item_types
from lms.question_bank import queries as bank
from lms.question_bank.items import AnyItem
from lms.question_bank.models import Item
from lms.question_bank.panels import is_unfit_for_exams
from lms.question_bank.pool import PoolItem

RULE = 1
"""The rule by which papers are drawn now; another way of drawing gets another number."""


@dataclass(frozen=True, slots=True)
class Pool:
    """What a paper is drawn from at this moment, by item: ``measured`` counts the graded first attempts behind its
    worth, ``uses`` the papers of the exam that it stood in; ``unfit`` keys of items that exams pass over."""

    items: tuple[PoolItem, ...]
    worth: Mapping[int, Worth]
    measured: Mapping[int, int]
    uses: Mapping[int, int]
    definitions: Mapping[int, AnyItem]
    unfit: tuple[str, ...] = ()


def pool_of(plan: ExamDefinition, exam_id: int | None, *, with_steps: bool = False) -> Pool:
    """All that a plan may draw now, with what is known of it; ``exam_id`` is none for the check of a lesson.

    A feeling on which people do not agree is asked in lessons only.
    """
    sources = sources_of(plan)
    sources["with_steps"] = sources["with_steps"] or with_steps
    items = bank.pool(**sources)
    definitions = bank.items(item.version_id for item in items)
    unfit = [item.key for item in items if exam_id is not None and is_unfit_for_exams(definitions[item.version_id])]
    items = [item for item in items if item.key not in unfit] if unfit else items
    known = _known([item.item_id for item in items], exam_id)
    worth = {
        item.item_id: Worth(
            float(definitions[item.version_id].points),
            expected_share(item.difficulty, *known.get(item.item_id, _NOTHING)[:2]),
        )
        for item in items
    }
    uses = {item_id: used for item_id, (_n, _mean, used) in known.items() if used}
    measured = {item_id: n for item_id, (n, _mean, _used) in known.items() if n}
    return Pool(tuple(items), worth, measured, uses, definitions, tuple(unfit))


_NOTHING = (0, 0.0, 0)


def _known(item_ids: Sequence[int], exam_id: int | None) -> dict[int, tuple[int, float, int]]:
    """By item: first attempts graded, their mean share, papers of the exam it stood in; nothing for most."""
    query = (
        select(Item.id, ItemFacility.n, ItemFacility.mean, ItemUse.papers)
        .outerjoin(ItemFacility, ItemFacility.item_version_id == Item.version_id)
        .outerjoin(ItemUse, (ItemUse.item_id == Item.id) & (ItemUse.exam_id == exam_id))
        .where(Item.id.in_(item_ids), or_(ItemFacility.n.is_not(None), ItemUse.papers.is_not(None)))
    )
    return {row.id: (row.n or 0, float(row.mean or 0), row.papers or 0) for row in db.session.execute(query)}


# ---- kept pools -------------------------------------------------------------------


def body_of(pool: Pool) -> list[Any]:
    """A pool as it is kept."""
    return [
        [
            item.item_id, item.version_id, item.key, item.topic, item.type, item.difficulty, list(item.sop),
            pool.worth[item.item_id].points, pool.worth[item.item_id].facility,
        ]
        for item in pool.items
    ]  # fmt: skip


def digest_of(body: list[Any]) -> str:
    """What a kept pool is known by."""
    return hashlib.sha256(json.dumps(body, separators=(",", ":")).encode()).hexdigest()


def _from_body(body: Sequence[Any]) -> tuple[list[PoolItem], dict[int, Worth]]:
    items = [
        PoolItem(item_id, version_id, key, topic, kind, difficulty, tuple(steps))
        for item_id, version_id, key, topic, kind, difficulty, steps, _points, _share in body
    ]
    return items, {row[0]: Worth(row[7], row[8]) for row in body}


# ---- the places of a paper ----------------------------------------------------------


def stored_paper(
    drawn: Sequence[papers.Drawn], definitions: Mapping[int, AnyItem], seed: int, *, shuffle_options: bool
) -> list[dict[str, Any]]:
    """The places of a paper as they are kept with an attempt."""
    return [_stored(place, definitions[place.item.version_id], seed, shuffle_options) for place in drawn]


def _stored(place: papers.Drawn, item: AnyItem, seed: int, shuffle_options: bool) -> dict[str, Any]:
    order = item_types.shown(item, Random(f"{seed}/{place.slot}"), shuffle_options=shuffle_options)
    return {
        "slot": place.slot,
        "section": place.section,
        "item_version_id": place.item.version_id,
        "item_id": place.item.item_id,
        "points": str(item.points),
        "shown": order.to_json(),
    }


# ---- once more -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Replay:
    """A paper drawn once more from what was kept, and whether it is the one the learner got; or why it cannot be."""

    paper: list[dict[str, Any]] | None
    is_same: bool
    reason: Message | None = None


def replay(attempt: Attempt) -> Replay:
    """Draw the paper of an attempt once more from its seed, its plan and the pool kept then."""
    drawing = attempt.drawing
    if drawing is None or drawing["rule"] != RULE:
        return Replay(None, False, Message(N_("This paper was drawn by an earlier rule, and what it was drawn from was not kept.")))
    kept = db.session.get(PaperPool, drawing["pool"])
    if kept is None:
        return Replay(None, False, Message(N_("What this paper was drawn from is not kept any more.")))
    items, worth = _from_body(kept.body)
    plan, about = queries.plan_of(attempt).definition, drawing["about"]
    found = papers.supply(plan.sections, items, worth=worth, about=about)
    assert isinstance(found, papers.Supply)  # it was drawn from
    drawn = papers.paper(
        found, seed=attempt.seed, avoid=papers.Avoid(drawing["seen"], drawing["worn"]), about=about,
        balance=balance_of(plan, about), shuffle=plan.shuffle.items,
    )  # fmt: skip
    definitions = bank.items(place.item.version_id for place in drawn)
    again = stored_paper(drawn, definitions, attempt.seed, shuffle_options=plan.shuffle.options)
    return Replay(again, again == attempt.paper)


def balance_of(plan: ExamDefinition, about: str | None) -> float | None:
    """How far papers may lie apart; checks of lessons are practice and not balanced."""
    return float(plan.balance) if about is None else None


def expected_of(drawn: Sequence[papers.Drawn], pool: Pool) -> float:
    """The expected score of a paper, in percent."""
    return expected_percent([place.item for place in drawn], pool.worth)


def worn_items(plan: ExamDefinition, uses: Mapping[int, int], drawn_papers: int) -> list[int]:
    """Items that stood in more of the exam's papers than its cap allows, by id; ``uses`` counts the papers by item."""
    if plan.exposure_cap is None or not drawn_papers:
        return []
    return sorted(item_id for item_id, used in uses.items() if Decimal(100 * used) / drawn_papers > plan.exposure_cap)
