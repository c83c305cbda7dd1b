"""Keeping an exam plan as a new version, taking an exam out of use and back."""

from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from lms.assessment.content import Exam as ExamDefinition
from lms.assessment.models import Exam, ExamVersion
from lms.core import audit, clock
from lms.core.authored import TAKEN
from lms.core.content import digest, plain
from lms.core.database import db, savepoint
from lms.core.errors import Conflict
from lms.core.texts import Message

OWN_PACK = "own"


def add_plan(definition: ExamDefinition, *, actor: Any, now: datetime) -> Exam:
    """Keep a new exam of the organisation's own; raises ``Conflict`` for a key that is taken, or was in this moment."""
    try:
        with savepoint():
            exam = write_plan(definition, None, pack=OWN_PACK, actor=actor, now=now)
    except IntegrityError as error:
        raise Conflict(Message(TAKEN, {"key": definition.exam})) from error
    exam.edited_at = now
    return exam


def save_plan(definition: ExamDefinition, *, actor: Any, now: datetime) -> Exam:
    """Keep a plan as edited in the browser or sent to the API; the same again changes nothing, but a retired
    exam is in use again."""
    query = select(Exam, ExamVersion.sha256).join(ExamVersion, ExamVersion.id == Exam.version_id)
    found = db.session.execute(query.where(Exam.key == definition.exam)).first()
    exam: Exam | None = found.Exam if found is not None else None
    if exam is not None and found is not None and found.sha256 == digest(definition):
        if exam.retired_at is not None:
            return_exam(exam, actor=actor, now=now)
        return exam
    exam = write_plan(definition, exam, pack=exam.pack if exam else OWN_PACK, actor=actor, now=now)
    exam.edited_at = now
    return exam


def retire_exam(exam: Exam, *, actor: Any, now: datetime) -> None:
    """Take an exam out of use: nobody begins it any more, attempts under way go on, results stay.

    ``edited_at`` of the same instant says that people decided it, so that loading its file does not undo it.
    """
    if exam.retired_at is None:
        exam.retired_at = exam.edited_at = now
        audit.record("exam.retire", f"exam:{exam.key}", actor=actor, now=now)


def return_exam(exam: Exam, *, actor: Any, now: datetime) -> None:
    """Put a retired exam in use again, with the plan it had."""
    if exam.retired_at is not None:
        exam.retired_at, exam.edited_at = None, now
        audit.record("exam.return", f"exam:{exam.key}", actor=actor, now=now)


def write_plan(definition: ExamDefinition, exam: Exam | None, *, pack: str, actor: Any, now: datetime) -> Exam:
    """Give an exam (a new one where None) a new version and describe it on its row."""
    verb = "exam.change"
    if exam is None:
        exam, verb = Exam(key=definition.exam), "exam.add"
        db.session.add(exam)
    exam.pack, exam.title, exam.retired_at = pack, definition.title, None
    exam.status, exam.sites, exam.assigned_only = definition.status, list(definition.sites), definition.assigned_only
    exam.opens_at, exam.closes_at = _aware(definition.opens_at), _aware(definition.closes_at)
    db.session.flush()
    last = db.session.scalar(select(func.max(ExamVersion.number)).where(ExamVersion.exam_id == exam.id)) or 0
    version = ExamVersion(
        exam_id=exam.id,
        number=last + 1,
        body=plain(definition),
        sha256=digest(definition),
        created_at=now,
        created_by_id=getattr(actor, "id", None),
    )
    db.session.add(version)
    db.session.flush()
    exam.version_id = version.id
    db.session.flush()
    audit.record(verb, f"exam:{exam.key}", actor=actor, now=now, version=version.number)
    return exam


def _aware(moment: datetime | None) -> datetime | None:
    """A time without an offset is meant where the organisation works."""
    if moment is None or moment.tzinfo is not None:
        return moment
    return moment.replace(tzinfo=clock.timezone())
