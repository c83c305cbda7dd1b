"""Summaries: kept, rebuilt and counted directly they are the same numbers, whatever happened."""

import random
from collections import Counter
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select

from lms.assessment import service, service_grading, service_saving, service_starting
from lms.assessment.models import Attempt, Exam, Grade
from lms.core import clock
from lms.core.access import Role
from lms.core.database import db, unit_of_work
from lms.reporting import service_summaries as summaries
from lms.reporting.models import SummedAttempt, SummedMark, SummedPick, SummedPlace, SummedTotal
from tests import factories
from tests import factories_assessment as exams

TABLES = (SummedAttempt, SummedTotal, SummedMark, SummedPlace, SummedPick)


def kept() -> dict[str, Counter[Any]]:
    """Everything that stands in the summaries."""
    db.session.expire_all()
    return {
        table.__tablename__: Counter(tuple(row) for row in db.session.execute(select(*table.__table__.c)))
        for table in TABLES
    }


def rebuilt() -> dict[str, Counter[Any]]:
    """The same after all was thrown away and counted anew."""
    for version_id in summaries.exam_versions():
        with unit_of_work():
            summaries.rebuild(version_id, clock.now())
    return kept()


def directly() -> dict[str, Counter[Any]]:
    """Points, places and totals added up attempt by attempt from what the attempts hold, without any of our queries."""
    totals, marks, places = Counter[Any](), Counter[Any](), Counter[Any]()
    for attempt in db.session.scalars(select(Attempt).where(Attempt.kind == "exam")):
        if not attempt.is_first or attempt.state != "graded" or attempt.score is None:
            continue
        total, most = int(attempt.score * 10**6), int(attempt.max_score * 10**6)
        totals[attempt.exam_version_id, attempt.language, most, total] += 1
        grades: dict[int, Grade] = {}
        for grade in db.session.scalars(select(Grade).where(Grade.attempt_id == attempt.id).order_by(Grade.number)):
            grades[grade.slot] = grade
        for slot, grade in grades.items():
            points, top = int(grade.points * 10**6), int(grade.max_points * 10**6)
            marks[attempt.exam_version_id, grade.item_version_id, attempt.language, top, points, total] += 1
            places[attempt.exam_version_id, slot, points] += 1
    return {"summed_totals": totals, "summed_marks": marks, "summed_places": places}


def as_counts(rows: Counter[Any], spare: int) -> Counter[Any]:
    """Rows of a summary as counts by key; ``spare`` columns follow n."""
    return Counter({row[: len(row) - 1 - spare]: row[len(row) - 1 - spare] for row in rows})


@pytest.fixture
def exam(unit_of: Callable[[Callable[[], Any]], Any]) -> Exam:
    """An exam that draws ten of twelve items of every type."""

    def make() -> Exam:
        exams.every_type("complaints")
        exams.topic("more", 4)
        sections = [
            {"title": exams.text("All"), "topic": "complaints", "draw": 8},
            {"title": exams.text("More"), "topic": "more", "draw": 2},
        ]
        return exams.exam(sections=sections, attempts=3)

    found: Exam = unit_of(make)
    return found


@pytest.fixture
def unit_of(context: None) -> Callable[[Callable[[], Any]], Any]:
    """Do something in a unit of work of its own."""

    def run(what: Callable[[], Any]) -> Any:
        with unit_of_work():
            return what()

    return run


class History:
    """People who sit, trainers who regrade and void, in an order that chance decides."""

    def __init__(self, seed: int) -> None:
        self.chance = random.Random(seed)
        self.people = [factories.person() for _ in range(4)]
        self.trainer = factories.person(roles=[Role.TRAINER])

    def step(self) -> None:
        """One of: sit and hand in, give another grade and count again, declare void, let the job run."""
        self.chance.choice([self.sit, self.sit, self.regrade, self.void, self.count])()

    def sit(self) -> None:
        person = self.chance.choice(self.people)
        language = self.chance.choice(["en", "zh-Hans"])
        tried = select(func.count()).select_from(Attempt).where(Attempt.person_id == person.id)
        if (db.session.scalar(tried) or 0) >= 3:
            return
        attempt = service_starting.start_attempt("front-line", person, now=clock.now(), language=language).attempt
        right = exams.right_answers(attempt)
        for slot, answer in right.items():
            if self.chance.random() < 0.6:
                service_saving.save_response(attempt.id, person, slot, answer, 1, now=clock.now())
        service.submit(attempt.id, person, now=clock.now())

    def regrade(self) -> None:
        attempt = self._graded()
        if attempt is None:
            return
        slot = self.chance.choice(attempt.paper)["slot"]
        grade = db.session.scalars(
            select(Grade).where(Grade.attempt_id == attempt.id, Grade.slot == slot).order_by(Grade.number.desc())
        ).first()
        assert grade is not None
        share = Decimal(self.chance.choice(["0", "0.333333", "0.5", "1"]))
        db.session.add(
            Grade(
                attempt_id=attempt.id, slot=slot, number=grade.number + 1, item_version_id=grade.item_version_id,
                share=share, points=share * grade.max_points, max_points=grade.max_points, source="marker",
                graded_at=clock.now(),
            )
        )  # fmt: skip
        db.session.flush()
        service_grading.retotal(attempt, clock.now(), reason="Another look")

    def void(self) -> None:
        if self.chance.random() < 0.5 and (attempt := self._graded()) is not None:
            service.void(attempt.id, "Disturbed", actor=self.trainer, now=clock.now())

    def count(self) -> None:
        summaries.count_due(clock.now(), limit=self.chance.choice([1, 3, 500]))

    def _graded(self) -> Attempt | None:
        query = select(Attempt).where(Attempt.kind == "exam", Attempt.state == "graded").order_by(Attempt.id)
        graded = list(db.session.scalars(query))
        return self.chance.choice(graded) if graded else None


@pytest.mark.parametrize("seed", range(6))
def test_kept_rebuilt_and_direct_counts_are_the_same(
    exam: Exam, unit_of: Callable[[Callable[[], Any]], Any], seed: int
) -> None:
    history = unit_of(lambda: History(seed))
    for _ in range(25):
        unit_of(history.step)
    while unit_of(lambda: summaries.count_due(clock.now())):
        pass
    found = kept()
    assert found["summed_attempts"], "the history holds attempts"
    assert found == rebuilt()
    direct = directly()
    assert as_counts(found["summed_totals"], spare=1) == direct["summed_totals"]
    assert as_counts(found["summed_marks"], spare=0) == direct["summed_marks"]
    assert as_counts(found["summed_places"], spare=0) == direct["summed_places"]
