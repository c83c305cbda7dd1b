"""Reads for authors of exams: the list, a plan as its file holds it, and what the bank holds for one."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import select

from lms.assessment import queries
from lms.assessment.content import Exam as ExamDefinition
from lms.assessment.content import references, sources_of
from lms.assessment.models import Exam, ExamVersion
from lms.assessment.supply import check_supply
from lms.assessment.unfit import unfit_faults
from lms.core.authored import missing
from lms.core.content import Fault
from lms.core.database import db
from lms.core.errors import NotFound
from lms.core.texts import N_, Message
from lms.question_bank import queries as bank
from lms.question_bank.panels import is_unfit_for_exams
from lms.question_bank.pool import PoolItem
from lms.question_bank.queries_places import known_places


@dataclass(frozen=True, slots=True)
class AuthoredExam:
    """An exam with its current plan, that plan's number and digest."""

    exam: Exam
    number: int
    sha256: str
    definition: ExamDefinition


def authored_exam(key: str, *, lock: bool = False) -> AuthoredExam:
    """The exam with this key, in use or retired; else ``NotFound``.

    ``lock`` keeps others from changing it until this unit of work is over.
    """
    if lock:  # alone: whoever waits with the version at hand looks for the one that was in force before the wait
        db.session.execute(select(Exam.id).where(Exam.key == key).with_for_update())
    query = select(Exam, ExamVersion.number, ExamVersion.sha256).join(ExamVersion, ExamVersion.id == Exam.version_id)
    found = db.session.execute(query.where(Exam.key == key).execution_options(populate_existing=lock)).first()
    if found is None:
        raise NotFound(Message(N_("There is no exam with this key.")))
    exam, number, sha256 = found
    return AuthoredExam(exam, number, sha256, queries.definition_of(exam.version_id or 0))


def version_in_force(exam: Exam) -> ExamVersion:
    """The current version of an exam that was just written; nothing uncommitted may enter the cache of versions."""
    return db.session.get_one(ExamVersion, exam.version_id)


def plan_with_number(exam_id: int, number: int) -> ExamDefinition | None:
    """A version of an exam's plan by its number; None if there never was one."""
    query = select(ExamVersion.id).where(ExamVersion.exam_id == exam_id, ExamVersion.number == number)
    version_id = db.session.scalar(query)
    return queries.definition_of(version_id) if version_id is not None else None


def is_exam_known(key: str) -> bool:
    """Whether an exam has this key, in use or retired."""
    return db.session.scalar(select(Exam.id).where(Exam.key == key)) is not None


def authored_exams(*, after: str = "", limit: int) -> list[tuple[Exam, int]]:
    """Exams in use by key, each with its plan's number, up to ``limit`` of them from after a key."""
    query = select(Exam, ExamVersion.number).join(ExamVersion, ExamVersion.id == Exam.version_id)
    query = query.where(Exam.retired_at.is_(None), Exam.key > after).order_by(Exam.key).limit(limit)
    return [(exam, number) for exam, number in db.session.execute(query)]


@dataclass(frozen=True, slots=True)
class Stock:
    """What the bank holds for a plan: the items that exams may draw, the keys of those they pass over, and by kind of
    reference what is there of all that the plan names."""

    pool: Sequence[PoolItem]
    unfit: Collection[str]
    known: Mapping[str, Collection[str]]


def stock_of(plan: ExamDefinition) -> Stock:
    """What the bank holds for a plan; its statements do not grow with either."""
    sources = sources_of(plan)
    pool = bank.pool(**sources)
    definitions = bank.items(item.version_id for item in pool)
    unfit = {item.key for item in pool if is_unfit_for_exams(definitions[item.version_id])}
    known = {
        "topic": bank.topics_in_use(sources["topics"]),
        "sop": known_places({reference.key for reference in references(plan) if reference.kind == "sop"}),
        "item": {item.key for item in pool},
    }
    return Stock([item for item in pool if item.key not in unfit], unfit, known)


def plan_faults(plan: ExamDefinition, stock: Stock | None = None) -> Iterator[Fault]:
    """What a plan draws from that is not there, and where it asks for more than the bank holds."""
    held = stock or stock_of(plan)
    lost = [reference for reference in references(plan) if reference.key not in held.known[reference.kind]]
    yield from map(missing, lost)
    refused = list(unfit_faults(plan, held.unfit))
    yield from refused
    said = {reference.loc[1] for reference in lost} | {fault.loc[1] for fault in refused}
    yield from (fault for fault in check_supply(plan, held.pool) if fault.loc[1] not in said)
