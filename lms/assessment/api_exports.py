"""The attempts at an exam over the REST API: a page of them at a time, or all as a file."""

from datetime import date, datetime
from typing import Any

from flask import Response
from pydantic import Field

from lms.assessment import queries_exports
from lms.assessment.export import Form, Format
from lms.assessment.views_export_files import Shape, download
from lms.core import clock
from lms.core.access import Scope
from lms.core.api import Answer, Api, PageQuery

api = Api("attempt_exports")


class AttemptsQuery(PageQuery):
    """Days are included. With ``format`` all attempts come as a file and limit and cursor mean nothing."""

    version: int | None = Field(default=None, ge=1, le=2**31 - 1)
    from_on: date | None = Field(default=None, alias="from")
    to_on: date | None = Field(default=None, alias="to")
    department: str | None = Field(default=None, min_length=1, max_length=200)
    format: Format | None = None
    form: Form = Form.ATTEMPTS
    names: bool = False


class AttemptAnswer(Answer):
    """An attempt that is over; ``percent`` 0-100, score and passed null where there is no result."""

    id: int
    exam_version: int
    person_id: int
    employee_number: str | None
    try_: int = Field(alias="try")
    is_first: bool
    state: str
    started_at: datetime
    finished_at: datetime
    graded_at: datetime | None
    score: float | None
    max_score: float
    percent: float | None
    passed: bool | None


class AttemptsAnswer(Answer):
    """The latest finished first."""

    items: list[AttemptAnswer]
    next: str | None


@api.get(
    "/exams/<string:exam>/attempts",
    summary="Attempts at an exam that are over, a page at a time; with format=csv, xlsx or json all of them as a file",
    scope=Scope.REPORT,
    permission="attempts.export",
    query=AttemptsQuery,
    returns=AttemptsAnswer,
)
def exam_attempts(exam: str, query: AttemptsQuery) -> dict[str, Any] | Response:
    asked = queries_exports.asked(
        exam, version=query.version, from_on=query.from_on, to_on=query.to_on, department=query.department
    )
    if query.format is not None:
        return download(asked, Shape(query.form, query.format, names=query.names), clock.now())
    page = queries_exports.page(asked, query.cursor, query.limit)
    return {"items": [_attempt(row) for row in page.rows], "next": page.next_cursor}


def _attempt(row: Any) -> dict[str, Any]:
    return {
        "id": row.id,
        "exam_version": row.version,
        "person_id": row.person_id,
        "employee_number": row.employee_number,
        "try": row.number,
        "is_first": row.is_first,
        "state": row.state,
        "started_at": row.started_at,
        "finished_at": row.finished_at,
        "graded_at": row.graded_at,
        "score": row.score,
        "max_score": row.max_score,
        "percent": row.percent,
        "passed": row.passed,
    }
