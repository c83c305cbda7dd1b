"""Tables that people send as CSV or XLSX: bytes to rows of text under known columns (pure but for the XLSX reader)."""

import csv
import io
import struct
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from xml.etree import ElementTree
from zipfile import BadZipFile, ZipFile

from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException

from lms.core.errors import Invalid
from lms.core.texts import N_, Message

MAX_ROWS = 50_000
MOST_COLUMNS = 100
MOST_UNPACKED = 100 * 1024 * 1024
"""Bytes: a few megabytes of an XLSX file may unpack to gigabytes."""
BROKEN = (
    BadZipFile, InvalidFileException, zlib.error, ElementTree.ParseError, struct.error,
    ArithmeticError, AttributeError, EOFError, LookupError, OSError, RuntimeError, TypeError, ValueError,
)  # fmt: skip
"""What the XLSX reader raises for files that are none, or are broken inside."""
FORMULA_STARTS = frozenset("=+-@\t\r\n＝＋－＠")
"""A text cell that begins so is a formula to some spreadsheet program; our exports guard it by an apostrophe."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the file: its number (the heading is line 1) and its cells by column name."""

    line: int
    cells: dict[str, str]


@dataclass(frozen=True, slots=True)
class RowError:
    """Why a row cannot be used."""

    line: int
    column: str
    message: Message


def read_rows(
    filename: str, content: bytes, columns: Mapping[str, Sequence[str]], required: Sequence[str]
) -> list[Row]:
    """The rows of a CSV (UTF-8 with or without BOM, UTF-16, GB18030) or XLSX file.

    ``columns`` names each known column with its other names, in lower case. Raises ``Invalid`` with what to do when
    the file or its heading cannot be used.
    """
    lines = _xlsx(content) if filename.lower().endswith(".xlsx") or content[:2] == b"PK" else _csv(content)
    heading = next(lines, None)
    if heading is None:
        raise Invalid(Message(N_("The file is empty. Its first line must name the columns.")))
    found = [_column(cell, columns) for cell in heading]
    unknown = [cell for cell, column in zip(heading, found, strict=True) if column is None and cell.strip()]
    if unknown:
        raise Invalid(
            Message(
                N_("Unknown columns: %(columns)s. Known ones: %(known)s."),
                {"columns": ", ".join(unknown), "known": ", ".join(columns)},
            )
        )
    absent = [name for name in required if name not in found]
    if absent:
        raise Invalid(Message(N_("These columns are missing: %(columns)s."), {"columns": ", ".join(absent)}))
    return list(_rows(found, lines))


def _rows(columns: Sequence[str | None], lines: Iterable[list[str]]) -> Iterator[Row]:
    for number, cells in enumerate(lines, start=2):
        if number > MAX_ROWS + 1:
            raise Invalid(Message(N_("At most %(count)s rows at a time; split the file."), {"count": MAX_ROWS}))
        filled = {name: cell.strip() for name, cell in zip(columns, cells, strict=False) if name}
        if any(filled.values()):
            yield Row(number, filled)


def _column(cell: str, columns: Mapping[str, Sequence[str]]) -> str | None:
    name = cell.strip().lower()
    return next((key for key, others in columns.items() if name in (key, *others)), None)


def decode(content: bytes) -> str:
    """Text in whatever encoding spreadsheet programs write in China and elsewhere."""
    is_wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))
    for encoding in ("utf-16",) if is_wide else ("utf-8-sig", "gb18030"):
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Invalid(Message(N_("The file's encoding is not known. Save it as XLSX or as CSV in UTF-8.")))


def _csv(content: bytes) -> Iterator[list[str]]:
    text = decode(content)
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    # a guard against formulas puts an apostrophe before such a cell: it is not part of the value
    try:
        for cells in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter):
            yield [cell[1:] if cell[:1] == "'" and cell[1:2] in FORMULA_STARTS else cell for cell in cells]
    except csv.Error:
        raise Invalid(Message(N_("A cell never ends: look for a quotation mark without its partner."))) from None


def _xlsx(content: bytes) -> Iterator[list[str]]:
    try:
        with ZipFile(io.BytesIO(content)) as packed:
            unpacked = sum(part.file_size for part in packed.infolist())
        if unpacked > MOST_UNPACKED:
            raise Invalid(Message(N_("This file holds far more than its rows. Copy the rows into a new one, or use CSV.")))
        book = load_workbook(io.BytesIO(content), read_only=True, data_only=True)
        for cells in book.worksheets[0].iter_rows(values_only=True, max_col=MOST_COLUMNS):
            yield [_text(cell) for cell in cells]
    except BROKEN:
        raise Invalid(Message(N_("This is not a readable XLSX file. Save it again, or use CSV."))) from None


def _text(cell: object) -> str:
    if cell is None:
        return ""
    if isinstance(cell, datetime | date):
        return cell.isoformat()[:10]
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return str(cell)


def day_written(value: str) -> date | None:
    """The day a cell means: 2026-03-31, 2026/3/31; None when it is no day."""
    parts = value.strip().replace("/", "-").split("-")
    try:
        return date(*(int(part) for part in parts)) if len(parts) == 3 else None
    except ValueError:
        return None
