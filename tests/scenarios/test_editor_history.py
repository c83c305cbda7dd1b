"""Earlier drafts: every save is kept, and each can come back."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select

from lms.core.database import db
from lms.scenarios.models_drafts import ScenarioDraftSave
from tests.forms_sent import fields_of
from tests.scenarios.editor_sent import ADDRESS, SAYS, Browser, actions, body, draft, page, publish, save

pytestmark = pytest.mark.usefixtures("wet_floor")


def test_a_published_draft_keeps_its_saves_and_its_count(app: Flask, trainer: Browser) -> None:
    for words in ("One", "Two"):
        save(trainer, **{SAYS: words})
    publish(trainer)
    save(trainer, **{SAYS: "Three"})
    found = draft(app)
    assert found is not None and found.number == 3
    with app.app_context():
        kept = db.session.scalars(select(ScenarioDraftSave).order_by(ScenarioDraftSave.number))
        assert [(one.number, one.body["scenes"]["opening"]["says"]["en"]) for one in kept] == [
            (1, "One"),
            (2, "Two"),
            (3, "Three"),
        ]


def test_what_is_taken_away_comes_back_from_the_earlier_drafts(app: Flask, trainer: Browser) -> None:
    save(trainer, **{SAYS: "Kept"})
    save(trainer, do="remove:scenes.opening")
    assert "opening" not in body(app)["scenes"]
    history = page(trainer, f"{ADDRESS}/drafts")
    sent = fields_of(history, "drafts/1/restore")
    assert trainer.post(f"{ADDRESS}/drafts/1/restore", data=sent).status_code == 303
    assert body(app)["scenes"]["opening"]["says"]["en"] == "Kept"
    found = draft(app)
    assert found is not None and found.number == 3
    assert trainer.post(f"{ADDRESS}/drafts/99/restore", data=sent).status_code == 404


def test_a_discarded_draft_comes_back_too(app: Flask, trainer: Browser) -> None:
    save(trainer, **{SAYS: "Kept"})
    sent = fields_of(page(trainer), "discard")
    assert trainer.post(f"{ADDRESS}/discard", data=sent).status_code == 303
    assert draft(app) is None
    assert actions(app)[-1] == "scenario.draft.discard"
    back = fields_of(page(trainer, f"{ADDRESS}/drafts"), "drafts/1/restore")
    assert trainer.post(f"{ADDRESS}/drafts/1/restore", data=back).status_code == 303
    assert body(app)["scenes"]["opening"]["says"]["en"] == "Kept"


def test_a_draft_of_something_never_published_comes_back_as_well(app: Flask, trainer: Browser) -> None:
    trainer.post("/author/scenarios/new", data={"origin": "empty", "title_en": "Rain", "key": "rain"})
    sent = fields_of(page(trainer, "/author/scenarios/rain/edit"), "discard")
    assert trainer.post("/author/scenarios/rain/discard", data=sent).status_code == 303
    assert trainer.get("/author/scenarios/rain/edit").status_code == 404
    back = fields_of(page(trainer, "/author/scenarios/rain/drafts"), "drafts/1/restore")
    assert trainer.post("/author/scenarios/rain/drafts/1/restore", data=back).status_code == 303
    assert "Rain" in page(trainer, "/author/scenarios/rain/edit")


def test_the_history_costs_as_many_statements_however_long_it_is(
    trainer: Browser, count_queries: Callable[[], Any]
) -> None:
    counts = []
    for number in range(3):
        save(trainer, **{SAYS: f"Save {number}"})
        with count_queries() as queries:
            page(trainer, f"{ADDRESS}/drafts")
        counts.append(len(queries))
    assert len(set(counts)) == 1 and counts[0] <= 8, counts
