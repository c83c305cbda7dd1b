"""What a plan is checked against while it is written: the engine of the content files, and what the bank holds."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from pydantic import ValidationError
from sqlalchemy import func, select

from lms.assessment.attempt_states import OPEN
from lms.assessment.content import Exam as ExamDefinition
from lms.assessment.content import Section, covers, fits
from lms.assessment.models import Attempt
from lms.assessment.plan_editing import PLACE, Body
from lms.assessment.plan_editing_shape import LEVELS
from lms.assessment.queries_authors import Stock, plan_faults, stock_of
from lms.core.content import Document, Fault, Problem, validate
from lms.core.database import db
from lms.core.texts import Text
from lms.courses.models import Course, Lesson


@dataclass(frozen=True, slots=True)
class Held:
    """What the bank holds for one part: items by difficulty, those for each wished SOP place, and how many the part asks
    for (none: all there are; of a list all that are listed). ``passed_over`` are items that no exam draws."""

    asked: int | None
    levels: Mapping[str, int]
    steps: Mapping[str, int]
    passed_over: int

    @property
    def available(self) -> int:
        return sum(self.levels.values())

    @property
    def is_enough(self) -> bool:
        return self.available >= (self.asked or 1)


@dataclass(frozen=True, slots=True)
class CheckedPlan:
    """What a body says: the plan (None where it cannot be read), everything to mend, and what the bank holds for each
    part (None for a part that does not say where its items come from)."""

    definition: ExamDefinition | None
    problems: tuple[Problem, ...]
    parts: tuple[Held | None, ...]

    @property
    def questions(self) -> int | None:
        """How many questions a paper will have; None while a part does not say."""
        counts = [held.asked if held.asked is not None else held.available for held in self.parts if held is not None]
        return sum(counts) if self.parts and len(counts) == len(self.parts) else None


def checked(body: Body) -> CheckedPlan:
    """A body read and held against the bank, as much of it as can be read."""
    document = Document("exam", dict(body))
    definition, problems = validate(ExamDefinition, document)
    sources = [_source(section) for section in body.get("sections") or ()]
    rough = ExamDefinition.model_construct(sections=sources, before_try=definition.before_try if definition else {})
    stock = stock_of(rough)
    faults = plan_faults(definition, stock) if definition else _faults_of_readable(body, stock)
    parts = tuple(_held(source, stock) for source in sources)
    return CheckedPlan(definition, (*problems, *document.located(faults)), parts)


def _source(section: Body) -> Section:
    """Where a part draws from and how much, as far as that can be read."""

    def place(name: str) -> str | None:
        word = section.get(name)
        return word if isinstance(word, str) and PLACE.fullmatch(word) else None

    def counts(name: str) -> dict[str, int] | None:
        found = {
            key: count for key, count in (section.get(name) or {}).items() if isinstance(count, int) and count >= 0
        }
        return {key: count for key, count in found.items() if PLACE.fullmatch(key)} or None

    draw = section.get("draw")
    return Section.model_construct(
        topic=place("topic"), sop=place("sop"), items=section.get("items") or None, cut=None, title=None,
        draw=draw if isinstance(draw, int) and draw > 0 else None, difficulty=counts("difficulty"), cover=counts("cover"),
    )  # fmt: skip


def _faults_of_readable(body: Body, stock: Stock) -> Iterator[Fault]:
    """What the bank says of the parts that can be read where the plan as a whole cannot."""
    read: dict[int, Section] = {}
    for number, section in enumerate(body.get("sections") or ()):
        try:
            read[number] = Section.model_validate(section)
        except ValidationError:
            continue  # what is wrong with it is among the problems of the whole
    numbers = list(read)
    for fault in plan_faults(ExamDefinition.model_construct(sections=list(read.values()), before_try={}), stock):
        place = fault.loc[1]
        assert isinstance(place, int)
        yield Fault((fault.loc[0], numbers[place], *fault.loc[2:]), fault.template, fault.values, fault.severity)


def _held(section: Section, stock: Stock) -> Held | None:
    if not (section.topic or section.sop or section.items):
        return None
    fitting = [item for item in stock.pool if fits(section, item)]
    levels = {level: sum(item.difficulty == level for item in fitting) for level in LEVELS}
    steps = {step: sum(covers(item.sop, step) for item in fitting) for step in section.cover or ()}
    asked = section.asked if section.asked is not None else len(section.items) if section.items else None
    passed_over = sum(key in stock.unfit for key in section.items) if section.items else 0
    return Held(asked, levels, steps, passed_over)


def lesson_titles() -> dict[str, Text]:
    """Every lesson in use, as course/lesson, with its title; one statement."""
    query = (
        select(Course.key, Lesson.key, Lesson.title)
        .join(Lesson, Lesson.course_id == Course.id)
        .where(Course.retired_at.is_(None), Lesson.retired_at.is_(None))
        .order_by(Course.key, Lesson.position)
    )
    return {f"{course}/{lesson}": title for course, lesson, title in db.session.execute(query)}


def running_count(exam_id: int) -> int:
    """How many attempts at an exam are under way."""
    query = select(func.count()).select_from(Attempt).where(Attempt.exam_id == exam_id, Attempt.state.in_(OPEN))
    return db.session.scalar(query) or 0
