"""The verbs of calibration: make a round, put agreed samples into it, open it, mark a sample, close it."""

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError

from lms.assessment import queries_calibration
from lms.assessment.marking_entries import written_levels
from lms.assessment.models_marking import CalibrationMark, CalibrationRound, CalibrationSample
from lms.core import audit
from lms.core.database import db
from lms.core.errors import Conflict, Invalid, NotAllowed, NotFound
from lms.core.texts import N_, Message
from lms.question_bank import queries as bank
from lms.question_bank.item_scores import rubric_share
from lms.question_bank.items import Essay as EssayItem

LEAST_SAMPLES = 3
MOST_SAMPLES = 30
MOST_ANSWER, MOST_WHY = 20000, 2000


def make_round(item_key: str, title: str, least_percent: Decimal, *, actor: Any, now: datetime) -> CalibrationRound:
    """Begin a round for the current version of an essay item; samples can be put in until it is opened."""
    stored = bank.current_item(item_key)
    if not isinstance(stored.definition, EssayItem):
        told = Message(N_("Only questions that people mark can be calibrated."))
        raise Invalid(told, errors={"item": told})
    made = CalibrationRound(
        item_id=stored.item_id, item_version_id=stored.version_id, title=title.strip(), least_percent=least_percent,
        made_at=now, made_by_id=actor.id,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    audit.record("calibration.make", f"item:{item_key}", actor=actor, now=now, round=made.id)
    return made


def add_sample(
    round_id: int, answer: str, levels: Mapping[str, Decimal], why: str, *, actor: Any, now: datetime
) -> CalibrationSample:
    """Put an answer without its writer into a round that is not open yet, with the agreed levels and why."""
    found = _held(round_id)
    if found.made_by_id != actor.id:
        raise NotAllowed(Message(N_("Only whoever made this round puts samples into it, so that others mark blind.")))
    if found.opened_at is not None:
        raise Conflict(Message(N_("This round is open; its samples stay as they are. Make a new round.")))
    faults = dict(_faults(answer, why))
    if faults:
        raise Invalid(next(iter(faults.values())), errors=faults)
    _check_levels(queries_calibration.round_item(round_id), levels)
    held = select(func.count()).where(CalibrationSample.round_id == round_id)
    number = 1 + (db.session.scalar(held) or 0)
    if number > MOST_SAMPLES:
        raise Conflict(Message(N_("A round holds at most %(most)s samples."), {"most": MOST_SAMPLES}))
    sample = CalibrationSample(
        round_id=round_id, number=number, answer=answer.strip(), levels=written_levels(levels), why=why.strip()
    )
    db.session.add(sample)
    db.session.flush()
    audit.record("calibration.sample", f"calibration:{round_id}", actor=actor, now=now, number=number)
    return sample


def _faults(answer: str, why: str) -> Any:
    if not 1 <= len(answer.strip()) <= MOST_ANSWER:
        yield "answer", Message(N_("Give the answer, in at most %(most)s characters."), {"most": MOST_ANSWER})
    if not 1 <= len(why.strip()) <= MOST_WHY:
        yield (
            "why",
            Message(N_("Say why these levels were agreed, in at most %(most)s characters."), {"most": MOST_WHY}),
        )


def _check_levels(item: EssayItem, levels: Mapping[str, Decimal]) -> None:
    missing = [line.key for line in item.rubric if line.key not in levels]
    if missing:
        said = Message(N_("Choose a level here."))
        told = Message(N_("Every line of the rubric needs a level."))
        raise Invalid(told, errors={f"level-{key}": said for key in missing})
    try:
        rubric_share(item, levels)
    except ValueError:
        raise Invalid(Message(N_("Choose levels that this rubric has."))) from None


def open_round(round_id: int, *, actor: Any, now: datetime) -> None:
    """Let markers begin; from now on the samples stay as they are."""
    found = _held(round_id)
    if found.opened_at is not None:
        return
    count = db.session.scalar(select(func.count()).where(CalibrationSample.round_id == round_id)) or 0
    if count < LEAST_SAMPLES:
        raise Conflict(
            Message(N_("A round needs at least %(least)s samples before it opens."), {"least": LEAST_SAMPLES})
        )
    found.opened_at = now
    audit.record("calibration.open", f"calibration:{round_id}", actor=actor, now=now, samples=count)


def close_round(round_id: int, *, actor: Any, now: datetime) -> None:
    """Take no further marks; what was passed stays passed."""
    found = _held(round_id)
    if found.opened_at is None:
        raise Conflict(Message(N_("This round was never open.")))
    if found.closed_at is None:
        found.closed_at = now
        audit.record("calibration.close", f"calibration:{round_id}", actor=actor, now=now)


def mark_sample(
    round_id: int, number: int, levels: Mapping[str, Decimal], *, actor: Any, now: datetime
) -> CalibrationMark:
    """Mark a sample of an open round, once and blind: what was agreed is told afterwards.

    Whoever made the round knows what was agreed and cannot calibrate on it: ``NotAllowed``.
    """
    found = _held(round_id)
    if found.made_by_id == actor.id:
        raise NotAllowed(Message(N_("You made this round and know what was agreed; take another one.")))
    if found.opened_at is None or found.closed_at is not None:
        raise Conflict(Message(N_("This round takes no marks now.")))
    of_round = (CalibrationSample.round_id == round_id, CalibrationSample.number == number)
    sample_id = db.session.scalar(select(CalibrationSample.id).where(*of_round))
    if sample_id is None:
        raise NotFound(Message(queries_calibration.NO_ROUND))
    _check_levels(queries_calibration.round_item(round_id), levels)
    mark = CalibrationMark(sample_id=sample_id, marker_id=actor.id, levels=written_levels(levels), marked_at=now)
    try:
        with db.session.begin_nested():
            db.session.add(mark)
    except IntegrityError:
        raise Conflict(Message(N_("You have marked this sample already; the first mark stands."))) from None
    return mark


def _held(round_id: int) -> CalibrationRound:
    """The round, changed by nobody else meanwhile."""
    found = db.session.scalar(select(CalibrationRound).where(CalibrationRound.id == round_id).with_for_update())
    if found is None:
        raise NotFound(Message(queries_calibration.NO_ROUND))
    return found
