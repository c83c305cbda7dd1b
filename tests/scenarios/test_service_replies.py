"""Typed replies: heard at once in practice, decided by people in examinations; nothing lost, nothing decided twice."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from lms.core import clock, events
from lms.core.database import db
from lms.core.errors import Conflict, Invalid, NotFound
from lms.enrolment.models import Completion
from lms.identity.models import Person
from lms.scenarios import queries_plays, queries_replies, service, service_contests, service_replies
from lms.scenarios.hearing import reading_kept
from lms.scenarios.models import Turn
from lms.scenarios.models_replies import ReplyContest, ReplyDecision, ReplyMark, WrittenReply
from tests import factories
from tests import factories_replies as said

pytestmark = pytest.mark.usefixtures("unit")


@pytest.fixture
def person(unit: None) -> Person:
    said.scenario()
    return factories.person()


@pytest.fixture
def heard(app: Flask) -> Any:
    """The news of finished plays."""
    news: list[Any] = []
    events.register(app, [(events.PlayFinished, news.append)])
    yield news
    app.extensions["lms.listeners"][events.PlayFinished].remove(news.append)


def completions(person: Person) -> list[Completion]:
    query = select(Completion).where(Completion.person_id == person.id, Completion.withdrawn_at.is_(None))
    return list(db.session.scalars(query))


def count(table: Any) -> int:
    return db.session.scalar(select(func.count()).select_from(table)) or 0


# ---- practice -------------------------------------------------------------------------


def test_practice_earns_the_points_of_the_sure_steps_at_once(person: Person) -> None:
    done = said.played(said.TRACKS, person, "practice")
    assert (done.play.state, done.play.score, done.play.max_score) == ("finished", 10, 12)
    assert done.state.lines[-1].steps == {"track"}


def test_a_reading_is_kept_with_its_version_and_the_words_that_show_it(person: Person) -> None:
    view = said.played(said.TRACKS, person, "practice")
    reading = reading_kept(view.turns[-1].heard)
    assert reading is not None
    assert reading.version.startswith("linear-")
    (found,) = [each for each in reading.findings if each.step == "track"]
    assert "回电话" in said.TRACKS[found.evidence[0].start : found.evidence[-1].end]


def test_a_taboo_heard_leads_the_talk_where_the_scene_says(person: Person) -> None:
    assert said.played(said.TABOO, person).state.ending == "hung-up"
    assert said.played(said.NOTHING, person).state.ending == "settled"


def test_a_reply_in_chinese_is_read_as_chinese_whatever_the_page_speaks(person: Person) -> None:
    assert said.played(said.BOTH, person, "practice").play.score == 12


def test_practice_waits_for_nobody(person: Person) -> None:
    said.played(said.STUFFED, person, "practice")
    assert count(WrittenReply) == 0


def test_a_turn_taken_back_keeps_what_was_heard_before(person: Person) -> None:
    view = said.played(said.TRACKS, person, "practice")
    fresh = service.go_back(view.play.id, person, 2, now=clock.now())
    again = service.take_turn(fresh.play.id, person, 2, reply=said.NOTHING, now=clock.now())
    assert (view.play.score, again.play.score) == (10, 7)
    assert queries_plays.own_play(person, view.play.id).score.score == 10


# ---- contesting -----------------------------------------------------------------------


def test_a_contested_reading_goes_to_people_and_changes_no_score(person: Person) -> None:
    view = said.played(said.NOTHING, person, "practice")
    service_contests.contest(view.play.id, person, 2, "I promised to come back to her.", now=clock.now())
    found = said.waiting(view)
    assert (found.purpose, found.settled_at) == ("contest", None)
    said.marked(found, "track")
    assert queries_plays.own_play(person, view.play.id).score.score == 7
    (decided,) = queries_replies.decided_of(view.play.id)[2]
    assert decided.found.steps == {"track"}


def test_a_reading_is_contested_once(person: Person) -> None:
    view = said.played(said.NOTHING, person, "practice")
    for _ in range(2):
        service_contests.contest(view.play.id, person, 2, "I promised to come back.", now=clock.now())
    assert (count(ReplyContest), count(WrittenReply)) == (1, 1)


def test_contesting_wants_a_reason_a_typed_reply_and_an_own_play(person: Person) -> None:
    view = said.played(said.NOTHING, person, "practice")
    with pytest.raises(Invalid, match="Say why"):
        service_contests.contest(view.play.id, person, 2, "no", now=clock.now())
    with pytest.raises(NotFound, match="no reply in your own words"):
        service_contests.contest(view.play.id, person, 1, "It was well chosen.", now=clock.now())
    with pytest.raises(NotFound):
        service_contests.contest(view.play.id, factories.person(), 2, "It is not mine.", now=clock.now())


def test_what_people_judge_cannot_be_contested_as_a_machines_opinion(person: Person) -> None:
    view = said.played(said.NOTHING, person)
    with pytest.raises(Conflict, match="no machine"):
        service_contests.contest(view.play.id, person, 2, "I promised to come back.", now=clock.now())


# ---- examination --------------------------------------------------------------------


def test_an_examination_waits_for_people_and_tells_nobody(person: Person, heard: list[Any]) -> None:
    view = said.played(said.BOTH, person)
    assert (view.play.state, view.play.score, view.score.passed) == ("marking", None, None)
    assert (heard, completions(person)) == ([], [])
    assert said.waiting(view).marks_needed == 1


def test_the_last_mark_settles_the_play_once(person: Person, heard: list[Any]) -> None:
    view = said.played(said.NOTHING, person)
    ended = view.play.finished_at
    with clock.at(clock.now() + timedelta(days=2)):
        said.marked(said.waiting(view), "advise", "track")
    play = queries_plays.own_play(person, view.play.id).play
    assert (play.state, play.score, play.percent, play.passed) == ("finished", 12, 100, True)
    assert [(each.play_id, each.score, each.at) for each in heard] == [(play.id, 12, ended)]
    (done,) = completions(person)
    assert (done.reference, done.at) == (f"play:{play.id}", ended)


def test_people_decide_against_the_scorer(person: Person) -> None:
    view = said.played(said.BOTH, person)
    said.marked(said.waiting(view))
    play = queries_plays.own_play(person, view.play.id).play
    assert (play.score, play.passed) == (7, False)


def test_a_taboo_that_people_do_not_see_leaves_the_talk_as_it_went(person: Person) -> None:
    view = said.played(said.TABOO, person)
    said.marked(said.waiting(view), "advise", "track")
    after = queries_plays.own_play(person, view.play.id)
    assert (after.state.ending, after.state.taboo, after.state.taboo_said) == ("hung-up", True, False)


def test_a_taboo_that_only_people_see_never_passes(person: Person) -> None:
    view = said.played(said.BOTH, person)
    said.marked(said.waiting(view), "advise", "track", taboo=True)
    assert queries_plays.own_play(person, view.play.id).play.passed is False


def test_two_markers_who_agree_decide_and_a_third_is_asked_where_they_differ(person: Person) -> None:
    said.double()
    view = said.played(said.TRACKS, person)
    found = said.waiting(view)
    said.marked(found, "track")
    assert (found.marks_needed, found.settled_at) == (2, None)
    said.marked(found, "track", "advise")
    assert (found.marks_needed, found.settled_at) == (3, None)
    said.marked(found, "advise")
    assert (found.how, queries_plays.own_play(person, view.play.id).play.score) == ("majority", 12)


def test_what_the_scene_does_not_ask_for_needs_no_third_marker(person: Person) -> None:
    said.double()
    found = said.waiting(said.played(said.TRACKS, person))
    said.marked(found, "track")
    said.marked(found, "track", "sympathize")
    assert found.how == "agreed"


def test_nobody_marks_themselves_or_picks_whom_to_mark(person: Person) -> None:
    trainer = said.marker()
    own = said.waiting(said.played(said.TRACKS, trainer))
    other = said.waiting(said.played(said.TRACKS, person))
    taken = service_replies.take_next(said.KEY, actor=trainer, now=clock.now())
    assert taken is not None
    assert taken.id == other.id
    for each in (own.id, 987654):
        with pytest.raises(NotFound):
            service_replies.mark(each, said.given("track"), actor=trainer, now=clock.now())
    with pytest.raises(NotFound):
        service_replies.mark(other.id, said.given("track"), actor=said.marker(), now=clock.now())


def test_the_same_mark_twice_is_one_and_another_is_refused(person: Person, heard: list[Any]) -> None:
    trainer, found = said.marker(), said.waiting(said.played(said.TRACKS, person))
    said.marked(found, "track", by=trainer)
    service_replies.mark(found.id, said.given("track"), actor=trainer, now=clock.now())
    with pytest.raises(Conflict, match="first mark stands"):
        service_replies.mark(found.id, said.given("advise"), actor=trainer, now=clock.now())
    assert (count(ReplyMark), count(ReplyDecision), len(heard)) == (1, 1, 1)


def test_a_mark_answers_the_taboo_and_names_only_steps_of_the_framework(person: Person) -> None:
    trainer = said.marker()
    said.played(said.TRACKS, person)
    found = service_replies.take_next(said.KEY, actor=trainer, now=clock.now())
    assert found is not None
    with pytest.raises(Invalid, match="never said"):
        service_replies.mark(found.id, said.given("track", taboo=None), actor=trainer, now=clock.now())
    with pytest.raises(Invalid, match="this framework"):
        service_replies.mark(found.id, said.given("need-payoff"), actor=trainer, now=clock.now())
    assert found.marks_in == 0


def test_a_claim_runs_out_and_the_late_mark_is_refused(person: Person) -> None:
    first, second = said.marker(), said.marker()
    said.played(said.TRACKS, person)
    found = service_replies.take_next(said.KEY, actor=first, now=clock.now())
    assert found is not None
    assert service_replies.take_next(said.KEY, actor=second, now=clock.now()) is None
    with clock.at(clock.now() + timedelta(minutes=31)):
        assert service_replies.take_next(said.KEY, actor=second, now=clock.now()) is not None
        with pytest.raises(Conflict, match="somebody else"):
            service_replies.mark(found.id, said.given("track"), actor=first, now=clock.now())


def test_guarded_and_unsure_replies_come_first_and_the_oldest_among_equals(person: Person) -> None:
    order = (said.BOTH, said.NOTHING, said.STUFFED, said.NOTHING)
    views = []
    for minutes, words in enumerate(order):
        with clock.at(clock.now() + timedelta(minutes=minutes)):
            views.append(said.played(words, factories.person()))
    trainer = said.marker()
    taken = []
    for _ in order:
        found = service_replies.take_next(said.KEY, actor=trainer, now=clock.now())
        assert found is not None
        taken.append(found.play_id)
        service_replies.mark(found.id, said.given("track"), actor=trainer, now=clock.now())
    ranks = {view.play.id: said.waiting(view).rank for view in views}
    assert taken == sorted(ranks, key=lambda play_id: (ranks[play_id], play_id))
    assert taken[0] == views[2].play.id


# ---- corrections ----------------------------------------------------------------------


def test_a_correction_adds_to_the_history_and_settles_the_play_anew(person: Person, heard: list[Any]) -> None:
    view = said.played(said.NOTHING, person)
    found = said.waiting(view)
    said.marked(found, "advise", "track")
    service_replies.correct(
        found.id, said.given(), "There is no promise in these words.", actor=said.marker(), now=clock.now()
    )
    play = queries_plays.own_play(person, view.play.id).play
    assert (play.score, play.passed, completions(person)) == (7, False, [])
    assert [one.how for one in queries_replies.decided_of(view.play.id)[2]] == ["single", "corrected"]
    assert [each.score for each in heard] == [12, 7]
    service_replies.correct(
        found.id, said.given("advise", "track"), "They are there after all.", actor=said.marker(), now=clock.now()
    )
    assert len(completions(person)) == 1
    assert db.session.scalars(select(ReplyMark.steps)).all() == [["advise", "track"]]


def test_a_correction_wants_a_reason_a_decision_and_another_person(person: Person) -> None:
    trainer = said.marker()
    own = said.waiting(said.played(said.TRACKS, trainer))
    said.marked(own, "track")
    with pytest.raises(NotFound):
        service_replies.correct(own.id, said.given("advise"), "I did well, I think.", actor=trainer, now=clock.now())
    found = said.waiting(said.played(said.TRACKS, person))
    with pytest.raises(Conflict, match="still waits"):
        service_replies.correct(found.id, said.given(), "There is nothing in it.", actor=trainer, now=clock.now())
    said.marked(found, "track")
    with pytest.raises(Invalid, match="Say why"):
        service_replies.correct(found.id, said.given(), "no", actor=trainer, now=clock.now())


def test_a_play_goes_on_after_a_pause_with_own_words_in_it(person: Person, later: Callable[..., Any]) -> None:
    """The reading of a turn stays as it was, whatever the scorer would say tomorrow."""
    view = said.played(said.TRACKS, person, "practice")
    row = db.session.scalars(select(Turn).where(Turn.play_id == view.play.id, Turn.number == 2)).one()
    row.heard = {**(row.heard or {}), "steps": []}
    db.session.flush()
    with later(days=3):
        assert queries_plays.own_play(person, view.play.id).score.score == 7
