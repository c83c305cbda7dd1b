"""The pages of marking: the queue, one answer with its rubric, agreement, and the learner's side of it."""

import re
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from lms.assessment import queries_marking, sync
from lms.assessment.models import Attempt
from lms.assessment.models_marking import Essay, EssayMark
from lms.core import clock
from lms.core.access import Role
from lms.core.audit import AuditEntry
from lms.core.database import db, unit_of_work
from lms.identity.models import Person
from lms.statistics.figures import Figure
from tests import factories
from tests import factories_assessment as make
from tests.factories_marking import WORDS, essay_of, handed_in, marked, marker, written_exam

SignIn = Callable[..., Any]


@pytest.fixture
def one(app: Flask) -> Essay:
    """An answer that waits, of somebody with a name that would be noticed."""
    with app.app_context(), unit_of_work():
        written_exam()
        handed_in(person=factories.person(name="Zacharias Quibble", employee_number="QQ-77"))
        return db.session.scalars(select(Essay)).one()


def take(client: Any, of: Essay) -> str:
    """The address of the answer that the marker is given."""
    taken = client.post("/marking/essays", data={"exam": of.exam_id, "item": of.item_id})
    assert taken.status_code == 303
    return str(taken.headers["Location"])


LEVELS = {"level-tone": "1", "level-facts": "2", "comment-tone": "Warm enough.", "comment": "Well ordered."}


def test_long_waits_are_told_in_days_and_a_pass_line_without_idle_digits(
    sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    trainer = sign_in(Role.TRAINER)
    for hours, told in ((47.0, "within 47 hours"), (158.4, "within 6.6 days")):
        monkeypatch.setattr(queries_marking, "hours_until_marked", lambda now, hours=hours: Figure(hours, 9))
        assert told in trainer.get("/marking").text
    with trainer.application.app_context(), unit_of_work():
        written_exam()
    assert 'value="80"' in trainer.get("/marking/calibration").text


def test_an_answer_is_taken_marked_and_the_next_one_follows(app: Flask, sign_in: SignIn, one: Essay) -> None:
    with app.app_context(), unit_of_work():
        handed_in()
    trainer = sign_in(Role.TRAINER)
    assert "2 answers wait for a mark" in trainer.get("/marking").text
    first = take(trainer, one)
    following = trainer.post(first, data={**LEVELS, "go": "next"})
    assert following.status_code == 303 and following.headers["Location"] != first
    last = trainer.post(following.headers["Location"], data={**LEVELS, "go": "next"})
    assert last.headers["Location"] == "/marking"
    assert "Nothing waits for you" in trainer.get("/marking").text
    with app.app_context():
        mark = db.session.scalars(select(EssayMark)).first()
        assert mark is not None and mark.levels == {"tone": "1", "facts": "4"}
        assert {attempt.state for attempt in db.session.scalars(select(Attempt))} == {"graded"}
        assert "essay.mark" in db.session.scalars(select(AuditEntry.action)).all()


def test_the_page_tells_neither_name_nor_number_nor_other_marks(app: Flask, sign_in: SignIn) -> None:
    with app.app_context(), unit_of_work():
        written_exam(markers=2)
        found = handed_in(person=factories.person(name="Zacharias Quibble", employee_number="QQ-77"))
        essay = db.session.scalars(select(Essay)).one()
        marked(essay, 2, 4, marker(name="First Marker"))
    page = sign_in(Role.TRAINER)
    text = page.get(take(page, essay)).text
    assert WORDS in text and "tone worth 2" in text
    for telling in ("Quibble", "QQ-77", "First Marker", f"/attempts/{found.id}", "checked"):
        assert telling not in text


def test_a_missing_level_is_told_and_what_was_typed_stays(sign_in: SignIn, one: Essay) -> None:
    trainer = sign_in(Role.TRAINER)
    page = take(trainer, one)
    sent = trainer.post(page, data={"level-tone": "1", "comment-facts": "Which facts?", "comment": "Half of it."})
    assert sent.status_code == 422
    assert "Every line of the rubric needs a level." in sent.text and "Choose a level here." in sent.text
    assert "Which facts?" in sent.text and "Half of it." in sent.text and sent.text.count(" checked") == 1
    nonsense = trainer.post(page, data={"level-tone": "-1", "level-facts": "9" * 40})
    assert nonsense.status_code == 422


def test_only_whoever_took_an_answer_opens_it(app: Flask, sign_in: SignIn, one: Essay) -> None:
    ann, bob = sign_in(Role.TRAINER), sign_in(Role.TRAINER)
    page = take(ann, one)
    assert bob.get(page).status_code == 404
    assert take(bob, one) == "/marking"
    assert ann.post(f"{page}/claim").status_code == 204
    assert bob.post(page, data=LEVELS).status_code == 404
    assert ann.post(page, data=LEVELS).status_code == 303
    assert ann.get(page, follow_redirects=True).text.count("You have marked this answer.") == 1


def test_what_was_entered_for_a_lost_answer_can_still_be_read(
    app: Flask, sign_in: SignIn, one: Essay, later: Any
) -> None:
    ann, bob = sign_in(Role.TRAINER), sign_in(Role.TRAINER)
    page = take(ann, one)
    with later(minutes=31):
        assert take(bob, one) == page
        lost = ann.post(page, data=LEVELS)
    assert lost.status_code == 409 and "This mark was not kept" in lost.text and "Warm enough." in lost.text


def test_other_words_for_the_same_mark_are_shown_back_and_the_first_stand(
    app: Flask, sign_in: SignIn, one: Essay
) -> None:
    ann = sign_in(Role.TRAINER)
    page = take(ann, one)
    for _ in range(2):
        assert ann.post(page, data={**LEVELS, "comment": "Well done."}).status_code == 303
    again = ann.post(page, data={**LEVELS, "comment": "On second thoughts."})
    assert again.status_code == 409 and "The words you wrote first stand." in again.text
    assert "On second thoughts." in again.text
    with app.app_context():
        assert db.session.scalars(select(EssayMark.comment)).all() == ["Well done."]


def test_what_was_entered_stays_when_the_plan_asks_for_calibration_meanwhile(
    app: Flask, sign_in: SignIn, one: Essay
) -> None:
    ann = sign_in(Role.TRAINER)
    page = take(ann, one)
    with app.app_context(), unit_of_work():
        sections = [{"topic": "written", "draw": 2}]
        plan = make.plan("written-exam", sections=sections, cut=60, marking={"calibration": 80})
        sync.sync([plan], pack="tests", now=clock.now())
    refused = ann.post(page, data=LEVELS)
    assert refused.status_code == 403 and "This mark was not kept" in refused.text and "Warm enough." in refused.text
    with app.app_context():
        assert db.session.scalars(select(EssayMark)).all() == []


def test_a_trainer_who_sat_the_exam_never_sees_their_own_answer(app: Flask, sign_in: SignIn) -> None:
    with app.app_context(), unit_of_work():
        written_exam()
        trainer = marker()
        handed_in(person=trainer)
        essay = db.session.scalars(select(Essay)).one()
    page = sign_in(trainer)
    assert take(page, essay) == "/marking"
    assert page.get(f"/marking/essays/{essay.id}").status_code == 404
    assert page.post(f"/marking/essays/{essay.id}", data=LEVELS).status_code == 404


def test_skipping_brings_the_next(app: Flask, sign_in: SignIn, one: Essay) -> None:
    with app.app_context(), unit_of_work():
        handed_in()
    trainer = sign_in(Role.TRAINER)
    first = take(trainer, one)
    second = trainer.post(f"{first}/aside").headers["Location"]
    assert second != first and trainer.post(f"{second}/aside").headers["Location"] == first


@pytest.mark.parametrize("data", [{}, {"exam": "x", "item": "1"}, {"exam": "9" * 30, "item": "1"}])
def test_nonsense_takes_nothing(sign_in: SignIn, one: Essay, data: dict[str, str]) -> None:
    assert sign_in(Role.TRAINER).post("/marking/essays", data=data).status_code in (303, 404)


def test_auditors_see_the_queue_and_mark_nothing_and_hr_sees_nothing(sign_in: SignIn, one: Essay) -> None:
    auditor, hr = sign_in(Role.AUDITOR), sign_in(Role.HR)
    assert "Answers to mark" in auditor.get("/marking").text
    assert auditor.post("/marking/essays", data={"exam": one.exam_id, "item": one.item_id}).status_code == 403
    assert [hr.get(page).status_code for page in ("/marking", "/marking/agreement", f"/attempts/{one.attempt_id}/result")] == [
        403, 403, 404,
    ]  # fmt: skip


def test_pages_ask_a_constant_number_of_questions(
    app: Flask, sign_in: SignIn, one: Essay, count_queries: Callable[[], Any]
) -> None:
    trainer = sign_in(Role.TRAINER)
    page = take(trainer, one)
    counts = []
    for more in (0, 5):
        with app.app_context(), unit_of_work():
            for _ in range(more):
                handed_in()
        for address in ("/marking", page, "/marking/agreement"):
            trainer.get(address)
            with count_queries() as queries:
                assert trainer.get(address).status_code == 200
            counts.append(len(queries))
    assert counts[:3] == counts[3:] and max(counts) <= 10


# ---- the learner ------------------------------------------------------------------


def test_the_learner_is_told_that_it_is_being_marked_and_then_what_it_earned(
    app: Flask, sign_in: SignIn, one: Essay
) -> None:
    with app.app_context():
        learner = sign_in(db.session.get_one(Person, one.person_id))
    result = f"/attempts/{one.attempt_id}/result"
    waiting = learner.get(result).text
    assert "It is being marked" in waiting and "One answer is being read by people." in waiting
    assert "Being marked" in learner.get("/exams/written-exam").text
    trainer = sign_in(Role.TRAINER)
    trainer.post(take(trainer, one), data=LEVELS)
    done = learner.get(result).text
    assert WORDS in done and "facts worth 4" in done and "Warm enough." in done and "Well ordered." in done
    with app.app_context():
        name = db.session.scalars(select(Person.name).join(EssayMark, EssayMark.marker_id == Person.id)).one()
    assert name not in done and name in trainer.get(result).text


def test_a_text_that_is_too_short_is_told_before_handing_in_and_may_be_handed_in(app: Flask, sign_in: SignIn) -> None:
    from lms.assessment import service
    from tests.factories_assessment import attempt

    with app.app_context(), unit_of_work():
        written_exam()
        person = factories.person()
        begun = attempt(person, "written-exam")
        slot = next(place["slot"] for place in begun.paper if place["points"] == "6")
        service.save_response(begun.id, person, slot, "Short.", 1, now=clock.now())
    learner = sign_in(person)
    question = learner.get(f"/attempts/{begun.id}?slot={slot}").text
    assert "20 to 400 characters" in question and 'data-least="20"' in question
    page = learner.get(f"/attempts/{begun.id}/hand-in").text
    assert re.search(r"Question \d: 6 of at least 20 characters", page)
    assert learner.post(f"/attempts/{begun.id}/hand-in").status_code == 303
    with app.app_context():
        assert db.session.scalars(select(Essay)).one().attempt_id == begun.id


def test_line_ends_count_once(app: Flask, sign_in: SignIn) -> None:
    """A browser sends two characters for a line's end, and counts one: what it lets through must fit."""
    from lms.assessment import queries
    from tests.factories_assessment import attempt

    with app.app_context(), unit_of_work():
        written_exam()
        person = factories.person()
        begun = attempt(person, "written-exam")
        slot = next(place["slot"] for place in begun.paper if place["points"] == "6")
    words = "a\r\n" * 200
    sent = sign_in(person).post(f"/attempts/{begun.id}/answers/{slot}", data={"answer": words})
    assert sent.status_code == 303
    with app.app_context():
        assert queries.saved_answers(begun.id)[slot].answer == "a\n" * 200


# ---- agreement --------------------------------------------------------------------


def test_agreement_waits_for_pairs_and_then_shows_lines_and_markers(app: Flask, sign_in: SignIn) -> None:
    trainer = sign_in(Role.TRAINER)
    assert "Nothing was marked by two people yet" in trainer.get("/marking/agreement").text
    with app.app_context(), unit_of_work():
        written_exam(markers=2, margin=6)
        ann, bob = marker(name="Ann Strict"), marker(name="Bob Mild")
        for number in range(12):
            essay = essay_of(handed_in())
            marked(essay, number % 2, 2 * (number % 2), ann)
            marked(essay, number % 3 % 2, 2 * (number % 2) + 2, bob)
    page = trainer.get("/marking/agreement?item=written-1").text
    assert "12 answers were marked by two people" in page
    assert "Ann Strict" in page and "Bob Mild" in page and "+" in page and "κ" in page


def test_too_few_pairs_are_said_to_be_too_few(app: Flask, sign_in: SignIn) -> None:
    with app.app_context(), unit_of_work():
        written_exam(markers=2)
        handed_in()
        essay = db.session.scalars(select(Essay)).one()
        marked(essay, 1, 2, marker())
        marked(essay, 1, 2, marker())
    page = sign_in(Role.TRAINER).get("/marking/agreement").text
    assert "Not enough data: 1 of at least 10." in page and "100 %" not in page and "marked alike, 95" not in page
