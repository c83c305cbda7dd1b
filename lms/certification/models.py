"""Tables of certifications with their immutable versions, certificates with their history, and licences."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, UniqueConstraint, false, text
from sqlalchemy.orm import Mapped, mapped_column

from lms.core.audit import BigKey
from lms.core.database import Model, Verbatim

_ONCE = text("verb NOT IN ('revoked', 'restored')")


class Certification(Model):
    """The rule; what it says is in its versions, of which ``version_id`` is the current one."""

    __tablename__ = "certifications"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    title: Mapped[dict[str, Any]] = mapped_column(Verbatim)
    pack: Mapped[str] = mapped_column(String(64), index=True)
    position: Mapped[int] = mapped_column(default=0)
    retired_at: Mapped[datetime | None]
    version_id: Mapped[int | None] = mapped_column(ForeignKey("certification_versions.id", use_alter=True))
    loaded_sha256: Mapped[str | None] = mapped_column(String(64))


class CertificationVersion(Model):
    """One state of a certification, never changed afterwards."""

    __tablename__ = "certification_versions"
    __table_args__ = (
        UniqueConstraint("certification_id", "number"),
        {"sqlite_autoincrement": True},  # an id is never used again, so that caches by id stay right
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    certification_id: Mapped[int] = mapped_column(ForeignKey("certifications.id"))
    number: Mapped[int]
    body: Mapped[dict[str, Any]] = mapped_column(Verbatim)
    sha256: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))


class CertificationLeaf(Model):
    """Something that the current version mentions: by it a completion finds the certifications it may complete."""

    __tablename__ = "certification_leaves"

    kind: Mapped[str] = mapped_column(String(16), primary_key=True)
    key: Mapped[str] = mapped_column(String(64), primary_key=True)
    certification_id: Mapped[int] = mapped_column(ForeignKey("certifications.id", ondelete="CASCADE"), primary_key=True)


class CertificationRole(Model):
    """A job role (its key) that must hold the current version to be on duty."""

    __tablename__ = "certification_roles"

    role: Mapped[str] = mapped_column(String(80), primary_key=True)
    certification_id: Mapped[int] = mapped_column(ForeignKey("certifications.id", ondelete="CASCADE"), primary_key=True)


class Certificate(Model):
    """A person's award under one version of a certification; it holds through ``expires_on`` unless revoked.

    ``number`` counts a person's certificates of one certification; ``anchor_on`` is the day months are counted from.
    ``is_unfounded``: revoked because a result it was founded on does not hold; it counts as if it had not been issued,
    and is restored when that result holds again.
    """

    __tablename__ = "certificates"
    __table_args__ = (
        UniqueConstraint("person_id", "certification_id", "number"),
        UniqueConstraint("previous_id"),
        CheckConstraint("expires_on > base_on", name="expires_after_base"),
        CheckConstraint("window_opens_on <= expires_on", name="window_before_expiry"),
        CheckConstraint("(number = 1) = (previous_id IS NULL)", name="first_has_no_previous"),
        CheckConstraint("revoked_at IS NOT NULL OR NOT is_unfounded", name="unfounded_is_revoked"),
        Index("ix_certificates_expiry", "expires_on", "id"),
        Index("ix_certificates_certification", "certification_id", "expires_on"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    code: Mapped[str] = mapped_column(String(10), unique=True)
    certification_id: Mapped[int] = mapped_column(ForeignKey("certifications.id"))
    certification_version_id: Mapped[int] = mapped_column(ForeignKey("certification_versions.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    number: Mapped[int]
    previous_id: Mapped[int | None] = mapped_column(ForeignKey("certificates.id"))
    completed_on: Mapped[date]
    base_on: Mapped[date]
    anchor_on: Mapped[date]
    expires_on: Mapped[date]
    window_opens_on: Mapped[date] = mapped_column(index=True)
    issued_at: Mapped[datetime]
    revoked_at: Mapped[datetime | None]
    is_unfounded: Mapped[bool] = mapped_column(default=False, server_default=false())


class CertificateChange(Model):
    """What happened to a certificate and on what evidence; never changed. Only a loss that was undone happens again."""

    __tablename__ = "certificate_changes"
    __table_args__ = (
        CheckConstraint(
            "verb IN ('issued', 'renewed', 'revoked', 'restored', 'window-opened', 'expired')", name="verb_known"
        ),
        Index("ix_certificate_changes_certificate", "certificate_id"),
        Index(
            "uq_certificate_changes_once", "certificate_id", "verb", unique=True,
            sqlite_where=_ONCE, postgresql_where=_ONCE,
        ),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    certificate_id: Mapped[int] = mapped_column(ForeignKey("certificates.id"))
    verb: Mapped[str] = mapped_column(String(16))
    at: Mapped[datetime]
    actor_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    reason: Mapped[str] = mapped_column(String(500), default="")
    evidence: Mapped[list[Any]] = mapped_column(Verbatim, default=list)


class Licence(Model):
    """An outside licence that HR has seen; it holds through ``expires_on`` (None: without end) unless withdrawn."""

    __tablename__ = "licences"
    __table_args__ = (
        CheckConstraint("person_id <> verified_by_id", name="not_oneself"),
        Index("ix_licences_person", "person_id", "key"),
        Index("ix_licences_key", "key", "expires_on"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    key: Mapped[str] = mapped_column(String(64))
    number: Mapped[str] = mapped_column(String(80))
    expires_on: Mapped[date | None]
    verified_by_id: Mapped[int] = mapped_column(ForeignKey("people.id"))
    verified_at: Mapped[datetime]
    withdrawn_at: Mapped[datetime | None]
    withdrawn_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    withdrawn_reason: Mapped[str] = mapped_column(String(500), default="")
