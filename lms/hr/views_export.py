"""Performance records as a file: streamed, so that a hundred thousand people need little memory."""

from collections.abc import Iterator
from datetime import datetime
from tempfile import TemporaryFile
from typing import IO

from flask import Response, stream_with_context

from lms.core import exports
from lms.core.exports import PIECE_BYTES
from lms.hr import queries_records, records
from lms.hr.export import MEDIA_TYPES, Format
from lms.hr.models import ReviewCycle, Revision
from lms.hr.queries_evidence import components_of


def file_name(cycle: ReviewCycle, frozen: Revision | None, form: Format) -> str:
    """The name a browser saves the file under: "2026-h2-r3.csv", or "2026-h2-draft.csv"."""
    return f"{cycle.key}-{f'r{frozen.number}' if frozen else 'draft'}.{form.value}"


def download(cycle: ReviewCycle, frozen: Revision | None, form: Format, now: datetime) -> Response:
    """The file as a response."""
    pieces = stream_with_context(file_pieces(cycle, frozen, form, now))
    response = Response(pieces, content_type=MEDIA_TYPES[form])
    response.headers["Content-Disposition"] = f'attachment; filename="{file_name(cycle, frozen, form)}"'
    return response


def file_pieces(cycle: ReviewCycle, frozen: Revision | None, form: Format, now: datetime) -> Iterator[bytes]:
    """The bytes of the file. The JSON of a revision is the very document that its checksum is taken over."""
    rows = queries_records.all_records(cycle, frozen, now)
    if form is Format.JSON:
        heading = frozen.heading if frozen else queries_records.heading(cycle, None, now)
        yield from records.document(heading, rows)
        return
    columns, cells = records.columns(components_of(cycle)), (records.row(values) for values in rows)
    if form is Format.CSV:
        yield from exports.csv_pieces(columns, cells)
        return
    with TemporaryFile() as scratch:
        exports.write_xlsx(scratch, cycle.key, columns, cells)
        yield from _read(scratch)


def _read(stream: IO[bytes]) -> Iterator[bytes]:
    stream.seek(0)
    while piece := stream.read(PIECE_BYTES):
        yield piece
