"""A result shows what was shown: later versions of a question, its media, its plan and its lessons change nothing in it."""

import re
from collections.abc import Callable
from typing import Any

from flask import Flask
from sqlalchemy import select

from lms.assessment import service_plans
from lms.assessment.models import Exam
from lms.core import clock
from lms.core.access import Role
from lms.core.database import db, unit_of_work
from lms.question_bank import item_changes
from lms.question_bank import service as bank
from lms.question_bank.items import item_of
from lms.question_bank.models import ItemVersion
from tests import factories
from tests import factories_assessment as make
from tests.assessment.test_regrading import a_wrong_item, sit


def questions(page: str) -> list[str]:
    """The questions of a result's page as they are shown, with answer, right answer and points; without notes about later versions."""
    listed = re.search(r'<ol class="turns">(.*?)</ol>', page, re.DOTALL)
    assert listed is not None
    parts = listed[1].replace("</li>", "").split("<li>")
    return [re.split(r'<p class="small soft mb-0">|<div class="alert', part)[0].strip() for part in parts]


def test_the_questions_of_a_result_stay_byte_for_byte(app: Flask, sign_in: Callable[..., Any]) -> None:
    before_media = {"till.svg": "a" * 64}
    picture = {"stem": make.text("Look: ![a till](media/till.svg) What fits?")}
    with app.app_context(), unit_of_work():
        a_wrong_item(show={"score": "at-once", "answers": "at-once"})
        bank.save_item("wrong", item_of(make.item("wrong-1", **picture)), actor=None, now=clock.now(), media=before_media)
        learner = factories.person()
        attempt = sit(learner, "skeyalpha")
        shown = {place["item_id"]: db.session.get_one(ItemVersion, place["item_version_id"]).number for place in attempt.paper}
    reader, trainer = sign_in(learner), sign_in(Role.TRAINER)
    address = f"/attempts/{attempt.id}/result"
    own, seen = reader.get(address).text, trainer.get(address).text
    assert "corrected on" not in own and "newer version" not in seen and f"/media/{'a' * 64}" in own
    with app.app_context(), unit_of_work():
        reworded = make.item("wrong-1", stem=make.text("Look again: ![a till](media/till.svg)"), answer="skeyalpha", feedback={})
        bank.save_item("wrong", item_of(reworded), actor=None, now=clock.now(), media={"till.svg": "b" * 64})
        plan = make.plan("wrong-exam", sections=[{"topic": "wrong", "draw": 1}], cut=90, title=make.text("Another title"))
        known = db.session.scalars(select(Exam)).one()
        service_plans.write_plan(plan, known, pack="tests", actor=None, now=clock.now())
        other = make.item("wrong-2", stem=make.text("Other words?"))
        bank.save_item("wrong", item_of(other), actor=None, now=clock.now())
    own_after, seen_after = reader.get(address).text, trainer.get(address).text
    assert "version 1 of the exam plan" in own and "is in use now" not in own
    assert "version 1 of the exam plan (version 2 is in use now)" in own_after
    assert questions(own) == questions(own_after)
    assert questions(seen) == questions(seen_after)
    assert "Your result was not affected." in own_after
    assert "A newer version of this question exists." in seen_after and "Another title" not in own_after
    assert sorted(shown.values()) == [1, 2]


def test_a_change_that_learners_never_meet_is_none() -> None:
    one = item_of(make.item("wrong-1"))
    assert item_changes.changes(one, item_of(make.item("wrong-1", difficulty="hard")), {}, {}) == []
    other = item_of(make.item("wrong-1", answer="skeyalpha", rationale=make.text("Else."), feedback={}))
    assert item_changes.changes(one, other, {}, {}) == ["key", "rationale"]
    assert item_changes.changes(one, one, {"a.svg": "1"}, {"a.svg": "2"}) == ["parts"]
