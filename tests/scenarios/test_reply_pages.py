"""Pages and calls about typed replies: the learner's coaching, the trainer's queue, the comparison, who sees what."""

import html
import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from flask.testing import FlaskClient

from lms.core import clock
from lms.core.access import Role
from lms.core.database import unit_of_work
from lms.identity.models import Person
from lms.scenarios import service_contests
from lms.scenarios.queries_plays import PlayView
from tests import factories
from tests import factories_replies as said
from tests.factories_marking import handed_in, written_exam

Browser = FlaskClient
MACHINE = (") read this, not a person", "linear-", "shown by", "not sure")
"""Words that tell what the program thinks."""


@pytest.fixture(autouse=True)
def scenario(app: Flask) -> None:
    with app.app_context(), unit_of_work():
        said.scenario()


def somebody(app: Flask, *roles: Role, name: str = "Lin Mei") -> Person:
    with app.app_context(), unit_of_work():
        return factories.person(roles=roles or (Role.LEARNER,), name=name)


def played(app: Flask, person: Person, words: str = said.TRACKS, mode: str = "exam") -> PlayView:
    with app.app_context(), unit_of_work():
        return said.played(words, person, mode)


def page(browser: Browser, url: str) -> str:
    response = browser.get(url)
    assert response.status_code == 200, response.status
    return html.unescape(response.get_data(as_text=True))


def taken(browser: Browser) -> str:
    response = browser.post("/marking/replies", data={"scenario": said.KEY})
    assert response.status_code == 303
    return str(response.headers["Location"])


def mark(browser: Browser, url: str, *steps: str, **fields: str) -> Any:
    return browser.post(url, data={"step": list(steps), "taboo": "no", **fields})


# ---- the learner --------------------------------------------------------------------


def test_practice_shows_each_step_with_the_words_that_show_it(app: Flask, sign_in: Callable[..., Browser]) -> None:
    learner = somebody(app)
    shown = page(sign_in(learner), f"/plays/{played(app, learner, mode='practice').play.id}/result")
    assert re.search(r"<mark>[^<]*回电话[^<]*</mark>", shown)
    assert re.search(r"A program \(version \d+\) read this, not a person\.", shown)
    assert "linear" not in shown  # the exact version is for those who audit
    assert re.search(r"Advise</b> not sure", shown)
    assert "missing" not in shown.lower()
    assert "left out" not in shown  # nobody but a person says that a step is not there


def test_words_never_said_are_shown_with_better_ones(app: Flask, sign_in: Callable[..., Browser]) -> None:
    learner = somebody(app)
    shown = page(sign_in(learner), f"/plays/{played(app, learner, said.TABOO, 'practice').play.id}/result")
    assert "heard-taboo" in shown
    assert "Better:" in shown


def test_a_learner_contests_and_reads_what_the_trainer_found(app: Flask, sign_in: Callable[..., Browser]) -> None:
    learner = somebody(app)
    view = played(app, learner, said.NOTHING, "practice")
    browser = sign_in(learner)
    url = f"/plays/{view.play.id}/contests"
    refused = browser.post(url, data={"turn": "2", "why": "no"})
    assert refused.status_code == 422
    assert "required>no</textarea>" in refused.get_data(as_text=True)
    kept = browser.post(url, data={"turn": "2", "why": "I meant a promise here."})
    assert kept.headers["Location"].endswith("/result")
    assert "A trainer will look at it." in page(browser, f"/plays/{view.play.id}/result")
    trainer = sign_in(Role.TRAINER)
    assert mark(trainer, taken(trainer), "track", comment="Close to a promise.").status_code == 303
    shown = page(browser, f"/plays/{view.play.id}/result")
    assert "What a trainer found" in shown
    assert "Close to a promise." in shown


def test_an_examination_tells_no_machines_opinion_before_people_decided(
    app: Flask, sign_in: Callable[..., Browser], api: Callable[..., Any]
) -> None:
    learner = somebody(app)
    view = played(app, learner, said.TABOO)
    shown = page(sign_in(learner), f"/plays/{view.play.id}/result")
    assert "is with a trainer" in shown
    assert re.search(r"Turn \d+, still to be marked, of", shown)
    assert not [words for words in (*MACHINE, "heard-taboo", "Never said") if words in shown]
    told = api(learner).get(f"/plays/{view.play.id}").json
    assert told["state"] == "marking"
    last = told["transcript"][-1]
    assert (last.get("reading"), last.get("judged"), last["feedback"]["taboo"]) == (None, None, False)
    assert not [words for words in MACHINE if words in page(sign_in(Role.AUDITOR), f"/plays/{view.play.id}/result")]
    refused = sign_in(Role.TRAINER).get(f"/plays/{view.play.id}/result")
    assert refused.status_code == 403
    assert "waits for a mark without a name" in refused.text


def test_afterwards_the_transcript_says_what_people_and_program_found(
    app: Flask, sign_in: Callable[..., Browser], api: Callable[..., Any]
) -> None:
    learner = somebody(app)
    view = played(app, learner, said.TABOO)
    trainer = sign_in(Role.TRAINER)
    mark(trainer, taken(trainer), "advise", "track")
    shown = page(sign_in(learner), f"/plays/{view.play.id}/result")
    assert "The program heard words that are never said" in shown
    assert "What people decide counts." in shown
    last = api(learner).get(f"/plays/{view.play.id}").json["transcript"][-1]
    assert last["judged"]["found"] == ["Advise", "Track"]
    assert last["reading"]["taboos"][0]["instead"]


def test_the_call_that_takes_a_turn_tells_what_was_heard_in_practice_only(app: Flask, api: Callable[..., Any]) -> None:
    learner = somebody(app)
    call = api(learner)
    for mode in ("practice", "exam"):
        with app.app_context(), unit_of_work():
            view = said.begun(learner, mode)
        told = call.post(f"/plays/{view.play.id}/turns", json={"turn": 2, "reply": said.TRACKS}).json
        assert told["state"] == ("finished" if mode == "practice" else "marking")
        assert (told.get("reading") is not None) == (mode == "practice")
        assert "track" not in str(told)  # no authored key


def test_the_briefing_says_who_reads_own_words(sign_in: Callable[..., Browser]) -> None:
    assert "Trainers read them" in page(sign_in(Role.LEARNER), f"/scenarios/{said.KEY}")


def test_earlier_turns_can_be_gone_back_to_in_practice_only(app: Flask, sign_in: Callable[..., Browser]) -> None:
    learner = somebody(app)
    browser = sign_in(learner)
    for mode in ("practice", "exam"):
        with app.app_context(), unit_of_work():
            view = said.begun(learner, mode)
        assert ("Take it back" in page(browser, f"/plays/{view.play.id}")) == (mode == "practice")


# ---- the trainer ----------------------------------------------------------------------


def test_a_reply_is_marked_blind_and_the_program_is_seen_afterwards(
    app: Flask, sign_in: Callable[..., Browser]
) -> None:
    learner = somebody(app, name="Ouyang Xiuying")
    view = played(app, learner)
    trainer = sign_in(Role.TRAINER)
    assert "A typed reply is waiting for a mark" in page(trainer, "/marking")
    assert "Mark 1 reply" in page(trainer, "/marking/replies")
    url = taken(trainer)
    shown = page(trainer, url)
    assert said.TRACKS in shown
    assert "And who calls me back?" in shown
    assert "Tell me from the beginning." in shown
    assert not [words for words in (*MACHINE, "Ouyang", f"/plays/{view.play.id}") if words in shown]
    assert trainer.get(f"{url}/compared").status_code == 404
    kept = mark(trainer, url, "advise", "track")
    assert kept.headers["Location"] == f"{url}/compared"
    compared = page(trainer, f"{url}/compared")
    assert "You and the program differ on one step" in compared
    assert "<mark>" in compared
    assert "Ouyang" not in compared
    assert "No typed reply waits for you" in page(trainer, "/marking/replies")


def test_the_heading_of_all_that_waits_counts_typed_replies_beside_the_rest(
    app: Flask, sign_in: Callable[..., Browser]
) -> None:
    for name in ("Ouyang Xiuying", "Lin Mei"):
        played(app, somebody(app, name=name))
    trainer, auditor = sign_in(Role.TRAINER), sign_in(Role.AUDITOR)
    assert "2 typed replies are waiting for a mark</h1>" in page(trainer, "/marking")
    with app.app_context(), unit_of_work():
        written_exam()
        handed_in()
    assert "One answer and 2 typed replies wait for you</h1>" in page(trainer, "/marking")
    read = page(auditor, "/marking")
    assert "One answer and 2 typed replies wait</h1>" in read
    assert "for you" not in read.lower()


def test_nothing_waits_for_an_auditor_in_particular(sign_in: Callable[..., Browser]) -> None:
    assert "<h1>Nothing waits</h1>" in page(sign_in(Role.AUDITOR), "/marking")
    assert "<h1>Nothing waits for you</h1>" in page(sign_in(Role.TRAINER), "/marking")


def test_what_was_entered_stays_where_it_cannot_be_kept(app: Flask, sign_in: Callable[..., Browser]) -> None:
    played(app, somebody(app))
    trainer = sign_in(Role.TRAINER)
    url = taken(trainer)
    refused = trainer.post(url, data={"step": ["track"], "comment": "Warm."})
    assert refused.status_code == 422
    shown = refused.get_data(as_text=True)
    assert "Say whether something is in it" in shown
    assert re.search(r'value="track" checked', shown)
    assert "Warm.</textarea>" in shown


def test_other_words_for_the_same_mark_are_shown_back(app: Flask, sign_in: Callable[..., Browser]) -> None:
    played(app, somebody(app))
    trainer = sign_in(Role.TRAINER)
    url = taken(trainer)
    for _ in range(2):
        assert mark(trainer, url, "track", comment="A clear promise.").status_code == 303
    again = mark(trainer, url, "track", comment="On second thoughts.")
    assert again.status_code == 409
    assert "The words you wrote first stand." in again.text and "On second thoughts." in again.text


def test_a_lost_mark_is_shown_back(app: Flask, sign_in: Callable[..., Browser], later: Callable[..., Any]) -> None:
    played(app, somebody(app))
    first, second = sign_in(Role.TRAINER), sign_in(Role.TRAINER)
    url = taken(first)
    with later(minutes=40):
        assert taken(second) == url
        lost = mark(first, url, "track", comment="A clear promise.")
    assert lost.status_code == 409
    assert "A clear promise." in lost.get_data(as_text=True)


def test_a_trainer_corrects_a_decision_from_the_result(app: Flask, sign_in: Callable[..., Browser]) -> None:
    learner = somebody(app)
    view = played(app, learner)
    trainer = sign_in(Role.TRAINER)
    url = taken(trainer)
    mark(trainer, url, "track")
    assert f"{url}/correction" in page(trainer, f"/plays/{view.play.id}/result")
    refused = trainer.post(f"{url}/correction", data={"step": ["advise"], "taboo": "no", "why": "no"})
    assert refused.status_code == 422
    kept = trainer.post(
        f"{url}/correction", data={"step": ["advise", "track"], "taboo": "no", "why": "Two ways are offered."}
    )
    assert kept.status_code == 303
    shown = page(sign_in(learner), f"/plays/{view.play.id}/result")
    assert "Two ways are offered." in shown


# ---- who sees what --------------------------------------------------------------------


@pytest.mark.parametrize("role", [Role.HR, Role.MANAGER, Role.MENTOR, Role.ADMIN])
def test_nobody_but_trainers_and_auditors_reads_a_raw_reply(
    app: Flask, sign_in: Callable[..., Browser], api: Callable[..., Any], role: Role
) -> None:
    view = played(app, somebody(app))
    with app.app_context(), unit_of_work():
        reply = said.waiting(view).id
        said.marked(said.waiting(view), "track")
    browser, call = sign_in(role), api(role)
    pages = (f"/plays/{view.play.id}", f"/plays/{view.play.id}/result", "/marking", "/marking/replies",
             f"/marking/replies/{reply}", f"/marking/replies/{reply}/compared", f"/marking/replies/{reply}/correction",
             "/marking/replies/agreement", "/reports", "/hr/reviews")  # fmt: skip
    for url in pages:
        assert said.TRACKS not in browser.get(url).get_data(as_text=True), url
    for url in (f"/plays/{view.play.id}", "/results", f"/scenarios/{said.KEY}/statistics"):
        assert said.TRACKS not in call.get(url).get_data(as_text=True), url


def test_an_auditor_reads_the_transcript_and_marks_nothing(app: Flask, sign_in: Callable[..., Browser]) -> None:
    view = played(app, somebody(app))
    auditor = sign_in(Role.AUDITOR)
    assert said.TRACKS in page(auditor, f"/plays/{view.play.id}/result")
    assert "Typed replies" in page(auditor, "/marking/replies")
    assert auditor.post("/marking/replies", data={"scenario": said.KEY}).status_code == 403


# ---- what it costs ----------------------------------------------------------------------


def test_pages_of_typed_replies_cost_few_statements(
    app: Flask, sign_in: Callable[..., Browser], count_queries: Callable[[], Any]
) -> None:
    learner = somebody(app)
    practice, exam = played(app, learner, mode="practice"), played(app, learner)
    with app.app_context(), unit_of_work():
        said.marked(said.waiting(exam), "track")
        service_contests.contest(practice.play.id, learner, 2, "There is more in it.", now=clock.now())
    browser = sign_in(learner)
    for view in (practice, exam):
        url = f"/plays/{view.play.id}/result"
        page(browser, url)
        with count_queries() as queries:
            page(browser, url)
        assert len(queries) <= 12, len(queries)
    with app.app_context(), unit_of_work():
        begun = said.begun(learner, "practice")
    with count_queries() as queries:
        browser.post(f"/plays/{begun.play.id}/turns", data={"turn": "2", "reply": said.TRACKS})
    assert len(queries) <= 8, len(queries)


def test_the_queue_costs_the_same_however_much_waits(
    app: Flask, sign_in: Callable[..., Browser], count_queries: Callable[[], Any]
) -> None:
    trainer = sign_in(Role.TRAINER)
    counts = []
    for more in (1, 6):
        for _ in range(more):
            played(app, somebody(app))
        url = taken(trainer)
        for address in ("/marking", "/marking/replies", url):
            page(trainer, address)
        with count_queries() as queries:
            for address in ("/marking", "/marking/replies", url):
                page(trainer, address)
        counts.append(len(queries))
    assert counts[0] == counts[1]
