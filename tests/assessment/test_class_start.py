"""A whole class begins the same exam in the same moment: everybody gets one attempt, and the books agree."""

import threading
from collections import Counter
from datetime import timedelta

from flask import Flask
from sqlalchemy import func, select

from lms.assessment import service
from lms.assessment.models import Attempt, Exam
from lms.assessment.models_plans import ItemUse
from lms.core import clock
from lms.core.database import db, unit_of_work
from lms.identity.models import Person
from tests import factories
from tests import factories_assessment as make

PUPILS, AT_ONCE = 60, 12


def test_sixty_starts_at_once_are_sixty_attempts(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        make.topic()
        make.exam()
        ids = [factories.person().id for _ in range(PUPILS)]
    now, errors, waiting = clock.now() + timedelta(seconds=1), list[Exception](), list(ids)
    gate = threading.Barrier(AT_ONCE)

    def begin() -> None:
        gate.wait()
        while waiting:
            try:
                person_id = waiting.pop()
            except IndexError:
                return
            try:
                with app.app_context(), unit_of_work():
                    person = db.session.get_one(Person, person_id)
                    service.start_attempt("front-line", person, now=now, language="en")
            except Exception as error:  # noqa: BLE001 - whatever a thread meets is told below
                errors.append(error)

    threads = [threading.Thread(target=begin) for _ in range(AT_ONCE)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert errors == []
    with app.app_context():
        attempts = db.session.execute(select(Attempt.person_id, Attempt.state, Attempt.number)).all()
        assert Counter(attempts) == Counter((one, "in_progress", 1) for one in ids)
        assert db.session.scalar(select(Exam.papers)) == PUPILS
        assert db.session.scalar(select(func.sum(ItemUse.papers))) == PUPILS * 4
