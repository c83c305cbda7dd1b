"""Agreement of trainers and program on typed replies, and the switch that rests on it: 320 simulated double marks."""

import random
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, insert, select

from lms.core import clock
from lms.core.access import Role
from lms.core.audit import AuditEntry
from lms.core.database import db, unit_of_work
from lms.core.errors import Invalid
from lms.identity.models import Person
from lms.scenarios import (
    hearing,
    judging,
    queries,
    queries_reply_agreement,
    queries_reply_rules,
    service_contests,
    service_reply_rules,
)
from lms.scenarios.judging_agreement import Judged, by_step, shortfalls
from lms.scenarios.models import Play, Turn
from lms.scenarios.models_replies import ReplyMark, ReplyRule, WrittenReply
from lms.scenarios.play_states import Reading
from lms.scenarios.service_reply_rules import NotMeasured
from lms.scenarios.views_reply_words import replies_shown
from tests import factories
from tests import factories_replies as said
from tests import factories_scenarios as sets

REASON = "Measured over the spring, see the page."


def judged(rng: random.Random, *, people: float, machine: float) -> Judged:
    """A reply in which each step is there or not, seen rightly by a person and by the program with these chances."""
    truth = {step: rng.random() < 0.5 for step in ("advise", "track")}
    taboo = rng.random() < 0.2

    def seen(chance: float) -> Reading:
        steps = {step for step, there in truth.items() if there == (rng.random() < chance)}
        return Reading(frozenset(steps), taboo == (rng.random() < chance))

    return Judged((seen(people), seen(people)), seen(machine))


def simulated(n: int, *, people: float, machine: float) -> list[Judged]:
    rng = random.Random(7)
    return [judged(rng, people=people, machine=machine) for _ in range(n)]


# ---- the rule --------------------------------------------------------------------------


def test_a_program_as_good_as_trainers_may_decide() -> None:
    assert shortfalls(by_step(("advise", "track"), simulated(320, people=0.9, machine=0.95)), 320) == []


def test_a_worse_program_may_not_and_the_numbers_are_said() -> None:
    found = shortfalls(by_step(("advise", "track"), simulated(320, people=0.95, machine=0.75)), 320)
    assert {one.step for one in found} >= {"advise", "track"}
    assert "Trainers agree with each other at κ 0." in str(found[0].reason)


def test_too_few_replies_allow_nothing_however_well_they_agree() -> None:
    found = shortfalls(by_step(("advise", "track"), simulated(299, people=0.9, machine=1.0)), 299)
    assert [one.step for one in found] == [None]
    assert "299" in str(found[0].reason)


def test_where_nobody_ever_said_a_taboo_there_is_nothing_against_the_program() -> None:
    replies = [Judged((one.marks[0], one.marks[0]), one.marks[0]) for one in simulated(320, people=1, machine=1)]
    quiet = [Judged(tuple(Reading(m.steps) for m in one.marks), Reading(one.machine.steps)) for one in replies]
    assert shortfalls(by_step(("advise", "track"), quiet), 320) == []
    wrong = [Judged(one.marks, Reading(one.machine.steps, taboo=number < 3)) for number, one in enumerate(quiet)]
    assert [one.step for one in shortfalls(by_step(("advise", "track"), wrong), 320)] == ["taboo"]


def test_kappa_is_the_one_of_the_formula_page() -> None:
    both = Reading(frozenset({"track"}))
    pairs = [(both, both)] * 20 + [(both, Reading())] * 5 + [(Reading(), both)] * 5 + [(Reading(), Reading())] * 20
    (track, _taboo) = by_step(("track",), [Judged(pair, pair[0]) for pair in pairs])
    assert track.people.value == pytest.approx(0.6)
    assert track.machine_on_all.value == 1


def test_a_share_is_drawn_by_lot_and_for_ever() -> None:
    drawn = [turn for turn in range(10_000) if judging.drawn(10, "sample", turn)]
    assert 900 < len(drawn) < 1100
    assert drawn == [turn for turn in range(10_000) if judging.drawn(10, "sample", turn)]
    assert not any(judging.drawn(0, "double", turn) for turn in range(100))
    assert all(judging.drawn(100, "double", turn) for turn in range(100))


# ---- the switch ----------------------------------------------------------------------


def history(n: int, *, people: float, machine: float) -> None:
    """So many examinations whose replies two trainers have marked, in the database."""
    first, second = said.marker(), said.marker()
    learner, template = factories.person(), said.played(said.BOTH)
    play, turns, now = template.play, list(template.turns), clock.now()
    said.marked(said.waiting(template), "track", by=first)
    version = hearing.version_in_use()
    for number, one in enumerate(simulated(n, people=people, machine=machine)):
        fresh = Play(
            scenario_id=play.scenario_id, scenario_version_id=play.scenario_version_id, person_id=learner.id, mode="exam",
            seed=str(number), state="finished", language="en", started_at=now, finished_at=now, ending="settled",
            passed=False, emotions_asked=1, emotions_right=1,
        )  # fmt: skip
        db.session.add(fresh)
        db.session.flush()
        findings = [
            {"step": step, "sure": True, "confidence": 0.99, "evidence": []} for step in sorted(one.machine.steps)
        ]
        taboos = [{"evidence": [0, 1], "phrase": "x", "instead": None}] if one.machine.taboo else []
        reading = {"version": version, "findings": findings, "taboos": taboos, "guards": [], "to_person": False}
        heard = {"steps": sorted(one.machine.steps), "taboo": one.machine.taboo, "reading": reading}
        turn = Turn(
            play_id=fresh.id, number=2, scene=turns[1].scene, offered=turns[1].offered, reply="…", heard=heard,
            offered_at=now, taken_at=now, fingerprint=str(number),
        )  # fmt: skip
        db.session.add(turn)
        db.session.flush()
        row = WrittenReply(
            turn_id=turn.id, play_id=fresh.id, scenario_id=play.scenario_id, person_id=learner.id, number=2, purpose="exam",
            rank=2, handed_in_at=now, marks_needed=2, marks_in=2, settled_at=now, how="agreed",
        )  # fmt: skip
        db.session.add(row)
        db.session.flush()
        marks = [
            {"reply_id": row.id, "marker_id": who.id, "number": place, "steps": sorted(mark.steps), "taboo": mark.taboo,
             "comment": "", "marked_at": now}
            for place, (who, mark) in enumerate(zip((first, second), one.marks, strict=True), start=1)
        ]  # fmt: skip
        db.session.execute(insert(ReplyMark), marks)


@pytest.fixture
def admin(app: Flask) -> Person:
    with app.app_context(), unit_of_work():
        said.scenario()
        return factories.person(roles=[Role.ADMIN])


def test_the_switch_is_refused_with_the_numbers_and_audited_when_it_is_allowed(
    app: Flask, admin: Person, sign_in: Callable[..., Any]
) -> None:
    browser = sign_in(admin)
    url = f"/marking/replies/{said.KEY}/counting"
    assert (
        browser.post(url, data={"counts": "yes", "why": REASON, "form": "counting"}).status_code == 409
    )  # nothing marked
    with app.app_context(), unit_of_work():
        history(320, people=0.95, machine=0.7)
    refused = browser.post(url, data={"counts": "yes", "why": REASON, "form": "counting"})
    assert refused.status_code == 409
    shown = refused.get_data(as_text=True)
    assert "Trainers agree with each other at κ 0." in shown
    assert REASON in shown
    with app.app_context(), unit_of_work():
        for table in (ReplyMark, WrittenReply):
            db.session.execute(table.__table__.delete())
        history(320, people=0.9, machine=0.97)
    page = browser.get("/marking/replies/agreement").get_data(as_text=True)
    assert "The program judges this role-play as well as trainers do" in page
    assert browser.post(url, data={"counts": "yes", "why": "no"}).status_code == 422
    assert browser.post(url, data={"counts": "yes", "why": REASON, "form": "counting"}).status_code == 303
    with app.app_context():
        entry = db.session.scalars(select(AuditEntry).where(AuditEntry.action == "reply.let-count")).one()
        assert entry.details["figures"]["doubles"] == 320
        assert entry.details["reason"] == REASON


def test_only_an_administrator_switches_and_only_trainers_set_a_scenarios_share(
    app: Flask, admin: Person, sign_in: Callable[..., Any]
) -> None:
    for role in (Role.TRAINER, Role.AUDITOR, Role.HR):
        browser = sign_in(role)
        assert browser.post(f"/marking/replies/{said.KEY}/counting", data={"counts": "yes"}).status_code == 403
        assert browser.post("/marking/replies/share", data={"percent": "5"}).status_code == 403
    trainer = sign_in(Role.TRAINER)
    url = f"/marking/replies/{said.KEY}/share"
    for wrong in ("101", "-1", "many", "٥"):
        assert trainer.post(url, data={"percent": wrong, "why": REASON}).status_code == 422
    assert trainer.post(url, data={"percent": "25", "why": REASON}).status_code == 303
    assert sign_in(admin).post("/marking/replies/share", data={"percent": "5", "why": REASON}).status_code == 303
    with app.app_context():
        scenario_id = queries.scenario_id_of(said.KEY)
        assert queries_reply_rules.rule_of(scenario_id).double_percent == 25
        assert queries_reply_rules.organisation_share() == 5
    assert trainer.post(url, data={"percent": "", "why": REASON}).status_code == 303
    with app.app_context():
        assert queries_reply_rules.rule_of(scenario_id).double_percent == 5


@pytest.fixture
def counting(unit: None) -> None:
    """What the version in use is sure of counts without a person."""
    said.scenario()
    scenario_id = queries.scenario_id_of(said.KEY)
    db.session.add(
        ReplyRule(
            scenario_id=scenario_id, double_percent=0, confident_counts=True, scorer_version=hearing.version_in_use(),
            reason=REASON, set_at=clock.now(),
        )
    )  # fmt: skip
    db.session.flush()


def sure_of(words: str) -> bool:
    """Whether the scorer has no doubt about these words in the scene."""
    view = said.played(words, mode="practice")
    return judging.rank(hearing.reading_kept(view.turns[-1].heard), ("advise", "track")) is judging.Rank.CONFIDENT


CANDIDATES = (
    "I will ring you tomorrow at ten.",
    "I'll follow this up myself and ring you on Friday at noon.",
    "我明天上午十点给您回电话。",
    "我会一直跟进，周五下班前给您回复。",
)


@pytest.fixture
def words(counting: None) -> str:
    """Words of which the scorer is sure in all that is asked for."""
    found = [each for each in CANDIDATES if sure_of(each)]
    if not found:
        pytest.skip("this scorer is sure of none of these replies")
    return found[0]


def by_lot(words: str, drawn: bool) -> Any:
    """An examination with these words that belongs to the sample, or does not."""
    for _ in range(400):
        view = said.played(words)
        if judging.drawn(judging.SAMPLE_PERCENT, "sample", view.turns[-1].id) is drawn:
            return view
    raise AssertionError("the lot never fell so")


def test_a_sure_reply_counts_at_once_and_people_still_see_a_sample(words: str) -> None:
    view = by_lot(words, drawn=False)
    assert (view.play.state, said.waiting(view).how) == ("finished", "machine")
    sampled = by_lot(words, drawn=True)
    assert (sampled.play.state, said.waiting(sampled).settled_at) == ("marking", None)


def test_the_result_says_that_the_program_counted(words: str, app: Flask) -> None:
    view = by_lot(words, drawn=False)
    said_back = replies_shown(view)[2]
    assert (said_back.machine_counts, said_back.may_contest, said_back.people) == (True, True, None)


def test_an_unsure_reply_goes_to_people_all_the_same(counting: None) -> None:
    assert said.played(said.STUFFED).play.state == "marking"


def test_another_version_of_the_program_counts_for_nothing(words: str) -> None:
    scenario_id = queries.scenario_id_of(said.KEY)
    db.session.add(
        ReplyRule(
            scenario_id=scenario_id, double_percent=0, confident_counts=True, scorer_version="linear-0", reason=REASON,
            set_at=clock.now(),
        )
    )  # fmt: skip
    db.session.flush()
    assert queries_reply_rules.rule_of(scenario_id).is_stale
    assert by_lot(words, drawn=False).play.state == "marking"


def test_switching_back_sends_everything_to_people_again(words: str) -> None:
    admin = factories.person(roles=[Role.ADMIN])
    service_reply_rules.stop_counting(said.KEY, actor=admin, now=clock.now())
    service_reply_rules.stop_counting(said.KEY, actor=admin, now=clock.now())
    assert by_lot(words, drawn=False).play.state == "marking"
    assert db.session.scalar(select(func.count()).select_from(ReplyRule)) == 2


def test_a_learner_may_ask_for_a_person_where_the_program_decided(words: str) -> None:
    view = by_lot(words, drawn=False)
    person = db.session.get(Person, view.play.person_id)
    service_contests.contest(view.play.id, person, 2, "A person should look at it.", now=clock.now())
    found = said.waiting(view)
    assert found.settled_at is None
    said.marked(found)
    assert (found.how, view.play.score) == ("single", 7)


def test_only_readings_of_the_version_in_use_enter(counting: None) -> None:
    view = said.played(said.STUFFED)
    said.marked(said.waiting(view), "track")
    (of,) = queries_reply_agreement.measured()
    assert queries_reply_agreement.agreement(of).marked == 1
    turn = view.turns[-1]
    assert turn.heard is not None
    turn.heard = {**turn.heard, "reading": {**turn.heard["reading"], "version": "linear-0"}}
    db.session.flush()
    found = queries_reply_agreement.agreement(of)
    assert (found.marked, found.left_out) == (0, 1)


def test_a_contested_reply_of_practice_is_no_real_one(counting: None) -> None:
    person = factories.person()
    view = said.played(said.NOTHING, person, "practice")
    service_contests.contest(view.play.id, person, 2, "There is more in it.", now=clock.now())
    said.marked(said.waiting(view), "track")
    assert queries_reply_agreement.measured() == []


def test_a_share_wants_a_number_and_a_reason(counting: None) -> None:
    actor = factories.person(roles=[Role.TRAINER])
    with pytest.raises(Invalid):
        service_reply_rules.set_share(None, None, REASON, actor=actor, now=clock.now())
    with pytest.raises(Invalid):
        service_reply_rules.set_share(said.KEY, 20, "no", actor=actor, now=clock.now())


def test_letting_count_needs_marks(counting: None) -> None:
    with pytest.raises(NotMeasured):
        service_reply_rules.let_count(said.KEY, REASON, actor=factories.person(), now=clock.now())


def test_the_page_costs_the_same_for_many_marks(
    app: Flask, sign_in: Callable[..., Any], count_queries: Callable[[], Any]
) -> None:
    with app.app_context(), unit_of_work():
        said.scenario()
    counts, trainer = [], sign_in(Role.TRAINER)
    for n in (12, 40):
        with app.app_context(), unit_of_work(), clock.at(clock.now() + timedelta(minutes=n)):
            history(n, people=0.9, machine=0.9)
        trainer.get("/marking/replies/agreement")
        with count_queries() as statements:
            assert trainer.get("/marking/replies/agreement").status_code == 200
        counts.append(len(statements))
    assert counts[0] == counts[1] <= 12


def test_the_page_opens_on_the_role_play_with_most_replies_marked_twice_and_counts_a_mark_at_once(
    app: Flask, admin: Person, sign_in: Callable[..., Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    with app.app_context(), unit_of_work():
        said.marked(said.waiting(said.played(said.BOTH)), "track")
        said.marked(said.waiting(said.played(said.TRACKS)), "track")
        sets.scenario(said.definition().model_copy(update={"scenario": "zebra"}))
        monkeypatch.setattr(said, "KEY", "zebra")
        said.double()
        found = said.marked(said.waiting(said.played(said.BOTH)), "track")
    browser = sign_in(admin)
    with app.app_context():
        assert [one.key for one in queries_reply_agreement.measured()] == ["wet-floor", "zebra"]
    assert "1 reply marked; 0 by two people" in browser.get("/marking/replies/agreement?scenario=zebra").text
    with app.app_context(), unit_of_work():
        said.marked(db.session.get_one(WrittenReply, found.id), "track")
    shown = browser.get("/marking/replies/agreement").text
    assert '<option value="zebra" selected' in shown
    assert "1 reply marked; 1 by two people" in shown
