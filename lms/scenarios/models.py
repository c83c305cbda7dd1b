"""Tables of scenarios and frameworks with their immutable versions, and of plays with their turns."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from lms.core.database import Exact, Model, Verbatim


class Framework(Model):
    """A way of handling a talk (LSCAT, SPIN, an organisation's own); its steps are in its versions."""

    __tablename__ = "frameworks"

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    pack: Mapped[str | None] = mapped_column(String(64), index=True)
    title: Mapped[dict[str, Any]] = mapped_column(Verbatim)
    retired_at: Mapped[datetime | None]
    version_id: Mapped[int | None] = mapped_column(ForeignKey("framework_versions.id", use_alter=True))
    sha256: Mapped[str] = mapped_column(String(64))
    loaded_sha256: Mapped[str | None] = mapped_column(String(64))
    edited_at: Mapped[datetime | None]


class FrameworkVersion(Model):
    """What a framework said from a moment on; never changed."""

    __tablename__ = "framework_versions"
    __table_args__ = (
        UniqueConstraint("framework_id", "number"),
        {"sqlite_autoincrement": True},  # an id is never used again, so that caches by id stay right
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    framework_id: Mapped[int] = mapped_column(ForeignKey("frameworks.id"))
    number: Mapped[int]
    body: Mapped[dict[str, Any]] = mapped_column(Verbatim)
    sha256: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))


class Scenario(Model):
    """A role-play as it stands now; what is said in it is in its versions."""

    __tablename__ = "scenarios"
    __table_args__ = (
        CheckConstraint("status IN ('live', 'pilot')", name="status_known"),
        CheckConstraint("channel IN ('counter', 'phone', 'chat', 'mail')", name="channel_known"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(String(64), unique=True)
    pack: Mapped[str | None] = mapped_column(String(64), index=True)
    title: Mapped[dict[str, Any]] = mapped_column(Verbatim)
    skill: Mapped[str | None] = mapped_column(String(64), index=True)
    framework: Mapped[str | None] = mapped_column(String(64))
    channel: Mapped[str] = mapped_column(String(10))
    status: Mapped[str] = mapped_column(String(8), default="live")
    sites: Mapped[list[str]] = mapped_column(Verbatim, default=list)
    assigned_only: Mapped[bool] = mapped_column(default=False)
    retired_at: Mapped[datetime | None]
    version_id: Mapped[int | None] = mapped_column(ForeignKey("scenario_versions.id", use_alter=True))
    sha256: Mapped[str] = mapped_column(String(64))
    loaded_sha256: Mapped[str | None] = mapped_column(String(64))
    edited_at: Mapped[datetime | None]


class ScenarioVersion(Model):
    """One state of a scenario, never changed; ``analysis`` is what was computed of it once (see analysis_json)."""

    __tablename__ = "scenario_versions"
    __table_args__ = (
        UniqueConstraint("scenario_id", "number"),
        {"sqlite_autoincrement": True},  # an id is never used again, so that caches by id stay right
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    scenario_id: Mapped[int] = mapped_column(ForeignKey("scenarios.id"))
    number: Mapped[int]
    body: Mapped[dict[str, Any]] = mapped_column(Verbatim)
    analysis: Mapped[dict[str, Any]] = mapped_column(Verbatim)
    sha256: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime]
    created_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))


class SceneSopStep(Model):
    """A SOP step ("course/lesson/step") that a scene of the scenario's current version exercises."""

    __tablename__ = "scene_sop_steps"

    scenario_id: Mapped[int] = mapped_column(ForeignKey("scenarios.id", ondelete="CASCADE"), primary_key=True)
    scene: Mapped[str] = mapped_column(String(64), primary_key=True)
    step: Mapped[str] = mapped_column(String(200), primary_key=True, index=True)


class Play(Model):
    """Somebody's way through a version of a scenario. ``left_at``: a practice play that was begun again elsewhere.

    Score and what follows it are set once, when the play is over and marked. ``criteria`` maps a criterion to
    ``{score, max_score, percent}``. Where the person worked is kept as it was at the start.
    """

    __tablename__ = "plays"
    __table_args__ = (
        CheckConstraint("mode IN ('exam', 'practice')", name="mode_known"),
        CheckConstraint("state IN ('in_progress', 'marking', 'finished')", name="state_known"),
        CheckConstraint("(state = 'in_progress') = (finished_at IS NULL)", name="finished_when_over"),
        CheckConstraint("state <> 'finished' OR passed IS NOT NULL", name="judged_when_finished"),
        Index("ix_plays_of_person", "person_id", "scenario_id", "mode", "state"),
        Index("ix_plays_of_scenario", "scenario_id", "mode", "finished_at"),
        Index("ix_plays_finished", "mode", "finished_at", "department_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    scenario_id: Mapped[int] = mapped_column(ForeignKey("scenarios.id"))
    scenario_version_id: Mapped[int] = mapped_column(ForeignKey("scenario_versions.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    mode: Mapped[str] = mapped_column(String(10))
    seed: Mapped[str] = mapped_column(String(32))
    state: Mapped[str] = mapped_column(String(12), default="in_progress")
    language: Mapped[str] = mapped_column(String(10))
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    left_at: Mapped[datetime | None]
    ending: Mapped[str | None] = mapped_column(String(64))
    score: Mapped[Decimal | None] = mapped_column(Exact)
    max_score: Mapped[Decimal | None] = mapped_column(Exact)
    percent: Mapped[Decimal | None] = mapped_column(Exact)
    passed: Mapped[bool | None]
    criteria: Mapped[dict[str, Any] | None] = mapped_column(Verbatim)
    emotions_asked: Mapped[int] = mapped_column(default=0)
    emotions_right: Mapped[int] = mapped_column(default=0)
    department_id: Mapped[int | None] = mapped_column(ForeignKey("departments.id"))
    site_id: Mapped[int | None] = mapped_column(ForeignKey("sites.id"))
    job_role_id: Mapped[int | None] = mapped_column(ForeignKey("job_roles.id"))


class Turn(Model):
    """One turn as it happened; never changed. ``offered`` holds the keys of the choices in the order shown, the labels
    and whether a reply could be typed; ``heard`` what a scorer found at once in a typed reply.

    ``is_right`` is whether the label equals the answer (no label is wrong; None where none was asked for),
    ``panel_share`` the share of the panel that chose it too. ``intensity`` is how strong the learner said the feeling is
    (1-5), where that was asked. ``fingerprint`` tells a repetition from a second thought.
    """

    __tablename__ = "turns"
    __table_args__ = (
        UniqueConstraint("play_id", "number"),
        CheckConstraint("number > 0", name="number_above_zero"),
        CheckConstraint("(choice IS NULL) <> (reply IS NULL)", name="one_reply"),
        CheckConstraint("intensity >= 1 AND intensity <= 5", name="intensity_one_to_five"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    play_id: Mapped[int] = mapped_column(ForeignKey("plays.id", ondelete="CASCADE"))
    number: Mapped[int]
    scene: Mapped[str] = mapped_column(String(64))
    offered: Mapped[dict[str, Any]] = mapped_column(Verbatim)
    emotion: Mapped[str | None] = mapped_column(String(64))
    intensity: Mapped[int | None]
    choice: Mapped[str | None] = mapped_column(String(64))
    reply: Mapped[str | None] = mapped_column(Text)
    heard: Mapped[dict[str, Any] | None] = mapped_column(Verbatim)
    is_right: Mapped[bool | None]
    panel_share: Mapped[Decimal | None] = mapped_column(Exact)
    offered_at: Mapped[datetime]
    taken_at: Mapped[datetime]
    fingerprint: Mapped[str] = mapped_column(String(64))
