"""Sums over exam plays that are over: skills of one person, and emotion recognition by department."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select

from lms.core.database import db
from lms.core.texts import Text
from lms.identity.models import Department
from lms.scenarios import queries
from lms.scenarios.models import Play, Scenario

EMOTION = "emotion"


@dataclass(frozen=True, slots=True)
class Tally:
    """Points earned of points attainable on best routes, over ``n`` plays."""

    score: float
    max_score: float
    n: int

    @property
    def share(self) -> float | None:
        return self.score / self.max_score if self.max_score else None

    def plus(self, score: float, max_score: float) -> "Tally":
        return Tally(self.score + score, self.max_score + max_score, self.n + 1)


@dataclass(frozen=True, slots=True)
class SkillPlays:
    """A person's exam plays that are over, by skill and by criterion; criteria of one name count together.

    ``emotions_right`` of ``emotions_asked`` is the strict share: the label equals the answer, no label is wrong.
    """

    plays: int
    emotions_right: int
    emotions_asked: int
    skills: Mapping[str, Tally] = field(default_factory=dict)
    criteria: Mapping[str, Tally] = field(default_factory=dict)
    criterion_titles: Mapping[str, Text] = field(default_factory=dict)


_NOTHING = Tally(0, 0, 0)


def skill_plays(person: Any) -> SkillPlays:
    """What home shows of a person's role-play skills; one query, two where a version is new to this process."""
    query = (
        select(Play, Scenario.skill)
        .join(Scenario, Scenario.id == Play.scenario_id)
        .where(Play.person_id == person.id, Play.mode == "exam", Play.state == "finished")
        .order_by(Play.id)
    )
    rows = db.session.execute(query).all()
    skills: dict[str, Tally] = defaultdict(lambda: _NOTHING)
    criteria: dict[str, Tally] = defaultdict(lambda: _NOTHING)
    titles: dict[str, Text] = {}
    versions = queries.compiled_many({play.scenario_version_id for play, _ in rows})
    for play, skill in rows:
        if skill is not None:
            skills[skill] = skills[skill].plus(float(play.score or 0), float(play.max_score or 0))
        for name, part in (play.criteria or {}).items():
            criteria[name] = criteria[name].plus(part["score"], part["max_score"])
        titles.update(versions[play.scenario_version_id].definition.criteria)
    return SkillPlays(
        plays=len(rows),
        emotions_right=sum(play.emotions_right for play, _ in rows),
        emotions_asked=sum(play.emotions_asked for play, _ in rows),
        skills=dict(skills),
        criteria=dict(criteria),
        criterion_titles=titles,
    )


@dataclass(frozen=True, slots=True)
class EmotionFilters:
    """Which plays are counted; None for any. ``begins_at`` is included, ``ends_at`` is not; ``departments`` are ids of
    where people worked when they played."""

    begins_at: datetime | None = None
    ends_at: datetime | None = None
    scenario: str | None = None
    departments: frozenset[int] | None = None


@dataclass(frozen=True, slots=True)
class EmotionCount:
    """Emotion questions answered in one department (None for people without one)."""

    department: str | None
    name: Mapping[str, str] | None
    plays: int
    right: int
    asked: int

    @property
    def share(self) -> float | None:
        """The strict share right; None where nothing was asked."""
        return self.right / self.asked if self.asked else None


def emotion_answers(filters: EmotionFilters = EmotionFilters()) -> list[EmotionCount]:
    """Emotion recognition over exam plays that are over, by department key; one query that sums plays, not turns."""
    query = (
        select(
            Department.key,
            Department.name,
            func.count(),
            func.sum(Play.emotions_right),
            func.sum(Play.emotions_asked),
        )
        .select_from(Play)
        .outerjoin(Department, Department.id == Play.department_id)
        .where(*_conditions(filters))
        .group_by(Department.id, Department.key)
        .order_by(Department.key)
    )
    return [
        EmotionCount(key, name, count, right, asked) for key, name, count, right, asked in db.session.execute(query)
    ]


def _conditions(filters: EmotionFilters) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [Play.mode == "exam", Play.state != "in_progress"]
    if filters.begins_at is not None:
        conditions.append(Play.finished_at >= filters.begins_at)
    if filters.ends_at is not None:
        conditions.append(Play.finished_at < filters.ends_at)
    if filters.scenario is not None:
        conditions.append(
            Play.scenario_id == select(Scenario.id).where(Scenario.key == filters.scenario).scalar_subquery()
        )
    if filters.departments is not None:
        conditions.append(Play.department_id.in_(filters.departments))
    return conditions
