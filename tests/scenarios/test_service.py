"""Playing: turns are taken once, kept as they were, scored against the best route; examinations count, practice not."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from lms.core import clock, events
from lms.core.database import db
from lms.core.errors import Conflict, Invalid, NotAllowed, NotFound
from lms.enrolment.models import Completion
from lms.identity.models import Person
from lms.scenarios import queries, queries_plays, service
from lms.scenarios.models import Play, Turn
from lms.scenarios.queries_plays import PlayView
from tests import factories
from tests import factories_scenarios as sets

pytestmark = pytest.mark.usefixtures("unit")


@pytest.fixture
def person(unit: None) -> Person:
    return factories.person(department="hotline")


def start(person: Person, mode: str = "exam", key: str = "wet-floor") -> PlayView:
    return service.start_play(key, person, mode, now=clock.now(), language="en")


def shown(view: PlayView, key: str) -> str:
    """The number under which a choice is shown now."""
    assert view.offer is not None
    return next(choice.id for choice in view.offer.choices if choice.key == key)


def say(view: PlayView, person: Person, key: str, emotion: str | None = None) -> PlayView:
    return service.take_turn(
        view.play.id, person, view.state.turn, emotion=emotion, choice=shown(view, key), now=clock.now()
    )


def play_well(person: Person, mode: str = "exam") -> PlayView:
    view = say(start(person, mode), person, "hear-her-out", "angry")
    return say(view, person, "name-and-time")


def test_the_best_route_earns_everything_and_passes(person: Person) -> None:
    sets.scenario()
    view = play_well(person)
    play = view.play
    assert (play.state, play.score, play.max_score, play.percent, play.passed) == ("finished", 10, 10, 100, True)
    assert play.criteria == {
        "lscat": {"score": 8.0, "max_score": 8, "percent": 100.0},
        "emotion": {"score": 2.0, "max_score": 2, "percent": 100.0},
    }
    assert (play.ending, play.emotions_right, play.emotions_asked) == ("settled", 1, 1)


def test_a_short_bad_route_is_measured_against_the_best_one(person: Person) -> None:
    sets.scenario()
    view = say(start(person), person, "soothe-her", "sad")
    assert (view.play.score, view.play.max_score, view.play.passed) == (1, 10, False)
    assert view.play.percent == 10


def test_a_passed_examination_is_a_completion_and_news(person: Person, app: Flask) -> None:
    sets.scenario()
    heard: list[Any] = []
    events.register(app, [(events.PlayFinished, heard.append)])
    view = play_well(person)
    done = db.session.scalars(select(Completion).where(Completion.person_id == person.id)).all()
    assert [(one.kind, one.key, one.reference, one.percent) for one in done] == [
        ("scenario", "wet-floor", f"play:{view.play.id}", Decimal(100))
    ]
    app.extensions["lms.listeners"][events.PlayFinished].remove(heard.append)
    assert [(one.play_id, one.version, one.passed, one.percent) for one in heard] == [(view.play.id, 1, True, 100)]


def test_a_failed_examination_and_practice_complete_nothing(person: Person) -> None:
    sets.scenario()
    say(start(person), person, "soothe-her")
    assert play_well(person, "practice").play.passed is True
    assert db.session.scalar(select(Completion.id).where(Completion.person_id == person.id)) is None


def test_the_same_turn_with_the_same_words_changes_nothing(person: Person) -> None:
    sets.scenario()
    begun = start(person)
    choice = shown(begun, "ask-number")
    first = service.take_turn(begun.play.id, person, 1, emotion="sad", choice=choice, now=clock.now())
    second = say(first, person, "name-and-time")
    again = service.take_turn(begun.play.id, person, 1, emotion="sad", choice=choice, now=clock.now())
    assert (again.offer, again.state) == (first.offer, first.state)
    last = service.take_turn(begun.play.id, person, 2, choice=shown(first, "name-and-time"), now=clock.now())
    assert last.score == second.score
    assert len(db.session.scalars(select(Turn)).all()) == 2


@pytest.mark.parametrize(("emotion", "key"), [("angry", "ask-number"), (None, "ask-number"), ("sad", "hear-her-out")])
def test_the_same_turn_with_other_words_is_refused(person: Person, emotion: str | None, key: str) -> None:
    sets.scenario()
    begun = start(person)
    say(begun, person, "ask-number", "sad")
    with pytest.raises(Conflict):
        service.take_turn(begun.play.id, person, 1, emotion=emotion, choice=shown(begun, key), now=clock.now())


def test_turns_come_in_their_order(person: Person) -> None:
    sets.scenario()
    begun = start(person)
    for turn in (0, 2, 99):
        with pytest.raises(Conflict, match="Turn 1 comes next"):
            service.take_turn(begun.play.id, person, turn, choice="1", now=clock.now())
    over = play_well(person)
    with pytest.raises(Conflict, match="over"):
        service.take_turn(over.play.id, person, 3, choice="1", now=clock.now())


@pytest.mark.parametrize(
    "said",
    [
        {"choice": "9"},
        {"choice": "hear-her-out"},
        {},
        {"choice": "1", "reply": "both"},
        {"reply": "nothing may be typed here"},
        {"choice": "1", "emotion": "jealous"},
    ],
)
def test_what_is_not_offered_is_refused_and_leaves_nothing(person: Person, said: dict[str, str]) -> None:
    sets.scenario()
    begun = start(person)
    with pytest.raises(Invalid):
        service.take_turn(begun.play.id, person, 1, **said, now=clock.now())
    assert queries_plays.own_play(person, begun.play.id).turns == []


def test_a_turn_is_kept_with_all_that_was_shown(person: Person) -> None:
    sets.scenario()
    with clock.at(clock.now()):
        began = clock.now()
        begun = start(person)
    with clock.at(began + timedelta(seconds=42)):
        say(begun, person, "ask-number", "sad")
    row = db.session.scalars(select(Turn)).one()
    assert begun.offer is not None
    assert row.offered["choices"] == [choice.key for choice in begun.offer.choices]
    assert row.offered["labels"][0] == "angry"
    assert (row.scene, row.choice, row.emotion) == ("opening", "ask-number", "sad")
    assert (row.is_right, row.panel_share) == (False, Decimal("0.333333"))
    assert row.taken_at - row.offered_at == timedelta(seconds=42)


def test_nobody_plays_somebody_elses_play(person: Person) -> None:
    sets.scenario()
    begun = start(person)
    other = factories.person()
    with pytest.raises(NotFound):
        service.take_turn(begun.play.id, other, 1, choice="1", now=clock.now())
    with pytest.raises(NotFound):
        queries_plays.own_play(other, begun.play.id)


def test_a_play_stays_on_the_version_it_began_with(person: Person) -> None:
    sets.scenario()
    begun = start(person)
    sets.scenario(sets.definition(sets.SMALL, ("lscat: 4", "lscat: 40")))
    view = say(say(begun, person, "hear-her-out", "angry"), person, "name-and-time")
    assert (view.play.score, view.play.max_score) == (10, 10)
    newer = play_well(person)
    assert (newer.play.score, newer.play.max_score) == (46, 46)


def test_the_order_of_choices_differs_between_plays_and_holds_within_one(person: Person) -> None:
    sets.scenario()
    orders = set()
    for _ in range(25):
        begun = start(person)
        assert begun.offer is not None
        assert begun.offer == queries_plays.own_play(person, begun.play.id).offer
        orders.add(tuple(choice.key for choice in begun.offer.choices))
    assert len(orders) > 3


def test_practice_goes_back_to_a_turn_and_keeps_what_was(person: Person) -> None:
    sets.scenario()
    view = say(start(person, "practice"), person, "ask-number", "sad")
    back = service.go_back(view.play.id, person, 1, now=clock.now())
    assert (back.state.turn, back.play.id != view.play.id) == (1, True)
    assert shown(back, "hear-her-out") == shown(start_of(view), "hear-her-out")
    better = say(say(back, person, "hear-her-out", "angry"), person, "name-and-time")
    assert better.play.passed is True
    old = queries_plays.own_play(person, view.play.id)
    assert (len(old.turns), old.play.left_at is not None) == (1, True)
    halfway = service.go_back(better.play.id, person, 2, now=clock.now())
    assert [row.choice for row in halfway.turns] == ["hear-her-out"]


def start_of(view: PlayView) -> PlayView:
    return view.after(0)


def test_an_examination_takes_nothing_back(person: Person) -> None:
    sets.scenario()
    view = say(start(person), person, "ask-number", "sad")
    with pytest.raises(Conflict):
        service.go_back(view.play.id, person, 1, now=clock.now())
    with pytest.raises(Conflict):
        service.begin_again(view.play.id, person, now=clock.now(), language="en")


def test_begin_again_leaves_the_old_practice(person: Person) -> None:
    sets.scenario()
    view = say(start(person, "practice"), person, "ask-number", "sad")
    again = service.begin_again(view.play.id, person, now=clock.now(), language="en")
    assert (again.state.turn, again.play.mode) == (1, "practice")
    with pytest.raises(Conflict, match="newer"):
        service.take_turn(view.play.id, person, 2, choice="1", now=clock.now())


def test_going_on_finds_the_play_that_was_begun(person: Person) -> None:
    sets.scenario()
    begun = start(person)
    found = service.start_play("wet-floor", person, "exam", now=clock.now(), language="en", go_on=True)
    practice = service.start_play("wet-floor", person, "practice", now=clock.now(), language="en", go_on=True)
    assert (found.play.id, practice.play.id != begun.play.id) == (begun.play.id, True)
    assert start(person).play.id != begun.play.id


def test_a_typed_reply_in_an_examination_waits_for_a_trainer(person: Person) -> None:
    sets.scenario(sets.with_typed_reply())
    view = say(start(person), person, "hear-her-out", "angry")
    done = service.take_turn(view.play.id, person, 2, reply="I will ring you at noon.", now=clock.now())
    play = done.play
    assert (play.state, play.passed, play.score, play.ending) == ("marking", None, None, "settled")
    assert done.turns[-1].reply == "I will ring you at noon."
    assert db.session.scalar(select(Completion.id)) is None


def test_a_typed_reply_in_practice_earns_nothing_where_nothing_is_heard(person: Person) -> None:
    sets.scenario(sets.with_typed_reply())
    view = say(start(person, "practice"), person, "hear-her-out", "angry")
    done = service.take_turn(view.play.id, person, 2, reply="The weather is fine today.", now=clock.now())
    assert (done.play.state, done.play.score, done.play.max_score) == ("finished", 7, 10)


def test_an_assigned_scenario_is_not_open_to_everybody(person: Person) -> None:
    sets.scenario(sets.definition(sets.SMALL, ("channel: phone", "channel: phone\nassigned_only: true")))
    assert queries.catalogue(person) == []
    with pytest.raises(NotAllowed):
        start(person)


def test_a_pilot_is_open_at_its_site_only(person: Person) -> None:
    sets.scenario(sets.definition(sets.SMALL, ("channel: phone", "channel: phone\nstatus: pilot\nsites: [hangzhou]")))
    with pytest.raises(NotFound):
        start(person)
    there = factories.person(site="hangzhou")
    assert [card.scenario.key for card in queries.catalogue(there)] == ["wet-floor"]
    assert start(there).state.turn == 1


def test_the_record_knows_the_best_examination_and_what_was_begun(person: Person) -> None:
    sets.scenario()
    say(start(person), person, "soothe-her")
    play_well(person)
    play_well(person, "practice")
    begun = start(person, "practice")
    [card] = queries.catalogue(person)
    record = card.record
    assert (record.exams, record.best_percent, record.passed) == (2, 100, True)
    assert (record.open_exam, record.open_practice) == (None, begun.play.id)


def test_where_a_person_worked_is_kept_with_the_play(person: Person) -> None:
    sets.scenario()
    view = start(person)
    assert (view.play.department_id, view.play.person_id) == (person.department_id, person.id)


def test_a_database_refuses_a_second_answer_to_a_turn(person: Person) -> None:
    sets.scenario()
    view = say(start(person), person, "ask-number", "sad")
    play = db.session.get(Play, view.play.id)
    assert play is not None
    with pytest.raises(Exception, match="turns"), db.session.begin_nested():
        db.session.add(service._copy(view.turns[0], play.id))
        db.session.flush()
