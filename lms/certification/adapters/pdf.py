"""The certificate as a PDF/UA document, set by typst; the same certificate gives the same bytes."""

import functools
import io
import json
import re
import unicodedata
from dataclasses import asdict, dataclass
from datetime import datetime
from importlib.resources import files
from pathlib import Path

import pylopdf_fonts_zh_cn
import segno
import typst

from lms.core.errors import Unavailable
from lms.core.texts import N_, Message


@dataclass(frozen=True, slots=True)
class Face:
    """All words of a printed certificate, in one language; ``address`` leads to its verification."""

    language: str
    title: str
    organisation: str
    kind: str
    awarded_to: str
    name: str
    for_words: str
    certification: str
    sentence: str
    completed_words: str
    completed: str
    valid_words: str
    valid: str
    code_words: str
    code: str
    address: str
    verify_words: str
    qr_words: str


_MARK = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 32 32">'
    '<path fill="#0e5459" d="M0 32V14A14 14 0 0 1 14 0h4a14 14 0 0 1 14 14v4a14 14 0 0 1-14 14Z"/>'
    '<g fill="none" stroke-width="3" stroke-linecap="round"><path stroke="#fffdfb" d="M10 14v5M16 10v13"/>'
    '<path stroke="#ef7d67" d="M22 14v5"/></g></svg>'
)
_LACKING = re.compile(r"the text `\"(.+?)\"` could not be displayed")
_UNSEEN = {"Cc", "Cn", "Co", "Cs"}
"""Kinds of characters that no font shows and typst lets vanish: controls, unassigned, private, surrogates."""


def certificate_pdf(face: Face, issued_at: datetime, font_path: str = "") -> bytes:
    """The certificate as PDF. ``font_path`` is a folder with further fonts ("" for none).

    Raises ``Unavailable``, naming the character, when no font has a character of the name or the titles.
    """
    for words in (face.name, face.certification, face.organisation):
        for character in words:
            if unicodedata.category(character) in _UNSEEN:
                raise _lacks(f"U+{ord(character):04X}")
    day = issued_at.date()
    said = {**asdict(face), "issued": [day.year, day.month, day.day], "mark": _MARK, "qr": _qr(face.address)}
    compiler = typst.Compiler(
        _source(),
        font_paths=_fonts(font_path),
        ignore_system_fonts=True,
        sys_inputs={"certificate": json.dumps(said, ensure_ascii=False)},
    )
    try:
        document = compiler.compile(format="pdf", pdf_standards=["ua-1"], timestamp=int(issued_at.timestamp()))
    except typst.TypstError as error:
        found = _LACKING.search(error.message)
        if found is None:
            raise
        raise _lacks(found[1]) from None
    assert isinstance(document, bytes)
    return document


def _lacks(character: str) -> Unavailable:
    return Unavailable(
        Message(
            N_(
                "The fonts here have no sign for “%(character)s”, so the PDF would be wrong; the certificate itself "
                "is valid. An administrator can add a font that has it (LMS_FONT_PATH)."
            ),
            {"character": character},
        )
    )


def _qr(address: str) -> str:
    """The address as a QR code that survives a coffee stain (error correction M), as SVG."""
    out = io.BytesIO()
    segno.make(address, error="m", micro=False).save(
        out, kind="svg", border=0, dark="#17282b", xmldecl=False, svgclass=None, lineclass=None
    )
    return out.getvalue().decode()


@functools.cache
def _source() -> bytes:
    return (files("lms.certification.adapters") / "certificate.typ").read_bytes()


@functools.lru_cache(maxsize=4)
def _fonts(font_path: str) -> typst.Fonts:
    """Noto Sans and Serif SC, the fonts inside typst, and those of ``font_path``; read once per process."""
    folders = [str(Path(pylopdf_fonts_zh_cn.__file__).parent), *([font_path] if font_path else [])]
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True, font_paths=folders)
