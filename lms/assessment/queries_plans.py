"""Reads behind the pages of plans: all exams, what one may draw, and what its papers are like."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from flask import current_app
from sqlalchemy import select

from lms.assessment import papers, queries, queries_papers, sampling
from lms.assessment.balancing import ENOUGH
from lms.assessment.content import Exam as ExamDefinition
from lms.assessment.content import Section, fits
from lms.assessment.models import Exam, ExamVersion
from lms.assessment.queries_authors import AuthoredExam, authored_exam
from lms.core.database import db
from lms.core.errors import Conflict
from lms.core.texts import N_, Message, Text
from lms.courses import queries as courses
from lms.courses.models import Course, Lesson
from lms.question_bank import payloads
from lms.question_bank import queries as bank
from lms.question_bank.pool import PoolItem

MOST_SAMPLES = 100
"""Plans whose sample papers are remembered; the same plan and pool always give the same."""


@dataclass(frozen=True, slots=True)
class ListedPlan:
    """A line of the list of exams."""

    key: str
    title: Text
    number: int
    papers: int
    status: str
    opens_at: datetime | None
    closes_at: datetime | None
    retired_at: datetime | None
    plan: ExamDefinition
    questions: int | None


def listed_plans() -> list[ListedPlan]:
    """Every exam with its current plan, those in use first; at most two statements."""
    columns = (Exam, ExamVersion.number, ExamVersion.id)
    query = select(*columns).join(ExamVersion, ExamVersion.id == Exam.version_id).order_by(Exam.key)
    rows = db.session.execute(query).all()
    plans = queries.plans(version_id for _exam, _number, version_id in rows)
    listed = [
        ListedPlan(
            exam.key, exam.title, number, exam.papers, exam.status, exam.opens_at, exam.closes_at, exam.retired_at,
            plans[version_id].definition, queries.question_count(plans[version_id].definition),
        )
        for exam, number, version_id in rows
    ]  # fmt: skip
    return sorted(listed, key=lambda one: one.retired_at is not None)


# ---- one plan -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a plan: where its items come from, how many there are, and how many it draws.

    ``held`` counts the items by difficulty; ``source`` is the title of a topic, an SOP place, or none for a list.
    """

    section: Section
    source: Text | str | None
    draws: int
    available: int
    held: Mapping[str, int]

    @property
    def is_thin(self) -> bool:
        return self.section.items is None and self.available < sampling.THIN * self.draws


@dataclass(frozen=True, slots=True)
class DrawnItem:
    """An item a plan may draw: what is expected of it, from how many first attempts, and in how many papers it stood."""

    item: PoolItem
    expected: float
    measured: int
    uses: int
    sampled: int
    is_worn: bool


@dataclass(frozen=True, slots=True)
class PlanView:
    """A plan with all that its page tells; without sample papers where it cannot be drawn (``shortage``)."""

    authored: AuthoredExam
    parts: tuple[Part, ...]
    sampled: sampling.Sampled | None
    shortage: papers.Shortage | None
    coverage: tuple[sampling.Coverage, ...]
    items: tuple[DrawnItem, ...]
    unfit: tuple[str, ...]

    @property
    def plan(self) -> ExamDefinition:
        return self.authored.definition

    @property
    def width(self) -> float:
        """How far the expected scores of first papers lie apart, as it is told: to a tenth."""
        return round(self.sampled.first.width, 1) if self.sampled is not None else 0.0

    @property
    def is_balanced(self) -> bool:
        return Decimal(str(self.width)) <= self.plan.balance

    @property
    def measured(self) -> int:
        """Items whose expected share was measured on enough first attempts."""
        return sum(one.measured >= ENOUGH for one in self.items)


def plan_view(key: str) -> PlanView:
    """The page of a plan; raises ``NotFound``. Its statements do not grow with the bank."""
    authored = authored_exam(key)
    plan = authored.definition
    pool = queries_papers.pool_of(plan, authored.exam.id, with_steps=True)
    found = papers.supply(plan.sections, pool.items, worth=pool.worth)
    parts = _parts(plan, pool.items)
    if isinstance(found, papers.Shortage):
        return PlanView(authored, parts, None, found, (), _items(authored, pool, None), pool.unfit)
    sampled = _sampled(authored, pool, found)
    coverage, items = _coverage(pool.items, sampled), _items(authored, pool, sampled)
    return PlanView(authored, parts, sampled, None, coverage, items, pool.unfit)


def _sampled(authored: AuthoredExam, pool: queries_papers.Pool, found: papers.Supply) -> sampling.Sampled:
    kept: dict[tuple[str, str], sampling.Sampled] = current_app.extensions.setdefault("lms.samples", {})
    name = (authored.sha256, queries_papers.digest_of(queries_papers.body_of(pool)))
    if name not in kept:
        if len(kept) >= MOST_SAMPLES:
            kept.clear()
        plan = authored.definition
        kept[name] = sampling.sample(found, float(plan.balance), avoids_seen=plan.avoid_seen)
    return kept[name]


def _parts(plan: ExamDefinition, items: Sequence[PoolItem]) -> tuple[Part, ...]:
    titles = {one.key: one.title for one in bank.topic_sizes()}
    made = []
    for section in plan.sections:
        fitting = [item for item in items if fits(section, item)]
        held = {level: sum(item.difficulty == level for item in fitting) for level in ("easy", "medium", "hard")}
        draws = section.asked if section.asked is not None else len(section.items or fitting)
        source = titles.get(section.topic, section.topic) if section.topic else section.sop
        made.append(Part(section, source, draws, len(fitting), held))
    return tuple(made)


def _items(
    authored: AuthoredExam, pool: queries_papers.Pool, sampled: sampling.Sampled | None
) -> tuple[DrawnItem, ...]:
    worn = set(queries_papers.worn_items(authored.definition, pool.uses, authored.exam.papers))
    made = [
        DrawnItem(
            item, pool.worth[item.item_id].facility, pool.measured.get(item.item_id, 0), pool.uses.get(item.item_id, 0),
            sampled.uses.get(item.item_id, 0) if sampled is not None else 0, item.item_id in worn,
        )
        for item in pool.items
    ]  # fmt: skip
    return tuple(sorted(made, key=lambda one: (-one.uses, -one.sampled, one.item.key)))


def _coverage(items: Sequence[PoolItem], sampled: sampling.Sampled) -> tuple[sampling.Coverage, ...]:
    keys = {place.split("/")[0] for item in items for place in item.sop}
    steps = _steps(keys)
    return tuple(
        sampling.coverage(key, title, found, sampled.places) for key, (title, found) in steps.items()
    )


def _steps(keys: set[str]) -> dict[str, tuple[Text, list[sampling.Step]]]:
    """The SOP steps of courses in use, by course in the order of their lessons."""
    query = (
        select(Course.key, Course.title, Lesson.key.label("lesson"), Lesson.version_id)
        .join(Lesson, Lesson.course_id == Course.id)
        .where(Course.key.in_(keys), Course.retired_at.is_(None), Lesson.retired_at.is_(None))
        .where(Lesson.version_id.is_not(None))
        .order_by(Course.key, Lesson.position, Lesson.id)
    )
    rows = db.session.execute(query).all()
    bodies = courses.bodies(row.version_id for row in rows)
    found: dict[str, tuple[Text, list[sampling.Step]]] = {}
    for row in rows:
        card = bodies[row.version_id].sop
        steps = [sampling.Step(f"{row.key}/{row.lesson}/{step.key}", step.action) for step in card.steps] if card else []
        found.setdefault(row.key, (row.title, []))[1].extend(steps)
    return found


# ---- a sample paper -------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SamplePaper:
    """A paper that nobody sits, as a learner would see it: by part its title and questions."""

    authored: AuthoredExam
    number: int
    parts: tuple[tuple[Text | None, tuple[dict[str, Any], ...]], ...]
    expected: float


def sample_paper(key: str, number: int, language: str) -> SamplePaper:
    """The sample paper with this number; raises ``NotFound``, or ``Conflict`` where the plan cannot be drawn."""
    authored = authored_exam(key)
    plan = authored.definition
    pool = queries_papers.pool_of(plan, authored.exam.id)
    found = papers.supply(plan.sections, pool.items, worth=pool.worth)
    if isinstance(found, papers.Shortage):
        raise Conflict(Message(N_("No paper can be drawn: a part asks for more items than the bank holds.")))
    drawn = papers.paper(found, seed=number, balance=float(plan.balance), shuffle=plan.shuffle.items)
    places = queries_papers.stored_paper(drawn, pool.definitions, number, shuffle_options=plan.shuffle.options)
    stored = bank.stored_items(place["item_version_id"] for place in places)
    shown = [
        payloads.question(place, stored[version].definition, stored[version].media, language)
        for place in places
        if (version := place["item_version_id"])
    ]
    parts = tuple(
        (
            section.title,
            tuple(question for question, place in zip(shown, places, strict=True) if place["section"] == index),
        )
        for index, section in enumerate(plan.sections)
    )
    expected = queries_papers.expected_of(drawn, pool)
    return SamplePaper(authored, number, parts, expected)
