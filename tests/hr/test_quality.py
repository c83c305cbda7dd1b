"""Files of workplace scores become scores, or errors with their line."""

from datetime import date
from decimal import Decimal

import pytest

from lms.core.table_files import read_rows
from lms.hr.quality import COLUMNS, REQUIRED, NewScore, read

HEAD = "employee_number,source,observed_on,score,max_score,reference\n"


def reading(text: str, encoding: str = "utf-8") -> object:
    return read(read_rows("scores.csv", text.encode(encoding), COLUMNS, REQUIRED))


def test_a_row_becomes_a_score() -> None:
    found = reading(HEAD + "000123,inspection,2026-03-31,8.5,10,I-1\n")
    assert found.scores == (NewScore("000123", "inspection", date(2026, 3, 31), Decimal("8.5"), Decimal(10), "I-1"),)
    assert (found.lines, found.errors) == ((2,), ())


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "gb18030"])
def test_chinese_headings_and_sources_are_understood_in_any_encoding(encoding: str) -> None:
    found = reading("工号,来源,日期,得分,满分,编号\n000123,神秘顾客,2026/3/31,4,5,巡检1\n", encoding)
    assert (found.scores[0].source, found.scores[0].reference) == ("mystery-shopper", "巡检1")


@pytest.mark.parametrize(
    ("row", "column"),
    [
        ("1,inspection,yesterday,8,10,a", "observed_on"),
        ("1,inspection,2026-02-30,8,10,a", "observed_on"),
        ("1,inspection,2026-03-01,good,10,a", "score"),
        ("1,inspection,2026-03-01,NaN,10,a", "score"),
        ("1,inspection,2026-03-01,8,,a", "max_score"),
        ("1,inspection,2026-03-01,8,1e999,a", "max_score"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_line(row: str, column: str) -> None:
    found = reading(HEAD + "2,inspection,2026-03-01,8,10,b\n" + row + "\n")
    assert [(error.line, error.column) for error in found.errors] == [(3, column)]
