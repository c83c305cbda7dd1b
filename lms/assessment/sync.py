"""Exam plan files to rows and back: a changed plan is a new version, nothing is ever deleted."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import select

from lms.assessment import service_plans
from lms.assessment.content import Exam as ExamDefinition
from lms.assessment.models import Exam, ExamVersion
from lms.core.content import digest
from lms.core.database import db
from lms.core.syncing import SyncReport, Take, in_conflict


def sync(
    definitions: Iterable[ExamDefinition], *, pack: str, take: Take | None = None, actor: Any = None, now: datetime
) -> SyncReport:
    """Bring exam plans of one pack in; keys that are no longer there are left to ``retire_missing``."""
    report = SyncReport()
    query = select(Exam, ExamVersion.sha256).join(ExamVersion, ExamVersion.id == Exam.version_id)
    known = {exam.key: (exam, sha256) for exam, sha256 in db.session.execute(query)}
    for definition in definitions:
        exam, sha256 = known.get(definition.exam, (None, ""))
        what = _meet(definition, exam, sha256, pack, take, actor, now)
        getattr(report, what).append(f"exam:{definition.exam}")
    return report


def _meet(
    definition: ExamDefinition,
    exam: Exam | None,
    sha256: str,
    pack: str,
    take: Take | None,
    actor: Any,
    now: datetime,
) -> str:
    """Let a file meet the exam that is known; returns the list of the report it belongs to."""
    offered = digest(definition)
    if exam is None:
        service_plans.write_plan(definition, None, pack=pack, actor=actor, now=now).loaded_sha256 = offered
        return "added"
    if exam.pack != pack and exam.retired_at is None:
        return "conflicts"  # a key belongs to one pack
    if offered == sha256:
        if exam.retired_at is not None and exam.retired_at == exam.edited_at and take != "files":
            return "unchanged"  # people retired it; the file has nothing new to say
        was_retired = exam.retired_at is not None
        exam.pack, exam.loaded_sha256, exam.edited_at, exam.retired_at = pack, offered, None, None
        return "changed" if was_retired else "unchanged"
    if in_conflict(exam.edited_at is not None, offered, exam.loaded_sha256, take):
        return "conflicts"
    if exam.edited_at is not None and take != "files":
        exam.loaded_sha256 = offered
        return "unchanged"  # the browser's words stand
    service_plans.write_plan(definition, exam, pack=pack, actor=actor, now=now)
    exam.loaded_sha256, exam.edited_at = offered, None
    return "changed"


def retire_missing(pack: str, keys: Iterable[str], now: datetime) -> SyncReport:
    """Retire the pack's exams that came from its files and whose keys are not among ``keys``."""
    kept, report = set(keys), SyncReport()
    query = select(Exam).where(Exam.pack == pack, Exam.retired_at.is_(None), Exam.loaded_sha256.is_not(None))
    for exam in db.session.scalars(query.order_by(Exam.key)):
        if exam.key not in kept:
            exam.retired_at = now
            report.retired.append(f"exam:{exam.key}")
    return report


def export(pack: str | None = None) -> list[ExamDefinition]:
    """The current plans of the exams in use, by key; of one pack or of all."""
    query = select(ExamVersion.body).join(Exam, Exam.version_id == ExamVersion.id).where(Exam.retired_at.is_(None))
    if pack is not None:
        query = query.where(Exam.pack == pack)
    return [ExamDefinition.model_validate(body) for body in db.session.scalars(query.order_by(Exam.key))]
