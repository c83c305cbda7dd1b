"""Typed replies wait for days: frameworks change meanwhile, and rules are changed by two people at once."""

import threading
from collections.abc import Callable

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from lms.core import clock
from lms.core.access import Role
from lms.core.database import db, unit_of_work
from lms.scenarios import queries, queries_frameworks, queries_plays, queries_reply_rules, service_versions
from lms.scenarios.definitions import FrameworkDefinition
from lms.scenarios.models import Framework
from lms.scenarios.models_replies import ReplyRule
from tests import factories, factories_replies
from tests import factories_scenarios as sets

ROUNDS = 12


def own_framework(*without: str) -> FrameworkDefinition:
    """A framework of the organisation's own, like LSCAT, without some of its steps."""
    lscat = queries_frameworks.product_frameworks()["lscat"]
    steps = [step for step in lscat.steps if step.key not in without]
    return lscat.model_copy(update={"framework": "own", "steps": steps})


def write(framework: FrameworkDefinition) -> None:
    row = db.session.scalar(select(Framework).where(Framework.key == "own"))
    service_versions.write_framework(framework, row, pack="tests", actor=None, now=clock.now(), loaded=True)


def test_a_step_that_left_the_framework_can_still_be_found_in_replies_that_wait(
    app: Flask, sign_in: Callable[..., FlaskClient]
) -> None:
    with app.app_context(), unit_of_work():
        write(own_framework())
        sets.scenario(factories_replies.definition().model_copy(update={"framework": "own"}))
        person = factories.person()
        view = factories_replies.played(factories_replies.TRACKS, person)
        write(own_framework("track"))
    trainer = sign_in(Role.TRAINER)
    reply = trainer.post("/marking/replies", data={"scenario": factories_replies.KEY}).location
    assert 'value="track"' in trainer.get(reply).text
    assert trainer.post(reply, data={"step": "track", "taboo": "no"}).status_code == 303
    with app.app_context():
        assert queries_plays.own_play(person, view.play.id).play.score == 10
    shown = sign_in(person).get(f"/plays/{view.play.id}/result").text
    judged = shown[shown.index(factories_replies.TRACKS) :]
    assert "track" in judged


def test_stopping_is_not_undone_by_a_share_set_in_the_same_moment(
    app: Flask, sign_in: Callable[..., FlaskClient]
) -> None:
    with app.app_context(), unit_of_work():
        factories_replies.scenario()
        scenario_id = queries.scenario_id_of(factories_replies.KEY)
    admin, trainer = sign_in(Role.ADMIN), sign_in(Role.TRAINER)
    address = f"/marking/replies/{factories_replies.KEY}"
    together = threading.Barrier(2)
    statuses: list[int] = []

    def sent(browser: FlaskClient, path: str, fields: dict[str, str]) -> None:
        together.wait()
        statuses.append(browser.post(address + path, data=fields).status_code)

    for _ in range(ROUNDS):
        with app.app_context(), unit_of_work():
            db.session.add(
                ReplyRule(
                    scenario_id=scenario_id,
                    confident_counts=True,
                    scorer_version="linear-1",
                    reason="measured",
                    set_at=clock.now(),
                )
            )
        both = (
            (admin, "/counting", {"counts": "no"}),
            (trainer, "/share", {"percent": "20", "why": "to be surer"}),
        )
        threads = [threading.Thread(target=sent, args=one) for one in both]
        for each in threads:
            each.start()
        for each in threads:
            each.join()
        with app.app_context():
            assert not queries_reply_rules.rule_of(scenario_id).confident_counts
    assert set(statuses) == {303}
