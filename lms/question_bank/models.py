"""Tables of topics and items with their immutable versions."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.core.database import Exact, Model, Verbatim

OWN_PACK = "own"
"""The pack of what was made in the browser and no files hold yet; the first files that do take it over."""


class Topic(Model):
    """What a file of the question bank is about."""

    __tablename__ = "topics"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    title: Mapped[dict[str, Any]] = mapped_column(Verbatim)
    pack: Mapped[str] = mapped_column(String(64), index=True)
    retired_at: Mapped[datetime | None]


class Item(Model):
    """A question; what it says is in its versions, of which ``version_id`` is the current one."""

    __tablename__ = "items"
    __table_args__ = (Index("ix_items_topic", "topic_id", "position"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    topic_id: Mapped[int] = mapped_column(ForeignKey("topics.id"))
    position: Mapped[int] = mapped_column(default=0)
    type: Mapped[str] = mapped_column(String(20), index=True)
    skill: Mapped[str | None] = mapped_column(String(64), index=True)
    difficulty: Mapped[str] = mapped_column(String(10))
    pack: Mapped[str] = mapped_column(String(64), index=True)
    retired_at: Mapped[datetime | None]
    version_id: Mapped[int | None] = mapped_column(ForeignKey("item_versions.id", use_alter=True))
    loaded_sha256: Mapped[str | None] = mapped_column(String(64))
    edited_at: Mapped[datetime | None]


class ItemVersion(Model):
    """One state of an item, never changed afterwards. ``media`` maps file names to the SHA-256 of their content."""

    __tablename__ = "item_versions"
    __table_args__ = (
        UniqueConstraint("item_id", "number"),
        CheckConstraint("points > 0", name="points_above_zero"),
        {"sqlite_autoincrement": True},  # an id is never used again, so that caches by id stay right
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    item_id: Mapped[int] = mapped_column(ForeignKey("items.id"))
    number: Mapped[int]
    body: Mapped[dict[str, Any]] = mapped_column(Verbatim)
    media: Mapped[dict[str, Any]] = mapped_column(Verbatim, default=dict)
    sha256: Mapped[str] = mapped_column(String(64))
    points: Mapped[Decimal] = mapped_column(Exact)
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))


class ItemSopStep(Model):
    """A SOP step ("course/lesson/step") that the current version of an item covers."""

    __tablename__ = "item_sop_steps"

    item_id: Mapped[int] = mapped_column(ForeignKey("items.id", ondelete="CASCADE"), primary_key=True)
    step: Mapped[str] = mapped_column(String(200), primary_key=True, index=True)
