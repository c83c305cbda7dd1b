"""News of results: the attempt is noted, to be counted in the summaries by a job."""

from lms.core import events
from lms.reporting import service_summaries as summaries


def on_attempt_finished(news: events.AttemptFinished) -> None:
    """An attempt has a score, the first or another one after regrading."""
    summaries.note([news.attempt_id])


def on_attempts_regraded(news: events.AttemptsRegraded) -> None:
    """Many attempts have other scores."""
    summaries.note([one.attempt_id for one in news.results])


def on_attempt_voided(news: events.AttemptVoided) -> None:
    """An attempt counts for nothing any more, and another one of the same person may be the first now."""
    summaries.note_all_of(news.person_id, news.exam_key)


LISTENERS = (
    (events.AttemptFinished, on_attempt_finished),
    (events.AttemptsRegraded, on_attempts_regraded),
    (events.AttemptVoided, on_attempt_voided),
)
