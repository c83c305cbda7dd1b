"""What is frozen is committed once, noted in the audit trail, and refused to whoever would change it."""

import pytest
from sqlalchemy import select

from lms.core import clock
from lms.core.audit import AuditEntry
from lms.core.database import db, unit_of_work
from lms.core.errors import Conflict
from lms.hr import queries, queries_records
from lms.hr.models import Revision, RevisionRecord
from lms.hr.service_freezing import freeze_revision
from tests import factories, factories_hr

pytestmark = pytest.mark.usefixtures("context")


@pytest.fixture
def frozen(context: None) -> Revision:
    with unit_of_work():
        factories.person(job_role="front-line", name="Zhao Peng")
        return freeze_revision(factories_hr.cycle(key="2026-h2"), actor=None, now=clock.now())


def test_freezing_is_in_the_audit_trail(frozen: Revision) -> None:
    entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "review-cycle.freeze")).one()
    assert entry.subject == "review-cycle:2026-h2"
    assert (entry.details["sha256"], entry.details["people"]) == (frozen.sha256, 1)


@pytest.mark.parametrize(
    "change", [lambda row: setattr(row, "standing", "eligible"), db.session.delete], ids=["set", "delete"]
)
def test_the_application_itself_cannot_change_a_frozen_record(frozen: Revision, change: object) -> None:
    with pytest.raises(Conflict), unit_of_work():
        change(db.session.scalars(select(RevisionRecord)).one())
    db.session.expire_all()
    assert queries_records.computed_checksum(frozen) == frozen.sha256


def test_a_failed_freeze_leaves_nothing_behind(frozen: Revision, monkeypatch: pytest.MonkeyPatch) -> None:
    cycle = queries.cycle_by_key("2026-h2")
    with pytest.raises(ZeroDivisionError), unit_of_work():
        freeze_revision(cycle, actor=None, now=clock.now())
        raise ZeroDivisionError
    assert [revision.number for revision, _ in queries.revisions(cycle)] == [1]
