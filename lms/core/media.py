"""Pictures and audio of content, kept by their content's hash."""

from collections.abc import Collection
from datetime import datetime

from flask import Blueprint, Response
from sqlalchemy import LargeBinary, String, select
from sqlalchemy.orm import Mapped, mapped_column

from lms.core.access import requires
from lms.core.database import Model, db
from lms.core.errors import NotFound
from lms.core.texts import N_, Message

bp = Blueprint("media", __name__)


class MediaFile(Model):
    """A picture or a recording; immutable, since its key is its hash."""

    __tablename__ = "media_files"

    sha256: Mapped[str] = mapped_column(String(64), primary_key=True)
    name: Mapped[str] = mapped_column(String(200))
    content_type: Mapped[str] = mapped_column(String(80))
    content: Mapped[bytes] = mapped_column(LargeBinary)
    created_at: Mapped[datetime]


def keep(sha256: str, name: str, content_type: str, content: bytes, now: datetime) -> None:
    """Keep a file unless it is here already."""
    if db.session.get(MediaFile, sha256) is None:
        db.session.add(MediaFile(sha256=sha256, name=name, content_type=content_type, content=content, created_at=now))


def named(names: Collection[str]) -> dict[str, str]:
    """Content hashes of the files of these names, of several the one kept last; names nobody knows are left out."""
    if not names:
        return {}
    query = select(MediaFile.name, MediaFile.sha256).where(MediaFile.name.in_(names)).order_by(MediaFile.created_at)
    return {name: sha256 for name, sha256 in db.session.execute(query)}


@bp.get("/media/<string:sha256>")
@requires("catalogue.read")
def media_file(sha256: str) -> Response:
    """The file; it never changes, so browsers may keep it."""
    found = db.session.get(MediaFile, sha256)
    if found is None:
        raise NotFound(Message(N_("This file is not here any more.")))
    response = Response(found.content, mimetype=found.content_type)
    response.headers["Cache-Control"] = "private, max-age=31536000, immutable"
    return response
