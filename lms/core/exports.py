"""CSV that a spreadsheet program opens as it is and cannot be tricked with, written row by row (pure)."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

CSV_TYPE = "text/csv; charset=utf-8"
BOM = b"\xef\xbb\xbf"
FORMULA_STARTS = frozenset("=+-@\t\r\n＝＋－＠")
"""A text that begins so is a formula to some spreadsheet program, quoted or not."""
PIECE_BYTES = 64 * 1024


def guarded(cell: Any) -> Any:
    """A text that would be read as a formula gets an apostrophe before it; anything else stays as it is."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in FORMULA_STARTS else cell


def csv_pieces(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    """UTF-8 with a byte-order mark and CRLF line ends, in pieces of about 64 KiB; None is an empty cell."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    yield BOM
    writer.writerow([guarded(column) for column in columns])
    for cells in rows:
        writer.writerow(["" if cell is None else guarded(cell) for cell in cells])
        if text.tell() >= PIECE_BYTES:
            yield text.getvalue().encode()
            text.seek(0)
            text.truncate()
    yield text.getvalue().encode()
