"""How emotions are recognised: in exam-mode role-plays by department, scenario and period, and in exams altogether.

Of role-plays everybody's first one of each scenario counts (MEASURES.md 1: statistics take the first attempt); later
ones know the answers. Where the person worked is told as it was then.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Integer, cast, func, select

from lms.core.database import db
from lms.identity.models import Department
from lms.question_bank import queries as bank
from lms.question_bank.items import Emotion
from lms.question_bank.models import Item, ItemVersion
from lms.reporting.emotion_figures import Asked, Given, Recognition, recognition
from lms.reporting.models import SummedPick
from lms.reporting.picks import NONE
from lms.reporting.queries import Period, in_period, in_scope
from lms.reporting.rates import Count
from lms.scenarios import queries as scenarios
from lms.scenarios.models import Play, Scenario, Turn

OVER = (Play.mode == "exam", Play.state == "finished")


@dataclass(frozen=True, slots=True)
class Filters:
    """What is counted: a period, one department, one scenario; None for all of them."""

    period: Period
    department: Department | None = None
    scenario: Scenario | None = None


def scenario_choices() -> list[Scenario]:
    """The scenarios in use, by key."""
    return list(db.session.scalars(select(Scenario).where(Scenario.retired_at.is_(None)).order_by(Scenario.key)))


def _counted(viewer: Any, filters: Filters) -> list[ColumnElement[bool]]:
    firsts = select(func.min(Play.id)).where(*OVER).group_by(Play.person_id, Play.scenario_id)
    conditions = [*OVER, Play.id.in_(firsts), *in_period(filters.period, Play.finished_at)]
    if filters.department is not None:
        conditions.append(Play.department_id == filters.department.id)
    if filters.scenario is not None:
        conditions.append(Play.scenario_id == filters.scenario.id)
    return [*conditions, *in_scope(viewer, Play.department_id)]


def emotion_counts(viewer: Any, filters: Filters) -> list[Count]:
    """Labels right of labels asked by the department of the play; one statement over plays, not over turns."""
    of = (
        select(
            Play.department_id.label("of"), func.sum(Play.emotions_right).label("right"),
            func.sum(Play.emotions_asked).label("asked"),
        )
        .where(*_counted(viewer, filters))
        .group_by(Play.department_id)
        .subquery()
    )  # fmt: skip
    query = (
        select(Department.key, Department.name, of.c.right, of.c.asked)
        .select_from(of)
        .outerjoin(Department, Department.id == of.c.of)
        .where(of.c.asked > 0)
        .order_by(Department.key)
    )
    return [Count(key, name, right, asked) for key, name, right, asked in db.session.execute(query)]


def emotion_total(viewer: Any, period: Period) -> Count:
    """The same over all departments and scenarios."""
    right, asked = func.coalesce(func.sum(Play.emotions_right), 0), func.coalesce(func.sum(Play.emotions_asked), 0)
    conditions = _counted(viewer, Filters(period))
    row = db.session.execute(select(cast(right, Integer), cast(asked, Integer)).where(*conditions)).one()
    return Count(None, None, row[0], row[1])


def in_role_plays(viewer: Any, filters: Filters) -> Recognition:
    """All figures over first exam-mode role-plays; one statement once versions are known."""
    query = (
        select(Play.scenario_version_id, Turn.scene, Turn.emotion, Turn.intensity, func.count())
        .join(Turn, Turn.play_id == Play.id)
        .where(*_counted(viewer, filters), Turn.is_right.is_not(None))
        .group_by(Play.scenario_version_id, Turn.scene, Turn.emotion, Turn.intensity)
    )
    rows = db.session.execute(query).all()
    asked = _questions({row[0] for row in rows})
    return recognition(
        Given(asked[version, scene], label, n, intensity)
        for version, scene, label, intensity, n in rows
        if (version, scene) in asked
    )


def _questions(version_ids: set[int]) -> Mapping[tuple[int, str], Asked]:
    return {
        (version_id, key): Asked(scene.question.answer, scene.question.panel, scene.question.intensity)
        for version_id, version in scenarios.compiled_many(version_ids).items()
        for key, scene in version.plot.scenes.items()
        if scene.question is not None
    }


def in_exams() -> Recognition:
    """All figures over the emotion items of exams: first graded attempts of all time, as far as they are summed up."""
    query = (
        select(SummedPick.item_version_id, SummedPick.pick, func.sum(SummedPick.n))
        .join(ItemVersion, ItemVersion.id == SummedPick.item_version_id)
        .join(Item, Item.id == ItemVersion.item_id)
        .where(Item.type == "emotion")
        .group_by(SummedPick.item_version_id, SummedPick.pick)
    )
    rows = db.session.execute(query).all()
    items = bank.items({row[0] for row in rows})
    asked = {
        version_id: Asked(item.answer, item.panel) for version_id, item in items.items() if isinstance(item, Emotion)
    }
    return recognition(
        Given(asked[version_id], None if pick == NONE else pick, int(n))
        for version_id, pick, n in rows
        if version_id in asked and n
    )
