"""Tables of drafts: what authors write before it is published, and every save of it."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.core.database import Model, Verbatim


class ScenarioDraft(Model):
    """The draft of a role-play, one for each key; ``body`` is what its file would hold and may be broken.

    ``number`` counts the saves of this key and only grows, over published and discarded drafts too;
    ``base_version_id`` is the version it was begun from, None for a role-play that was never published.
    """

    __tablename__ = "scenario_drafts"
    __table_args__ = (CheckConstraint("number > 0", name="number_above_zero"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    body: Mapped[dict[str, Any]] = mapped_column(Verbatim)
    base_version_id: Mapped[int | None] = mapped_column(ForeignKey("scenario_versions.id"))
    number: Mapped[int]
    saved_at: Mapped[datetime]
    saved_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))


class ScenarioDraftSave(Model):
    """One save of a draft, never changed and kept when the draft is published or discarded.

    ``verb`` tells how it came about: begun, saved, restored or imported.
    """

    __tablename__ = "scenario_draft_saves"
    __table_args__ = (
        UniqueConstraint("key", "number"),
        CheckConstraint("number > 0", name="number_above_zero"),
        CheckConstraint("verb IN ('begun', 'saved', 'restored', 'imported')", name="verb_known"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64))
    number: Mapped[int]
    verb: Mapped[str] = mapped_column(String(10))
    body: Mapped[dict[str, Any]] = mapped_column(Verbatim)
    base_version_id: Mapped[int | None] = mapped_column(ForeignKey("scenario_versions.id"))
    saved_at: Mapped[datetime]
    saved_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
