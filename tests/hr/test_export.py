"""Files that no spreadsheet program can be tricked with."""

import csv
import io
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from lms.core.exports import csv_pieces, guarded, write_xlsx
from lms.core.table_files import read_rows

DANGEROUS = ["=1+2", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1+2", "＋1", "－1", "＠x"]


def table(rows: list[list[Any]], columns: tuple[str, ...] = ("number", "name", "score")) -> bytes:
    return b"".join(csv_pieces(columns, rows))


@pytest.mark.parametrize("text", DANGEROUS)
def test_a_text_that_could_be_a_formula_is_guarded_in_csv(text: str) -> None:
    cell = next(csv.reader(io.StringIO(table([[text]], ("name",)).decode("utf-8-sig").split("\r\n", 1)[1], newline="")))
    assert cell == [f"'{text}"]


@pytest.mark.parametrize("text", DANGEROUS)
def test_our_own_import_takes_the_guard_off_again(text: str) -> None:
    rows = read_rows("x.csv", table([[text, "x"]], ("name", "other")), {"name": (), "other": ()}, ("name",))
    assert rows[0].cells["name"] == text.strip()


def test_numbers_are_numbers_and_none_is_empty() -> None:
    assert table([["000123", None, -1.5]]).endswith(b"000123,,-1.5\r\n")
    assert guarded(-1.5) == -1.5


def test_csv_has_a_byte_order_mark_and_ends_its_lines_with_crlf() -> None:
    content = table([["1", "林小雨", 90]])
    assert content.startswith(b"\xef\xbb\xbf")
    assert content.count(b"\r\n") == content.count(b"\n") == 2


@given(st.lists(st.lists(st.text(st.characters(exclude_categories=["Cs", "Cc"])), min_size=3, max_size=3), max_size=9))
def test_any_table_survives_csv_but_for_the_guard(rows: list[list[str]]) -> None:
    read = list(csv.reader(io.StringIO(table(rows).decode("utf-8-sig"), newline="")))
    assert read[1:] == [[guarded(cell) for cell in cells] for cells in rows]


def test_csv_comes_in_pieces_while_the_rows_are_made() -> None:
    made = 0

    def rows() -> Iterator[list[str]]:
        nonlocal made
        for _ in range(100_000):
            made += 1
            yield ["000123", "x" * 90, "y"]

    pieces = csv_pieces(("number", "name", "score"), rows())
    assert next(pieces) == b"\xef\xbb\xbf"
    assert len(next(pieces)) >= 64 * 1024
    assert made < 1000


def sheet(rows: list[list[Any]], title: str = "2026-h2") -> Any:
    stream = io.BytesIO()
    write_xlsx(stream, title, ("number", "name", "score"), rows)
    return load_workbook(io.BytesIO(stream.getvalue())).worksheets[0]


@pytest.mark.parametrize("text", [*DANGEROUS[:4], *DANGEROUS[7:], "000123", "https://example.com"])
def test_a_text_stays_a_text_in_xlsx(text: str) -> None:
    cell = sheet([[text, "x", 1]]).cell(2, 1)
    assert (cell.value, cell.data_type, cell.hyperlink) == (text, "s", None)


def test_a_score_is_a_number_in_xlsx_and_a_missing_one_an_empty_cell() -> None:
    row = [cell.value for cell in sheet([["1", None, 66.66666666666667]])[2]]
    assert row == ["1", None, 66.66666666666667]


def test_a_sheets_name_loses_what_it_may_not_hold() -> None:
    assert sheet([], "a/b[c]:" + "x" * 40).title == "a b c " + " " + "x" * 24
