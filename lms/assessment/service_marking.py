"""The verbs of marking: take an answer, put it aside, mark it; the last mark settles its points."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import Any

from sqlalchemy import select

from lms.assessment import grading, marking, queries, queries_calibration
from lms.assessment.attempt_states import State
from lms.assessment.marking_entries import written_levels
from lms.assessment.models import Attempt
from lms.assessment.models_marking import Essay, EssayMark
from lms.assessment.queries_marking import ESSAYS
from lms.assessment.service_grading import add_mark
from lms.assessment.service_time import locked
from lms.core import audit
from lms.core.database import db
from lms.core.errors import Conflict, Invalid, NotAllowed
from lms.core.marking_queue import MOST_COMMENT_CHARACTERS
from lms.core.second_marks import Waiting
from lms.core.texts import N_, Message
from lms.question_bank import queries as bank
from lms.question_bank.item_scores import rubric_share
from lms.question_bank.items import Essay as EssayItem


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
    in_turn = (Essay.handed_in_at, Essay.id)
    own_order = partial(marking.order_for, actor.id)
    return ESSAYS.take_next(of_group, in_turn, actor=actor, now=now, own_order=own_order)


keep, put_aside = ESSAYS.keep, ESSAYS.put_aside


def mark(essay_id: int, given: Given, *, actor: Any, now: datetime) -> Essay:
    """Give an answer its mark; the last one needed settles its points, and the last answer grades the attempt.

    The same again changes nothing. Raises ``NotFound`` for an answer of one's own or one that was never before this
    marker (nobody picks whom to mark), ``Invalid`` where a rubric line has no level, ``Conflict`` for one that waits no
    more, or that somebody else has before them.
    """
    essay = ESSAYS.of_somebody_else(essay_id, actor)
    attempt = locked(essay.attempt_id)  # before the answer, as everywhere
    assert attempt is not None
    _calibrated(essay.exam_id, essay.item_id, actor)
    essay = ESSAYS.shown_to(essay_id, actor)
    levels = written_levels(given.levels)
    earlier = ESSAYS.mark_of(essay.id, actor.id)
    if earlier is not None:
        if earlier.levels != levels:
            raise Conflict(
                Message(N_("You have marked this answer already, with other levels; the first mark stands."))
            )
        if (earlier.comments, earlier.comment) == _words(given):
            return essay
        raise Conflict(
            Message(N_("You have marked this answer already, with the same levels. The words you wrote first stand."))
        )
    if attempt.state != State.SUBMITTED:
        raise Conflict(Message(ESSAYS.over))
    ESSAYS.check_open(essay, actor, now)
    _write(essay, given, levels, actor, now)
    _settle(essay, attempt, actor, now)
    return essay


def _words(given: Given) -> tuple[dict[str, str], str]:
    """By line and on the whole, as they are kept."""
    by_line = {line: words.strip() for line, words in given.comments.items() if words.strip()}
    return by_line, given.comment.strip()


def _write(essay: Essay, given: Given, levels: dict[str, str], actor: Any, now: datetime) -> None:
    item = bank.item(essay.item_version_id)
    assert isinstance(item, EssayItem)
    share = _share(item, given)
    comments, comment = _words(given)
    mark = EssayMark(levels=levels, comments=comments, comment=comment, share=grading.rounded(share))
    ESSAYS.enter(essay, mark, actor=actor, now=now)
    audit.record(
        "essay.mark", f"attempt:{essay.attempt_id}", actor=actor, now=now, slot=essay.slot, number=mark.number,
        levels=levels,
    )  # fmt: skip


def _share(item: EssayItem, given: Given) -> Fraction:
    """The exact share of the rubric's points."""
    missing = [line.key for line in item.rubric if line.key not in given.levels]
    if missing:
        said = Message(N_("Choose a level here."))
        told = Message(N_("Every line of the rubric needs a level."))
        raise Invalid(told, errors={f"level-{key}": said for key in missing})
    if any(len(words) > MOST_COMMENT_CHARACTERS for words in (*given.comments.values(), given.comment)):
        raise Invalid(Message(N_("A comment has at most %(most)s characters."), {"most": MOST_COMMENT_CHARACTERS}))
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
    if isinstance(outcome, Waiting):
        essay.marks_needed = outcome.needed
        return
    essay.settled_at, essay.how = now, outcome.how
    db.session.flush()
    grader = actor if outcome.how == marking.How.SINGLE else None  # of several marks none is the grade
    add_mark(attempt, essay.slot, outcome.share, grader=grader, reason=outcome.how, now=now)


def _calibrated(exam_id: int, item_id: int, actor: Any) -> None:
    """Raise ``NotAllowed`` unless this marker may mark this item by the plan of the exam."""
    least = queries_calibration.least_agreement(exam_id)
    if least is not None and not queries_calibration.has_passed(actor.id, item_id, least):
        raise NotAllowed(
            Message(
                N_(
                    "Before marking this question you need %(least)s %% agreement in a calibration round. "
                    "You find the rounds on the page “Calibration”."
                ),
                {"least": f"{least.normalize():f}"},
            )
        )
