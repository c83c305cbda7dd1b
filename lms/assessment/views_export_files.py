"""An exam's attempts as a file: made whole in a scratch file first, so that half a file is never given out as a whole."""

import base64
import hashlib
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime
from tempfile import TemporaryFile
from typing import IO, Any

from flask import Response

from lms.assessment import export, queries_exports
from lms.assessment.export import MEDIA_TYPES, MOST_SHEET_ROWS, Form, Format
from lms.assessment.queries_exports import Asked, Snapshot
from lms.core import exports
from lms.core.database import db
from lms.core.errors import Conflict
from lms.core.exports import PIECE_BYTES
from lms.core.texts import N_, Message


@dataclass(frozen=True, slots=True)
class Shape:
    """What the file is to be: its form, its format, and whether it names people beside their numbers."""

    form: Form
    format: Format
    names: bool = False


@dataclass(frozen=True, slots=True)
class Written:
    """What was written: rows (heading aside), bytes, and the SHA-256 of all bytes (hex)."""

    rows: int
    size: int
    sha256: str


def write_file(stream: IO[bytes], of: Asked, shape: Shape, now: datetime) -> Written:
    """Write all rows into a binary stream that can be read again; needs the memory of a few hundred attempts.

    Raises ``Conflict`` for more rows than a sheet holds, ``Incomplete`` if other rows came than were counted.
    """
    with queries_exports.snapshot(of) as found:
        expected = found.count(shape.form)
        if shape.format is Format.XLSX:
            if expected > MOST_SHEET_ROWS:
                raise Conflict(
                    Message(
                        N_(
                            "An Excel sheet holds %(most)s rows and these are %(count)s. Take CSV, or a shorter period."
                        ),
                        {"most": f"{MOST_SHEET_ROWS:,}", "count": f"{expected:,}"},
                    )
                )
            cells = _cells(found, of, shape, expected)
            heading = export.columns(shape.form, found.slots, names=shape.names)
            exports.write_xlsx(stream, of.exam.key, heading, cells)
        else:
            for piece in _pieces(found, of, shape, expected, now):
                stream.write(piece)
    stream.seek(0)
    digest = hashlib.file_digest(stream, "sha256").hexdigest()  # type: ignore[arg-type]
    return Written(expected, stream.tell(), digest)


def _pieces(found: Snapshot, of: Asked, shape: Shape, expected: int, now: datetime) -> Iterator[bytes]:
    if shape.format is Format.CSV:
        heading = export.columns(shape.form, found.slots, names=shape.names)
        lines = (export.line(of.exam.key, row, names=shape.names) for row in found.rows(shape.form))
        return exports.csv_pieces_of(heading, export.counted(lines, expected))
    heading_of_json = {
        "exam": of.exam.key,
        "form": shape.form.value,
        "made_at": export.instant(now),
        "filter": of.facts,
        "count": expected,
    }
    items = (export.as_json(of.exam.key, row, names=shape.names) for row in found.rows(shape.form))
    return export.json_pieces(heading_of_json, export.counted(items, expected))


def _cells(found: Snapshot, of: Asked, shape: Shape, expected: int) -> Iterator[Any]:
    rows = (export.cells(of.exam.key, row, names=shape.names) for row in found.rows(shape.form))
    return export.counted(rows, expected)


def file_name(of: Asked, shape: Shape, rows: int) -> str:
    """The name a browser saves the file under; it tells the rows: ``front-line-exam-attempts-20000.csv``."""
    return f"{of.exam.key}-{shape.form.value}-{rows}.{shape.format.value}"


def download(of: Asked, shape: Shape, now: datetime) -> Response:
    """The file as a response with its length, its number of rows and its digest (RFC 9530)."""
    with ExitStack() as until_sent:
        scratch = until_sent.enter_context(TemporaryFile())
        written = write_file(scratch, of, shape, now)
        kept = until_sent.pop_all()
    db.session.close()  # reading is over: a slow line keeps no connection of the pool
    response = Response(_read(scratch), content_type=MEDIA_TYPES[shape.format])
    response.call_on_close(kept.close)
    digest = base64.b64encode(bytes.fromhex(written.sha256)).decode()
    response.headers["Content-Disposition"] = f'attachment; filename="{file_name(of, shape, written.rows)}"'
    response.headers["Content-Length"] = str(written.size)
    response.headers["Row-Count"] = str(written.rows)
    response.headers["Repr-Digest"] = f"sha-256=:{digest}:"
    return response


def _read(stream: IO[bytes]) -> Iterator[bytes]:
    stream.seek(0)
    while piece := stream.read(PIECE_BYTES):
        yield piece
