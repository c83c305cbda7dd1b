"""News from below written into the results feed, in the transaction that made them."""

from decimal import Decimal
from typing import Any

from sqlalchemy import select

from lms.core import clock, events
from lms.core.database import db
from lms.hr.models import Result
from lms.hr.queries_consequences import of_changes


def on_attempt_finished(news: events.AttemptFinished) -> None:
    """An exam attempt has a score, the first or after regrading."""
    _keep(f"attempt:{news.attempt_id}", "exam", news.exam_key, news, counts=news.counts, **_scored(news))


def on_play_finished(news: events.PlayFinished) -> None:
    """An exam-mode play has a score."""
    _keep(f"play:{news.play_id}", "scenario", news.scenario_key, news, **_scored(news))


def on_attempt_voided(news: events.AttemptVoided) -> None:
    """An attempt counts for nothing any more; its row stays and says so."""
    _void(f"attempt:{news.attempt_id}")


def _void(reference: str) -> None:
    row = db.session.scalar(select(Result).where(Result.reference == reference))
    if row is not None and row.state != "voided":
        row.state, row.passed, row.updated_at = "voided", False, clock.now()


def on_completed(news: events.Completed) -> None:
    """A course is completed; the other kinds have news of their own or are no result."""
    if news.kind == "course":
        _keep(f"course:{news.person_id}:{news.reference}", "course", news.key, news, **_REACHED)


def on_completion_withdrawn(news: events.CompletionWithdrawn) -> None:
    """A course does not count as completed any more; its row stays and says so."""
    if news.kind == "course":
        _void(f"course:{news.person_id}:{news.reference}")


def on_signed_off(news: events.SignedOff) -> None:
    """A mentoring checklist is complete."""
    _keep(f"sign-off:{news.person_id}:{news.reference}", "sign-off", news.sign_off_key, news, **_REACHED)


def on_certificate_changed(news: events.CertificateChanged) -> None:
    """A certificate was issued, renewed or revoked: each change is a row of its own."""
    _keep(
        f"certificate:{news.certificate_id}:{news.verb}:{news.at.isoformat()}",
        "certification",
        news.certification_key,
        news,
        state=news.verb,
        subject=f"certificate:{news.certificate_id}",
        expires_on=news.expires_on,
    )


def consequences_asked(news: events.ConsequencesAsked) -> None:
    """Say which rows of the feed, drafts and frozen revisions hold the results that would change."""
    news.found.extend(of_changes(news.changes))


_REACHED = {"percent": Decimal(100), "passed": True}


def _scored(news: events.AttemptFinished | events.PlayFinished) -> dict[str, Any]:
    return {
        "version": news.version,
        "score": news.score,
        "max_score": news.max_score,
        "percent": min(max(news.percent, Decimal(0)), Decimal(100)),
        "passed": news.passed,
        "skills": {skill: [str(points), str(most)] for skill, (points, most) in sorted(news.skills.items())},
    }


def _keep(reference: str, kind: str, key: str, news: Any, **values: Any) -> None:
    """Write the row, or bring it up to date; the same news again changes nothing."""
    wanted = {"kind": kind, "of_key": key, "person_id": news.person_id, "at": news.at, "state": "finished", **values}
    row = db.session.scalar(select(Result).where(Result.reference == reference))
    if row is None:
        # the news tells when it happened; the feed must tell when it was written
        db.session.add(Result(reference=reference, updated_at=clock.now(), **{"skills": {}, **wanted}))
    elif any(getattr(row, name) != value for name, value in wanted.items()):
        for name, value in wanted.items():
            setattr(row, name, value)
        row.updated_at = clock.now()


LISTENERS = (
    (events.AttemptFinished, on_attempt_finished),
    (events.AttemptVoided, on_attempt_voided),
    (events.CompletionWithdrawn, on_completion_withdrawn),
    (events.ConsequencesAsked, consequences_asked),
    (events.PlayFinished, on_play_finished),
    (events.Completed, on_completed),
    (events.SignedOff, on_signed_off),
    (events.CertificateChanged, on_certificate_changed),
)
