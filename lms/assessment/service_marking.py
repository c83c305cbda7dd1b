"""The verbs of marking: take an answer, put it aside, mark it; the last mark settles its points."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from sqlalchemy import ColumnElement, func, select

from lms.assessment import grading, marking, queries, queries_calibration
from lms.assessment.attempt_states import State
from lms.assessment.marking_entries import written_levels
from lms.assessment.models import Attempt
from lms.assessment.models_marking import Essay, EssayClaim, EssayMark
from lms.assessment.queries_marking import NO_ESSAY, claimable
from lms.assessment.service_grading import add_mark
from lms.assessment.service_time import locked
from lms.core import audit
from lms.core.database import db
from lms.core.errors import Conflict, Invalid, NotAllowed, NotFound
from lms.core.texts import N_, Message
from lms.question_bank import queries as bank
from lms.question_bank.item_scores import rubric_share
from lms.question_bank.items import Essay as EssayItem

CLAIMED_FOR = timedelta(minutes=30)
"""How long an answer stays with a marker who shows no sign of life."""

MOST_LOOKED_AT = 50
MOST_CHARACTERS = 2000
"""Of a comment."""


@dataclass(frozen=True, slots=True)
class Given:
    """What a marker entered: points by rubric line, words by line and on the whole."""

    levels: Mapping[str, Decimal]
    comments: Mapping[str, str]
    comment: str = ""


def take_next(exam_id: int, item_id: int, *, actor: Any, now: datetime) -> Essay | None:
    """Take the next answer to this item in this exam for oneself: the one already held, else one in an order of
    one's own among those that wait longest; those put aside come last. None when none is left.

    Raises ``NotAllowed`` while the plan wants a calibration round that this marker has not passed.
    """
    _calibrated(exam_id, item_id, actor)
    of_group = (Essay.exam_id == exam_id, Essay.item_id == item_id)
    oldest = select(Essay.id, Essay.handed_in_at).where(*of_group, claimable(actor.id, now))
    # held in one order by all who take, so that no two wait for each other
    in_turn = oldest.order_by(Essay.handed_in_at, Essay.id).limit(MOST_LOOKED_AT).with_for_update(of=Essay)
    rows = db.session.execute(in_turn).all()
    own = {
        claim.essay_id: claim
        for claim in db.session.scalars(
            select(EssayClaim).where(
                EssayClaim.marker_id == actor.id, EssayClaim.essay_id.in_([row.id for row in rows])
            )
        )
    }
    held = [each for each, claim in own.items() if claim.skipped_at is None and claim.expires_at > now]
    fresh = [row.id for row in rows if row.id not in own or own[row.id].skipped_at is None]
    aside = [row.id for row in rows if row.id not in fresh]
    aside.sort(key=lambda essay_id: own[essay_id].skipped_at or now)
    for essay_id in [*held, *marking.order_for(actor.id, fresh), *aside]:
        essay = _held(essay_id)
        if essay is not None and _has_room(essay, actor, now):
            _claim(essay, actor, now)
            return essay
    return None


def keep(essay_id: int, *, actor: Any, now: datetime) -> None:
    """Hold on to an answer one is working on; ``Conflict`` when somebody else took it meanwhile."""
    essay = _held(essay_id)
    if essay is None or essay.person_id == actor.id or _claim_of(essay, actor) is None:
        raise NotFound(Message(NO_ESSAY))
    _still_open(essay, actor, now)
    _claim(essay, actor, now)


def put_aside(essay_id: int, *, actor: Any, now: datetime) -> Essay:
    """Let somebody else have an answer; it comes back to this marker last."""
    essay = _held(essay_id)
    if essay is None or essay.person_id == actor.id:
        raise NotFound(Message(NO_ESSAY))
    claim = _claim_of(essay, actor)
    if claim is not None:
        claim.expires_at, claim.skipped_at = essay.handed_in_at, now
    return essay


def mark(essay_id: int, given: Given, *, actor: Any, now: datetime) -> Essay:
    """Give an answer its mark; the last one needed settles its points, and the last answer grades the attempt.

    The same again changes nothing. Raises ``NotFound`` for an answer of one's own or one that was never before this
    marker (nobody picks whom to mark), ``Invalid`` where a rubric line has no level, ``Conflict`` for one that waits no
    more, or that somebody else has before them.
    """
    essay = db.session.get(Essay, essay_id)
    if essay is None or essay.person_id == actor.id:
        raise NotFound(Message(NO_ESSAY))
    attempt = locked(essay.attempt_id)  # before the answer, as everywhere
    essay = _held(essay_id)
    assert attempt is not None and essay is not None
    _calibrated(essay.exam_id, essay.item_id, actor)
    if _claim_of(essay, actor) is None:
        raise NotFound(Message(NO_ESSAY))
    levels = written_levels(given.levels)
    earlier = db.session.scalar(
        select(EssayMark).where(EssayMark.essay_id == essay.id, EssayMark.marker_id == actor.id)
    )
    if earlier is not None:
        if earlier.levels == levels:
            return essay
        raise Conflict(Message(N_("You have marked this answer already, with other levels; the first mark stands.")))
    if attempt.state != State.SUBMITTED:
        raise Conflict(Message(N_("This answer waits for no mark any more.")))
    _still_open(essay, actor, now)
    _write(essay, given, levels, actor, now)
    _settle(essay, attempt, actor, now)
    return essay


def _write(essay: Essay, given: Given, levels: dict[str, str], actor: Any, now: datetime) -> None:
    item = bank.item(essay.item_version_id)
    assert isinstance(item, EssayItem)
    share = _share(item, given)
    essay.marks_in += 1
    db.session.add(
        EssayMark(
            essay_id=essay.id,
            marker_id=actor.id,
            number=essay.marks_in,
            levels=levels,
            comments={line: words.strip() for line, words in given.comments.items() if words.strip()},
            comment=given.comment.strip(),
            share=grading.rounded(share),
            marked_at=now,
        )
    )
    claim = _claim_of(essay, actor)
    if claim is not None:
        claim.expires_at = essay.handed_in_at  # used up: not "now", which for a request that waited is long ago
    db.session.flush()
    audit.record(
        "essay.mark", f"attempt:{essay.attempt_id}", actor=actor, now=now, slot=essay.slot, number=essay.marks_in,
        levels=levels,
    )  # fmt: skip


def _share(item: EssayItem, given: Given) -> Fraction:
    """The exact share of the rubric's points."""
    missing = [line.key for line in item.rubric if line.key not in given.levels]
    if missing:
        said = Message(N_("Choose a level here."))
        told = Message(N_("Every line of the rubric needs a level."))
        raise Invalid(told, errors={f"level-{key}": said for key in missing})
    if any(len(words) > MOST_CHARACTERS for words in (*given.comments.values(), given.comment)):
        raise Invalid(Message(N_("A comment has at most %(most)s characters."), {"most": MOST_CHARACTERS}))
    try:
        return grading.exact(rubric_share(item, given.levels))
    except ValueError:
        raise Invalid(Message(N_("Choose levels that this rubric has."))) from None


def _settle(essay: Essay, attempt: Attempt, actor: Any, now: datetime) -> None:
    """Draw the conclusion from the marks that are in."""
    plan = queries.plan_of(attempt).definition
    rule = marking.Rule(plan.marking.markers, Fraction(plan.marking.margin))
    query = select(EssayMark.share).where(EssayMark.essay_id == essay.id).order_by(EssayMark.number)
    shares = [grading.recovered(share) for share in db.session.scalars(query)]
    outcome = marking.settle(shares, Decimal(attempt.paper[essay.slot - 1]["points"]), rule)
    if isinstance(outcome, marking.Waiting):
        essay.marks_needed = outcome.needed
        return
    essay.settled_at, essay.how = now, outcome.how
    db.session.flush()
    grader = actor if outcome.how == marking.How.SINGLE else None  # of several marks none is the grade
    add_mark(attempt, essay.slot, outcome.share, grader=grader, reason=outcome.how, now=now)


# ---- who holds what --------------------------------------------------------------


def _held(essay_id: int) -> Essay | None:
    """The answer as it stands now, changed by nobody else until the unit of work ends."""
    query = select(Essay).where(Essay.id == essay_id).with_for_update()
    return db.session.scalar(query.execution_options(populate_existing=True))


def _claim_of(essay: Essay, actor: Any) -> EssayClaim | None:
    own = (EssayClaim.essay_id == essay.id, EssayClaim.marker_id == actor.id)
    return db.session.scalar(select(EssayClaim).where(*own))


def _claim(essay: Essay, actor: Any, now: datetime) -> None:
    claim = _claim_of(essay, actor)
    if claim is None:
        claim = EssayClaim(essay_id=essay.id, marker_id=actor.id)
        db.session.add(claim)
    claim.expires_at, claim.skipped_at = now + CLAIMED_FOR, None
    db.session.flush()


def _has_room(essay: Essay, actor: Any, now: datetime) -> bool:
    """Whether a mark is still wanted that nobody else is about to give."""
    others: tuple[ColumnElement[bool], ...] = (
        EssayClaim.essay_id == essay.id,
        EssayClaim.marker_id != actor.id,
        EssayClaim.expires_at > now,
    )
    taken = db.session.scalar(select(func.count()).select_from(EssayClaim).where(*others)) or 0
    return essay.settled_at is None and essay.marks_in + taken < essay.marks_needed


def _still_open(essay: Essay, actor: Any, now: datetime) -> None:
    if essay.settled_at is not None:
        raise Conflict(Message(N_("This answer waits for no mark any more.")))
    if not _has_room(essay, actor, now):
        raise Conflict(Message(N_("Your time with this answer was over, and somebody else is marking it now.")))


def _calibrated(exam_id: int, item_id: int, actor: Any) -> None:
    """Raise ``NotAllowed`` unless this marker may mark this item by the plan of the exam."""
    least = queries_calibration.least_agreement(exam_id)
    if least is not None and not queries_calibration.has_passed(actor.id, item_id, least):
        raise NotAllowed(
            Message(
                N_(
                    "Before marking this question you need %(least)s%% agreement in a calibration round. "
                    "You find the rounds on the page “Calibration”."
                ),
                {"least": f"{least.normalize():f}"},
            )
        )
