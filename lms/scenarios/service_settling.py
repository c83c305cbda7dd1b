"""The end of a play: its score is written down, and whoever needs to know is told."""

from datetime import datetime
from decimal import Decimal

from lms.core import events
from lms.core.database import db
from lms.enrolment import service as enrolment
from lms.scenarios.outline import EMOTION
from lms.scenarios.plot import Points
from lms.scenarios.queries_plays import PlayView

EMOTION_RECOGNITION = "emotion-recognition"


def settle(view: PlayView, *, now: datetime, corrected: str | None = None) -> None:
    """Write the score down and tell who needs to know; only an examination counts.

    What it is worth dates from the end of the talk, however late people marked it. Another time, after a mark was
    ``corrected`` (the reason), it brings everything in line with the score as it is now.
    """
    play, score = view.play, view.score
    assert play.finished_at is not None
    play.score = exact(score.score)
    play.max_score = Decimal(score.max_score)
    play.percent = exact(score.percent) if score.percent is not None else None
    play.passed = bool(score.passed)
    play.criteria = {
        name: {
            "score": float(each.score),
            "max_score": each.max_score,
            "percent": float(each.percent) if each.percent is not None else None,
        }
        for name, each in score.criteria.items()
    }
    db.session.flush()
    if not view.is_exam:
        return
    _complete(view, now, corrected)
    events.publish(
        events.PlayFinished(
            play_id=play.id,
            person_id=play.person_id,
            scenario_key=view.scenario_key,
            version=view.compiled.number,
            at=play.finished_at,
            score=play.score,
            max_score=play.max_score,
            percent=play.percent or Decimal(0),
            passed=play.passed,
            skills=_skills(view),
        )
    )


def _complete(view: PlayView, now: datetime, corrected: str | None) -> None:
    play, key, reference = view.play, view.scenario_key, f"play:{view.play.id}"
    if play.passed:
        at, percent = play.finished_at or now, play.percent
        enrolment.complete(play.person_id, "scenario", key, at=at, reference=reference, percent=percent, now=now)
    elif corrected is not None:
        enrolment.withdraw(play.person_id, "scenario", key, reference=reference, reason=corrected, now=now)


def _skills(view: PlayView) -> dict[str, tuple[Decimal, Decimal]]:
    """The play's points under the scenario's skill, and those of its labels under emotion recognition."""
    whole, labels = view.score, view.score.criteria.get(EMOTION)
    skills = {}
    if labels is not None and labels.max_score:
        skills[EMOTION_RECOGNITION] = (exact(labels.score), Decimal(labels.max_score))
    if (skill := view.compiled.definition.skill) and whole.max_score:
        skills[skill] = (exact(whole.score), Decimal(whole.max_score))
    return skills


def exact(points: Points) -> Decimal:
    """A whole number or fraction as a decimal of 28 digits."""
    return Decimal(points.numerator) / Decimal(points.denominator)
