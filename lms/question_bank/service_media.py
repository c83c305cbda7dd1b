"""Keeping the files that authors bring in the browser. Nothing is ever taken away: a result may need it."""

import hashlib
import re
from datetime import datetime
from typing import Any

from sqlalchemy import select, text

from lms.core import audit, media
from lms.core.database import db
from lms.core.errors import Invalid
from lms.core.media import MediaFile
from lms.core.texts import Message
from lms.question_bank import queries
from lms.question_bank.uploads import Upload, free_name, media_type_for, tidy_name

_LOCK = 4_201_709  # advisory lock on PostgreSQL: of two files one gets its name first; SQLite has one writer anyway
_USABLE = re.compile(r"[^\s()/\\]+\.[A-Za-z0-9]+")


def keep_upload(upload: Upload, *, actor: Any, now: datetime) -> str:
    """Keep a file and say under which name items can show it; raises ``Invalid`` for what cannot be shown.

    A name stands for one content for ever, so that another content always makes another item; a content that is here
    already keeps the name it has.
    """
    media_type = media_type_for(upload)
    if isinstance(media_type, Message):
        raise Invalid(media_type, errors={upload.slot: media_type})
    sha256 = hashlib.sha256(upload.raw).hexdigest()
    if db.session.get_bind().dialect.name == "postgresql":
        db.session.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK})
    kept = db.session.get(MediaFile, sha256)
    if kept is not None and _USABLE.fullmatch(kept.name) and queries.media_named({kept.name}).get(kept.name) == sha256:
        return kept.name
    name = free_name(tidy_name(upload.name, media_type), _names())
    if kept is None:
        media.keep(sha256, name, media_type, upload.raw, now)
    else:
        kept.name = name  # what it was called stands for something else by now; versions know it by its content
    audit.record(
        "media.add", f"media:{name}", actor=actor, now=now, sha256=sha256, type=media_type, size=len(upload.raw)
    )
    return name


def _names() -> set[str]:
    """Every name that stands for a file, or did in an item in use."""
    return {*db.session.scalars(select(MediaFile.name)), *queries.media_in_use()}
