"""News from below written into the results feed, in the transaction that made them."""

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from sqlalchemy import bindparam, select

from lms.core import clock, events
from lms.core.database import db, write_rows
from lms.hr.models import Result
from lms.hr.queries_consequences import of_changes

AT_ONCE = 500
_RESULT = select(Result).where(Result.reference == bindparam("reference"))  # asked with every result


def on_attempt_finished(news: events.AttemptFinished) -> None:
    """An exam attempt has a score, the first or after regrading."""
    _keep(f"attempt:{news.attempt_id}", "exam", news.exam_key, news, counts=news.counts, **_scored(news))


def on_attempts_regraded(news: events.AttemptsRegraded) -> None:
    """Many exam attempts have other scores: a read and a write for every 500, whatever the number of rows."""
    for start in range(0, len(news.results), AT_ONCE):
        _keep_scores(news.results[start : start + AT_ONCE])


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


def _wanted(kind: str, key: str, news: Any, **values: Any) -> dict[str, Any]:
    return {"kind": kind, "of_key": key, "person_id": news.person_id, "at": news.at, "state": "finished", **values}


def _keep(reference: str, kind: str, key: str, news: Any, **values: Any) -> None:
    """Write the row, or bring it up to date; the same news again changes nothing."""
    wanted = _wanted(kind, key, news, **values)
    row = db.session.scalar(_RESULT, {"reference": reference})
    if row is None:
        # the news tells when it happened; the feed must tell when it was written
        db.session.add(Result(reference=reference, updated_at=clock.now(), **{"skills": {}, **wanted}))
    elif any(getattr(row, name) != value for name, value in wanted.items()):
        for name, value in wanted.items():
            setattr(row, name, value)
        row.updated_at = clock.now()


def _keep_scores(results: Sequence[events.AttemptFinished]) -> None:
    """The same as ``_keep`` for exam attempts, past the objects of the session."""
    by_reference = {f"attempt:{news.attempt_id}": news for news in results}
    db.session.flush()
    query = select(Result.__table__).where(Result.reference.in_(by_reference))
    rows, changed = {row.reference: row for row in db.session.execute(query)}, []
    for reference, news in by_reference.items():
        if reference not in rows:
            on_attempt_finished(news)
            continue
        wanted = _wanted("exam", news.exam_key, news, counts=news.counts, **_scored(news))
        if any(getattr(rows[reference], name) != value for name, value in wanted.items()):
            changed.append({"id": rows[reference].id, **wanted, "updated_at": clock.now()})
    if changed:
        write_rows(Result, changed)


LISTENERS = (
    (events.AttemptFinished, on_attempt_finished),
    (events.AttemptsRegraded, on_attempts_regraded),
    (events.AttemptVoided, on_attempt_voided),
    (events.CompletionWithdrawn, on_completion_withdrawn),
    (events.ConsequencesAsked, consequences_asked),
    (events.PlayFinished, on_play_finished),
    (events.Completed, on_completed),
    (events.SignedOff, on_signed_off),
    (events.CertificateChanged, on_certificate_changed),
)
