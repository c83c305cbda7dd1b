"""The REST resources of exam plans, for authors: the list, and each plan as its file holds it."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Literal

from lms.assessment import queries_authors as queries
from lms.assessment import service_plans
from lms.assessment.content import Exam as ExamDefinition
from lms.assessment.models import Exam
from lms.core import authored, clock, locale
from lms.core.access import Scope, viewer
from lms.core.api import Answer, Api, PageQuery, decode_cursor, encode_cursor, page
from lms.core.authored import Change, FileBody, NewOne, Saved
from lms.core.content import Fault, Problem, digest, plain
from lms.core.texts import in_language

api = Api("exam_authoring")


class NewExamBody(FileBody):
    """An exam plan as its file holds it."""

    described = (ExamDefinition,)


class ExamBody(FileBody):
    """An exam plan as its file holds it, and its version."""

    described = (ExamDefinition,)
    beside = Change


class ExamHead(Answer):
    """An exam in the list; ``edited`` tells that it was changed here since its file was last loaded."""

    key: str
    title: str
    status: Literal["live", "pilot"]
    assigned_only: bool
    opens_at: datetime | None
    closes_at: datetime | None
    version: int
    edited: bool


class ExamList(Answer):
    """A page of exams."""

    items: list[ExamHead]
    next: str | None


@api.get(
    "/exams", summary="The exams in use", scope=Scope.AUTHOR, permission="content.read", query=PageQuery,
    returns=ExamList,
)  # fmt: skip
def exams(query: PageQuery) -> dict[str, Any]:
    """By key."""
    after = decode_cursor(query.cursor, str)
    rows = queries.authored_exams(after=after[0] if after else "", limit=query.limit + 1)
    return page(rows, query.limit, _head, lambda row: encode_cursor(row[0].key))


@api.get(
    "/exams/<string:exam>", summary="An exam plan as its file holds it", scope=Scope.AUTHOR,
    permission="content.read", returns=ExamBody,
)  # fmt: skip
def exam(exam: str) -> dict[str, Any]:
    """In use or retired."""
    found = queries.authored_exam(exam)
    return {**plain(found.definition), "version": found.number}


@api.post(
    "/exams", summary="Add an exam", scope=Scope.AUTHOR, permission="content.write", body=NewExamBody,
    returns=Saved, status=201, other={409: "the key is taken"},
)  # fmt: skip
def add_exam(body: NewExamBody) -> dict[str, Any]:
    """The body of an exam plan, in JSON; one that asks for more than the bank holds is refused."""
    sent = authored.read(body, NewOne, authored.reader(ExamDefinition), lambda plan, _: _faults(plan))
    authored.must_be_free(sent.definition.exam, queries.is_exam_known(sent.definition.exam))
    return _saved(service_plans.add_plan(sent.definition, actor=viewer(), now=clock.now()), sent.warnings)


@api.put(
    "/exams/<string:exam>", summary="Change an exam", scope=Scope.AUTHOR, permission="content.write", body=ExamBody,
    returns=Saved, other={409: "another version is in force by now"},
)  # fmt: skip
def change_exam(exam: str, body: ExamBody) -> dict[str, Any]:
    """A changed body makes a new version, for attempts begun from now on; the same body changes nothing."""
    present = queries.authored_exam(exam, lock=True)
    sent = authored.read(body, Change, authored.reader(ExamDefinition), lambda plan, _: _faults(plan))
    authored.must_match(sent.definition.exam, exam, "exam")
    if digest(sent.definition) != present.sha256:
        authored.must_be_current(sent.beside, present.number)
    return _saved(service_plans.save_plan(sent.definition, actor=viewer(), now=clock.now()), sent.warnings)


def _faults(plan: ExamDefinition | None) -> Iterable[Fault]:
    return queries.plan_faults(plan) if plan is not None else ()


def _saved(exam: Exam, warnings: Iterable[Problem]) -> dict[str, Any]:
    version = queries.version_in_force(exam)
    return authored.saved(exam.key, version.number, version.sha256, warnings)


def _head(row: tuple[Exam, int]) -> dict[str, Any]:
    found, number = row
    return {
        "key": found.key, "title": in_language(found.title, locale.language()), "status": found.status,
        "assigned_only": found.assigned_only, "opens_at": found.opens_at, "closes_at": found.closes_at,
        "version": number, "edited": found.edited_at is not None,
    }  # fmt: skip
