"""Tables as files: CSV and XLSX that a spreadsheet program cannot be tricked with, written row by row (pure)."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from enum import StrEnum
from typing import IO, Any

import xlsxwriter

from lms.core.table_files import FORMULA_STARTS


class Format(StrEnum):
    """What an export may be."""

    CSV = "csv"
    XLSX = "xlsx"
    JSON = "json"


MEDIA_TYPES = {
    Format.CSV: "text/csv; charset=utf-8",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.JSON: "application/json",
}
BOM = b"\xef\xbb\xbf"
PIECE = 64 * 1024


def guarded(cell: Any) -> Any:
    """A text cell that would be read as a formula gets an apostrophe before it; anything else stays as it is."""
    return f"'{cell}" if isinstance(cell, str) and cell[:1] in FORMULA_STARTS else cell


def csv_pieces(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    """CSV as UTF-8 with a byte-order mark and CRLF, in pieces of about 64 KiB."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([guarded(column) for column in columns])
    yield BOM
    for cells in rows:
        writer.writerow(["" if cell is None else guarded(cell) for cell in cells])
        if text.tell() >= PIECE:
            yield text.getvalue().encode()
            text.seek(0)
            text.truncate()
    yield text.getvalue().encode()


def write_xlsx(stream: IO[bytes], title: str, columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """An XLSX file into ``stream``, one row in memory at a time; texts stay texts: ``000123`` and ``=1+2`` too."""
    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_numbers": False,
        "strings_to_urls": False,
    }
    with xlsxwriter.Workbook(stream, options) as book:
        sheet = book.add_worksheet(_sheet_name(title))
        sheet.freeze_panes(1, 0)
        bold = book.add_format({"bold": True})
        for place, column in enumerate(columns):
            sheet.set_column(place, place, max(10, min(28, len(column) + 2)))
            sheet.write_string(0, place, column, bold)
        for line, cells in enumerate(rows, start=1):
            for place, cell in enumerate(cells):
                if isinstance(cell, str):
                    sheet.write_string(line, place, cell)
                elif cell is not None:
                    sheet.write_number(line, place, cell)


def _sheet_name(title: str) -> str:
    """At most 31 characters without those a sheet's name may not have."""
    cleaned = "".join(" " if character in "[]:*?/\\'" else character for character in title)
    return cleaned[:31].strip() or "records"
