"""Measuring how hard items are: the mean share that graded first attempts at exams got, by version."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from typing import Any

from sqlalchemy import ColumnElement, delete, exists, func, insert, select, update
from sqlalchemy.orm import aliased

from lms.assessment.grading import rounded
from lms.assessment.models import Attempt, Grade
from lms.assessment.models_plans import ItemFacility
from lms.core.database import db


def measure(now: datetime) -> int:
    """Bring the table of facilities up to date; returns how many rows changed.

    Once a night is often enough: the numbers steer which papers are equally hard, and no grade depends on them.
    """
    measured = _measured()
    kept = {row.item_version_id: row for row in db.session.scalars(select(ItemFacility))}
    new = [{**row, "measured_at": now} for version, row in measured.items() if version not in kept]
    changed = [
        {**row, "measured_at": now}
        for version, row in measured.items()
        if version in kept and (kept[version].n, kept[version].mean) != (row["n"], row["mean"])
    ]
    gone = sorted(kept.keys() - measured.keys())
    if new:
        db.session.execute(insert(ItemFacility), new)
    if changed:
        db.session.execute(update(ItemFacility), changed)
    if gone:
        db.session.execute(delete(ItemFacility).where(ItemFacility.item_version_id.in_(gone)))
    return len(new) + len(changed) + len(gone)


def _measured() -> dict[int, Mapping[str, Any]]:
    query = (
        select(Grade.item_version_id, func.count().label("n"), func.sum(Grade.share).label("total"))
        .join(Attempt, Attempt.id == Grade.attempt_id)
        .where(Attempt.kind == "exam", Attempt.is_first.is_(True), Attempt.state == "graded", _holds())
        .group_by(Grade.item_version_id)
    )
    return {
        row.item_version_id: {
            "item_version_id": row.item_version_id,
            "n": row.n,
            "mean": min(Decimal(1), rounded(Fraction(row.total) / row.n)),
        }
        for row in db.session.execute(query)
    }


def _holds() -> ColumnElement[bool]:
    """A grade that no later one for the same slot replaces."""
    later = aliased(Grade)
    return ~exists().where(
        later.attempt_id == Grade.attempt_id, later.slot == Grade.slot, later.number > Grade.number
    )
