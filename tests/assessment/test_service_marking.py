"""Marking: who gets which answer, what a mark does, and what several marks come to."""

import itertools
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import select

from lms.assessment import queries_marking, service, service_appeals, service_marking
from lms.assessment.appeal_states import Verb
from lms.assessment.models import Attempt, Grade
from lms.assessment.models_marking import Essay, EssayMark
from lms.core import clock
from lms.core.database import db
from lms.core.errors import Conflict, Invalid, NotAllowed, NotFound
from lms.identity.models import Person
from tests import factories
from tests.factories_assessment import plan
from tests.factories_marking import essay_of, given, handed_in, marked, marker, written_exam

pytestmark = pytest.mark.usefixtures("unit")


def take(found: Essay, by: Any, later: timedelta = timedelta()) -> int | None:
    taken = service_marking.take_next(found.exam_id, found.item_id, actor=by, now=clock.now() + later)
    return taken.id if taken is not None else None


def attempt_of(found: Essay) -> Attempt:
    return db.session.get_one(Attempt, found.attempt_id)


# ---- one marker -------------------------------------------------------------------


def test_one_mark_settles_an_answer_and_grades_its_attempt() -> None:
    written_exam()
    found, trainer = essay_of(handed_in()), marker()
    assert take(found, trainer) == found.id
    service_marking.mark(found.id, given(2, 2, "Well ordered."), actor=trainer, now=clock.now())
    done = attempt_of(found)
    assert (found.how, done.state, done.score, done.max_score) == ("single", "graded", 5, 7)
    held = db.session.scalars(select(Grade).where(Grade.source == "marker")).one()
    assert (held.grader_id, held.points, held.max_points) == (trainer.id, 4, 6)
    mark = db.session.scalars(select(EssayMark)).one()
    assert (mark.levels, mark.comments, mark.comment) == (
        {"tone": "2", "facts": "2"},
        {"tone": "Warm."},
        "Well ordered.",
    )


def test_the_same_mark_twice_counts_once_and_another_is_refused() -> None:
    written_exam(markers=2)
    found, trainer = essay_of(handed_in()), marker()
    marked(found, 1, 2, trainer)
    service_marking.mark(found.id, given(1, 2), actor=trainer, now=clock.now())
    assert found.marks_in == 1
    with pytest.raises(Conflict):
        service_marking.mark(found.id, given(2, 4), actor=trainer, now=clock.now())


def test_nobody_marks_their_own_answer() -> None:
    written_exam()
    trainer = marker()
    found = essay_of(handed_in(person=trainer))
    assert take(found, trainer) is None
    with pytest.raises(NotFound):
        service_marking.mark(found.id, given(2, 4), actor=trainer, now=clock.now())
    with pytest.raises(NotFound):
        queries_marking.essay_to_mark(found.id, trainer.id, clock.now(), "en")


def test_every_line_needs_a_level_of_the_rubric() -> None:
    written_exam()
    found, trainer = essay_of(handed_in()), marker()
    take(found, trainer)
    with pytest.raises(Invalid) as told:
        service_marking.mark(found.id, service_marking.Given({"tone": Decimal(1)}, {}), actor=trainer, now=clock.now())
    assert set(told.value.errors) == {"level-facts"}
    with pytest.raises(Invalid):
        service_marking.mark(found.id, given(1, 3), actor=trainer, now=clock.now())
    assert found.marks_in == 0


def test_a_voided_attempt_is_not_marked() -> None:
    written_exam()
    found, trainer = essay_of(handed_in()), marker()
    take(found, trainer)
    service.void(found.attempt_id, "The wrong room.", actor=marker(), now=clock.now())
    assert take(found, trainer) is None
    with pytest.raises(Conflict):
        service_marking.mark(found.id, given(1, 2), actor=trainer, now=clock.now())


# ---- who has what -----------------------------------------------------------------


def test_two_markers_never_get_the_same_answer_and_one_keeps_theirs() -> None:
    written_exam()
    first, second = essay_of(handed_in()), essay_of(handed_in())
    ann, bob, eve = marker(), marker(), marker()
    hers = take(first, ann)
    assert take(first, ann) == hers  # a second tab
    assert {hers, take(first, bob)} == {first.id, second.id}
    assert take(first, eve) is None
    assert take(first, eve, timedelta(minutes=31)) is not None


def test_a_claim_that_ran_out_is_refused_once_somebody_else_has_the_answer() -> None:
    written_exam()
    found, ann, bob = essay_of(handed_in()), marker(), marker()
    take(found, ann)
    later = clock.now() + timedelta(minutes=31)
    service_marking.keep(found.id, actor=ann, now=later)  # still hers while nobody else took it
    assert take(found, bob, timedelta(minutes=40)) is None
    assert take(found, bob, timedelta(minutes=62)) == found.id
    with pytest.raises(Conflict):
        service_marking.mark(found.id, given(1, 2), actor=ann, now=clock.now() + timedelta(minutes=63))


def test_a_marker_who_waited_behind_another_mark_is_not_refused() -> None:
    written_exam(markers=2)
    found, first, second = essay_of(handed_in()), marker(), marker()
    take(found, first)
    take(found, second)
    service_marking.mark(found.id, given(1, 2), actor=first, now=clock.now() + timedelta(seconds=3))
    service_marking.mark(found.id, given(1, 2), actor=second, now=clock.now())
    assert found.marks_in == 2


def test_what_was_put_aside_comes_last() -> None:
    written_exam()
    ids = {essay_of(handed_in()).id for _ in range(3)}
    found, ann = db.session.get_one(Essay, min(ids)), marker()
    first = take(found, ann)
    assert first is not None
    service_marking.put_aside(first, actor=ann, now=clock.now())
    with pytest.raises(NotFound):
        queries_marking.essay_to_mark(first, ann.id, clock.now(), "en")
    second = take(found, ann)
    assert second is not None and second != first
    service_marking.mark(second, given(1, 2), actor=ann, now=clock.now())
    third = take(found, ann)
    assert third not in (None, first, second)
    service_marking.mark(third or 0, given(1, 2), actor=ann, now=clock.now())
    assert take(found, ann) == first


# ---- several markers ----------------------------------------------------------------


def test_two_marks_within_the_margin_give_their_mean() -> None:
    written_exam(markers=2, margin=2)
    found = essay_of(handed_in())
    marked(found, 1, 2, marker())
    assert (found.settled_at, attempt_of(found).state) == (None, "submitted")
    marked(found, 1, 4, marker())
    assert (found.how, attempt_of(found).state, attempt_of(found).score) == ("mean", "graded", 5)
    held = db.session.scalars(select(Grade).where(Grade.source == "marker")).one()
    assert (held.points, held.grader_id, held.reason) == (4, None, "mean")


def test_beyond_the_margin_a_third_person_marks_and_the_middle_holds() -> None:
    written_exam(markers=2, margin=1)
    found, ann, bob, eve = essay_of(handed_in()), marker(), marker(), marker()
    marked(found, 0, 0, ann)
    marked(found, 2, 4, bob)
    assert (found.settled_at, found.marks_needed) == (None, 3)
    assert take(found, ann) is None and take(found, bob) is None
    marked(found, 1, 2, eve)
    assert (found.how, attempt_of(found).score) == ("median", 4)
    assert len(db.session.scalars(select(EssayMark)).all()) == 3


def test_two_may_mark_at_once_but_not_three() -> None:
    written_exam(markers=2)
    found = essay_of(handed_in())
    assert [take(found, marker()), take(found, marker()), take(found, marker())] == [found.id, found.id, None]


def test_whoever_gave_one_of_several_marks_decides_on_no_appeal() -> None:
    written_exam(markers=2)
    found, ann = essay_of(handed_in()), marker()
    marked(found, 1, 2, ann)
    marked(found, 1, 2, marker())
    owner = db.session.get_one(Person, found.person_id)
    appeal = service_appeals.raise_appeal(
        found.attempt_id, 0, "My answer says all of it.", actor=owner, now=clock.now()
    )
    with pytest.raises(NotAllowed):
        service_appeals.decide_appeal(appeal.id, Verb.UPHOLD, "Read again, and better.", actor=ann, now=clock.now())


# ---- what is read -------------------------------------------------------------------


def test_the_queue_counts_what_waits_and_what_of_it_is_mine() -> None:
    written_exam()
    trainer = marker()
    own, other = essay_of(handed_in(person=trainer)), essay_of(handed_in())
    (group,) = queries_marking.queue(trainer.id, clock.now())
    assert (group.exam, group.item, group.waiting, group.mine) == ("written-exam", "written-1", 2, 1)
    assert group.oldest == min(own.handed_in_at, other.handed_in_at)
    marked(other, 1, 2, trainer)
    (group,) = queries_marking.queue(trainer.id, clock.now())
    assert (group.waiting, group.mine) == (1, 0)


def test_nobody_picks_whose_answer_to_mark() -> None:
    written_exam()
    found, trainer = essay_of(handed_in()), marker()
    for pick in (
        lambda: service_marking.mark(found.id, given(2, 4), actor=trainer, now=clock.now()),
        lambda: service_marking.keep(found.id, actor=trainer, now=clock.now()),
    ):
        with pytest.raises(NotFound):
            pick()
    assert found.marks_in == 0


def test_the_address_of_an_answer_does_not_tell_when_it_was_handed_in() -> None:
    written_exam()
    ids = [essay_of(handed_in()).id for _ in range(6)]
    assert all(abs(one - other) > 1000 for one, other in itertools.pairwise(sorted(ids)))


def test_a_marker_reads_neither_name_nor_earlier_marks() -> None:
    written_exam(markers=2)
    writer = factories.person(name="Zacharias Quibble")
    found, ann = essay_of(handed_in(person=writer)), marker()
    marked(found, 0, 2, marker())
    take(found, ann)
    seen = queries_marking.essay_to_mark(found.id, ann.id, clock.now(), "en")
    assert seen.name is None and "Quibble" not in repr(seen) and not hasattr(seen, "marks_in")


def test_a_plan_may_let_names_be_seen() -> None:
    written_exam(blind=False)
    found, ann = essay_of(handed_in(person=factories.person(name="Zacharias Quibble"))), marker()
    take(found, ann)
    assert queries_marking.essay_to_mark(found.id, ann.id, clock.now(), "en").name == "Zacharias Quibble"


def test_how_long_marking_takes_is_told_from_five_answers_on() -> None:
    written_exam()
    for _ in range(4):
        marked(essay_of(handed_in()), 1, 2, marker())
    assert queries_marking.hours_until_marked(clock.now()).value is None
    marked(essay_of(handed_in()), 1, 2, marker())
    assert queries_marking.hours_until_marked(clock.now()).n == 5


def test_a_plan_without_marking_reads_as_before() -> None:
    assert (plan().marking.markers, plan().marking.blind, plan().marking.calibration) == (1, True, None)
