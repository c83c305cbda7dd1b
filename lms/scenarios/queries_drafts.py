"""Reads of drafts, for those who may read content: what a role-play stands at, its earlier saves, SOP steps to pick."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select

from lms.core.content import plain
from lms.core.database import db
from lms.core.errors import NotFound
from lms.core.texts import N_, Message
from lms.courses import queries as courses
from lms.courses.models import Course, Lesson
from lms.identity.models import Person
from lms.scenarios import queries
from lms.scenarios.models import Scenario, ScenarioVersion
from lms.scenarios.models_drafts import ScenarioDraft, ScenarioDraftSave

NO_SCENARIO = N_("There is no scenario with this key.")
MOST_SAVES = 100


@dataclass(frozen=True, slots=True)
class Seen:
    """What a page was made of: the draft's number (0: none was begun) and the version in force (None: none)."""

    number: int
    version_id: int | None


@dataclass(frozen=True, slots=True)
class Stand:
    """Where a role-play stands for its authors: ``body`` is the draft's, or what is in force where none was begun.

    ``version`` is the number of the version in force, None for one that was never published; ``saved_by`` the name of
    whoever saved the draft last.
    """

    key: str
    draft: ScenarioDraft | None
    scenario: Scenario | None
    version: int | None
    saved_by: str | None
    body: dict[str, Any]

    @property
    def seen(self) -> Seen:
        return Seen(self.draft.number if self.draft else 0, self.scenario.version_id if self.scenario else None)

    @property
    def is_retired(self) -> bool:
        """Whether the role-play was put out of use; publishing would bring it back."""
        return self.scenario is not None and self.scenario.retired_at is not None

    @property
    def is_overtaken(self) -> bool:
        """Whether a version came into force that the draft was not begun from."""
        return self.draft is not None and self.draft.base_version_id != self.seen.version_id


@dataclass(frozen=True, slots=True)
class Save:
    """One save of a draft; ``name`` is whose."""

    number: int
    verb: str
    saved_at: datetime
    name: str | None
    body: Mapping[str, Any]


def draft_of(key: str) -> ScenarioDraft | None:
    """The draft of the role-play with this key, if there is one."""
    return db.session.scalar(select(ScenarioDraft).where(ScenarioDraft.key == key))


def stand(key: str, *, lock: bool = False) -> Stand:
    """Where the role-play with this key stands; raises ``NotFound``. Two queries, three when its version is new here.

    ``lock`` keeps others from changing the draft, and what is published, until this unit of work is over.
    """
    query = select(ScenarioDraft, Person.name).outerjoin(Person, Person.id == ScenarioDraft.saved_by_id)
    query = query.where(ScenarioDraft.key == key)
    found = db.session.execute(query.with_for_update(of=ScenarioDraft) if lock else query).first()
    published = select(Scenario).where(Scenario.key == key, Scenario.version_id.is_not(None))
    if lock:
        published = published.with_for_update().execution_options(populate_existing=True)
    row = db.session.scalar(published)
    if found is None and row is None:
        raise NotFound(Message(NO_SCENARIO))
    draft: ScenarioDraft | None = found[0] if found else None
    compiled = queries.compiled(row.version_id) if row and row.version_id else None
    body = dict(draft.body) if draft else plain(compiled.definition) if compiled else {}
    return Stand(key, draft, row, compiled.number if compiled else None, found[1] if found else None, body)


def body_seen(key: str, seen: Seen) -> dict[str, Any] | None:
    """The body a page was made of, however long ago; None if that was never here."""
    if seen.number:
        return _save_body(key, seen.number)
    if seen.version_id is None:
        return None
    its = select(ScenarioVersion.id).join(Scenario, Scenario.id == ScenarioVersion.scenario_id)
    known = db.session.scalar(its.where(ScenarioVersion.id == seen.version_id, Scenario.key == key))
    return plain(queries.compiled(known).definition) if known else None


def _save_body(key: str, number: int) -> dict[str, Any] | None:
    query = select(ScenarioDraftSave.body)
    return db.session.scalar(query.where(ScenarioDraftSave.key == key, ScenarioDraftSave.number == number))


def save_body(key: str, number: int) -> dict[str, Any]:
    """The body of an earlier save; raises ``NotFound``."""
    body = _save_body(key, number)
    if body is None:
        raise NotFound(Message(N_("There is no earlier draft with this number.")))
    return body


def last_number(key: str) -> int:
    """The number of the last save of that key, over published and discarded drafts too; 0 for none."""
    query = select(func.max(ScenarioDraftSave.number)).where(ScenarioDraftSave.key == key)
    return db.session.scalar(query) or 0


def saves(key: str) -> Sequence[Save]:
    """The last saves of a key, the newest first; one query."""
    query = (
        select(ScenarioDraftSave, Person.name)
        .outerjoin(Person, Person.id == ScenarioDraftSave.saved_by_id)
        .where(ScenarioDraftSave.key == key)
        .order_by(ScenarioDraftSave.number.desc())
        .limit(MOST_SAVES)
    )
    return [Save(row.number, row.verb, row.saved_at, name, row.body) for row, name in db.session.execute(query)]


def is_known(key: str) -> bool:
    """Whether a role-play or a draft has this key, in use or retired."""
    is_draft = db.session.scalar(select(ScenarioDraft.id).where(ScenarioDraft.key == key)) is not None
    return is_draft or db.session.scalar(select(Scenario.id).where(Scenario.key == key)) is not None


def known_keys() -> set[str]:
    """The keys of all role-plays and drafts, in use or retired."""
    return set(db.session.scalars(select(ScenarioDraft.key).union(select(Scenario.key))))


def sop_steps() -> dict[str, Mapping[str, str]]:
    """Every place a scene may exercise with its words: lessons and their steps, of courses in use; two queries at most.

    (``course``, ``course/lesson`` and ``course/lesson/step``.)
    """
    query = (
        select(Course.key, Course.title, Lesson.key, Lesson.version_id)
        .join(Lesson, Lesson.course_id == Course.id)
        .where(Course.retired_at.is_(None), Lesson.retired_at.is_(None), Lesson.version_id.is_not(None))
        .order_by(Course.key, Lesson.position, Lesson.id)
    )
    rows = db.session.execute(query).all()
    bodies = courses.bodies(version_id for *_, version_id in rows)
    found: dict[str, Mapping[str, str]] = {}
    for course, title, lesson, version_id in rows:
        body = bodies[version_id]
        found.setdefault(course, title)
        found[f"{course}/{lesson}"] = body.title
        for step in body.sop.steps if body.sop else ():
            found[f"{course}/{lesson}/{step.key}"] = step.action
    return found
