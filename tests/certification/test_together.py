"""Two last requirements met at the same moment: exactly one certificate."""

import threading

from flask import Flask
from sqlalchemy import func, select

from lms.certification.models import Certificate
from lms.core import clock
from lms.core.database import db, unit_of_work
from lms.enrolment import service as enrolment
from tests import factories
from tests.factories_certification import certification


def test_requirements_met_at_once_by_two_requests_issue_one_certificate(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        certification(requires={"all": [{"exam": key} for key in "abcd"]})
        person_id = factories.person().id
    start, errors = threading.Barrier(4), []

    def meet(key: str) -> None:
        with app.app_context():
            start.wait()
            try:
                with unit_of_work():
                    enrolment.complete(person_id, "exam", key, at=clock.now(), reference=f"attempt:{key}")
            except Exception as error:  # noqa: BLE001 - a thread's error must fail the test
                errors.append(error)
            finally:
                db.session.remove()

    threads = [threading.Thread(target=meet, args=(key,)) for key in "abcd"]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert errors == []
    with app.app_context():
        assert db.session.scalar(select(func.count()).select_from(Certificate)) == 1
