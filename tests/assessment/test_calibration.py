"""Calibration: agreed samples, marked blind, and the right to mark that depends on them."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from lms.assessment import queries_calibration, service_calibration, service_marking
from lms.assessment.models_marking import CalibrationRound, CalibrationSample, Essay
from lms.core import clock
from lms.core.access import Role
from lms.core.database import db, unit_of_work
from lms.core.errors import Conflict, Invalid, NotAllowed
from lms.identity.models import Person
from tests.factories_assessment import topic
from tests.factories_marking import essay_of, given, handed_in, marked, marker, written_exam

AGREED = {"tone": Decimal(1), "facts": Decimal(2)}


def opened(by: Person, samples: int = 3, least: int = 80) -> CalibrationRound:
    """An open round of the essay item with so many samples, all agreed at 1 and 2 points."""
    made = service_calibration.make_round("written-1", "Autumn", Decimal(least), actor=by, now=clock.now())
    for number in range(1, samples + 1):
        service_calibration.add_sample(
            made.id, f"Sample answer {number}", AGREED, "It names the feeling.", actor=by, now=clock.now()
        )
    service_calibration.open_round(made.id, actor=by, now=clock.now())
    return made


def mark_all(made: CalibrationRound, by: Person, wrong_lines: int = 0) -> None:
    for number in range(1, 4):
        levels = dict(AGREED)
        if number <= wrong_lines:
            levels["tone"] = Decimal(2)
        service_calibration.mark_sample(made.id, number, levels, actor=by, now=clock.now())


def test_a_plan_that_wants_calibration_lets_only_those_mark_who_passed(unit: None) -> None:
    written_exam(calibration=80)
    found, ann, bob, eve, maker = essay_of(handed_in()), marker(), marker(), marker(), marker()
    with pytest.raises(NotAllowed):
        marked(found, 1, 2, ann)
    made = opened(maker)
    mark_all(made, ann, wrong_lines=1)  # 5 of 6 lines
    mark_all(made, bob, wrong_lines=2)  # 4 of 6 lines
    service_calibration.mark_sample(made.id, 1, AGREED, actor=eve, now=clock.now())  # all right, not all marked
    for other in (bob, eve, maker):
        with pytest.raises(NotAllowed):
            service_marking.take_next(found.exam_id, found.item_id, actor=other, now=clock.now())
        with pytest.raises(NotAllowed):
            service_marking.mark(found.id, given(1, 2), actor=other, now=clock.now())
    assert marked(found, 1, 2, ann).how == "single"


def test_a_round_opens_with_three_samples_and_stays_as_it_is(unit: None) -> None:
    topic("none")
    written_exam()
    maker = marker()
    made = service_calibration.make_round("written-1", "Autumn", Decimal(80), actor=maker, now=clock.now())
    with pytest.raises(Conflict):
        service_calibration.open_round(made.id, actor=maker, now=clock.now())
    with pytest.raises(Invalid):
        service_calibration.make_round("plain-1", "No essay", Decimal(80), actor=maker, now=clock.now())
    with pytest.raises(NotAllowed):
        service_calibration.add_sample(made.id, "Text", AGREED, "Why", actor=marker(), now=clock.now())
    open_one = opened(maker)
    with pytest.raises(Conflict):
        service_calibration.add_sample(open_one.id, "Text", AGREED, "Why", actor=maker, now=clock.now())


@pytest.mark.parametrize(
    ("answer", "levels", "why", "told"),
    [
        (" ", AGREED, "Why", {"answer"}),
        ("Text", AGREED, "", {"why"}),
        ("Text", {"tone": Decimal(1)}, "Why", {"level-facts"}),
        ("Text", {"tone": Decimal(1), "facts": Decimal(3)}, "Why", set()),
    ],
)
def test_an_unfinished_sample_is_refused(unit: None, answer: str, levels: Any, why: str, told: set[str]) -> None:
    written_exam()
    maker = marker()
    made = service_calibration.make_round("written-1", "Autumn", Decimal(80), actor=maker, now=clock.now())
    with pytest.raises(Invalid) as refused:
        service_calibration.add_sample(made.id, answer, levels, why, actor=maker, now=clock.now())
    assert set(refused.value.errors) == told
    assert db.session.scalars(select(CalibrationSample)).all() == []


def test_a_sample_is_marked_once_by_others_than_its_maker_while_the_round_is_open(unit: None) -> None:
    written_exam()
    maker, ann = marker(), marker()
    made = opened(maker)
    with pytest.raises(NotAllowed):
        service_calibration.mark_sample(made.id, 1, AGREED, actor=maker, now=clock.now())
    service_calibration.mark_sample(made.id, 1, AGREED, actor=ann, now=clock.now())
    with pytest.raises(Conflict):
        service_calibration.mark_sample(made.id, 1, AGREED, actor=ann, now=clock.now())
    service_calibration.close_round(made.id, actor=maker, now=clock.now())
    with pytest.raises(Conflict):
        service_calibration.mark_sample(made.id, 2, AGREED, actor=ann, now=clock.now())
    (one,) = queries_calibration.marks_by_marker(made.id)
    assert [mark.given is not None for mark in one.marks] == [True, False, False]


def test_a_round_through_the_pages(app: Flask, sign_in: Callable[..., Any]) -> None:
    with app.app_context(), unit_of_work():
        written_exam()
        marked(essay_of(handed_in("An answer worth copying.")), 1, 2, marker())
        essay = db.session.scalars(select(Essay)).one()
    maker, ann, auditor = sign_in(Role.TRAINER), sign_in(Role.TRAINER), sign_in(Role.AUDITOR)
    bad = maker.post("/marking/calibration", data={"item": "written-1", "title": "", "least_percent": "500"})
    assert bad.status_code == 422 and "Give the round a name." in bad.text
    made = maker.post("/marking/calibration", data={"item": "written-1", "title": "Autumn", "least_percent": "80"})
    page = made.headers["Location"]
    assert "An answer worth copying." in maker.get(f"{page}?copy={essay.id}").text.split("<textarea")[1]
    half = maker.post(f"{page}/samples", data={"answer": "Half done", "level-tone": "1", "why": "Because"})
    assert half.status_code == 422 and "Half done" in half.text and "Because" in half.text
    for number in range(1, 4):
        sample = {"answer": f"Sample {number}", "level-tone": "1", "level-facts": "1", "why": "It names the feeling."}
        assert maker.post(f"{page}/samples", data=sample).status_code == 303
    assert ann.get(f"{page}/samples/1").status_code == 404  # not open yet
    assert maker.post(f"{page}/opening").status_code == 303
    assert "agreed:" not in ann.get(page).text and "It names the feeling." not in ann.get(f"{page}/samples/1").text
    missing = ann.post(f"{page}/samples/1", data={"level-tone": "1"})
    assert missing.status_code == 422 and "Choose a level here." in missing.text
    for number, tone in ((1, "1"), (2, "2"), (3, "1")):
        following = ann.post(f"{page}/samples/{number}", data={"level-tone": tone, "level-facts": "1"})
    assert following.headers["Location"] == page
    done = ann.get(page).text
    assert "It names the feeling." in done and "83" in done and "you: 2" in done
    assert "agreed:" in auditor.get(page).text and auditor.post(f"{page}/closing").status_code == 403
    assert maker.post(f"{page}/closing").status_code == 303 and "Autumn" in ann.get("/marking/calibration").text
