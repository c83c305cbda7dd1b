"""CSV and XLSX that a spreadsheet program opens as they are and cannot be tricked with, written row by row (pure)."""

import csv
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


class _Echo:
    """What ``csv.writer`` writes into so that ``writerow`` gives the line back."""

    def write(self, text: str) -> str:
        return text


# with a line end, which ``csv_line`` takes off again: a writer quotes CR and LF only as part of its line end
_write: Any = csv.writer(_Echo(), lineterminator="\r\n").writerow


def csv_line(cells: Iterable[Any]) -> str:
    """Cells as a line of CSV without its end, guarded; None is empty. Lines may be joined with a comma between."""
    # ``guarded`` written out: calling it for each of a million cells would be a third of the time
    line: str = _write([f"'{cell}" if isinstance(cell, str) and cell[:1] in FORMULA_STARTS else cell for cell in cells])
    return line[:-2]


def csv_pieces(columns: Sequence[str], rows: Iterable[Sequence[Any]]) -> Iterator[bytes]:
    """UTF-8 with a byte-order mark and CRLF line ends, in pieces of about 64 KiB; None is an empty cell."""
    return csv_pieces_of(columns, map(csv_line, rows))


def csv_pieces_of(columns: Sequence[str], lines: Iterable[str]) -> Iterator[bytes]:
    """The same from lines that ``csv_line`` made."""
    yield BOM
    held, size = [csv_line(columns)], 0
    for line in lines:
        held.append(line)
        size += len(line)
        if size >= PIECE_BYTES:
            yield ("\r\n".join(held) + "\r\n").encode()
            held, size = [], 0
    if held:
        yield ("\r\n".join(held) + "\r\n").encode()


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
