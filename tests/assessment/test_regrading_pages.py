"""The pages of regrading: two trainers in their browsers, the list, the file, and what learners read."""

from collections.abc import Callable
from typing import Any

from flask import Flask

from lms.assessment.models_regrading import Regrading
from lms.core.access import Role
from lms.core.database import db, unit_of_work
from tests import factories
from tests.assessment.test_regrading import REASON, a_wrong_item, ask, correct, first_version, sit


def test_two_trainers_regrade_in_the_browser_and_the_learner_reads_why(
    app: Flask, sign_in: Callable[..., Any]
) -> None:
    with app.app_context(), unit_of_work():
        a_wrong_item()
        learner = factories.person()
        attempt = sit(learner, "skeyalpha")
        to, first = correct(), first_version()
    one, other = sign_in(Role.TRAINER), sign_in(Role.TRAINER)
    page = one.get("/author/items/wrong-1/regrading").text
    assert "version 1 · 1 attempt" in page and "version 2" in page
    wanted = {"from_version": first, "to_version": to, "rule": "new-key", "keeps_passes": "y", "reason": REASON}
    short = one.post("/author/items/wrong-1/regrading", data={**wanted, "reason": "wrong"})
    assert short.status_code == 422 and "wrong</textarea>" in short.text
    same = one.post("/author/items/wrong-1/regrading", data={**wanted, "to_version": wanted["from_version"]})
    assert same.status_code == 422 and REASON in same.text
    made = one.post("/author/items/wrong-1/regrading", data=wanted)
    assert made.status_code == 303
    address = made.headers["Location"]
    shown = one.get(address).text
    assert "One result would change." in shown and "0 → 1" in shown and "50.0" in shown and "100.0" in shown
    assert one.post(f"{address}/proposal", data={"verb": "propose"}).status_code == 303
    assert "Approve" not in one.get(address).text
    assert one.post(f"{address}/decision", data={"verb": "approve"}).status_code == 403
    assert "wait for a second person" in other.get("/marking").text
    unsaid = other.post(f"{address}/decision", data={"verb": "reject", "words": "no"})
    assert unsaid.status_code == 422 and "no</textarea>" in unsaid.text
    assert other.post(f"{address}/decision", data={"verb": "approve"}).status_code == 303
    assert "One result was changed." in other.get(address).text
    read = sign_in(learner).get(f"/attempts/{attempt.id}/result").text
    assert REASON in read and "0 of 1" in read and "1 of 1" in read and "100" in read
    seen = other.get(f"/attempts/{attempt.id}/result").text
    assert "A newer version of this question exists." in seen and "the right answer" in seen
    again = other.post(f"{address}/decision", data={"verb": "undo", "words": "The old key was right."})
    assert again.status_code == 303
    assert "The old key was right." in sign_in(learner).get(f"/attempts/{attempt.id}/result").text


def test_the_list_and_the_file_hold_every_line(
    app: Flask, sign_in: Callable[..., Any], count_queries: Callable[..., Any]
) -> None:
    with app.app_context(), unit_of_work():
        a_wrong_item()
        for _ in range(3):
            sit(factories.person(), "skeyalpha")
        found = ask(factories.person(), correct())
    auditor = sign_in(Role.AUDITOR)
    file = auditor.get(f"/author/regradings/{found.id}/lines.csv").data.decode("utf-8-sig").splitlines()
    assert len(file) == 4 and file[0].startswith("attempt,employee_number,name")
    listed, shown = auditor.get("/author/regradings").text, auditor.get(f"/author/regradings/{found.id}").text
    assert "wrong-1 ·" in listed and "What fits wrong-1?" in listed
    assert "What fits wrong-1? · wrong-1" in shown and "Wrong Exam · wrong-exam · Question" in shown
    auditor.get(f"/author/regradings/{found.id}")
    with count_queries() as few:
        auditor.get(f"/author/regradings/{found.id}")
    with app.app_context(), unit_of_work():
        for _ in range(9):
            sit(factories.person(), "skeyalpha")
        more = ask(factories.person(), db.session.get_one(Regrading, found.id).to_version_id)
    with count_queries() as many:
        auditor.get(f"/author/regradings/{more.id}")
    assert len(few) == len(many) <= 8


def test_a_question_with_one_version_offers_full_marks_and_nothing_else(
    app: Flask, sign_in: Callable[..., Any]
) -> None:
    with app.app_context(), unit_of_work():
        a_wrong_item()
        sit(factories.person(), "skeyalpha")
        first = first_version()
    trainer = sign_in(Role.TRAINER)
    page = trainer.get("/author/items/wrong-1/regrading").text
    assert "new-key" not in page and "The right key is in" not in page
    assert 'value="full"' in page and "checked" in page[page.index('value="full"') - 200 :][:400]
    wanted = {"from_version": first, "rule": "full", "reason": REASON}
    assert trainer.post("/author/items/wrong-1/regrading", data={**wanted, "rule": "new-key"}).status_code == 422
    assert trainer.post("/author/items/wrong-1/regrading", data=wanted).status_code == 303


def test_what_is_preselected_can_be_sent_whichever_version_was_asked_for(
    app: Flask, sign_in: Callable[..., Any]
) -> None:
    with app.app_context(), unit_of_work():
        a_wrong_item()
        first, newest = first_version(), correct()
    trainer = sign_in(Role.TRAINER)
    for asked, other in ((first, newest), (newest, first)):
        page = trainer.get(f"/author/items/wrong-1/regrading?from={asked}").text
        before, after = page.split('name="to_version"')
        assert f'selected value="{asked}"' in before and f'selected value="{other}"' in after


def test_a_regrading_nobody_made_is_not_there(sign_in: Callable[..., Any]) -> None:
    trainer = sign_in(Role.TRAINER)
    assert trainer.get("/author/regradings/4711").status_code == 404
    assert trainer.get("/author/items/nothing/regrading").status_code == 404
