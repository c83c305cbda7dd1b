"""Tables of typed replies that people judge: what waits, who holds it, every mark, what was decided, and the rules."""

from datetime import datetime
from typing import Any

from sqlalchemy import CheckConstraint, ForeignKey, Index, String, Text, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from lms.core.audit import BigKey
from lms.core.database import Model, Verbatim
from lms.core.marking_queue import Awaiting, Claim, Mark

_WAITS = text("settled_at IS NULL")


class WrittenReply(Awaiting, Model):
    """A typed reply for people: of an examination that is over, or one of practice whose reading was contested.

    ``rank`` is the scorer's order (0 first: guarded, 1 unsure, 2 confident, 3 contested in practice); ``how`` says what
    decided it last.
    """

    __tablename__ = "written_replies"
    __table_args__ = (
        UniqueConstraint("turn_id"),
        CheckConstraint("purpose IN ('exam', 'contest')", name="purpose_known"),
        CheckConstraint("rank >= 0 AND rank <= 3", name="rank_known"),
        CheckConstraint("marks_in <= marks_needed", name="marks_within_need"),
        CheckConstraint("settled_at IS NULL OR how IS NOT NULL", name="settled_says_how"),
        CheckConstraint("how IN ('single', 'agreed', 'majority', 'machine', 'corrected')", name="how_known"),
        Index(
            "ix_written_replies_waiting",
            "scenario_id",
            "rank",
            "handed_in_at",
            sqlite_where=_WAITS,
            postgresql_where=_WAITS,
        ),
        Index("ix_written_replies_play", "play_id"),
        Index("ix_written_replies_scenario", "scenario_id", "purpose"),
    )

    turn_id: Mapped[int] = mapped_column(ForeignKey("turns.id", ondelete="CASCADE"))
    play_id: Mapped[int] = mapped_column(ForeignKey("plays.id", ondelete="CASCADE"))
    scenario_id: Mapped[int] = mapped_column(ForeignKey("scenarios.id"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    number: Mapped[int]
    purpose: Mapped[str] = mapped_column(String(8))
    rank: Mapped[int]
    how: Mapped[str | None] = mapped_column(String(10))


class ReplyClaim(Claim, Model):
    """A trainer has a reply before them, or put it aside."""

    __tablename__ = "reply_claims"
    __table_args__ = (UniqueConstraint("reply_id", "marker_id"), Index("ix_reply_claims_marker", "marker_id"))

    reply_id: Mapped[int] = mapped_column(ForeignKey("written_replies.id", ondelete="CASCADE"))


class ReplyMark(Mark, Model):
    """What one trainer found in a reply, blind; never changed. ``steps`` are keys of the framework."""

    __tablename__ = "reply_marks"
    __table_args__ = (
        UniqueConstraint("reply_id", "marker_id"),
        UniqueConstraint("reply_id", "number"),
        Index("ix_reply_marks_marker", "marker_id"),
    )

    reply_id: Mapped[int] = mapped_column(ForeignKey("written_replies.id", ondelete="CASCADE"))
    steps: Mapped[list[str]] = mapped_column(Verbatim)
    taboo: Mapped[bool]
    comment: Mapped[str] = mapped_column(Text, default="")


class ReplyDecision(Model):
    """What holds of a reply from then on; added to, never changed. The one with the greatest number counts.

    ``decided_by_id`` names a person only where one person decided: a single mark or a correction.
    """

    __tablename__ = "reply_decisions"
    __table_args__ = (
        UniqueConstraint("reply_id", "number"),
        CheckConstraint("how IN ('single', 'agreed', 'majority', 'machine', 'corrected')", name="how_known"),
        CheckConstraint("how <> 'corrected' OR reason <> ''", name="corrected_with_reason"),
    )

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    reply_id: Mapped[int] = mapped_column(ForeignKey("written_replies.id", ondelete="CASCADE"))
    number: Mapped[int]
    steps: Mapped[list[str]] = mapped_column(Verbatim)
    taboo: Mapped[bool]
    how: Mapped[str] = mapped_column(String(10))
    reason: Mapped[str] = mapped_column(Text, default="")
    decided_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
    decided_at: Mapped[datetime]


class ReplyContest(Model):
    """A learner says why the machine's reading of their reply is wrong; one per reply."""

    __tablename__ = "reply_contests"
    __table_args__ = (UniqueConstraint("turn_id"),)

    id: Mapped[int] = mapped_column(BigKey, primary_key=True)
    turn_id: Mapped[int] = mapped_column(ForeignKey("turns.id", ondelete="CASCADE"))
    person_id: Mapped[int] = mapped_column(ForeignKey("people.id", ondelete="CASCADE"))
    why: Mapped[str] = mapped_column(Text)
    contested_at: Mapped[datetime]


class ReplyRule(Model):
    """How typed replies are judged from then on: of one scenario, or of the organisation (``scenario_id`` None).

    Rows are added, never changed; the last one of a scenario holds. ``double_percent`` is the share that two people
    mark (None: the organisation's). With ``confident_counts`` what that version of the scorer is sure of counts
    without a person; ``figures`` keeps the agreement it was allowed on.
    """

    __tablename__ = "reply_rules"
    __table_args__ = (
        CheckConstraint("double_percent >= 0 AND double_percent <= 100", name="double_within_hundred"),
        CheckConstraint("scenario_id IS NOT NULL OR double_percent IS NOT NULL", name="organisation_has_share"),
        CheckConstraint(
            "NOT confident_counts OR (scenario_id IS NOT NULL AND scorer_version IS NOT NULL)", name="counts_by_version"
        ),
        Index("ix_reply_rules_scenario", "scenario_id"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    scenario_id: Mapped[int | None] = mapped_column(ForeignKey("scenarios.id"))
    double_percent: Mapped[int | None]
    confident_counts: Mapped[bool] = mapped_column(default=False)
    scorer_version: Mapped[str | None] = mapped_column(String(40))
    reason: Mapped[str] = mapped_column(Text)
    figures: Mapped[dict[str, Any] | None] = mapped_column(Verbatim)
    set_at: Mapped[datetime]
    set_by_id: Mapped[int | None] = mapped_column(ForeignKey("people.id"))
