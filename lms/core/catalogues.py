"""Message catalogues: one file per room in Chinese, English is the source; compiled when the application starts.

``lms/translations/zh_Hans/<room>.po`` keeps the files small and lets rooms change apart; a message used by two rooms
lives in ``core.po``. ``make messages`` (``python -m lms.core.catalogues``) adds what is new and drops what is gone.
"""

import hashlib
import io
import sys
from collections.abc import Iterator
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent.parent
FOLDER = ROOT / "lms" / "translations" / "zh_Hans"
METHODS = [("lms/**.py", "python"), ("templates/**.html", "jinja2")]
KEYWORDS = {
    "_": None, "_l": None, "N_": None, "gettext": None, "lazy_gettext": None, "ngettext": (1, 2),
    "pgettext": ((1, "c"), 2),
}  # fmt: skip
OPTIONS = {"templates/**.html": {"trimmed": "false", "silent": "false"}}

Key = str | tuple[str, str]


def compiled(instance: Path) -> Path:
    """Folder with the compiled catalogue in gettext's layout, made anew when a source changed."""
    sources = sorted(FOLDER.glob("*.po"))
    digest = hashlib.sha256(b"".join(source.read_bytes() for source in sources)).hexdigest()[:16]
    folder = instance / "translations" / digest
    target = folder / "zh_Hans" / "LC_MESSAGES" / "messages.mo"
    if not target.exists():
        target.parent.mkdir(parents=True, exist_ok=True)
        buffer = io.BytesIO()
        write_mo(buffer, merged())
        scratch = target.with_suffix(f".{digest}.tmp")
        scratch.write_bytes(buffer.getvalue())
        scratch.replace(target)
    return folder


def merged() -> Catalog:
    """All rooms' messages in one catalogue."""
    whole = Catalog(locale="zh_Hans", charset="utf-8")
    for source in sorted(FOLDER.glob("*.po")):
        for message in _read(source):
            if message.id and message.string:
                whole.add(message.id, message.string, context=message.context)
    return whole


def _read(source: Path) -> Catalog:
    with source.open("rb") as stream:
        return read_po(stream, locale="zh_Hans")


def used() -> dict[Key, set[str]]:
    """Every message in code and templates with the rooms that use it."""
    found: dict[Key, set[str]] = {}
    for filename, _line, message, _comments, _context in _extracted():
        room = _room(filename)
        found.setdefault(message, set()).add(room)
    return found


def _extracted() -> Iterator[tuple[str, int, Key, list[str], str | None]]:
    for item in extract_from_dir(str(ROOT), METHODS, OPTIONS, keywords=KEYWORDS, directory_filter=_is_ours):
        if item[2]:
            yield item  # type: ignore[misc]


def _is_ours(directory: str) -> bool:
    name = Path(directory).name
    return not name.startswith(".") and name not in {"instance", "node_modules", "tests", "build", "__pycache__"}


def _room(filename: str) -> str:
    parts = Path(filename).parts
    if len(parts) > 2 and parts[0] in ("lms", "templates") and not parts[1].startswith(("_", "errors")):
        return parts[1]
    return "core"


def homes() -> dict[Key, str]:
    """The catalogue file each message belongs to."""
    return {key: next(iter(rooms)) if len(rooms) == 1 else "core" for key, rooms in used().items()}


def missing() -> list[str]:
    """Messages without a Chinese translation."""
    whole = merged()
    gaps = []
    for key in used():
        message = whole.get(key if isinstance(key, str) else key[0])
        complete = message is not None and bool(message.string) and all(message.string or ())
        if not complete:
            gaps.append(key if isinstance(key, str) else key[0])
    return sorted(gaps)


def update() -> int:
    """Write every file anew from what is used, keeping translations; returns how many are missing."""
    known = {_key(message): message.string for message in merged() if message.id}
    rooms: dict[str, Catalog] = {}
    for key, room in sorted(homes().items(), key=lambda pair: str(pair[0])):
        catalog = rooms.setdefault(room, Catalog(locale="zh_Hans", charset="utf-8", header_comment="#"))
        catalog.add(key, known.get(key, "" if isinstance(key, str) else ("",)))
    FOLDER.mkdir(parents=True, exist_ok=True)
    for stale in FOLDER.glob("*.po"):
        if stale.stem not in rooms:
            stale.unlink()
    for room, catalog in rooms.items():
        buffer = io.BytesIO()
        write_po(buffer, catalog, omit_header=True, sort_output=True, width=120)
        (FOLDER / f"{room}.po").write_bytes(_HEADER + buffer.getvalue())
    return len(missing())


_HEADER = (
    b'msgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n'
    b'"Language: zh_Hans\\n"\n"Plural-Forms: nplurals=1; plural=0;\\n"\n\n'
)


def _key(message: Message) -> Key:
    return tuple(message.id) if isinstance(message.id, list | tuple) else message.id  # type: ignore[return-value]


if __name__ == "__main__":
    gaps = update()
    print(f"{gaps} messages without a translation", file=sys.stderr)
    sys.exit(1 if gaps else 0)
