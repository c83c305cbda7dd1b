"""The printed certificate: tagged, reproducible, in both languages, and honest about characters it cannot show."""

import dataclasses
import os
import re
import shutil
import subprocess
import zlib
from datetime import UTC, datetime
from pathlib import Path

import pytest

from lms.certification.adapters.pdf import Face, certificate_pdf
from lms.core.errors import Unavailable

ISSUED = datetime(2026, 11, 19, 8, tzinfo=UTC)
FACE = Face(
    language="en",
    title="Certificate: Front-line service, Siobhán O’Brien",
    organisation="Service Academy",
    kind="Certificate",
    awarded_to="This certifies that",
    name="Siobhán O’Brien",
    for_words="holds the certification",
    certification="Front-line service",
    sentence="All requirements were met and are on record.",
    completed_words="Completed",
    completed="19 Nov 2026",
    valid_words="Valid until",
    valid="19 Nov 2027",
    code_words="Verification code",
    code="7K3MQ-4TZ9X",
    address="https://learn.example.com/verify/7K3MQ4TZ9X",
    verify_words="Whether it is still valid: https://learn.example.com/verify/7K3MQ4TZ9X",
    qr_words="QR code that leads to the verification",
)
CHINESE = dataclasses.replace(
    FACE, language="zh-Hans", title="证书", organisation="服务学院", kind="证书", awarded_to="兹证明", name="欧阳娜娜",
    for_words="已取得", certification="一线客服上岗认证", sentence="各项要求均已达到，记录在案。", valid_words="有效期至",
)  # fmt: skip


def text_of(document: bytes, folder: Path) -> str:
    file = folder / "certificate.pdf"
    file.write_bytes(document)
    done = subprocess.run(["pdftotext", "-layout", str(file), "-"], capture_output=True, check=True)
    return done.stdout.decode()


def metadata(document: bytes) -> bytes:
    streams = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", document, re.DOTALL)
    return b"".join(_inflated(stream) for stream in streams) + document


def _inflated(stream: bytes) -> bytes:
    try:
        return zlib.decompress(stream)
    except zlib.error:
        return stream


needs_poppler = pytest.mark.skipif(
    shutil.which("pdftotext") is None and not os.environ.get("LMS_REQUIRE_BROWSER"), reason="poppler is not installed"
)


@needs_poppler
@pytest.mark.parametrize("face", [FACE, CHINESE], ids=["en", "zh"])
def test_it_says_name_title_dates_and_code(face: Face, tmp_path: Path) -> None:
    said = text_of(certificate_pdf(face, ISSUED), tmp_path)
    for words in (face.name, face.certification, face.valid, face.code, face.awarded_to, face.organisation):
        assert words in said


@pytest.mark.parametrize("face", [FACE, CHINESE], ids=["en", "zh"])
def test_it_is_tagged_for_all_readers_and_always_the_same(face: Face) -> None:
    document = certificate_pdf(face, ISSUED)
    assert document.startswith(b"%PDF-") and b"pdfuaid" in metadata(document)
    assert document == certificate_pdf(face, ISSUED)


def test_it_is_one_page_however_long_the_words_are() -> None:
    long = dataclasses.replace(FACE, name="Wolfeschlegelsteinhausen " * 4, certification="Front-line service " * 5)
    assert metadata(certificate_pdf(long, ISSUED)).count(b"/Type/Page/") + metadata(
        certificate_pdf(long, ISSUED)
    ).count(b"/Type /Page\n") == 1


@pytest.mark.parametrize("name", ["𠮷野家", "Ann 😀", "นิด", "Zo\ue000", "Tab\u0007"])
def test_a_character_without_a_sign_is_named_instead_of_vanishing(name: str) -> None:
    with pytest.raises(Unavailable) as caught:
        certificate_pdf(dataclasses.replace(FACE, name=name), ISSUED)
    character = caught.value.message.values["character"]
    assert character in name or f"U+{ord(name[-1]):04X}" == character


def test_words_are_never_read_as_markup(tmp_path: Path) -> None:
    sly = '#panic("x") *bold* $x$ @ref <a> \\ "quoted"'
    document = certificate_pdf(dataclasses.replace(FACE, name=sly), ISSUED)
    if shutil.which("pdftotext"):
        assert '#panic("x") *bold* $x$ @ref <a>' in text_of(document, tmp_path)
