"""CSV and XLSX that a spreadsheet program opens as they are and cannot be tricked with, written row by row (pure)."""

import csv
import io
from collections.abc import Iterable, Iterator, Sequence
from typing import IO, Any

import xlsxwriter

from lms.core.table_files import FORMULA_STARTS

CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
BOM = b"\xef\xbb\xbf"
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
        # ``guarded`` written out: calling it for each of a million cells would be a third of the time
        writer.writerow([f"'{cell}" if isinstance(cell, str) and cell[:1] in FORMULA_STARTS else cell for cell in cells])
        if text.tell() >= PIECE_BYTES:
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
