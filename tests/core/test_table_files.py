"""Files that are not what they say are refused with a sentence."""

import io
import zipfile
from collections.abc import Callable
from typing import Any

import pytest
from openpyxl import Workbook

from lms.core.access import Role
from lms.core.errors import Invalid
from lms.core.table_files import MOST_UNPACKED, read_rows

COLUMNS = {"name": ("姓名",), "email": ()}


def read(name: str, content: bytes) -> list[dict[str, str]]:
    return [row.cells for row in read_rows(name, content, COLUMNS, ["name"])]


def workbook(**replaced: bytes) -> bytes:
    """A real XLSX of one person, some of its parts replaced: ``sheet1=b"…"``."""
    book, plain, packed = Workbook(), io.BytesIO(), io.BytesIO()
    book.active.append(["name", "email"])
    book.active.append(["Lin", "lin@example.com"])
    book.save(plain)
    with zipfile.ZipFile(plain) as source, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as target:
        for part in source.namelist():
            stem = part.rsplit("/", 1)[-1].removesuffix(".xml")
            target.writestr(part, replaced.get(stem, source.read(part)))
    return packed.getvalue()


def test_a_workbook_is_read() -> None:
    assert read("people.xlsx", workbook()) == [{"name": "Lin", "email": "lin@example.com"}]


@pytest.mark.parametrize("part", ["sheet1", "workbook", "[Content_Types]"])
@pytest.mark.parametrize("content", [b"", b"<x", b"garbage", b'<?xml version="1.0"?><x/>'])
def test_a_workbook_broken_inside_is_refused(part: str, content: bytes) -> None:
    with pytest.raises(Invalid):
        read("people.xlsx", workbook(**{part: content}))


@pytest.mark.parametrize(
    "content",
    [
        b"", b"\xef\xbb\xbf", b"\xff\xfea", b"\xff\xfe\x00\xd8n", b"\xfe\xff\xd8", bytes(range(256)),
        b'name\n"' + b"x" * 200_000, b"name\n" + b"x" * 200_000, b"PK\x03\x04", b"PK\x05\x06" + b"\0" * 18,
    ],
)  # fmt: skip
def test_a_file_that_is_no_table_is_refused(content: bytes) -> None:
    with pytest.raises(Invalid):
        read("people.csv", content)


def test_a_small_file_that_unpacks_to_a_great_one_is_refused_unread() -> None:
    bomb = workbook(sheet1=b" " * (MOST_UNPACKED + 1))
    assert len(bomb) < 1024 * 1024
    with pytest.raises(Invalid, match="far more than its rows"):
        read("people.xlsx", bomb)


@pytest.mark.parametrize(
    ("role", "path"), [(Role.ADMIN, "/admin/people/import"), (Role.HR, "/hr/quality-scores/import")]
)
def test_the_sentence_stands_on_the_page(sign_in: Callable[..., Any], role: Role, path: str) -> None:
    page = sign_in(role).post(path, data={"file": (io.BytesIO(b"\xff\xfea"), "table.csv")})
    assert page.status_code == 422
    assert "encoding is not known" in page.text
