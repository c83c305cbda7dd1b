"""The SOP steps of all courses in use with the items and scenes that cover them; four statements however many."""

from sqlalchemy import select

from lms.core.database import db
from lms.courses import queries as courses
from lms.courses.models import Course, Lesson
from lms.question_bank.models import Item, ItemSopStep
from lms.reporting.coverage import Covered, CoveringItem, CoveringScene, Place, covered
from lms.scenarios.models import Scenario, SceneSopStep


def coverage() -> list[Covered]:
    """Every step of every course in use, by course, lesson and step."""
    return covered(_steps(), _items(), _scenes())


def _steps() -> list[Place]:
    query = (
        select(Course.key, Course.title, Lesson.key, Lesson.version_id)
        .join(Lesson, Lesson.course_id == Course.id)
        .where(Course.retired_at.is_(None), Lesson.retired_at.is_(None), Lesson.version_id.is_not(None))
        .order_by(Course.key, Lesson.position, Lesson.id)
    )
    rows = db.session.execute(query).all()
    bodies = courses.bodies(version_id for *_, version_id in rows)
    return [
        Place(f"{course}/{lesson}/{step.key}", course, title, lesson, bodies[version_id].title, step.action)
        for course, title, lesson, version_id in rows
        if (card := bodies[version_id].sop) is not None
        for step in card.steps
    ]


def _items() -> list[tuple[str, CoveringItem]]:
    query = (
        select(ItemSopStep.step, Item.key, Item.difficulty)
        .join(Item, Item.id == ItemSopStep.item_id)
        .where(Item.retired_at.is_(None))
        .order_by(Item.key)
    )
    return [(step, CoveringItem(key, difficulty)) for step, key, difficulty in db.session.execute(query)]


def _scenes() -> list[tuple[str, CoveringScene]]:
    query = (
        select(SceneSopStep.step, Scenario.key, Scenario.title, SceneSopStep.scene)
        .join(Scenario, Scenario.id == SceneSopStep.scenario_id)
        .where(Scenario.retired_at.is_(None))
        .order_by(Scenario.key, SceneSopStep.scene)
    )
    return [(step, CoveringScene(key, title, scene)) for step, key, title, scene in db.session.execute(query)]
