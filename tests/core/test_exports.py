"""CSV files: what a spreadsheet program needs, what it must never run, and that big ones stream."""

import csv
import io

import pytest

from lms.core.exports import PIECE_BYTES, csv_pieces, guarded


@pytest.mark.parametrize("cell", ["=1+2", "+1", "-1", "@SUM(A1)", "\tx", "\rx", "\nx", "＝1", "＠x"])
def test_a_text_that_begins_like_a_formula_is_guarded(cell: str) -> None:
    assert guarded(cell) == f"'{cell}"


@pytest.mark.parametrize("cell", ["000123", "a=1", "", -1, 0.5, None])
def test_anything_else_stays_as_it_is(cell: object) -> None:
    assert guarded(cell) == cell


def test_a_file_has_its_mark_its_line_ends_and_its_cells() -> None:
    raw = b"".join(csv_pieces(["name", "=n"], [["何静, 热线", 3], ['say "hi"\nagain', None]]))
    assert raw.startswith(b"\xef\xbb\xbfname,'=n\r\n")
    rows = list(csv.reader(io.StringIO(raw.decode("utf-8-sig"), newline="")))
    assert rows[1:] == [["何静, 热线", "3"], ['say "hi"\nagain', ""]]


def test_rows_are_written_as_they_come() -> None:
    taken = 0

    def rows() -> object:
        nonlocal taken
        for _ in range(10_000):
            taken += 1
            yield ["x" * 100]

    pieces = csv_pieces(["text"], rows())  # type: ignore[arg-type]
    assert next(pieces) and len(next(pieces)) < 2 * PIECE_BYTES
    assert taken < 1000
