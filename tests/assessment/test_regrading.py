"""Regrading: the dry run says what would change, a second person lets it happen, all follows, and it can be undone."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select

from lms.assessment import queries_regrading, service, service_regrading
from lms.assessment.models import Attempt, AttemptEvent, Grade
from lms.assessment.models_regrading import Regrading
from lms.assessment.regrading import Rule
from lms.assessment.regrading_states import State
from lms.assessment.service_regrading import Wanted
from lms.core import clock, jobs
from lms.core.audit import AuditEntry
from lms.core.database import db, unit_of_work
from lms.core.errors import Conflict, Invalid, NotAllowed
from lms.enrolment.models import Completion, CompletionChange
from lms.hr.models import Result
from lms.identity.models import Person
from lms.question_bank import service as bank
from lms.question_bank.items import item_of
from lms.question_bank.models import Item, ItemVersion
from tests import factories
from tests import factories_assessment as make

REASON = "The key named the old complaint deadline."
NOW = clock.now


@pytest.fixture(autouse=True)
def _in_app(in_app: None) -> None:
    """Every test runs in the application."""


def a_wrong_item(cut: int = 60, **plan: Any) -> None:
    """An exam of two questions; the key of "wrong-1" should be the first way, not the second."""
    make.topic("wrong", [make.item("wrong-1"), make.item("wrong-2")])
    make.exam("wrong-exam", sections=[{"topic": "wrong", "draw": 2}], cut=cut, **plan)


def sit(person: Person, wrong: str | None, other: str | None = "skeybeta") -> Attempt:
    """Hand in an attempt with these options (keys) of "wrong-1" and "wrong-2" chosen; None for no answer."""
    attempt = make.attempt(person, "wrong-exam")
    for place in attempt.paper:
        version = db.session.get_one(ItemVersion, place["item_version_id"])
        chosen = wrong if version.body["key"] == "wrong-1" else other
        if chosen is not None:
            number = str(place["shown"]["options"].index(chosen) + 1)
            service.save_response(attempt.id, person, place["slot"], number, 1, now=clock.now())
    return service.submit(attempt.id, person, now=clock.now())


def correct(**changes: Any) -> int:
    """A new version of "wrong-1", by default with the first way as the right one; returns its id."""
    body = make.item("wrong-1", **{"answer": "skeyalpha", "feedback": {}, **changes})
    return bank.save_item("wrong", item_of(body), actor=None, now=clock.now())


def first_version() -> int:
    query = select(ItemVersion.id).join(Item, Item.id == ItemVersion.item_id)
    return int(db.session.scalars(query.where(Item.key == "wrong-1", ItemVersion.number == 1)).one())


def ask(
    actor: Person, to: int | None, rule: Rule = Rule.NEW_KEY, *, keeps_passes: bool = True
) -> Regrading:
    wanted = Wanted("wrong-1", first_version(), to, rule, keeps_passes, REASON)
    return service_regrading.dry_run(wanted, actor=actor, now=clock.now())


def approved(to: int | None, rule: Rule = Rule.NEW_KEY, **options: Any) -> Regrading:
    """Proposed by one trainer, approved by another."""
    one, other = factories.person(), factories.person()
    found = ask(one, to, rule, **options)
    service_regrading.propose(found.id, actor=one, now=clock.now())
    return service_regrading.approve(found.id, "", actor=other, now=clock.now())


def undone(found: Regrading) -> Regrading:
    return service_regrading.undo(found.id, "The old key was right after all.", actor=factories.person(), now=clock.now())


def standing(attempt: Attempt) -> tuple[Decimal | None, bool | None]:
    return (attempt.percent, attempt.passed)


def is_completed(person: Person) -> bool:
    query = select(Completion.id).where(Completion.person_id == person.id, Completion.withdrawn_at.is_(None))
    return db.session.scalar(query.where(Completion.kind == "exam")) is not None


def test_the_dry_run_says_what_would_change_and_changes_nothing() -> None:
    with unit_of_work():
        a_wrong_item()
        knew = sit(factories.person(), "skeyalpha")
        missed = sit(factories.person(), "skeybeta")
        blank = sit(factories.person(), None)
        found = ask(factories.person(), correct())
        assert (found.figures["attempts"], found.figures["changed"], found.figures["up"], found.figures["gained"]) == (3, 1, 1, 1)
        assert (found.figures["kept"], found.figures["lost"], found.figures["down"]) == (1, 0, 0)
        assert [standing(one) for one in (knew, missed, blank)] == [(50, False), (100, True), (50, False)]
        lines = {one.line.attempt_id: one.line for one in queries_regrading.all_lines(found.id)}
        assert (lines[knew.id].old_percent, lines[knew.id].new_percent, lines[knew.id].new_passed) == (50, 100, True)
        assert lines[missed.id].outcome == "kept" and lines[missed.id].new_percent == 100
        assert db.session.scalar(select(func.count()).select_from(Grade)) == 6


@pytest.mark.parametrize(
    ("rule", "keeps_passes", "expected"),
    [
        (Rule.NEW_KEY, True, [100, 100, 50]),
        (Rule.NEW_KEY, False, [100, 50, 50]),
        (Rule.GAIN, False, [100, 100, 50]),
        (Rule.FULL, False, [100, 100, 100]),
    ],
)
def test_each_rule_gives_its_points(rule: Rule, keeps_passes: bool, expected: list[int]) -> None:
    with unit_of_work():
        a_wrong_item()
        sat = [sit(factories.person(), chosen) for chosen in ("skeyalpha", "skeybeta", None)]
        to = correct()
        found = approved(None if rule is Rule.FULL else to, rule, keeps_passes=keeps_passes)
        assert found.state == State.APPLIED
        assert [attempt.percent for attempt in sat] == expected


def test_grades_are_added_and_say_who_and_why() -> None:
    with unit_of_work():
        a_wrong_item()
        attempt = sit(factories.person(), "skeyalpha")
        found = approved(correct())
        grades = db.session.scalars(select(Grade).where(Grade.attempt_id == attempt.id).order_by(Grade.id)).all()
        assert [grade.source for grade in grades] == ["machine", "machine", "regrade"]
        assert (grades[2].number, grades[2].points, grades[2].reason) == (2, 1, REASON)
        assert (grades[2].grader_id, grades[2].regrading_id) == (found.decided_by_id, found.id)
        assert grades[2].item_version_id == first_version()  # what was shown stays what was shown
        told = db.session.scalars(select(AttemptEvent.reason).where(AttemptEvent.verb == "retotal")).all()
        assert told == [REASON]


def test_a_pass_won_is_completed_and_lost_again_by_undoing() -> None:
    person = None
    with unit_of_work():
        a_wrong_item()
        person = factories.person()
        attempt = sit(person, "skeyalpha")
        assert not is_completed(person)
        found = approved(correct())
        assert standing(attempt) == (100, True) and is_completed(person)
        undone(found)
        assert found.state == State.UNDONE
        assert standing(attempt) == (50, False) and not is_completed(person)
        verbs = db.session.scalars(select(CompletionChange.verb)).all()
        assert verbs == ["withdrawn"]
        shares = db.session.scalars(select(Grade.share).where(Grade.source == "regrade").order_by(Grade.id)).all()
        assert shares == [1, 0]


def test_a_pass_lost_is_withdrawn_and_holds_again_by_undoing() -> None:
    with unit_of_work():
        a_wrong_item()
        person = factories.person()
        attempt = sit(person, "skeybeta")
        assert is_completed(person)
        found = approved(correct(), keeps_passes=False)
        assert standing(attempt) == (50, False) and not is_completed(person)
        undone(found)
        assert standing(attempt) == (100, True) and is_completed(person)


def test_the_results_for_hr_follow_there_and_back_and_tell_when() -> None:
    with unit_of_work():
        a_wrong_item()
        first, second = factories.person(), factories.person()
        sit(first, "skeyalpha")
        sit(second, None)
        to = correct()

    def kept() -> dict[int, tuple[Any, ...]]:
        rows = db.session.scalars(select(Result).where(Result.kind == "exam").execution_options(populate_existing=True))
        return {one.person_id: (one.percent, one.score, one.passed, one.updated_at) for one in rows}

    before = kept()
    with unit_of_work():
        found = approved(to)
    after = kept()
    assert after[first.id][:3] == (100, 2, True) and before[first.id][:3] == (50, 1, False)
    assert after[first.id][3] > before[first.id][3] and after[second.id] == before[second.id]
    with unit_of_work():
        undone(found)
    assert kept()[first.id][:3] == (50, 1, False) and kept()[first.id][3] > after[first.id][3]


def test_the_proposer_and_whoever_is_in_it_do_not_decide() -> None:
    with unit_of_work():
        a_wrong_item()
        learner, one = factories.person(), factories.person()
        sit(learner, "skeyalpha")
        found = ask(one, correct())
        service_regrading.propose(found.id, actor=one, now=clock.now())
        for person in (one, learner):
            with pytest.raises(NotAllowed):
                service_regrading.approve(found.id, "", actor=person, now=clock.now())
            with pytest.raises(NotAllowed):
                service_regrading.reject(found.id, "No, that is not so.", actor=person, now=clock.now())
        with pytest.raises(NotAllowed):
            service_regrading.withdraw(found.id, actor=learner, now=clock.now())
        assert found.state == State.PROPOSED


def test_nobody_proposes_what_changes_their_own_result() -> None:
    with unit_of_work():
        a_wrong_item()
        trainer = factories.person()
        sit(trainer, "skeyalpha")
        found = ask(trainer, correct())
        with pytest.raises(NotAllowed):
            service_regrading.propose(found.id, actor=trainer, now=clock.now())


def test_a_new_result_makes_a_proposal_stale_and_nothing_is_applied() -> None:
    with unit_of_work():
        a_wrong_item()
        one, other = factories.person(), factories.person()
        attempt = sit(factories.person(), "skeyalpha")
        to = correct()
        running = make.attempt(factories.person(), "wrong-exam")
        found = ask(one, to)
        service_regrading.propose(found.id, actor=one, now=clock.now())
        service.void(attempt.id, "Was sat by somebody else.", actor=other, now=clock.now())
        service_regrading.approve(found.id, "", actor=other, now=clock.now())
        assert (found.state, found.applied_at) == (State.STALE, None)
        assert db.session.scalar(select(Grade.id).where(Grade.source == "regrade")) is None
        service_regrading.count_again(found.id, actor=one, now=clock.now())
        assert (found.state, found.figures["attempts"]) == (State.DRAFT, 0)
        assert running.state == "in_progress"


def test_an_open_attempt_is_counted_and_left_alone() -> None:
    with unit_of_work():
        a_wrong_item()
        sit(factories.person(), "skeyalpha")
        make.attempt(factories.person(), "wrong-exam")
        found = ask(factories.person(), correct())
        assert (found.figures["attempts"], found.figures["open"]) == (1, 1)


def test_an_option_taken_out_neither_wins_nor_loses() -> None:
    options = {key: text for key, text in make.OPTIONS.items() if key != "skeydelta"}
    with unit_of_work():
        make.topic("wrong", [make.item("wrong-1", "multiple"), make.item("wrong-2")])
        make.exam("wrong-exam", sections=[{"topic": "wrong", "draw": 2}], cut=60)
        person = factories.person()
        attempt = make.attempt(person, "wrong-exam")
        place = next(p for p in attempt.paper if db.session.get_one(ItemVersion, p["item_version_id"]).body["type"] == "multiple")
        picks = [str(place["shown"]["options"].index(key) + 1) for key in ("skeyalpha", "skeygamma", "skeydelta")]
        service.save_response(attempt.id, person, place["slot"], picks, 1, now=clock.now())
        service.submit(attempt.id, person, now=clock.now())
        assert attempt.percent == 25
        body = make.item("wrong-1", "multiple", options=options, feedback={})
        to = bank.save_item("wrong", item_of(body), actor=None, now=clock.now())
        found = approved(to)
        assert (found.figures["gone"], attempt.percent) == (1, 50)


def test_an_attempt_that_waits_for_marks_gets_the_grade_and_no_total() -> None:
    with unit_of_work():
        make.topic("wrong", [make.item("wrong-1"), make.essay("wrong-2")])
        make.exam("wrong-exam", sections=[{"topic": "wrong", "draw": 2}], cut=60)
        person = factories.person()
        attempt = make.attempt(person, "wrong-exam")
        for place in attempt.paper:
            is_essay = place["points"] == "6"
            answer = "I listen first, then I repeat." if is_essay else str(place["shown"]["options"].index("skeyalpha") + 1)
            service.save_response(attempt.id, person, place["slot"], answer, 1, now=clock.now())
        service.submit(attempt.id, person, now=clock.now())
        found = approved(correct())
        assert (found.figures["waiting"], attempt.state, attempt.score) == (1, "submitted", None)
        assert db.session.scalar(select(Grade.points).where(Grade.source == "regrade")) == 1


def test_a_version_that_asks_otherwise_is_refused() -> None:
    with unit_of_work():
        a_wrong_item()
        sit(factories.person(), "skeyalpha")
        to = bank.save_item("wrong", item_of(make.item("wrong-1", "true-false")), actor=None, now=clock.now())
        with pytest.raises(Invalid):
            ask(factories.person(), to)
        with pytest.raises(Invalid):
            ask(factories.person(), first_version())


def test_undoing_is_refused_while_a_later_regrading_builds_on_it() -> None:
    with unit_of_work():
        a_wrong_item()
        sit(factories.person(), "skeyalpha")
        found = approved(correct())
        later = approved(correct(answer="skeygamma"), keeps_passes=False)
        with pytest.raises(Conflict):
            undone(found)
        undone(later)
        assert undone(found).state == State.UNDONE


def test_many_attempts_are_left_to_a_job(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service_regrading, "AT_ONCE", 1)
    with unit_of_work():
        a_wrong_item()
        sat = [sit(factories.person(), "skeyalpha") for _ in range(3)]
        found = approved(correct())
        assert found.state == State.APPROVED and sat[0].percent == 50
    jobs.run_due(clock.now() + timedelta(minutes=1))
    db.session.expire_all()
    assert db.session.get_one(Regrading, found.id).state == State.APPLIED
    assert [db.session.get_one(Attempt, one.id).percent for one in sat] == [100, 100, 100]
    with unit_of_work():
        undone(found)
    jobs.run_due(clock.now() + timedelta(minutes=2))
    db.session.expire_all()
    assert db.session.get_one(Regrading, found.id).state == State.UNDONE
    assert [db.session.get_one(Attempt, one.id).percent for one in sat] == [50, 50, 50]


def test_every_step_is_in_the_audit_trail() -> None:
    with unit_of_work():
        a_wrong_item()
        sit(factories.person(), "skeyalpha")
        undone(approved(correct()))
    actions = db.session.scalars(select(AuditEntry.action).order_by(AuditEntry.id)).all()
    steps = [action.removeprefix("regrading.") for action in actions if action.startswith("regrading.")]
    assert steps == ["propose", "approve", "apply", "undo", "undone"]


def test_a_regrading_is_not_undone_under_a_later_one_that_found_its_points_right() -> None:
    with unit_of_work():
        a_wrong_item()
        knew, other = sit(factories.person(), "skeyalpha"), sit(factories.person(), "skeygamma")
        first = approved(correct())
        full = approved(None, Rule.FULL)
        with pytest.raises(Conflict, match="later"):
            undone(first)
        assert [standing(one) for one in (knew, other)] == [(100, True), (100, True)]
        assert undone(full).state == State.UNDONE
        assert undone(first).state == State.UNDONE
        assert [standing(one) for one in (knew, other)] == [(50, False), (50, False)]


def test_who_passed_by_the_mean_of_several_results_keeps_the_pass() -> None:
    with unit_of_work():
        a_wrong_item(counts="mean", attempts=3)
        person = factories.person()
        low, high = sit(person, "skeybeta", None), sit(person, "skeybeta")
        assert is_completed(person)
        found = ask(factories.person(), correct())
        assert (found.figures["kept"], found.figures["changed"]) == (2, 0)
        assert approved(correct(rationale=make.text("Said anew.")), keeps_passes=False).state == State.APPLIED
        assert [standing(one) for one in (low, high)] == [(0, False), (50, False)] and not is_completed(person)
