"""The files of an exam's attempts: forms, columns, and rows as CSV, XLSX and JSON want them (pure)."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, NamedTuple, Self

from lms.core.exports import CSV_TYPE, XLSX_TYPE, csv_line

MOST_SHEET_ROWS = 1_048_575
"""An XLSX sheet holds 1,048,576 lines, of which one is the heading; what is beyond would be dropped in silence."""


class Format(StrEnum):
    """What a file may be."""

    CSV = "csv"
    XLSX = "xlsx"
    JSON = "json"


class Form(StrEnum):
    """One row for each attempt with the marks of all its slots, or one row for each question that was put."""

    ATTEMPTS = "attempts"
    RESPONSES = "responses"


MEDIA_TYPES = {Format.CSV: CSV_TYPE, Format.XLSX: XLSX_TYPE, Format.JSON: "application/json"}


@dataclass(frozen=True, slots=True)
class ItemName:
    """An item as files name it: its key, the number of its version, its type."""

    key: str
    version: int
    type: str


class Mark(NamedTuple):
    """What one slot holds: the item that stood there and the points that hold, None while there are none.

    ``cells`` are the item with its version, ``greeting-3@2``, and the points; ``line`` is both as CSV.
    """

    item: ItemName
    points: float | None
    cells: tuple[str, float | None]
    line: str

    @classmethod
    def of(cls, item: ItemName, points: float | None) -> Self:
        """The mark with its cells."""
        cells = (f"{item.key}@{item.version}", points)
        return cls(item, points, cells, csv_line(cells))


NO_MARK: Sequence[None] = (None, None)


class Who(NamedTuple):
    """Whose attempt it is; the name only where it was asked for."""

    person_id: int
    employee_number: str | None
    name: str | None


class AttemptRow(NamedTuple):
    """One attempt; ``marks`` from slot 1 to the last slot of the longest paper, None for a slot that it has not."""

    id: int
    exam_version: int
    who: Who
    department: str | None
    site: str | None
    job_role: str | None
    number: int
    is_first: bool
    state: str
    language: str
    started_at: datetime
    finished_at: datetime | None
    graded_at: datetime | None
    score: float | None
    max_score: float
    percent: float | None
    passed: bool | None
    marks: Sequence[Mark | None] = ()


class ResponseRow(NamedTuple):
    """One question of one attempt; ``answer`` in the item's keys, None also while the attempt waits for marks."""

    attempt_id: int
    exam_version: int
    who: Who
    state: str
    slot: int
    section: int
    item: ItemName
    answer: Any
    answered_at: datetime | None
    points: float | None
    max_points: float
    source: str | None
    graded_at: datetime | None


ATTEMPT_COLUMNS = (
    "attempt_id", "exam", "exam_version", "person_id", "employee_number", "department", "site", "job_role", "try",
    "is_first", "state", "language", "started_at", "finished_at", "graded_at", "score", "max_score", "percent", "passed",
)  # fmt: skip
RESPONSE_COLUMNS = (
    "attempt_id", "exam", "exam_version", "person_id", "employee_number", "state", "slot", "section", "item",
    "item_version", "type", "answer", "answered_at", "points", "max_points", "source", "graded_at",
)  # fmt: skip


def columns(form: Form, slots: int, *, names: bool) -> list[str]:
    """The heading; ``slots`` is the length of the longest paper."""
    plain = list(ATTEMPT_COLUMNS if form is Form.ATTEMPTS else RESPONSE_COLUMNS)
    if names:
        plain.insert(plain.index("employee_number") + 1, "name")
    if form is Form.ATTEMPTS:
        plain += [f"slot_{slot}_{what}" for slot in range(1, slots + 1) for what in ("item", "points")]
    return plain


def cells(exam: str, row: AttemptRow | ResponseRow, *, names: bool) -> list[Any]:
    """The cells under ``columns``: numbers as numbers, instants in ISO 8601 UTC, yes and no as 1 and 0."""
    if isinstance(row, ResponseRow):
        return _response_cells(exam, row, names=names)
    plain = _attempt_cells(exam, row, names=names)
    for mark in row.marks:
        plain += NO_MARK if mark is None else mark.cells
    return plain


def line(exam: str, row: AttemptRow | ResponseRow, *, names: bool) -> str:
    """The same as a line of CSV; marks, of which there are hundreds of thousands, are joined as they were once written."""
    if isinstance(row, ResponseRow):
        return csv_line(_response_cells(exam, row, names=names))
    plain = csv_line(_attempt_cells(exam, row, names=names))
    return ",".join([plain, *["," if mark is None else mark.line for mark in row.marks]])


def _attempt_cells(exam: str, row: AttemptRow, *, names: bool) -> list[Any]:
    return [
        row.id, exam, row.exam_version, *_who(row.who, names=names), row.department, row.site, row.job_role, row.number,
        int(row.is_first), row.state, row.language, instant(row.started_at), instant(row.finished_at),
        instant(row.graded_at), row.score, row.max_score, row.percent, None if row.passed is None else int(row.passed),
    ]  # fmt: skip


def _response_cells(exam: str, row: ResponseRow, *, names: bool) -> list[Any]:
    answer = None if row.answer is None else json.dumps(row.answer, ensure_ascii=False)
    return [
        row.attempt_id, exam, row.exam_version, *_who(row.who, names=names), row.state, row.slot, row.section,
        row.item.key, row.item.version, row.item.type, answer, instant(row.answered_at), row.points, row.max_points,
        row.source, instant(row.graded_at),
    ]  # fmt: skip


def _who(who: Who, *, names: bool) -> tuple[Any, ...]:
    return (who.person_id, who.employee_number, who.name) if names else (who.person_id, who.employee_number)


def as_json(exam: str, row: AttemptRow | ResponseRow, *, names: bool) -> dict[str, Any]:
    """A row as an object under the same names; an attempt has its slots as a list, an answer stays what it is."""
    form = Form.ATTEMPTS if isinstance(row, AttemptRow) else Form.RESPONSES
    heading = columns(form, 0, names=names)
    if isinstance(row, ResponseRow):
        return {**dict(zip(heading, _response_cells(exam, row, names=names), strict=True)), "answer": row.answer}
    body = dict(zip(heading, _attempt_cells(exam, row, names=names), strict=True))
    body["is_first"], body["passed"] = row.is_first, row.passed
    body["slots"] = [
        {"slot": slot, "item": mark.item.key, "version": mark.item.version, "points": mark.points}
        for slot, mark in enumerate(row.marks, start=1)
        if mark is not None
    ]
    return body


def json_pieces(heading: Mapping[str, Any], items: Iterable[Mapping[str, Any]]) -> Iterator[bytes]:
    """``{…heading, "items": [one a line]}``; a document that was cut off is no JSON."""
    yield json.dumps(heading, ensure_ascii=False)[:-1].encode() + b', "items": [\n'
    between = b""
    for item in items:
        yield between + json.dumps(item, ensure_ascii=False, separators=(",", ":")).encode()
        between = b",\n"
    yield b"\n]}\n"


def instant(at: datetime | None) -> str | None:
    """ISO 8601 in UTC with a Z."""
    return None if at is None else f"{at.astimezone(UTC).isoformat()[:-6]}Z"


def number(value: float | None) -> float | None:
    """Points and percents as people write them: whole numbers without a fraction, the rest to six places."""
    if value is None:
        return None
    return int(value) if value == int(value) else round(value, 6)


class Incomplete(RuntimeError):
    """A file would have other rows than were counted beforehand; it is not given out."""


def counted(rows: Iterable[Any], expected: int) -> Iterator[Any]:
    """The same rows; raises ``Incomplete`` at the end if there were fewer, at once if there are more."""
    seen = 0
    for seen, row in enumerate(rows, start=1):
        if seen > expected:
            break
        yield row
    if seen != expected:
        raise Incomplete(f"{expected} rows were counted and {seen} or more came")
